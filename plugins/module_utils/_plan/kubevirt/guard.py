# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes with KubeVirt or CDI, and what has to be asked before it goes. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.kind import (
    API_SERVICE,
    MUTATING_WEBHOOKS,
    VALIDATING_WEBHOOKS,
    Kind,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

Tree = dict[str, t.Any]
BLOCKING_STRATEGY = "BlockUninstallIfWorkloadsExist"


class Estate(t.NamedTuple):
    """What belongs to a product.

    ``label``: what its operator writes on the kinds that it defines. ``groups``: those of its kinds, so that one
    without the label is not forgotten. ``brought``: the kinds of which the operator makes all objects.
    ``leftovers``: what may stay of an uninstallation that was interrupted.
    """

    label: str
    groups: frozenset[str]
    brought: tuple[str, ...]
    leftovers: tuple[tuple[Kind, tuple[str, ...]], ...]


_KUBEVIRTS = ("backup", "clone", "export", "instancetype", "migrations", "pool", "snapshot")
# what an operator itself made of a kind that users may use, too
_BROUGHT_LABEL = ("app.kubernetes.io/managed-by", "virt-operator")
_PARTLY_BROUGHT = ("VirtualMachineClusterInstancetype", "VirtualMachineClusterPreference")
# what only tells that something was done, by the field that says so: nobody loses data with it
_HISTORY: dict[str, tuple[str, tuple[t.Any, ...]]] = {
    "ObjectTransfer": ("status.phase", ("Complete",)),
    "VirtualMachineClone": ("status.phase", ("Succeeded", "Failed")),
    "VirtualMachineInstanceMigration": ("status.phase", ("Succeeded", "Failed")),
    "VirtualMachineRestore": ("status.complete", (True,)),
}
ESTATES = {
    "KubeVirt": Estate(
        label="app.kubernetes.io/managed-by=virt-operator",
        groups=frozenset({"kubevirt.io", *(f"{name}.kubevirt.io" for name in _KUBEVIRTS)}),
        brought=("KubeVirt",),
        leftovers=(
            (API_SERVICE, ("v1.subresources.kubevirt.io", "v1alpha3.subresources.kubevirt.io")),
            (VALIDATING_WEBHOOKS, ("virt-api-validator", "virt-operator-validator")),
            (MUTATING_WEBHOOKS, ("virt-api-mutator",)),
        ),
    ),
    "CDI": Estate(
        label="operator.cdi.kubevirt.io/createVersion",
        groups=frozenset({"cdi.kubevirt.io", "forklift.cdi.kubevirt.io"}),
        brought=("CDI", "CDIConfig", "StorageProfile"),
        leftovers=(
            (API_SERVICE, ("v1beta1.upload.cdi.kubevirt.io",)),
            (
                VALIDATING_WEBHOOKS,
                (
                    "cdi-api-dataimportcron-validate",
                    "cdi-api-datavolume-validate",
                    "cdi-api-populator-validate",
                    "cdi-api-validate",
                ),
            ),
            (MUTATING_WEBHOOKS, ("cdi-api-datavolume-mutate", "cdi-api-pvc-mutate")),
        ),
    ),
}


def guarded(estate: Estate, definitions: t.Iterable[Tree]) -> list[Tree]:
    """Return the definitions of the kinds of users' objects that go with a product, of all that a cluster has."""
    return [
        definition
        for definition in definitions
        if belongs(estate, definition) and name_defined(definition) not in estate.brought
    ]


def belongs(estate: Estate, definition: Tree) -> bool:
    """Tell whether a product defines this kind."""
    key, _equals, value = estate.label.partition("=")
    labels = dig(definition, "metadata.labels") or {}
    is_labelled = key in labels and (not value or labels[key] == value)
    return is_labelled or dig(definition, "spec.group") in estate.groups


def name_defined(definition: Tree) -> str:
    """Return the name of the kind that a CustomResourceDefinition defines."""
    return str(definition["spec"]["names"]["kind"])


def kind_defined(definition: Tree) -> Kind | None:
    """Return the kind that is defined, at a version that is served; ``None`` where none is, so nobody can look."""
    versions = [version for version in dig(definition, "spec.versions") or () if version.get("served")]
    if not versions:
        return None
    versions.sort(key=lambda version: not version.get("storage"))
    plural = definition["spec"]["names"]["plural"]
    return Kind(definition["spec"]["group"], versions[0]["name"], plural, name_defined(definition))


def lost_with(kind: str, objects: t.Iterable[Tree]) -> list[Tree]:
    """Return the objects of a kind that users would miss: neither brought by the operator nor mere history."""
    return [item for item in objects if not (_is_brought(kind, item) or _is_history(kind, item))]


def _is_brought(kind: str, item: Tree) -> bool:
    key, value = _BROUGHT_LABEL
    return kind in _PARTLY_BROUGHT and (dig(item, "metadata.labels") or {}).get(key) == value


def _is_history(kind: str, item: Tree) -> bool:
    field, ends = _HISTORY.get(kind, ("", ()))
    return bool(field) and dig(item, field) in ends
