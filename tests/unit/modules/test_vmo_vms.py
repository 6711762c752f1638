# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_vms``: many VMs in one task, with few requests."""

from __future__ import annotations

import dataclasses
import threading
import time
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._usecase.vms import PATIENCE_SECONDS
from tests.sim.kubevirt import Fault
from tests.unit.modules.bench import Answer, Bench

Tree = dict[str, t.Any]
FLEET = "vmo_vms"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
BODY: Tree = {"memory": "1Gi", "disks": [ROOT]}
CREATE = {"verb": "create", "kind": "VirtualMachine"}
TWENTY: Tree = {"count": 20, "pattern": "web-%02d", "defaults": BODY, "state": "running"}


def vms(answer: Answer, word: str = "name") -> list[t.Any]:
    return [vm[word] for vm in answer.result["vms"]]


def about_vms(answer: Answer) -> list[str]:
    """Return the reads of VMs themselves."""
    return [read for read in answer.reads if read.split()[1].split("/")[0] == "virtualmachines"]


def test_twenty_vms_are_a_list_twenty_creates_and_one_watch(bench: Bench) -> None:
    began = time.monotonic()
    made = bench.run(FLEET, **TWENTY)
    is_quick = time.monotonic() - began < PATIENCE_SECONDS
    assert made.changed
    assert vms(made) == [f"web-{number:02d}" for number in range(1, 21)]
    assert vms(made, "status") == ["Running"] * 20
    assert made.result["summary"] == {
        "total": 20,
        "changed": 20,
        "unchanged": 0,
        "failed": 0,
        "skipped": 0,
        "ready": 20,
    }
    assert made.writes == ["create virtualmachines"] * 20
    # what is around a VM is looked at only where it takes long, and a watch lasts a minute
    assert about_vms(made)[:2] == ["list virtualmachines", "watch virtualmachines"]
    assert set(about_vms(made)[1:]) == {"watch virtualmachines"}
    assert not is_quick or made.reads == ["list virtualmachines", "watch virtualmachines"]


def test_an_unchanged_fleet_is_one_list(bench: Bench) -> None:
    bench.run(FLEET, **TWENTY)
    again = bench.run(FLEET, **TWENTY)
    assert (again.changed, again.writes, again.rehearsals, again.reads) == (False, [], [], ["list virtualmachines"])
    assert again.result["summary"]["unchanged"] == again.result["summary"]["ready"] == 20
    assert again.result["diff"] == []


def started(name: str, image: str = "registry.example/fedora:42") -> Tree:
    return {"name": name, "disks": [{"name": "root", "container_disk": {"image": image}}]}


def fleet(*vms: Tree | str, **said: t.Any) -> Tree:
    items = [{"name": vm} if isinstance(vm, str) else vm for vm in vms]
    return {"vms": items, "state": "running", "defaults": BODY, **said}


def test_check_mode_foretells_what_comes(bench: Bench) -> None:
    task = fleet("a", "b", {"name": "c", "memory": "2Gi"})
    foreseen = bench.run(FLEET, check=True, diff=True, **task)
    assert (foreseen.writes, foreseen.rehearsals) == ([], ["create virtualmachines"] * 3)
    assert "watch virtualmachines" not in foreseen.reads
    made = bench.run(FLEET, diff=True, **task)
    assert made.result["diff"] == foreseen.result["diff"]
    assert vms(made, "actions") == vms(foreseen, "actions")
    again = bench.run(FLEET, check=True, **task)
    assert (again.changed, again.rehearsals, again.reads) == (False, [], ["list virtualmachines"])


def test_a_change_is_one_patch_for_each_vm_that_differs(bench: Bench) -> None:
    bench.run(FLEET, **fleet("a", "b", "c", state="present"))
    changed = bench.run(FLEET, **fleet("a", {"name": "b", "memory": "2Gi"}, "c", state="present"))
    assert vms(changed, "changed") == [False, True, False]
    # KubeVirt's controller may write its status between the list and the patch, which is decided again then
    assert changed.reads[0] == "list virtualmachines"
    assert set(changed.reads[1:]) <= {"get virtualmachines/b"}
    assert set(changed.writes) == {"patch virtualmachines/b"}
    assert len(changed.writes) == len(changed.reads)
    (diff,) = changed.result["diff"]
    assert (diff["before"], diff["after"]) == ({"memory": "1Gi"}, {"memory": "2Gi"})
    assert diff["before_header"] == f"VirtualMachine {bench.namespace}/b"


def test_power_of_many(bench: Bench) -> None:
    task: Tree = {"count": 3, "pattern": "w-%d"}
    bench.run(FLEET, **task, defaults=BODY, state="running")
    paused = bench.run(FLEET, **task, state="paused")
    assert vms(paused, "status") == ["Paused"] * 3
    stopped = bench.run(FLEET, **task, state="stopped")
    assert vms(stopped, "status") == ["Stopped"] * 3
    assert vms(stopped, "ready") == [False] * 3
    again = bench.run(FLEET, **task, state="stopped")
    assert (again.changed, again.reads) == (False, ["list virtualmachines"])
    assert vms(bench.run(FLEET, **task, state="running"), "ready") == [True] * 3
    assert bench.run(FLEET, **task, state="restarted").result["summary"]["changed"] == 3


def test_vms_leave_together(bench: Bench) -> None:
    bench.run(FLEET, **fleet("a", "b", "c"))
    foreseen = bench.run(FLEET, **fleet("a", "b", "x", state="absent"), check=True)
    assert (foreseen.writes, vms(foreseen, "changed")) == ([], [True, True, False])
    gone = bench.run(FLEET, **fleet("a", "b", "x", state="absent"))
    assert sorted(gone.writes) == ["delete virtualmachines/a", "delete virtualmachines/b"]
    assert (gone.reads.count("list virtualmachines"), gone.reads.count("watch virtualmachines")) <= (1, 1)
    assert sorted(set(gone.reads))[:2] == ["get virtualmachines/a", "get virtualmachines/b"]
    assert [bench.vm(name) is None for name in "abc"] == [True, True, False]
    assert vms(gone, "status") == [None] * 3
    again = bench.run(FLEET, **fleet("a", "b", "x", state="absent"))
    assert (again.changed, again.reads, again.writes) == (False, ["list virtualmachines"], [])


def test_one_that_fails_does_not_hold_up_the_others(bench: Bench) -> None:
    bad = "registry.example/does-not-exist:1"
    answer = bench.fail(FLEET, **fleet("a", "b", started("c", bad), "d", "e", failure_grace=1))
    assert vms(answer, "failed") == [False, False, True, False, False]
    assert vms(answer, "ready") == [True, True, False, True, True]
    assert answer.changed
    assert answer.result["msg"].startswith("1 of 5 VMs failed. c: ")
    assert bad in answer.result["msg"]
    error = answer.result["error"]
    assert (error["code"], error["vms"]) == ("image_pull_failed", ["c"])
    assert [cause["vms"] for cause in error["causes"]] == [["c"]]
    failed = answer.result["vms"][2]
    assert (failed["changed"], failed["error"]["code"]) == (True, "image_pull_failed")
    assert failed["diagnosis"]["reason"] == "image_pull_failed"


def test_failures_are_told_by_cause(bench: Bench) -> None:
    lacking = {"instancetype": {"name": "nowhere"}, "memory": None}
    shared: Tree = {"template": {"spec": {"template": {"spec": {"domain": {}}}}}}
    answer = bench.fail(
        FLEET,
        vms=[
            {"name": "a", **lacking},
            {"name": "b", "memory": None},
            {"name": "c", **lacking},
            {"name": "d"},
        ],
        defaults={**BODY, **shared},
    )
    assert vms(answer, "changed") == [False, False, False, True]
    error = answer.result["error"]
    assert (error["code"], error["vms"]) == ("several", ["a", "b", "c"])
    assert [(cause["code"], cause["vms"]) for cause in error["causes"]] == [
        ("not_found", ["a", "c"]),
        ("invalid_option", ["b"]),
    ]
    assert "3 of 4 VMs failed. a, c: " in answer.result["msg"]
    # what two of them refer to was looked at once
    assert answer.reads.count("get virtualmachineclusterinstancetypes/nowhere") == 1
    assert answer.writes == ["create virtualmachines"]


def test_groups_come_one_after_the_other(bench: Bench) -> None:
    slow = {"template_annotations": {"sim/boot-delay": "1"}}
    task = fleet({"name": "app", "group": 2}, {"name": "db", "group": 1, **slow}, {"name": "db-2", "group": 1})
    made = bench.run(FLEET, **task)
    born = {name: bench.vm(name)["metadata"]["creationTimestamp"] for name in ("app", "db", "db-2")}
    assert max(born["db"], born["db-2"]) <= born["app"]
    watched = made.reads + made.writes
    assert vms(made, "group") == [2, 1, 1]
    assert vms(made, "ready") == [True] * 3
    # one more list, since the first one is old when the second group begins
    assert watched.count("list virtualmachines") == 2
    gone = bench.run(FLEET, **{**task, "state": "absent"})
    assert gone.writes[0] == "delete virtualmachines/app"
    assert len(gone.writes) == 3


def test_after_a_failure_no_other_group_begins(bench: Bench) -> None:
    bad = started("db", "registry.example/does-not-exist:1")
    task = fleet({**bad, "group": 1}, {"name": "db-2", "group": 1}, {"name": "app", "group": 2}, failure_grace=1)
    answer = bench.fail(FLEET, **task)
    assert vms(answer, "skipped") == [False, False, True]
    assert vms(answer, "ready") == [False, True, False]
    assert answer.result["msg"].endswith("1 VM of later groups was not begun.")
    assert answer.result["summary"] == {
        "total": 3,
        "changed": 2,
        "unchanged": 0,
        "failed": 1,
        "skipped": 1,
        "ready": 1,
    }
    assert bench.vm("app") is None


def test_addresses_are_waited_for_by_one_list_and_one_watch(bench: Bench) -> None:
    task = fleet("a", "b", "c", wait_for=["address"], addresses={"first": "192.0.2.10/24", "gateway": "192.0.2.1"})
    made = bench.run(FLEET, **task)
    assert vms(made, "address") == ["192.0.2.10/24", "192.0.2.11/24", "192.0.2.12/24"]
    assert all(vms(made, "addresses"))
    assert made.reads.count("list virtualmachineinstances") == 1
    assert made.reads.count("watch virtualmachineinstances") <= 1
    assert not [read for read in about_vms(made) if read.startswith("get ")]
    volumes = bench.vm("b")["spec"]["template"]["spec"]["volumes"]
    (cloud_init,) = [volume["cloudInitNoCloud"] for volume in volumes if "cloudInitNoCloud" in volume]
    assert "192.0.2.11/24" in cloud_init["networkData"]
    assert not bench.run(FLEET, **task).changed


def test_a_table_makes_vms(bench: Bench) -> None:
    table = "vmName,cpuCores,memory,runStrategy,labels\nc-1,2,1Gi,Halted,tier=front\nc-2,,2Gi,,\n"
    made = bench.run(FLEET, csv=table, defaults={"disks": [ROOT], "cpu": {"cores": 1}})
    assert made.changed
    first, second = (bench.vm(name)["spec"]["template"]["spec"]["domain"] for name in ("c-1", "c-2"))
    assert (first["cpu"]["cores"], second["cpu"]["cores"]) == (2, 1)
    assert (first["memory"]["guest"], second["memory"]["guest"]) == ("1Gi", "2Gi")
    assert not bench.run(FLEET, csv=table, defaults={"disks": [ROOT], "cpu": {"cores": 1}}).changed


@pytest.mark.parametrize(
    ("task", "option", "words"),
    [
        ({"vms": [{"name": "a"}, {"name": "a"}]}, "name", "asked for twice"),
        ({"vms": [{"name": "a", "melody": 1}]}, "melody", "a: there is no option melody."),
        ({"vms": [{"name": "a", "cpu": {"speed": 1}}]}, "cpu", "a: there is no option cpu.speed."),
        ({"vms": [{"name": "a", "state": "melted"}]}, None, "a: value of state must be one of"),
        ({"vms": [{"name": "A"}]}, "name", "is not a name for a VirtualMachine"),
        ({"vms": [{"name": "a"}], "parallel": 0}, "parallel", "between 1 and 200"),
        ({"count": 0, "pattern": "w-%d"}, "count", "0 is not between 1 and 1000"),
        ({"count": 2, "pattern": "w"}, "pattern", "one number"),
        ({"count": 2}, "pattern", "one number"),
        ({}, "vms", "name the VMs"),
        ({"vms": [{"name": "a"}], "namespace": None}, "namespace", "a has none"),
        ({"vms": [{"name": "a", "wait_for": ["agent"]}], "state": "absent"}, "wait_for", "a: wait_for"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(bench: Bench, task: Tree, option: str | None, words: str) -> None:
    answer = bench.fail(FLEET, **{"defaults": BODY, **task})
    assert words in answer.result["msg"]
    assert answer.result["error"]["code"] == "invalid_option"
    assert answer.result["error"].get("option") == option
    assert answer.reads == answer.writes == answer.rehearsals == []


def test_no_vms_are_no_work(bench: Bench) -> None:
    answer = bench.run(FLEET, vms=[])
    assert (answer.changed, answer.result["vms"], answer.reads) == (False, [], [])


def test_objects_are_told_on_request_and_secrets_never(bench: Bench) -> None:
    secret = {"cloud_init": {"user_data": {"password": "hunter2"}}}
    task = fleet({"name": "a", **secret}, "b", with_objects=True)
    made = bench.run(FLEET, diff=True, **task)
    assert [vm["metadata"]["name"] for vm in vms(made, "vm")] == ["a", "b"]
    assert "hunter2" not in str(made.result)
    assert vms(made, "actions")[0][0] == {"verb": "create", "kind": "Secret", "name": "a-cloud-init"}
    told = bench.run(FLEET, **fleet({"name": "a", **secret}, "b"))
    assert not told.changed
    assert "vm" not in told.result["vms"][0]
    assert len(str(told.result["vms"])) < 2000


STUMBLES = [
    Fault("status", method="POST", path="virtualmachines", code=429, retry_after=1, times=5),
    Fault("status", method="POST", path="virtualmachines", code=503, times=8),
    Fault("webhook", method="POST", path="virtualmachines", times=3),
    Fault("cut", method="POST", path="virtualmachines", times=3),
    Fault("cut-after", method="POST", path="virtualmachines", times=5),
    Fault("cut", method="GET", path="virtualmachines", times=2),
    Fault("expired", method="GET", path=r"virtualmachines\?.*watch=true", times=2),
    Fault("status", method="GET", path=r"virtualmachines\?.*watch=true", code=503, times=2),
]


@pytest.mark.parametrize("fault", STUMBLES, ids=lambda fault: f"{fault.kind}-{fault.method}-{fault.code}")
def test_a_stumbling_server_is_no_failure(bench: Bench, fault: Fault) -> None:
    bench.backend.disturb(dataclasses.replace(fault))
    task = {**TWENTY, "count": 8}
    made = bench.run(FLEET, **task)
    assert made.result["summary"]["changed"] == made.result["summary"]["ready"] == 8
    assert all(actions == [{**CREATE, "name": name}] for name, actions in zip(vms(made), vms(made, "actions")))
    again = bench.run(FLEET, **task)
    assert (again.changed, again.result["summary"]["total"]) == (False, 8)


def test_who_may_not_watch_lists(bench: Bench) -> None:
    bench.backend.deny("watch", "virtualmachines")
    made = bench.run(FLEET, **fleet("a", "b", "c"))
    assert vms(made, "ready") == [True] * 3
    assert not [read for read in made.reads if read.startswith("get virtualmachines/")]


def test_who_may_not_list_is_told_the_right(bench: Bench) -> None:
    bench.backend.deny("list", "virtualmachines")
    answer = bench.fail(FLEET, **fleet("a", "b"))
    assert answer.result["error"]["code"] == "forbidden"
    assert answer.result["error"]["rule"]["verbs"] == ["list"]
    assert answer.writes == []


def test_the_time_that_is_over_is_told_of_each(bench: Bench) -> None:
    slow = {"template_annotations": {"sim/boot": "stuck"}}
    calm = {"name": "a", "state": "present"}
    answer = bench.fail(FLEET, **fleet(calm, {"name": "b", **slow}, {"name": "c", **slow}, wait_timeout=3))
    assert vms(answer, "failed") == [False, True, True]
    # how far a genuine cluster has come by then depends on the machine
    codes = {"wait_timeout", "launcher_not_starting", "guest_not_starting", "not_started"}
    assert {cause["code"] for cause in answer.result["error"]["causes"]} <= codes
    assert answer.result["error"]["vms"] == ["b", "c"]
    assert "2 of 3 VMs failed. " in answer.result["msg"]


def test_no_thread_outlives_the_task(bench: Bench) -> None:
    before = set(threading.enumerate())
    bench.run(FLEET, **fleet("a", "b", "c", wait_for=["address"]))
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("vmo-")]
    assert left == []
