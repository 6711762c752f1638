# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CustomResourceDefinitions: established a moment after they are made, and gone when all that they define is."""

from __future__ import annotations

import typing as t

from tests.sim.kubevirt.cluster import Cluster, Key
from tests.sim.kubevirt.documents import is_true, now, set_condition
from tests.sim.kubevirt.kinds import API_SERVICE, CRD, Change, Kind, Object
from tests.sim.kubevirt.serving import Serving
from tests.sim.kubevirt.store import Store


def complete(crd: Object) -> None:
    """Fill in what the API server does at once."""
    spec = crd["spec"]
    names = spec.setdefault("names", {})
    names.setdefault("singular", names["kind"].lower())
    names.setdefault("listKind", f"{names['kind']}List")
    stored = [version["name"] for version in spec["versions"] if version.get("storage")]
    crd.setdefault("status", {"storedVersions": stored})


def establish(crd: Object) -> None:
    times = {"lastTransitionTime": now()}
    set_condition(crd, "NamesAccepted", "True", "NoConflicts", "no conflicts found", times=times)
    text = "the initial names have been accepted"
    set_condition(crd, "Established", "True", "InitialNamesAccepted", text, times=times)
    crd["status"]["acceptedNames"] = crd["spec"]["names"]


def terminate(store: Store, crd: Object) -> None:
    """Before it is deleted: what it defines goes first."""
    crd["metadata"]["finalizers"] = ["customresourcecleanup.apiextensions.k8s.io"]
    text = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"
    set_condition(crd, "Terminating", "True", "InstanceDeletionPending", text, times={})
    store.replace(CRD, crd)


def register(store: Store, serving: Serving) -> None:
    """Every group and version of the server itself has an APIService, too, as long as there is a kind of it."""
    wanted = {f"{kind.version}.{kind.group}": kind for kind in serving.kinds() if kind.group}
    local = {item["metadata"]["name"] for item in store.select(API_SERVICE) if "service" not in item["spec"]}
    for name in local - wanted.keys():
        store.delete(API_SERVICE, "", name)
    available = {"type": "Available", "status": "True", "reason": "Local"}
    condition = {**available, "message": "Local APIServices are always available"}
    for name in sorted(wanted.keys() - local):
        metadata = {"name": name, "labels": {"kube-aggregator.kubernetes.io/automanaged": "true"}}
        head = {"apiVersion": API_SERVICE.api_version, "kind": API_SERVICE.kind, "metadata": metadata}
        spec = {"group": wanted[name].group, "version": wanted[name].version, "versionPriority": 100}
        store.create(API_SERVICE, {**head, "spec": spec, "status": {"conditions": [condition]}})


class DefinitionController:
    """The part of the API server that serves CRDs."""

    kind: Kind = CRD

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, change: Change, /) -> t.Iterable[Key]:
        """One of its objects less may be the last one."""
        if change.type == "DELETED" and change.kind.custom:
            yield "", change.kind.resource

    def reconcile(self, _namespace: str, name: str) -> float | None:
        crd = self._store.get(CRD, "", name)
        if crd is None:
            register(self._store, self._cluster.serving)
            return None
        if "deletionTimestamp" in crd["metadata"]:
            self._clear(crd)
        elif not is_true(crd, "Established"):
            left = self._cluster.remaining(self._cluster.timings.establish, crd["metadata"]["uid"], "establish")
            if left > 0:
                return left
            establish(crd)
            self._cluster.write(crd)
            register(self._store, self._cluster.serving)
        return None

    def _clear(self, crd: Object) -> None:
        kinds = self._cluster.serving.defined_by(crd["metadata"]["name"])
        for kind in kinds:
            for item in self._store.select(kind):
                self._store.delete(kind, item["metadata"].get("namespace", ""), item["metadata"]["name"])
        if not any(self._store.select(kind) for kind in kinds):
            crd["metadata"]["finalizers"] = []
            self._cluster.write(crd)
