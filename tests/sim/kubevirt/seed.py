# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster as a test finds it: nodes, namespaces, storage and KubeVirt itself, alike to the cluster lab's."""

from __future__ import annotations

import typing as t

from tests.sim.kubevirt.kinds import (
    CLUSTER_INSTANCETYPE,
    CLUSTER_PREFERENCE,
    KUBEVIRT_CR,
    NAMESPACE,
    NODE,
    PROFILE,
    STORAGE_CLASS,
    Kind,
    Object,
)
from tests.sim.kubevirt.store import Store

# name, provisioner, binding mode, annotations, claim property sets (the first one is CDI's choice)
_RBD, _CEPHFS = "rook-ceph.rbd.csi.ceph.com", "rook-ceph.cephfs.csi.ceph.com"
_IS_DEFAULT = {
    "storageclass.kubernetes.io/is-default-class": "true",
    "storageclass.kubevirt.io/is-default-virt-class": "true",
}
_RWX, _RWO = "ReadWriteMany", "ReadWriteOnce"
_BLOCK = [(_RWX, "Block"), (_RWO, "Block"), (_RWO, "Filesystem")]
_CLASSES: list[tuple[str, str, str, dict[str, str], list[tuple[str, str]]]] = [
    ("ceph-rbd", _RBD, "Immediate", _IS_DEFAULT, _BLOCK),
    ("ceph-rbd-wffc", _RBD, "WaitForFirstConsumer", {}, _BLOCK),
    ("cephfs", _CEPHFS, "Immediate", {}, [(_RWX, "Filesystem"), (_RWO, "Filesystem")]),
    ("hostpath", "kubevirt.io.hostpath-provisioner", "WaitForFirstConsumer", {}, [(_RWO, "Filesystem")]),
    ("local-path", "rancher.io/local-path", "WaitForFirstConsumer", {}, []),
]
_FULL_VERSION = {"1.4": "v1.4.0", "1.8": "v1.8.0"}


def plant(store: Store, version: str) -> None:
    def put(kind: Kind, name: str, rest: Object, **metadata: t.Any) -> None:
        head = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name, **metadata}}
        store.create(kind, {**head, **rest})

    for name in ("default", "kube-system", "kubevirt", "cdi"):
        labels = {"kubernetes.io/metadata.name": name}
        put(NAMESPACE, name, {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}, labels=labels)
    size = {"cpu": "16", "memory": "64Gi", "pods": "250", "devices.kubevirt.io/kvm": "1k"}
    for name in ("kv-node1", "kv-node2", "kv-node3"):
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
        labels |= {"kubevirt.io/schedulable": "true", "node-role.kubernetes.io/worker": ""}
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
        put(
            NODE,
            name,
            {"spec": {}, "status": {"capacity": size, "allocatable": size, "conditions": [ready]}},
            labels=labels,
        )
    for name, provisioner, binding, marks, sets in _CLASSES:
        rest = {"provisioner": provisioner, "volumeBindingMode": binding, "reclaimPolicy": "Delete"}
        put(STORAGE_CLASS, name, {**rest, "allowVolumeExpansion": provisioner in (_RBD, _CEPHFS)}, annotations=marks)
        properties = [{"accessModes": [access], "volumeMode": mode} for access, mode in sets]
        status = {"claimPropertySets": properties, "provisioner": provisioner, "storageClass": name}
        put(PROFILE, name, {"spec": {}, "status": status})
    for name, cpus, memory in (("u1.small", 1, "2Gi"), ("u1.medium", 1, "4Gi"), ("u1.large", 2, "8Gi")):
        put(CLUSTER_INSTANCETYPE, name, {"spec": {"cpu": {"guest": cpus}, "memory": {"guest": memory}}})
    put(CLUSTER_PREFERENCE, "fedora", {"spec": {"devices": {"preferredDiskBus": "virtio"}}})
    gates = ["LiveMigration", "Snapshot", "HotplugVolumes", "ExpandDisks", "VMExport", "VMLiveUpdateFeatures"]
    spec = {"configuration": {"developerConfiguration": {"featureGates": gates}, "vmRolloutStrategy": "LiveUpdate"}}
    conditions = [{"type": "Available", "status": "True"}, {"type": "Progressing", "status": "False"}]
    status = {"phase": "Deployed", "observedKubeVirtVersion": _FULL_VERSION[version], "conditions": conditions}
    put(KUBEVIRT_CR, "kubevirt", {"spec": spec, "status": status}, namespace="kubevirt")
