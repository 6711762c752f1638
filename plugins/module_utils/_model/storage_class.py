# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A StorageClass with what CDI and the snapshot API know of it. Private to vmo.core."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree, text, texts, tree, trees

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_DEFAULT_OF_VMS = "storageclass.kubevirt.io/is-default-virt-class"
RWX = "ReadWriteMany"


@dataclass(frozen=True)
class StorageClass:
    """A StorageClass. ``access`` are pairs of access mode and volume mode, ``None`` where CDI has no profile of it."""

    name: str
    provisioner: str = ""
    is_default: bool = False
    is_default_of_vms: bool = False
    expands: bool = False
    waits: bool = False
    access: tuple[tuple[str, str], ...] | None = None
    clone_strategy: str | None = None

    @classmethod
    def of(cls, raw: Tree, profile: Tree | None) -> StorageClass:
        """Read a StorageClass and its StorageProfile."""
        metadata = tree(raw, "metadata")
        marks = tree(metadata, "annotations")
        status = tree(profile or {}, "status")
        sets = trees(status.get("claimPropertySets"))
        return cls(
            name=text(metadata, "name") or "?",
            provisioner=text(raw, "provisioner") or "",
            is_default=marks.get(_DEFAULT) == "true",
            is_default_of_vms=marks.get(_DEFAULT_OF_VMS) == "true",
            expands=raw.get("allowVolumeExpansion") is True,
            waits=raw.get("volumeBindingMode") == "WaitForFirstConsumer",
            access=None
            if profile is None
            else tuple(
                (mode, text(item, "volumeMode") or "Filesystem")
                for item in sets
                for mode in texts(item.get("accessModes"))
            ),
            clone_strategy=text(status, "cloneStrategy"),
        )

    @property
    def is_shared(self) -> bool:
        """Tell whether several nodes can use a volume at once, which live migration takes."""
        return any(mode == RWX for mode, _volume in self.access or ())
