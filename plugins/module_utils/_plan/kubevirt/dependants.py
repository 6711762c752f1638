# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is in a cluster that needs a feature gate. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.kind import (
    BACKUP,
    CLONE,
    EXPORT,
    RESTORE,
    SNAPSHOT,
    VM,
    VMI,
    Kind,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import subject_of
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

Tree = dict[str, t.Any]
_TEMPLATE = "spec.template.spec"
_DEVICES = f"{_TEMPLATE}.domain.devices"


class Use(t.NamedTuple):
    """A kind of object that needs a gate, and which of its objects do."""

    kind: Kind
    needs: t.Callable[[Tree], t.Any]


def _always(_found: Tree) -> bool:
    return True


def _unfinished(found: Tree) -> bool:
    return not dig(found, "status.complete") and dig(found, "status.phase") not in ("Succeeded", "Failed")


def _has(path: str) -> t.Callable[[Tree], t.Any]:
    return lambda found: dig(found, path) is not None


def _is_set(path: str) -> t.Callable[[Tree], t.Any]:
    """A flag or a list that says something."""
    return lambda found: dig(found, path)


def _annotated(key: str) -> t.Callable[[Tree], t.Any]:
    return lambda found: key in (dig(found, "spec.template.metadata.annotations") or {})


def _some(path: str, field: str) -> t.Callable[[Tree], t.Any]:
    """Some item of a list has a field."""
    return lambda found: any(dig(item, field) for item in dig(found, path) or ())


def _some_struct(path: str, field: str) -> t.Callable[[Tree], t.Any]:
    """Some item of a list has a field, which may be an empty struct."""
    return lambda found: any(dig(item, field) is not None for item in dig(found, path) or ())


def _has_empty_drive(found: Tree) -> bool:
    volumes = {volume.get("name") for volume in dig(found, f"{_TEMPLATE}.volumes") or ()}
    return any("cdrom" in disk and disk.get("name") not in volumes for disk in dig(found, f"{_DEVICES}.disks") or ())


def _has_hotplugged(found: Tree) -> bool:
    volumes = dig(found, f"{_TEMPLATE}.volumes") or ()
    return any(
        dig(volume, f"{source}.hotpluggable")
        for volume in volumes
        for source in ("dataVolume", "persistentVolumeClaim")
    )


def _moves_volumes(found: Tree) -> bool:
    return bool(dig(found, "status.volumeUpdateState.volumeMigrationState"))


_FILESYSTEMS = (Use(VM, _is_set(f"{_DEVICES}.filesystems")),)
_ATTACHED = (Use(VMI, _some_struct("status.volumeStatus", "hotplugVolume")), Use(VM, _has_hotplugged))
USES: t.Mapping[str, tuple[Use, ...]] = {
    "CPUManager": (Use(VM, _is_set(f"{_TEMPLATE}.domain.cpu.dedicatedCpuPlacement")),),
    "DeclarativeHotplugVolumes": (*_ATTACHED, Use(VM, _has_empty_drive)),
    "DownwardMetrics": (
        Use(VM, _has(f"{_DEVICES}.downwardMetrics")),
        Use(VM, _some_struct(f"{_TEMPLATE}.volumes", "downwardMetrics")),
    ),
    "EnableVirtioFsConfigVolumes": _FILESYSTEMS,
    "EnableVirtioFsStorageVolumes": _FILESYSTEMS,
    "ExperimentalIgnitionSupport": (Use(VM, _annotated("kubevirt.io/ignitiondata")),),
    "ExperimentalVirtiofsSupport": _FILESYSTEMS,
    "HostDevices": (Use(VM, _is_set(f"{_DEVICES}.hostDevices")),),
    "HostDisk": (Use(VM, _some_struct(f"{_TEMPLATE}.volumes", "hostDisk")),),
    "HotplugVolumes": _ATTACHED,
    "IncrementalBackup": (Use(BACKUP, _always),),
    "NetworkBindingPlugins": (Use(VM, _some(f"{_DEVICES}.interfaces", "binding")),),
    "PanicDevices": (Use(VM, _is_set(f"{_DEVICES}.panicDevices")),),
    "PersistentReservation": (Use(VM, _some(f"{_DEVICES}.disks", "lun.reservation")),),
    "RebootPolicy": (Use(VM, _has(f"{_TEMPLATE}.domain.rebootPolicy")),),
    "Sidecar": (Use(VM, _annotated("hooks.kubevirt.io/hookSidecars")),),
    "Snapshot": (Use(SNAPSHOT, _always), Use(RESTORE, _unfinished), Use(CLONE, _unfinished)),
    "UtilityVolumes": (Use(VM, _is_set(f"{_TEMPLATE}.utilityVolumes")),),
    "VMExport": (Use(EXPORT, _always),),
    "VMPersistentState": (
        Use(VM, _is_set(f"{_DEVICES}.tpm.persistent")),
        Use(VM, _is_set(f"{_TEMPLATE}.domain.firmware.bootloader.efi.persistent")),
    ),
    "VSOCK": (Use(VM, _is_set(f"{_DEVICES}.autoattachVSOCK")),),
    "VideoConfig": (Use(VM, _has(f"{_DEVICES}.video")),),
    "VolumeMigration": (Use(VM, _moves_volumes),),
    "VolumesUpdateStrategy": (Use(VM, _moves_volumes),),
    "WorkloadEncryptionSEV": (
        Use(VM, _has(f"{_TEMPLATE}.domain.launchSecurity.sev")),
        Use(VM, _has(f"{_TEMPLATE}.domain.launchSecurity.snp")),
    ),
    "WorkloadEncryptionTDX": (Use(VM, _has(f"{_TEMPLATE}.domain.launchSecurity.tdx")),),
}


def kinds_that_need(gates: t.Iterable[str]) -> list[Kind]:
    """Return the kinds of which all objects have to be read before these gates may go."""
    return list(dict.fromkeys(use.kind for gate in gates for use in USES.get(gate, ())))


def dependants(gate: str, objects: t.Mapping[Kind, t.Sequence[Tree]]) -> list[str]:
    """Return what needs a gate, such as ``VirtualMachineSnapshot shop/before-update``."""
    return list(
        dict.fromkeys(
            subject_of(found) for use in USES.get(gate, ()) for found in objects.get(use.kind, ()) if use.needs(found)
        )
    )
