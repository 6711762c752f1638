# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_machine``: states, prediction, many machines, interruptions."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest
import yaml

from tests.sim.maas import Fault, Simulator, Timings
from tests.sim.maas.model import STATUS, Failure
from tests.unit.modules.machines import (
    LAYOUT,
    PLUGIN,
    READY,
    RUN,
    USE_CASE,
    Tree,
    as_foreseen,
    network,
    task,
    unchanged,
    verbs,
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(USE_CASE, "FIRST_PAUSE", 0.02)


@pytest.fixture(name="fresh")
def of_new_machines() -> Iterator[Simulator]:
    with Simulator("3.7", machines=3, stage="new") as region:
        yield region


@pytest.fixture(name="region")
def of_ready_machines() -> Iterator[Simulator]:
    with Simulator("3.7", machines=3, stage="commissioned") as region:
        yield region


def stand(region: Simulator, status: str, hostname: str = "worker-01", **more: t.Any) -> None:
    """Put a machine into a state."""

    def change(_world: t.Any) -> None:
        machine.status = STATUS[status]
        for name, value in more.items():
            setattr(machine, name, value)

    machine = region.machine(hostname)
    region.edit(change)


def fail(region: Simulator, stage: str, hostname: str = "worker-01", times: int = 1) -> None:
    region.machine(hostname).failures.append(Failure(stage, times))


def refused(region: Simulator, code: str, **options: t.Any) -> str:
    """Run a task that must leave the machine alone; return its sentence."""
    sentences: list[str] = []
    for check in (True, False):
        result = task(region, name="worker-01", check=check, **options)
        assert result["failed"]
        assert result["error"]["code"] == code, result["msg"]
        assert not result["changed"]
        assert not [entry for entry in region.requests if entry.method != "GET"]
        sentences.append(result["msg"])
    assert sentences[0] == sentences[1]
    return sentences[0]


# From new to ready, and what is foreseen of it.


@pytest.mark.parametrize("version", ["3.3", "3.5", "3.7"])
def test_new_machines_become_ready_as_foreseen(version: str) -> None:
    with Simulator(version, Timings.by_polls(2), machines=3, stage="new") as region:
        names = ["worker-01", "worker-02", "worker-03"]
        result = as_foreseen(region, name=names, **READY)
        assert [machine["status"] for machine in result["machines"]] == ["ready"] * 3
        assert verbs(result, "worker-01") == [
            "update worker-01",
            "commission worker-01",
            "set_storage_layout worker-01",
            "create_bond bond_mgmt",
            "create_bond bond_data",
            "create_bridge br0",
            "create_vlan br0.20",
            "create_vlan br0.30",
            "link_subnet bond_mgmt",
            "link_subnet br0.30",
            "set_default_gateway bond_mgmt",
            "add_tag worker",
            "update worker-01",
        ]
        assert network(region, "worker-01") == network(region, "worker-03")
        assert len([entry for entry in region.writes if entry.op == "update_nodes"]) == 1
        assert unchanged(region, name=names, **READY) == 3
        machine = region.machine("worker-02")
        assert (machine.pool, machine.zone, machine.swap_size, machine.tags) == (1, 2, 0, ["worker"])
        assert machine.layout == "lvm"


def test_half_done_machine_is_finished_as_foreseen(region: Simulator) -> None:
    task(region, name="worker-01", interfaces=LAYOUT[:2], tags=["worker"])
    result = as_foreseen(region, name="worker-01", **READY)
    assert "create_bond bond_mgmt" not in verbs(result)
    assert "create_bridge br0" in verbs(result)
    assert unchanged(region, name="worker-01", **READY) == 3


def test_pool_is_last_since_others_may_take_the_machine_then(region: Simulator) -> None:
    result = task(region, name="worker-01", **READY)
    assert verbs(result)[-1] == "update worker-01"
    assert region.writes[-1].form == {"pool": ["vmo"]}


def test_nothing_but_a_list_is_read_where_no_network_is_named(region: Simulator) -> None:
    assert unchanged(region, name=["worker-01", "worker-02"], state="ready", pool="default") == 1


def test_unnamed_things_stay() -> None:
    with Simulator("3.7", machines=1) as region:
        before = network(region, "worker-01")
        result = as_foreseen(region, name="worker-01", interfaces=[{"name": "br0.20", "mtu": 1500}], tags=["virtual"])
        assert verbs(result) == ["update br0.20", "add_tag virtual"]
        after = network(region, "worker-01")
        assert {**after, "br0.20": None} == {**before, "br0.20": None}
        assert sorted(region.machine("worker-01").tags) == ["virtual", "worker"]
        assert result["diff"][0]["before"]["interfaces"] == [{"name": "br0.20", "mtu": 9000}]


def test_plain_fields_change_together(region: Simulator) -> None:
    options = {"name": region.machine("worker-01").system_id, "hostname": "shop-01", "zone": "rack-b", "pool": "vmo"}
    result = as_foreseen(region, **options)
    assert len(region.writes) == 2
    assert result["diff"][0]["after"] == {"hostname": "shop-01", "pool": "vmo", "zone": "rack-b"}
    assert result["machines"][0]["fqdn"] == "shop-01.maas"
    assert unchanged(region, **options) == 1


# How machines are named.


def test_machine_is_found_by_all_of_its_names(region: Simulator) -> None:
    machine = region.machine("worker-01")
    mac = machine.interfaces[1].mac_address
    for name in ("worker-01", "worker-01.maas", "WORKER-01", machine.system_id, mac, mac.upper().replace(":", "-")):
        result = task(region, name=name, check=True)
        assert result["machines"][0]["system_id"] == machine.system_id, name


def test_names_of_all_kinds_take_one_list_each(region: Simulator) -> None:
    names = ["worker-01", region.machine("worker-02").system_id, region.machine("worker-03").interfaces[0].mac_address]
    result = task(region, name=names)
    assert [machine["hostname"] for machine in result["machines"]] == ["worker-01", "worker-02", "worker-03"]
    assert len(region.requests) == 3


def test_unknown_machine_does_not_hold_up_the_others(region: Simulator) -> None:
    result = task(region, name=["worker-01", "worker-99"], tags=["worker"])
    assert result["failed"]
    assert result["error"] == {"code": "not_found", "machines": ["worker-99"]}
    assert result["changed"]
    assert region.machine("worker-01").tags == ["worker"]


def test_one_machine_under_two_names_is_refused(region: Simulator) -> None:
    result = task(region, name=["worker-01", region.machine("worker-01").system_id])
    assert result["error"]["code"] == "invalid_option"


def test_options_of_one_machine_go_before_those_of_all(region: Simulator) -> None:
    own = [
        {"name": "worker-01", "zone": "rack-b", "interfaces": [{"name": "enp1s0f0", "mtu": 9000}]},
        {"name": "worker-02"},
    ]
    options = {"machines": own, "zone": "rack-a", "interfaces": [{"name": "enp1s0f0", "mtu": 1400}]}
    as_foreseen(region, **options)
    found = [region.machine(name) for name in ("worker-01", "worker-02")]
    assert [machine.zone for machine in found] == [3, 2]
    assert [machine.interfaces[0].params["mtu"] for machine in found] == [9000, 1400]
    assert unchanged(region, **options) == 3


# What is left alone.

ALONE: list[tuple[str, Tree, Tree, str]] = [
    ("deployed", {"owner": "user1"}, {"state": "ready"}, "in_use"),
    ("deployed", {"owner": "user1"}, {"state": "ready", "release": True}, "owned"),
    ("deployed", {"owner": "user1"}, {"tags": ["worker"]}, "owned"),
    ("deployed", {"owner": "admin"}, {"state": "ready"}, "in_use"),
    ("deployed", {"owner": "admin"}, {"hostname": "other"}, "in_use"),
    ("deployed", {"owner": "admin"}, {"interfaces": LAYOUT}, "in_use"),
    ("allocated", {"owner": "user1"}, {"state": "ready"}, "in_use"),
    ("allocated", {"owner": "user1"}, {"interfaces": LAYOUT}, "owned"),
    ("reserved", {}, {"state": "ready"}, "in_use"),
    ("deploying", {"owner": "user1"}, {"state": "ready"}, "in_use"),
    ("failed_deployment", {"owner": "admin"}, {"state": "ready"}, "failed_deployment"),
    ("failed_releasing", {}, {"state": "ready"}, "failed_releasing"),
    ("failed_disk_erasing", {}, {"state": "ready"}, "failed_disk_erasing"),
    ("failed_testing", {}, {"state": "ready"}, "failed_testing"),
    ("broken", {"error_description": "The fan is loud"}, {"state": "ready"}, "broken"),
    ("missing", {}, {"state": "ready"}, "needs_people"),
    ("retired", {}, {"state": "ready"}, "needs_people"),
    ("new", {"power_type": ""}, {"state": "ready"}, "no_power_type"),
    ("new", {}, {"storage": {"layout": "blank"}}, "wrong_state"),
    ("ready", {}, {"locked": True}, "wrong_state"),
    ("ready", {"locked": True}, {"pool": "vmo"}, "locked"),
    ("deployed", {"locked": True, "owner": "admin"}, {"tags": ["worker"]}, "locked"),
]


@pytest.mark.parametrize(("status", "more", "options", "code"), ALONE)
def test_machine_is_left_alone(region: Simulator, status: str, more: Tree, options: Tree, code: str) -> None:
    stand(region, status, **more)
    sentence = refused(region, code, **options)
    assert sentence.startswith("worker-01 ")
    assert sentence.endswith(".")


def test_locked_machine_with_nothing_to_do_is_fine(region: Simulator) -> None:
    stand(region, "deployed", locked=True, owner="user1")
    assert unchanged(region, name="worker-01", locked=True, change_owned=True, pool="default") == 1


WRONG: list[tuple[Tree, str]] = [
    ({"pool": "vmmo"}, "pool"),
    ({"zone": "rack-z"}, "zone"),
    ({"domain": "nowhere"}, "domain"),
    ({"tags": ["wroker"]}, "tag"),
    ({"tags": ["a"], "without_tags": ["a"]}, "tags"),
    ({"swap_size": "much"}, "swap_size"),
    ({"hostname": "worker 1"}, "hostname"),
    ({"storage": {"layout": "flat", "root_device": "sdz"}}, "storage"),
    ({"storage": {"root_size": "1G"}}, "storage"),
    ({"power": {"parameters": {"power_pass": "x"}}}, "power"),
    ({"state": "ready", "locked": True}, "locked"),
    ({"interfaces": [{"name": "a_name_of_sixteen"}]}, "interfaces"),
    ({"interfaces": [{"name": "eth9", "mtu": 9000}]}, "interfaces"),
    ({"interfaces": [{"name": "enp1s0f0", "state": "absent"}]}, "interfaces"),
    ({"interfaces": [{"name": "br0", "type": "bridge"}]}, "interfaces"),
    ({"interfaces": [{"name": "bond0", "type": "bond", "parents": ["enp1s0f0"]}]}, "interfaces"),
    ({"interfaces": [{"name": "v", "type": "vlan", "parents": ["enp1s0f1"], "vid": 99}]}, "interfaces"),
    ({"interfaces": [{"name": "enp1s0f0", "links": [{"mode": "auto", "subnet": "vm-20"}]}]}, "interfaces"),
    ({"interfaces": [{"name": "enp1s0f0", "links": [{"mode": "auto", "subnet": "pxx"}]}]}, "interfaces"),
    ({"interfaces": [{"name": "enp1s0f0", "links": [{"mode": "auto"}]}]}, "interfaces"),
    ({"default_gateway": {"interface": "enp1s0f1"}}, "default_gateway"),
    ({"default_gateway": {"interface": "eth9"}}, "default_gateway"),
]


@pytest.mark.parametrize(("options", "option"), WRONG)
def test_what_cannot_be_is_refused_before_anything_changes(region: Simulator, options: Tree, option: str) -> None:
    result = task(region, name=["worker-01"], **{"description": "changed", **options})
    assert result["error"]["code"] == "invalid_option", result["msg"]
    assert result["error"]["option"] == option
    assert not region.writes


@pytest.mark.parametrize(("option", "word"), [("pool", "pools"), ("tags", "tags")])
def test_what_an_earlier_task_makes_is_foreseen_in_check_mode_only(region: Simulator, option: str, word: str) -> None:
    wanted: Tree = {"name": ["worker-01"], option: "later" if option == "pool" else ["later"]}
    foreseen: Tree = {**wanted, "foreseen": {word: ["later"]}}
    told = task(region, check=True, **foreseen)
    assert told["changed"], told
    assert task(region, check=True, **wanted)["error"]["option"] == option.rstrip("s")
    assert task(region, **foreseen)["error"]["option"] == option.rstrip("s")


def test_nothing_is_named(region: Simulator) -> None:
    assert task(region)["error"] == {"code": "invalid_option", "option": "name"}


# The ways back to ready.


def test_released_machine_becomes_ready(region: Simulator) -> None:
    stand(region, "deployed", owner="admin", osystem="ubuntu", power_state="on")
    result = as_foreseen(region, name="worker-01", state="ready", release=True, erase="quick", tags=["worker"])
    assert verbs(result) == ["release worker-01", "add_tag worker"]
    assert region.writes[0].form == {"erase": ["true"], "quick_erase": ["true"]}
    assert result["machines"][0]["status"] == "ready"


def test_machine_of_another_user_is_released_only_with_both_options(region: Simulator) -> None:
    stand(region, "allocated", owner="user1")
    result = as_foreseen(region, name="worker-01", state="ready", release=True, change_owned=True)
    assert verbs(result) == ["release worker-01"]


@pytest.mark.parametrize(
    ("status", "options", "done"),
    [
        ("broken", {"broken": "mark_fixed"}, ["mark_fixed worker-01"]),
        ("broken", {"broken": "commission"}, ["commission worker-01"]),
        ("failed_testing", {"accept_failed_tests": True}, ["override_failed_testing worker-01"]),
        ("failed_testing", {"retest": True}, ["test worker-01"]),
        ("failed_commissioning", {}, ["commission worker-01"]),
        ("rescue_mode", {}, ["exit_rescue_mode worker-01"]),
        ("ready", {"recommission": True}, ["commission worker-01"]),
        ("ready", {"retest": True}, ["test worker-01"]),
        ("failed_deployment", {"release": True}, ["release worker-01"]),
    ],
)
def test_machine_comes_back(region: Simulator, status: str, options: Tree, done: list[str]) -> None:
    stand(region, status)
    result = as_foreseen(region, name="worker-01", state="ready", **options)
    assert verbs(result) == done
    assert result["machines"][0]["status"] == "ready"


def test_layout_survives_another_commissioning() -> None:
    with Simulator("3.7", machines=1) as region:
        before = network(region, "worker-01")
        task(region, name="worker-01", state="ready", recommission=True)
        assert network(region, "worker-01") == before
        task(region, name="worker-01", state="ready", recommission=True, commissioning={"skip_networking": False})
        assert "br0" not in network(region, "worker-01")


def test_scripts_and_their_parameters_are_passed_on(fresh: Simulator) -> None:
    how = {
        "testing_scripts": ["ntp", "internet-connectivity"],
        "parameters": {"internet-connectivity_url": "https://example.com"},
    }
    result = task(fresh, name="worker-01", state="ready", commissioning=how)
    assert not result.get("failed"), result
    assert fresh.writes[0].form == {
        "testing_scripts": ["ntp,internet-connectivity"],
        "internet-connectivity_url": ["https://example.com"],
    }
    task(fresh, name="worker-02", state="ready", commissioning={"testing_scripts": []})
    assert fresh.writes[0].form == {"testing_scripts": ["none"]}


# What goes wrong.


@pytest.mark.parametrize(
    ("stage", "code", "said"),
    [
        ("testing", "failed_testing", "smartctl-validate"),
        ("commissioning", "failed_commissioning", "50-maas-01-commissioning"),
        ("timeout", "failed_commissioning", "timed out after 30 minutes"),
    ],
)
def test_failed_work_ends_the_wait_with_its_cause(fresh: Simulator, stage: str, code: str, said: str) -> None:
    fail(fresh, stage)
    result = task(fresh, name="worker-01", wait_timeout=600, **READY)
    assert result["error"]["code"] == code
    assert said in result["msg"]
    assert result["changed"]
    (machine,) = result["machines"]
    assert machine["status"] == code
    assert said in str(machine["diagnosis"])
    assert verbs(result) == ["update worker-01", "commission worker-01"]


def test_one_failure_does_not_hide_success(fresh: Simulator) -> None:
    fail(fresh, "testing", "worker-02")
    names = ["worker-01", "worker-02", "worker-03"]
    result = task(fresh, name=names, **READY)
    assert result["failed"]
    assert result["msg"].startswith("1 of 3 machines failed. worker-02: worker-02 failed its tests;")
    assert result["error"] == {"code": "failed_testing", "machines": ["worker-02"]}
    assert [machine["failed"] for machine in result["machines"]] == [False, True, False]
    assert [machine["status"] for machine in result["machines"]] == ["ready", "failed_testing", "ready"]
    assert unchanged(fresh, name=["worker-01", "worker-03"], **READY) == 3
    again = task(fresh, name=names, accept_failed_tests=True, **READY)
    assert not again.get("failed"), again["msg"]
    assert [machine["changed"] for machine in again["machines"]] == [False, True, False]


def test_machine_that_somebody_deletes_meanwhile_is_told(fresh: Simulator) -> None:
    world, system_id = fresh.edit(lambda world: world), fresh.machine("worker-01").system_id

    class DeletesAtTheFirstLook(Fault):
        def matches(self, method: str, target: str) -> bool:
            if method == "GET" and f"id={system_id}" in target:
                world.machines.pop(system_id, None)
            return False

    fresh.add_fault(DeletesAtTheFirstLook("never"))
    result = task(fresh, name=["worker-01", "worker-02"], state="ready")
    assert result["error"] == {"code": "not_found", "machines": ["worker-01"]}
    assert "somebody deleted it" in result["msg"]
    assert [machine["status"] for machine in result["machines"]] == ["commissioning", "ready"]


def test_work_that_is_not_waited_for_goes_on_later(fresh: Simulator) -> None:
    result = task(fresh, name="worker-01", wait=False, **READY)
    assert verbs(result) == ["update worker-01", "commission worker-01"]
    assert result["machines"][0]["pending"][0] == {
        "verb": "set_storage_layout", "kind": "machine", "name": "worker-01",
    }  # fmt: skip
    assert "interfaces" not in result["diff"][0]["after"]
    later = task(fresh, name="worker-01", **READY)
    assert "commission worker-01" not in verbs(later)
    assert later["machines"][0]["status"] == "ready"
    assert unchanged(fresh, name="worker-01", **READY) == 3


def test_deadline_tells_what_was_seen(fresh: Simulator) -> None:
    fresh.edit(lambda world: setattr(world.timings, "commissioning", 600.0))
    result = task(fresh, name="worker-01", state="ready", wait_timeout=1)
    assert result["error"]["code"] == "wait_timeout"
    assert "last seen: Commissioning" in result["msg"]
    assert result["changed"]


def test_lost_answer_is_no_failure_wherever_the_line_is_cut() -> None:
    with Simulator("3.7", machines=1, stage="new") as region:
        expected = task(region, name="worker-01", **READY)
        count, layout = len(region.writes), network(region, "worker-01")
        # A machine with one gateway takes it by itself: seen once more, nothing is left to set.
        taken_by_itself = "set_default_gateway bond_mgmt"
        twice = len(verbs(expected)) - len(set(verbs(expected)))
        for kind, place in [(kind, place) for kind in ("cut", "cut-after") for place in range(count)]:
            region.reset()
            result = broken_at(region, place, kind)
            assert not result.get("failed"), (kind, place, result)
            assert set(verbs(expected)) - set(verbs(result)) <= {taken_by_itself}, (kind, place)
            assert len(verbs(result)) == len(set(verbs(result))) + twice, (kind, place)
            assert result["diff"] == expected["diff"], (kind, place)
            assert network(region, "worker-01") == layout, (kind, place)


def test_next_run_goes_on_wherever_the_task_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    # what had an effect but no answer is the same as a kill right after it
    monkeypatch.setattr(RUN, "LOST_ANSWERS", 0)
    with Simulator("3.7", machines=1, stage="new") as region:
        task(region, name="worker-01", **READY)
        count, expected = len(region.writes), network(region, "worker-01")
        for kind, place in [("cut", 0), *(("cut-after", place) for place in range(count))]:
            region.reset()
            broken = broken_at(region, place, kind)
            assert broken["failed"], (kind, place)
            at_rest = region.machine("worker-01").status in (STATUS["new"], STATUS["ready"])
            # a machine that MAAS is at work on may be further already when the task begins
            result = (as_foreseen if at_rest else task)(region, name="worker-01", **READY)
            assert network(region, "worker-01") == expected, (kind, place)
            assert result["machines"][0]["status"] == "ready"
            assert unchanged(region, name="worker-01", **READY) == 3


def test_line_that_is_always_cut_is_a_failure(region: Simulator) -> None:
    region.add_fault(Fault("cut", method="PUT", times=9))
    result = task(region, name=["worker-01"], description="Row 3")
    assert result["error"]["code"] == "connection_failed"
    assert [entry.method for entry in region.requests].count("PUT") == 4


def broken_at(region: Simulator, place: int, kind: str) -> Tree:
    """Run the task with the line cut at a write, before it has an effect or afterwards."""

    class CutAtAWrite(Fault):
        left = place

        def matches(self, method: str, target: str) -> bool:
            is_write = method != "GET" and super().matches("*", target)
            self.left -= is_write
            return is_write and self.left == -1

    region.add_fault(CutAtAWrite(kind))
    result = task(region, name="worker-01", **READY)
    region.desk.faults.clear()
    return result


# Many at once.


def test_twenty_machines_are_commissioned_together() -> None:
    with Simulator("3.7", Timings.by_polls(2), machines=20, stage="new") as region:
        names = [machine.hostname for machine in region.edit(lambda world: list(world.machines.values()))]
        result = task(region, name=names, state="ready", tags=["worker"])
        assert [machine["status"] for machine in result["machines"]] == ["ready"] * 20
        commissioned = [number for number, entry in enumerate(region.requests) if entry.op == "commission"]
        looks = [number for number, entry in enumerate(region.requests) if entry.method == "GET"]
        assert len(commissioned) == 20
        # all are begun before the first look, and a look is one request
        assert max(commissioned) < min(number for number in looks if number > commissioned[0])
        assert len(region.writes) == 21
        assert all(len(region.requests[number].query.get("id", [])) in (0, 20) for number in looks)
        assert unchanged(region, name=names, state="ready", tags=["worker"]) == 1


# Power, and its secrets.

POWER = {"type": "redfish", "parameters": {"power_address": "192.0.2.9"}, "secrets": {"power_pass": "hush-4713"}}


def test_secrets_go_along_with_a_change_and_show_nowhere(region: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    result = as_foreseen(region, name="worker-01", power=POWER)
    assert "hush-4713" not in str(result)
    assert "bmc-secret" not in str(result) + capsys.readouterr().out
    assert region.machine("worker-01").power_parameters["power_pass"] == "hush-4713"
    assert result["diff"][0]["after"]["power"]["secrets"] == {"power_pass": "(hidden, changed)"}
    assert unchanged(region, name="worker-01", power=POWER) == 2


def test_secret_alone_is_no_difference_unless_it_is_to_be_renewed(region: Simulator) -> None:
    secrets = {"secrets": {"power_pass": "hush-4714"}}
    assert unchanged(region, name="worker-01", power=secrets) == 1
    result = as_foreseen(region, name="worker-01", power={**secrets, "renew_secrets": True})
    assert region.writes[0].form == {"power_type": ["ipmi"], "power_parameters_power_pass": ["hush-4714"]}
    assert "hush-4714" not in str(result)


def test_power_of_a_new_machine_is_set_before_it_is_commissioned(fresh: Simulator) -> None:
    stand(fresh, "new", power_type="")
    result = as_foreseen(fresh, name="worker-01", state="ready", power=POWER)
    assert verbs(result) == ["update worker-01", "commission worker-01"]


# Locks, tags, disks.


def test_lock_and_unlock(region: Simulator) -> None:
    stand(region, "deployed", owner="user1", osystem="ubuntu")
    options: Tree = {"name": "worker-01", "change_owned": True}
    assert verbs(as_foreseen(region, locked=True, **options)) == ["lock worker-01"]
    result = as_foreseen(region, locked=False, tags=["worker"], **options)
    assert verbs(result) == ["unlock worker-01", "add_tag worker"]


def test_tags_are_taken_away(region: Simulator) -> None:
    task(region, name="worker-01", tags=["worker", "virtual"])
    result = as_foreseen(region, name="worker-01", tags=["worker"], without_tags=["virtual", "nowhere"])
    assert verbs(result) == ["remove_tag virtual"]
    assert result["diff"][0]["before"] == {"tags": ["virtual"]}
    assert result["diff"][0]["after"] == {"tags": []}


def test_tag_that_maas_sets_by_itself_is_not_touched(region: Simulator) -> None:
    region.edit(lambda world: setattr(world.tags["worker"], "definition", "//node"))
    assert task(region, name="worker-01", tags=["worker"])["error"]["code"] == "invalid_option"


def test_disks_are_laid_out_anew_only_when_they_differ(region: Simulator) -> None:
    for wanted, done in (
        ({"layout": "flat"}, []),
        ({"layout": "lvm", "lv_size": "100G"}, ["set_storage_layout worker-01"]),
        ({"layout": "lvm"}, []),
        ({"layout": "lvm", "lv_size": "100G", "vg_name": "vgroot", "lv_name": "lvroot"}, []),
        ({"layout": "flat", "root_device": "nvme1n1"}, ["set_storage_layout worker-01"]),
        ({"boot_disk": "nvme1n1"}, ["set_boot_disk nvme1n1"]),
        ({"layout": "blank"}, ["set_storage_layout worker-01"]),
        ({"layout": "blank"}, []),
    ):
        assert verbs(as_foreseen(region, name="worker-01", storage=wanted)) == done, wanted


# What is documented.


def test_examples_run_as_they_are() -> None:
    with Simulator("3.7", machines=4, stage="new") as region:
        values = {"{{ bmc_password }}": "hush-4715", "{{ deployed_machines }}": ["worker-04"]}
        for example in yaml.safe_load(PLUGIN.EXAMPLES):
            options = example.get("vmo.core.maas_machine")
            if options is None:
                continue
            if options.get("release"):
                stand(region, "deployed", "worker-04", owner="admin", osystem="ubuntu", power_state="on")
            if options.get("locked"):
                stand(region, "deployed", "worker-04", owner="user1", osystem="ubuntu")
            filled = yaml.safe_load(yaml.safe_dump(options))
            for name in ("names",):
                filled[name] = values.get(filled.get(name), filled.get(name))
            result = task(region, **{name: value for name, value in filled.items() if value is not None})
            assert not result.get("failed"), (example["name"], result["msg"])
            assert result["changed"], example["name"]


def test_what_is_told_is_documented(fresh: Simulator) -> None:
    fail(fresh, "testing", "worker-02")
    documented = yaml.safe_load(PLUGIN.RETURN)
    result = task(fresh, name=["worker-01", "worker-02"], **READY)
    later = task(fresh, name="worker-03", wait=False, **READY)
    told = {name for machine in (*result["machines"], *later["machines"]) for name in machine}
    assert told == documented["machines"]["contains"].keys()
    assert result.keys() - {"invocation", "failed"} == documented.keys()
    assert result["diff"][0].keys() == documented["diff"]["contains"].keys()
    actions = documented["machines"]["contains"]["actions"]["contains"]
    assert result["machines"][0]["actions"][0].keys() == actions.keys()
