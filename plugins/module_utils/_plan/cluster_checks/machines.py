# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the VMs that are there. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import FAIL, INSTANCE, WARN, Check, fail, warn
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import MIGRATE
from ansible_collections.vmo.core.plugins.module_utils._model.status import restart_required
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import place_of, says

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground

    Findings = t.Iterator[Finding]

LIVE_MIGRATE = "LiveMigrate"
ENDED = ("Succeeded", "Failed")


def _drain(ground: Ground) -> Findings:
    usual = ground.configured("evictionStrategy")
    for instance in ground.survey.of("virtualmachineinstances"):
        strategy = dig(dict(instance), "spec.evictionStrategy") or usual
        movable, why = says(instance, "LiveMigratable")
        if strategy != LIVE_MIGRATE or movable != "False" or dig(dict(instance), "status.phase") in ENDED:
            continue
        node = dig(dict(instance), "status.nodeName")
        said = f"cannot migrate and must not be shut down, so that a drain of {node or 'its node'} never ends: {why}."
        found = fail if ground.wants(MIGRATE) else warn
        yield found(said, subject=place_of(instance), node=node, strategy=strategy)


def _restart(ground: Ground) -> Findings:
    for machine in ground.survey.of("virtualmachines"):
        reason = restart_required(dict(machine))
        if reason:
            yield warn(f"waits for a restart: {reason.rstrip('.')}.", subject=place_of(machine))


CHECKS = (
    Check(
        "vm.drain",
        INSTANCE,
        "No VM blocks the drain of its node",
        FAIL,
        ("virtualmachineinstances.status", "kubevirts.spec.configuration"),
        "Give it what it needs to migrate, or set its eviction strategy to LiveMigrateIfPossible or None.",
        _drain,
    ),
    Check(
        "vm.restart",
        INSTANCE,
        "No VM waits for a restart",
        WARN,
        ("virtualmachines.status", "kubevirts"),
        "Restart it when that suits; until then further changes do not go live.",
        _restart,
    ),
)
