# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block devices and storage layouts: flat, LVM and blank."""

from __future__ import annotations

import typing as t
import uuid

from tests.sim.maas.machine_documents import ALIGNMENT, disk
from tests.sim.maas.model import STATUS, Disk, Machine, Object, Partition
from tests.sim.maas.wire import ROUTES, Call, invalid, missing, refuse, state_violation

if t.TYPE_CHECKING:
    from tests.sim.maas.world import World

EFI_SIZE, ROOT_MINIMUM = 512 * 2**20, 3 * 2**30
_LAYOUTS = ("flat", "lvm", "bcache", "vmfs6", "vmfs7", "custom", "blank")


def new_uuid(world: World) -> str:
    """The same one in each run of the same requests."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(world.new_id())))


def filesystem(world: World, kind: str, label: str, mount_point: str | None) -> Object:
    found = {"fstype": kind, "label": label, "uuid": new_uuid(world), "mount_point": mount_point}
    return {**found, "mount_options": None}


def boot_disk(machine: Machine) -> Disk | None:
    physical = [found for found in machine.disks if found.type == "physical"]
    return next((found for found in physical if found.id == machine.boot_disk), physical[0] if physical else None)


def apply(world: World, machine: Machine, layout: str, root_size: int | None = None, root: Disk | None = None) -> None:
    """Throw every storage configuration away, and lay the root disk out anew."""
    machine.disks = [found for found in machine.disks if found.type == "physical"]
    for found in machine.disks:
        found.partitions, found.filesystem = [], None
    machine.layout = layout
    boot, root = boot_disk(machine), root or boot_disk(machine)
    if boot is None or root is None or layout == "blank":
        return
    efi = filesystem(world, "fat32", "efi", "/boot/efi")
    boot.partitions = [Partition(world.new_id(), EFI_SIZE, new_uuid(world), bootable=True, filesystem=efi)]
    left = (root.size // ALIGNMENT - 1) * ALIGNMENT - (EFI_SIZE if root is boot else 0)
    size = min(root_size or left, left)
    whole = Partition(world.new_id(), left if layout == "lvm" else size, new_uuid(world))
    root.partitions.append(whole)
    if layout == "lvm":
        volume = Disk(world.new_id(), "vgroot-lvroot", size // ALIGNMENT * ALIGNMENT, [], type="virtual")
        volume.filesystem = filesystem(world, "ext4", "root", "/")
        machine.disks.append(volume)
    else:
        whole.filesystem = filesystem(world, "ext4", "root", "/")


@ROUTES.on("POST machines/{system_id}/ set_storage_layout")
def set_storage_layout(call: Call, system_id: str) -> Machine:
    machine = call.machine(system_id, "admin")
    if machine.status != STATUS["ready"]:
        raise state_violation("Cannot change the storage layout on a machine that is not Ready.")
    layout = call.data.get("storage_layout")
    if not layout:
        raise invalid({"storage_layout": "This field is required."})
    if layout not in _LAYOUTS:
        choices = ", ".join(f"'{name}'" for name in _LAYOUTS)
        text = f"'{layout}' is not a valid storage layout. It should be one of: {choices}."
        raise invalid({"storage_layout": text})
    if layout not in ("flat", "lvm", "blank"):
        raise refuse(501, f"This simulator has no layout '{layout}'.")
    if boot_disk(machine) is None:
        raise refuse(400, "Machine is missing a boot disk; no storage layout can be applied.")
    size = call.data.number("root_size") or call.data.number("lv_size")
    if size is not None and size < ROOT_MINIMUM:
        raise invalid({"root_size": f"Size is too small. Minimum size is {ROOT_MINIMUM}."})
    root = None
    if call.data.get("root_device"):
        root = machine.disk(call.data.get("root_device"))
        if root is None:
            raise invalid({"root_device": f"'{call.data.get('root_device')}' is not a valid root_device."})
    apply(call.world, machine, layout, size, root)
    return machine


@ROUTES.on("GET nodes/{system_id}/blockdevices/")
def list_disks(call: Call, system_id: str) -> list[Object]:
    machine = call.machine(system_id)
    return [_alone(machine, found) for found in machine.disks] if machine.commissioned else []


def _alone(machine: Machine, found: Disk) -> Object:
    """Outside of a machine it lacks its firmware."""
    return {name: value for name, value in disk(machine, found).items() if name != "firmware_version"}


def _disk(call: Call, system_id: str, disk_id: str, right: str) -> tuple[Machine, Disk]:
    machine = call.machine(system_id, right)
    found = machine.disk(disk_id)
    if found is None:
        raise missing("BlockDevice")
    return machine, found


@ROUTES.on("GET nodes/{system_id}/blockdevices/{disk_id}/")
def read_disk(call: Call, system_id: str, disk_id: str) -> Object:
    return _alone(*_disk(call, system_id, disk_id, "view"))


@ROUTES.on("POST nodes/{system_id}/blockdevices/{disk_id}/ set_boot_disk")
def set_boot_disk(call: Call, system_id: str, disk_id: str) -> str:
    machine, found = _disk(call, system_id, disk_id, "admin")
    if machine.status not in (STATUS["ready"], STATUS["allocated"]):
        raise state_violation("Cannot set as boot disk for a machine that is not Ready or Allocated.")
    machine.boot_disk = found.id
    return "OK"


@ROUTES.on("POST nodes/{system_id}/blockdevices/{disk_id}/ add_tag")
def add_disk_tag(call: Call, system_id: str, disk_id: str) -> Object:
    machine, found = _disk(call, system_id, disk_id, "admin")
    if call.post.get("tag") not in found.tags:
        found.tags.append(call.post.get("tag"))
    return disk(machine, found)


@ROUTES.on("POST nodes/{system_id}/blockdevices/{disk_id}/ remove_tag")
def remove_disk_tag(call: Call, system_id: str, disk_id: str) -> Object:
    machine, found = _disk(call, system_id, disk_id, "admin")
    found.tags = [tag for tag in found.tags if tag != call.post.get("tag")]
    return disk(machine, found)
