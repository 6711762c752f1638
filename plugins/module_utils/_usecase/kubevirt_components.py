# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The components of KubeVirt and CDI, as far as the user may see them. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import Forbidden, VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DAEMON_SET, DEPLOYMENT, POD
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.operators import (
    PARTS,
    trouble_of_operator,
    trouble_of_removal,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.pods import trouble_of_pods

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject

# where CDI is when nobody may look for it
_CDI_NAMESPACE = "cdi"


class Components:
    """Deployments, DaemonSets and pods of a product. What the user may not see is not asked for again."""

    def __init__(self, cluster: Cluster, found: JsonObject) -> None:
        self._cluster = cluster
        self._parts = PARTS[found["kind"]]
        self._namespace: str | None = found["metadata"].get("namespace")
        self._is_namespaced = self._namespace is not None
        self._may_see_all = self._may_see_pods = True

    def all(self) -> list[JsonObject] | None:
        """Return the Deployments and DaemonSets, ``None`` where the user may not see them."""
        if not self._may_see_all:
            return None
        try:
            if self._is_namespaced:
                return [
                    *self._list(DEPLOYMENT, self._parts.components),
                    *self._list(DAEMON_SET, self._parts.components),
                ]
            return self._of_cdi()
        except Forbidden:
            self._may_see_all = False
            return None

    def _of_cdi(self) -> list[JsonObject]:
        # its object is in no namespace: the operator tells where the others are
        try:
            operators = self._list(DEPLOYMENT, self._parts.label)
        except Forbidden:
            if self._namespace is not None:
                raise
            self._namespace = _CDI_NAMESPACE
            operators = self._list(DEPLOYMENT, self._parts.label)
        if not operators:
            return []
        self._namespace = operators[0]["metadata"]["namespace"]
        found = [*operators, *self._list(DEPLOYMENT, self._parts.components)]
        return list({item["metadata"]["name"]: item for item in found}.values())

    def _list(self, kind: Kind, labels: str) -> list[JsonObject]:
        return self._cluster.list_all(kind, self._namespace, labels=labels).items

    def trouble(self, found: JsonObject, version: str | None) -> str | None:
        """Return what keeps the components from following, ``None`` if nothing does or nobody may know."""
        try:
            components = self.all()
            of_pods = trouble_of_pods(self._pods())
        except VmoError:
            # what it would have told is not worth a failure
            return None
        if of_pods is not None or components is None:
            return of_pods
        return trouble_of_operator(found, components, version)

    def trouble_of_removal(self, found: JsonObject) -> str | None:
        """Return what keeps the operator from removing its product, ``None`` if nothing does or nobody may know."""
        try:
            components, pods = self.all(), self._pods()
        except VmoError:
            return None
        return None if components is None else trouble_of_removal(found["kind"], components, pods)

    def _pods(self) -> list[JsonObject]:
        if not self._may_see_pods or self._namespace is None:
            return []
        try:
            return [pod for labels in self._parts.pods for pod in self._list(POD, labels)]
        except Forbidden:
            self._may_see_pods = False
            return []
