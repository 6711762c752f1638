# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else manages the objects, and what needs a feature gate."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.kind import SNAPSHOT, VM, VMI
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.dependants import (
    USES,
    dependants,
    kinds_that_need,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.owner import appliers_of, owner_of, writers_of
from tests.unit.plan.kubevirt.builders import a_kubevirt

Tree = dict[str, t.Any]


@pytest.mark.parametrize(
    ("metadata", "by", "name"),
    [
        ({}, None, ""),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, "helm", "release unknown in namespace unknown"),
        (
            {"annotations": {"meta.helm.sh/release-name": "virtual-machine-orche-x"}},
            "palette",
            "virtual-machine-orche-x",
        ),
        ({"labels": {"app.kubernetes.io/managed-by": "vmo-manager"}}, "palette", "vmo-manager"),
        ({"annotations": {"spectrocloud.com/pack": "x"}}, "palette", "vmo-manager"),
        (
            {"managedFields": [{"manager": "vmo-manager", "operation": "Apply", "fieldsV1": {"f:spec": {}}}]},
            "palette",
            "vmo-manager",
        ),
        ({"ownerReferences": [{"kind": "HyperConverged", "name": "hco"}]}, "hyperconverged", "hco"),
        ({"annotations": {"argocd.argoproj.io/tracking-id": "shop:kubevirt.io/KubeVirt:a/b"}}, "argocd", "shop"),
        (
            {"labels": {"kustomize.toolkit.fluxcd.io/name": "virt", "kustomize.toolkit.fluxcd.io/namespace": "flux"}},
            "flux",
            "flux/virt",
        ),
        # a Helm release that Flux made is Flux's
        (
            {
                "labels": {"helm.toolkit.fluxcd.io/name": "virt", "app.kubernetes.io/managed-by": "Helm"},
                "annotations": {"meta.helm.sh/release-name": "virt"},
            },
            "flux",
            "virt",
        ),
    ],
)
def test_an_owner_is_recognized(metadata: Tree, by: str | None, name: str) -> None:
    found = a_kubevirt()
    found["metadata"].update(metadata)
    owner = owner_of(found)
    assert (owner and owner.by) == by
    if owner is not None:
        assert name in owner.name
        assert owner.name in owner.sentence
        assert owner.advice


def test_appliers_of_what_changes_and_writers() -> None:
    found = a_kubevirt()
    fields: Tree = {
        "f:spec": {"f:configuration": {"f:developerConfiguration": {"f:featureGates": {}}, "f:migrations": {}}}
    }
    status = {"manager": "virt-operator", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {}}}
    update = {"manager": "somebody", "operation": "Update", "time": "t", "fieldsV1": fields}
    apply = {"manager": "argo", "operation": "Apply", "time": "t", "fieldsV1": fields}
    found["metadata"]["managedFields"] = [status, update, apply]
    assert [writer["name"] for writer in writers_of(found)] == ["somebody", "argo"]

    def appliers(configuration: Tree) -> list[str]:
        return appliers_of(found, {"metadata": {"resourceVersion": "1"}, "spec": {"configuration": configuration}})

    assert appliers({"developerConfiguration": {"featureGates": ["A"]}}) == ["argo"]
    # who owns a struct as a whole owns what is in it
    assert appliers({"migrations": {"bandwidthPerMigration": "1Gi"}}) == ["argo"]
    assert appliers({"migrations": None}) == ["argo"]
    assert appliers({"developerConfiguration": {"cpuAllocationRatio": 8}}) == []


def a_vm(**spec: t.Any) -> Tree:
    domain = spec.pop("domain", {})
    metadata = spec.pop("metadata", {})
    template = {"metadata": metadata, "spec": {"domain": domain, **spec}}
    return {"kind": "VirtualMachine", "metadata": {"name": "a", "namespace": "shop"}, "spec": {"template": template}}


def devices(**more: t.Any) -> Tree:
    return {"domain": {"devices": more}}


USED: dict[str, Tree] = {
    "CPUManager": {"domain": {"cpu": {"dedicatedCpuPlacement": True}}},
    "DeclarativeHotplugVolumes": devices(disks=[{"name": "cd", "cdrom": {"bus": "sata"}}]),
    "DownwardMetrics": devices(downwardMetrics={}),
    "EnableVirtioFsConfigVolumes": devices(filesystems=[{"name": "a", "virtiofs": {}}]),
    "EnableVirtioFsStorageVolumes": devices(filesystems=[{"name": "a", "virtiofs": {}}]),
    "ExperimentalIgnitionSupport": {"metadata": {"annotations": {"kubevirt.io/ignitiondata": "{}"}}},
    "ExperimentalVirtiofsSupport": devices(filesystems=[{"name": "a", "virtiofs": {}}]),
    "HostDevices": devices(hostDevices=[{"name": "a", "deviceName": "b"}]),
    "HostDisk": {"volumes": [{"name": "a", "hostDisk": {}}]},
    "HotplugVolumes": {"volumes": [{"name": "a", "dataVolume": {"name": "b", "hotpluggable": True}}]},
    "NetworkBindingPlugins": devices(interfaces=[{"name": "a", "binding": {"name": "passt"}}]),
    "PanicDevices": devices(panicDevices=[{"model": "isa"}]),
    "PersistentReservation": devices(disks=[{"name": "a", "lun": {"reservation": True}}]),
    "RebootPolicy": {"domain": {"rebootPolicy": "Terminate"}},
    "Sidecar": {"metadata": {"annotations": {"hooks.kubevirt.io/hookSidecars": "[]"}}},
    "UtilityVolumes": {"utilityVolumes": [{"name": "a"}]},
    "VMPersistentState": devices(tpm={"persistent": True}),
    "VSOCK": devices(autoattachVSOCK=True),
    "VideoConfig": devices(video={"type": "vga"}),
    "WorkloadEncryptionSEV": {"domain": {"launchSecurity": {"sev": {}}}},
    "WorkloadEncryptionTDX": {"domain": {"launchSecurity": {"tdx": {}}}},
}


@pytest.mark.parametrize("gate", USED)
def test_a_vm_needs_a_gate(gate: str) -> None:
    idle = a_vm(
        domain={"devices": {"tpm": {}, "disks": [{"name": "a", "cdrom": {}}], "interfaces": [{"name": "a"}]}},
        volumes=[{"name": "a", "containerDisk": {}}],
    )
    assert VM in kinds_that_need([gate])
    assert dependants(gate, {VM: [idle]}) == []
    assert dependants(gate, {VM: [idle, a_vm(**copy.deepcopy(USED[gate]))]}) == ["VirtualMachine shop/a"]


def test_other_things_need_gates() -> None:
    attached = {
        "kind": "VirtualMachineInstance",
        "metadata": {"name": "a", "namespace": "shop"},
        "status": {"volumeStatus": [{"name": "root"}, {"name": "data", "hotplugVolume": {}}]},
    }
    assert dependants("HotplugVolumes", {VMI: [attached]}) == ["VirtualMachineInstance shop/a"]
    snapshot = {"kind": "VirtualMachineSnapshot", "metadata": {"name": "s", "namespace": "shop"}}
    assert dependants("Snapshot", {SNAPSHOT: [snapshot]}) == ["VirtualMachineSnapshot shop/s"]
    moving = {**a_vm(), "status": {"volumeUpdateState": {"volumeMigrationState": {"migratedVolumes": []}}}}
    assert dependants("VolumeMigration", {VM: [moving, a_vm()]}) == ["VirtualMachine shop/a"]


def test_finished_restores_and_clones_need_nothing() -> None:
    kinds = {kind.name: kind for kind in kinds_that_need(["Snapshot"])}
    assert set(kinds) == {"VirtualMachineSnapshot", "VirtualMachineRestore", "VirtualMachineClone"}

    def one(kind: str, **status: t.Any) -> Tree:
        return {"kind": kind, "metadata": {"name": "x", "namespace": "shop"}, "status": status}

    restore, clone = kinds["VirtualMachineRestore"], kinds["VirtualMachineClone"]
    assert dependants("Snapshot", {restore: [one(restore.name, complete=True)]}) == []
    assert dependants("Snapshot", {restore: [one(restore.name, complete=False)]}) == ["VirtualMachineRestore shop/x"]
    assert dependants("Snapshot", {clone: [one(clone.name, phase="Succeeded")]}) == []
    assert dependants("Snapshot", {clone: [one(clone.name, phase="SnapshotInProgress")]})


def test_every_use_is_tested() -> None:
    elsewhere = {"IncrementalBackup", "Snapshot", "VMExport", "VolumeMigration", "VolumesUpdateStrategy"}
    assert set(USES) == set(USED) | elsewhere
