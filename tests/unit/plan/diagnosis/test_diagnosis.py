# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each cause for which a VM does not come up is named."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import RULES, Evidence, diagnose
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.late import LATE_RULES
from tests.unit.plan.diagnosis.builders import (
    a_pod,
    a_vm,
    a_vmi,
    a_volume,
    an_importer,
    around,
    condition,
    ended,
    found,
    waiting,
)
from tests.unit.plan.diagnosis.from_sources import FROM_SOURCES
from tests.unit.plan.diagnosis.seen import (
    GENUINE,
    HTTP,
    NO_VMI,
    NOT_RUNNING,
    PENDING,
    claiming,
    filling,
    importing,
    mounting,
    unschedulable,
    unsynchronized,
)

Tree = dict[str, t.Any]


@pytest.mark.parametrize(("code", "part", "case"), [*GENUINE, *FROM_SOURCES])
def test_cause_is_named(code: str, part: str, case: tuple[Tree, list[Tree]]) -> None:
    vm, objects = case
    finding = found(vm, *objects)
    assert (finding.code, part in finding.message) == (code, True), finding
    assert finding.hint.endswith(".")
    assert finding.message.endswith(".")
    assert "{" not in finding.message + finding.hint


def test_every_rule_has_a_case() -> None:
    cases = {case[0] for case in (*GENUINE, *FROM_SOURCES)}
    assert {rule.code for rule in RULES} | {"unschedulable", "no_kvm_device"} == cases


def test_the_launcher_pod_is_read_where_kubevirt_does_not_copy_the_verdict() -> None:
    # KubeVirt 1.4 on Kubernetes 1.34 with PodObservedGenerationTracking
    pod = a_pod(
        "Pending",
        condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available: 3 Insufficient memory."),
    )
    finding = found(a_vm("Starting", NOT_RUNNING), a_vmi("Scheduling", NOT_RUNNING), pod)
    assert (
        finding.message == "No node can take the pod of VirtualMachine shop/web-01: too little free memory (3 nodes)."
    )


def test_what_most_nodes_say_is_the_cause() -> None:
    vm, objects = unschedulable("1 Insufficient devices.kubevirt.io/kvm, 2 Insufficient memory")
    assert found(vm, *objects).code == "unschedulable"
    vm, objects = unschedulable("1 Insufficient memory, 1 Insufficient devices.kubevirt.io/kvm, 1 Insufficient cpu")
    assert found(vm, *objects).code == "no_kvm_device"


def test_a_failing_import_stays_one_finding_while_its_pod_is_started_again() -> None:
    volume = a_volume(
        "ImportInProgress",
        PENDING,
        condition("Running", "True", "Pod is running"),
        progress="0.00%",
        restartCount=2,
    )
    last = ended("Error", f"{HTTP}expected status code 200, got 404. Status: 404 Not Found")
    running = an_importer("Running", state={"running": {}}, lastState=last)
    assert found(a_vm("Provisioning"), volume, running).code == "import_failed"
    assert found(a_vm("Provisioning"), volume, an_importer("Running", state=last, lastState={})).code == "import_failed"


def test_an_import_that_advances_after_a_failure_is_not_failing() -> None:
    volume = a_volume(
        "ImportInProgress", condition("Running", "True", "Pod is running"), progress="42.00%", restartCount=1
    )
    pod = an_importer("Running", state={"running": {}}, lastState=ended("Error", "unexpected EOF"))
    assert diagnose(a_vm("Provisioning"), around(volume, pod)) is None


def test_what_a_stopped_vm_still_shows_of_its_last_start_is_no_cause() -> None:
    old = condition(
        "Synchronized", "False", "FailedCreate", "failed to locate network attachment definition shop/vlan20"
    )
    assert diagnose(a_vm("Stopped", NO_VMI, old), Evidence()) is None


def test_a_claim_that_its_data_volume_is_about_to_make_is_not_missing() -> None:
    vm, objects = unsynchronized("FailedPvcNotFound", "PVC shop/web-01-root does not exist, waiting for it to appear")
    assert diagnose(vm, around(*objects, a_volume("Pending", PENDING))) is None


def test_without_data_volumes_to_see_a_missing_one_is_called_a_claim() -> None:
    vm, objects = unsynchronized("FailedPvcNotFound", "PVC shop/web-01-root does not exist, waiting for it to appear")
    finding = diagnose(vm, around(*objects, unavailable=("data_volumes",)))
    assert finding is not None
    assert finding.code == "pvc_not_found"


@pytest.mark.parametrize(
    ("code", "vm", "objects"),
    [
        ("claim_not_created", *filling(condition("Bound", "False", "NotFound", "No PVC found"), phase="Pending")),
        ("import_running", *filling(PENDING, phase="ImportInProgress", progress="37.50%")),
        ("clone_running", *filling(PENDING, phase="CSICloneInProgress")),
        ("upload_awaited", *filling(PENDING, phase="UploadReady")),
        ("claim_pending", *filling(PENDING, phase="Pending")),
        ("claim_pending", *claiming()),
        ("claim_pending", *unschedulable("pod has unbound immediate PersistentVolumeClaims. not found")),
        ("claim_pending", *unsynchronized("BackendStorageNotReady", "PVC pending")),
        ("volume_mount_failed", *mounting("MountVolume.SetUp failed: timed out")),
        ("launcher_not_starting", a_vm("Starting"), [a_pod("Pending", containers=[waiting("ContainerCreating")])]),
        ("launcher_not_starting", a_vm("Starting"), [a_vmi("Scheduling")]),
        ("guest_not_starting", a_vm("Starting"), [a_vmi("Scheduled"), a_pod("Running")]),
        ("guest_not_stopping", a_vm("Stopping"), []),
        ("deletion_blocked", a_vm("Terminating"), []),
        ("not_started", a_vm("Stopped"), []),
        ("no_guest_agent", a_vm("Running", condition("Ready", "True")), [a_vmi("Running")]),
        (
            "no_address",
            a_vm("Running", condition("Ready", "True"), condition("AgentConnected", "True")),
            [a_vmi("Running", interfaces=[{"name": "default", "ipAddress": "10.1.1.1"}, {"name": "vlan20"}])],
        ),
        (
            "import_not_starting",
            a_vm("Provisioning"),
            [a_volume("WaitForFirstConsumer"), an_importer("Pending", **waiting("ContainerCreating"))],
        ),
    ],
)
def test_what_only_takes_too_long_is_a_cause_at_the_deadline(code: str, vm: Tree, objects: list[Tree]) -> None:
    assert diagnose(vm, around(*objects)) is None
    assert found(vm, *objects, late=True).code == code


def test_every_late_rule_has_a_case() -> None:
    marks = getattr(test_what_only_takes_too_long_is_a_cause_at_the_deadline, "pytestmark", [])
    assert {rule.code for rule in LATE_RULES} == {case[0] for case in marks[0].args[1]}


def test_credentials_in_the_address_of_an_image_do_not_show() -> None:
    finding = found(*_flat(importing(f'{HTTP}Get "https://me:s3cret@example.org/a?X-Amz-Signature=abc123&v=1": EOF')))
    assert "s3cret" not in finding.message
    assert "abc123" not in finding.message
    assert "https://***@example.org/a?X-Amz-Signature=***&v=1" in finding.message


def _flat(case: tuple[Tree, list[Tree]]) -> list[Tree]:
    return [case[0], *case[1]]
