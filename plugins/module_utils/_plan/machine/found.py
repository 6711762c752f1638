# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine as it is, and what there is around it: what plans are made from. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import text, tree, trees, whole
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree
    from ansible_collections.vmo.core.plugins.module_utils._model.network import Subnet, Vlan


@dataclass(frozen=True)
class FoundStorage:
    """How the disks are laid out; ``layout`` is flat, lvm, bcache, blank or custom. Sizes are bytes.

    ``disks`` maps the names of physical disks to their ids.
    """

    layout: str = "custom"
    root_device: str | None = None
    root_size: int | None = None
    boot_size: int | None = None
    vg_name: str | None = None
    lv_name: str | None = None
    lv_size: int | None = None
    boot_disk: str | None = None
    disks: t.Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Tree) -> FoundStorage:
        """Read the layout of a machine from where its root file system is: MAAS does not tell its name."""
        physical = trees(raw.get("physicalblockdevice_set") or raw.get("blockdevice_set"))
        own: dict[str, t.Any] = {
            "boot_disk": text(tree(raw, "boot_disk"), "name"),
            "disks": {text(disk, "name") or "?": whole(disk, "id") or 0 for disk in physical},
            "boot_size": next((whole(part, "size") for _disk, part in _mounted(physical, "/boot")), None),
        }
        for disk, part in _mounted(physical, "/"):
            is_flat = part is not disk
            root: dict[str, t.Any] = {"root_device": text(disk, "name"), "root_size": whole(part, "size")}
            return cls(layout="flat" if is_flat else "custom", **root, **own)
        for disk, volume in _mounted(trees(raw.get("virtualblockdevice_set")), "/"):
            return cls(**_virtual(raw, physical, disk, volume), **own)
        in_use = any(disk.get("filesystem") or disk.get("partitions") for disk in physical)
        return cls(layout="custom" if in_use else "blank", **own)


def _mounted(disks: t.Iterable[Tree], where: str) -> t.Iterator[tuple[Tree, Tree]]:
    """Yield a disk and what of it, itself or a partition, is mounted there."""
    for disk in disks:
        for part in (disk, *trees(disk.get("partitions"))):
            if tree(part, "filesystem").get("mount_point") == where:
                yield disk, part


def _virtual(raw: Tree, physical: t.Iterable[Tree], disk: Tree, volume: Tree) -> dict[str, t.Any]:
    if any(tree(each, "virtual_device").get("id") == disk.get("id") for each in trees(raw.get("bcaches"))):
        return {"layout": "bcache", "root_size": whole(volume, "size")}
    for group in trees(raw.get("volume_groups")):
        if any(each.get("id") == disk.get("id") for each in trees(group.get("logical_volumes"))):
            vg_name, name = text(group, "name") or "", text(disk, "name") or ""
            lv_name = name[len(vg_name) + 1 :] if name.startswith(f"{vg_name}-") else name
            device = _of_group(group, physical)
            names = {"vg_name": vg_name, "lv_name": lv_name, "root_device": device}
            return {"layout": "lvm", "lv_size": whole(disk, "size"), **names}
    return {"layout": "custom"}


def _of_group(group: Tree, physical: t.Iterable[Tree]) -> str | None:
    """Return the disk that a volume group is on, ``None`` where MAAS does not tell or there are several."""
    devices = {whole(each, "device_id") or whole(each, "id") for each in trees(group.get("devices"))}
    found = [text(disk, "name") for disk in physical if whole(disk, "id") in devices]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Found:
    """One machine. ``power`` are those of its power parameters that the task names; they are no secrets."""

    machine: Machine
    description: str = ""
    storage: FoundStorage = field(default_factory=FoundStorage)
    power: t.Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Tree, power: t.Mapping[str, str] | None = None) -> Found:
        """Read an item of ``machines/``."""
        description = raw.get("description")
        return cls(
            machine=Machine.of(raw),
            description=description if isinstance(description, str) else "",
            storage=FoundStorage.of(raw),
            power=power or {},
        )


@dataclass(frozen=True)
class Surroundings:
    """What else there is in MAAS; a tuple is empty where it was not needed and so not asked for.

    ``me`` is the user who asks. ``default_layout`` and ``boot_link`` are what commissioning leaves behind.
    """

    subnets: tuple[Subnet, ...] = ()
    vlans: tuple[Vlan, ...] = ()
    me: str | None = None
    default_layout: str = "flat"
    boot_link: str = "auto"

    def subnet(self, name: str) -> Subnet | None:
        """Return the subnet of that id, CIDR or name."""
        return next((each for each in self.subnets if name in (str(each.id), each.cidr, each.name)), None)

    def vlan(self, vid: int, fabric: str | None) -> Vlan | None:
        """Return the VLAN of that number; without a fabric, the only one that there is."""
        found = [each for each in self.vlans if each.vid == vid and fabric in (None, each.fabric)]
        return found[0] if len(found) == 1 else None
