# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KubeVirt's and CDI's own objects, as a plan finds them."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import WantedConfig

Tree = dict[str, t.Any]
GATES = ("LiveMigration", "Snapshot", "HotplugVolumes")


def a_kubevirt(
    version: str = "v1.4.0", gates: t.Sequence[str] = GATES, disabled: t.Sequence[str] = (), **configuration: t.Any
) -> Tree:
    """Return a KubeVirt object that is settled."""
    developer: Tree = {"featureGates": list(gates)}
    if disabled:
        developer["disabledFeatureGates"] = list(disabled)
    conditions = [("Available", "True"), ("Progressing", "False"), ("Degraded", "False")]
    return copy.deepcopy(
        {
            "apiVersion": "kubevirt.io/v1",
            "kind": "KubeVirt",
            "metadata": {"name": "kubevirt", "namespace": "kubevirt", "resourceVersion": "7", "generation": 3},
            "spec": {"configuration": {"developerConfiguration": developer, **configuration}},
            "status": {
                "phase": "Deployed",
                "observedGeneration": 3,
                "observedKubeVirtVersion": version,
                "targetKubeVirtVersion": version,
                "conditions": [{"type": kind, "status": status} for kind, status in conditions],
            },
        }
    )


def wanted(options: Tree | None = None, **more: t.Any) -> WantedConfig:
    """Return a task about KubeVirt; ``options`` are those that stand for fields."""
    return WantedConfig(options=options or {}, **more)
