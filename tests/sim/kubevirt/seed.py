# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster as a test finds it: nodes, namespaces, storage and instance types, alike to the cluster lab's."""

from __future__ import annotations

import typing as t

from tests.sim.kubevirt.kinds import (
    CLUSTER_INSTANCETYPE,
    CLUSTER_PREFERENCE,
    NAMESPACE,
    NODE,
    PROFILE,
    STORAGE_CLASS,
    Kind,
    Object,
)
from tests.sim.kubevirt.store import Store

# name, provisioner, binding mode, annotations, claim property sets (the first one is CDI's choice)
_RBD = "rook-ceph.rbd.csi.ceph.com"
_IS_DEFAULT = {
    "storageclass.kubernetes.io/is-default-class": "true",
    "storageclass.kubevirt.io/is-default-virt-class": "true",
}
_PROCESSOR = {
    "cpu-model.node.kubevirt.io/Haswell": "true",
    "cpu-model.node.kubevirt.io/Cascadelake-Server": "true",
    "cpu-model-migration.node.kubevirt.io/Haswell": "true",
    "cpu-model-migration.node.kubevirt.io/Cascadelake-Server": "true",
    "cpu-vendor.node.kubevirt.io/Intel": "true",
    "host-model-cpu.node.kubevirt.io/Cascadelake-Server": "true",
}
_RWX, _RWO = "ReadWriteMany", "ReadWriteOnce"
_BLOCK = [(_RWX, "Block"), (_RWO, "Block"), (_RWO, "Filesystem")]
_CLASSES: list[tuple[str, str, str, dict[str, str], list[tuple[str, str]]]] = [
    ("ceph-rbd", _RBD, "Immediate", _IS_DEFAULT, _BLOCK),
    ("ceph-rbd-wffc", _RBD, "WaitForFirstConsumer", {}, _BLOCK),
    ("local-path", "rancher.io/local-path", "WaitForFirstConsumer", {}, []),
]


def plant(store: Store) -> None:
    def put(kind: Kind, name: str, rest: Object, **metadata: t.Any) -> None:
        head = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name, **metadata}}
        store.create(kind, {**head, **rest})

    for name in ("default", "kube-system", "kubevirt", "cdi"):
        labels = {"kubernetes.io/metadata.name": name}
        put(NAMESPACE, name, {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}, labels=labels)
    devices = {f"devices.kubevirt.io/{device}": "1k" for device in ("kvm", "tun", "vhost-net")}
    size = {"cpu": "16", "memory": "64Gi", "pods": "250", **devices}
    for name in ("kv-node1", "kv-node2", "kv-node3"):
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
        labels |= {"kubevirt.io/schedulable": "true", "node-role.kubernetes.io/worker": "", **_PROCESSOR}
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
        info = {"kubeletVersion": "v1.34.4", "architecture": "amd64", "operatingSystem": "linux"}
        status = {"capacity": size, "allocatable": size, "conditions": [ready], "nodeInfo": info}
        put(NODE, name, {"spec": {}, "status": status}, labels=labels)
    for name, provisioner, binding, marks, sets in _CLASSES:
        rest = {"provisioner": provisioner, "volumeBindingMode": binding, "reclaimPolicy": "Delete"}
        put(STORAGE_CLASS, name, {**rest, "allowVolumeExpansion": provisioner == _RBD}, annotations=marks)
        properties = [{"accessModes": [access], "volumeMode": mode} for access, mode in sets]
        status = {"claimPropertySets": properties, "provisioner": provisioner, "storageClass": name}
        status |= {"cloneStrategy": "csi-clone"} if provisioner == _RBD else {}
        put(PROFILE, name, {"spec": {}, "status": status})
    put(CLUSTER_INSTANCETYPE, "u1.medium", {"spec": {"cpu": {"guest": 1}, "memory": {"guest": "4Gi"}}})
    put(CLUSTER_PREFERENCE, "fedora", {"spec": {"devices": {"preferredDiskBus": "virtio"}}})
