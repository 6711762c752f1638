# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever MAAS leaves out or says oddly, the answer is a verdict: never a crash, and never a guess."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._model.check import STATUSES
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.catalogue import CATALOGUE
from tests.unit.plan.checks.builders import (
    Tree,
    control_plane,
    demands,
    deployed,
    healthy_answers,
    report,
    running,
    worker,
)

# What a MAAS 3.7.3 answered about machines in five states, one of them with bonds, bridges and VLANs.
ANSWERS: Tree = json.loads((Path(__file__).parent / "recorded.json").read_text(encoding="utf-8"))
HEALTHY, DEPLOYED = healthy_answers(), deployed(healthy_answers())
for _fleet in (HEALTHY, DEPLOYED):
    _fleet["machines"] = [_fleet["machines"][0], *_fleet["machines"][5:7]]
ODD_VALUES: list[t.Any] = [None, "", 0, -1, "Unknown", [], {}, True, 3.5, "x", [None], [{}], {"a": None}, float("inf")]
# The first release that tells a field, and the first that does not any more.
SINCE = {
    "enable_hw_sync": 4,
    "sync_interval": 4,
    "last_sync": 4,
    "ephemeral_deploy": 5,
    "error_description": 5,
    "is_dpu": 7,
}
QUICK = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def places(tree: t.Any, way: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    """Yield the way to everything in a document."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield (*way, key)
        yield from places(tree[key], (*way, key))


def altered(tree: Tree, way: tuple[t.Any, ...], value: t.Any, *, drop: bool) -> None:
    """Put a value at a place, or remove what is there; where the place is gone already, do nothing."""
    for step in way[:-1]:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(tree, dict) and drop:
        tree.pop(way[-1], None)
    elif isinstance(tree, dict) or (isinstance(tree, list) and isinstance(way[-1], int) and way[-1] < len(tree)):
        tree[way[-1]] = value


def alterations(answers: Tree) -> st.SearchStrategy[list[tuple[t.Any, ...]]]:
    """Return one to six alterations of a document: drop something, or put an odd value there."""
    one = st.tuples(st.sampled_from(list(places(answers))), st.sampled_from(ODD_VALUES), st.booleans())
    return st.lists(one, min_size=1, max_size=6)


def judged(answers: Tree, changes: list[tuple[t.Any, ...]], wanted: t.Any) -> None:
    """Alter, judge, and look at the form of what comes out."""
    answers = copy.deepcopy(answers)
    for way, value, drop in changes:
        altered(answers, way, copy.deepcopy(value), drop=drop)
    found = report(answers, wanted)
    assert {verdict.status for verdict in found.verdicts} <= set(STATUSES)
    assert all(verdict.message and verdict.subject for verdict in found.verdicts)
    names = [machine.system_id for team in found.teams for machine in team.assigned]
    assert len(names) == len(set(names)) or "?" in names
    json.dumps([verdict.as_result() for verdict in found.verdicts])


OPEN = demands(roles=(control_plane(tags=(), pool=None), worker(tags=(), pool=None)), vips=("10.20.0.7",))


@QUICK
@given(alterations(ANSWERS))
def test_altered_recorded_answers_are_judged(changes: list[tuple[t.Any, ...]]) -> None:
    judged(ANSWERS, changes, OPEN)


@QUICK
@given(alterations(ANSWERS))
def test_altered_recorded_answers_are_judged_after_the_deployment(changes: list[tuple[t.Any, ...]]) -> None:
    judged(ANSWERS, changes, running(roles=OPEN.roles))


@QUICK
@given(alterations(HEALTHY))
def test_altered_answers_of_a_laid_out_fleet_are_judged(changes: list[tuple[t.Any, ...]]) -> None:
    judged(HEALTHY, changes, demands())


NODES = [dict(node) for node in running().nodes or ()][:3]


@QUICK
@given(alterations({"nodes": NODES}), alterations(DEPLOYED))
def test_altered_nodes_are_judged(of_nodes: list[tuple[t.Any, ...]], changes: list[tuple[t.Any, ...]]) -> None:
    answers: Tree = {"nodes": copy.deepcopy(NODES)}
    for way, value, drop in of_nodes:
        altered(answers, way, copy.deepcopy(value), drop=drop)
    listed = answers.get("nodes")
    nodes = tuple(node for node in (listed if isinstance(listed, list) else ()) if isinstance(node, dict))
    judged(DEPLOYED, changes, running(nodes=nodes))


FIELDS = sorted({field for machine in HEALTHY["machines"] for field in machine} - {"system_id", "hostname"})
# Without these a machine cannot be recognized as one that the role wants.
CHOOSING = {"pool", "tag_names"}


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_is_absent_is_no_fault(field: str) -> None:
    answers = healthy_answers()
    for machine in answers["machines"]:
        machine.pop(field)
        for disk in (machine.get("boot_disk") or {}, *machine.get("physicalblockdevice_set", ())):
            disk.pop(field, None)
    found = report(answers)
    blamed = {verdict.id for verdict in found.verdicts if verdict.status in ("fail", "warn")}
    # an unknown state is not Ready, and who is not chosen cannot fit
    assert blamed <= ({"set.count", "set.memory_n1"} if field in {"status", *CHOOSING} else set())


@pytest.mark.parametrize("minor", range(3, 8))
def test_older_releases_give_unknown_for_what_they_do_not_tell(minor: int) -> None:
    answers = healthy_answers()
    answers["version"] = {"version": f"3.{minor}.9"}
    for machine in answers["machines"]:
        for field, first in SINCE.items():
            if minor < first:
                machine.pop(field, None)
    found = report(answers)
    assert {verdict.id for verdict in found.verdicts if verdict.status in ("fail", "warn")} <= {"api.version"}
    unknown = {verdict.id for verdict in found.verdicts if verdict.status == "unknown"}
    assert unknown == ({"c.dpu"} if minor < SINCE["is_dpu"] else set())


def test_a_machine_in_new_gives_one_failure() -> None:
    answers = healthy_answers()
    machine = answers["machines"][-1]
    machine |= {"status": 0, "status_name": "New", "cpu_count": 0, "memory": 0, "boot_disk": None, "power_type": ""}
    machine |= {"physicalblockdevice_set": [], "interface_set": [], "boot_interface": None, "commissioning_status": -1}
    found = report(answers)
    assert [(v.id, v.subject) for v in found.verdicts if v.status == "fail"] == [
        ("m.commissioned", machine["hostname"])
    ]
    assert [miss.message for miss in found.near_misses] == [f"{machine['hostname']} misses commissioning"]


def test_nothing_at_all_is_told_of_a_fleet_that_is_not_there() -> None:
    found = report({}, gaps={"machines": "No right."})
    assert {verdict.id for verdict in found.verdicts if verdict.status == "fail"} == {"api.reachable", "set.count"}
    assert {verdict.id for verdict in found.verdicts} == {check.id for check in CATALOGUE if not check.of_machine}
