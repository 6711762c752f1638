# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Node object says: labels, capacity, conditions."""

from __future__ import annotations

import os

from tests.cluster.nodes.addresses import CONTROL_PLANE, node_address, pod_network
from tests.cluster.nodes.objects import Object

RESOURCES = {
    "cpu": "16", "memory": "64Gi", "pods": "250", "ephemeral-storage": "500Gi",
    "hugepages-2Mi": "4Gi", "hugepages-1Gi": "4Gi",
}  # fmt: skip
# Device plugins of virt-handler; 1000 of each is what it announces.
DEVICES = {f"devices.kubevirt.io/{device}": "1k" for device in ("kvm", "tun", "vhost-net")}
LEASE_SECONDS = 40


def labels(name: str) -> dict[str, str]:
    """Return the labels that a node registers with. Those of KubeVirt come with virt-handler."""
    found = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "node-role.kubernetes.io/worker": "",
        "topology.kubernetes.io/zone": f"zone-{name[-1]}",
        "topology.kubernetes.io/region": "lab",
    }
    if name == CONTROL_PLANE:
        found["node-role.kubernetes.io/control-plane"] = ""
    return found


def registration(name: str) -> Object:
    """Return the Node to create."""
    metadata = {"name": name, "labels": labels(name), "annotations": {"node.alpha.kubernetes.io/ttl": "0"}}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {"podCIDR": pod_network(name)}}


def status(name: str, version: str, now: str, *, devices: bool) -> Object:
    """Return the status of a node that is well; ``devices`` tells whether virt-handler announces its devices."""
    resources = {**RESOURCES, **(DEVICES if devices else {})}
    address = node_address(name)
    return {
        "capacity": resources,
        "allocatable": resources,
        "conditions": [
            _condition("Ready", "True", "KubeletReady", "kubelet is posting ready status", now),
            _condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "", now),
            _condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "", now),
            _condition("PIDPressure", "False", "KubeletHasSufficientPID", "", now),
        ],
        "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "machineID": address,
            "systemUUID": address,
            "bootID": address,
            "kernelVersion": os.uname().release,
            "osImage": "Simulated Linux",
            "containerRuntimeVersion": "simulated://1.0",
            "kubeletVersion": version,
            "kubeProxyVersion": "",
            "operatingSystem": "linux",
            "architecture": "amd64",
        },
    }


def lease(name: str, now: str) -> Object:
    """Return the Lease that keeps a node alive; ``now`` has microseconds."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": "kube-node-lease"},
        "spec": {"holderIdentity": name, "leaseDurationSeconds": LEASE_SECONDS, "renewTime": now},
    }


def _condition(kind: str, status: str, reason: str, message: str, now: str) -> Object:
    stamps = {"lastHeartbeatTime": now, "lastTransitionTime": now}
    return {"type": kind, "status": status, "reason": reason, "message": message, **stamps}
