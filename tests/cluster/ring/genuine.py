# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The genuine cluster as a back-end of scenarios: a namespace, a user with the README's rights, and the audit log."""

from __future__ import annotations

import contextlib
import secrets
import typing as t
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import yaml

from tests.cluster.laboratory import Lab
from tests.cluster.ring import rights
from tests.cluster.ring.api import Api, path_of
from tests.cluster.ring.audit import AuditLog, requests_of
from tests.cluster.ring.disturbance import Disturber
from tests.cluster.ring.rights import Right
from tests.sim.kubevirt import Fault
from tests.unit.modules.backend import Asked, Tree

USER = "tester"
_SHOWN = ("kubevirt.io", "cdi.kubevirt.io")
_REVIEWS = "/apis/authorization.k8s.io/v1"


class Genuine:
    """A namespace of one test, a ServiceAccount in it that is the user, and the administrator beside it."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab = lab
        self.version = lab.version
        self.admin = Api(lab.kubeconfig)
        self.namespace = f"ring-{secrets.token_hex(4)}"
        self.user = f"system:serviceaccount:{self.namespace}:{USER}"
        self.rights: frozenset[Right] = frozenset()
        self._directory = directory
        self._audit = AuditLog(lab.audit_log)
        self._disturber: Disturber | None = None
        self.admin.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}})
        self.put({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": USER}})
        self.token = self.another_token()
        self._api = Api(lab.kubeconfig, self.token)
        self._write_kubeconfig(self._api.server, self._api.authority)
        self._bind()
        self.grant(rights.of_readme())
        self.forget()

    @property
    def kubeconfig(self) -> Path:
        return self._directory / "kubeconfig"

    def put(self, item: Tree) -> None:
        made = self.admin.put({**item, "metadata": {"namespace": self.namespace, **item["metadata"]}})
        if item["kind"] == "ResourceQuota":
            # A quota limits nothing until its controller has counted what is there.
            self.admin.until(lambda: self._is_counted(made["metadata"]["namespace"], item))

    def read(self, plural: str, name: str) -> Tree | None:
        return self.admin.read(plural, name, self.namespace)

    def forget(self) -> None:
        self._mark = self._audit.end()

    def asked(self) -> list[Asked]:
        # The log is in the order of answers: when this one is in it, so are those before.
        fence = f"fence={secrets.token_hex(8)}"
        self._api.must("GET", f"/version?{fence}")
        return requests_of(self.user, self._audit.since(self._mark, fence), self._is_paused)

    def deny(self, verb: str, resource: str) -> None:
        self.grant(right for right in self.rights if (right.verb, right.resource) != (verb, resource))

    def grant(self, granted: t.Iterable[Right]) -> None:
        """Let the user have these rights in the namespace and no others, and wait until the server knows."""
        before, self.rights = self.rights, frozenset(granted)
        head = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": USER}}
        self.put({**head, "rules": rights.rules(self.rights)})
        changed = before ^ self.rights
        self.admin.until(lambda: self._rights_now() & changed == self.rights & changed)

    def show_everything(self) -> None:
        name, api = f"{self.namespace}-{USER}", "rbac.authorization.k8s.io"
        seen = [right for right in rights.of_readme() if right.verb == "list" and right.group in _SHOWN]
        role = {"apiVersion": f"{api}/v1", "kind": "ClusterRole", "metadata": {"name": name}}
        self.admin.put({**role, "rules": rights.rules(seen)})
        binding = {"apiVersion": f"{api}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name}}
        reference = {"apiGroup": api, "kind": "ClusterRole", "name": name}
        self.admin.put({**binding, "roleRef": reference, "subjects": [self._subject()]})
        self.admin.until(lambda: all(map(self._may_everywhere, seen)))

    def another_token(self) -> str:
        account = path_of("serviceaccounts", USER, self.namespace)
        return str(self.admin.must("POST", f"{account}/token", {"spec": {}})["status"]["token"])

    def disturb(self, fault: Fault) -> None:
        if self._disturber is None:
            self._disturber = Disturber(self._api.server, self._api.authority)
            self._disturber.start()
            self._write_kubeconfig(self._disturber.url, self._disturber.authority)
        self._disturber.faults.append(fault)

    def close(self) -> None:
        """Leave nothing behind; the namespace goes when its objects have gone, which nobody waits for."""
        if self._disturber is not None:
            self._disturber.stop()
        for plural in ("clusterrolebindings", "clusterroles"):
            self.admin.delete(plural, f"{self.namespace}-{USER}")
        self.admin.delete("namespaces", self.namespace)
        self._api.close()
        self.admin.close()

    def _is_counted(self, namespace: str, quota: Tree) -> bool:
        found = self.admin.read("resourcequotas", quota["metadata"]["name"], namespace) or {}
        return bool(found.get("status", {}).get("hard") == quota["spec"]["hard"])

    def _bind(self) -> None:
        api = "rbac.authorization.k8s.io"
        binding = {"apiVersion": f"{api}/v1", "kind": "RoleBinding", "metadata": {"name": USER}}
        role = {"apiGroup": api, "kind": "Role", "name": USER}
        self.put({**binding, "roleRef": role, "subjects": [self._subject()]})

    def _subject(self) -> Tree:
        return {"kind": "ServiceAccount", "name": USER, "namespace": self.namespace}

    def _rights_now(self) -> frozenset[Right]:
        review = self._api.must("POST", f"{_REVIEWS}/selfsubjectrulesreviews", {"spec": {"namespace": self.namespace}})
        return rights.of_rules(review["status"]["resourceRules"])

    def _may_everywhere(self, right: Right) -> bool:
        attributes = {"group": right.group, "resource": right.resource, "verb": right.verb}
        spec = {"resourceAttributes": attributes}
        review = self._api.must("POST", f"{_REVIEWS}/selfsubjectaccessreviews", {"spec": spec})
        return bool(review["status"]["allowed"])

    def _is_paused(self, name: str) -> bool:
        found = self.read("virtualmachineinstances", name) or {}
        return any(
            (condition["type"], condition["status"]) == ("Paused", "True")
            for condition in found.get("status", {}).get("conditions", ())
        )

    def _write_kubeconfig(self, server: str, authority: str) -> None:
        ca_file = self._directory / "ca.crt"
        ca_file.write_text(authority, encoding="utf-8")
        context = {"cluster": "lab", "user": USER, "namespace": "default"}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "lab", "cluster": {"server": server, "certificate-authority": str(ca_file)}}],
            "users": [{"name": USER, "user": {"token": self.token}}],
            "contexts": [{"name": USER, "context": context}],
            "current-context": USER,
        }
        self.kubeconfig.write_text(yaml.safe_dump(document), encoding="utf-8")


@contextlib.contextmanager
def tenant(lab: Lab, directory: Path) -> Iterator[Genuine]:
    """Yield a namespace with a user of its own."""
    found = Genuine(lab, directory)
    try:
        yield found
    finally:
        found.close()


def until_recovered(lab: Lab) -> None:
    """Wait until webhooks and subresources answer again after a disturbance."""
    admin = Api(lab.kubeconfig)
    machine = {"runStrategy": "Halted", "template": {"spec": {"domain": {"devices": {}, "memory": {"guest": "1Gi"}}}}}
    trial = {"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": "trial"}, "spec": machine}
    path = path_of("virtualmachines", "", "default")
    admin.until(lambda: admin.ask("POST", f"{path}?dryRun=All", trial).code == HTTPStatus.CREATED)
    admin.until(lambda: admin.ask("GET", "/apis/subresources.kubevirt.io/v1").code == HTTPStatus.OK)
    admin.close()
