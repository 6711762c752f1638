# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The diagnosis that a failure carries: its shape, its limits, and what it keeps to itself."""

from __future__ import annotations

import json

import pytest

from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import (
    Evidence,
    diagnose,
    explain_refusal,
    report,
)
from tests.unit.plan.diagnosis.builders import (
    a_pod,
    a_vm,
    a_vmi,
    a_volume,
    an_event,
    an_importer,
    around,
    condition,
    waiting,
)

FIELDS = ["status", "reason", "message", "conditions", "data_volumes", "pod", "events", "hints", "unavailable"]
FAILED = condition("Running", "False", "Error", "expected status code 200, got 404. Status: 404 Not Found")


def test_report_of_a_failing_import() -> None:
    vm = a_vm("DataVolumeError", condition("Ready", "False", "VMINotExists", "VMI does not exist"))
    volume = a_volume("ImportInProgress", FAILED, progress="0.00%", restartCount=4)
    evidence = around(volume, an_importer("Running", **waiting("CrashLoopBackOff")), unavailable=("events",))
    finding = diagnose(vm, evidence)
    told = report(vm, evidence, finding)
    assert list(told) == FIELDS
    assert finding is not None
    assert (told["status"], told["reason"], told["message"]) == ("DataVolumeError", "import_failed", finding.message)
    assert told["hints"] == [finding.hint]
    assert told["unavailable"] == ["events"]
    assert told["pod"] is None
    assert told["data_volumes"] == [
        {
            "name": "web-01-root",
            "phase": "ImportInProgress",
            "progress": "0.00%",
            "restarts": 4,
            "message": "expected status code 200, got 404. Status: 404 Not Found",
        }
    ]
    assert told["conditions"] == [
        {"type": "Ready", "status": "False", "reason": "VMINotExists", "message": "VMI does not exist"}
    ]


def test_conditions_that_the_vm_repeats_come_once() -> None:
    ready = condition("Ready", "False", "GuestNotRunning")
    own = condition("LiveMigratable", "True")
    told = report(a_vm("Starting", ready), around(a_vmi("Scheduling", ready, own)), None)
    assert [item["type"] for item in told["conditions"]] == ["Ready", "LiveMigratable"]


def test_pod_tells_what_it_waits_for() -> None:
    starting = a_pod("Pending", containers=[waiting("PodInitializing"), waiting("ErrImagePull", "no such image")])
    assert report(a_vm("Starting"), around(starting), None)["pod"] == {
        "name": "virt-launcher-web-01-9zk6h",
        "phase": "Pending",
        "reason": "ErrImagePull",
        "message": "no such image",
    }
    unplaced = a_pod("Pending", condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available"))
    assert report(a_vm("Starting"), around(unplaced), None)["pod"]["reason"] == "Unschedulable"
    assert report(a_vm("Running"), around(a_pod("Running")), None)["pod"]["reason"] == ""


def test_the_ten_newest_events_are_told() -> None:
    vm = a_vm("Starting")
    events = [an_event(vm, "FailedCreate", f"number {n}", time=f"2026-11-23T05:54:{n:02}Z") for n in range(12)]
    series = {**an_event(vm, "FailedScheduling", "newest"), "lastTimestamp": None}
    series["series"] = {"count": 2, "lastObservedTime": "2026-11-23T06:00:00.000000Z"}
    told = report(vm, around(*events, series), None)["events"]
    assert [event["message"] for event in told[:3]] == ["newest", "number 11", "number 10"]
    assert len(told) == 10
    assert told[0] == {
        "time": "2026-11-23T06:00:00.000000Z",
        "object": "VirtualMachine/web-01",
        "type": "Warning",
        "reason": "FailedScheduling",
        "message": "newest",
    }


def test_without_a_finding_the_report_says_what_takes_so_long() -> None:
    vm = a_vm("Provisioning")
    evidence = around(a_volume("ImportInProgress", progress="37.50%"))
    told = report(vm, evidence, diagnose(vm, evidence))
    assert told["reason"] == "import_running"
    assert told["message"] == "DataVolume shop/web-01-root is still being imported (ImportInProgress 37.50%)."


def test_nothing_of_a_spec_is_told() -> None:
    vm = a_vm("Provisioning")
    volume = a_volume(
        "ImportInProgress", condition("Running", "False", "Error", "Get https://u:s3cret@example.org: EOF")
    )
    told = json.dumps(report(vm, around(volume, an_event(vm, "Failed", "https://u:s3cret@example.org")), None))
    assert "s3cret" not in told
    assert "cloud-config" not in told


def test_nothing_is_needed() -> None:
    told = report({"metadata": {}}, Evidence(), None)
    assert (told["status"], told["reason"], told["conditions"], told["events"]) == ("Unknown", None, [], [])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            "clone_not_allowed",
            "User system:serviceaccount:shop:default has insufficient permissions in clone source namespace golden",
        ),
        (
            "instancetype_not_found",
            'Failure to find instancetype: virtualmachineinstancetypes.instancetype.kubevirt.io "huge" not found',
        ),
        (
            "preference_not_found",
            'Failure to find preference: virtualmachineclusterpreferences.instancetype.kubevirt.io "beos" not found',
        ),
    ],
)
def test_a_refusal_is_explained_like_a_failure(code: str, text: str) -> None:
    finding = explain_refusal("VirtualMachine shop/web-01", text)
    assert finding is not None
    assert (finding.code, "VirtualMachine shop/web-01" in finding.message) == (code, True)


def test_what_the_server_says_best_is_left_to_it() -> None:
    assert explain_refusal("VirtualMachine shop/web-01", "spec.template.spec.domain.cpu: must be positive") is None
