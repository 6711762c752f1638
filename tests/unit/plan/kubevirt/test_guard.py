# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kinds keep KubeVirt and CDI where they are."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.guard import (
    ESTATES,
    guarded,
    kind_defined,
    lost_with,
)

Tree = dict[str, t.Any]
BY_KUBEVIRT = {"app.kubernetes.io/managed-by": "virt-operator"}
BY_CDI = {"operator.cdi.kubevirt.io/createVersion": "v1.65.0"}


def definition(group: str, kind: str, labels: Tree | None = None, *versions: Tree) -> Tree:
    names = {"kind": kind, "plural": f"{kind.lower()}s"}
    served = versions or ({"name": "v1", "served": True, "storage": True},)
    return {"metadata": {"labels": labels or {}}, "spec": {"group": group, "names": names, "versions": list(served)}}


@pytest.mark.parametrize(
    ("product", "found", "is_guarded"),
    [
        ("KubeVirt", definition("kubevirt.io", "VirtualMachine"), True),
        ("KubeVirt", definition("new.kubevirt.io", "Thing", BY_KUBEVIRT), True),
        ("KubeVirt", definition("pool.kubevirt.io", "VirtualMachinePool"), True),
        ("KubeVirt", definition("kubevirt.io", "KubeVirt"), False),
        ("KubeVirt", definition("cdi.kubevirt.io", "DataVolume"), False),
        ("KubeVirt", definition("ssp.kubevirt.io", "SSP"), False),
        ("CDI", definition("cdi.kubevirt.io", "DataVolume"), True),
        ("CDI", definition("new.example", "Thing", BY_CDI), True),
        ("CDI", definition("cdi.kubevirt.io", "StorageProfile"), False),
        ("CDI", definition("kubevirt.io", "VirtualMachine"), False),
    ],
)
def test_kinds_of_a_product_are_guarded(product: str, found: Tree, is_guarded: bool) -> None:
    assert bool(guarded(ESTATES[product], [found])) is is_guarded


def test_a_kind_is_asked_for_at_a_version_that_is_served() -> None:
    versions = (
        {"name": "v1alpha1", "served": True, "storage": False},
        {"name": "v1beta1", "served": True, "storage": True},
        {"name": "v2", "served": False, "storage": False},
    )
    assert kind_defined(definition("g", "K", None, *versions)) == Kind("g", "v1beta1", "ks", "K")


def test_a_kind_without_a_version_that_is_served_cannot_be_asked_for() -> None:
    assert kind_defined(definition("g", "K", None, {"name": "v1", "served": False, "storage": True})) is None


MIGRATION, CLONE, RESTORE = "VirtualMachineInstanceMigration", "VirtualMachineClone", "VirtualMachineRestore"
TYPE, PREFERENCE = "VirtualMachineClusterInstancetype", "VirtualMachineClusterPreference"


@pytest.mark.parametrize(
    ("kind", "item", "is_lost"),
    [
        ("VirtualMachine", {}, True),
        (TYPE, {"metadata": {"labels": BY_KUBEVIRT}}, False),
        (PREFERENCE, {"metadata": {"labels": BY_KUBEVIRT}}, False),
        (TYPE, {"metadata": {"labels": {"app.kubernetes.io/managed-by": "us"}}}, True),
        (TYPE, {}, True),
        # a label of users' own is no word of the operator
        ("VirtualMachine", {"metadata": {"labels": BY_KUBEVIRT}}, True),
        *((MIGRATION, {"status": {"phase": phase}}, False) for phase in ("Succeeded", "Failed")),
        *((MIGRATION, {"status": {"phase": phase}}, True) for phase in ("Pending", "Running", "")),
        (MIGRATION, {}, True),
        *((CLONE, {"status": {"phase": phase}}, False) for phase in ("Succeeded", "Failed")),
        *((CLONE, {"status": {"phase": phase}}, True) for phase in ("RestoreInProgress", "Unknown")),
        (RESTORE, {"status": {"complete": True}}, False),
        (RESTORE, {"status": {"complete": False}}, True),
        (RESTORE, {}, True),
        ("ObjectTransfer", {"status": {"phase": "Complete"}}, False),
        ("ObjectTransfer", {"status": {"phase": "Running"}}, True),
        ("DataVolume", {"status": {"phase": "Succeeded"}}, True),
        ("VirtualMachineSnapshot", {"status": {"phase": "Succeeded"}}, True),
        ("VirtualMachineInstance", {"status": {"phase": "Succeeded"}}, True),
    ],
)
def test_what_users_would_miss(kind: str, item: Tree, is_lost: bool) -> None:
    assert bool(lost_with(kind, [item])) is is_lost
