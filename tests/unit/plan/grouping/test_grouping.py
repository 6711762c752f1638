# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a wanted tag or pool, and machines, to steps: as tables."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.vmo.core.plugins.module_utils._model import machine as m
from ansible_collections.vmo.core.plugins.module_utils._model.group import Pool, Tag, WantedPool, WantedTag
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._plan.grouping import pool, tag
from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.step import Step, differences, refuse_held
from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.tag import Bearers

FOUND = Tag("shop", "Shop", "", "quiet")
AUTO = Tag("shop", "", "//node")


def a_machine(name: str = "w1", **more: t.Any) -> Machine:
    more["tags"] = frozenset(more.get("tags", ()))
    return Machine(system_id=f"id-{name}", hostname=name, status=more.pop("status", m.READY), **more)


def sent(steps: t.Sequence[Step]) -> list[tuple[str, dict[str, t.Any]]]:
    return [(step.verb, dict(step.form)) for step in steps]


# Tags: what is found, what is wanted, what is sent.

TABLE: list[tuple[Tag | None, dict[str, t.Any], list[tuple[str, dict[str, t.Any]]]]] = [
    (None, {}, [("create", {"name": "shop"})]),
    (None, {"comment": "Shop", "kernel_opts": ""}, [("create", {"name": "shop", "comment": "Shop"})]),
    (None, {"definition": "//node"}, [("create", {"name": "shop", "definition": "//node"})]),
    (None, {"absent": True}, []),
    (FOUND, {}, []),
    (FOUND, {"comment": "Shop", "kernel_opts": "quiet", "definition": ""}, []),
    (FOUND, {"comment": ""}, [("update", {"comment": ""})]),
    (FOUND, {"comment": "Other", "definition": "//x"}, [("update", {"comment": "Other", "definition": "//x"})]),
    (FOUND, {"absent": True, "comment": "Other"}, [("delete", {})]),
    (AUTO, {"rebuild": True}, [("rebuild", {})]),
    (AUTO, {"rebuild": True, "comment": "Shop"}, [("update", {"comment": "Shop"}), ("rebuild", {})]),
    (AUTO, {"rebuild": True, "definition": "//x"}, [("update", {"definition": "//x"})]),
    (None, {"rebuild": True, "definition": "//x"}, [("create", {"name": "shop", "definition": "//x"})]),
]


@pytest.mark.parametrize(("found", "wanted", "steps"), TABLE)
def test_tag(found: Tag | None, wanted: dict[str, t.Any], steps: list[t.Any]) -> None:
    decided = tag.decide(WantedTag("shop", **wanted), found, Bearers())
    assert sent(decided) == steps
    before, after = differences(decided)
    assert before.keys() <= after.keys() or wanted.get("absent")


@pytest.mark.parametrize(
    ("found", "wanted", "is_evaluated"),
    [
        (None, {"definition": "//x"}, True),
        (AUTO, {"definition": "//x"}, True),
        (AUTO, {"rebuild": True}, True),
        (AUTO, {"definition": ""}, False),
        (AUTO, {"definition": "//node"}, False),
        (AUTO, {"comment": "Other"}, False),
        (AUTO, {"absent": True}, False),
    ],
)
def test_when_maas_looks_for_machines(found: Tag | None, wanted: dict[str, t.Any], is_evaluated: bool) -> None:
    assert tag.evaluates(tag.decide(WantedTag("shop", **wanted), found, Bearers())) == is_evaluated


HAS, LACKS, OTHER = (
    a_machine("has", tags=["shop"]),
    a_machine("lacks", tags=["else"]),
    a_machine("other", tags=["shop"]),
)


@pytest.mark.parametrize(
    ("bearers", "exclusive", "form"),
    [
        (Bearers([HAS]), False, None),
        (Bearers([HAS, LACKS]), False, {"add": ["id-lacks"]}),
        (Bearers((), [LACKS]), False, None),
        (Bearers((), [HAS, LACKS]), False, {"remove": ["id-has"]}),
        (Bearers([LACKS], [HAS]), False, {"add": ["id-lacks"], "remove": ["id-has"]}),
        (Bearers([HAS], (), [OTHER]), False, None),
        (Bearers([HAS], (), [OTHER]), True, {"remove": ["id-other"]}),
        (Bearers([LACKS], (), [OTHER]), True, {"add": ["id-lacks"], "remove": ["id-other"]}),
    ],
)
def test_who_has_the_tag(bearers: Bearers, exclusive: bool, form: dict[str, t.Any] | None) -> None:
    decided = tag.decide(WantedTag("shop", exclusive=exclusive), FOUND, bearers)
    assert sent(decided) == ([] if form is None else [("update_nodes", form)])
    before, after = differences(decided)
    told = {word: [f"id-{name}" for name in names.get("machines", [])] for word, names in _words(before, after)}
    assert told == {"add": (form or {}).get("add", []), "remove": (form or {}).get("remove", [])}


def _words(before: dict[str, t.Any], after: dict[str, t.Any]) -> tuple[tuple[str, dict[str, t.Any]], ...]:
    return (("add", after), ("remove", before))


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1000, 1001])
def test_many_machines_are_parted(count: int) -> None:
    machines = [a_machine(str(number)) for number in range(count)]
    steps = tag.decide(WantedTag("shop"), FOUND, Bearers(machines))
    ids = [system_id for step in steps for system_id in step.form["add"]]
    assert ids == [machine.system_id for machine in machines]
    assert len(steps) == -(-count // tag.MOST_OF_A_REQUEST)
    assert differences(steps)[1]["machines"] == [machine.name for machine in machines]


@pytest.mark.parametrize(
    ("found", "wanted", "option"),
    [
        (AUTO, WantedTag("shop", machines=("w1",)), "machines"),
        (AUTO, WantedTag("shop", without=("w1",)), "without_machines"),
        (AUTO, WantedTag("shop", exclusive=True), "exclusive"),
        (FOUND, WantedTag("shop", definition="//x", machines=("w1",)), "machines"),
        (None, WantedTag("shop", definition="//x", exclusive=True), "exclusive"),
        (FOUND, WantedTag("shop", rebuild=True), "rebuild"),
        (None, WantedTag("virtual", machines=("w1",)), "name"),
        (AUTO, WantedTag("shop", definition="", machines=("w1",)), None),
        (FOUND, WantedTag("shop", exclusive=True, machines=("w1",)), None),
        (AUTO, WantedTag("shop", absent=True), None),
        (Tag("virtual"), WantedTag("virtual", comment="Of MAAS"), None),
    ],
)
def test_what_maas_decides_itself(found: Tag | None, wanted: WantedTag, option: str | None) -> None:
    if option is None:
        tag.refuse_by_hand(wanted, found)
        return
    with pytest.raises(InvalidOption) as refused:
        tag.refuse_by_hand(wanted, found)
    assert refused.value.details["option"] == option


# Machines that somebody has.


@pytest.mark.parametrize(
    ("machine", "change_owned", "code"),
    [
        (a_machine(), False, None),
        (a_machine(locked=True), True, "locked"),
        (a_machine(status=m.DEPLOYED, owner="palette"), False, "owned"),
        (a_machine(status=m.DEPLOYED, owner="palette"), True, None),
        (a_machine(status=m.DEPLOYED, owner="me"), False, None),
        (a_machine(status=m.FAILED_TESTING, owner="palette"), False, None),
    ],
)
def test_machines_that_somebody_has(machine: Machine, change_owned: bool, code: str | None) -> None:
    if code is None:
        refuse_held([machine], "me", change_owned=change_owned)
        return
    with pytest.raises(Refused) as refused:
        refuse_held([a_machine("free"), machine], "me", change_owned=change_owned)
    assert (refused.value.code, refused.value.details["machines"]) == (code, ["w1"])


# Pools.

LAB = Pool("lab", "Lab", 3)


@pytest.mark.parametrize(
    ("found", "wanted", "machines", "steps"),
    [
        (None, {}, [], [("create", {"name": "lab"})]),
        (None, {"description": "Lab"}, [], [("create", {"name": "lab", "description": "Lab"})]),
        (None, {"absent": True}, [], []),
        (LAB, {}, [], []),
        (LAB, {"description": "Lab"}, [], []),
        (LAB, {"description": ""}, [], [("update", {"description": ""})]),
        (LAB, {"absent": True}, [], [("delete", {})]),
        (LAB, {}, [a_machine(pool="lab")], []),
        (LAB, {}, [a_machine(pool="lab"), a_machine("w2", pool="vmo")], [("move", {"pool": "lab"})]),
        (None, {}, [a_machine(pool=None)], [("create", {"name": "lab"}), ("move", {"pool": "lab"})]),
    ],
)
def test_pool(found: Pool | None, wanted: dict[str, t.Any], machines: list[Machine], steps: list[t.Any]) -> None:
    assert sent(pool.decide(WantedPool("lab", **wanted), found, machines)) == steps


def test_pool_with_machines_stays() -> None:
    with pytest.raises(Refused, match=r"Pool lab has 2 machines \(w1, w2\) in it") as refused:
        pool.decide(WantedPool("lab", absent=True), LAB, [a_machine("w2"), a_machine("w1")])
    assert refused.value.code == "in_use"


def test_machine_is_told_with_the_pool_that_it_leaves() -> None:
    steps = pool.decide(WantedPool("lab"), LAB, [a_machine(pool="vmo"), a_machine("w2", pool="default")])
    before, after = differences(steps)
    assert before == {"machines": {"w1": "vmo", "w2": "default"}}
    assert after == {"machines": {"w1": "lab", "w2": "lab"}}
    assert [step.machine for step in steps] == ["id-w1", "id-w2"]
