# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""virt-controller's VirtualMachine part: run strategies, DataVolumes of the templates, status, RestartRequired."""

from __future__ import annotations

import copy
import datetime as dt
import typing as t

from tests.sim.kubevirt import instancetypes, liveupdate
from tests.sim.kubevirt.cluster import Cluster, Key
from tests.sim.kubevirt.documents import at, condition, drop_condition, is_true, now, set_condition
from tests.sim.kubevirt.kinds import DV, NAMESPACE, PVC, VM, VMI, Change, Kind, Object
from tests.sim.kubevirt.refusals import Refusal

FINALIZER = "kubevirt.io/virtualMachineControllerFinalize"
_OBSERVED = ("kubevirt.io/latest-observed-api-version", "kubevirt.io/storage-observed-api-version")
_COMPONENT = "virtualmachine-controller"
FINAL = ("Succeeded", "Failed")
_OWN_CONDITIONS = ("Ready", "Failure", "RestartRequired")


def run_strategy(vm: Object) -> str:
    running = at(vm, "spec.running")
    return str(vm["spec"].get("runStrategy") or ("Always" if running else "Halted"))


def volumes_of(document: Object) -> list[tuple[str, str]]:
    """The (volume name, claim or DataVolume name) pairs of a VM or VMI; both names are the same PVC."""
    inner = at(document, "spec.template.spec") or document["spec"]
    pairs = [
        (v["name"], at(v, "dataVolume.name") or at(v, "persistentVolumeClaim.claimName"))
        for v in inner.get("volumes", [])
    ]
    return [(name, claim) for name, claim in pairs if claim]


class MachineController:
    """One pass a change: write the marks of a seen object, act on the run strategy, then write the status."""

    kind: Kind = VM

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store
        self._started_with: dict[str, Object] = {}

    def concerned(self, change: Change) -> t.Iterable[Key]:
        metadata = change.after["metadata"]
        if change.kind is VMI:
            yield metadata["namespace"], metadata["name"]
        elif change.kind in (DV, PVC):
            for vm in self._store.select(VM, metadata["namespace"]):
                if metadata["name"] in [claim for _volume, claim in volumes_of(vm)]:
                    yield metadata["namespace"], vm["metadata"]["name"]

    def reconcile(self, namespace: str, name: str) -> float | None:
        vm, vmi = self._store.get(VM, namespace, name), self._store.get(VMI, namespace, name)
        if vm is None or self._store.get(NAMESPACE, "", namespace) is None:
            return None
        if "deletionTimestamp" in vm["metadata"]:
            self._finalize(vm, vmi)
            return None
        if FINALIZER not in vm["metadata"].get("finalizers", []):
            vm["metadata"].setdefault("annotations", {}).update(dict.fromkeys(_OBSERVED, "v1"))
            vm["metadata"].setdefault("finalizers", []).append(FINALIZER)
            # What a client sees between create and the first look of the controller: Stopped, by the CRD's default.
            vm.setdefault("status", {"printableStatus": "Stopped"})
            self._cluster.write(vm)
            return None
        self._create_volumes(vm)
        wait = self._follow_run_strategy(vm, vmi)
        # The status tells of the instance as it was before this pass, as that of the genuine controller.
        self._write_status(self._store.find(VM, namespace, name), vmi)
        return wait

    def _finalize(self, vm: Object, vmi: Object | None) -> None:
        if vmi is None:
            vm["metadata"]["finalizers"] = [f for f in vm["metadata"].get("finalizers", []) if f != FINALIZER]
            self._started_with.pop(vm["metadata"]["uid"], None)
            self._cluster.write(vm)
            return
        self._stop(vm, vmi)
        self._write_status(vm, self._store.get(VMI, vm["metadata"]["namespace"], vm["metadata"]["name"]))

    def _volumes(self, vm: Object) -> list[Object | None]:
        """The DataVolumes of its templates."""
        names = [template["metadata"]["name"] for template in vm["spec"].get("dataVolumeTemplates", [])]
        return [self._store.get(DV, vm["metadata"]["namespace"], name) for name in names]

    def _create_volumes(self, vm: Object) -> None:
        namespace, uid = vm["metadata"]["namespace"], vm["metadata"]["uid"]
        for template, found in zip(vm["spec"].get("dataVolumeTemplates", []), self._volumes(vm)):
            name = template["metadata"]["name"]
            if found is not None:
                if not found["metadata"].get("ownerReferences"):
                    found["metadata"]["ownerReferences"] = [owner_of(vm)]
                    self._cluster.write(found)
                continue
            metadata = {key: value for key, value in template["metadata"].items() if key != "creationTimestamp"}
            metadata["namespace"] = namespace
            metadata["labels"] = {**metadata.get("labels", {}), "kubevirt.io/created-by": uid}
            metadata["annotations"] = {**metadata.get("annotations", {}), "cdi.kubevirt.io/allowClaimAdoption": "true"}
            metadata["ownerReferences"] = [owner_of(vm)]
            document = {"apiVersion": DV.api_version, "kind": DV.kind, "metadata": metadata, "spec": template["spec"]}
            self._store.create(DV, document)
            self._cluster.emit(vm, "SuccessfulDataVolumeCreate", f"Created DataVolume {name}", _COMPONENT)

    def _follow_run_strategy(self, vm: Object, vmi: Object | None) -> float | None:
        strategy, requests = run_strategy(vm), at(vm, "status.stateChangeRequests", [])
        start = any(request["action"] == "Start" for request in requests)
        if vmi is None:
            first = at(vm, "status.runStrategy") != strategy
            if strategy == "Halted" and start:
                vm["spec"]["runStrategy"] = "Always"
                self._cluster.write(vm)
            elif strategy in ("Always", "Once") or start or (strategy == "RerunOnFailure" and first):
                return self._start(vm, requests)
            return None
        stop = any(request["action"] == "Stop" and request.get("uid") == vmi["metadata"]["uid"] for request in requests)
        ended = vmi["status"].get("phase") in FINAL
        restarted = strategy in ("Always", "RerunOnFailure") and ended
        if strategy == "Halted" or stop or restarted:
            self._stop(vm, vmi)
            if strategy == "RerunOnFailure" and vmi["status"]["phase"] == "Failed" and not start:
                vm["status"].setdefault("stateChangeRequests", []).append({"action": "Start"})
                self._cluster.write(vm)
        return None

    def _start(self, vm: Object, requests: list[Object]) -> float | None:
        if not all(_is_ready(volume) for volume in self._volumes(vm)):
            return None
        retry = at(vm, "status.startFailure.retryAfterTimestamp")
        if retry and not any(request["action"] == "Start" and request.get("data") for request in requests):
            left = dt.datetime.fromisoformat(retry.replace("Z", "+00:00")).timestamp() - _timestamp()
            if left > 0:
                return left
        instancetypes.remember(self._store, vm, legacy=self._cluster.legacy)
        try:
            vmi = self._instance(vm)
        except Refusal as refused:
            event = f"Error creating virtual machine instance: {refused.message}"
            self._cluster.emit(vm, "FailedCreate", event, _COMPONENT, "Warning")
            set_condition(vm, "Failure", "True", "FailedCreate", f"Failure while starting VMI: {refused.message}")
            self._cluster.write(vm)
            return None
        if any(at(request, "data.paused") == "true" for request in requests):
            vmi["spec"]["startStrategy"] = "Paused"
        self._store.create(VMI, vmi)
        self._started_with[vm["metadata"]["uid"]] = copy.deepcopy(vm["spec"])
        for kind in ("RestartRequired", "Failure"):
            drop_condition(vm, kind)
        self._cluster.write(vm)
        text = f"Started the virtual machine by creating the new virtual machine instance {vm['metadata']['name']}"
        self._cluster.emit(vm, "SuccessfulCreate", text, _COMPONENT)
        return None

    def _instance(self, vm: Object) -> Object:
        """Raises the refusal of an instance that cannot be."""
        template = copy.deepcopy(vm["spec"]["template"])
        instancetypes.complete(self._store, vm, template["spec"], legacy=self._cluster.legacy)
        metadata = template.get("metadata") or {}
        metadata.pop("creationTimestamp", None)
        metadata |= {"name": vm["metadata"]["name"], "namespace": vm["metadata"]["namespace"]}
        prefix = "" if self._cluster.legacy else "kubevirt.io/"
        metadata["finalizers"] = [FINALIZER, f"{prefix}foregroundDeleteVirtualMachine"]
        metadata["ownerReferences"] = [owner_of(vm)]
        marks = {**dict.fromkeys(_OBSERVED, "v1"), "kubevirt.io/vm-generation": str(vm["metadata"]["generation"])}
        metadata["annotations"] = {**metadata.get("annotations", {}), **marks}
        entered = [{"phase": "Pending", "phaseTransitionTimestamp": now()}]
        head = {"apiVersion": VMI.api_version, "kind": VMI.kind, "metadata": metadata}
        return {**head, "spec": template["spec"], "status": {"phase": "Pending", "phaseTransitionTimestamps": entered}}

    def _stop(self, vm: Object, vmi: Object) -> None:
        if "deletionTimestamp" in vmi["metadata"]:
            return
        self._store.delete(VMI, vmi["metadata"]["namespace"], vmi["metadata"]["name"])
        text = f"Stopped the virtual machine by deleting the virtual machine instance {vmi['metadata']['uid']}"
        self._cluster.emit(vm, "SuccessfulDelete", text, _COMPONENT)

    def _write_status(self, vm: Object, vmi: Object | None) -> None:
        status = vm.setdefault("status", {})
        _copy_conditions(vm, vmi)
        created = vmi is not None
        for key, value in (("created", created), ("ready", created and is_true(vmi or {}, "Ready"))):
            status.pop(key, None)
            status |= {key: True} if value else {}
        if created or status.get("runStrategy"):
            status["runStrategy"] = run_strategy(vm)
        self._trim_requests(status, vmi)
        self._count_failures(status, vmi)
        self._note_generations(vm, vmi)
        status["printableStatus"] = self._printable(vm, vmi)
        self._cluster.write(vm)

    def _trim_requests(self, status: Object, vmi: Object | None) -> None:
        requests = status.pop("stateChangeRequests", [])
        if requests:
            stopped = requests[0].get("uid") != at(vmi, "metadata.uid")
            alive = vmi is not None and vmi["status"].get("phase") not in FINAL
            started = alive and "deletionTimestamp" not in (vmi or {}).get("metadata", {})
            requests = requests[1:] if (stopped if requests[0]["action"] == "Stop" else started) else requests
        status |= {"stateChangeRequests": requests} if requests else {}

    def _count_failures(self, status: Object, vmi: Object | None) -> None:
        """Only a guest that never came up has failed to start; one that crashes later has not."""
        failure, uid = status.get("startFailure", {}), at(vmi, "metadata.uid")
        ran = any(entered["phase"] == "Running" for entered in at(vmi, "status.phaseTransitionTimestamps", []))
        if at(vmi, "status.phase") == "Failed" and not ran and failure.get("lastFailedVMIUID") != uid:
            count = failure.get("consecutiveFailCount", 0) + 1
            retry = _timestamp() + min(self._cluster.timings.crash_back_off * count * count, 300)
            text = dt.datetime.fromtimestamp(retry, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            failure = {"consecutiveFailCount": count, "lastFailedVMIUID": uid, "retryAfterTimestamp": text}
            status["startFailure"] = failure
        elif ran:
            status.pop("startFailure", None)

    def _note_generations(self, vm: Object, vmi: Object | None) -> None:
        """observedGeneration is the one the VMI was started with, or a later one that left the template alone."""
        if vmi is None:
            drop_condition(vm, "RestartRequired")
        if vmi is None or "deletionTimestamp" in vmi["metadata"] or vmi["status"].get("phase") in FINAL:
            return
        generation, legacy = vm["metadata"]["generation"], self._cluster.legacy
        # A VMI that a test has put there was started with what the VM says now.
        started = self._started_with.setdefault(vm["metadata"]["uid"], copy.deepcopy(vm["spec"]))
        # First the disks, then the judgement: desiredGeneration is there before RestartRequired.
        ready = all(_is_ready(volume) for volume in self._volumes(vm))
        reason = liveupdate.needs_restart(started, vm, vmi, legacy=legacy) if ready else None
        if reason and not (legacy and condition(vm, "RestartRequired")):
            set_condition(vm, "RestartRequired", "True", message=reason)
        elif ready and not reason and not legacy:
            drop_condition(vm, "RestartRequired")
        annotations = vmi["metadata"].setdefault("annotations", {})
        if started["template"] == vm["spec"]["template"]:
            annotations["kubevirt.io/vm-generation"] = str(generation)
        elif ready and not condition(vm, "RestartRequired"):
            liveupdate.apply(vm, vmi)
        self._cluster.write(vmi)
        observed = int(annotations.get("kubevirt.io/vm-generation", generation))
        vm["status"] |= {"observedGeneration": observed, "desiredGeneration": generation}

    def _printable(self, vm: Object, vmi: Object | None) -> str:
        phase, namespace = at(vmi, "status.phase", ""), vm["metadata"]["namespace"]
        volumes = [self._store.get(DV, namespace, claim) for _volume, claim in volumes_of(vm)]
        claims = [self._store.get(PVC, namespace, claim) for _volume, claim in volumes_of(vm)]
        reason = at(condition(vmi or {}, "Synchronized"), "reason", "")
        strategy, failed = run_strategy(vm), at(vm, "status.startFailure") is not None
        wanted = strategy in ("Always", "Once") or (vmi is not None and strategy != "Halted")
        migrating = at(vmi, "status.migrationState") is not None and not at(vmi, "status.migrationState.completed")
        unbound = any(claim and at(claim, "status.phase") != "Bound" for claim in claims)
        verdicts = (
            ("Terminating", "deletionTimestamp" in vm["metadata"]),
            ("Stopping", vmi is not None and phase not in FINAL and "deletionTimestamp" in vmi["metadata"]),
            ("Migrating", migrating),
            ("Paused", phase == "Running" and is_true(vmi or {}, "Paused")),
            ("Running", phase == "Running"),
            ("ErrorPvcNotFound", reason == "FailedPvcNotFound"),
            ("DataVolumeError", any(_volume_failed(volume) for volume in volumes)),
            ("ErrorUnschedulable", at(condition(vmi or {}, "PodScheduled"), "reason") == "Unschedulable"),
            ("Provisioning", not all(_is_ready(volume) for volume in volumes if volume)),
            ("WaitingForVolumeBinding", wanted and unbound),
            ("ErrImagePull", reason == "ErrImagePull"),
            ("ImagePullBackOff", reason == "ImagePullBackOff"),
            ("Starting", phase in ("Pending", "Scheduling", "Scheduled")),
            ("CrashLoopBackOff", failed and strategy not in ("Halted", "Manual")),
            ("Stopped", vmi is None or phase in FINAL),
        )  # fmt: skip
        return next((name for name, holds in verdicts if holds), "Unknown")


def _copy_conditions(vm: Object, vmi: Object | None) -> None:
    """Those of a VMI that is gone stay until there is a new one, except Ready."""
    if vmi is None:
        set_condition(vm, "Ready", "False", "VMINotExists", "VMI does not exist", probed=True)
        return
    theirs = {found["type"]: found for found in at(vmi, "status.conditions", [])}
    ours = vm["status"].setdefault("conditions", [])
    ours[:] = [found for found in ours if found["type"] in _OWN_CONDITIONS or found["type"] in theirs]
    for name, found in theirs.items():
        index = next((i for i, mine in enumerate(ours) if mine["type"] == name), len(ours))
        ours[index : index + 1] = [found]
    if "Ready" not in theirs:
        text = "VMI is missing the Ready condition"
        set_condition(vm, "Ready", "False", "VMIConditionMissing", text, probed=True)


def _is_ready(volume: Object | None) -> bool:
    return at(volume, "status.phase") in ("Succeeded", "WaitForFirstConsumer", "PendingPopulation")


def _volume_failed(volume: Object | None) -> bool:
    running = condition(volume or {}, "Running")
    return bool(at(volume, "status.phase") == "Failed" or at(running, "reason") == "Error")


def owner_of(vm: Object) -> Object:
    reference = {key: vm[key] for key in ("apiVersion", "kind")} | {key: vm["metadata"][key] for key in ("name", "uid")}
    return {**reference, "blockOwnerDeletion": True, "controller": True}


def _timestamp() -> float:
    return dt.datetime.now(dt.timezone.utc).timestamp()
