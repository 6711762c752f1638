# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a merge must know about VirtualMachine. Private to vmo.core.

KubeVirt declares nearly all lists of this CRD atomic; the keys below are their natural ones (facts/kubevirt.md 5.1).
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._plan.merge import Shape

_TEMPLATE = "spec.template.spec."
_DEVICES = _TEMPLATE + "domain.devices."
_BY_NAME = {"name": None}

_KEYS: dict[str, dict[str, t.Any]] = {
    "spec.dataVolumeTemplates": {"metadata.name": None},
    _TEMPLATE + "volumes": _BY_NAME,
    _TEMPLATE + "networks": _BY_NAME,
    _TEMPLATE + "resourceClaims": _BY_NAME,
    _TEMPLATE + "utilityVolumes": _BY_NAME,
    _TEMPLATE + "tolerations": {"key": None, "operator": "Equal", "value": None, "effect": None},
    _TEMPLATE + "topologySpreadConstraints": {"topologyKey": None, "whenUnsatisfiable": None},
    _TEMPLATE + "domain.cpu.features": _BY_NAME,
    _DEVICES + "disks": _BY_NAME,
    _DEVICES + "interfaces": _BY_NAME,
    _DEVICES + "interfaces.ports": {"port": None, "protocol": "TCP"},
    _DEVICES + "inputs": _BY_NAME,
    _DEVICES + "filesystems": _BY_NAME,
    _DEVICES + "gpus": _BY_NAME,
    _DEVICES + "hostDevices": _BY_NAME,
    _DEVICES + "panicDevices": {"model": None},
}
_UNIONS: dict[str, frozenset[str]] = {
    _DEVICES + "disks": frozenset({"disk", "cdrom", "lun"}),
    _DEVICES + "interfaces": frozenset(
        {"masquerade", "bridge", "sriov", "slirp", "macvtap", "passt", "passtBinding", "binding"}
    ),
    _DEVICES + "watchdog": frozenset({"i6300esb", "diag288"}),
    _TEMPLATE + "networks": frozenset({"pod", "multus", "resourceClaim"}),
    _TEMPLATE + "volumes": frozenset(
        {
            "cloudInitConfigDrive",
            "cloudInitNoCloud",
            "configMap",
            "containerDisk",
            "containerPath",
            "dataVolume",
            "downwardAPI",
            "downwardMetrics",
            "emptyDisk",
            "ephemeral",
            "hostDisk",
            "memoryDump",
            "persistentVolumeClaim",
            "secret",
            "serviceAccount",
            "sysprep",
        }
    ),
    _TEMPLATE + "domain.firmware.bootloader": frozenset({"bios", "efi"}),
    _TEMPLATE + "domain.clock": frozenset({"utc", "timezone"}),
    "spec.dataVolumeTemplates.spec": frozenset({"source", "sourceRef"}),
}
_QUANTITIES = frozenset(
    {
        _TEMPLATE + "domain.memory.guest",
        _TEMPLATE + "domain.memory.maxGuest",
        _TEMPLATE + "domain.memory.hugepages.pageSize",
        _TEMPLATE + "volumes.emptyDisk.capacity",
        _TEMPLATE + "volumes.hostDisk.capacity",
        "spec.dataVolumeTemplates.spec.storage.resources.requests.storage",
        "spec.dataVolumeTemplates.spec.pvc.resources.requests.storage",
    }
)
_QUANTITY_MAPS = (_TEMPLATE + "domain.resources.requests.", _TEMPLATE + "domain.resources.limits.")
_MAC = _DEVICES + "interfaces.macAddress"


def _same(path: str, left: t.Any, right: t.Any) -> bool:
    return path == _MAC and _octets(left) == _octets(right)


def _octets(mac: t.Any) -> str:
    return str(mac).replace("-", ":").lower()


VM_SHAPE = Shape(keys=_KEYS, unions=_UNIONS, same=_same, quantities=_QUANTITIES, quantity_maps=_QUANTITY_MAPS)
