# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block devices of a machine as MAAS knows them. Private to vmo.core."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree, positive, text, texts, tree, trees

# what a data disk may have lost to alignment and still be called whole
NEARLY_ALL = 0.98


@dataclass(frozen=True)
class Disk:
    """A block device; sizes are bytes. ``mounts`` are the mount points on it and on its partitions."""

    id: int | None
    name: str
    kind: str
    size: int | None
    available: int | None
    model: str | None
    path: str | None
    tags: tuple[str, ...]
    formatted: bool
    partitions: int
    mounts: tuple[str, ...]

    @classmethod
    def of(cls, raw: Tree) -> Disk:
        """Read a block device; whatever is absent is unknown."""
        filesystem = tree(raw, "filesystem")
        partitions = trees(raw.get("partitions"))
        systems = [filesystem, *(tree(partition, "filesystem") for partition in partitions)]
        mounts = (text(system, "mount_point") for system in systems)
        return cls(
            id=positive(raw, "id"),
            name=text(raw, "name") or "?",
            kind=text(raw, "type") or "physical",
            size=positive(raw, "size"),
            available=positive(raw, "available_size"),
            model=text(raw, "model"),
            path=text(raw, "id_path") or text(raw, "path"),
            tags=texts(raw.get("tags")),
            formatted=bool(filesystem),
            partitions=len(partitions),
            mounts=tuple(mount for mount in mounts if mount),
        )

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is on it, as far as MAAS knows."""
        if self.formatted or self.partitions:
            return False
        return self.available is None or self.size is None or self.available >= self.size * NEARLY_ALL
