# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_vm`` by its entry point: every state fresh, again, in check mode and with a diff."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.modules.backend import Tree
from tests.unit.modules.bench import Bench

VM = "vmo_vm"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
BODY: dict[str, t.Any] = {"name": "web-01", "memory": "1Gi", "disks": [ROOT]}
RUNNING = {**BODY, "state": "running"}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("present", "Stopped"),
        ("stopped", "Stopped"),
        ("running", "Running"),
        ("restarted", "Running"),
        ("paused", "Paused"),
    ],
)
def test_a_state_fresh_again_and_foreseen(bench: Bench, state: str, status: str) -> None:
    task: dict[str, t.Any] = {**BODY, "state": state}
    foreseen = bench.run(VM, check=True, diff=True, **task)
    assert (foreseen.changed, foreseen.writes) == (True, [])
    assert bench.vm("web-01") is None

    fresh = bench.run(VM, diff=True, **task)
    assert fresh.changed
    assert fresh.result["diff"]["after"]["memory"] == "1Gi"
    assert fresh.result["vm"].get("status", {}).get("printableStatus", "Stopped") == status
    assert foreseen.verbs == fresh.verbs

    if state == "restarted":
        return
    again = bench.run(VM, diff=True, **task)
    assert not again.changed
    assert again.writes == []
    assert again.reads == ["get virtualmachines/web-01"]
    assert again.result["diff"]["before"] == again.result["diff"]["after"] == {}
    assert not bench.run(VM, check=True, **task).changed


def test_absent_fresh_again_and_foreseen(bench: Bench) -> None:
    bench.run(VM, **RUNNING)
    gone: dict[str, t.Any] = {"name": "web-01", "state": "absent"}
    foreseen = bench.run(VM, check=True, diff=True, **gone)
    assert (foreseen.changed, foreseen.writes) == (True, [])
    assert foreseen.result["diff"]["before"]["memory"] == "1Gi"
    assert foreseen.result["diff"]["after"] == {}
    assert bench.vm("web-01") is not None
    fresh = bench.run(VM, **gone)
    assert (fresh.changed, fresh.verbs, fresh.result["vm"]) == (True, ["delete"], {})
    assert bench.vm("web-01") is None
    again = bench.run(VM, **gone)
    assert (again.changed, again.writes, again.reads) == (False, [], ["get virtualmachines/web-01"])


def test_a_change_foreseen_and_made(bench: Bench) -> None:
    bench.run(VM, **RUNNING)
    foreseen = bench.run(VM, check=True, diff=True, name="web-01", memory="2Gi")
    assert foreseen.writes == []
    # a controller may have written between the read and the patch, which then is sent anew
    assert set(foreseen.rehearsals) == {"patch virtualmachines/web-01"}
    made = bench.run(VM, diff=True, name="web-01", memory="2Gi")
    assert set(made.writes) == {"patch virtualmachines/web-01"}
    assert foreseen.result["diff"] == made.result["diff"]
    assert (made.result["diff"]["before"], made.result["diff"]["after"]) == ({"memory": "1Gi"}, {"memory": "2Gi"})
    assert made.result["live_changes"] == ["memory"]


def attachment(name: str) -> Tree:
    head = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition"}
    return {**head, "metadata": {"name": name}, "spec": {"config": "{}"}}


def test_a_network_card_is_plugged_into_a_running_vm(bench: Bench) -> None:
    bench.put(attachment("vlan20"))
    bench.run(VM, **RUNNING)
    card = {"name": "vlan20", "multus": "vlan20", "binding": "bridge"}
    plugged = bench.run(VM, name="web-01", networks=[card])
    assert plugged.verbs == ["patch"]
    assert plugged.result["live_changes"] == ["networks.vlan20"]
    # KubeVirt 1.4 plugs it in and says all the same that a restart is needed
    assert plugged.result["restart_required"] is (bench.backend.version == "1.4")
    again = bench.run(VM, name="web-01", networks=[card])
    assert (again.changed, again.writes) == (False, [])


def test_two_disks_a_network_and_cloud_init_cost_one_read_when_unchanged(bench: Bench) -> None:
    bench.put(attachment("vlan20"))
    task = {
        **RUNNING,
        "disks": [ROOT, {"name": "data", "blank": {}, "size": "1Gi"}],
        "networks": [{"name": "default", "pod": {}}, {"name": "vlan20", "multus": "vlan20"}],
        "cloud_init": {"user_data": {"packages": ["nginx"]}},
    }
    assert bench.run(VM, **task).changed
    again = bench.run(VM, **task)
    assert (again.changed, again.reads, again.writes) == (False, ["get virtualmachines/web-01"], [])


def test_naming_one_more_disk_keeps_those_of_others(bench: Bench) -> None:
    bench.run(VM, **BODY, state="stopped")
    vm = bench.vm("web-01")
    del vm["metadata"]["resourceVersion"]
    spec = vm["spec"]["template"]["spec"]
    spec["domain"]["devices"]["disks"].append({"name": "theirs", "disk": {"bus": "scsi"}})
    spec["volumes"].append({"name": "theirs", "emptyDisk": {"capacity": "1Gi"}})
    bench.put(vm)
    bench.run(VM, name="web-01", disks=[{"name": "data", "blank": {}, "size": "1Gi"}])
    disks = bench.vm("web-01")["spec"]["template"]["spec"]["domain"]["devices"]["disks"]
    assert [disk["name"] for disk in disks] == ["root", "theirs", "data"]


def test_a_manual_vm_keeps_its_run_strategy(bench: Bench) -> None:
    bench.run(VM, **RUNNING, run_strategy="Manual")
    stopped = bench.run(VM, name="web-01", state="stopped")
    assert stopped.verbs == ["stop"]
    assert bench.vm("web-01")["spec"]["runStrategy"] == "Manual"
    assert bench.run(VM, name="web-01", state="running").verbs == ["start"]
    assert bench.run(VM, name="web-01", state="running").writes == []


def test_present_leaves_the_power_alone(bench: Bench) -> None:
    bench.run(VM, **RUNNING)
    bench.run(VM, name="web-01", state="stopped")
    assert not bench.run(VM, **BODY).changed
    assert bench.vm("web-01")["spec"]["runStrategy"] == "Halted"


def test_a_restart_only_when_the_server_asks_for_it(bench: Bench) -> None:
    bench.run(VM, **RUNNING)
    waiting = bench.run(VM, name="web-01", cpu={"cores": 2})
    assert waiting.result["restart_required"] is True
    assert "needs a restart" in str(waiting.result["warnings"])
    restarted = bench.run(VM, name="web-01", cpu={"cores": 2}, state="running", restart="if_required")
    assert restarted.verbs == ["restart"]
    assert restarted.result["restart_required"] is False
    both = bench.run(VM, name="web-01", cpu={"cores": 3}, state="running", restart="if_required")
    assert both.verbs == ["patch", "restart"]
    foreseen = bench.run(VM, check=True, name="web-01", cpu={"cores": 4}, state="running", restart="if_required")
    assert (foreseen.verbs, foreseen.writes) == (["patch", "restart"], [])
    assert bench.run(VM, name="web-01", cpu={"cores": 3}, restart="if_required").writes == []


def test_deleting_a_vm_keeps_its_disks_unless_told(bench: Bench) -> None:
    task = {**BODY, "disks": [{"name": "root", "blank": {}, "size": "1Gi"}], "state": "running"}
    bench.run(VM, **task)
    bench.run(VM, name="web-01", state="absent")
    kept = bench.backend.read("datavolumes", "web-01-root")
    assert kept is not None
    assert not kept["metadata"].get("ownerReferences")
    bench.run(VM, **task)
    bench.run(VM, name="web-01", state="absent", delete_disks=True)
    assert bench.backend.read("datavolumes", "web-01-root") is None


def test_a_password_lives_in_a_secret_and_nowhere_else(bench: Bench) -> None:
    task = {**RUNNING, "cloud_init": {"user_data": {"password": "hunter2"}}}
    answers = [bench.run(VM, check=True, diff=True, **task), bench.run(VM, diff=True, **task)]
    secret = bench.backend.read("secrets", "web-01-cloud-init")
    assert secret is not None
    assert secret["metadata"]["ownerReferences"]
    unchanged = bench.run(VM, diff=True, **task)
    assert unchanged.reads == ["get virtualmachines/web-01", "get secrets/web-01-cloud-init"]
    assert unchanged.writes == []
    task["cloud_init"] = {"user_data": {"password": "hunter3"}}
    answers += [unchanged, bench.run(VM, diff=True, **task), bench.fail(VM, **{**task, "memory": "a lot"})]
    assert not [answer for answer in answers if "hunter" in str(answer.result)]


def test_wait_false_returns_at_once(bench: Bench) -> None:
    answer = bench.run(VM, **RUNNING, wait=False)
    assert answer.reads == ["get virtualmachines/web-01"]
    assert answer.writes == ["create virtualmachines"]


def test_waiting_for_agent_and_address(bench: Bench) -> None:
    answer = bench.run(VM, **RUNNING, wait_for=["ready", "agent", "address"])
    kinds = [
        condition["type"] for condition in answer.result["vm"]["status"]["conditions"] if condition["status"] == "True"
    ]
    assert "AgentConnected" in kinds
    assert "get virtualmachineinstances/web-01" in answer.reads


def test_a_restart_in_the_middle_of_a_live_change(bench: Bench) -> None:
    bench.run(VM, **RUNNING, cpu={"sockets": 1, "max_sockets": 4})
    bench.run(VM, name="web-01", cpu={"sockets": 2})
    # the migration that brings the sockets is under way: the simulator fails this test if it loses its way
    restarted = bench.run(VM, name="web-01", state="restarted")
    assert restarted.result["vm"]["status"]["printableStatus"] == "Running"
    assert not bench.run(VM, name="web-01", cpu={"sockets": 2}, state="running").changed
