# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as the simulators of nodes and guests meet them."""

from __future__ import annotations

import typing as t
from pathlib import Path

from tests.cluster.nodes.api import Api
from tests.cluster.nodes.context import Context
from tests.cluster.nodes.objects import Object
from tests.cluster.settings import Settings


def a_pod(*, image: str = "registry.example/virt-launcher:v1", node: str = "kv-node2", **more: t.Any) -> Object:
    """Return a pod that is bound to a node; keywords are parts of metadata, spec or status."""
    metadata = {"name": "web-pod", "namespace": "shop", "uid": "0b7c2a66-5bb1-4d6e-9d0c-2f0a7b8c9d01"}
    spec = {"nodeName": node, "containers": [{"name": "compute", "image": image}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**metadata, **more.get("metadata", {})},
        "spec": {**spec, **more.get("spec", {})},
        "status": more.get("status", {"phase": "Pending"}),
    }


def a_launcher(*, node: str = "kv-node1", uid: str = "pod-1", phase: str = "Running", **metadata: t.Any) -> Object:
    """Return the virt-launcher pod of ``a_vmi``."""
    labels = {"kubevirt.io": "virt-launcher", "kubevirt.io/created-by": "vmi-1"}
    found = {"name": f"virt-launcher-web-{uid}", "uid": uid, "labels": labels, **metadata}
    return a_pod(node=node, metadata=found, status={"phase": phase, "podIP": "10.99.16.10"})


def a_vmi(*, phase: str = "Running", **more: t.Any) -> Object:
    """Return a VMI on kv-node1 with a container disk and masquerade; keywords as for ``a_pod``."""
    metadata = {"name": "web", "namespace": "shop", "uid": "vmi-1", "resourceVersion": "1", "labels": {}}
    devices = {
        "disks": [{"name": "root", "disk": {"bus": "virtio"}}],
        "interfaces": [{"name": "default", "masquerade": {}}],
    }
    spec = {
        "domain": {"devices": devices, "memory": {"guest": "1Gi"}, "machine": {"type": "q35"}},
        "volumes": [{"name": "root", "containerDisk": {"image": "registry.example/fedora:41"}}],
        "networks": [{"name": "default", "pod": {}}],
    }
    status = {"phase": phase, "nodeName": "kv-node1", "volumeStatus": [{"name": "root", "target": ""}]}
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachineInstance",
        "metadata": {**metadata, **more.get("metadata", {})},
        "spec": {**spec, **more.get("spec", {})},
        "status": {**status, **more.get("status", {})},
    }


def a_claim(**more: t.Any) -> Object:
    """Return a claim that waits for the ceph-rbd driver; keywords as for ``a_pod``."""
    provisioner = {"volume.kubernetes.io/storage-provisioner": "rook-ceph.rbd.csi.ceph.com"}
    metadata = {"name": "disk", "namespace": "shop", "uid": "claim-1", "annotations": provisioner}
    spec = {
        "storageClassName": "ceph-rbd",
        "accessModes": ["ReadWriteMany"],
        "volumeMode": "Block",
        "resources": {"requests": {"storage": "5Gi"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {**metadata, **more.get("metadata", {})},
        "spec": {**spec, **more.get("spec", {})},
        "status": more.get("status", {"phase": "Pending"}),
    }


def a_class(provisioner: str = "rook-ceph.rbd.csi.ceph.com", **more: t.Any) -> Object:
    """Return a StorageClass that binds at once."""
    return {"metadata": {"name": "ceph-rbd"}, "provisioner": provisioner, "volumeBindingMode": "Immediate", **more}


def a_context(api: Api, directory: Path, kubevirt: str = "1.4", knobs: str = "{}") -> Context:
    """Return what a simulator is given; the directory is its state."""
    for part in ("logs", "pids", "pods", "nodes"):
        (directory / part).mkdir(exist_ok=True)
    file = directory / "knobs.json"
    file.write_text(knobs, encoding="utf-8")
    server, ca, token = "https://10.99.0.1:26443", directory / "ca.crt", directory / "token"
    return Context.of(Settings(directory, directory / "programs", kubevirt, server, ca, token, file), api)
