# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to KubeVirt and CDI, what nobody may send, who else is there, and what needs a gate."""

from __future__ import annotations

import copy
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, NotFound, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.duration import parse_duration
from ansible_collections.vmo.core.plugins.module_utils._model.kind import KUBEVIRT
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import is_settled, only, phrase, trouble_of
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt_presets import PRESETS, under
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.decide import (
    check_wishes,
    decide_cdi,
    decide_kubevirt,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.effect import restarted_by
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.pods import trouble_of_pods, unfinished
from ansible_collections.vmo.core.plugins.module_utils._words.cdi import without_users
from ansible_collections.vmo.core.plugins.module_utils._words.kubevirt import WORDS, describe_kubevirt
from tests.unit.plan.kubevirt.builders import a_kubevirt, wanted

Tree = dict[str, t.Any]
numbers = st.fixed_dictionaries(
    {},
    optional={
        "cpu_allocation_ratio": st.integers(1, 20),
        "eviction_strategy": st.sampled_from(["None", "LiveMigrate"]),
        "migrations": st.fixed_dictionaries(
            {}, optional={"parallel_per_cluster": st.integers(1, 9), "bandwidth": st.sampled_from(["0", "64Mi", "1Gi"])}
        ),
        "obsolete_cpu_models": st.dictionaries(st.sampled_from(["486", "Penryn"]), st.booleans()),
        "ksm": st.fixed_dictionaries({"enabled": st.booleans()}),
        "host_devices": st.fixed_dictionaries(
            {
                "usb": st.lists(
                    st.fixed_dictionaries(
                        {
                            "resource": st.sampled_from(["a/one", "a/two"]),
                            "state": st.sampled_from(["present", "absent"]),
                        }
                    ),
                    unique_by=lambda item: item["resource"],
                )
            }
        ),
    },
)


@given(first=numbers, second=numbers)
def test_a_plan_holds_what_is_asked_and_settles_at_once(first: Tree, second: Tree) -> None:
    found = a_kubevirt()
    for options in (first, second):
        before = copy.deepcopy(found)
        change = decide_kubevirt(wanted(options), found)
        assert found == before
        found = _patched(found, change.patch)
        again = decide_kubevirt(wanted(options), found)
        assert (again.patch, again.plan.changed) == ({}, False)
        assert bool(change.patch) is bool(change.plan.steps)
        # what differs is told, and nothing else
        assert (change.plan.before != change.plan.after) is bool(change.patch)
    told = describe_kubevirt(found)
    for word in ("cpu_allocation_ratio", "eviction_strategy"):
        assert told.get(word) == second.get(word, first.get(word))


def _patched(found: Tree, patch: Tree) -> Tree:
    def merged(target: t.Any, over: t.Any) -> t.Any:
        if not isinstance(over, dict):
            return over
        result = dict(target) if isinstance(target, dict) else {}
        for field, value in over.items():
            if value is None:
                result.pop(field, None)
            else:
                result[field] = merged(result.get(field), value)
        return result

    return t.cast("Tree", merged(found, {**patch, "metadata": {}}))


def test_every_word_is_an_option_and_no_two_are_one() -> None:
    assert len({word.option for word in WORDS}) == len({word.field for word in WORDS}) == len(WORDS)


def test_what_has_no_word_is_told_as_configuration() -> None:
    found = a_kubevirt(smbios={"family": "shop"}, memBalloonStatsPeriod=5)
    assert describe_kubevirt(found)["configuration"] == {"smbios": {"family": "shop"}, "memBalloonStatsPeriod": 5}


def test_lists_with_a_key_are_merged_from_options_and_configuration() -> None:
    options: Tree = {"host_devices": {"usb": [{"resource": "a/one", "state": "present"}]}}
    more = {"permittedHostDevices": {"usb": [{"resourceName": "a/two"}]}}
    change = decide_kubevirt(wanted(options, configuration=more), a_kubevirt())
    usb = change.patch["spec"]["configuration"]["permittedHostDevices"]["usb"]
    assert [item["resourceName"] for item in usb] == ["a/one", "a/two"]


def test_a_patch_says_which_state_it_is_for() -> None:
    change = decide_kubevirt(wanted({"cpu_allocation_ratio": 8}), a_kubevirt())
    assert change.patch["metadata"] == {"resourceVersion": "7"}
    assert set(change.patch) == {"metadata", "spec"}


def test_removing_the_last_gate_leaves_an_empty_list() -> None:
    # the webhook takes no notice of gates when the whole developerConfiguration goes
    change = decide_kubevirt(wanted(gates={"Snapshot": "absent"}), a_kubevirt(gates=["Snapshot"]))
    assert change.patch["spec"] == {"configuration": {"developerConfiguration": {"featureGates": []}}}
    assert change.lost == ("Snapshot",)


def test_a_disagreement_names_the_option() -> None:
    task = wanted({"migrations": {"bandwidth": "1Gi"}}, configuration={"migrations": {"bandwidthPerMigration": "2Gi"}})
    with pytest.raises(InvalidOption, match=r"disagrees with the option migrations\.bandwidth"):
        check_wishes(task)
    check_wishes(
        wanted({"migrations": {"bandwidth": "1Gi"}}, configuration={"migrations": {"bandwidthPerMigration": "1024Mi"}})
    )


def test_cdi_gates_are_listed_or_not() -> None:
    found: Tree = {
        "kind": "CDI",
        "metadata": {"name": "cdi", "resourceVersion": "3"},
        "spec": {"config": {"featureGates": ["A", "B", "C"]}},
    }
    gates = {"B": "absent", "C": "disabled", "D": "enabled"}
    change = decide_cdi(wanted(cdi={}, cdi_gates=gates), found)
    assert change.patch["spec"] == {"config": {"featureGates": ["A", "D"]}}
    alone = decide_cdi(wanted(cdi={}, cdi_gates=gates, exclusive=frozenset({"cdi_feature_gates"})), found)
    assert alone.patch["spec"] == {"config": {"featureGates": ["D"]}}


def test_a_preset_stands_below_the_task() -> None:
    preset = PRESETS["palette_vmo"].options
    merged = under(preset, {"migrations": {"allow_auto_converge": False, "network": None}, "memory_overcommit": None})
    assert merged["migrations"]["allow_auto_converge"] is False
    assert merged["migrations"]["completion_timeout_per_gib"] == 800
    assert merged["memory_overcommit"] == 100
    assert preset["migrations"]["allow_auto_converge"] is True


# Finding and settling.


def test_only_one_is_right() -> None:
    one = a_kubevirt()
    assert only(KUBEVIRT, [one]) is one
    with pytest.raises(NotFound, match="install KubeVirt first"):
        only(KUBEVIRT, [])
    with pytest.raises(Refused) as refusal:
        only(KUBEVIRT, [one, {**one, "metadata": {"name": "b", "namespace": "a"}}])
    assert (refusal.value.code, refusal.value.details["names"]) == ("several_objects", ["a/b", "kubevirt/kubevirt"])


@pytest.mark.parametrize(
    ("path", "value", "seen"),
    [
        ("status.phase", "Deploying", "Deploying"),
        ("status.observedGeneration", 2, "not seen yet"),
        ("status.targetKubeVirtVersion", "v1.5.0", "Deployed"),
        ("status.conditions.0.status", "False", "Deployed"),
        ("status.conditions.1", {"type": "Progressing", "status": "True", "message": "rolling"}, "rolling"),
        ("status.conditions.2", {"type": "Degraded", "status": "True", "message": "broken"}, "broken"),
        ("status.conditions.2", {"type": "Synchronized", "status": "False", "message": "no place"}, "no place"),
    ],
)
def test_each_of_the_six_facts_counts(path: str, value: t.Any, seen: str) -> None:
    found = a_kubevirt()
    assert is_settled(found)
    place: t.Any = found
    *way, last = path.split(".")
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    assert not is_settled(found)
    assert seen in phrase(found)


def test_an_upgrade_is_degraded_and_no_trouble() -> None:
    found = a_kubevirt()
    found["status"]["conditions"] = [
        {"type": kind, "status": "True", "reason": "UpdateInProgress"}
        for kind in ("Available", "Progressing", "Degraded")
    ]
    assert not is_settled(found)
    assert trouble_of(found) is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("1m30s", 90), ("1.5h", 5400), ("5", None), ("1x", None), ("", None)]
)
def test_a_duration_is_read(text: str, seconds: int | None) -> None:
    assert parse_duration(text) == seconds


def test_pods_in_trouble() -> None:
    def pod(name: str, **status: t.Any) -> Tree:
        return {"metadata": {"name": name, "namespace": "kubevirt"}, "status": status}

    waiting = {"state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}
    starting = {"state": {"waiting": {"reason": "ContainerCreating"}}}
    unschedulable = {"type": "PodScheduled", "reason": "Unschedulable", "message": "0/3 nodes are available"}
    assert trouble_of_pods([pod("a"), pod("b", containerStatuses=[starting])]) is None
    assert "kubevirt/b does not run, ErrImagePull: no such image" in str(
        trouble_of_pods([pod("a", containerStatuses=[starting]), pod("b", initContainerStatuses=[waiting])])
    )
    assert "0/3 nodes" in str(trouble_of_pods([pod("a", conditions=[unschedulable])]))


def test_the_image_of_a_pod_is_told_and_one_that_goes_is_passed_over() -> None:
    containers = [{"name": "other", "image": "b"}, {"name": "virt-api", "image": "registry.example/virt-api:v1"}]
    waiting = {"name": "virt-api", "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    found: Tree = {
        "metadata": {"name": "virt-api-1", "namespace": "kubevirt"},
        "spec": {"containers": containers, "initContainers": [{"name": "first", "image": "a"}]},
        "status": {"containerStatuses": [waiting]},
    }
    place = "Pod kubevirt/virt-api-1 with the image"
    assert trouble_of_pods([found]) == f"{place} registry.example/virt-api:v1 does not run, ImagePullBackOff"
    of_first = {"initContainerStatuses": [{**waiting, "name": "first"}]}
    assert trouble_of_pods([{**found, "status": of_first}]) == f"{place} a does not run, ImagePullBackOff"
    found["metadata"]["deletionTimestamp"] = "2026-01-31T08:15:00Z"
    assert trouble_of_pods([found]) is None


def test_components_that_are_not_anew_yet() -> None:
    def component(kind: str, replicas: int = 2, generation: int = 2, **status: t.Any) -> Tree:
        metadata = {"name": "virt-api", "generation": generation}
        return {"kind": kind, "metadata": metadata, "spec": {"replicas": replicas}, "status": status}

    done = {"observedGeneration": 2, "updatedReplicas": 2, "readyReplicas": 2}
    handler = {"observedGeneration": 2, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3}
    good = [component("Deployment", **done), component("DaemonSet", **handler)]
    assert unfinished(good) is None
    for late in (
        component("Deployment", **{**done, "observedGeneration": 1}),
        component("Deployment", **{**done, "updatedReplicas": 1}),
        # the old one serves, the new one does not: KubeVirt calls that ready
        component("Deployment", 1, observedGeneration=2, updatedReplicas=1, readyReplicas=1, unavailableReplicas=1),
        component("DaemonSet", **{**handler, "updatedNumberScheduled": 2}),
        component("DaemonSet", **{**handler, "numberUnavailable": 1}),
    ):
        assert "virt-api" in str(unfinished([*good, late]))


# Effect and secrets.


@pytest.mark.parametrize(
    ("options", "gates", "components"),
    [
        ({"cpu_allocation_ratio": 8, "migrations": {"bandwidth": "1Gi"}}, {"Snapshot": "absent"}, []),
        ({"workloads": {"node_selector": {"a": "b"}}}, {}, ["virt-handler"]),
        ({"infra": {"replicas": 3}}, {}, ["virt-api", "virt-controller"]),
        ({"migrations": {"network": "move"}}, {}, ["virt-api", "virt-controller", "virt-handler"]),
        ({}, {"PersistentReservation": "enabled"}, ["virt-api", "virt-controller", "virt-handler"]),
    ],
)
def test_what_starts_anew(options: Tree, gates: dict[str, str], components: list[str]) -> None:
    change = decide_kubevirt(wanted(options, gates=gates), a_kubevirt())
    assert list(change.restarts) == components
    assert any("anew" in note for note in change.plan.notes) is bool(components)


def test_nothing_starts_anew_when_nothing_changes() -> None:
    assert restarted_by(a_kubevirt(), a_kubevirt(), set()) == []


def test_where_nothing_runs_yet_nothing_starts_anew() -> None:
    fresh = a_kubevirt()
    del fresh["status"]
    change = decide_kubevirt(wanted({"vms_per_node": 50}, version="v1.8.0"), fresh)
    assert change.patch["spec"]["configuration"]["virtualMachineInstancesPerNode"] == 50
    assert (change.restarts, change.plan.notes) == ((), ())
    assert decide_kubevirt(wanted({"vms_per_node": 50}), a_kubevirt()).restarts == ("virt-handler",)


def test_settings_of_a_fresh_object_are_for_the_version_that_is_awaited() -> None:
    fresh = a_kubevirt(gates=["Snapshot"])
    del fresh["status"]
    preset = PRESETS["palette_vmo"].gates
    for version, listed in (("v1.4.0", True), ("v1.8.0", False)):
        patch = decide_kubevirt(wanted(preset_gates=preset, version=version), fresh).patch
        gates = patch["spec"]["configuration"]["developerConfiguration"]["featureGates"]
        assert ("VMPersistentState" in gates) is listed


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://jane:hunter2@proxy:3128", "http://(hidden)@proxy:3128"),
        ("http://token@proxy", "http://(hidden)@proxy"),
        ("http://proxy:3128/a@b", "http://proxy:3128/a@b"),
    ],
)
def test_who_asks_a_proxy_is_not_shown(address: str, shown: str) -> None:
    assert without_users({"a": [address]}) == {"a": [shown]}
