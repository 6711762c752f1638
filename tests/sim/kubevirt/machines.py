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
_NO_SNAPSHOT = "Snapshot is not supported for this volumeSource type"
_COMPONENT = "virtualmachine-controller"
_FINAL = ("Succeeded", "Failed")
_OWN_CONDITIONS = ("Ready", "Failure", "RestartRequired")
_VOLUME_READY = ("Succeeded", "WaitForFirstConsumer", "PendingPopulation")


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
        vm = self._store.get(VM, namespace, name) or vm
        self._write_status(vm, self._store.get(VMI, namespace, name))
        return wait

    def _finalize(self, vm: Object, vmi: Object | None) -> None:
        if vmi is None:
            vm["metadata"]["finalizers"] = [f for f in vm["metadata"].get("finalizers", []) if f != FINALIZER]
            self._started_with.pop(vm["metadata"]["uid"], None)
            self._cluster.write(vm)
            return
        self._stop(vm, vmi)
        self._write_status(vm, self._store.get(VMI, vm["metadata"]["namespace"], vm["metadata"]["name"]))

    def _create_volumes(self, vm: Object) -> None:
        namespace, uid = vm["metadata"]["namespace"], vm["metadata"]["uid"]
        for template in vm["spec"].get("dataVolumeTemplates", []):
            name = template["metadata"]["name"]
            found = self._store.get(DV, namespace, name)
            if found is not None:
                if not found["metadata"].get("ownerReferences"):
                    found["metadata"]["ownerReferences"] = [_owner(vm)]
                    self._cluster.write(found)
                continue
            metadata = {key: value for key, value in template["metadata"].items() if key != "creationTimestamp"}
            metadata["namespace"] = namespace
            metadata["labels"] = {**metadata.get("labels", {}), "kubevirt.io/created-by": uid}
            metadata["annotations"] = {**metadata.get("annotations", {}), "cdi.kubevirt.io/allowClaimAdoption": "true"}
            metadata["ownerReferences"] = [_owner(vm)]
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
        ended = vmi["status"].get("phase") in _FINAL
        restarted = strategy in ("Always", "RerunOnFailure") and ended
        if strategy == "Halted" or stop or restarted:
            self._stop(vm, vmi)
            if strategy == "RerunOnFailure" and vmi["status"]["phase"] == "Failed" and not start:
                vm["status"].setdefault("stateChangeRequests", []).append({"action": "Start"})
                self._cluster.write(vm)
        return None

    def _start(self, vm: Object, requests: list[Object]) -> float | None:
        namespace, uid = vm["metadata"]["namespace"], vm["metadata"]["uid"]
        found = [
            self._store.get(DV, namespace, template["metadata"]["name"])
            for template in vm["spec"].get("dataVolumeTemplates", [])
        ]
        if any(at(volume, "status.phase") not in _VOLUME_READY for volume in found):
            return None
        retry = at(vm, "status.startFailure.retryAfterTimestamp")
        if retry and not any(request["action"] == "Start" and request.get("data") for request in requests):
            left = dt.datetime.fromisoformat(retry.replace("Z", "+00:00")).timestamp() - _timestamp()
            if left > 0:
                return left
        spec = copy.deepcopy(vm["spec"]["template"]["spec"])
        instancetypes.remember(self._store, vm, legacy=self._cluster.legacy)
        try:
            instancetypes.complete(self._store, vm, spec)
        except Refusal as refused:
            text = f"Failure while starting VMI: {refused.message}"
            self._cluster.emit(
                vm, "FailedCreate", f"Error creating virtual machine instance: {refused.message}", _COMPONENT, "Warning"
            )
            set_condition(vm, "Failure", "True", "FailedCreate", text)
            self._cluster.write(vm)
            return None
        if any(at(request, "data.paused") == "true" for request in requests):
            spec["startStrategy"] = "Paused"
        metadata = copy.deepcopy(vm["spec"]["template"].get("metadata") or {})
        metadata.pop("creationTimestamp", None)
        metadata |= {"name": vm["metadata"]["name"], "namespace": namespace, "ownerReferences": [_owner(vm)]}
        metadata["finalizers"] = [FINALIZER, "foregroundDeleteVirtualMachine"]
        generation = str(vm["metadata"]["generation"])
        metadata["annotations"] = {
            **metadata.get("annotations", {}),
            **dict.fromkeys(_OBSERVED, "v1"),
            "kubevirt.io/vm-generation": generation,
        }
        entered = [{"phase": "Pending", "phaseTransitionTimestamp": now()}]
        vmi = {"apiVersion": VMI.api_version, "kind": VMI.kind, "metadata": metadata, "spec": spec}
        self._store.create(VMI, {**vmi, "status": {"phase": "Pending", "phaseTransitionTimestamps": entered}})
        self._started_with[uid] = copy.deepcopy(vm["spec"])
        for kind in ("RestartRequired", "Failure"):
            drop_condition(vm, kind)
        self._cluster.write(vm)
        text = f"Started the virtual machine by creating the new virtual machine instance {vm['metadata']['name']}"
        self._cluster.emit(vm, "SuccessfulCreate", text, _COMPONENT)
        return None

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
        self._hotplug(vm, vmi)
        self._note_generations(vm, self._store.get(VMI, vm["metadata"]["namespace"], vm["metadata"]["name"]))
        status["volumeSnapshotStatuses"] = [
            {"enabled": False, "name": volume["name"], "reason": f"{_NO_SNAPSHOT} [{volume['name']}]"}
            for volume in at(vm, "spec.template.spec.volumes", [])
        ]  # fmt: skip
        status["printableStatus"] = self._printable(vm, vmi)
        self._cluster.write(vm)

    def _trim_requests(self, status: Object, vmi: Object | None) -> None:
        requests = status.pop("stateChangeRequests", [])
        if requests:
            first, uid = requests[0], at(vmi, "metadata.uid")
            alive = (
                vmi is not None
                and "deletionTimestamp" not in vmi["metadata"]
                and vmi["status"].get("phase") not in _FINAL
            )
            done = first.get("uid") != uid if first["action"] == "Stop" else alive
            requests = requests[1:] if done else requests
        status |= {"stateChangeRequests": requests} if requests else {}

    def _count_failures(self, status: Object, vmi: Object | None) -> None:
        failure, uid = status.get("startFailure", {}), at(vmi, "metadata.uid")
        if at(vmi, "status.phase") == "Failed" and failure.get("lastFailedVMIUID") != uid:
            count = failure.get("consecutiveFailCount", 0) + 1
            retry = _timestamp() + min(self._cluster.timings.crash_back_off * count * count, 300)
            text = dt.datetime.fromtimestamp(retry, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            status["startFailure"] = {
                "consecutiveFailCount": count,
                "lastFailedVMIUID": uid,
                "retryAfterTimestamp": text,
            }
        elif at(vmi, "status.phase") == "Running":
            status.pop("startFailure", None)

    def _note_generations(self, vm: Object, vmi: Object | None) -> None:
        """observedGeneration is the one the VMI was started with, or a later one that left the template alone."""
        if vmi is None:
            drop_condition(vm, "RestartRequired")
            return
        started, status = self._started_with.get(vm["metadata"]["uid"]), vm["status"]
        generation = vm["metadata"]["generation"]
        if started is None:  # a test put this VMI there by hand
            started = self._started_with.setdefault(vm["metadata"]["uid"], copy.deepcopy(vm["spec"]))
        if "deletionTimestamp" not in vm["metadata"]:
            reason = liveupdate.needs_restart(started, vm, vmi, legacy=self._cluster.legacy)
            if reason and not (self._cluster.legacy and condition(vm, "RestartRequired")):
                set_condition(vm, "RestartRequired", "True", message=reason)
            elif not reason and not self._cluster.legacy:
                drop_condition(vm, "RestartRequired")
            plugged = liveupdate.plug_interfaces(vm, vmi)
            if plugged and not self._cluster.legacy:
                set_condition(vmi, "MigrationRequired", "True", "AutoMigrationDueToLiveUpdate")
            if started["template"] == vm["spec"]["template"]:
                vmi["metadata"].setdefault("annotations", {})["kubevirt.io/vm-generation"] = str(generation)
            elif not condition(vm, "RestartRequired"):
                liveupdate.apply(vm, vmi)
            self._cluster.write(vmi)
        status["observedGeneration"] = int(
            at(vmi, "metadata.annotations", {}).get("kubevirt.io/vm-generation", generation)
        )
        status["desiredGeneration"] = generation

    def _hotplug(self, vm: Object, vmi: Object | None) -> None:
        """Carries out addvolume and removevolume, which virt-api only notes in the status."""
        requests = vm["status"].pop("volumeRequests", [])
        for request in requests:
            for document in (vm, vmi) if vmi else (vm,):
                liveupdate.change_volumes(document, request)
        if requests and vmi:
            self._cluster.write(vmi)

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
            ("Stopping", vmi is not None and phase not in _FINAL and "deletionTimestamp" in vmi["metadata"]),
            ("Migrating", migrating),
            ("Paused", phase == "Running" and is_true(vmi or {}, "Paused")),
            ("Running", phase == "Running"),
            ("ErrorPvcNotFound", reason == "FailedPvcNotFound"),
            ("DataVolumeError", any(_volume_failed(volume) for volume in volumes)),
            ("ErrorUnschedulable", at(condition(vmi or {}, "PodScheduled"), "reason") == "Unschedulable"),
            ("Provisioning", any(volume and at(volume, "status.phase") not in _VOLUME_READY for volume in volumes)),
            ("WaitingForVolumeBinding", wanted and unbound),
            ("ErrImagePull", reason == "ErrImagePull"),
            ("ImagePullBackOff", reason == "ImagePullBackOff"),
            ("Starting", phase in ("Pending", "Scheduling", "Scheduled")),
            ("CrashLoopBackOff", failed and strategy not in ("Halted", "Manual")),
            ("Stopped", vmi is None or phase in _FINAL),
        )  # fmt: skip
        return next((name for name, holds in verdicts if holds), "Unknown")


def _copy_conditions(vm: Object, vmi: Object | None) -> None:
    """Those of a VMI that is gone stay until there is a new one, except Ready."""
    if vmi is None:
        set_condition(vm, "Ready", "False", "VMINotExists", "VMI does not exist", lastProbeTime=now())
        return
    theirs = {found["type"]: found for found in at(vmi, "status.conditions", [])}
    ours = vm["status"].setdefault("conditions", [])
    ours[:] = [found for found in ours if found["type"] in _OWN_CONDITIONS or found["type"] in theirs]
    for name, found in theirs.items():
        index = next((i for i, mine in enumerate(ours) if mine["type"] == name), len(ours))
        ours[index : index + 1] = [found]
    if "Ready" not in theirs:
        text = "VMI is missing the Ready condition"
        set_condition(vm, "Ready", "False", "VMIConditionMissing", text, lastProbeTime=now())


def _volume_failed(volume: Object | None) -> bool:
    running = condition(volume or {}, "Running")
    return bool(at(volume, "status.phase") == "Failed" or at(running, "reason") == "Error")


def _owner(vm: Object) -> Object:
    reference = {key: vm[key] for key in ("apiVersion", "kind")} | {key: vm["metadata"][key] for key in ("name", "uid")}
    return {**reference, "blockOwnerDeletion": True, "controller": True}


def _timestamp() -> float:
    return dt.datetime.now(dt.timezone.utc).timestamp()
