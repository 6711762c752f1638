# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live migration: source and target virt-handler, and what libvirt does between them."""

from __future__ import annotations

import asyncio
import time

from tests.cluster.nodes.addresses import handler_address
from tests.cluster.nodes.handler import handover, vmistatus
from tests.cluster.nodes.handler.domain import Domain, Migration, Step, interfaces
from tests.cluster.nodes.handler.instances import Change, Instances, node_of
from tests.cluster.nodes.objects import Object, name, uid

UNTIL_TARGET_KNOWN = 0.3
UNTIL_TARGET_READY = 0.5
NODE_AWAY = 2.0
SOON = 0.2


class Migrations:
    """Carries every migration of every VMI forward, one step a call."""

    def __init__(self, instances: Instances) -> None:
        self._instances, self._knobs = instances, instances.knobs
        self._behaviour = instances.behaviour

    @staticmethod
    def pending(vmi: Object, domain: Domain) -> bool:
        """Whether there is a step to take; where the source acknowledges, one is left when the state is completed."""
        unfinished = domain.migration is not None and domain.migration.step is Step.FINALIZE
        return unfinished or handover.in_progress(vmi)

    async def advance(self, vmi: Object, domain: Domain) -> float:
        """Take the next step of the migration in status.migrationState; return when to come back."""
        state = handover.state(vmi)
        migration = domain.migration
        if migration is None or migration.uid != state.get("migrationUid"):
            migration = domain.migration = Migration(state.get("migrationUid", ""))
        target = state.get("targetNode")
        if not target:
            return UNTIL_TARGET_KNOWN
        if self._instances.outages.cut_off(target):
            return NODE_AWAY
        if state.get("abortRequested") and migration.step in (Step.PREPARE, Step.START, Step.COPY):
            return await self._abort(vmi, migration)
        if migration.step is Step.PREPARE:
            return await self._prepare(vmi, migration)
        if migration.step is Step.START:
            return await self._start(vmi, migration)
        if migration.step is Step.COPY:
            return await self._copy(vmi, domain, migration)
        if migration.step is Step.FINALIZE:
            return await self._finalize(vmi, domain, migration)
        return UNTIL_TARGET_READY

    async def _prepare(self, vmi: Object, migration: Migration) -> float:
        await asyncio.sleep(UNTIL_TARGET_KNOWN)
        target = handover.state(vmi)["targetNode"]
        recorder = self._instances.identity.recorder(target)
        ports = ",".join(handover.PORTS)
        text = f"Migration Target is listening at {handler_address(target)}, on ports: {ports}"
        await recorder.normal(vmi, "PreparingTarget", text)
        await recorder.normal(vmi, "PreparingTarget", "VirtualMachineInstance Migration Target Prepared.")
        if await self._instances.update(vmi, _only(migration, handover.prepare), target):
            migration.step = Step.START
        # virt-controller has to take note before the source may start.
        return UNTIL_TARGET_READY

    async def _start(self, vmi: Object, migration: Migration) -> float:
        await self._instances.recorder(vmi).normal(vmi, "Migrating", "VirtualMachineInstance is migrating.")
        if await self._instances.update(vmi, _only(migration, handover.begin)):
            migration.step, migration.copying_since = Step.COPY, time.monotonic()
        return SOON

    async def _copy(self, vmi: Object, domain: Domain, migration: Migration) -> float:
        outcome = self._knobs.text("migration", vmi)
        if outcome == "hang":
            return 1.0
        left = migration.copying_since + self._knobs.seconds("migration-seconds", vmi) - time.monotonic()
        if left > 0:
            return min(left, UNTIL_TARGET_READY)
        if outcome == "fail":
            text = f"VirtualMachineInstance migration uid {migration.uid} failed. reason:{handover.FAILED}"
            await self._instances.recorder(vmi).warning(vmi, "Migrated", text)
            return await self._give_up(vmi, migration, handover.FAILED, aborted=False)
        await self._hand_over(vmi, domain, migration)
        return SOON

    async def _hand_over(self, vmi: Object, domain: Domain, migration: Migration) -> None:
        source, target = node_of(vmi), handover.state(vmi)["targetNode"]
        migration.sources = [
            uid(pod) for pod in self._instances.launchers(vmi) if pod["spec"].get("nodeName") == source
        ]

        def receive(found: Object) -> bool | None:
            return handover.receive(found, domain, self._behaviour)

        def acknowledge(found: Object) -> None:
            handover.acknowledge(found, self._behaviour)

        vmi = await self._instances.update(vmi, _only(migration, receive), target) or vmi
        node = source if self._behaviour.source_acknowledges else target
        await self._instances.update(vmi, _only(migration, acknowledge), node)
        text = f"The VirtualMachineInstance migrated to node {target}."
        await self._instances.identity.recorder(node).normal(vmi, "Migrated", text)
        migration.step = Step.FINALIZE

    async def _finalize(self, vmi: Object, domain: Domain, migration: Migration) -> float:
        for pod_uid in migration.sources:
            if pod_uid in self._instances.pods:
                await self._instances.end_pod(self._instances.pods[pod_uid])
        found = await self._instances.read(vmi)
        if found:
            domain.interfaces = interfaces(found)
            view = vmistatus.View(domain, self._instances.active_address(found), self._knobs, self._behaviour)

            def finalize(latest: Object) -> None:
                handover.finalize(latest, domain, self._behaviour)
                vmistatus.fill(latest, view)

            await self._instances.update(found, finalize, handover.state(found)["targetNode"])
        migration.step = Step.DONE
        return SOON

    async def _abort(self, vmi: Object, migration: Migration) -> float:
        text = "VirtualMachineInstance is aborting migration."
        await self._instances.recorder(vmi).normal(vmi, "Migrating", text)
        return await self._give_up(vmi, migration, handover.ABORTED, aborted=True)

    async def _give_up(self, vmi: Object, migration: Migration, reason: str, *, aborted: bool) -> float:
        def fail(found: Object) -> None:
            handover.fail(found, self._behaviour, reason, aborted=aborted)

        await self._instances.update(vmi, _only(migration, fail))
        migration.step = Step.DONE
        target_pod = handover.state(vmi).get("targetPod")
        for pod in self._instances.launchers(vmi):
            if name(pod) == target_pod:
                await self._instances.end_pod(pod)
        return SOON


def _only(migration: Migration, change: Change) -> Change:
    """Return a change that leaves a VMI alone which is in another migration by now."""

    def guarded(vmi: Object) -> bool | None:
        if handover.state(vmi).get("migrationUid") != migration.uid:
            return False
        return change(vmi)

    return guarded
