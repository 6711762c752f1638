# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CDI and the volume provisioner: DataVolume to PVC, import with progress, and the ways an import fails."""

from __future__ import annotations

import re
import typing as t

from tests.sim.kubevirt.admission import canonise_volume
from tests.sim.kubevirt.cluster import Cluster, Key
from tests.sim.kubevirt.documents import at, now, set_condition
from tests.sim.kubevirt.kinds import DV, PROFILE, PVC, QUOTA, STORAGE_CLASS, VMI, Change, Kind, Object
from tests.sim.kubevirt.launcher import over_quota
from tests.sim.kubevirt.machines import owner_of, volumes_of
from tests.sim.kubevirt.uploads import POD_PHASE

_POPULATED = "cdi.kubevirt.io/storage.usePopulator"
_IMMEDIATE = "cdi.kubevirt.io/storage.bind.immediate.requested"
_DEFAULTS = ("storageclass.kubevirt.io/is-default-virt-class", "storageclass.kubernetes.io/is-default-class")
_FAILING = re.compile("fail|404|does-not-exist")
_LABELS = {
    "app": "containerized-data-importer",
    "app.kubernetes.io/component": "storage",
    "app.kubernetes.io/managed-by": "cdi-controller",
}
_CONTROLLER = "datavolume-import-controller"


class VolumeController:
    """DataVolumes. An import has no pod here: its progress is the time since it began."""

    kind: Kind = DV

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, change: Change) -> t.Iterable[Key]:
        namespace = change.after["metadata"].get("namespace", "")
        if change.kind is PVC:
            yield namespace, change.after["metadata"]["name"]
        elif change.kind is VMI and change.before is None:
            yield from ((namespace, claim) for _volume, claim in volumes_of(change.after))
        elif change.kind is QUOTA:
            yield from ((namespace, volume["metadata"]["name"]) for volume in self._store.select(DV, namespace))

    def reconcile(self, namespace: str, name: str) -> float | None:
        volume = self._store.get(DV, namespace, name)
        if volume is None or "deletionTimestamp" in volume["metadata"]:
            return None
        status = volume.setdefault("status", {})
        if status.get("phase") == "Succeeded":
            return None
        claim = self._store.get(PVC, namespace, name)
        if claim is None:
            self._adopt(volume)
            self._create_claim(volume)
            return None
        if not any(o["uid"] == volume["metadata"]["uid"] for o in at(claim, "metadata.ownerReferences", [])):
            text = f"Destination PVC {namespace}/{name} already exists"
            self._hold(volume, "Pending", "ErrResourceExists", text)
            return None
        if at(claim, "status.phase") == "Bound":
            self._succeed(volume)
            return None
        if self._waits_for_consumer(volume, claim):
            self._show(volume, "PendingPopulation", "N/A", ("False", "Pending", f"PVC {name} Pending"))
            return None
        return self._transfer(volume, claim)

    def _adopt(self, volume: Object) -> None:
        """CDI writes the requested size in its own words, which may make a second generation."""
        volume["metadata"].setdefault("annotations", {}).setdefault(_POPULATED, "true")
        canonise_volume(volume["spec"])
        self._cluster.write(volume)

    def _create_claim(self, volume: Object) -> None:
        target = volume["spec"].get("storage") or volume["spec"].get("pvc") or {}
        name, namespace = volume["metadata"]["name"], volume["metadata"]["namespace"]
        storage_class = self._storage_class(target)
        class_name = storage_class["metadata"]["name"] if storage_class else target.get("storageClassName", "")
        profile = self._store.get(PROFILE, "", class_name)
        sets = at(profile, "status.claimPropertySets", [])
        modes = target.get("accessModes") or (sets[0]["accessModes"] if sets else [])
        if not modes:
            text = f"no accessMode specified in StorageProfile {class_name}"
            event = (
                f"Spec is missing accessMode and volumeMode, cannot get access mode from StorageProfile {class_name}"
            )
            if storage_class is None:
                text = event = "PVC spec is missing accessMode and no storageClass to choose profile"
            self._cluster.emit(volume, "ErrClaimNotValid", event, _CONTROLLER, "Warning")
            self._cluster.emit(volume, "ErrClaimNotValid", text, _CONTROLLER)
            self._hold(volume, "", "ErrClaimNotValid", text)
            return
        what, used = "persistentvolumeclaims", str(len(self._store.select(PVC, namespace)))
        refused = over_quota(self._store, namespace, f'{what} "{name}"', {what: "1"}, {what: used})
        if refused:
            self._cluster.emit(volume, "ErrExceededQuota", refused, _CONTROLLER, "Warning")
            self._hold(volume, "Pending", "ErrExceededQuota", refused)
            return
        mode = target.get("volumeMode") or (sets[0].get("volumeMode") if sets else None) or "Filesystem"
        resources = {"requests": {"storage": at(target, "resources.requests.storage", self._source_size(volume))}}
        metadata: Object = {"name": name, "namespace": namespace, "ownerReferences": [owner_of(volume)]}
        metadata["labels"] = {**volume["metadata"].get("labels", {}), **_LABELS}
        metadata["annotations"] = volume["metadata"]["annotations"]
        spec = {"accessModes": modes, "volumeMode": mode, "resources": resources, "storageClassName": class_name}
        claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}
        self._store.create(PVC, {**claim, "status": {"phase": "Pending"}})
        volume["status"]["claimName"] = name
        phase = "PendingPopulation" if self._waits_for_consumer(volume, claim) else ""
        self._show(volume, phase, "N/A", ("False", "Pending", f"PVC {name} Pending"))

    def _transfer(self, volume: Object, claim: Object) -> float | None:
        timings, uid, name = self._cluster.timings, volume["metadata"]["uid"], volume["metadata"]["name"]
        source = volume["spec"].get("source") or {}
        if "upload" in source:
            return self._take_upload(volume, claim)
        cloning = bool(volume["spec"].get("sourceRef")) or bool({"pvc", "snapshot"} & source.keys())
        verb = "CSIClone" if cloning else "Import"
        pending = ("False", "Pending", f"target PVC {name} Pending and Waiting for a volume to be created")
        left = self._cluster.remaining(timings.provision, uid, "provision")
        if left > 0:
            waited = at(volume, "status.phase") == "PendingPopulation"
            if not waited:
                self._show(volume, "CloneScheduled" if cloning else "ImportScheduled", "N/A", pending)
            return left
        url = at(source, "http.url") or at(source, "registry.url") or at(source, "s3.url") or ""
        whole = timings.import_
        if _FAILING.search(url):
            return self._fail(volume, url, pending)
        left = self._cluster.remaining(whole, uid, "import")
        # Whole steps only: every write of this controller makes it look again.
        steps = (whole - left) // timings.import_step
        if left > 0:
            state = "Populator is running" if cloning else "Pod is running"
            progress = "N/A" if cloning else f"{steps * timings.import_step / whole * 100:.2f}%"
            self._show(volume, f"{verb}InProgress", progress, pending, ("True", state), "TransferRunning")
            return min(left, (steps + 1) * timings.import_step - (whole - left))
        self._bind(claim)
        return None

    def _bind(self, claim: Object) -> None:
        claim["status"] |= {"phase": "Bound", "accessModes": claim["spec"]["accessModes"]}
        claim["status"]["capacity"] = {"storage": claim["spec"]["resources"]["requests"]["storage"]}
        claim["spec"]["volumeName"] = f"pvc-{claim['metadata']['uid']}"
        self._cluster.write(claim)

    def _take_upload(self, volume: Object, claim: Object) -> float | None:
        """Waits for a file (see uploads.py); converting it takes as long as an import."""
        timings, uid, name = self._cluster.timings, volume["metadata"]["uid"], volume["metadata"]["name"]
        pending = ("False", "Pending", f"target PVC {name} Pending and Waiting for a volume to be created")
        left = self._cluster.remaining(timings.provision, uid, "provision")
        if left > 0:
            if at(volume, "status.phase") != "Pending":
                self._show(volume, "Pending", "N/A", pending)
            return left
        pod = at(claim, "metadata.annotations", {}).get(POD_PHASE)
        if pod == "Converting":
            left = self._cluster.remaining(timings.import_, uid, "convert")
            if left > 0:
                return left
            claim["metadata"]["annotations"][POD_PHASE] = "Succeeded"
            self._bind(claim)
            return None
        if pod in ("Failing", "Crashing"):
            del claim["metadata"]["annotations"][POD_PHASE]
            self._cluster.write(claim)
            volume["status"]["restartCount"] = at(volume, "status.restartCount", 0) + 1
            text = "Unable to process data: Unable to convert source data to target format"
            running = ("False", "Error", text) if pod == "Failing" else ("True", "Pod is running")
            self._show(volume, "UploadReady", "N/A", pending, running)
            return None
        if at(volume, "status.phase") != "UploadReady":
            self._show(volume, "UploadReady", "N/A", pending, ("True", "Pod is running"), "TransferRunning")
        return None

    def _fail(self, volume: Object, url: str, pending: tuple[str, ...]) -> float:
        """The importer pod fails and restarts for ever; DataVolumes do not give up."""
        timings, uid = self._cluster.timings, volume["metadata"]["uid"]
        restarts = at(volume, "status.restartCount", 0)
        back_off = timings.import_retry * min(restarts, 10)
        left = self._cluster.remaining(back_off, uid, f"back-off {restarts}")
        if left > 0:
            return left
        left = self._cluster.remaining(timings.provision, uid, f"attempt {restarts}")
        if left > 0:
            self._show(volume, "ImportInProgress", "0.00%", pending, ("True", "Pod is running"), "TransferRunning")
            return left
        code, phrase = ("404", "Not Found") if "404" in url else ("500", "Internal Server Error")
        text = "Unable to process data: Unable to connect to http data source: expected status code 200, "
        text += f"got {code}. Status: {code} {phrase}"
        volume["status"]["restartCount"] = restarts + 1
        self._show(volume, "ImportInProgress", "0.00%", pending, ("False", "Error", text))
        self._cluster.emit(volume, "Error", text, _CONTROLLER, "Warning")
        return timings.react

    def _succeed(self, volume: Object) -> None:
        name = volume["metadata"]["name"]
        cloned = str(at(volume, "status.phase", "")).startswith("CSIClone")
        filled = "Upload" if at(volume, "spec.source.upload") is not None else "Import"
        word = "Clone" if cloned else filled
        bound = ("True", "Bound", f"PVC {name} Bound")
        # nobody counts what is uploaded
        progress, place = ("N/A", "") if filled == "Upload" else ("100.0%", "PVC ")
        self._show(volume, "Succeeded", progress, bound, ("False", "Completed", f"{word} Complete"), "", "True")
        self._cluster.emit(volume, f"{word}Succeeded", f"Successfully {word.lower()}ed into {place}{name}", _CONTROLLER)

    def _hold(self, volume: Object, phase: str, reason: str, text: str) -> None:
        for kind in ("Bound", "Ready"):
            set_condition(volume, kind, "False", reason, text, times={"lastHeartbeatTime": now()})
        set_condition(volume, "Running", "False", times={"lastHeartbeatTime": now()})
        volume["status"] |= {"phase": phase} if phase else {}
        self._cluster.write(volume)

    def _show(
        self,
        volume: Object,
        phase: str,
        progress: str,
        bound: tuple[str, ...],
        running: tuple[str, ...] = ("False",),
        why: str = "",
        ready: str = "False",
    ) -> None:
        before = volume["status"].get("phase")
        volume["status"] |= {"phase": phase, "progress": progress} if phase else {"progress": progress}
        for kind, values in (("Bound", bound), ("Ready", (ready, why)), ("Running", running)):
            set_condition(volume, kind, *values, times={"lastHeartbeatTime": now()})
        self._cluster.write(volume)
        if phase and phase != before and phase in ("ImportScheduled", "ImportInProgress"):
            state = "scheduled" if phase == "ImportScheduled" else "in progress"
            self._cluster.emit(volume, phase, f"Import into {volume['metadata']['name']} {state}", _CONTROLLER)

    def _storage_class(self, target: Object) -> Object | None:
        if target.get("storageClassName"):
            return self._store.get(STORAGE_CLASS, "", target["storageClassName"])
        classes = self._store.select(STORAGE_CLASS)
        marked = (c for mark in _DEFAULTS for c in classes if at(c, "metadata.annotations", {}).get(mark) == "true")
        return next(marked, None)

    def _waits_for_consumer(self, volume: Object, claim: Object) -> bool:
        found = self._store.get(STORAGE_CLASS, "", claim["spec"].get("storageClassName", ""))
        if at(found, "volumeBindingMode") != "WaitForFirstConsumer":
            return False
        if _IMMEDIATE in at(volume, "metadata.annotations", {}):
            return False
        instances = self._store.select(VMI, volume["metadata"]["namespace"])
        return not any(volume["metadata"]["name"] in [c for _volume, c in volumes_of(vmi)] for vmi in instances)

    def _source_size(self, volume: Object) -> str:
        source = at(volume, "spec.source.pvc", {})
        namespace = source.get("namespace", volume["metadata"]["namespace"])
        found = self._store.get(PVC, namespace, source.get("name", ""))
        return str(at(found, "spec.resources.requests.storage", "1Gi"))


class ClaimController:
    """Binds PVCs that nobody populates: the ones a user makes without a DataVolume."""

    kind: Kind = PVC

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, _change: Change) -> t.Iterable[Key]:
        return ()

    def reconcile(self, namespace: str, name: str) -> float | None:
        claim = self._store.get(PVC, namespace, name)
        owners = at(claim, "metadata.ownerReferences", [])
        if claim is None or at(claim, "status.phase") == "Bound" or any(o["kind"] == "DataVolume" for o in owners):
            return None
        left = self._cluster.remaining(self._cluster.timings.provision, claim["metadata"]["uid"], "provision")
        if left > 0:
            return left
        claim.setdefault("status", {})["phase"] = "Bound"
        claim["status"]["capacity"] = {"storage": at(claim, "spec.resources.requests.storage", "1Gi")}
        self._cluster.write(claim)
        return None
