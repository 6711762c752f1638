# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Healthy VMs give no finding at any step.

The steps were recorded with watches on KubeVirt 1.4.0, CDI 1.65.0 and Kubernetes 1.34.4, with what looks alarming in
them.
"""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import diagnose
from tests.unit.plan.diagnosis.builders import (
    a_pod,
    a_vm,
    a_vmi,
    a_volume,
    an_event,
    an_importer,
    around,
    condition,
    ended,
    on_claim,
    waiting,
)

Tree = dict[str, t.Any]

NO_VMI = condition("Ready", "False", "VMINotExists", "VMI does not exist")
NO_READY = condition("Ready", "False", "VMIConditionMissing", "VMI is missing the Ready condition")
NOT_RUNNING = condition("Ready", "False", "GuestNotRunning", "Guest VM is not reported as running")
GOING = condition("Ready", "False", "PodTerminating", "virt-launcher pod is terminating")
READY = condition("Ready", "True")
NOT_ALL = condition("DataVolumesReady", "False", "NotAllDVsReady", "Not all of the VMI's DVs are ready")
SCHEDULED = condition("PodScheduled", "True")
UNBOUND = condition(
    "PodScheduled",
    "False",
    "Unschedulable",
    "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
)
NO_SCRATCH = condition(
    "PodScheduled",
    "False",
    "Unschedulable",
    '0/3 nodes are available: persistentvolumeclaim "prime-82faf8b8-scratch" not found. not found',
)
IDLE = condition("Running", "False")
BUSY = condition("Running", "True", "Pod is running")
DONE = condition("Running", "False", "Completed", "Import Complete")
UNPLACED = condition("Running", "False", "Unschedulable", "Importer pod cannot be scheduled")
PRIME = "target PVC web-01-root Pending and [prime-4b56fc40] : "
BOUND = condition("Bound", "True", "Bound", "PVC web-01-root Bound")
RACE = (
    'Error saving claim: Operation cannot be fulfilled on persistentvolumeclaims "prime-4b56fc40": the object has been '
    "modified; please apply your changes to the latest version and try again"
)
ALARMS = [
    on_claim("ProvisioningFailed", f"[prime-4b56fc40] : {RACE}"),
    on_claim("ErrCreatingPVCPrime", 'persistentvolumeclaims "prime-4b56fc40" already exists'),
    on_claim("ImportTargetInUse", "pod shop/virt-launcher-web-01-9zk6h using PersistentVolumeClaim web-01-root"),
    on_claim("WaitForPodScheduled", "waiting for pod virt-launcher-web-01-9zk6h to be scheduled", "Normal"),
    an_event(a_volume("Pending"), "Unschedulable", "Importer pod cannot be scheduled"),
    an_event(a_volume("Pending"), "Completed", "Upload Complete"),
    an_event(an_importer("Pending"), "FailedScheduling", UNBOUND["message"]),
    an_event(an_importer("Pending"), "FailedMount", "PVC prime-4b56fc40 not bound"),
]


def bound(text: str) -> Tree:
    return condition("Bound", "False", "Pending", text)


def launcher(*states: str) -> Tree:
    return a_pod("Pending", SCHEDULED, containers=[waiting(state) for state in states])


WAITING = bound("PVC web-01-root Pending")
PROVISIONING = bound(f'{PRIME}External provisioner is provisioning volume for claim "shop/prime-4b56fc40"')
EXTERNAL = bound(
    f"{PRIME}Waiting for a volume to be created either by the external provisioner 'rook-ceph.rbd.csi.ceph.com' or "
    "manually by the system administrator. If volume creation is delayed, please verify that the "
    "provisioner is running and "
    "correctly registered."
)
PROVISIONED = bound(f"{PRIME}Successfully provisioned volume pvc-2eda63b0")
FILLED = a_volume("Succeeded", BOUND, DONE, progress="100.0%")

CREATED = [
    ({**a_vm("Stopped"), "status": {}}, []),
    (a_vm("Stopped"), []),
    (a_vm("Stopped"), [a_volume(None)]),
    (a_vm("Provisioning", NO_VMI), [a_volume(None)]),
]
IMPORTED_FIRST = [
    (
        a_vm("Provisioning", NO_VMI),
        [a_volume("Pending", condition("Bound", "False", "NotFound", "No PVC found"), IDLE)],
    ),
    (a_vm("Provisioning", NO_VMI), [a_volume("Pending", WAITING, IDLE, progress="N/A"), *ALARMS]),
    (a_vm("Provisioning", NO_VMI), [a_volume("ImportScheduled", WAITING, IDLE), an_importer("Pending"), *ALARMS]),
    (a_vm("Provisioning", NO_VMI), [a_volume("ImportScheduled", WAITING, UNPLACED), an_importer("Pending", UNBOUND)]),
    (
        a_vm("Provisioning", NO_VMI),
        [a_volume("ImportScheduled", EXTERNAL, UNPLACED), an_importer("Pending", NO_SCRATCH)],
    ),
    (a_vm("Provisioning", NO_VMI), [a_volume("ImportScheduled", bound(f"{PRIME}{RACE}"), IDLE), *ALARMS]),
    (
        a_vm("Provisioning", NO_VMI),
        [
            a_volume("ImportScheduled", PROVISIONING, IDLE, progress="N/A"),
            an_importer("Pending", SCHEDULED, **waiting("ContainerCreating")),
            *ALARMS,
        ],
    ),
    (a_vm("Provisioning", NO_VMI), [a_volume("ImportInProgress", PROVISIONING, BUSY, progress="47.68%"), *ALARMS]),
    (
        a_vm("Provisioning", NO_VMI),
        [
            a_volume("ImportInProgress", PROVISIONED, BUSY, progress="100.0%"),
            an_importer("Succeeded", SCHEDULED, state=ended("Completed", code=0), lastState={}),
        ],
    ),
    (a_vm("Provisioning", NO_VMI), [a_volume("Succeeded", PROVISIONED, DONE), *ALARMS]),
    (a_vm("Starting", NO_VMI), [FILLED, a_vmi("Pending")]),
]
WAITS_FOR_ITS_CONSUMER = [
    (a_vm("Provisioning", NO_VMI), [a_volume("PendingPopulation", WAITING, IDLE, progress="N/A"), *ALARMS]),
    (a_vm("WaitingForVolumeBinding", NO_READY), [a_volume("PendingPopulation", WAITING, IDLE), a_vmi("Pending")]),
    (
        a_vm("WaitingForVolumeBinding", NOT_RUNNING, NOT_ALL),
        [a_volume("PendingPopulation", WAITING, IDLE), a_vmi("Scheduling", NOT_RUNNING, NOT_ALL), a_pod("Pending")],
    ),
    (
        a_vm("Provisioning", NOT_RUNNING, NOT_ALL, created=True),
        [
            a_volume("ImportInProgress", PROVISIONED, BUSY, progress="12.00%"),
            a_vmi("Scheduling", NOT_ALL),
            a_pod("Pending"),
        ],
    ),
    (
        a_vm("WaitingForVolumeBinding", NOT_RUNNING, NOT_ALL),
        [a_volume("Succeeded", PROVISIONED, DONE), a_vmi("Scheduling", NOT_ALL), a_pod("Pending"), *ALARMS],
    ),
]
STARTS = [
    (a_vm("Starting", NO_READY), [FILLED, a_vmi("Pending"), a_pod("Pending")]),
    (a_vm("Starting", NO_READY), [FILLED, a_vmi("Scheduling"), a_pod("Pending", SCHEDULED)]),
    (a_vm("Starting", NOT_RUNNING), [FILLED, a_vmi("Scheduling", NOT_RUNNING), launcher("ContainerCreating")]),
    (a_vm("Starting", NOT_RUNNING), [FILLED, a_vmi("Scheduling", NOT_RUNNING), launcher("PodInitializing")]),
    (a_vm("Starting", NOT_RUNNING), [FILLED, a_vmi("Scheduled", NOT_RUNNING), a_pod("Running", SCHEDULED)]),
    (a_vm("Running", NOT_RUNNING), [FILLED, a_vmi("Running", NOT_RUNNING), a_pod("Running", SCHEDULED)]),
    (a_vm("Running", READY), [FILLED, a_vmi("Running", READY), a_pod("Running", SCHEDULED)]),
    (a_vm("Migrating", READY), [FILLED, a_vmi("Running", READY), a_pod("Pending"), a_pod("Running", SCHEDULED)]),
]
GOES_DOWN = [
    (a_vm("Stopping", GOING), [FILLED, a_vmi("Running", GOING, deleted=True), a_pod("Running")]),
    (a_vm("Stopping", GOING), [FILLED, a_vmi("Succeeded", GOING, deleted=True), a_pod("Succeeded")]),
    (a_vm("Stopped", GOING, created=True), [FILLED, a_vmi("Succeeded", GOING, deleted=True)]),
    (a_vm("Stopped", NO_VMI, condition("AgentConnected", "True")), [FILLED]),
    (a_vm("Stopped", NO_VMI, strategy="Halted"), [a_volume("WaitForFirstConsumer", WAITING, IDLE)]),
    (a_vm("Stopped", GOING, created=True, strategy="Halted"), [a_vmi("Succeeded", GOING)]),
    (a_vm("Terminating", GOING), [FILLED, a_vmi("Running", GOING, deleted=True)]),
]
STARTS_AGAIN = [
    # the guest shut itself down, and Always brings it back
    (a_vm("Stopped", GOING, created=True), [a_vmi("Succeeded", GOING)]),
    # a stopped Manual VM that was just asked to start
    (a_vm("Stopped", GOING, strategy="Manual", stateChangeRequests=[{"action": "Start"}]), [a_vmi("Succeeded", GOING)]),
]
PAUSED = condition("Paused", "True", "PausedByUser", "VMI was paused by user")
PAUSES = [(a_vm("Paused", NOT_RUNNING, PAUSED), [a_vmi("Running", PAUSED), a_pod("Running", SCHEDULED)])]

STEPS = {
    "created": CREATED,
    "imported first": IMPORTED_FIRST,
    "waits for its consumer": WAITS_FOR_ITS_CONSUMER,
    "starts": STARTS,
    "goes down": GOES_DOWN,
    "starts again": STARTS_AGAIN,
    "pauses": PAUSES,
}


@pytest.mark.parametrize(
    ("vm", "objects"),
    [pytest.param(*step, id=f"{name} {number}") for name, steps in STEPS.items() for number, step in enumerate(steps)],
)
def test_a_healthy_vm_gives_no_finding(vm: Tree, objects: list[Tree]) -> None:
    assert diagnose(vm, around(*objects)) is None


def test_events_of_what_is_done_are_past() -> None:
    pod = a_pod("Running", SCHEDULED)
    told = an_event(pod, "FailedMount", 'MountVolume.SetUp failed for volume "ci-udata" : secret "nosuch" not found')
    lost = on_claim("ProvisioningFailed", 'storageclass.storage.k8s.io "gold" not found')
    assert diagnose(a_vm("Starting", NOT_RUNNING), around(FILLED, a_vmi("Scheduled"), pod, told, lost)) is None
