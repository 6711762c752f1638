# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user of a test may do in the whole cluster: a ClusterRole of the README, for this test alone."""

from __future__ import annotations

from tests.cluster.ring import rights
from tests.cluster.ring.genuine import USER, Genuine
from tests.cluster.ring.rights import Right

_REVIEW = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


class ClusterRole:
    """The rights of the README's ClusterRole ``name``, until they are taken back."""

    def __init__(self, cluster: Genuine, name: str) -> None:
        self._cluster, self._name = cluster, f"{cluster.namespace}-{name}"
        self._rights = rights.of_cluster_role(name)

    def grant(self) -> None:
        admin, api = self._cluster.admin, "rbac.authorization.k8s.io"
        self._put()
        subject = {"kind": "ServiceAccount", "name": USER, "namespace": self._cluster.namespace}
        reference = {"apiGroup": api, "kind": "ClusterRole", "name": self._name}
        binding = {"apiVersion": f"{api}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": self._name}}
        admin.put({**binding, "roleRef": reference, "subjects": [subject]})
        admin.until(lambda: all(map(self._allows, self._rights)))

    def deny(self, verb: str, resource: str) -> None:
        gone = {right for right in self._rights if (right.verb, right.resource) == (verb, resource)}
        self._rights -= gone
        self._put()
        self._cluster.admin.until(lambda: not any(map(self._allows, gone)))

    def take_back(self) -> None:
        for plural in ("clusterrolebindings", "clusterroles"):
            self._cluster.admin.delete(plural, self._name)

    def _put(self) -> None:
        role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": self._name}}
        self._cluster.admin.put({**role, "rules": rights.rules(self._rights)})

    def _allows(self, right: Right) -> bool:
        attributes = {"group": right.group, "resource": right.resource, "verb": right.verb}
        body = {"spec": {"user": self._cluster.user, "resourceAttributes": attributes}}
        return bool(self._cluster.admin.must("POST", _REVIEW, body)["status"]["allowed"])
