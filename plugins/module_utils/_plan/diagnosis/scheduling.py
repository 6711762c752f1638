# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scheduler says when no node takes a pod. Private to vmo.core.

The texts are those of ``k8s.io/kubernetes/pkg/scheduler/framework/plugins``, 1.28 to 1.34.
"""

from __future__ import annotations

import re
import typing as t

_CLAUSE = re.compile(
    r"(?:^|[,:] )(?P<nodes>\d+) (?P<text>(?:Insufficient|node\(s\)|Too many pods).*?)(?=, \d+ |\.(?: |$)|$)"
)


class Obstacle(t.NamedTuple):
    """Why ``nodes`` nodes do not take a pod. ``words`` is a noun phrase."""

    nodes: int
    code: str
    words: str
    hint: str


class _Row(t.NamedTuple):
    pattern: str
    words: str
    hint: str
    code: str = "unschedulable"


# the first row that fits is taken
_ROWS = (
    _Row(
        r"Insufficient devices\.kubevirt\.io/kvm",
        "no free /dev/kvm",
        "Check that the nodes are bare metal (or allow nested virtualization), that their firmware has it turned on, "
        "and that virt-handler runs on them; only a test cluster should set useEmulation.",
        "no_kvm_device",
    ),
    _Row(
        r"Insufficient memory",
        "too little free memory",
        "Ask for less memory, free or add a node, or raise the memory overcommit of KubeVirt.",
    ),
    _Row(
        r"Insufficient cpu",
        "too little free CPU",
        "Ask for fewer CPUs, free or add a node, or raise the CPU allocation ratio of KubeVirt.",
    ),
    _Row(
        r"Insufficient (?P<what>hugepages-\S+)",
        "too few free {what}",
        "Reserve huge pages of that size on the nodes, or leave hugepages out of the VM.",
    ),
    _Row(
        r"Insufficient (?P<what>\S+)",
        "no free {what}",
        "Check that the device plugin of {what} runs, that the device is permitted in the KubeVirt configuration, and "
        "that one is free.",
    ),
    _Row(r"Too many pods", "as many pods as the node may run", "Free or add a node, or raise maxPods of the kubelet."),
    _Row(
        r"Pod's node affinity|requested node name",
        "no match for the node selector or affinity",
        "Compare the VM's node selector, affinity and CPU model with the labels of the nodes (kubectl get nodes "
        "--show-labels); kubevirt.io/schedulable=true comes from virt-handler.",
    ),
    _Row(
        r"volume node affinity|PersistentVolume's node affinity|no available volume zone",
        "a volume that is out of reach",
        "The volume exists on other nodes or in another zone only: let the VM run there, or use shared storage.",
    ),
    _Row(
        r"taint",
        "a taint that is not tolerated",
        "Give the VM a toleration, or remove the taint from the nodes that shall run VMs.",
    ),
    _Row(r"were unschedulable", "cordoned", "Uncordon a node (kubectl uncordon) once its maintenance is over."),
    _Row(
        r"affinity rules|topology spread",
        "excluded by pod affinity, anti-affinity or spread rules",
        "Relax the rules of the VM, or add a node.",
    ),
    _Row(
        r"available persistent volumes|free storage|max volume count|no available disk|non-existent pv",
        "no volume that can be provided or attached",
        "Check the capacity and the health of the storage on these nodes (kubectl describe pvc).",
    ),
    _Row(
        r"ReadWriteOncePod",
        "a volume that another pod uses alone",
        "Stop the other user of the volume, or choose an access mode that can be shared.",
    ),
    _Row(r"(?P<what>.+)", "{what}", "Look at the launcher pod's events (kubectl describe pod)."),
)


def obstacles(text: str) -> list[Obstacle]:
    """Return why the nodes refuse, what most of them say first; empty if the text is no verdict on nodes."""
    verdict = text.partition(" preemption:")[0]
    found = [_obstacle(int(clause["nodes"]), clause["text"]) for clause in _CLAUSE.finditer(verdict)]
    # a missing /dev/kvm is the rarer sight and the deeper cause
    return sorted(found, key=lambda obstacle: (-obstacle.nodes, obstacle.code != "no_kvm_device"))


def _obstacle(nodes: int, text: str) -> Obstacle:
    for row in _ROWS[:-1]:
        found = re.search(row.pattern, text)
        if found:
            return Obstacle(
                nodes, row.code, row.words.format(**found.groupdict()), row.hint.format(**found.groupdict())
            )
    return Obstacle(nodes, "unschedulable", _ROWS[-1].words.format(what=text), _ROWS[-1].hint)


def summary(found: t.Sequence[Obstacle]) -> str:
    """Return ``too little free memory (2 nodes), cordoned (1 node)``."""
    return ", ".join(f"{item.words} ({item.nodes} {'node' if item.nodes == 1 else 'nodes'})" for item in found)
