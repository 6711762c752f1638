# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of KubeVirt and CDI."""

from __future__ import annotations

import typing as t

from tests.unit.plan.cluster_checks.builders import (
    Objects,
    Tree,
    a_class,
    a_profile,
    condition,
    demands,
    named,
)
from tests.unit.plan.cluster_checks.faults import ABSENT, Fault, add, all_of, drop, empty, kubevirt, one, put


def operator(kind: str, *conditions: Tree, phase: str = "Deployed") -> t.Callable[[Objects], None]:
    """Let KubeVirt or CDI say something else of itself."""
    name = kind.removesuffix("s").replace("kubevirts", "kubevirt")

    def alter(objects: Objects) -> None:
        status = one(objects, kind, name)["status"]
        status["phase"] = phase
        status["conditions"] = [
            *conditions,
            *(it for it in status["conditions"] if it["type"] not in _types(conditions)),
        ]

    return alter


def _types(conditions: t.Iterable[Tree]) -> set[str]:
    return {item["type"] for item in conditions}


STUCK = condition("Synchronized", "False", "no permission to create Role")
GATES = "spec.configuration.developerConfiguration.featureGates"
ALL = [
    Fault("kv.installed", "fail", "cluster", gaps={"kubevirts": ABSENT}, says="not installed"),
    Fault("kv.installed", "fail", "cluster", empty("kubevirts"), says="no KubeVirt object"),
    Fault(
        "kv.installed",
        "fail",
        "cluster",
        add("kubevirts", named("second", "other")),
        says="2 KubeVirt objects (kubevirt/kubevirt, other/second)",
    ),
    Fault("kv.healthy", "fail", "cluster", operator("kubevirts", STUCK), says="no permission to create Role"),
    Fault("kv.healthy", "fail", "cluster", operator("kubevirts", phase="Deploying"), says="in phase Deploying"),
    Fault("kv.healthy", "fail", "cluster", operator("kubevirts", condition("Available", "False", "no pod."))),
    Fault("kv.healthy", "fail", "cluster", operator("kubevirts", condition("Degraded", "True"))),
    Fault(
        "kv.healthy",
        "warn",
        "cluster",
        operator("kubevirts", condition("Degraded", "True"), condition("Progressing", "True", "Update in progress")),
        says="rolled out: Update in progress",
    ),
    Fault(
        "kv.healthy",
        "warn",
        "cluster",
        all_of(kubevirt("status.observedGeneration", 3), kubevirt("metadata.generation", 4)),
        says="its last change",
    ),
    Fault(
        "kv.version",
        "fail",
        "cluster",
        all_of(
            kubevirt("status.observedKubeVirtVersion", "v1.3.2"), kubevirt("status.targetKubeVirtVersion", "v1.3.2")
        ),
        wanted=demands(ignore=("kv.support",)),
        says="KubeVirt is 1.3, 1.4 is wanted",
    ),
    Fault("kv.version", "warn", "cluster", kubevirt("status.targetKubeVirtVersion", "v1.8.4"), says="should be v1.8.4"),
    Fault(
        "kv.support",
        "warn",
        "cluster",
        version="v1.37.0",
        wanted=demands(ignore=("node.kubelet",)),
        says="1.33 to 1.36",
    ),
    Fault(
        "kv.support",
        "warn",
        "cluster",
        version="v1.31.0",
        wanted=demands(ignore=("node.kubelet",)),
        says="this is 1.31",
    ),
    Fault("kv.components", "fail", "virt-api", drop("deployments", "virt-api"), says="no Deployment"),
    Fault("kv.components", "fail", "virt-api", put("deployments", "virt-api", "status.availableReplicas", None)),
    Fault("kv.components", "warn", "virt-api", put("deployments", "virt-api", "status.availableReplicas", 1)),
    Fault("kv.components", "warn", "virt-handler", put("daemonsets", "virt-handler", "status.numberReady", 2)),
    Fault("kv.components", "fail", "virt-handler", drop("daemonsets", "virt-handler")),
    Fault(
        "kv.api",
        "fail",
        "v1.subresources.kubevirt.io",
        put(
            "apiservices",
            "v1.subresources.kubevirt.io",
            "status.conditions",
            [condition("Available", "False", "no response")],
        ),
        says="no response",
    ),
    Fault("kv.api", "fail", "cluster", drop("apiservices", "v1.subresources.kubevirt.io")),
    Fault("kv.emulation", "warn", "cluster", kubevirt("spec.configuration.developerConfiguration.useEmulation", True)),
    Fault("kv.gates", "fail", "cluster", kubevirt(GATES, ["HotplugVolumes"]), says="snapshot needs Snapshot"),
    Fault("kv.gates", "fail", "cluster", kubevirt(GATES, ["Snapshot"]), says="HotplugVolumes or Declarative"),
    Fault(
        "kv.outdated", "warn", "cluster", kubevirt("status.outdatedVirtualMachineInstanceWorkloads", 3), says="3 VMs"
    ),
    Fault("kv.state_storage", "fail", "cluster", kubevirt("spec.configuration.vmStateStorageClass", "gone")),
    Fault(
        "kv.state_storage",
        "fail",
        "cluster",
        all_of(
            kubevirt("spec.configuration.vmStateStorageClass", "blocks"),
            add("storageclasses", a_class("blocks", "blocks.example")),
            add("storageprofiles", a_profile("blocks", ("ReadWriteMany", "Block"))),
        ),
        says="no file systems",
    ),
    Fault("cdi.installed", "fail", "cluster", gaps={"cdis": ABSENT}),
    Fault("cdi.installed", "warn", "cluster", empty("cdis"), wanted=demands(purposes=("run", "migrate"))),
    Fault("cdi.healthy", "fail", "cluster", operator("cdis", phase="Error"), says="in phase Error"),
    Fault(
        "cdi.version",
        "warn",
        "cluster",
        all_of(
            put("cdis", "cdi", "status.observedVersion", "v1.60.3"), put("cdis", "cdi", "status.targetVersion", None)
        ),
    ),
    Fault("cdi.version", "warn", "cluster", put("cdis", "cdi", "status.targetVersion", "v1.66.0")),
    Fault("cdi.api", "fail", "cluster", drop("apiservices", "v1beta1.upload.cdi.kubevirt.io")),
    Fault("cdi.exposed", "warn", "cluster", put("cdiconfigs", "config", "status.uploadProxyURL", None)),
    Fault("cdi.scratch", "fail", "cluster", put("cdiconfigs", "config", "status.scratchSpaceStorageClass", "gone")),
]
