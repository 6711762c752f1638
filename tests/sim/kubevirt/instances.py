# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a VMI: virt-controller's VMI part, virt-handler and the guest, one phase a method."""

from __future__ import annotations

import hashlib
import typing as t
import uuid

from tests.sim.kubevirt import instancestatus, launcher
from tests.sim.kubevirt.cluster import Cluster, Key
from tests.sim.kubevirt.documents import at, condition, drop_condition, is_true, now, set_condition
from tests.sim.kubevirt.kinds import CONFIG_MAP, DV, NAD, NODE, POD, PVC, QUOTA, SECRET, VMI, Change, Kind, Object
from tests.sim.kubevirt.launcher import annotation
from tests.sim.kubevirt.machines import volumes_of

_CONTROLLER, _HANDLER = "virtualmachine-controller", "virt-handler"
_NOT_RUNNING = ("GuestNotRunning", "Guest VM is not reported as running")
_NO_POD = ("PodNotExists", "virt-launcher pod has not yet been scheduled")
_TERMINATING = ("PodTerminating", "virt-launcher pod is terminating")
_SYNC_FAILED = (
    'server error. command SyncVMI failed: "LibvirtError(Code=1, Domain=10, '
    "Message='internal error: qemu unexpectedly closed the monitor')\""
)


class InstanceController:
    """Each pass does what the phase calls for, and returns the rest of a delay that is under way."""

    kind: Kind = VMI

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, change: Change) -> t.Iterable[Key]:
        if change.kind in (DV, PVC, SECRET, CONFIG_MAP, NAD, QUOTA, NODE):
            namespace = change.after["metadata"].get("namespace", "") if change.kind.namespaced else ""
            for vmi in self._store.select(VMI, namespace):
                if vmi["status"].get("phase") in ("Pending", "Scheduling"):
                    yield vmi["metadata"]["namespace"], vmi["metadata"]["name"]

    def reconcile(self, namespace: str, name: str) -> float | None:
        vmi = self._store.get(VMI, namespace, name)
        if vmi is None:
            return None
        phase = vmi["status"].get("phase", "Pending")
        if phase in ("Succeeded", "Failed"):
            self._end(vmi)
            return None
        if "deletionTimestamp" in vmi["metadata"]:
            return self._shut_down(vmi, phase)
        steps = {
            "Pending": self._schedule,
            "Scheduling": self._start_pod,
            "Scheduled": self._boot,
            "Running": self._run,
        }
        return steps[phase](vmi)

    def _schedule(self, vmi: Object) -> float | None:
        claim = self._missing_claim(vmi)
        if claim:
            text = f"PVC {claim} does not exist, waiting for it to appear"
            set_condition(vmi, "PodScheduled", "False", "Unschedulable", text, times=instancestatus.NO_TIMES)
            self._hold(vmi, "FailedPvcNotFound", text, event=text, severity="Normal")
            return None
        network = launcher.missing_network(self._cluster, vmi)
        if network:
            text = f"failed to render launch manifest: failed to locate network attachment definition {network}"
            self._hold(vmi, "FailedCreate", text)
            return None
        name = launcher.pod_name(vmi)
        refused = launcher.exceeded_quota(self._cluster, vmi, name)
        if refused:
            known = at(condition(vmi, "Synchronized"), "reason") == "FailedCreate"
            if known:
                return None
            text = f"failed to create virtual machine pod: {refused}"
            self._hold(vmi, "FailedCreate", text, event=f"Error creating pod: {refused}", severity="Warning")
            return None
        drop_condition(vmi, "Synchronized")
        drop_condition(vmi, "PodScheduled")
        set_condition(vmi, "Ready", "False", *_NOT_RUNNING, probed=True)
        self._enter(vmi, "Scheduling")
        pod = launcher.create_pod(self._cluster, vmi, name)
        self._cluster.emit(
            vmi, "SuccessfulCreate", f"Created virtual machine pod {pod['metadata']['name']}", _CONTROLLER
        )
        return None

    def _start_pod(self, vmi: Object) -> float | None:
        pod = launcher.pod_of(self._cluster, vmi)
        if pod is None:
            return None
        if not self._volumes_ready(vmi):
            return None
        verdict = launcher.unschedulable(self._cluster, vmi)
        if verdict:
            for document in (pod, vmi):
                set_condition(document, "PodScheduled", "False", "Unschedulable", verdict)
                self._cluster.write(document)
            self._cluster.emit(pod, "FailedScheduling", verdict, "default-scheduler", "Warning")
            return None
        mount = launcher.missing_mount(self._cluster, vmi)
        if mount:
            launcher.waiting(self._cluster, pod, "ContainerCreating")
            self._cluster.emit(pod, "FailedMount", mount, "kubelet", "Warning")
            return None
        image = launcher.bad_image(vmi)
        if image:
            return self._refuse_image(vmi, pod, image)
        drop_condition(vmi, "PodScheduled")
        drop_condition(vmi, "Synchronized")
        left = self._left(vmi, "pod-start", self._cluster.timings.pod_start)
        if left > 0:
            return left
        node = self._pick_node(vmi)
        address = instancestatus.pod_address(vmi, node)
        launcher.running(self._cluster, pod, node, address)
        vmi["metadata"].setdefault("labels", {})["kubevirt.io/nodeName"] = node
        vmi["status"] |= {"nodeName": node, "activePods": {pod["metadata"]["uid"]: node}}
        instancestatus.list_volumes(vmi)
        self._enter(vmi, "Scheduled")
        return None

    def _refuse_image(self, vmi: Object, pod: Object, image: str) -> float | None:
        left = self._cluster.remaining(self._cluster.timings.pull_back_off, vmi["metadata"]["uid"], "pull")
        reason, text = "ErrImagePull" if left > 0 else "ImagePullBackOff", launcher.refusal(image, again=left <= 0)
        set_condition(vmi, "Synchronized", "False", reason, text)
        self._cluster.write(vmi)
        launcher.waiting(self._cluster, pod, "PodInitializing")
        event = "Failed to pull image: " if left > 0 else "Error: ImagePullBackOff "
        self._cluster.emit(pod, "Failed", event + text, "kubelet", "Warning")
        return left if left > 0 else None

    def _boot(self, vmi: Object) -> float | None:
        mode = annotation(vmi, "boot")
        if mode == "fail":
            reason = "Synchronizing with the Domain failed."
            set_condition(vmi, "Synchronized", "False", reason, _SYNC_FAILED, probed=True)
            self._cluster.write(vmi)
            self._cluster.emit(vmi, "SyncFailed", _SYNC_FAILED, _HANDLER, "Warning")
        if mode in ("fail", "stuck"):
            return None
        left = self._left(vmi, "boot", self._cluster.timings.boot)
        if left > 0:
            return left
        if mode == "crash":
            self._crash(vmi)
            return None
        self._cluster.emit(vmi, "Created", "VirtualMachineInstance defined.", _HANDLER)
        instancestatus.fill(vmi, self._store, legacy=self._cluster.legacy)
        if at(vmi, "spec.startStrategy") == "Paused":
            set_condition(vmi, "Paused", "True", "PausedByUser", "VMI was paused by user", probed=True)
        self._enter(vmi, "Running")
        self._cluster.emit(vmi, "Started", "VirtualMachineInstance started.", _HANDLER)
        return None

    def _run(self, vmi: Object) -> float | None:
        waits = [self._left(vmi, "agent", self._cluster.timings.agent)]
        crash = annotation(vmi, "crash-after")
        if crash:
            waits.append(self._left(vmi, "crash", float(crash) * self._cluster.timings.second))
            if waits[-1] <= 0:
                self._crash(vmi)
                return None
        set_condition(vmi, "Ready", *(("False", "ReadinessGatesNotReady") if is_true(vmi, "Paused") else ("True",)))
        if waits[0] <= 0 and condition(vmi, "AgentConnected") is None:
            instancestatus.connect_agent(vmi, legacy=self._cluster.legacy)
        if any(condition(vmi, kind) for kind in instancestatus.PENDING_UPDATES):
            waits.append(self._migrate(vmi))
        self._cluster.write(vmi)
        return min((left for left in waits if left > 0), default=None)

    def _crash(self, vmi: Object) -> None:
        self._enter(vmi, "Failed")
        self._cluster.emit(vmi, "Stopped", "The VirtualMachineInstance crashed.", _HANDLER, "Warning")

    def _migrate(self, vmi: Object) -> float:
        """The live migration that brings more CPUs and memory; there is no object of it here."""
        state = vmi["status"].get("migrationState", {"completed": True})
        if state.get("completed"):
            names: list[str] = [node["metadata"]["name"] for node in self._store.select(NODE)]
            target = next((name for name in names if name != vmi["status"]["nodeName"]), names[0])
            state = {"startTimestamp": now(), "sourceNode": vmi["status"]["nodeName"], "targetNode": target}
            state["migrationUid"] = str(uuid.uuid4())
            vmi["status"]["migrationState"] = state
        left = self._left(vmi, state["migrationUid"], self._cluster.timings.migration)
        if left <= 0:
            state |= {"completed": True, "endTimestamp": now()}
            vmi["status"]["nodeName"] = vmi["metadata"]["labels"]["kubevirt.io/nodeName"] = state["targetNode"]
            instancestatus.take_over_compute(vmi)
        return left

    def _shut_down(self, vmi: Object, phase: str) -> float | None:
        pod, uid = launcher.pod_of(self._cluster, vmi), vmi["metadata"]["uid"]
        if phase in ("Pending", "Scheduling"):
            scheduled = pod is not None and condition(vmi, "PodScheduled") is None
            set_condition(vmi, "Ready", "False", *(_TERMINATING if scheduled else _NO_POD), probed=True)
            drop_condition(vmi, "Synchronized")
            self._enter(vmi, "Failed")
            return None
        set_condition(vmi, "Ready", "False", *_TERMINATING, probed=True)
        self._cluster.write(vmi)
        grace = float(at(vmi, "spec.terminationGracePeriodSeconds", 30)) * self._cluster.timings.second
        delay = grace if annotation(vmi, "shutdown") == "hang" else min(grace, self._cluster.timings.shutdown)
        if phase == "Scheduled":
            delay = 0
        self._cluster.emit(vmi, "ShuttingDown", "Signaled Graceful Shutdown", _HANDLER)
        # The grace period may have been shortened meanwhile: what counts is when the shutdown began.
        left: float = self._cluster.remaining(0, uid, "shutdown") + delay
        if left > 0:
            return left
        self._cluster.emit(vmi, "Deleted", "VirtualMachineInstance stopping", _HANDLER)
        self._enter(vmi, "Succeeded")
        self._cluster.emit(vmi, "Stopped", "The VirtualMachineInstance was shut down.", _HANDLER)
        return None

    def _end(self, vmi: Object) -> None:
        pod = launcher.pod_of(self._cluster, vmi)
        if pod is not None:
            name = pod["metadata"]["name"]
            set_condition(vmi, "Ready", "False", *_TERMINATING, probed=True)
            self._cluster.write(vmi)
            self._store.delete(POD, vmi["metadata"]["namespace"], name)
            self._cluster.emit(vmi, "SuccessfulDelete", f"Deleted virtual machine pod {name}", _CONTROLLER)
        if "deletionTimestamp" in vmi["metadata"] and vmi["metadata"].get("finalizers"):
            self._cluster.forget(vmi["metadata"]["uid"])
            vmi["metadata"]["finalizers"] = []
            self._cluster.write(vmi)

    def _hold(self, vmi: Object, reason: str, text: str, *, event: str = "", severity: str = "Normal") -> None:
        """No pod for now: says why, and waits for a change elsewhere to try again."""
        set_condition(vmi, "Ready", "False", *_NO_POD, probed=True)
        set_condition(vmi, "Synchronized", "False", reason, text)
        self._cluster.write(vmi)
        if event:
            self._cluster.emit(vmi, reason, event, _CONTROLLER, severity)

    def _missing_claim(self, vmi: Object) -> str | None:
        namespace = vmi["metadata"]["namespace"]
        claims = (claim for _volume, claim in volumes_of(vmi))
        return next(
            (f"{namespace}/{claim}" for claim in claims if self._store.get(PVC, namespace, claim) is None), None
        )

    def _volumes_ready(self, vmi: Object) -> bool:
        """Note DataVolumesReady, which exists only on a VMI with DataVolumes."""
        namespace = vmi["metadata"]["namespace"]
        volumes = [volume for _volume, claim in volumes_of(vmi) if (volume := self._store.get(DV, namespace, claim))]
        claims = [claim for _volume, name in volumes_of(vmi) if (claim := self._store.get(PVC, namespace, name))]
        ready = all(at(volume, "status.phase") == "Succeeded" for volume in volumes)
        if volumes and ready:
            state = "not running" if self._cluster.legacy else "ready"
            text = f"All of the VMI's DVs are bound and {state}"
            set_condition(vmi, "DataVolumesReady", "True", "AllDVsReady", text, times=instancestatus.NO_TIMES)
        elif volumes:
            text = "Not all of the VMI's DVs are ready"
            set_condition(vmi, "DataVolumesReady", "False", "NotAllDVsReady", text, times=instancestatus.NO_TIMES)
        self._cluster.write(vmi)
        return ready and all(at(claim, "status.phase") == "Bound" for claim in claims)

    def _pick_node(self, vmi: Object) -> str:
        wanted = vmi["spec"].get("nodeSelector") or {}
        nodes = [n for n in self._store.select(NODE) if wanted.items() <= at(n, "metadata.labels", {}).items()]
        spread = int(hashlib.sha256(vmi["metadata"]["uid"].encode()).hexdigest()[:8], 16)
        return str(nodes[spread % len(nodes)]["metadata"]["name"])

    def _enter(self, vmi: Object, phase: str) -> None:
        vmi["status"]["phase"] = phase
        entered = {"phase": phase, "phaseTransitionTimestamp": now()}
        vmi["status"].setdefault("phaseTransitionTimestamps", []).append(entered)
        self._cluster.write(vmi)

    def _left(self, vmi: Object, what: str, seconds: float) -> float:
        return self._cluster.remaining(seconds, vmi["metadata"]["uid"], what)
