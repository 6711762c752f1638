# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sources of the projects would say of VMs that do not come up; no control plane was seen saying it."""

from __future__ import annotations

import typing as t

from tests.unit.plan.diagnosis.builders import (
    a_claim,
    a_pod,
    a_vm,
    a_vmi,
    a_volume,
    an_event,
    an_importer,
    condition,
    ended,
    on_claim,
    waiting,
)
from tests.unit.plan.diagnosis.seen import HTTP, NO_VMI, PENDING, filling, importing, unschedulable, unsynchronized

Tree = dict[str, t.Any]


def failing(reason: str, message: str) -> tuple[Tree, list[Tree]]:
    return a_vm("Stopped", NO_VMI, condition("Failure", "True", reason, message)), []


FROM_SOURCES: list[tuple[str, str, tuple[Tree, list[Tree]]]] = [
    ("unschedulable", "too little free CPU (3 nodes)", unschedulable("3 Insufficient cpu")),
    ("unschedulable", "a taint that is not tolerated (1 node)", unschedulable("1 node(s) had untolerated taint(s)")),
    (
        "unschedulable",
        "a taint that is not tolerated (1 node)",
        unschedulable("1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }"),
    ),
    ("unschedulable", "cordoned (3 nodes)", unschedulable("3 node(s) were unschedulable")),
    (
        "unschedulable",
        "excluded by pod affinity, anti-affinity or spread rules (3 nodes)",
        unschedulable("3 node(s) didn't match pod anti-affinity rules"),
    ),
    ("unschedulable", "as many pods as the node may run (3 nodes)", unschedulable("3 Too many pods")),
    ("unschedulable", "no volume that can be", unschedulable("3 node(s) did not have enough free storage")),
    ("unschedulable", "node(s) had unknown conditions (3 nodes)", unschedulable("3 node(s) had unknown conditions")),
    (
        "unschedulable",
        "another pod uses alone",
        unschedulable(
            "3 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by "
            "another pod"
        ),
    ),
    ("import_failed", "is too small for its image", importing("DataVolume too small to contain image")),
    (
        "import_failed",
        "is too small for its image",
        importing(
            "Unable to process data: virtual image size 42949672960 is larger than the reported available storage "
            "10146021376. A larger PVC is required"
        ),
    ),
    (
        "import_failed",
        "is not trusted",
        importing(f"{HTTP}HTTP request errored: Get: x509: certificate signed by unknown"),
    ),
    ("import_failed", "refuses access", importing(f"{HTTP}expected status code 200, got 403. Status: 403 Forbidden")),
    (
        "import_failed",
        "refuses access",
        importing(
            "Unable to process data: Failed to read registry image: Error retrieving image: reading manifest latest in "
            "registry.example/x: unauthorized: authentication required"
        ),
    ),
    (
        "import_failed",
        "is not there",
        importing(
            "Unable to process data: Failed to read registry image: Error retrieving image: reading manifest latest in "
            "registry.example/x: manifest unknown"
        ),
    ),
    (
        "import_failed",
        "is not the expected one",
        importing(
            "Unable to process data: checksum validation failed: checksum mismatch: expected sha256:1, calculated "
            "sha256:2"
        ),
    ),
    (
        "import_failed",
        "cannot be reached",
        importing(f"{HTTP}HTTP request errored: Get: dial tcp: lookup images.example on 10.0.0.10:53: no such host"),
    ),
    (
        "import_failed",
        "is no disk image that CDI knows",
        importing("Unable to process data: Invalid format luks for image https://example.org/fedora.img"),
    ),
    ("import_failed", "has failed", filling(condition("Running", "False"), phase="Failed")),
    (
        "import_failed",
        "was killed since it took more memory",
        (
            a_vm("Provisioning", NO_VMI),
            [
                a_volume("ImportInProgress", condition("Running", "True", "Pod is running"), progress="0.00%"),
                an_importer("Running", state={"running": {}}, lastState=ended("OOMKilled", code=137)),
            ],
        ),
    ),
    ("import_failed", "A DataVolume of VirtualMachine shop/web-01", (a_vm("DataVolumeError", NO_VMI), [])),
    (
        "claim_not_valid",
        "No claim can be made",
        filling(condition("Bound", "False", "ErrClaimNotValid", "ContentType Archive cannot have block volumeMode")),
    ),
    ("claim_lost", "has lost its volume", filling(condition("Bound", "False", "ErrClaimLost", "PVC web-01-root lost"))),
    ("claim_lost", "shop/data has lost its volume", (a_vm("Starting"), [a_claim("Lost")])),
    (
        "claim_exists",
        "belongs to something else",
        filling(
            condition(
                "Bound",
                "False",
                "ErrResourceExists",
                'Resource "web-01-root" already exists and is not managed by DataVolume',
            )
        ),
    ),
    (
        "clone_not_valid",
        "cannot be cloned: The clone doesn't meet",
        (
            a_vm("Provisioning", NO_VMI),
            [
                a_volume("CloneScheduled", PENDING),
                on_claim("CloneValidationFailed", "The clone doesn't meet the validation requirements"),
            ],
        ),
    ),
    (
        "provisioning_failed",
        "cannot be provided: rpc error",
        (
            a_vm("Provisioning", NO_VMI),
            [a_volume("Pending", PENDING), on_claim("ProvisioningFailed", "rpc error: no space")],
        ),
    ),
    (
        "instancetype_not_found",
        "The instance type of",
        failing(
            "FailedFindInstancetype",
            'virtualmachineclusterinstancetypes.instancetype.kubevirt.io "nosuch" not found',
        ),
    ),
    (
        "instancetype_not_found",
        "The instance type of",
        failing("FailedCreate", 'virtualmachineinstancetypes.instancetype.kubevirt.io "nosuch" not found'),
    ),
    (
        "preference_not_found",
        "The preference of",
        failing("FailedFindPreference", 'virtualmachineclusterpreferences.instancetype.kubevirt.io "nosuch" not found'),
    ),
    (
        "preference_not_found",
        "The preference of",
        failing("FailedCreate", 'virtualmachinepreferences.instancetype.kubevirt.io "nosuch" not found'),
    ),
    (
        "data_volume_refused",
        "is refused: admission webhook",
        failing(
            "FailedCreate",
            "Failure while starting VMI: failed to create DataVolume: admission webhook denied the request",
        ),
    ),
    ("start_failed", "cannot carry out", failing("FailedDelete", "Failure attempting to delete VMI: timeout")),
    (
        "resources_not_guaranteed",
        "dedicated CPUs",
        unsynchronized("FailedGuaranteeResources", "failed to guarantee pod resources"),
    ),
    (
        "backend_storage_failed",
        "TPM or EFI",
        unsynchronized("FailedBackendStorageCreate", "no default storage class found"),
    ),
    (
        "pod_refused",
        "refuses the launcher pod",
        unsynchronized("FailedCreate", "failed to create virtual machine pod: denied"),
    ),
    (
        "volume_attach_failed",
        "cannot be attached",
        (
            a_vm("Starting"),
            [
                a_vmi("Scheduling"),
                a_pod("Pending"),
                an_event(a_pod("Pending"), "FailedAttachVolume", 'Multi-Attach error for volume "pvc-1"'),
            ],
        ),
    ),
    (
        "pod_network_failed",
        "The network of",
        (
            a_vm("Starting"),
            [a_pod("Pending"), an_event(a_pod("Pending"), "FailedCreatePodSandBox", "plugin type=bridge failed")],
        ),
    ),
    (
        "launcher_oom_killed",
        "took more memory than its limit",
        (a_vm("Starting"), [a_pod("Failed", containers=[{"state": ended("OOMKilled", code=137)}])]),
    ),
    (
        "launcher_evicted",
        "was turned away by its node (UnexpectedAdmissionError)",
        (a_vm("Starting"), [a_pod("Failed", reason="UnexpectedAdmissionError", message="Allocate failed due to kvm")]),
    ),
    (
        "container_failed",
        "A container of",
        (
            a_vm("Starting"),
            [a_pod("Pending", containers=[waiting("CreateContainerConfigError", 'secret "x" not found')])],
        ),
    ),
    (
        "node_unresponsive",
        "its node does not answer",
        (a_vm("Stopped", strategy="Manual"), [a_vmi("Failed", reason="NodeUnresponsive")]),
    ),
    ("guest_powered_off", "shut itself down", (a_vm("Stopped", strategy="Once"), [a_vmi("Succeeded")])),
    ("crash_loop", "crashes at its start", (a_vm("CrashLoopBackOff", NO_VMI), [])),
]
