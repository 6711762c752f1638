# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.6: disks. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    FAIL,
    MACHINE,
    WARN,
    Check,
    Finding,
    fail,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text, trees, whole
from ansible_collections.vmo.core.plugins.module_utils._model.machine import DEGRADED, SCRIPT_FAILED, TIMED_OUT
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import gb, odd_ones
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.disk import Disk
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
SAN = re.compile(r"mpath|multipath|-fc-|-iscsi-|-lun-|dm-uuid", re.IGNORECASE)
SAN_MODEL = re.compile(
    r"\blun\b|lio-org|3pardata|flasharray|netapp|powermax|symmetrix|equallogic|compellent|storwize", re.IGNORECASE
)
# what makers call the same size differs this much
NEARLY = 0.97


def _boot_disk(machine: Machine, ground: Ground) -> Findings:
    wanted, better = ground.role.boot_disk, ground.role.boot_disk_recommended
    disk = machine.boot_disk
    if disk is None and not machine.tells("boot_disk"):
        yield unknown("MAAS does not tell the boot disk.")
    elif disk is None:
        if not ground.demands.in_memory:
            yield fail("has no boot disk.", lack="a boot disk")
    elif wanted is None and better is None:
        return
    elif disk.size is None:
        yield unknown("MAAS does not know the size of the boot disk.")
    elif wanted is not None and disk.size < wanted * NEARLY:
        yield fail(
            f"Its boot disk {disk.name} has {gb(disk.size)}, {gb(wanted)} are wanted.",
            lack=f"a boot disk of {gb(wanted)}",
            bytes=disk.size,
        )
    elif better is not None and disk.size < better * NEARLY:
        yield warn(f"Its boot disk {disk.name} has {gb(disk.size)}; {gb(better)} are recommended.", bytes=disk.size)


def _boot_ssd(machine: Machine, _ground: Ground) -> Findings:
    disk = machine.boot_disk
    if disk is None:
        yield skip("There is no boot disk to judge.")
    elif "rotary" in disk.tags:
        yield warn(f"Its boot disk {disk.name} is rotary.", disk=disk.name)
    elif not disk.tags:
        yield unknown("MAAS does not tell what kind of disk the boot disk is.")


def _boot_san(machine: Machine, _ground: Ground) -> Findings:
    disk = machine.boot_disk
    if disk is None:
        yield skip("There is no boot disk to judge.")
    elif "multipath" in disk.tags or SAN.search(disk.path or "") or SAN_MODEL.search(disk.model or ""):
        yield warn(f"boots from a SAN ({disk.model or disk.path or disk.name}).", disk=disk.name)


def _layout(machine: Machine, ground: Ground) -> Findings:
    if not ground.before:
        yield skip("It is deployed.")
        return
    if machine.boot_disk is None:
        yield skip("There is no boot disk to judge.")
        return
    mounts = [mount for disk in (*machine.disks, *machine.virtual_disks) for mount in disk.mounts]
    if not machine.disks:
        yield unknown("MAAS does not tell the disks.")
    elif "/" not in mounts:
        yield fail("Its storage layout has no root filesystem.", lack="a storage layout", mounts=mounts)


def _smart(machine: Machine, ground: Ground) -> Findings:
    status = machine.tests.get("storage")
    if status is None:
        yield unknown("MAAS does not tell how the tests of its disks ended.")
    elif status in (SCRIPT_FAILED, TIMED_OUT, DEGRADED):
        disks = _failed_disks(machine, ground)
        named = f": {several(disks)}" if disks else ""
        yield fail(f"Disks did not pass their tests{named}.", lack="healthy disks", disks=disks)


def _failed_disks(machine: Machine, ground: Ground) -> list[str]:
    found = set()
    for results in trees(ground.fleet.about("results", machine.system_id)):
        for result in trees(results.get("results")):
            storage = mapping(mapping(mapping(result.get("parameters")).get("storage")).get("value"))
            if whole(result, "status") in (SCRIPT_FAILED, TIMED_OUT, DEGRADED) and not result.get("suppressed"):
                found.add(text(storage, "name"))
    return sorted(name for name in found if name)


def data_disks(machine: Machine, ground: Ground) -> list[Disk]:
    """Return spare disks that are big enough, whatever is on them; a disk of unknown size counts."""
    least = (ground.role.data_disk_size or 0) * NEARLY
    return [disk for disk in machine.spare_disks if disk.size is None or disk.size >= least]


def _data_disks(machine: Machine, ground: Ground) -> Findings:
    wanted = ground.role.data_disks
    if wanted is None:
        yield skip("No data disks are wanted.")
        return
    if not machine.tells("physicalblockdevice_set") and not machine.tells("blockdevice_set"):
        yield unknown("MAAS does not tell the disks.")
        return
    found = data_disks(machine, ground)
    if len(found) < wanted:
        size = f" of {gb(ground.role.data_disk_size)}" if ground.role.data_disk_size else ""
        yield fail(
            f"has {len(found)} spare disks{size}, {wanted} are wanted.",
            lack=f"{wanted - len(found)} data disks{size}",
            disks=[disk.name for disk in found],
        )


def _data_clean(machine: Machine, ground: Ground) -> Findings:
    if not ground.role.data_disks:
        yield skip("No data disks are wanted.")
        return
    if not ground.before:
        yield skip("It is deployed: its disks may be in use.")
        return
    dirty = [disk.name for disk in data_disks(machine, ground) if not disk.is_clean]
    if dirty:
        yield warn(f"Its data disks {several(dirty)} hold partitions or filesystems, which stay.", disks=dirty)


def _data_even(ground: Ground) -> Findings:
    for team in ground.teams:
        if team.role.data_disks is None:
            continue
        for machine, found, usual in odd_ones(team.members, lambda one: len(one.spare_disks)):
            yield warn(f"has {found} spare disks, most others of its role have {usual}.", subject=machine.name)


def _removable(machine: Machine, _ground: Ground) -> Findings:
    disk = machine.boot_disk
    if disk is not None and "removable" in disk.tags:
        yield fail(f"Its boot disk {disk.name} is removable.", lack="a fixed boot disk")


CHECKS = (
    Check(
        "s.boot_disk",
        MACHINE,
        "Its boot disk is big enough",
        FAIL,
        ("boot_disk.size",),
        "Choose another boot disk (set_boot_disk) or machine; the allocation of the provider does not look at disks.",
        _boot_disk,
    ),
    Check(
        "s.boot_ssd",
        MACHINE,
        "Its boot disk is an SSD",
        WARN,
        ("boot_disk.tags",),
        "Boot from an SSD: etcd needs it.",
        _boot_ssd,
    ),
    Check(
        "s.boot_san",
        MACHINE,
        "It boots from a local disk",
        WARN,
        ("boot_disk.id_path", "boot_disk.model", "boot_disk.tags"),
        "Boot from a local disk, or take care of multipath in the image.",
        _boot_san,
    ),
    Check(
        "s.layout",
        MACHINE,
        "Its storage layout has a root filesystem",
        FAIL,
        ("blockdevice_set.filesystem", "blockdevice_set.partitions", "virtualblockdevice_set"),
        "Set the storage layout flat (set_storage_layout).",
        _layout,
    ),
    Check(
        "s.smart",
        MACHINE,
        "Its disks passed their tests",
        FAIL,
        ("storage_test_status", "results"),
        "Replace the disk, then commission or test again.",
        _smart,
    ),
    Check(
        "s.data_disks",
        MACHINE,
        "It has the data disks of its role",
        FAIL,
        ("physicalblockdevice_set",),
        "Add disks, or free them; without software-defined storage ask for none.",
        _data_disks,
        _data_even,
        ("s.boot_disk",),
    ),
    Check(
        "s.data_clean",
        MACHINE,
        "Its data disks are empty",
        WARN,
        ("physicalblockdevice_set.partitions", "physicalblockdevice_set.filesystem"),
        "Wipe them: storage such as Ceph takes empty disks only.",
        _data_clean,
    ),
    Check(
        "s.removable",
        MACHINE,
        "Its boot disk is fixed",
        FAIL,
        ("boot_disk.tags",),
        "Choose a fixed boot disk (set_boot_disk).",
        _removable,
    ),
)
