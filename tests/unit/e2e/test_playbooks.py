# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks rely on: the demo runs as told, and a connection that is given once serves all."""

from __future__ import annotations

import typing as t

import pytest

from tests.tools.sizes import CHECKOUT
from tests.unit.e2e.stage import Stage, staged
from tests.unit.modules.simulated import simulated

DEPLOY, REMOVE = CHECKOUT / "examples/demo/deploy.yml", CHECKOUT / "examples/demo/remove.yml"
MACHINES = ("db-01", "web-01", "web-02")
# Of its API, and of CDI's.
KUBEVIRT = "kubevirt.io/"
# The development environment has one kubernetes.core for all versions of ansible-core, which says that it is too new
# for the oldest.
pytestmark = pytest.mark.usefixtures("any_kubernetes_core")


@pytest.fixture
def any_kubernetes_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH", "ignore")


@pytest.mark.simulator_only("it makes a namespace, which takes more rights than the README names")
def test_the_demo_deploys_finds_nothing_to_do_and_removes() -> None:
    with simulated() as backend, staged(backend) as stage:
        simulator = backend.simulator

        def machine(name: str) -> t.Any:
            return simulator.read("virtualmachines", "vmo-demo", name)

        first = stage.play(DEPLOY)
        assert first.recap["changed"] == 3
        assert all(machine(name)["status"]["ready"] for name in MACHINES)

        simulator.clear_log()
        assert stage.play(DEPLOY).recap["changed"] == 0
        one_get_each = [f"get {name}" for name in MACHINES]
        lists = ["list datavolumes", "list virtualmachineinstances", "list virtualmachines"]
        asked = [f"{item.verb} {item.path.rpartition('/')[2]}" for item in simulator.requests if KUBEVIRT in item.path]
        assert sorted(asked) == one_get_each + lists
        assert simulator.writes == []
        # kubernetes.core sends a patch for what is there already; ours send nothing.
        mutating = [request.path for request in simulator.requests if request.mutating]
        assert set(mutating) <= {"/api/v1/namespaces/vmo-demo"}

        assert stage.play(REMOVE).recap["changed"] == 1
        assert [name for name in MACHINES if machine(name)] == []
        assert simulator.read("datavolumes", "vmo-demo", "db-01-data") is None
        simulator.clear_log()
        assert stage.play(REMOVE).recap["changed"] == 0
        assert simulator.writes == []


@pytest.mark.parametrize("fast_path", [True, False], ids=["in the worker", "as a module"])
def test_the_action_group_gives_all_modules_their_connection(stage: Stage, fast_path: bool) -> None:
    connection = {"kubeconfig": str(stage.backend.kubeconfig), "namespace": stage.namespace}
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
    look = {"name": "Look", "vmo.core.vmo_vm_info": {"namespace": stage.namespace}}
    stage.backend.forget()
    elsewhere = {"K8S_AUTH_KUBECONFIG": "/nonexistent/kubeconfig"}
    outcome = stage.play(
        [
            {**look, "environment": {"K8S_AUTH_KUBECONFIG": str(stage.backend.kubeconfig)}},
            {**look, "environment": elsewhere, "register": "found", "ignore_errors": True},
            {"name": "See", "ansible.builtin.assert": {"that": ["found is failed"]}},
        ],
        connected=False,
    )
    assert outcome.recap["ignored"] == 1
    assert [str(asked) for asked in stage.backend.asked()] == ["list virtualmachines"]
