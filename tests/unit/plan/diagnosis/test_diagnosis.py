# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each cause for which a VM does not come up is named, from the texts that genuine servers wrote.

``GENUINE`` was recorded on the control planes of KubeVirt 1.4.0, CDI 1.65.0 and Kubernetes 1.34.4 (names changed). What
a node, an importer or a CSI driver says (pull, mount, import, provision, SyncVMI, I/O error) came from the lab's
stand-ins for these, through the genuine controllers. ``FROM_SOURCES`` is formatted as the projects' sources do.
"""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import RULES, Evidence, diagnose
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.late import LATE_RULES
from tests.unit.plan.diagnosis.builders import (
    a_claim,
    a_pod,
    a_vm,
    a_vmi,
    a_volume,
    an_event,
    an_importer,
    around,
    condition,
    ended,
    found,
    on_claim,
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
