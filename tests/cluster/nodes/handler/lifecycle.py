# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a VMI from Scheduled to its end: one reconciler, called until it has nothing more to do."""

from __future__ import annotations

import functools
import logging
import time

from tests.cluster.nodes.context import Context
from tests.cluster.nodes.handler import agent, conditions, handover, vmistatus, volumes
from tests.cluster.nodes.handler.domain import BY_USER, IO_ERROR, Domain, describe
from tests.cluster.nodes.handler.instances import Alarms, Instances, instance_of, node_of
from tests.cluster.nodes.handler.migration import Migrations
from tests.cluster.nodes.knobs import PREFIX
from tests.cluster.nodes.objects import INSTANCES, Object, deleted, ended, images, labels_of, phase, uid
from tests.cluster.nodes.reflector import Reflector
from tests.cluster.nodes.tasks import Tasks

logger = logging.getLogger(__name__)

IDLE = 30.0
NODE_AWAY = 2.0
DEFAULT_GRACE = 30.0
SYNC_FAILED = (
    'server error. command SyncVMI failed: "LibvirtError(Code=1, Domain=10, '
    "Message='internal error: qemu unexpectedly closed the monitor')\""
)


class Lifecycle:
    """Takes part in the watch of pods that its owner keeps, and watches VMIs itself."""

    def __init__(self, context: Context, tasks: Tasks) -> None:
        self.instances = Instances(context)
        self.alarms = Alarms()
        self._context, self._tasks, self._knobs = context, tasks, context.knobs
        self._migrations = Migrations(self.instances)

    def start(self) -> None:
        self._tasks.start(INSTANCES, Reflector(self._context.api, INSTANCES, self.handle_instance).run)

    async def handle_instance(self, change: str, vmi: Object) -> None:
        """Take note of a change of a VMI."""
        if change == "DELETED":
            self.instances.vmis.pop(uid(vmi), None)
            await self.instances.end_pods(vmi)
        elif self.instances.remember(vmi):
            self._tasks.start(f"instance {uid(vmi)}", functools.partial(self._follow, uid(vmi)))
        self.alarms.ring(uid(vmi))

    async def handle_pod(self, change: str, pod: Object) -> None:
        """Take note of a change of any pod."""
        vmi_uid, pods = instance_of(pod), self.instances.pods
        if change == "DELETED":
            pods.pop(uid(pod), None)
        elif vmi_uid or "virt-handler" in images(pod):
            pods[uid(pod)] = pod
        if not vmi_uid:
            return
        if vmi_uid in self.instances.vmis:
            self.alarms.ring(vmi_uid)
        elif deleted(pod) and change != "DELETED":
            await self.instances.end_pod(pod)

    async def _follow(self, vmi_uid: str) -> None:
        while vmi_uid in self.instances.vmis:
            pause = await self.reconcile(self.instances.vmis[vmi_uid])
            await self.alarms.wait(vmi_uid, IDLE if pause is None else pause)
        self.instances.domains.pop(vmi_uid, None)
        self.alarms.forget(vmi_uid)

    async def reconcile(self, vmi: Object) -> float | None:
        """Do what is due; return after how many seconds something is due again, None: when something changes."""
        if ended(vmi):
            self.instances.domains.pop(uid(vmi), None)
            await self.instances.end_pods(vmi, failed=phase(vmi) == "Failed")
            return None
        if phase(vmi) not in ("Scheduled", "Running"):
            # Not virt-handler's yet, but virt-launcher obeys when it is told to stop.
            for pod in self._leaving(vmi):
                await self.instances.end_pod(pod)
            return None
        if self.instances.outages.cut_off(node_of(vmi)):
            return NODE_AWAY
        if phase(vmi) == "Scheduled":
            return await self._boot(vmi)
        domain = self.instances.domains.setdefault(uid(vmi), Domain.recovered(vmi))
        return await self._run(vmi, domain)

    def _leaving(self, vmi: Object) -> list[Object]:
        return [pod for pod in self.instances.launchers(vmi) if deleted(pod)]

    # Scheduled

    async def _boot(self, vmi: Object) -> float | None:
        if deleted(vmi) or (self.instances.active_pod(vmi) is None and self._leaving(vmi)):
            await self.instances.end_pods(vmi)
            if deleted(vmi):
                await self.instances.finish(vmi, crashed=False)
            return 1.0
        now, known = time.monotonic(), uid(vmi) in self.instances.domains
        domain = self.instances.domains.setdefault(uid(vmi), Domain.new(vmi, now))
        outcome = self._knobs.text("boot", vmi)
        if outcome == "fail":
            await self._fail_to_sync(vmi, first=not known)
        if outcome in ("fail", "stuck"):
            return 2.0
        left = self._knobs.seconds("boot-delay", vmi) - domain.uptime(now)
        if left > 0:
            return left
        if outcome == "crash":
            await self.instances.finish(vmi, crashed=True)
            return None
        await self._start(vmi, domain)
        return 0.1

    async def _fail_to_sync(self, vmi: Object, *, first: bool) -> None:
        def change(found: Object) -> bool | None:
            text = "Synchronizing with the Domain failed."
            return None if conditions.put(found, "Synchronized", False, text, SYNC_FAILED) else False

        await self.instances.update(vmi, change)
        if first:
            await self.instances.recorder(vmi).warning(vmi, "SyncFailed", SYNC_FAILED)

    async def _start(self, vmi: Object, domain: Domain) -> None:
        domain.booted_at = time.monotonic()
        if vmi["spec"].get("startStrategy") == "Paused":
            domain.paused = BY_USER
        view = self._view(vmi, domain)

        def change(found: Object) -> bool | None:
            if phase(found) != "Scheduled":
                return False
            vmistatus.fill(found, view)
            found["status"]["phase"] = "Running"
            return None

        recorder = self.instances.recorder(vmi)
        await recorder.normal(vmi, "Created", "VirtualMachineInstance defined.")
        await self.instances.update(vmi, change)
        await recorder.normal(vmi, "Started", "VirtualMachineInstance started.")

    def _view(self, vmi: Object, domain: Domain) -> vmistatus.View:
        return vmistatus.View(domain, self.instances.active_address(vmi), self._knobs, self.instances.behaviour)

    # Running

    async def _run(self, vmi: Object, domain: Domain) -> float | None:
        action = self._knobs.text("guest-action", vmi)
        if action:
            logger.info("%s: %s from inside", describe(vmi), action)
            vmi = await self.instances.annotate(vmi, {f"{PREFIX}guest-action": None})
            if await self._act(vmi, domain, action):
                return None
        crash_after = self._knobs.seconds("crash-after", vmi)
        # A guest that ran before this process does not tell since when.
        if crash_after and domain.booted_at is not None and domain.uptime(time.monotonic()) > crash_after:
            await self.instances.finish(vmi, crashed=True)
            return None
        if deleted(vmi) or any(pod["spec"].get("nodeName") == node_of(vmi) for pod in self._leaving(vmi)):
            return await self._shut_down(vmi, domain)
        pause = self._connect_agent(vmi, domain)
        if self._migrations.pending(vmi, domain):
            return await self._migrations.advance(vmi, domain)
        again = await self._refresh(vmi, domain)
        due = [found for found in (pause, again, 1.0 if crash_after else None) if found is not None]
        return min(due, default=None)

    async def _act(self, vmi: Object, domain: Domain, action: str) -> bool:
        """Do what the guest does; True where it is off then."""
        if action in ("poweroff", "crash", "panic"):
            await self.instances.finish(vmi, crashed=action != "poweroff")
            return True
        if action == "ioerror":
            domain.paused = IO_ERROR
        elif action == "reboot":
            domain.reboot(time.monotonic())
        return False

    async def _shut_down(self, vmi: Object, domain: Domain) -> float | None:
        recorder, now = self.instances.recorder(vmi), time.monotonic()
        if domain.shutdown_since is None:
            domain.shutdown_since = now
            await recorder.normal(vmi, "ShuttingDown", "Signaled Graceful Shutdown")
        asked = vmi["spec"].get("terminationGracePeriodSeconds")
        grace = DEFAULT_GRACE if asked is None else float(asked)
        hangs = self._knobs.text("shutdown", vmi) == "hang"
        needed = grace if hangs else min(grace, self._knobs.seconds("shutdown-delay", vmi))
        left = domain.shutdown_since + needed - now
        if left > 0:
            return left
        await recorder.normal(vmi, "Deleted", "VirtualMachineInstance stopping")
        # A guest with ACPI that had to be destroyed after the grace period counts as failed.
        await self.instances.finish(vmi, crashed=hangs and grace > 0)
        return None

    def _connect_agent(self, vmi: Object, domain: Domain) -> float | None:
        if domain.agent or domain.paused or not agent.installed(vmi, self._knobs):
            return None
        left = self._knobs.seconds("agent-delay", vmi) - domain.uptime(time.monotonic())
        domain.agent = left <= 0
        return left if left > 0 else None

    async def _refresh(self, vmi: Object, domain: Domain) -> float | None:
        view, again = self._view(vmi, domain), None

        def change(found: Object) -> bool | None:
            nonlocal again
            if phase(found) != "Running":
                return False
            if not self.instances.behaviour.keeps_target_label and not handover.in_progress(found):
                labels_of(found).pop(handover.TARGET_LABEL, None)
            again = vmistatus.fill(found, view)
            return None

        after = await self.instances.update(vmi, change)
        if after:
            await self._report(vmi, after)
        return again

    async def _report(self, before: Object, after: Object) -> None:
        recorder = self.instances.recorder(after)
        for found in volumes.changes(before, after):
            await recorder.normal(after, found.reason, found.message)
        refusal = vmistatus.refusal_to_evict(before, after)
        if refusal:
            await recorder.warning(after, "Migrated", refusal)
