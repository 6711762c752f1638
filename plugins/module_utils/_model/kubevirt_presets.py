# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What products set on KubeVirt and CDI unless they are told otherwise, in the words of a task. Private to vmo.core."""

from __future__ import annotations

import typing as t

Tree = dict[str, t.Any]


class Preset(t.NamedTuple):
    """Options of KubeVirt and of CDI, and the features that shall be on."""

    options: Tree
    gates: tuple[str, ...]
    cdi: Tree


PRESETS: dict[str, Preset] = {
    # the values of the VMO pack 4.6.3 of Palette
    "palette_vmo": Preset(
        options={
            "use_emulation": False,
            "cpu_allocation_ratio": 10,
            "memory_overcommit": 100,
            "eviction_strategy": "LiveMigrate",
            "vm_rollout_strategy": "LiveUpdate",
            "workload_updates": {"methods": ["LiveMigrate"]},
            "migrations": {"allow_auto_converge": True, "completion_timeout_per_gib": 800},
        },
        gates=(
            "LiveMigration",
            "HotplugVolumes",
            "Snapshot",
            "VMExport",
            "ExpandDisks",
            "HotplugNICs",
            "VMLiveUpdateFeatures",
            "VMPersistentState",
            "Sidecar",
            "VolumeMigration",
            "VolumesUpdateStrategy",
            "CPUManager",
        ),
        cdi={
            "filesystem_overhead": {"default": "0.08"},
            "pod_resources": {
                "requests": {"cpu": "250m", "memory": "1G"},
                "limits": {"cpu": "1", "memory": "8G"},
            },
        },
    ),
}


def under(preset: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any]) -> Tree:
    """Return the options with those of a preset where they say nothing."""
    merged = dict(options)
    for name, value in preset.items():
        there = merged.get(name)
        if there is None:
            merged[name] = value
        elif isinstance(there, dict) and isinstance(value, dict):
            merged[name] = under(value, there)
    return merged
