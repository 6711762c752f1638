# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CDI's golden images: DataSources that say whether they are ready, and DataImportCrons that import by a schedule.

A cron asks its registry here once, by itself: the digest is made of the address. The genuine one has a pod that asks.
"""

from __future__ import annotations

import copy
import hashlib
import typing as t

from tests.sim.kubevirt import refusals
from tests.sim.kubevirt.cluster import Cluster, Key
from tests.sim.kubevirt.documents import at, now, set_condition
from tests.sim.kubevirt.kinds import DATA_SOURCE, DV, IMPORT_CRON, PVC, Change, Kind, Object
from tests.sim.kubevirt.refusals import Cause

DIGEST = "cdi.kubevirt.io/storage.import.sourceDesiredDigest"
CRON = "cdi.kubevirt.io/dataImportCron"
_VALIDATOR = "dataimportcron-validate.cdi.kubevirt.io"


def judge(cron: Object, old: Object | None) -> None:
    """What the webhook refuses."""
    cause = None
    source = at(cron, "spec.template.spec.source") or {}
    if old is not None and old["spec"] != cron["spec"]:
        cause = Cause("FieldValueDuplicate", "Cannot update DataImportCron Spec", "DataImportCron.Spec")
    elif not {"registry", "pvc"} & source.keys():
        cause = refusals.invalid("Missing source", "spec.Template")
    elif len(at(cron, "spec.schedule", "").split()) != 5 and not at(cron, "spec.schedule", "").startswith("@"):
        cause = refusals.invalid("Illegal cron schedule", "spec.Schedule")
    if cause is not None:
        raise refusals.denied(_VALIDATOR, [cause])


def digest_of(cron: Object) -> str:
    """What the registry says of the image."""
    url = str(at(cron, "spec.template.spec.source.registry.url", ""))
    return f"sha256:{hashlib.sha256(url.encode()).hexdigest()}"


def _say(document: Object, kind: str, status: str, reason: str, message: str) -> None:
    set_condition(document, kind, status, reason, message, times={"lastHeartbeatTime": now()})


class DataSourceController:
    """Tells of a DataSource whether what it points to can be copied."""

    kind: Kind = DATA_SOURCE

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, change: Change) -> t.Iterable[Key]:
        if change.kind not in (DV, PVC):
            return
        place = change.after["metadata"].get("namespace", ""), change.after["metadata"]["name"]
        for source in self._store.select(DATA_SOURCE):
            pvc = at(source, "spec.source.pvc", {})
            if (pvc.get("namespace"), pvc.get("name")) == place:
                yield source["metadata"]["namespace"], source["metadata"]["name"]

    def reconcile(self, namespace: str, name: str) -> float | None:
        source = self._store.get(DATA_SOURCE, namespace, name)
        if source is None:
            return None
        before = copy.deepcopy(source)
        pvc = at(source, "spec.source.pvc")
        volume = self._store.get(DV, pvc["namespace"], pvc["name"]) if pvc else None
        phase = at(volume, "status.phase", "")
        if pvc is None:
            _say(source, "Ready", "False", "NoSource", "No source PVC set")
        elif volume is None and self._store.get(PVC, pvc["namespace"], pvc["name"]) is None:
            _say(source, "Ready", "False", "NotFound", "PVC not found")
        elif volume is not None and phase != "Succeeded":
            _say(source, "Ready", "False", phase, f"Import DataVolume phase {phase}")
        else:
            source.setdefault("status", {})["source"] = {"pvc": pvc}
            _say(source, "Ready", "True", "Ready", "DataSource is ready to be consumed")
        if source != before:
            self._cluster.write(source)
        return None


class ImportCronController:
    """Makes a DataVolume for the newest digest, and lets its DataSource point there when that is filled."""

    kind: Kind = IMPORT_CRON

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, change: Change) -> t.Iterable[Key]:
        metadata = change.after["metadata"]
        cron = metadata.get("labels", {}).get(CRON)
        if change.kind is DV and cron:
            yield metadata["namespace"], cron

    def reconcile(self, namespace: str, name: str) -> float | None:
        cron = self._store.get(IMPORT_CRON, namespace, name)
        if cron is None:
            self._clean(namespace, name)
            return None
        before = copy.deepcopy(cron)
        annotations = cron["metadata"].setdefault("annotations", {})
        if DIGEST not in annotations:
            left = self._cluster.remaining(self._cluster.timings.provision, cron["metadata"]["uid"], "poll")
            if left > 0:
                return left
            if "does-not-exist" in at(cron, "spec.template.spec.source.registry.url", ""):
                _say(cron, "UpToDate", "False", "NoDigest", "No source digest")
                if cron != before:
                    self._cluster.write(cron)
                return None
            annotations[DIGEST] = digest_of(cron)
        digest = annotations[DIGEST]
        volume_name = f"{cron['spec']['managedDataSource']}-{digest.partition(':')[2][:12]}"
        volume = self._store.get(DV, namespace, volume_name)
        cron.setdefault("status", {})["currentImports"] = [{"DataVolumeName": volume_name, "Digest": digest}]
        if volume is None:
            self._import(cron, volume_name, digest)
        if at(volume, "status.phase") == "Succeeded":
            cron["status"]["lastImportedPVC"] = {"namespace": namespace, "name": volume_name}
            _say(cron, "Progressing", "False", "NoImport", "No current import")
            _say(cron, "UpToDate", "True", "UpToDate", "Latest import is up to date")
        else:
            _say(cron, "Progressing", "True", "ImportProgressing", "Import is progressing")
            _say(cron, "UpToDate", "False", "ImportProgressing", "Import is progressing")
        self._publish(cron)
        if cron != before:
            self._cluster.write(cron)
        return None

    def _import(self, cron: Object, name: str, digest: str) -> None:
        metadata = {"name": name, "namespace": cron["metadata"]["namespace"], "labels": self._labels(cron)}
        spec = copy.deepcopy(cron["spec"]["template"]["spec"])
        url = spec["source"]["registry"]["url"]
        host, _slash, path = url.rpartition("/")
        spec["source"]["registry"]["url"] = f"{host}/{path.partition(':')[0]}@{digest}" if ":" in path else url
        volume = {"apiVersion": DV.api_version, "kind": DV.kind, "metadata": metadata, "spec": spec}
        self._store.create(DV, {**volume, "status": {}})

    def _publish(self, cron: Object) -> None:
        namespace, name = cron["metadata"]["namespace"], cron["spec"]["managedDataSource"]
        pvc = at(cron, "status.lastImportedPVC")
        spec: Object = {"source": {"pvc": pvc} if pvc else {}}
        found = self._store.get(DATA_SOURCE, namespace, name)
        if found is None:
            head = {"apiVersion": DATA_SOURCE.api_version, "kind": DATA_SOURCE.kind}
            metadata = {"name": name, "namespace": namespace, "labels": self._labels(cron)}
            self._store.create(DATA_SOURCE, {**head, "metadata": metadata, "spec": spec})
        elif found["spec"] != spec:
            self._store.replace(DATA_SOURCE, {**found, "spec": spec})

    def _labels(self, cron: Object) -> Object:
        labels = {k: v for k, v in cron["metadata"].get("labels", {}).items() if "instancetype.kubevirt.io/" in k}
        return {**labels, CRON: cron["metadata"]["name"]}

    def _clean(self, namespace: str, name: str) -> None:
        """Every cron here is one whose volumes go with it."""
        for kind in (DATA_SOURCE, DV):
            for item in self._store.select(kind, namespace):
                if item["metadata"].get("labels", {}).get(CRON) == name:
                    self._store.delete(kind, namespace, item["metadata"]["name"])
