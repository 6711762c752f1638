# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_tag``: states, prediction, machines by hand, faults."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest
import yaml

from tests.sim.maas import Fault, Simulator
from tests.unit.modules.groups import ALL, TAG, USE_CASE, Module, Tree, having, only_diff, stand, verbs

VMX = '//node[@class="processor"]/capabilities/capability/@id="vmx"'


@pytest.fixture(name="tag")
def module_on_a_region() -> Iterator[Module]:
    with Simulator("3.7", machines=3, stage="commissioned") as region:
        yield Module(region, TAG)


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here waits for MAAS to come to rest."""
    monkeypatch.setattr("ansible_collections.vmo.core.plugins.module_utils._wait.SystemClock.sleep", lambda *_: None)


# The tag itself.


@pytest.mark.parametrize("version", ["3.3", "3.5", "3.7"])
def test_life_of_a_tag(version: str) -> None:
    with Simulator(version, machines=1, stage="commissioned") as region:
        tag = Module(region, TAG)
        options = {"name": "shop", "comment": "Hosts of the shop", "kernel_opts": "intel_iommu=on"}
        made = tag.as_foreseen(**options)
        assert verbs(made) == ["create shop"]
        assert made["tag"] == {**options, "definition": ""}
        assert only_diff(made) == (
            {"state": "absent"},
            {"state": "present", "comment": "Hosts of the shop", "kernel_opts": "intel_iommu=on"},
        )
        assert tag.unchanged(**options) == 1
        assert tag.unchanged(name="shop") == 1
        changed = tag.as_foreseen(name="shop", comment="")
        assert tag.sent[0].form == {"comment": [""]}
        assert only_diff(changed) == ({"comment": "Hosts of the shop"}, {"comment": ""})
        assert changed["tag"]["kernel_opts"] == "intel_iommu=on"
        gone = tag.as_foreseen(name="shop", state="absent")
        assert verbs(gone) == ["delete shop"]
        assert gone["tag"] is None
        assert only_diff(gone) == ({"state": "present", "kernel_opts": "intel_iommu=on"}, {"state": "absent"})
        assert tag.unchanged(name="shop", state="absent") == 1


def test_text_is_compared_as_maas_keeps_it(tag: Module) -> None:
    options = {"name": "shop", "comment": "of the shop\n", "definition": f"  {VMX}\n", "wait": False}
    tag.as_foreseen(**options)
    assert tag.unchanged(**options) == 1


def test_removal_names_what_loses_the_tag(tag: Module) -> None:
    tag.run(name="shop", comment="Shop", machines=ALL[:2])
    gone = tag.as_foreseen(name="shop", state="absent")
    assert only_diff(gone)[0] == {"state": "present", "comment": "Shop", "machines": ALL[:2]}
    assert having(tag.region, "shop") == []


# Machines by hand.


def test_machines_get_the_tag_with_one_request(tag: Module) -> None:
    options = {"name": "shop", "machines": ALL}
    result = tag.as_foreseen(**options)
    assert verbs(result) == ["create shop", *(f"add_tag {name}" for name in ALL)]
    assert only_diff(result) == ({"state": "absent", "machines": []}, {"state": "present", "machines": ALL})
    assert len(tag.sent) == 2
    assert having(tag.region, "shop") == ALL
    assert tag.unchanged(**options) == 2


def test_others_keep_the_tag_unless_it_is_exclusive(tag: Module) -> None:
    tag.run(name="shop", machines=ALL[:2])
    tag.as_foreseen(name="shop", machines=ALL[2:])
    assert having(tag.region, "shop") == ALL
    options = {"name": "shop", "machines": ALL[1:2], "exclusive": True}
    result = tag.as_foreseen(**options)
    assert verbs(result) == ["remove_tag worker-01", "remove_tag worker-03"]
    assert only_diff(result) == ({"machines": ["worker-01", "worker-03"]}, {"machines": []})
    assert result["machines"] == ["worker-02"]
    assert len(tag.sent) == 1
    assert tag.unchanged(**options) == 3
    tag.as_foreseen(name="shop", machines=[], exclusive=True)
    assert having(tag.region, "shop") == []


def test_exclusive_swap_is_one_request(tag: Module) -> None:
    tag.run(name="shop", machines=ALL[:1])
    result = tag.as_foreseen(name="shop", machines=ALL[1:], exclusive=True)
    assert verbs(result) == ["add_tag worker-02", "add_tag worker-03", "remove_tag worker-01"]
    (write,) = tag.sent
    assert {word: len(ids) for word, ids in write.form.items()} == {"add": 2, "remove": 1}


def test_tag_is_taken_from_machines(tag: Module) -> None:
    tag.run(name="shop", machines=ALL)
    options: Tree = {"name": "shop", "machines": ALL[:1], "without_machines": ALL[1:2]}
    result = tag.as_foreseen(**options)
    assert verbs(result) == ["remove_tag worker-02"]
    assert having(tag.region, "shop") == ["worker-01", "worker-03"]
    assert tag.unchanged(**options) == 2


def test_tag_that_is_not_there_is_taken_from_nobody(tag: Module) -> None:
    assert verbs(tag.as_foreseen(name="shop", without_machines=ALL[:1])) == ["create shop"]


def test_machines_by_all_of_their_names(tag: Module) -> None:
    first, second = tag.region.machine(ALL[0]), tag.region.machine(ALL[1])
    names = [first.system_id, second.interfaces[0].mac_address.upper(), "Worker-03.maas"]
    assert verbs(tag.as_foreseen(name="shop", machines=names))[1:] == [f"add_tag {name}" for name in ALL]
    assert tag.unchanged(name="shop", machines=names) == 4


def test_six_hundred_machines_take_two_writes() -> None:
    with Simulator("3.7", machines=600, stage="commissioned") as region:
        tag = Module(region, TAG)
        names = region.edit(lambda world: [machine.hostname for machine in world.machines.values()])
        options = {"name": "shop", "machines": names, "exclusive": True}
        result = tag.as_foreseen(**options)
        assert len(tag.sent) == 3
        assert only_diff(result)[1]["machines"] == names
        assert max(len(entry.form.get("add", [])) for entry in tag.sent) == 500
        assert having(region, "shop") == sorted(names)
        assert tag.unchanged(**options) == 8


# What is left alone.


def test_unknown_machine_changes_nothing(tag: Module) -> None:
    result = tag.refused("not_found", name="shop", machines=["worker-01", "worker-98", "worker-99"])
    assert result["error"]["machines"] == ["worker-98", "worker-99"]


def test_locked_machine_changes_nothing(tag: Module) -> None:
    stand(tag.region, "worker-02", status="deployed", locked=True, owner="admin")
    assert tag.refused("locked", name="shop", machines=ALL)["error"]["machines"] == ["worker-02"]
    stand(tag.region, "worker-02", tags=["worker"])
    assert tag.unchanged(name="worker", machines=["worker-02"]) == 2


def test_machine_of_another_user_needs_a_word(tag: Module) -> None:
    stand(tag.region, "worker-02", status="deployed", owner="user1")
    stand(tag.region, "worker-03", status="allocated", owner="admin")
    result = tag.refused("owned", name="shop", machines=ALL)
    assert result["error"]["machines"] == ["worker-02"]
    assert "deployed, user1" in result["msg"]
    assert tag.as_foreseen(name="shop", machines=ALL, change_owned=True)["changed"]
    assert tag.refused("owned", name="shop", machines=[], exclusive=True)["error"]["machines"] == ["worker-02"]


WRONG: list[tuple[Tree, str]] = [
    ({"name": "a b"}, "name"),
    ({"name": ""}, "name"),
    ({"name": "é"}, "name"),
    ({"name": "x" * 257}, "name"),
    ({"name": "shop\n"}, "name"),
    ({"state": "absent", "machines": ["worker-01"]}, "machines"),
    ({"state": "absent", "without_machines": ["worker-01"]}, "without_machines"),
    ({"state": "absent", "rebuild": True}, "rebuild"),
    ({"exclusive": True}, "exclusive"),
    ({"exclusive": True, "machines": [], "without_machines": ["worker-01"]}, "without_machines"),
    ({"machines": ["worker-01"], "without_machines": ["worker-01"]}, "machines"),
    ({"machines": [" "]}, "machines"),
    ({"settle_time": 0}, "settle_time"),
    ({"settle_time": 9, "wait_timeout": 8}, "settle_time"),
]


@pytest.mark.parametrize(("options", "option"), WRONG)
def test_what_cannot_be_is_refused_before_anything_is_asked(tag: Module, options: Tree, option: str) -> None:
    result = tag.refused("invalid_option", **{"name": "shop", **options})
    assert result["error"]["option"] == option
    assert result["msg"].startswith(f"{option}: ")
    assert not tag.region.requests


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"name": "auto", "machines": ["worker-01"]}, "machines"),
        ({"name": "auto", "without_machines": ["worker-01"]}, "without_machines"),
        ({"name": "auto", "machines": [], "exclusive": True}, "exclusive"),
        ({"name": "new", "definition": VMX, "machines": ["worker-01"]}, "machines"),
        ({"name": "worker", "definition": VMX, "machines": ["worker-01"]}, "machines"),
        ({"name": "worker", "rebuild": True}, "rebuild"),
        ({"name": "auto", "definition": "", "rebuild": True}, "rebuild"),
        ({"name": "virtual", "machines": ["worker-01"]}, "name"),
        ({"name": "virtual", "definition": VMX}, "name"),
        ({"name": "virtual", "state": "absent"}, "name"),
        ({"name": "by-hand", "machines": ["worker-01", "worker-01.maas"]}, "machines"),
    ],
)
def test_what_maas_decides_itself_is_refused(tag: Module, options: Tree, option: str) -> None:
    tag.run(name="auto", definition=VMX, wait=False)
    result = tag.refused("invalid_option", **options)
    assert result["error"]["option"] == option
    assert len(tag.region.requests) <= 2


# What goes wrong.


def test_ordinary_user_is_told(tag: Module) -> None:
    result = tag.run("user1", name="shop", machines=ALL)
    assert result["error"]["code"] == "forbidden"
    assert not result["changed"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("conflict", None), ("no-rack", None), ("gateway-timeout", None), ("https-only", "unexpected_answer")],
)
def test_maas_that_is_busy_or_elsewhere(tag: Module, kind: str, code: str | None) -> None:
    tag.region.add_fault(Fault(kind, method="POST", path="update_nodes", retry_after="0" if code is None else None))
    result = tag.run(name="shop", machines=ALL)
    assert result.get("error", {}).get("code") == code, result["msg"]
    assert verbs(result)[:1] == ["create shop"]
    assert result["changed"]
    assert having(tag.region, "shop") == ([] if code else ALL)
    tag.as_foreseen(name="shop", machines=ALL)


@pytest.mark.parametrize("kind", ["cut", "cut-after"])
@pytest.mark.parametrize("place", [0, 1])
def test_lost_answer_is_no_failure(tag: Module, kind: str, place: int) -> None:
    options: Tree = {"name": "shop", "comment": "Shop", "machines": ALL}
    result = tag.cut(kind, place, **options)
    assert verbs(result) == ["create shop", *(f"add_tag {name}" for name in ALL)]
    assert only_diff(result)[1] == {"state": "present", "comment": "Shop", "machines": ALL}
    assert having(tag.region, "shop") == ALL
    assert tag.unchanged(**options) == 2


def test_next_run_goes_on_wherever_the_task_was_interrupted(tag: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(USE_CASE, "SECOND_LOOKS", 0)
    options: Tree = {"name": "shop", "comment": "Shop", "machines": ALL[1:], "exclusive": True}
    prepared: Tree = {"name": "shop", "machines": ALL[:1]}
    for kind, place in [("cut", 0), ("cut-after", 0), ("cut", 1), ("cut-after", 1)]:
        tag.region.reset()
        tag.run(**prepared)
        broken = tag.cut(kind, place, **options)
        assert broken["error"]["code"] == "connection_failed"
        assert verbs(broken) == ["update shop"][:place]
        assert broken["changed"] == bool(place)
        assert len(broken["diff"]) == place
        again = tag.as_foreseen(**options)
        assert again["changed"] == ((kind, place) != ("cut-after", 1))
        assert having(tag.region, "shop") == ALL[1:]
        assert tag.unchanged(**options) == 3


@pytest.mark.parametrize("place", [0, 1])
def test_new_tag_with_machines_is_finished_later(tag: Module, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(USE_CASE, "SECOND_LOOKS", 0)
    options: Tree = {"name": "shop", "machines": ALL}
    for kind in ("cut", "cut-after"):
        tag.region.reset()
        assert tag.cut(kind, place, **options)["failed"]
        tag.as_foreseen(**options)
        assert having(tag.region, "shop") == ALL


class Meanwhile(Fault):
    """Lets somebody else do something right before the first request that matches."""

    deed: t.Callable[[], object]

    def matches(self, method: str, target: str) -> bool:
        if super().matches(method, target):
            self.times = 0
            self.deed()
        return False


def test_tag_that_somebody_makes_meanwhile_is_taken_as_it_is(tag: Module) -> None:
    world = tag.region.edit(lambda world: world)
    fault = Meanwhile("never", method="POST", path="tags/$")
    fault.deed = lambda: world.tags.update(shop=type(world.tags["worker"])("shop", "Theirs"))
    tag.region.add_fault(fault)
    result = tag.run(name="shop", machines=ALL[:1])
    assert verbs(result) == ["add_tag worker-01"]
    assert result["tag"]["comment"] == "Theirs"


def test_tag_that_somebody_deletes_meanwhile(tag: Module) -> None:
    tag.run(name="shop")
    world = tag.region.edit(lambda world: world)
    for options, done in (({"state": "absent"}, []), ({"machines": ALL[:1]}, ["create shop", "add_tag worker-01"])):
        tag.run(name="shop")
        fault = Meanwhile("never", method="DELETE" if "state" in options else "POST", path="tags/shop/")
        fault.deed = lambda: world.tags.pop("shop", None)
        tag.region.add_fault(fault)
        result = tag.run(name="shop", **options)
        assert not result.get("failed"), result["msg"]
        assert verbs(result) == done


def test_machine_that_somebody_deletes_meanwhile_is_told(tag: Module) -> None:
    tag.run(name="shop")
    world, system_id = tag.region.edit(lambda world: world), tag.region.machine("worker-01").system_id
    fault = Meanwhile("never", method="POST", path="update_nodes")
    fault.deed = lambda: world.machines.pop(system_id)
    tag.region.add_fault(fault)
    result = tag.run(name="shop", machines=ALL)
    assert "on 2 of 3 machines" in result["msg"]
    assert tag.run(name="shop", machines=ALL)["error"]["code"] == "not_found"


# What is documented.


def test_examples_run_as_they_are(tag: Module) -> None:
    for example in yaml.safe_load(TAG.EXAMPLES):
        for item in example.get("loop", [""]):
            text = yaml.safe_dump(example["vmo.core.maas_tag"], width=1000).replace("{{ item }}", item)
            result = tag.as_foreseen(**yaml.safe_load(text))
            assert result["changed"], example["name"]


def test_what_is_told_is_documented(tag: Module) -> None:
    documented = yaml.safe_load(TAG.RETURN)
    told = [
        tag.run(name="shop", machines=ALL, exclusive=True),
        tag.run(name="auto", definition=VMX, machines=ALL),
        tag.run(name="vmx", definition="//node["),
        tag.run(name="shop", machines=["worker-99"]),
    ]
    assert {word for result in told for word in result} - {"invocation", "failed"} == documented.keys()
    assert told[0]["tag"].keys() == documented["tag"]["contains"].keys()
    assert told[0]["diff"][0].keys() == documented["diff"]["contains"].keys()
    assert told[0]["actions"][0].keys() == documented["actions"]["contains"].keys()
    errors = {word for result in told for word in result.get("error", {})}
    assert errors - {"fields"} == documented["error"]["contains"].keys()
    assert told[1]["msg"].startswith("machines: auto has a definition")
