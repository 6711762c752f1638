# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an object is as its manifest says, and what its manifest does not say any more."""

from __future__ import annotations

import copy
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.contents import (
    differences,
    left_behind,
    missing_in,
    without_dropped_versions,
)

Tree = dict[str, t.Any]


def item(**spec: t.Any) -> Tree:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": spec}


SAME = [
    ("what a server adds", {"replicas": 2, "strategy": {"type": "Recreate"}}, {"replicas": 2}),
    ("what says nothing", {}, {"paused": False, "nodeName": "", "annotations": {}, "args": [], "x": None}),
    ("a quantity", {"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}},
     {"resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}}}),
    ("items by name", {"containers": [{"name": "a", "image": "i"}, {"name": "b", "image": "j", "tty": True}]},
     {"containers": [{"name": "b", "image": "j"}]}),
    ("ports", {"ports": [{"port": 1, "protocol": "TCP", "targetPort": 1}]}, {"ports": [{"port": 1}]}),
]  # fmt: skip
OTHER = [
    ("a value", {"replicas": 0}, {"replicas": 2}, ["spec.replicas"]),
    ("one that is missing", {}, {"replicas": 2}, ["spec.replicas"]),
    ("a volume without its source", {"volumes": [{"name": "a"}]}, {"volumes": [{"name": "a", "emptyDir": {}}]},
     ["spec.volumes.emptyDir"]),
    ("an item", {"containers": [{"name": "a"}]}, {"containers": [{"name": "b"}]}, ["spec.containers"]),
    ("a field of an item", {"containers": [{"name": "a", "image": "i"}]}, {"containers": [{"name": "a", "image": "j"}]},
     ["spec.containers.image"]),
    ("a list that is one value", {"args": ["a", "b"]}, {"args": ["a"]}, ["spec.args"]),
    ("a rule that says more", {"rules": [{"verbs": ["get"], "resourceNames": ["x"]}]}, {"rules": [{"verbs": ["get"]}]},
     ["spec.rules"]),
    ("a selector that says more", {"selector": {"a": "b", "c": "d"}}, {"selector": {"a": "b"}}, ["spec.selector"]),
    ("true is not 1", {"x": 1}, {"x": True}, ["spec.x"]),
]  # fmt: skip


@pytest.mark.parametrize(("found", "wanted"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_it_is_as_its_manifest_says(found: Tree, wanted: Tree) -> None:
    assert missing_in(item(**found), item(**wanted), builtin=True) == []


@pytest.mark.parametrize(("found", "wanted", "paths"), [row[1:] for row in OTHER], ids=[row[0] for row in OTHER])
def test_it_is_not(found: Tree, wanted: Tree, paths: list[str]) -> None:
    assert missing_in(item(**found), item(**wanted), builtin=True) == paths


def test_lists_of_custom_resources_are_one_value() -> None:
    found, wanted = item(containers=[{"name": "a"}, {"name": "b"}]), item(containers=[{"name": "b"}])
    assert missing_in(found, wanted, builtin=False) == ["spec.containers"]
    assert missing_in(item(), item(x={}), builtin=False) == ["spec.x"]


def test_status_and_what_servers_keep_are_nobodys() -> None:
    wanted = {**item(), "status": {"x": 1}}
    wanted["metadata"] = {**wanted["metadata"], "creationTimestamp": None, "generation": 4}
    assert missing_in(item(), wanted, builtin=True) == []
    assert differences(item(), wanted) == []


def owned(fields: Tree, **entry: t.Any) -> Tree:
    found = item()
    found["metadata"]["managedFields"] = [
        {"manager": "vmo.core", "operation": "Apply", "fieldsV1": {"f:spec": fields}, **entry}
    ]
    return found


LEFT: list[tuple[Tree, Tree, list[str]]] = [
    ({"f:replicas": {}}, {"replicas": 1}, []),
    ({"f:replicas": {}}, {}, ["spec.replicas"]),
    ({"f:a": {".": {}, "f:b": {}}}, {"a": {}}, ["spec.a.b"]),
    ({"f:env": {'k:{"name":"X"}': {".": {}, "f:value": {}}}}, {"env": [{"name": "X"}]},
     ['spec.env[{"name":"X"}].value']),
    ({"f:env": {'k:{"name":"X"}': {".": {}}}}, {"env": []}, ['spec.env[{"name":"X"}]']),
    ({"f:ports": {'k:{"port":1,"protocol":"TCP"}': {".": {}}}}, {"ports": [{"port": 1}]}, []),
    ({"f:finalizers": {'v:"a"': {}}}, {"finalizers": ["b"]}, ['spec.finalizers["a"]']),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "wanted", "paths"), LEFT)
def test_what_was_applied_once_is_missed(fields: Tree, wanted: Tree, paths: list[str]) -> None:
    assert left_behind(owned(fields), item(**wanted)) == paths


@pytest.mark.parametrize("entry", [{"manager": "kubectl"}, {"operation": "Update"}, {"subresource": "status"}])
def test_what_others_said_is_theirs(entry: Tree) -> None:
    assert left_behind(owned({"f:replicas": {}}, **entry), item()) == []


def test_versions_that_an_operator_dropped_stay_dropped() -> None:
    both = item(versions=[{"name": "v1alpha1"}, {"name": "v1beta1"}])
    kept = item(versions=[{"name": "v1beta1", "served": True}])
    assert without_dropped_versions(kept, both) == item(versions=[{"name": "v1beta1"}])
    assert without_dropped_versions(item(versions=[{"name": "v2"}]), both) == both


LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "1Gi"])
FIELDS = st.sampled_from(["a", "containers", "name", "limits", "selector", "ports", "port"])
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=3), max_leaves=8
)


@given(TREES, st.booleans())
def test_what_was_just_made_is_as_it_was_made(tree: t.Any, builtin: bool) -> None:
    made = item(x=tree)
    if not _has_twins(tree):
        assert missing_in(copy.deepcopy(made), made, builtin=builtin) == []
    assert differences(copy.deepcopy(made), made) == []


def _has_twins(tree: t.Any) -> bool:
    """Two items of one list with the same key: Kubernetes refuses such a list."""
    if isinstance(tree, dict):
        return any(map(_has_twins, tree.values()))
    if not isinstance(tree, list):
        return False
    names = [str((each.get("name"), each.get("port"))) for each in tree if isinstance(each, dict)]
    return len(set(names)) < len(names) or any(map(_has_twins, tree))


@given(TREES, TREES)
def test_a_difference_is_seen_by_both_or_says_nothing(left: t.Any, right: t.Any) -> None:
    if missing_in(item(x=left), item(x=right), builtin=False):
        assert differences(item(x=left), item(x=right))
