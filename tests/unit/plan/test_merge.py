# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The merge changes what a wish names, and nothing else."""

from __future__ import annotations

import copy
import json
import typing as t

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._model.tree import DELETE, DIRECTIVE
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import Shape, disagreements, merge, merge_patch
from tests.unit.builders import apply_patch

SHAPE = Shape(
    keys={"items": {"name": None}, "ports": {"port": None, "protocol": "TCP"}},
    unions={"items": frozenset({"disk", "cdrom"})},
    same=lambda _path, left, right: left == right and isinstance(left, bool) == isinstance(right, bool),
)

scalars = st.one_of(st.integers(0, 3), st.booleans(), st.text("ab", max_size=2))
fields = st.sampled_from(["a", "b", "c"])
trees = st.recursive(
    scalars, lambda inner: st.one_of(st.dictionaries(fields, inner), st.lists(inner, max_size=3)), max_leaves=12
)
structs = st.dictionaries(fields, trees, max_size=3)
item = st.fixed_dictionaries(
    {"name": st.sampled_from("xyz")}, optional={"disk": structs, "cdrom": structs, "size": st.integers(1, 3)}
).filter(lambda made: not {"disk", "cdrom"} <= made.keys())
named = st.lists(item, max_size=3, unique_by=lambda made: made["name"])
found_objects = st.fixed_dictionaries({}, optional={"items": named, "a": trees, "b": structs})
removals = st.builds(lambda name: {"name": name, DIRECTIVE: DELETE}, st.sampled_from("xyz"))
wished_items = st.lists(st.one_of(item, removals), max_size=3, unique_by=lambda made: made["name"])
wishes = st.fixed_dictionaries(
    {},
    optional={
        "items": wished_items,
        "a": st.one_of(st.none(), trees),
        "b": st.dictionaries(fields, st.one_of(st.none(), trees)),
    },
)


@given(found_objects, wishes)
def test_a_wish_that_came_true_asks_for_nothing_more(found: dict[str, t.Any], wish: dict[str, t.Any]) -> None:
    after = merge(found, wish, SHAPE)
    assert merge(after, wish, SHAPE) == after
    assert merge_patch(after, merge(after, wish, SHAPE)) == {}


@given(found_objects, wishes)
def test_neither_side_is_touched(found: dict[str, t.Any], wish: dict[str, t.Any]) -> None:
    before = copy.deepcopy((found, wish))
    merge(found, wish, SHAPE)
    assert (found, wish) == before


@given(found_objects, wishes)
def test_what_is_not_named_stays(found: dict[str, t.Any], wish: dict[str, t.Any]) -> None:
    after = merge(found, wish, SHAPE)
    for field in found.keys() - wish.keys():
        assert after[field] == found[field]
    wished = {item["name"] for item in wish.get("items", ())}
    kept = [item for item in found.get("items", ()) if item["name"] not in wished]
    assert [item for item in after.get("items", ()) if item["name"] not in wished] == kept


@given(st.dictionaries(fields, trees), st.dictionaries(fields, trees))
def test_a_patch_leads_from_before_to_after(before: dict[str, t.Any], after: dict[str, t.Any]) -> None:
    patched = apply_patch(before, merge_patch(before, after))
    # as JSON, since 1 and True are equal in Python
    assert json.dumps(patched, sort_keys=True) == json.dumps(after, sort_keys=True)


def test_choosing_one_of_a_union_drops_the_other() -> None:
    found = {"items": [{"name": "x", "disk": {"bus": "virtio"}, "size": 1}]}
    after = merge(found, {"items": [{"name": "x", "cdrom": {"bus": "sata"}}]}, SHAPE)
    assert after == {"items": [{"name": "x", "cdrom": {"bus": "sata"}, "size": 1}]}


def test_an_assumed_part_of_a_key_counts() -> None:
    found = {"ports": [{"port": 80}]}
    assert merge(found, {"ports": [{"port": 80, "protocol": "TCP"}]}, SHAPE)["ports"] == [
        {"port": 80, "protocol": "TCP"}
    ]
    assert len(merge(found, {"ports": [{"port": 80, "protocol": "UDP"}]}, SHAPE)["ports"]) == 2


def test_removing_what_is_not_there_changes_nothing() -> None:
    assert merge({}, {"b": {"a": None}, "items": [{"name": "x", DIRECTIVE: DELETE}]}, SHAPE) == {}


def test_two_wishes_disagree_where_both_speak() -> None:
    left = {"a": 1, "items": [{"name": "x", "disk": {}}, {"name": "y", "size": 1}]}
    assert disagreements(left, {"b": {"c": 1}, "items": [{"name": "y", "size": 1}]}, SHAPE) == []
    assert disagreements(left, {"a": 2, "items": [{"name": "x", "cdrom": {}}]}, SHAPE) == ["a", "items"]
    assert disagreements(left, {"items": [{"name": "y", "size": 2}]}, SHAPE) == ["items.size"]
