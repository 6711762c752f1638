# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every cluster has here, before anything is installed: nodes, namespaces and storage, as in the cluster lab."""

from __future__ import annotations

import typing as t

from tests.sim.kubevirt.kinds import NAMESPACE, NODE, STORAGE_CLASS, Kind, Object
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
_SIZE = {"cpu": "16", "memory": "64Gi", "pods": "250"}
_RWX, _RWO = "ReadWriteMany", "ReadWriteOnce"
_BLOCK = [(_RWX, "Block"), (_RWO, "Block"), (_RWO, "Filesystem")]
_CLASSES: list[tuple[str, str, str, dict[str, str], list[tuple[str, str]]]] = [
    ("ceph-rbd", _RBD, "Immediate", _IS_DEFAULT, _BLOCK),
    ("ceph-rbd-wffc", _RBD, "WaitForFirstConsumer", {}, _BLOCK),
    ("local-path", "rancher.io/local-path", "WaitForFirstConsumer", {}, []),
]


def plant(store: Store) -> None:
    for name in ("default", "kube-system"):
        namespace(store, name)
    for name in ("kv-node1", "kv-node2", "kv-node3"):
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
        labels |= {"node-role.kubernetes.io/worker": ""}
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
        info = {"kubeletVersion": "v1.34.4", "architecture": "amd64", "operatingSystem": "linux"}
        status = {"capacity": dict(_SIZE), "allocatable": dict(_SIZE), "conditions": [ready], "nodeInfo": info}
        _put(store, NODE, name, {"spec": {}, "status": status}, labels=labels)
    for name, provisioner, binding, marks, _sets in _CLASSES:
        rest = {"provisioner": provisioner, "volumeBindingMode": binding, "reclaimPolicy": "Delete"}
        _put(store, STORAGE_CLASS, name, {**rest, "allowVolumeExpansion": provisioner == _RBD}, annotations=marks)


def namespace(store: Store, name: str) -> None:
    labels = {"kubernetes.io/metadata.name": name}
    rest = {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    _put(store, NAMESPACE, name, rest, labels=labels)


def equip(store: Store) -> None:
    """What virt-handler says of its node."""
    for node in store.select(NODE):
        node["metadata"]["labels"] |= {"kubevirt.io/schedulable": "true", **_PROCESSOR}
        for sizes in ("capacity", "allocatable"):
            node["status"][sizes] |= {f"devices.kubevirt.io/{device}": "1k" for device in ("kvm", "tun", "vhost-net")}
        store.replace(NODE, node)


def profiles() -> t.Iterator[tuple[str, Object]]:
    """What CDI makes of the storage classes: the status of their StorageProfiles by name."""
    for name, provisioner, _binding, _marks, sets in _CLASSES:
        properties = [{"accessModes": [access], "volumeMode": mode} for access, mode in sets]
        status: Object = {"claimPropertySets": properties, "provisioner": provisioner, "storageClass": name}
        yield name, {**status, **({"cloneStrategy": "csi-clone"} if provisioner == _RBD else {})}


def _put(store: Store, kind: Kind, name: str, rest: Object, **metadata: t.Any) -> None:
    head = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name, **metadata}}
    store.create(kind, {**head, **rest})
