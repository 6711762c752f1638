# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a VMI can migrate, and if not, why: the conditions LiveMigratable and StorageLiveMigratable."""

from __future__ import annotations

import typing as t

from tests.cluster.nodes.handler.behaviour import Behaviour
from tests.cluster.nodes.handler.domain import device_list
from tests.cluster.nodes.objects import Object, annotations_of, status

_ALL_SHARED = "live migration requires that all PVCs must be shared (using ReadWriteMany access mode)"
_BRIDGE_ALLOWED = "kubevirt.io/allow-pod-bridge-network-live-migration"


class Reason(t.NamedTuple):
    """As LiveMigratable tells it."""

    reason: str
    message: str


class Verdict(t.NamedTuple):
    """``refusals`` in the order of virt-handler's checks: the first one is LiveMigratable's."""

    refusals: list[Reason]
    block: bool
    """Whether disks must be copied (status.migrationMethod BlockMigration)."""

    @property
    def storage_refusals(self) -> list[Reason]:
        """What holds for a migration between storages, too, where disks need not be shared."""
        return [found for found in self.refusals if found.reason != "DisksNotLiveMigratable"]


def judge(vmi: Object, behaviour: Behaviour) -> Verdict:
    """Return what virt-handler would find."""
    disks, block = _disks(vmi, behaviour)
    others = [found for found in (_network(vmi, behaviour), *_devices(vmi, behaviour)) if found]
    own = [disks] if disks else []
    return Verdict(own + others if behaviour.disks_first else others + own, block)


def _disks(vmi: Object, behaviour: Behaviour) -> tuple[Reason | None, bool]:
    migrated = {found["volumeName"] for found in status(vmi).get("migratedVolumes") or []}
    filesystems = {found["name"] for found in device_list(vmi, "filesystems")} if behaviour.virtiofs_migrates else set()
    block = bool(migrated)
    for volume in vmi["spec"].get("volumes") or []:
        source = volume.get("persistentVolumeClaim") or volume.get("dataVolume")
        if source:
            message = _claim(vmi, volume["name"], source.get("claimName") or source.get("name"), migrated)
            if message:
                return Reason("DisksNotLiveMigratable", message), True
        elif "hostDisk" in volume:
            if not volume["hostDisk"].get("shared"):
                return Reason("DisksNotLiveMigratable", "cannot migrate VMI with non-shared HostDisk"), True
        elif volume["name"] not in filesystems and not _read_only(vmi, volume["name"]):
            block = True
    return None, block


def _claim(vmi: Object, volume: str, claim: str, migrated: set[str]) -> str:
    entries = {entry["name"]: entry for entry in status(vmi).get("volumeStatus") or []}
    info = entries.get(volume, {}).get("persistentVolumeClaimInfo")
    if not info:
        return f"cannot migrate VMI: Unable to determine if PVC {claim} is shared, {_ALL_SHARED}"
    if "ReadWriteMany" not in (info.get("accessModes") or []) and volume not in migrated:
        return f"cannot migrate VMI: PVC {claim} is not shared, {_ALL_SHARED}"
    return ""


def _read_only(vmi: Object, volume: str) -> bool:
    disk = next((found for found in device_list(vmi, "disks") if found["name"] == volume), {})
    return "cdrom" in disk and bool((disk["cdrom"] or {}).get("readonly", True))


def _network(vmi: Object, behaviour: Behaviour) -> Reason | None:
    network = next((found for found in vmi["spec"].get("networks") or [] if "pod" in found), None)
    interfaces = {found["name"]: found for found in device_list(vmi, "interfaces")}
    interface = interfaces.get(network["name"]) if network else None
    if interface is None or "masquerade" in interface or "passtBinding" in interface:
        return None
    if "bridge" in interface and _BRIDGE_ALLOWED in annotations_of(vmi):
        return None
    return Reason("InterfaceNotLiveMigratable", behaviour.pod_network_refusal)


def _devices(vmi: Object, behaviour: Behaviour) -> t.Iterator[Reason]:
    if device_list(vmi, "filesystems") and not behaviour.virtiofs_migrates:
        yield Reason("VirtIOFSNotLiveMigratable", "VMI uses virtiofs")
    if device_list(vmi, "hostDevices") or device_list(vmi, "gpus"):
        yield Reason("HostDeviceNotLiveMigratable", "VMI uses a PCI host devices")
    if ((vmi["spec"]["domain"].get("launchSecurity") or {}).get("sev")) is not None:
        yield Reason("SEVNotLiveMigratable", "VMI uses SEV")
    passthrough = (vmi["spec"]["domain"].get("features") or {}).get("hypervPassthrough") or {}
    if passthrough.get("enabled"):
        yield Reason("HypervPassthroughNotLiveMigratable", "VMI uses hyperv passthrough")
