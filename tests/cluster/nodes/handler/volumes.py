# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""status.volumeStatus of a VMI: device names, and the way of a hotplugged volume into the guest and out of it."""

from __future__ import annotations

import string
import time
import typing as t

from tests.cluster.nodes.handler.domain import Domain, device_list, volume_names
from tests.cluster.nodes.objects import Object, name, status, timestamp

ATTACHED, MOUNTED, READY, UNMOUNTED = "AttachedToNode", "MountedToPod", "Ready", "UnMountedFromPod"
DUMPING, DUMPED = "MemoryDumpInProgress", "MemoryDumpCompleted"
_LOOK_AGAIN, _DUMP_SECONDS = 0.5, 1.0
_PREFIXES = {"virtio": "vd"}
_OTHER_PREFIX = "sd"


def assign_targets(vmi: Object, domain: Domain) -> None:
    """Give a device name to every disk that the guest has, and take it from volumes that left the spec."""
    known = volume_names(vmi)
    for disk in device_list(vmi, "disks"):
        volume = disk["name"]
        if volume in known and volume in domain.attached and volume not in domain.targets:
            device = disk.get("disk") or disk.get("cdrom") or disk.get("lun") or {}
            prefix = _PREFIXES.get(device.get("bus") or "virtio", _OTHER_PREFIX)
            domain.targets[volume] = _free(prefix, set(domain.targets.values()))
    for volume in set(domain.targets) - known:
        del domain.targets[volume]


def _free(prefix: str, used: set[str]) -> str:
    return next(prefix + letter for letter in string.ascii_lowercase if prefix + letter not in used)


def update(vmi: Object, domain: Domain, *, hang: bool) -> float | None:
    """Write the status of each volume; return after how many seconds another step follows by itself."""
    assign_targets(vmi, domain)
    entries: list[Object] = status(vmi).get("volumeStatus") or []
    known, again = volume_names(vmi), None
    for entry in entries:
        target = domain.targets.get(entry["name"], "")
        if "hotplugVolume" not in entry:
            entry["target"] = target
        elif entry["name"] not in known:
            _unplug(entry, domain)
        elif "memoryDumpVolume" in entry:
            again = _dump(entry, name(vmi)) or again
        elif target:
            entry["target"] = target
            text = f"Successfully attach hotplugged volume {entry['name']} to VM"
            entry.update(phase=READY, reason="VolumeReady", message=text)
        elif entry.get("phase") == ATTACHED and entry["hotplugVolume"].get("attachPodUID") and not hang:
            _mount(entry)
            domain.attached.add(entry["name"])
            again = _LOOK_AGAIN
    entries.sort(key=lambda entry: str(entry["name"]))
    return again


def _mount(entry: Object) -> None:
    text = f"Volume {entry['name']} has been mounted in virt-launcher pod"
    entry.update(phase=MOUNTED, reason="VolumeMountedToPod", message=text)


def _unplug(entry: Object, domain: Domain) -> None:
    entry["target"] = ""
    domain.attached.discard(entry["name"])
    if entry.get("phase") in (READY, MOUNTED, ATTACHED):
        text = f"Volume {entry['name']} has been unmounted from virt-launcher pod"
        entry.update(phase=UNMOUNTED, reason="VolumeUnMountedFromPod", message=text)


def _dump(entry: Object, instance: str) -> float | None:
    volume, dump = entry["name"], entry["memoryDumpVolume"]
    if entry.get("phase") == ATTACHED:
        _mount(entry)
    elif entry.get("phase") == MOUNTED:
        entry.update(phase=DUMPING, message=f"Memory dump Volume {volume} is attached, getting memory dump")
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        dump.update(targetFileName=f"{instance}-{volume}-{stamp}.memory.dump", startTimestamp=timestamp())
        return _DUMP_SECONDS
    elif entry.get("phase") == DUMPING:
        text = f"Memory dump to Volume {volume} has completed successfully"
        entry.update(phase=DUMPED, reason="VolumeReady", message=text)
        dump["endTimestamp"] = timestamp()
    return None


class Change(t.NamedTuple):
    """An event about a volume."""

    reason: str
    message: str


def changes(before: Object, after: Object) -> list[Change]:
    """Return the events that virt-handler sends about hotplugged volumes between two states of a VMI."""
    old = {entry["name"]: entry for entry in status(before).get("volumeStatus") or []}
    new = {entry["name"]: entry for entry in status(after).get("volumeStatus") or []}
    found = [
        Change(entry.get("reason", ""), entry.get("message", ""))
        for volume, entry in new.items()
        if "hotplugVolume" in entry and entry.get("phase") != old.get(volume, {}).get("phase") and entry.get("reason")
    ]
    return found + [
        Change("VolumeUnplugged", f"Volume {volume} has been unplugged") for volume in old if volume not in new
    ]
