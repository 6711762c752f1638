# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What still needs a golden image. Private to vmo.core.

A VM whose disk was copied from the image needs it no more; one that uses its volume as a disk does, and so does
whatever copies it now or may copy it any time: a copy that is not done, a DataSource, a template.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import is_filled
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import trees
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.image.companions import is_own

if t.TYPE_CHECKING:
    from collections.abc import Iterator

Tree = dict[str, t.Any]
Place = tuple[str, str]


@dataclass(frozen=True)
class Surroundings:
    """The objects that may need an image, as far as they could be read."""

    vms: t.Sequence[Tree] = ()
    volumes: t.Sequence[Tree] = ()
    data_sources: t.Sequence[Tree] = ()
    templates: t.Sequence[Tree] = ()


def own_data_sources(around: Surroundings, images: t.Collection[Place]) -> list[Tree]:
    """Return the DataSources that this collection made for an image, and that still point to it."""
    return [item for item in around.data_sources if is_own(item) and _aims_at(item, images)]


def users_of(around: Surroundings, images: t.Collection[Place], own: t.Collection[Place] = ()) -> list[str]:
    """Return what needs the volumes ``images``, each as ``Kind namespace/name``; ``own`` DataSources go with them."""
    sources = {_place(item) for item in around.data_sources if _aims_at(item, images)} | set(own)
    aims = _Aims(images, sources)
    filled = {_place(volume) for volume in around.volumes if is_filled(volume)}
    found: dict[str, None] = {}
    for vm in around.vms:
        if aims.mounted_by(vm) or aims.to_be_copied_by(vm, filled):
            found[_name(vm)] = None
    for volume in around.volumes:
        if _place(volume) in images or is_filled(volume) or not aims.at(volume.get("spec"), _place(volume)[0]):
            continue
        if f"VirtualMachine {_place(volume)[0]}/{_owner(volume)}" not in found:
            found[_name(volume)] = None
    for item in around.data_sources:
        if _place(item) in sources and _place(item) not in own:
            found[_name(item)] = None
    for template in around.templates:
        if aims.named_in(template):
            found[_name(template)] = None
    return list(found)


@dataclass(frozen=True)
class _Aims:
    images: t.Collection[Place]
    sources: t.Collection[Place]

    def at(self, spec: t.Any, namespace: str) -> bool:
        """Tell whether a DataVolume of this spec is a copy of an image."""
        claim = dig(spec, "source.pvc")
        if isinstance(claim, dict) and (claim.get("namespace") or namespace, claim.get("name")) in self.images:
            return True
        source = dig(spec, "sourceRef")
        return isinstance(source, dict) and (source.get("namespace") or namespace, source.get("name")) in self.sources

    def mounted_by(self, vm: Tree, spec: str = "spec.template.spec") -> bool:
        namespace = _place(vm)[0]
        for volume in trees(dig(vm, f"{spec}.volumes")):
            claim = dig(volume, "dataVolume.name") or dig(volume, "persistentVolumeClaim.claimName")
            if (namespace, claim) in self.images:
                return True
        return False

    def to_be_copied_by(self, vm: Tree, filled: t.Collection[Place]) -> bool:
        namespace = _place(vm)[0]
        return any(
            self.at(item.get("spec"), namespace) and (namespace, dig(item, "metadata.name")) not in filled
            for item in trees(dig(vm, "spec.dataVolumeTemplates"))
        )

    def named_in(self, template: Tree) -> bool:
        """Tell whether VMs from a template begin as copies of an image, or use its volume."""
        return any(
            self.mounted_by({"metadata": template.get("metadata", {}), "spec": spec})
            or any(self.at(item.get("spec"), _place(template)[0]) for item in trees(spec.get("dataVolumeTemplates")))
            for spec in _machine_specs(template)
        )


def _machine_specs(template: Tree) -> Iterator[Tree]:
    for path in ("spec", "spec.virtualMachine.spec"):
        spec = dig(template, path)
        if isinstance(spec, dict):
            yield spec


def _aims_at(data_source: Tree, images: t.Collection[Place]) -> bool:
    claim = dig(data_source, "spec.source.pvc")
    if not isinstance(claim, dict):
        return False
    return (claim.get("namespace") or _place(data_source)[0], claim.get("name")) in images


def _place(found: Tree) -> Place:
    return str(dig(found, "metadata.namespace") or ""), str(dig(found, "metadata.name"))


def _name(found: Tree) -> str:
    return f"{found.get('kind')} " + "/".join(filter(None, _place(found)))


def _owner(volume: Tree) -> str | None:
    owners = trees(dig(volume, "metadata.ownerReferences"))
    return next((str(owner.get("name")) for owner in owners if owner.get("kind") == "VirtualMachine"), None)
