# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the control planes of KubeVirt 1.4.0, CDI 1.65.0 and Kubernetes 1.34.4 said of VMs that did not come up.

Names are changed. What a node, an importer or a CSI driver says (pull, mount, import, provision, SyncVMI, I/O error)
came from the lab's stand-ins for these, through the genuine controllers.
"""

from __future__ import annotations

import typing as t

from tests.unit.plan.diagnosis.builders import (
    a_claim,
    a_pod,
    a_vm,
    a_vmi,
    a_volume,
    an_event,
    condition,
    waiting,
)

Tree = dict[str, t.Any]
Case = tuple[str, str, Tree, list[Tree]]  # code, a part of the message, the VM, what is around it

NO_VMI = condition("Ready", "False", "VMINotExists", "VMI does not exist")
NO_POD = condition("Ready", "False", "PodNotExists", "virt-launcher pod has not yet been scheduled")
NOT_RUNNING = condition("Ready", "False", "GuestNotRunning", "Guest VM is not reported as running")
DV_READY = condition("Ready", "False")
BOUND = condition("Bound", "True", "Bound", "PVC web-01-root Bound")
PENDING = condition("Bound", "False", "Pending", "PVC web-01-root Pending")
PREEMPTION = (
    " no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
)


def unsynchronized(reason: str, message: str, printable: str = "Starting", **more: t.Any) -> tuple[Tree, list[Tree]]:
    sync = condition("Synchronized", "False", reason, message)
    return a_vm(printable, NO_POD, sync, **more), [a_vmi("Pending", NO_POD, sync)]


def unschedulable(message: str) -> tuple[Tree, list[Tree]]:
    verdict = condition("PodScheduled", "False", "Unschedulable", f"0/3 nodes are available: {message}.{PREEMPTION}")
    vm = a_vm("ErrorUnschedulable", NOT_RUNNING, verdict)
    return vm, [a_vmi("Scheduling", NOT_RUNNING, verdict), a_pod("Pending", verdict)]


def filling(
    *conditions: Tree, phase: str | None = None, status: str = "Provisioning", **more: t.Any
) -> tuple[Tree, list[Tree]]:
    return a_vm(status, NO_VMI), [a_volume(phase, *conditions, DV_READY, **more)]


def importing(message: str) -> tuple[Tree, list[Tree]]:
    failed = condition("Running", "False", "Error", message)
    return filling(
        PENDING, failed, phase="ImportInProgress", status="DataVolumeError", progress="0.00%", restartCount=4
    )


def mounting(message: str) -> tuple[Tree, list[Tree]]:
    pod = a_pod("Pending", condition("PodScheduled", "True"), containers=[waiting("ContainerCreating")])
    return a_vm("Starting", NOT_RUNNING), [a_vmi("Scheduling"), pod, an_event(pod, "FailedMount", message)]


def claiming(*events: Tree) -> tuple[Tree, list[Tree]]:
    vm, objects = unschedulable("pod has unbound immediate PersistentVolumeClaims. not found")
    vm["spec"]["template"]["spec"]["volumes"] = [{"name": "root", "persistentVolumeClaim": {"claimName": "data"}}]
    return vm, [*objects, a_claim(), *events]


REFUSED = 'pods "virt-launcher-web-01-hbdnt" is forbidden: '
HTTP = "Unable to process data: Unable to connect to http data source: "
GENUINE: list[tuple[str, str, tuple[Tree, list[Tree]]]] = [
    (
        "image_pull_failed",
        (
            "An image of VirtualMachine shop/web-01 cannot be pulled: Back-off pulling image "
            '"registry.example/nonexistent:1".'
        ),
        unsynchronized(
            "ImagePullBackOff", 'Back-off pulling image "registry.example/nonexistent:1"', "ImagePullBackOff"
        ),
    ),
    ("unschedulable", "too little free memory (3 nodes)", unschedulable("3 Insufficient memory")),
    ("unschedulable", "no free nvidia.com/A100 (3 nodes)", unschedulable("3 Insufficient nvidia.com/A100")),
    ("unschedulable", "too few free hugepages-2Mi (3 nodes)", unschedulable("3 Insufficient hugepages-2Mi")),
    (
        "unschedulable",
        "no match for the node selector or affinity (3 nodes)",
        unschedulable("3 node(s) didn't match Pod's node affinity/selector"),
    ),
    (
        "unschedulable",
        "no match for the node selector or affinity (2 nodes), a volume that is out of reach (1 node)",
        unschedulable(
            "1 node(s) didn't match PersistentVolume's node affinity, 2 node(s) didn't match Pod's node "
            "affinity/selector"
        ),
    ),
    # the scheduler's genuine words, on a plain pod that asks for more of the device than there is
    ("no_kvm_device", "no free /dev/kvm (3 nodes)", unschedulable("3 Insufficient devices.kubevirt.io/kvm")),
    (
        "pvc_not_found",
        "The PersistentVolumeClaim shop/nope, which VirtualMachine shop/web-01 uses, does not exist.",
        unsynchronized(
            "FailedPvcNotFound", "PVC shop/nope does not exist, waiting for it to appear", "ErrorPvcNotFound"
        ),
    ),
    (
        "data_volume_not_found",
        "The DataVolume shop/nope,",
        unsynchronized(
            "FailedPvcNotFound",
            "PVC shop/nope does not exist, waiting for it to appear",
            "ErrorPvcNotFound",
            volumes=[{"name": "root", "dataVolume": {"name": "nope"}}],
        ),
    ),
    (
        "network_attachment_not_found",
        "The NetworkAttachmentDefinition shop/vlan20 of VirtualMachine shop/web-01 does not exist.",
        unsynchronized(
            "FailedCreate",
            "failed to render launch manifest: failed to locate network attachment definition shop/vlan20",
        ),
    ),
    (
        "service_account_not_found",
        "The ServiceAccount nosa of",
        unsynchronized(
            "FailedCreate",
            'failed to create virtual machine pod: pods "virt-launcher-web-01-" is forbidden: error looking up service '
            'account shop/nosa: serviceaccount "nosa" not found',
        ),
    ),
    (
        "quota_exceeded",
        "does not fit into the ResourceQuota tight (requested: pods=1, used: pods=16, limited: pods=1).",
        unsynchronized(
            "FailedCreate",
            f"failed to create virtual machine pod: {REFUSED}exceeded quota: tight, requested: pods=1, used: pods=16, "
            "limited: pods=1",
        ),
    ),
    (
        "quota_needs_limits",
        (
            "The ResourceQuota memory refuses the pod of VirtualMachine shop/web-01: must specify limits.memory "
            "for: compute."
        ),
        unsynchronized(
            "FailedCreate",
            f"failed to create virtual machine pod: {REFUSED}failed quota: memory: must specify limits.memory "
            "for: compute",
        ),
    ),
    (
        "limit_range_violated",
        "needs: must be less than or equal to memory limit of 64Mi.",
        unsynchronized(
            "FailedCreate",
            'failed to create virtual machine pod: Pod "virt-launcher-web-01-n9p6k" is invalid: spec.containers[0].'
            'resources.requests: Invalid value: "379136Ki": must be less than or equal to memory limit of 64Mi',
        ),
    ),
    (
        "limit_range_violated",
        "needs: minimum memory usage per Container is 100Gi, but request is 379136Ki.",
        unsynchronized(
            "FailedCreate",
            f"failed to create virtual machine pod: {REFUSED}[minimum memory usage per Container is 100Gi, but request "
            "is 379136Ki, minimum memory usage per Container is 100Gi, but request is 1M]",
        ),
    ),
    (
        "pod_security_violation",
        'level "restricted:latest" refuses the pod of VirtualMachine shop/web-01: seccompProfile',
        unsynchronized(
            "FailedCreate",
            f"failed to create pod for vmi shop/web-01, it needs a privileged namespace to run: {REFUSED}violates "
            'PodSecurity "restricted:latest": seccompProfile (pod or containers "compute", "guest-console-log" '
            "must set "
            'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
        ),
    ),
    (
        "sync_failed",
        "VirtualMachine shop/web-01 cannot be started on its node: server error. command SyncVMI failed",
        unsynchronized(
            "Synchronizing with the Domain failed.",
            "server error. command SyncVMI failed: \"LibvirtError(Code=1, Domain=10, Message='internal error: qemu "
            "unexpectedly closed the monitor')\"",
        ),
    ),
    (
        "clone_not_allowed",
        "may not clone from the namespace golden: system:serviceaccount:shop:default lacks the right.",
        (
            a_vm(
                "Stopped",
                NO_VMI,
                condition(
                    "Failure",
                    "True",
                    "FailedCreate",
                    "Failure while starting VMI: not authorized to create DataVolume: User "
                    "system:serviceaccount:shop:default "
                    "has insufficient permissions in clone source namespace golden",
                ),
            ),
            [],
        ),
    ),
    (
        "missing_secret",
        "The Secret nosuch, which Pod shop/virt-launcher-web-01-9zk6h mounts, does not exist.",
        mounting('MountVolume.SetUp failed for volume "ci-udata" : secret "nosuch" not found'),
    ),
    (
        "missing_config_map",
        "The ConfigMap nosuchcm, which",
        mounting('MountVolume.SetUp failed for volume "cfg" : configmap "nosuchcm" not found'),
    ),
    (
        "import_failed",
        "The image of DataVolume shop/web-01-root is not there: ",
        importing(f"{HTTP}expected status code 200, got 404. Status: 404 Not Found"),
    ),
    (
        "import_failed",
        "DataVolume shop/web-01-root cannot be filled: ",
        importing(f"{HTTP}expected status code 200, got 500. Status: 500 Internal Server Error"),
    ),
    (
        "image_pull_failed",
        "The image of DataVolume shop/web-01-root cannot be pulled: ",
        filling(
            condition("Running", "False", "ImagePullFailed", "failed to pull image: registry.example/does-not-exist:1"),
            phase="ImportScheduled",
            status="DataVolumeError",
        ),
    ),
    (
        "quota_exceeded",
        (
            "DataVolume shop/web-01-root does not fit into the ResourceQuota storage (requested: "
            "requests.storage=2147483648, "
        ),
        filling(
            condition(
                "Bound",
                "False",
                "ErrExceededQuota",
                'persistentvolumeclaims "web-01-root" is forbidden: exceeded quota: storage, requested: '
                "requests.storage=2147483648, used: requests.storage=43993415024640, limited: requests.storage=1Gi",
            ),
            condition("Running", "False"),
            phase="Pending",
        ),
    ),
    (
        "quota_exceeded",
        "leaves no room for the pod that fills DataVolume shop/web-01-root.",
        filling(
            condition(
                "Running",
                "False",
                "ErrExceededQuota",
                "Error starting pod 'importer-prime-8ed15422-2ef5-4767-bb48-72d06c5e7448': For more information, "
                "request "
                "access to cdi-deploy logs from your sysadmin",
            ),
            phase="ImportScheduled",
        ),
    ),
    (
        "access_mode_unknown",
        "No access mode is known for DataVolume shop/web-01-root: StorageProfile local-path names none.",
        filling(
            condition("Bound", "False", "ErrClaimNotValid", "no accessMode specified in StorageProfile local-path")
        ),
    ),
    (
        "no_storage_class",
        "DataVolume shop/web-01-root has no StorageClass",
        filling(
            condition(
                "Bound",
                "False",
                "ErrClaimNotValid",
                "PVC spec is missing accessMode and no storageClass to choose profile",
            )
        ),
    ),
    (
        "no_storage_class",
        "The StorageClass gold of PersistentVolumeClaim shop/data does not exist.",
        claiming(an_event(a_claim(), "ProvisioningFailed", 'storageclass.storage.k8s.io "gold" not found')),
    ),
    (
        "no_storage_class",
        "PersistentVolumeClaim shop/data has no StorageClass",
        claiming(
            an_event(
                a_claim(),
                "FailedBinding",
                "no persistent volumes available for this claim and no storage class is set",
                "Normal",
            )
        ),
    ),
    (
        "provisioning_failed",
        (
            "The StorageClass ceph-rbd cannot provide the volume of DataVolume shop/web-01-root: requested size "
            "219 exceeds"
        ),
        filling(
            condition(
                "Bound",
                "False",
                "Pending",
                "target PVC web-01-root Pending and [prime-6687bbe1] : failed to provision volume with StorageClass "
                '"ceph-rbd": requested size 219 exceeds pool',
            ),
            condition("Running", "False", "Unschedulable", "Importer pod cannot be scheduled"),
        ),
    ),
    (
        "clone_source_not_found",
        "DataVolume shop/web-01-root cannot be cloned: The source pvc golden doesn't exist.",
        filling(
            condition("Bound", "False", "CloneWithoutSource", "The source pvc golden doesn't exist"),
            source={"pvc": {"namespace": "shop", "name": "golden"}},
        ),
    ),
    (
        "clone_source_in_use",
        "while the pod shop/virt-launcher-golden-br9pq uses its source golden-root.",
        filling(
            condition(
                "Bound",
                "False",
                "Pending",
                "target PVC web-01-root Pending and pod shop/virt-launcher-golden-br9pq using PersistentVolumeClaim "
                "golden-root",
            ),
            phase="CSICloneInProgress",
        ),
    ),
    (
        "crash_loop",
        "VirtualMachine shop/web-01 crashed at its start (3 in a row), the next try is at 2026-11-23T05:57:09Z.",
        (
            a_vm(
                "CrashLoopBackOff",
                NO_VMI,
                startFailure={
                    "consecutiveFailCount": 3,
                    "lastFailedVMIUID": "7cce1bfc",
                    "retryAfterTimestamp": "2026-11-23T05:57:09Z",
                },
            ),
            [],
        ),
    ),
    (
        "guest_crashed",
        "VirtualMachineInstance shop/web-01 has crashed",
        (a_vm("Stopped", strategy="Manual", created=True), [a_vmi("Failed")]),
    ),
    (
        "paused_io_error",
        "is paused since its storage failed: VMI was paused, low-level IO error detected.",
        (
            a_vm(
                "Paused",
                condition("Ready", "False", "ReadinessGatesNotReady"),
                condition("Paused", "True", "PausedIOError", "VMI was paused, low-level IO error detected"),
            ),
            [a_vmi("Running"), a_pod("Running")],
        ),
    ),
]
