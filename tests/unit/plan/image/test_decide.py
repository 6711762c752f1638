# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a wanted image and what is there of it to steps."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, NotOwned, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage, progress, shown
from ansible_collections.vmo.core.plugins.module_utils._plan.image.decide import Found, decide, decide_removal
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan

Tree = dict[str, t.Any]
IMMEDIATE = "cdi.kubevirt.io/storage.bind.immediate.requested"
URL = "https://images.example.com/debian.qcow2"


def wanted(**options: t.Any) -> WantedImage:
    fields = {field: options.pop(field) for field in list(options) if field in WantedImage.__dataclass_fields__}
    return WantedImage(namespace="gold", name="debian", options=options, **fields)


def a_volume(source: Tree | None = None, phase: str = "Succeeded", storage: Tree | None = None, **more: t.Any) -> Tree:
    metadata: Tree = {"name": "debian", "namespace": "gold", "uid": "u1", "resourceVersion": "7"}
    metadata["annotations"] = {IMMEDIATE: ""}
    spec = {"source": source or {"http": {"url": URL}}, "storage": storage or {"resources": {"requests": SIZE}}}
    return {
        "kind": "DataVolume",
        "metadata": {**metadata, **more},
        "spec": spec,
        "status": {"phase": phase, "claimName": "debian"},
    }


SIZE = {"storage": "10Gi"}


def steps(plan: Plan) -> list[tuple[str, str, bool]]:
    return [(step.verb, step.kind.name, step.foreseen) for step in plan.steps]


@pytest.mark.parametrize(
    ("source", "options"),
    [
        ({"http": {"url": URL}}, {"http": {"url": URL}}),
        ({"http": {"url": URL, "secretRef": "theirs"}}, {"http": {"url": URL}}),
        ({"http": {"url": URL}}, {"size": "10240Mi"}),
        ({"http": {"url": URL}}, {"labels": {}, "size": "10Gi"}),
        ({"pvc": {"namespace": "gold", "name": "root"}}, {"clone": {"name": "root"}}),
        ({"pvc": {"namespace": "gold", "name": "root"}}, {"clone": {"name": "root", "namespace": "gold"}}),
        ({"pvc": {"namespace": "shop", "name": "root"}}, {"clone": {"name": "root", "namespace": "shop"}}),
        ({"vddk": {"url": "https://vcenter.example"}}, {"size": "10Gi"}),
        ({"blank": {}}, {"blank": {}}),
    ],
)
def test_what_is_the_same_is_left_alone(source: Tree, options: Tree) -> None:
    assert decide(wanted(**options), Found(volume=a_volume(source))) == Plan("none")


def test_a_volume_in_the_older_form_is_understood() -> None:
    volume = a_volume()
    volume["spec"]["pvc"] = volume["spec"].pop("storage")
    assert decide(wanted(size="10Gi", http={"url": URL}), Found(volume=volume)) == Plan("none")


@pytest.mark.parametrize(
    ("options", "words", "told"),
    [
        ({"http": {"url": "https://other.example/x"}}, ["http"], f"http {URL} instead of http https://other.example/x"),
        ({"http": {"url": URL, "secret": "mine"}}, ["http"], "http"),
        ({"registry": {"url": "docker://r/x"}}, ["registry"], f"http {URL} instead of registry docker://r/x"),
        ({"clone": {"name": "root"}}, ["clone"], "instead of clone root"),
        ({"size": "20Gi"}, ["size"], "size 10Gi instead of 20Gi"),
        ({"storage_class": "fast"}, ["storage_class"], "storage_class not set instead of fast"),
        ({"volume_mode": "Block", "size": "1Gi"}, ["size", "volume_mode"], "volume_mode not set instead of Block"),
        ({"http": {"url": "https://me:secret@other.example/x"}}, ["http"], "https://***@other.example/x"),
    ],
)
def test_what_cannot_change_is_refused_with_a_way_out(options: Tree, words: list[str], told: str) -> None:
    with pytest.raises(Refused) as refusal:
        decide(wanted(**options), Found(volume=a_volume()))
    assert (refusal.value.code, refusal.value.details["words"]) == ("image_differs", words)
    assert told in refusal.value.message
    assert "publish_as" in refusal.value.message
    assert "recreate" in refusal.value.message


@pytest.mark.parametrize(
    ("recreate", "phase", "allowed"),
    [
        ("never", "ImportInProgress", False),
        ("never", "Succeeded", False),
        ("unfinished", "Succeeded", False),
        ("unfinished", "ImportInProgress", True),
        ("unfinished", "Failed", True),
        ("unfinished", "", True),
        ("always", "Succeeded", True),
    ],
)
def test_an_image_is_made_anew_where_nothing_is_lost_unasked(recreate: str, phase: str, allowed: bool) -> None:
    task = wanted(http={"url": "https://other.example/x"}, size="10Gi", recreate=recreate)
    found = Found(volume=a_volume(phase=phase))
    if not allowed:
        with pytest.raises(Refused):
            decide(task, found)
        return
    plan = decide(task, found)
    assert steps(plan) == [("delete", "DataVolume", False), ("create", "DataVolume", True)]
    assert plan.steps[0].body == {"uid": "u1"}
    assert (plan.action, plan.again) == ("recreate", "gone")


def test_an_image_that_waits_for_its_first_consumer_is_finished() -> None:
    volume = a_volume(phase="PendingPopulation", annotations={})
    with pytest.raises(Refused):
        decide(wanted(size="20Gi", http={"url": URL}), Found(volume=volume))
    plan = decide(wanted(publish_as="stable"), Found(volume=volume))
    assert steps(plan) == [("create", "DataSource", False)]


def test_labels_go_to_the_claim_first() -> None:
    plan = decide(wanted(labels={"os": "debian"}), Found(volume=a_volume()))
    assert steps(plan) == [("patch", "PersistentVolumeClaim", False), ("patch", "DataVolume", False)]
    assert plan.steps[1].body == {"metadata": {"labels": {"os": "debian"}, "resourceVersion": "7"}}
    assert (plan.before, plan.after) == ({}, {"labels": {"os": "debian"}})


def test_annotations_go_to_the_volume_alone() -> None:
    plan = decide(wanted(annotations={"a": 1}, immediate_binding=False), Found(volume=a_volume()))
    assert steps(plan) == [("patch", "DataVolume", False)]
    assert plan.steps[0].body["metadata"]["annotations"] == {IMMEDIATE: None, "a": "1"}
    assert plan.before == {"immediate_binding": True}
    assert plan.after == {"immediate_binding": False, "annotations": {"a": "1"}}


@pytest.mark.parametrize(("wait", "foreseen"), [(True, True), (False, False)])
def test_nobody_finds_an_image_that_is_not_there_yet(wait: bool, foreseen: bool) -> None:
    task = wanted(http={"url": URL}, size="10Gi", publish_as="stable", wait=wait)
    for found, first in ((Found(), [("create", "DataVolume", False)]), (Found(a_volume(phase="Pending")), [])):
        plan = decide(task, found)
        assert steps(plan) == [*first, ("create", "DataSource", foreseen)]
        assert plan.again == ("ready" if foreseen else None)
        assert plan.after["publish_as"] == {"stable": "gold/debian"}


def test_a_data_source_that_a_cron_keeps_is_left_to_it() -> None:
    labels = {"cdi.kubevirt.io/dataImportCron": "weekly"}
    source = {"metadata": {"name": "stable", "labels": labels, "resourceVersion": "1"}, "spec": {"source": {}}}
    with pytest.raises(NotOwned, match="DataImportCron weekly"):
        decide(wanted(publish_as="stable"), Found(volume=a_volume(), data_source=source))


def test_a_data_source_leaves_its_snapshot_behind() -> None:
    spec = {"source": {"snapshot": {"namespace": "gold", "name": "old"}}}
    source = {"metadata": {"name": "stable", "resourceVersion": "1"}, "spec": spec}
    plan = decide(wanted(publish_as="stable"), Found(volume=a_volume(), data_source=source))
    place = {"namespace": "gold", "name": "debian"}
    assert plan.steps[0].body["spec"] == {"source": {"snapshot": None, "pvc": place}}
    assert plan.before == {"publish_as": {"stable": "gold/old"}}


def test_a_right_that_is_taken_from_nobody_is_no_change() -> None:
    gone = [{"namespace": "shop", "service_account": "default", "state": "absent"}]
    assert decide(wanted(clone_rights=gone), Found(volume=a_volume())) == Plan("none")


def test_an_image_that_renews_is_for_all_volumes_and_is_a_cron() -> None:
    rights = [{"namespace": "shop", "service_account": "default", "state": "present"}]
    task = wanted(
        registry={"url": "docker://r/x"}, size="10Gi", renew={"schedule": "@daily", "keep": None}, clone_rights=rights
    )
    plan = decide(task, Found())
    assert steps(plan) == [
        ("create", "DataImportCron", False),
        ("create", "Role", False),
        ("create", "RoleBinding", False),
    ]
    cron, role = plan.steps[0].body, plan.steps[1].body
    # CDI knows no labels and annotations there
    assert set(cron["spec"]["template"]) == {"spec"}
    assert (cron["spec"]["managedDataSource"], cron["spec"]["retentionPolicy"]) == ("debian", "None")
    assert "resourceNames" not in role["rules"][0]
    found = {"kind": "DataImportCron", **cron, "status": {"conditions": [{"type": "UpToDate", "status": "True"}]}}
    served = {"kind": "Role", **role}
    binding = {"kind": "RoleBinding", **plan.steps[2].body}
    assert decide(task, Found(cron=found, role=served, binding=binding)) == Plan("none")
    for change in ({"renew": {"schedule": "@weekly"}}, {"publish_as": "other"}):
        options = {**task.options, **change}
        with pytest.raises(Refused) as refusal:
            decide(WantedImage("gold", "debian", options=options), Found(cron=found))
        assert refusal.value.details["words"] == list(change)
    with pytest.raises(InvalidOption, match="say when it is renewed"):
        decide(wanted(size="20Gi", recreate="always"), Found(cron=found))


def test_a_removal_takes_what_was_made_for_the_image() -> None:
    own = {"labels": {"app.kubernetes.io/managed-by": "vmo.core"}, "uid": "u2"}
    source = {"metadata": {"name": "stable", **own}}
    role = {"metadata": {"name": "vmo-clone-debian", **own}}
    binding = {"metadata": {"name": "vmo-clone-debian", "uid": "u3", "labels": {}}}
    plan = decide_removal(wanted(state="absent"), Found(a_volume(), None, None, role, binding, (source,)))
    assert [(step.kind.name, step.name, step.body["uid"]) for step in plan.steps] == [
        ("DataSource", "stable", "u2"),
        ("Role", "vmo-clone-debian", "u2"),
        ("DataVolume", "debian", "u1"),
    ]
    assert decide_removal(wanted(state="absent"), Found()) == Plan("none")


def test_tokens_of_cdi_never_show() -> None:
    annotations = {"cdi.kubevirt.io/storage.clone.token": "ey", "cdi.kubevirt.io/storage.extended.clone.token": "ey"}
    volume = a_volume(annotations=annotations)
    assert shown(volume)["metadata"]["annotations"] == {}
    assert "ey" not in str(decide_removal(wanted(state="absent"), Found(volume)).before)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ({"phase": "ImportInProgress", "progress": "37.50%"}, "ImportInProgress 37.50%"),
        ({"phase": "ImportScheduled", "progress": "N/A"}, "ImportScheduled"),
        ({}, "Pending"),
    ],
)
def test_progress_is_a_phase_and_per_cent(status: Tree, text: str) -> None:
    assert progress({"status": status}) == text
