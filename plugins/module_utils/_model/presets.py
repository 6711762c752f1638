# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Demands that products make, with the place that each number comes from. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.demands import CONTROL_PLANE, WORKER

GIB = 1024  # in MiB, the unit of memory in MAAS
GB = 1000**3  # in bytes, the unit in which disks are sold

_HARDWARE = "Palette documentation, VMO environment setup, hardware"
_BRIDGE = "Palette documentation, VMO environment setup, network"
_PCG = "Palette documentation, Private Cloud Gateway on MAAS"
_TUTORIAL = "Palette documentation, VMO tutorial on MAAS"


@dataclass(frozen=True)
class Preset:
    """Demands of each role by name of the field; ``cites`` has the source of each of them under ``role.field``."""

    roles: t.Mapping[str, t.Mapping[str, t.Any]]
    cites: t.Mapping[str, str] = field(default_factory=dict)


def _preset(roles: t.Mapping[str, t.Mapping[str, tuple[t.Any, str]]]) -> Preset:
    values = {role: {name: value for name, (value, _source) in found.items()} for role, found in roles.items()}
    cites = {f"{role}.{name}": source for role, found in roles.items() for name, (_value, source) in found.items()}
    return Preset(values, cites)


PRESETS: t.Mapping[str, Preset] = {
    "palette_vmo": _preset(
        {
            CONTROL_PLANE: {
                "count": (3, _HARDWARE),
                "cores": (4, _HARDWARE),
                "memory": (8 * GIB, _HARDWARE),
                "nics": (2, _HARDWARE),
                "speed": (10000, _HARDWARE),
                "boot_disk": (60 * GB, _PCG),
            },
            WORKER: {
                "cores": (8, _HARDWARE),
                "memory": (24 * GIB, _HARDWARE),
                "memory_recommended": (256 * GIB, _HARDWARE),
                "nics": (2, _HARDWARE),
                "speed": (10000, _HARDWARE),
                "boot_disk": (60 * GB, _PCG),
                "bridge": ("br0", _BRIDGE),
                "bond_modes": (("active-backup", "balance-xor", "802.3ad"), _BRIDGE),
                "allow_virtual": (False, _HARDWARE),
                "hardware_virtualization": (True, _HARDWARE),
            },
        }
    ),
    "palette_pcg": _preset(
        {
            CONTROL_PLANE: {
                "count": (1, _PCG),
                "spare": (1, _PCG),
                "cores": (4, _PCG),
                "memory": (8 * GIB, _PCG),
                "boot_disk": (60 * GB, _PCG),
                "boot_disk_recommended": (100 * GB, _PCG),
            },
        }
    ),
    "lab": _preset(
        {
            CONTROL_PLANE: {
                "count": (1, _TUTORIAL),
                "cores": (8, _TUTORIAL),
                "memory": (32 * GIB, _TUTORIAL),
                "boot_disk": (250 * GB, _TUTORIAL),
                "allow_virtual": (True, _TUTORIAL),
            },
            WORKER: {
                "count": (1, _TUTORIAL),
                "cores": (8, _TUTORIAL),
                "memory": (32 * GIB, _TUTORIAL),
                "boot_disk": (250 * GB, _TUTORIAL),
                "data_disks": (1, _TUTORIAL),
                "allow_virtual": (True, _TUTORIAL),
                "hardware_virtualization": (True, _HARDWARE),
            },
        }
    ),
}
