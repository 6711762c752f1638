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

SITE, DEPLOY, REMOVE = (CHECKOUT / f"playbooks/{name}.yml" for name in ("site", "deploy_vms", "remove_vms"))
WITHOUT_MACHINES = ("--skip-tags", "machines")
MACHINES = ("web-01", "web-02", "web-03", "web-04", "web-05")
# The development environment has one kubernetes.core for all versions of ansible-core, which says that it is too new
# for the oldest.
pytestmark = pytest.mark.usefixtures("any_kubernetes_core")


@pytest.fixture
def any_kubernetes_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH", "ignore")


@pytest.mark.simulator_only("it makes a namespace, which takes more rights than the README names")
def test_the_demo_deploys_finds_nothing_to_do_changes_and_removes() -> None:
    with simulated() as backend, staged(backend) as stage:
        simulator = backend.simulator

        def machine(name: str) -> t.Any:
            return simulator.read("virtualmachines", "vmo-demo", name)

        foreseen = stage.play(SITE, *WITHOUT_MACHINES, "--check")
        assert simulator.writes == []
        assert "1 template: 1 would be created." in foreseen.output

        first = stage.play(SITE, *WITHOUT_MACHINES)
        assert "5 VMs: 5 created." in first.output
        assert "web-05 Running 192.0.2.15/24" in first.output
        assert all(machine(name)["status"]["ready"] for name in MACHINES)
        assert "192.0.2.15/24" in str(machine("web-05"))
        assert "192.0.2.10/24" not in str(machine("web-05"))

        simulator.clear_log()
        again = stage.play(SITE, *WITHOUT_MACHINES)
        assert again.recap["changed"] == 0
        assert simulator.writes == []

        changed = stage.play(DEPLOY, "-e", "demo_memory=2Gi")
        assert "5 VMs: 5 changed." in changed.output
        assert machine("web-01")["spec"]["template"]["spec"]["domain"]["memory"]["guest"] == "2Gi"

        removed = stage.play(REMOVE, "-e", f"@{CHECKOUT / 'examples/demo/remove.yml'}")
        assert "6 VMs: 5 deleted, 1 unchanged." in removed.output
        assert [name for name in MACHINES if machine(name)] == []
        assert simulator.read("datavolumes", "vmo-demo", "web-01-root") is None
        assert simulator.read("datavolumes", "vmo-golden-images", "template-ubuntu-2204") is not None


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
