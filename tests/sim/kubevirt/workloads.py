# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments and DaemonSets with their pods: a new template is rolled out, and an image that is bad never starts."""

from __future__ import annotations

import copy
import hashlib
import json
import random
import string
import typing as t

from tests.sim.kubevirt import launcher
from tests.sim.kubevirt.cluster import Cluster, Key
from tests.sim.kubevirt.documents import at, is_true, set_condition
from tests.sim.kubevirt.kinds import DAEMON_SET, DEPLOYMENT, NODE, POD, REPLICA_SET, Change, Kind, Object

_HASH = "pod-template-hash"


def is_rolled_out(item: Object) -> bool:
    """Whether all pods are of the newest template, and ready."""
    status = item.get("status", {})
    if status.get("observedGeneration") != item["metadata"]["generation"]:
        return False
    if item["kind"] == DAEMON_SET.kind:
        wanted = status.get("desiredNumberScheduled", 0)
        return bool(status.get("updatedNumberScheduled", 0) == wanted == status.get("numberReady", 0))
    wanted = item["spec"].get("replicas", 1)
    counts = (status.get(f"{word}Replicas", 0) for word in ("updated", "ready", "available"))
    return status.get("replicas", 0) == wanted and all(count == wanted for count in counts)


class _Workloads:
    """What both controllers do. One that was planted with its status is left alone until somebody changes it."""

    kind: Kind
    parents: tuple[Kind, ...]

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, change: Change, /) -> t.Iterable[Key]:
        metadata = change.after["metadata"]
        for owner in metadata.get("ownerReferences", []) if change.kind in self.parents else ():
            name = owner["name"].rpartition("-")[0] if owner["kind"] == REPLICA_SET.kind else owner["name"]
            yield metadata["namespace"], name

    def reconcile(self, namespace: str, name: str) -> float | None:
        item = self._store.get(self.kind, namespace, name)
        if item is None or "deletionTimestamp" in item["metadata"]:
            return None
        seen = at(item, "status.observedGeneration") == item["metadata"]["generation"]
        if seen and not self._store.owned(item, self.parents[-1]):
            return None
        before = copy.deepcopy(item)
        item.setdefault("status", {})["observedGeneration"] = item["metadata"]["generation"]
        self._roll(item)
        if item != before:
            self._cluster.write(item)
        return None

    def _roll(self, item: Object) -> None:
        raise NotImplementedError

    def _pod(self, owner: Object, template: Object, mark: str, node: str = "") -> None:
        metadata = copy.deepcopy(template.get("metadata") or {})
        metadata["labels"] = {**metadata.get("labels", {}), _HASH: mark}
        suffix = "".join(random.choices(string.ascii_lowercase + "2456789", k=5))
        metadata |= {"name": f"{owner['metadata']['name']}-{suffix}", "namespace": owner["metadata"]["namespace"]}
        spec = {**template["spec"], **({"nodeName": node} if node else {})}
        head = {"apiVersion": "v1", "kind": "Pod", "metadata": {**metadata, "ownerReferences": [_owner(owner)]}}
        self._store.create(POD, {**head, "spec": spec, "status": {"phase": "Pending"}})

    def _delete(self, item: Object, kind: Kind) -> None:
        self._store.delete(kind, item["metadata"]["namespace"], item["metadata"]["name"])


class DeploymentController(_Workloads):
    """New pods beside the old ones; these go when all new ones are ready."""

    kind: Kind = DEPLOYMENT
    parents = (POD, REPLICA_SET)

    def _roll(self, item: Object) -> None:
        template, wanted, mark = item["spec"]["template"], item["spec"].get("replicas", 1), _mark(item)
        sets = {found["metadata"]["labels"][_HASH]: found for found in self._store.owned(item, REPLICA_SET)}
        newest = sets.pop(mark, None) or self._make_set(item, mark)
        pods = self._store.owned(newest, POD)
        for _missing in range(wanted - len(pods)):
            self._pod(newest, template, mark)
        for surplus in pods[wanted:]:
            self._delete(surplus, POD)
        pods = self._store.owned(newest, POD)
        ready = sum(is_true(pod, "Ready") for pod in pods)
        if ready == wanted:
            for old in sets.values():
                self._delete(old, REPLICA_SET)
            sets = {}
        old_pods = [pod for old in sets.values() for pod in self._store.owned(old, POD)]
        available = ready + sum(is_true(pod, "Ready") for pod in old_pods)
        counts = {"replicas": len(pods) + len(old_pods), "updatedReplicas": len(pods), "readyReplicas": available}
        counts |= {"availableReplicas": available, "unavailableReplicas": len(pods) - ready}
        kept = {key: value for key, value in item["status"].items() if key in ("observedGeneration", "conditions")}
        item["status"] = kept | {key: value for key, value in counts.items() if value}
        found = ("True", "MinimumReplicasAvailable") if available >= wanted else ("False", "MinimumReplicasUnavailable")
        set_condition(item, "Available", *found, times={})
        reason = "NewReplicaSetAvailable" if ready == wanted else "ReplicaSetUpdated"
        set_condition(item, "Progressing", "True", reason, times={})

    def _make_set(self, item: Object, mark: str) -> Object:
        metadata = item["metadata"]
        head: Object = {"name": f"{metadata['name']}-{mark}", "namespace": metadata["namespace"]}
        head |= {"labels": {**metadata.get("labels", {}), _HASH: mark}, "ownerReferences": [_owner(item)]}
        spec = {key: item["spec"][key] for key in ("replicas", "selector", "template") if key in item["spec"]}
        whole = {"apiVersion": REPLICA_SET.api_version, "kind": REPLICA_SET.kind, "metadata": head, "spec": spec}
        return self._store.create(REPLICA_SET, whole)


class DaemonSetController(_Workloads):
    """A pod on every node; a new template takes one node after the other."""

    kind: Kind = DAEMON_SET
    parents = (POD,)

    def _roll(self, item: Object) -> None:
        mark = _mark(item)
        nodes = [node["metadata"]["name"] for node in self._store.select(NODE)]
        pods = self._store.owned(item, POD)
        outdated = [pod for pod in pods if pod["metadata"]["labels"][_HASH] != mark]
        if outdated and all(is_true(pod, "Ready") for pod in pods):
            self._delete(outdated[0], POD)
            pods = self._store.owned(item, POD)
        for node in {*nodes} - {pod["spec"]["nodeName"] for pod in pods}:
            self._pod(item, item["spec"]["template"], mark, node)
        pods = self._store.owned(item, POD)
        ready = sum(is_true(pod, "Ready") for pod in pods)
        updated = sum(pod["metadata"]["labels"][_HASH] == mark for pod in pods)
        counts = {"currentNumberScheduled": len(pods), "desiredNumberScheduled": len(nodes), "numberReady": ready}
        item["status"] = {"observedGeneration": item["status"]["observedGeneration"], "numberMisscheduled": 0, **counts}
        extra = {"updatedNumberScheduled": updated, "numberAvailable": ready, "numberUnavailable": len(nodes) - ready}
        item["status"] |= {key: value for key, value in extra.items() if value}


class PodController:
    """The kubelet, for the pods of workloads; those of virtual machines have launcher.py."""

    kind: Kind = POD

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, _change: Change, /) -> t.Iterable[Key]:
        return ()

    def reconcile(self, namespace: str, name: str) -> float | None:
        pod = self._store.get(POD, namespace, name)
        if pod is None or _HASH not in at(pod, "metadata.labels", {}) or is_true(pod, "Ready"):
            return None
        image = next((c["image"] for c in pod["spec"]["containers"] if launcher.is_bad(c["image"])), None)
        timings, uid = self._cluster.timings, pod["metadata"]["uid"]
        if image:
            left = self._cluster.remaining(timings.pull_back_off, uid, "pull")
            reason = "ErrImagePull" if left > 0 else "ImagePullBackOff"
            launcher.waiting(self._cluster, pod, reason, launcher.refusal(image, again=left <= 0))
            return left if left > 0 else None
        left = self._cluster.remaining(timings.pod_start, uid, "start")
        if left > 0:
            return left
        number = int(uid[:4], 16)
        node = pod["spec"].get("nodeName") or f"kv-node{number % 3 + 1}"
        launcher.running(self._cluster, pod, node, f"10.244.{number % 3}.{number % 250 + 2}")
        return None


def _owner(item: Object) -> Object:
    head = {key: item[key] for key in ("apiVersion", "kind")} | {key: item["metadata"][key] for key in ("name", "uid")}
    return {**head, "controller": True, "blockOwnerDeletion": True}


def _mark(item: Object) -> str:
    text = json.dumps(item["spec"]["template"], sort_keys=True).encode()
    return hashlib.sha256(text).hexdigest()[:10]
