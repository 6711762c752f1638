# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_pool``: states, prediction, machines that move, faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from tests.sim.maas import Fault, Simulator
from tests.sim.maas.model import Named
from tests.unit.modules import groups, machines
from tests.unit.modules.groups import ALL, POOL, USE_CASE, Module, Tree, in_pool, only_diff, stand, verbs


@pytest.fixture(name="pool")
def module_on_a_region() -> Iterator[Module]:
    with Simulator("3.7", machines=3, stage="commissioned") as region:
        yield Module(region, POOL)


# The pool itself.


@pytest.mark.parametrize("version", ["3.3", "3.5", "3.7"])
def test_life_of_a_pool(version: str) -> None:
    with Simulator(version, machines=1, stage="commissioned") as region:
        pool = Module(region, POOL)
        options = {"name": "shop", "description": "Hosts of the shop\n"}
        made = pool.as_foreseen(**options)
        assert verbs(made) == ["create shop"]
        assert made["pool"] == {"name": "shop", "description": "Hosts of the shop", "id": 2}
        assert only_diff(made) == ({"state": "absent"}, {"state": "present", "description": "Hosts of the shop"})
        assert pool.unchanged(**options) == 1
        assert pool.unchanged(name="shop") == 1
        changed = pool.as_foreseen(name="shop", description="")
        assert pool.sent[0].form == {"description": [""]}
        assert only_diff(changed) == ({"description": "Hosts of the shop"}, {"description": ""})
        gone = pool.as_foreseen(name="shop", state="absent")
        assert verbs(gone) == ["delete shop"]
        assert gone["pool"] is None
        assert only_diff(gone) == ({"state": "present"}, {"state": "absent"})
        assert pool.unchanged(name="shop", state="absent") == 1


def test_pool_in_check_mode_has_no_number_yet(pool: Module) -> None:
    assert pool.run(check=True, name="shop")["pool"] == {"name": "shop", "description": "", "id": None}
    assert pool.run(check=True, name="vmo")["pool"]["id"] == 1


# Machines in it.


def test_machines_move_from_wherever_they_are(pool: Module) -> None:
    stand(pool.region, "worker-02", pool=1)
    options: Tree = {"name": "shop", "machines": ALL}
    result = pool.as_foreseen(**options)
    assert verbs(result) == ["create shop", *(f"update {name}" for name in ALL)]
    assert only_diff(result) == (
        {"state": "absent", "machines": {"worker-01": "default", "worker-02": "vmo", "worker-03": "default"}},
        {"state": "present", "machines": dict.fromkeys(ALL, "shop")},
    )
    assert in_pool(pool.region, "shop") == ALL
    assert pool.unchanged(**options) == 2


def test_only_those_move_that_are_elsewhere_and_others_stay(pool: Module) -> None:
    pool.run(name="vmo", machines=ALL[:2])
    result = pool.as_foreseen(name="vmo", machines=ALL[1:])
    assert verbs(result) == ["update worker-03"]
    assert [entry.form for entry in pool.sent] == [{"pool": ["vmo"]}]
    assert in_pool(pool.region, "vmo") == ALL
    result = pool.as_foreseen(name="default", machines=ALL[:1])
    assert only_diff(result) == ({"machines": {"worker-01": "vmo"}}, {"machines": {"worker-01": "default"}})
    assert in_pool(pool.region, "default") == ALL[:1]


def test_machines_by_all_of_their_names(pool: Module) -> None:
    first, second = pool.region.machine(ALL[0]), pool.region.machine(ALL[1])
    names = [first.system_id, second.interfaces[0].mac_address.upper(), "Worker-03.maas"]
    assert verbs(pool.as_foreseen(name="vmo", machines=names)) == [f"update {name}" for name in ALL]
    assert pool.unchanged(name="vmo", machines=names) == 4


def test_reads_do_not_grow_with_machines() -> None:
    with Simulator("3.7", machines=60, stage="commissioned") as region:
        pool = Module(region, POOL)
        names = region.edit(lambda world: [machine.hostname for machine in world.machines.values()])
        pool.as_foreseen(name="vmo", machines=names)
        assert (len(pool.sent), len(region.requests)) == (60, 62)
        assert in_pool(region, "vmo") == sorted(names)
        assert pool.unchanged(name="vmo", machines=names) == 2


def test_name_with_blanks(pool: Module) -> None:
    options: Tree = {"name": "Shop of_the-north 2", "machines": ALL[:1]}
    assert pool.as_foreseen(**options)["changed"]
    assert pool.unchanged(**options) == 2
    assert pool.refused("in_use", name=options["name"], state="absent")["error"]["machines"] == ALL[:1]


# What is left alone.


def test_pool_with_machines_stays_and_names_them(pool: Module) -> None:
    pool.run(name="vmo", machines=ALL[:2])
    result = pool.refused("in_use", name="vmo", state="absent")
    assert result["error"]["machines"] == ALL[:2]
    assert "worker-01, worker-02" in result["msg"]
    pool.run(name="default", machines=ALL[:2])
    assert pool.as_foreseen(name="vmo", state="absent")["changed"]


def test_machines_that_come_meanwhile_keep_the_pool(pool: Module) -> None:
    world = pool.region.edit(lambda world: world)
    machine = pool.region.machine("worker-01")

    class Meanwhile(Fault):
        def matches(self, method: str, target: str) -> bool:
            if method == "DELETE" and target:
                machine.pool = 1
            return False

    pool.region.add_fault(Meanwhile("never"))
    result = pool.run(name="vmo", state="absent")
    assert result["error"]["code"] == "in_use"
    assert not result["changed"]
    assert world.pool_named("vmo") is not None


def test_unknown_machine_changes_nothing(pool: Module) -> None:
    result = pool.refused("not_found", name="shop", machines=["worker-01", "worker-99"])
    assert result["error"]["machines"] == ["worker-99"]


def test_locked_machine_changes_nothing(pool: Module) -> None:
    stand(pool.region, "worker-02", status="deployed", locked=True, owner="admin")
    assert pool.refused("locked", name="vmo", machines=ALL)["error"]["machines"] == ["worker-02"]
    assert pool.unchanged(name="default", machines=ALL) == 2


def test_machine_of_another_user_needs_a_word(pool: Module) -> None:
    stand(pool.region, "worker-02", status="deployed", owner="user1")
    assert pool.refused("owned", name="vmo", machines=ALL)["error"]["machines"] == ["worker-02"]
    assert pool.as_foreseen(name="vmo", machines=ALL, change_owned=True)["changed"]


WRONG: list[tuple[Tree, str]] = [
    ({"name": ""}, "name"),
    ({"name": "-shop"}, "name"),
    ({"name": " shop"}, "name"),
    ({"name": "shop "}, "name"),
    ({"name": "shop.north"}, "name"),
    ({"name": "x" * 257}, "name"),
    ({"name": "default", "state": "absent"}, "name"),
    ({"state": "absent", "machines": ["worker-01"]}, "machines"),
    ({"machines": [""]}, "machines"),
]


@pytest.mark.parametrize(("options", "option"), WRONG)
def test_what_cannot_be_is_refused_before_anything_is_asked(pool: Module, options: Tree, option: str) -> None:
    result = pool.refused("invalid_option", **{"name": "shop", **options})
    assert result["error"]["option"] == option
    assert result["msg"].startswith(f"{option}: ")
    assert not pool.region.requests


# What goes wrong.


def test_ordinary_user_is_told(pool: Module) -> None:
    result = pool.run("user1", name="shop", machines=ALL)
    assert result["error"]["code"] == "forbidden"
    assert not result["changed"]


def test_one_machine_that_cannot_move_does_not_hold_up_the_others(pool: Module) -> None:
    system_id = pool.region.machine("worker-02").system_id
    pool.region.add_fault(Fault("status", method="PUT", path=system_id, code=500))
    result = pool.run(name="vmo", machines=ALL)
    assert result["msg"].startswith("1 of 3 machines could not be moved. worker-02: ")
    assert result["error"] == {"code": "unavailable", "machines": ["worker-02"]}
    assert verbs(result) == ["update worker-01", "update worker-03"]
    assert result["changed"]
    assert only_diff(result)[1] == {"machines": {"worker-01": "vmo", "worker-03": "vmo"}}
    assert verbs(pool.as_foreseen(name="vmo", machines=ALL)) == ["update worker-02"]


@pytest.mark.parametrize(("kind", "place"), [("cut", 0), *(("cut-after", place) for place in range(4))])
def test_lost_answer_is_no_failure(pool: Module, kind: str, place: int) -> None:
    result = pool.cut(kind, place, name="shop", machines=ALL)
    assert verbs(result)[0] == "create shop"
    assert sorted(verbs(result)[1:]) == [f"update {name}" for name in ALL]
    assert in_pool(pool.region, "shop") == ALL
    assert pool.unchanged(name="shop", machines=ALL) == 2


@pytest.mark.parametrize(("kind", "place"), [("cut", 0), *(("cut-after", place) for place in range(4))])
def test_next_run_goes_on_wherever_the_task_was_interrupted(
    pool: Module, kind: str, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(USE_CASE, "SECOND_LOOKS", 0)
    options: Tree = {"name": "shop", "machines": ALL}
    broken = pool.cut(kind, place, **options)
    assert broken["error"]["code"] == "connection_failed"
    assert len(broken["actions"]) == (3 if place else 0)
    pool.as_foreseen(**options)
    assert in_pool(pool.region, "shop") == ALL
    assert pool.unchanged(**options) == 2


def test_pool_that_somebody_makes_meanwhile_is_taken_as_it_is(pool: Module) -> None:
    world = pool.region.edit(lambda world: world)

    class Meanwhile(Fault):
        def matches(self, method: str, target: str) -> bool:
            if method == "POST" and target:
                world.pools.setdefault(7, Named(7, "shop", "Theirs"))
            return False

    pool.region.add_fault(Meanwhile("never"))
    result = pool.run(name="shop", machines=ALL[:1])
    assert verbs(result) == ["update worker-01"]
    assert result["pool"] == {"name": "shop", "description": "Theirs", "id": 7}


def test_both_modules_say_it_in_the_same_way_as_maas_machine(pool: Module) -> None:
    machines.task(pool.region, name=ALL, pool="vmo", tags=["worker"])
    assert pool.unchanged(name="vmo", machines=ALL) == 2
    assert Module(pool.region, groups.TAG).unchanged(name="worker", machines=ALL, exclusive=True) == 3


# What is documented.


def test_examples_run_as_they_are(pool: Module) -> None:
    ids = [pool.region.machine(name).system_id for name in ALL]
    for example in yaml.safe_load(POOL.EXAMPLES):
        options = example.get("vmo.core.maas_pool")
        if options is None:
            continue
        if isinstance(options.get("machines"), str):
            options["machines"] = ids
        result = pool.as_foreseen(**options)
        assert result["changed"], example["name"]


def test_what_is_told_is_documented(pool: Module) -> None:
    documented = yaml.safe_load(POOL.RETURN)
    told = [
        pool.run(name="shop", machines=ALL),
        pool.run(name="shop", state="absent"),
        pool.run(name="default", state="absent"),
    ]
    assert {word for result in told for word in result} - {"invocation", "failed"} == documented.keys()
    assert told[0]["pool"].keys() == documented["pool"]["contains"].keys()
    assert told[0]["diff"][0].keys() == documented["diff"]["contains"].keys()
    assert told[0]["actions"][0].keys() == documented["actions"]["contains"].keys()
    assert {word for result in told for word in result.get("error", {})} == documented["error"]["contains"].keys()
