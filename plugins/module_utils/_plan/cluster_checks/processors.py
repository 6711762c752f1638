# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what the processors of the nodes have in common. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    Check,
    fail,
    good,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import MIGRATE
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding
    from ansible_collections.vmo.core.plugins.module_utils._model.node import Node
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground

    Findings = t.Iterator[Finding]

_HOST_MODEL = "host-model-cpu.node.kubevirt.io/"
_TARGET = "cpu-model-migration.node.kubevirt.io/"
_NEEDED = "host-model-required-features.node.kubevirt.io/"
_FEATURE = "cpu-feature.node.kubevirt.io/"
_MODEL = "cpu-model.node.kubevirt.io/"
HOST_MODEL, HOST_PASSTHROUGH = "host-model", "host-passthrough"


def labelled(node: Node, prefix: str) -> frozenset[str]:
    """Return what the labels of a kind name."""
    return frozenset(
        key[len(prefix) :] for key, value in node.labels.items() if key.startswith(prefix) and value == "true"
    )


def takes_over(source: Node, target: Node) -> bool:
    """Tell whether a VM with the processor of its host can move from one node to the other."""
    models, features = labelled(target, _TARGET) | labelled(target, _HOST_MODEL), labelled(target, _FEATURE)
    return labelled(source, _HOST_MODEL) <= models and labelled(source, _NEEDED) <= features


def _models(ground: Ground) -> Findings:
    hosts = ground.hosts
    if len(hosts) < 1 + 1:
        yield skip("There are no two nodes to compare.")
        return
    silent = [node.name for node in hosts if not labelled(node, _HOST_MODEL)]
    model = ground.configured("cpuModel") or HOST_MODEL
    if silent:
        yield unknown(f"No label tells the processor of {several(silent)}.", nodes=silent)
    elif model in (HOST_MODEL, HOST_PASSTHROUGH):
        yield from _of_hosts(hosts, model)
    else:
        without = [node.name for node in hosts if model not in labelled(node, _MODEL)]
        if without:
            yield fail(f"{several(without)} cannot offer the model {model} that KubeVirt is set to.", nodes=without)


def _of_hosts(hosts: t.Sequence[Node], model: str) -> Findings:
    common = sorted(frozenset.intersection(*(labelled(node, _MODEL) for node in hosts)))
    dead_ends = {
        node.name: [other.name for other in hosts if other is not node and not takes_over(node, other)]
        for node in hosts
    }
    stuck = [name for name, others in dead_ends.items() if len(others) == len(hosts) - 1]
    narrow = [f"{name} to {several(others)}" for name, others in dead_ends.items() if others]
    advice = f" All have {several(common)}." if common else " They have no model in common."
    if stuck:
        yield fail(f"VMs cannot leave {several(stuck)}: no other node has its processor.{advice}", nodes=stuck)
    elif narrow:
        yield warn(f"VMs cannot move from {several(narrow)}: other processors.{advice}", common=common)
    elif model == HOST_PASSTHROUGH and len({labelled(node, _HOST_MODEL) for node in hosts}) > 1:
        yield warn("Processors differ, and KubeVirt is set to host-passthrough.", common=common)
    else:
        yield good("VMs can move between all nodes that take VMs.", common=common)


CHECKS = (
    Check(
        "node.cpu_models",
        CLUSTER,
        "VMs find their processor on other nodes",
        FAIL,
        ("nodes.metadata.labels", "kubevirts.spec.configuration.cpuModel"),
        "Set cpuModel of KubeVirt, or of the VMs, to a model that all nodes have, or group nodes by processor.",
        _models,
        purposes=(MIGRATE,),
    ),
)
