# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of Kubernetes and of its nodes."""

from __future__ import annotations

import typing as t

from tests.unit.plan.cluster_checks.builders import NOW, Objects, condition, demands, moment
from tests.unit.plan.cluster_checks.faults import Fault, all_of, drop, one, put, ready

NODE, MODEL = "metadata.labels", "host-model-cpu.node.kubevirt.io"
OTHER = {f"{MODEL}/Cascadelake-Server": None, f"{MODEL}/EPYC": "true"}
SCHEDULABLE = "kubevirt.io/schedulable"


def another_processor(name: str, *, takes_ours: bool) -> t.Callable[[Objects], None]:
    """Give a node a processor that no other has; where it ``takes_ours``, VMs can come, but not leave."""

    def alter(objects: Objects) -> None:
        labels = one(objects, "nodes", name)["metadata"]["labels"]
        del labels[f"{MODEL}/Cascadelake-Server"]
        labels[f"{MODEL}/EPYC"] = "true"
        if not takes_ours:
            del labels["cpu-model-migration.node.kubevirt.io/Cascadelake-Server"]

    return alter


ALL = [
    Fault("k8s.version", "fail", "cluster", version="v1.27.9", wanted=demands(ignore=("kv.support", "node.kubelet"))),
    Fault(
        "node.kubelet", "warn", "w-1", put("nodes", "w-1", "status.nodeInfo.kubeletVersion", "v1.35.0"), says="newer"
    ),
    Fault(
        "node.kubelet", "warn", "w-1", put("nodes", "w-1", "status.nodeInfo.kubeletVersion", "v1.30.4"), says="too old"
    ),
    Fault("node.ready", "fail", "w-1", put("nodes", "w-1", "status.conditions", ready("False"))),
    Fault("node.ready", "fail", "cp-1", put("nodes", "cp-1", "status.conditions", ready("Unknown"))),
    Fault("node.cordoned", "warn", "w-1", put("nodes", "w-1", "spec.unschedulable", True)),
    Fault(
        "node.pressure",
        "warn",
        "w-2",
        put("nodes", "w-2", "status.conditions", [*ready("True"), condition("DiskPressure", "True")]),
        says="DiskPressure",
    ),
    Fault(
        "node.count",
        "fail",
        "cluster",
        all_of(drop("nodes", "w-1"), drop("nodes", "w-2")),
        says="1 node takes VMs (w-3), 2 are wanted",
    ),
    Fault("node.count", "fail", "cluster", wanted=demands(nodes=4), says="3 nodes take VMs"),
    Fault("node.schedulable", "warn", "w-3", put("nodes", "w-3", f"{NODE}.kubevirt,io/schedulable", "false")),
    Fault(
        "node.schedulable", "warn", "w-3", put("nodes", "w-3", f"{NODE}.kubevirt,io/schedulable", None), says="never"
    ),
    Fault(
        "node.handler",
        "warn",
        "w-1",
        put("nodes", "w-1", "metadata.annotations.kubevirt,io/heartbeat", moment(NOW - 600)),
        says="10 minutes",
    ),
    Fault("node.kvm", "fail", "w-1", put("nodes", "w-1", "status.allocatable.devices,kubevirt,io/kvm", "0")),
    Fault("node.kvm", "fail", "w-1", put("nodes", "w-1", "status.allocatable.devices,kubevirt,io/kvm", None)),
    Fault(
        "node.devices",
        "warn",
        "w-1",
        put("nodes", "w-1", "status.allocatable.devices,kubevirt,io/vhost-net", None),
        says="vhost-net",
    ),
    Fault("node.cpu_models", "fail", "cluster", another_processor("w-2", takes_ours=False), says="cannot leave w-2"),
    Fault(
        "node.cpu_models",
        "warn",
        "cluster",
        all_of(
            another_processor("w-1", takes_ours=True),
            another_processor("w-2", takes_ours=True),
            put("nodes", "w-3", f"{NODE}.cpu-model-migration,node,kubevirt,io/EPYC", None),
        ),
        says="from w-1 to w-3, w-2 to w-3",
    ),
    Fault(
        "node.cpu_models",
        "fail",
        "cluster",
        put("nodes", "w-2", f"{NODE}.host-model-required-features,node,kubevirt,io/avx512f", "true"),
        says="cannot leave w-2",
    ),
    Fault(
        "node.cpu_models",
        "fail",
        "cluster",
        put("kubevirts", "kubevirt", "spec.configuration.cpuModel", "EPYC"),
        says="cannot offer the model EPYC",
    ),
]
