# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks rely on: the demo runs as told, and a connection that is given once serves all."""

from __future__ import annotations

import typing as t

import pytest

from tests.tools.sizes import CHECKOUT
from tests.unit.e2e.conftest import NAMESPACE, Stage

DEPLOY, REMOVE = CHECKOUT / "examples/demo/deploy.yml", CHECKOUT / "examples/demo/remove.yml"
MACHINES = ("db-01", "web-01", "web-02")
# The development environment has one kubernetes.core for all versions of ansible-core, which says that it is too new
# for the oldest.
pytestmark = pytest.mark.usefixtures("any_kubernetes_core")


@pytest.fixture
def any_kubernetes_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH", "ignore")


def asked(stage: Stage) -> list[str]:
    """What was asked of KubeVirt and CDI."""
    return sorted(
        f"{request.verb} {request.path.rpartition('/')[2]}"
        for request in stage.simulator.requests
        if "kubevirt.io/" in request.path
    )


def machine(stage: Stage, name: str) -> t.Any:
    return stage.simulator.read("virtualmachines", "vmo-demo", name)


def test_the_demo_deploys_finds_nothing_to_do_and_removes(stage: Stage) -> None:
    first = stage.play(DEPLOY)
    assert first.recap["changed"] == 3
    assert all(machine(stage, name)["status"]["ready"] for name in MACHINES)

    stage.simulator.clear_log()
    assert stage.play(DEPLOY).recap["changed"] == 0
    one_get_each = [f"get {name}" for name in MACHINES]
    lists = ["list datavolumes", "list virtualmachineinstances", "list virtualmachines"]
    assert asked(stage) == one_get_each + lists
    assert stage.simulator.writes == []
    # kubernetes.core sends a patch for what is there already; ours send nothing.
    mutating = [request.path for request in stage.simulator.requests if request.mutating]
    assert set(mutating) <= {"/api/v1/namespaces/vmo-demo"}

    assert stage.play(REMOVE).recap["changed"] == 1
    assert [name for name in MACHINES if machine(stage, name)] == []
    assert stage.simulator.read("datavolumes", "vmo-demo", "db-01-data") is None
    stage.simulator.clear_log()
    assert stage.play(REMOVE).recap["changed"] == 0
    assert stage.simulator.writes == []


@pytest.mark.parametrize("fast_path", [True, False], ids=["in the worker", "as a module"])
def test_the_action_group_gives_all_modules_their_connection(stage: Stage, fast_path: bool) -> None:
    connection = {"kubeconfig": str(stage.simulator.kubeconfig), "namespace": NAMESPACE}
    outcome = stage.play(
        [
            {"name": "Make", "vmo.core.vmo_vm": {"name": "web-01", "memory": "1Gi"}},
            {"name": "Look", "vmo.core.vmo_vm_info": {"name": "web-01"}, "register": "found"},
            {"name": "See", "ansible.builtin.assert": {"that": ["found.vms | length == 1"]}},
        ],
        connected=False,
        module_defaults={"group/vmo.core.vmo": connection},
        vars={"vmo_fast_path": fast_path},
    )
    assert outcome.recap["changed"] == 1


def test_the_environment_of_a_task_names_the_cluster(stage: Stage) -> None:
    look = {"name": "Look", "vmo.core.vmo_vm_info": {"namespace": NAMESPACE}}
    elsewhere = {"K8S_AUTH_KUBECONFIG": "/nonexistent/kubeconfig"}
    outcome = stage.play(
        [
            {**look, "environment": {"K8S_AUTH_KUBECONFIG": str(stage.simulator.kubeconfig)}},
            {**look, "environment": elsewhere, "register": "found", "ignore_errors": True},
            {"name": "See", "ansible.builtin.assert": {"that": ["found is failed"]}},
        ],
        connected=False,
    )
    assert outcome.recap["ignored"] == 1
    assert len(stage.simulator.requests) == 1
