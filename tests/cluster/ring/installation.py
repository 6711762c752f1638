# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A genuine cluster that begins empty, and the role ``kubevirt`` at work on it."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import typing as t
from http import HTTPStatus
from pathlib import Path

from tests.cluster.laboratory import Lab
from tests.cluster.ring.api import Api
from tests.cluster.ring.audit import AuditLog, Line, requests_of
from tests.unit.e2e import playbook
from tests.unit.e2e.playbook import Outcome, Started, Task
from tests.unit.modules.backend import Asked

Tree = dict[str, t.Any]

# Of the lab: may do all, and is nobody else.
USER = "program"
KUBEVIRT = "/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt"
CDI = "/apis/cdi.kubevirt.io/v1beta1/cdis/cdi"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
DEPLOYMENTS = "/apis/apps/v1/namespaces/{}/deployments"
OPERATOR = f"{DEPLOYMENTS.format('kubevirt')}/virt-operator"
CDI_VERSION = "1.65.0"
_PATIENCE = 900.0


class Site:
    """What the role is told, what it did, and what became of the cluster. ``directory`` is for its playbook."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab = lab
        self.version = f"{lab.version}.0"
        self.admin = Api(lab.kubeconfig)
        self._user = Api(lab.kubeconfig, lab.token(USER))
        self._audit = AuditLog(lab.audit_log)
        self._mark = self._audit.end()
        self._ended = dt.datetime.now(dt.timezone.utc)
        self._directory = directory

    @property
    def manifest(self) -> Path:
        """The operator of KubeVirt, as it was released."""
        return self.lab.programs / f"kubevirt-{self.lab.version}/manifests/kubevirt-operator.yaml"

    @property
    def addons(self) -> Tree:
        """What the role is told of networks and snapshots."""
        snapshots = sorted(str(path) for path in (self.lab.programs / "kube/manifests").iterdir())
        return {
            "kubevirt_multus": True,
            "kubevirt_multus_manifest": str(self.manifest.with_name("network-attachment-definitions.yaml")),
            "kubevirt_snapshot_controller": True,
            "kubevirt_snapshot_controller_manifests": [{"from": path} for path in snapshots],
            "kubevirt_networks": [{"name": "vlan20", "vlan": 20}],
        }

    @property
    def _variables(self) -> Tree:
        return {
            "kubevirt_connection": {"kubeconfig": str(self.lab.kubeconfig), "context": USER},
            "kubevirt_version": self.version,
            "kubevirt_manifest": str(self.manifest),
            "kubevirt_cdi_version": CDI_VERSION,
            "kubevirt_cdi_manifest": str(self.lab.programs / "cdi/manifests/cdi-operator.yaml"),
            "kubevirt_settings": {"infra": {"replicas": 1}},
        }

    def begin(self, *options: str, entry: str = "main", **variables: t.Any) -> Started:
        """Let the role begin; ``options`` are those of ``ansible-playbook``."""
        role = {"name": "vmo.core.kubevirt", "tasks_from": entry}
        report = {"content": "{{ kubevirt_report | default({}) | to_json }}", "dest": str(self._report), "mode": "0600"}
        tasks: list[Task] = [
            {"name": "Have KubeVirt", "ansible.builtin.import_role": role},
            {"name": "Keep what it says", "ansible.builtin.copy": report, "check_mode": False, "changed_when": False},
        ]
        self._report.unlink(missing_ok=True)
        self._mark = self._audit.end()
        path = playbook.write(self._directory / "playbook.yml", tasks, vars={**self._variables, **variables})
        places = {name: str(self._directory / name.lower()) for name in ("ANSIBLE_LOCAL_TEMP", "ANSIBLE_REMOTE_TMP")}
        return playbook.start(path, *options, environment=places)

    def end(self, run: Started) -> Outcome:
        """Wait until a run has ended, however that may be."""
        run.process.wait(_PATIENCE)
        self._ended = dt.datetime.now(dt.timezone.utc)
        return run.finish()

    def run(self, *options: str, entry: str = "main", **variables: t.Any) -> Outcome:
        """Run the role, which must succeed and cause no warning."""
        outcome = self.end(self.begin(*options, entry=entry, **variables))
        assert outcome.status == 0, outcome.output
        assert outcome.complaints == [], outcome.output
        return outcome

    def fail(self, *options: str, entry: str = "main", **variables: t.Any) -> Outcome:
        """Run the role, which must fail."""
        outcome = self.end(self.begin(*options, entry=entry, **variables))
        assert outcome.status != 0, outcome.output
        return outcome

    @property
    def changed(self) -> list[str]:
        """What the last run says that it changed, or would have changed; in which order is no matter."""
        found: Tree = json.loads(self._report.read_text(encoding="utf-8"))
        return sorted(found.get("changed", []))

    @property
    def writes(self) -> list[Asked]:
        """What the last run wrote; what the server only judged is left out."""
        asked = requests_of(USER, self._lines(), lambda _name: True)
        return [one for one in asked if not (one.is_read or one.is_rehearsal)]

    @property
    def waited(self) -> float:
        """For how many seconds the last run only looked, before it ended."""
        changes = ("create", "patch", "update", "delete")
        mine = [line for line in self._lines() if line["user"].get("username") == USER and line["verb"] in changes]
        last = max(str(line["stageTimestamp"]) for line in mine)
        return (self._ended - dt.datetime.fromisoformat(last.replace("Z", "+00:00"))).total_seconds()

    def _lines(self) -> list[Line]:
        # The log is in the order of answers: when this one is in it, so are those before.
        fence = f"fence={secrets.token_hex(8)}"
        self._user.must("GET", f"/version?{fence}")
        return self._audit.since(self._mark, fence)

    def read(self, path: str) -> Tree | None:
        answer = self.admin.ask("GET", path)
        return answer.json if answer.code == HTTPStatus.OK else None

    def names(self, path: str) -> set[str]:
        """Return the names of a collection."""
        return {item["metadata"]["name"] for item in self.admin.must("GET", path)["items"]}

    def close(self) -> None:
        self._user.close()
        self.admin.close()

    @property
    def _report(self) -> Path:
        return self._directory / "report.json"
