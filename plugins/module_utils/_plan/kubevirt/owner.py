# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who else says what KubeVirt's and CDI's own objects shall be. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

Tree = dict[str, t.Any]
HELM, PALETTE, HCO, ARGO_CD, FLUX = "helm", "palette", "hyperconverged", "argocd", "flux"
# the chart of Palette's pack, of which Palette cuts the name of the release
_PALETTE_RELEASE = "virtual-machine-orch"
_PALETTE_WRITERS = ("vmo-manager", "palette", "spectro")
_RELEASE, _RELEASE_NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
_MANAGED_BY = "app.kubernetes.io/managed-by"
_FLUX = ("helm.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io")
_ARGO_CD = "argocd.argoproj.io/tracking-id"
_PACK = "charts.virtual-machine-orchestrator."


class Owner(t.NamedTuple):
    """Who keeps an object as it is: ``by`` is a word for it, ``name`` its own, ``advice`` tells where to change it."""

    by: str
    name: str
    advice: str

    @property
    def sentence(self) -> str:
        """Return who it is, for a message."""
        called = {
            HELM: "Helm",
            PALETTE: "Palette VMO",
            HCO: "the HyperConverged operator",
            ARGO_CD: "Argo CD",
            FLUX: "Flux",
        }.get(self.by, self.by)
        return f"{called} ({self.name})" if self.name else called


def owner_of(found: Tree) -> Owner | None:
    """Return who manages an object by its labels, annotations, owners and writers, ``None`` if nobody does."""
    labels = dig(found, "metadata.labels") or {}
    annotations = dig(found, "metadata.annotations") or {}
    release = annotations.get(_RELEASE) or ""
    for owner in dig(found, "metadata.ownerReferences") or ():
        if owner.get("kind") == "HyperConverged":
            return _hyperconverged(str(owner.get("name")))
    if labels.get(_MANAGED_BY) == "hco-operator":
        return _hyperconverged("kubevirt-hyperconverged")
    if release.startswith(_PALETTE_RELEASE) or _is_palettes(found, labels, annotations):
        return _palette(found, release)
    for key in _FLUX:
        if f"{key}/name" in labels:
            name = f"{labels.get(f'{key}/namespace', '')}/{labels[f'{key}/name']}".lstrip("/")
            return Owner(FLUX, name, "change what Flux applies, or suspend it")
    if _ARGO_CD in annotations:
        application = str(annotations[_ARGO_CD]).partition(":")[0]
        return Owner(ARGO_CD, application, "change what the application is made of")
    if release or labels.get(_MANAGED_BY) == "Helm":
        name = f"release {release or 'unknown'} in namespace {annotations.get(_RELEASE_NAMESPACE, 'unknown')}"
        return Owner(HELM, name, "change the values of the release, too")
    return None


def _hyperconverged(name: str) -> Owner:
    return Owner(
        HCO,
        name,
        "the operator undoes changes of the object: change the HyperConverged object; what it has no field for goes "
        "into its annotations kubevirt.kubevirt.io/jsonpatch and containerizeddataimporter.kubevirt.io/jsonpatch",
    )


def _is_palettes(found: Tree, labels: Tree, annotations: Tree) -> bool:
    if labels.get(_MANAGED_BY) == "vmo-manager":
        return True
    if any("spectrocloud.com/" in key for key in (*labels, *annotations)):
        return True
    return any(str(entry.get("manager", "")).startswith(_PALETTE_WRITERS) for entry in _entries(found))


def _palette(found: Tree, release: str) -> Owner:
    values = "cdi.cdiResource" if found["kind"] == "CDI" else "kubevirt.kubevirtResource"
    return Owner(
        PALETTE,
        f"release {release}" if release else "vmo-manager",
        f"change {_PACK}{values} in the values of the pack, too, or the next update of the profile may undo it",
    )


def writers_of(found: Tree) -> list[Tree]:
    """Return who has written an object, those of its status alone left out: name, operation and time."""
    return [
        {"name": entry.get("manager", ""), "operation": entry.get("operation", ""), "time": entry.get("time", "")}
        for entry in _entries(found)
    ]


def appliers_of(found: Tree, patch: Tree) -> list[str]:
    """Return who applies a field that a patch changes, and so brings it back the next time."""
    paths = list(_paths({field: value for field, value in patch.items() if field != "metadata"}))
    return sorted(
        {
            str(entry.get("manager"))
            for entry in _entries(found)
            if entry.get("operation") == "Apply" and any(_owns(entry.get("fieldsV1") or {}, path) for path in paths)
        }
    )


def _entries(found: Tree) -> list[Tree]:
    entries = dig(found, "metadata.managedFields") or ()
    return [
        entry for entry in entries if entry.get("subresource") != "status" and "f:spec" in entry.get("fieldsV1", {})
    ]


def _paths(tree: Tree) -> t.Iterator[tuple[str, ...]]:
    for field, value in tree.items():
        if isinstance(value, dict) and value:
            for rest in _paths(value):
                yield (field, *rest)
        else:
            yield (field,)


def _owns(fields: Tree, path: tuple[str, ...]) -> bool:
    for step in path:
        if f"f:{step}" not in fields:
            return False
        fields = fields[f"f:{step}"]
        if not fields:
            return True
    return True
