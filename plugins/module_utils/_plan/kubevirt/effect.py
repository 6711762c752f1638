# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parts of KubeVirt a change starts anew; all other settings are read while they run (facts/kubevirt.md 1.5).

Private to vmo.core.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig

Tree = dict[str, t.Any]
HANDLER, API, CONTROLLER = "virt-handler", "virt-api", "virt-controller"
_ROLLED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("spec.infra", (API, CONTROLLER)),
    ("spec.workloads", (HANDLER,)),
    ("spec.configuration.virtualMachineInstancesPerNode", (HANDLER,)),
    # these change the identity of the whole deployment
    ("spec.configuration.migrations.network", (API, CONTROLLER, HANDLER)),
    ("spec.configuration.hypervisors", (API, CONTROLLER, HANDLER)),
    ("spec.configuration.roleAggregationStrategy", (API, CONTROLLER, HANDLER)),
    ("spec.configuration.virtTemplateDeployment", (API, CONTROLLER, HANDLER)),
)
_ROLLING_GATES = frozenset(
    {
        "ExternalNetResourceInjection",
        "OptOutRoleAggregation",
        "PersistentReservation",
        "Plugins",
        "Template",
        "VMStatsCollector",
    }
)


def restarted_by(before: Tree, after: Tree, changed_gates: t.Collection[str]) -> list[str]:
    """Return the components that are expected to be started anew on the way from one object to the other."""
    components: set[str] = set()
    for path, parts in _ROLLED:
        if dig(before, path, MISSING) != dig(after, path, MISSING):
            components.update(parts)
    if _ROLLING_GATES & set(changed_gates):
        components.update((API, CONTROLLER, HANDLER))
    return sorted(components)
