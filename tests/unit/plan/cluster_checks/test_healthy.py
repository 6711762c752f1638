# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is found where nothing is wrong, and nothing is claimed of what nobody could read."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.survey import Gap
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.catalogue import CATALOGUE, needed
from tests.unit.plan.cluster_checks.builders import demands, healthy, report, survey, told

RULE = {"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}
KINDS = sorted({name for check in CATALOGUE for name in needed(check)} - {"version"})
ODD: list[t.Any] = [None, "odd", 7, [], {}, [None, "odd"]]


def test_a_healthy_cluster_passes_every_check() -> None:
    found = report()
    assert not told(found, "fail", "warn", "unknown"), [
        (verdict.id, verdict.subject, verdict.message)
        for verdict in found.verdicts
        if verdict.status in ("fail", "warn", "unknown")
    ]
    assert {verdict.id for verdict in found.verdicts} == {check.id for check in CATALOGUE}
    assert found.summary() == [
        "READY to run, migrate, snapshot, hotplug, clone, import, upload; 0 failed and 0 warning verdicts."
    ]
    # one is not set, and is not asked for
    assert told(found, "skip") == {("kv.state_storage", "cluster")}


def test_a_cluster_that_nobody_demands_anything_of_passes_too() -> None:
    wanted = demands(
        purposes=("run",), namespace=None, images=None, classes=(), bridge=None, vlans=(), attachments=(),
        load_balancer=False,
    )  # fmt: skip
    assert not told(report(survey(wanted=wanted), wanted), "fail", "warn", "unknown")


@pytest.mark.parametrize("kind", KINDS)
def test_what_may_not_be_read_is_unknown_with_the_missing_rule_and_no_fault(kind: str) -> None:
    found = report(survey(gaps={kind: Gap(f"the user may not list {kind}", RULE)}))
    assert not told(found, "fail", "warn")
    concerned = {check.id for check in CATALOGUE if kind in needed(check)}
    unknown = [verdict for verdict in found.verdicts if verdict.status == "unknown"]
    assert concerned <= {verdict.id for verdict in unknown}
    assert all(verdict.evidence == {"rule": RULE} for verdict in unknown)
    assert all("may not list" in verdict.message for verdict in unknown)


@pytest.mark.parametrize("kind", KINDS)
def test_what_did_not_answer_is_unknown(kind: str) -> None:
    found = report(survey(gaps={kind: Gap("the server answers 503")}))
    assert not told(found, "fail", "warn")
    assert told(found, "unknown")


def test_when_nothing_may_be_read_everything_is_unknown() -> None:
    gaps = {name: Gap("the user may not", RULE) for name in [*healthy(), "version", "rights"]}
    found = report(survey(gaps=gaps, version=None))
    assert {verdict.status for verdict in found.verdicts} == {"unknown"}
    assert found.status == "pass"
    count = len(CATALOGUE)
    assert found.summary()[1] == (
        f"Not known: k8s.version, node.count, node.cpu_models, kv.installed, kv.healthy and {count - 5} more "
        f"({count}: the user may not)."
    )


def test_without_kubevirt_there_is_one_failure_and_the_rest_goes_without_saying() -> None:
    absent = Gap("KubeVirt is not installed on this cluster", is_absent=True)
    kinds = ("kubevirts", "virtualmachines", "virtualmachineinstances")
    found = report(survey(gaps=dict.fromkeys(kinds, absent)))
    assert told(found, "fail", "warn", "unknown") == {("kv.installed", "cluster")}


def test_a_cluster_that_serves_nothing_but_kubernetes_gets_clear_verdicts() -> None:
    absent = Gap("it is not served", is_absent=True)
    own = (
        "nodes",
        "deployments",
        "daemonsets",
        "services",
        "namespaces",
        "resourcequotas",
        "storageclasses",
        "apiservices",
    )
    found = report(survey(gaps={name: absent for name in healthy() if name not in own}))
    assert not told(found, "unknown")
    assert {name for name, _subject in told(found, "fail", "warn")} == {
        "kv.installed",
        "cdi.installed",
        "net.multus",
        "snap.api",
    }


def test_a_part_that_was_seen_is_judged_and_the_rest_is_unknown() -> None:
    found = report(survey(partial={"virtualmachineinstances": Gap("the user may not list all", RULE)}))
    verdicts = [verdict for verdict in found.verdicts if verdict.id == "vm.drain"]
    assert [verdict.status for verdict in verdicts] == ["unknown"]
    assert verdicts[0].message.startswith("Only virtualmachineinstances of the namespace shop could be read")
    assert verdicts[0].evidence == {"rule": RULE}


def _places(value: t.Any, way: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    if way:
        yield way
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from _places(item, (*way, key))


@pytest.mark.parametrize("kind", sorted(healthy()))
def test_an_odd_value_anywhere_is_survived(kind: str) -> None:
    for way in list(_places(healthy()[kind])):
        # a list of objects has objects in it: the client sees to that
        if len(way) < 2:
            continue
        for odd in ODD:
            objects = healthy()
            place: t.Any = objects[kind]
            for step in way[:-1]:
                place = place[step]
            place[way[-1]] = copy.deepcopy(odd)
            assert report(survey(objects)).verdicts, (way, odd)


def test_where_pools_may_not_be_read_nothing_is_said_of_them() -> None:
    hidden = {"ipaddresspools": Gap("the user may not list ipaddresspools", RULE)}
    waiting = healthy()
    waiting["services"][0]["status"] = {}
    (verdict,) = (one for one in report(survey(waiting, gaps=hidden)).verdicts if one.id == "net.load_balancer")
    assert (verdict.status, verdict.message) == ("fail", "waits for an address of a load balancer.")
    nothing = {**healthy(), "services": []}
    (verdict,) = (one for one in report(survey(nothing, gaps=hidden)).verdicts if one.id == "net.load_balancer")
    assert (verdict.status, verdict.evidence) == ("unknown", {"rule": RULE})


def test_a_class_for_states_that_may_not_be_read_is_unknown_if_one_is_set() -> None:
    objects = healthy()
    objects["kubevirts"][0]["spec"]["configuration"]["vmStateStorageClass"] = "cephfs"
    found = report(survey(objects, gaps={"storageclasses": Gap("the user may not", RULE)}))
    assert ("kv.state_storage", "cluster") in told(found, "unknown")
