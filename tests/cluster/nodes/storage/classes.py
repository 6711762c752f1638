# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which storage classes are served, and how claims of theirs are to be treated. Nothing here reads or sends."""

from __future__ import annotations

import enum
import typing as t

from tests.cluster.nodes.objects import Object, annotations_of, deleted, name, namespace, phase, status, uid
from tests.cluster.nodes.quantities import number

LOCAL = {"rancher.io/local-path", "kubevirt.io.hostpath-provisioner"}
"""Their volumes are on one node."""
PROVISIONERS = {"rook-ceph.rbd.csi.ceph.com", "rook-ceph.cephfs.csi.ceph.com"} | LOCAL

SELECTED_NODE = "volume.kubernetes.io/selected-node"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
_PROVISIONER = ("volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner")
SNAPSHOT_GROUP = "snapshot.storage.k8s.io"


class Need(enum.Enum):
    """What a claim needs of its driver."""

    NOTHING = enum.auto()
    VOLUME = enum.auto()
    GROWTH = enum.auto()


class Source(t.NamedTuple):
    """What a volume begins with. ``kind`` is empty for nothing, and ``other`` where a populator takes care of it."""

    kind: str = ""
    namespace: str = ""
    name: str = ""


def need(claim: Object, storage_class: Object | None) -> Need:
    """Return what is to be done for a claim. Raises ValueError for a size that is no quantity."""
    if deleted(claim) or storage_class is None or storage_class["provisioner"] not in PROVISIONERS:
        return Need.NOTHING
    if phase(claim) == "Bound":
        grows = requested(claim) > number((status(claim).get("capacity") or {}).get("storage", "0"))
        return Need.GROWTH if grows and storage_class.get("allowVolumeExpansion") else Need.NOTHING
    asked = {annotations_of(claim).get(annotation) for annotation in _PROVISIONER}
    if claim["spec"].get("volumeName") or storage_class["provisioner"] not in asked:
        return Need.NOTHING
    if storage_class.get("volumeBindingMode") == "WaitForFirstConsumer" and SELECTED_NODE not in annotations_of(claim):
        return Need.NOTHING
    return Need.VOLUME


def requested(claim: Object) -> float:
    return number(claim["spec"]["resources"]["requests"]["storage"])


def source(claim: Object) -> Source:
    """Return what the volume of a claim is to be made from."""
    spec = claim["spec"]
    reference = spec.get("dataSourceRef") or spec.get("dataSource")
    if not reference:
        return Source()
    group, kind = reference.get("apiGroup") or "", reference["kind"]
    if (group, kind) not in ((SNAPSHOT_GROUP, "VolumeSnapshot"), ("", "PersistentVolumeClaim")):
        return Source("other")
    return Source(kind, reference.get("namespace") or namespace(claim), reference["name"])


def volume(claim: Object, storage_class: Object) -> Object:
    """Return the PersistentVolume to create for a claim."""
    driver, spec = storage_class["provisioner"], claim["spec"]
    found: Object = {
        "capacity": {"storage": spec["resources"]["requests"]["storage"]},
        "accessModes": spec["accessModes"],
        "volumeMode": spec.get("volumeMode", "Filesystem"),
        "storageClassName": name(storage_class),
        "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "name": name(claim),
            "namespace": namespace(claim),
            "uid": uid(claim),
        },
    }
    if driver in LOCAL:
        found["hostPath"] = {"path": f"/opt/local-path/{uid(claim)}"}
        found["nodeAffinity"] = _on(annotations_of(claim)[SELECTED_NODE])
    else:
        found["csi"] = {"driver": driver, "volumeHandle": uid(claim)}
        if found["volumeMode"] == "Filesystem":
            found["csi"]["fsType"] = "ext4"
    metadata = {"name": f"pvc-{uid(claim)}", "annotations": {PROVISIONED_BY: driver}}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": found}


def to_reclaim(found: Object) -> bool:
    """Whether a PersistentVolume has lost its claim and is to be deleted with its data."""
    return (
        phase(found) in ("Released", "Failed")
        and found["spec"].get("persistentVolumeReclaimPolicy") == "Delete"
        and annotations_of(found).get(PROVISIONED_BY) in PROVISIONERS
        and not deleted(found)
    )


def _on(node: str) -> Object:
    expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}
