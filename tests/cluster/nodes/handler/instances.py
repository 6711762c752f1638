# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VMIs of all nodes with their launcher pods and domains, and the way to change them."""

from __future__ import annotations

import asyncio
import copy
import logging
import typing as t

from tests.cluster.nodes.api import ApiError
from tests.cluster.nodes.context import Context
from tests.cluster.nodes.events import Recorder
from tests.cluster.nodes.handler import behaviour
from tests.cluster.nodes.handler.domain import Domain, describe
from tests.cluster.nodes.handler.identity import Identity
from tests.cluster.nodes.kubelet import podstatus
from tests.cluster.nodes.objects import (
    INSTANCES,
    PODS,
    Object,
    ended,
    images,
    labels_of,
    path,
    phase,
    status,
    timestamp,
    uid,
)

logger = logging.getLogger(__name__)

ATTEMPTS = 8

Change = t.Callable[[Object], t.Union[bool, None]]
"""Changes a copy of a VMI in place; False: this is not for me."""


class Instances:
    """What virt-handler's caches hold, and its updates. ``domains`` is by uid, as all else."""

    def __init__(self, context: Context) -> None:
        self._context, self._api = context, context.api
        self.identity = Identity(context.api)
        self.knobs, self.outages = context.knobs, context.outages
        self.behaviour = behaviour.of(context.version)
        self.vmis: dict[str, Object] = {}
        self.pods: dict[str, Object] = {}
        self.domains: dict[str, Domain] = {}

    def launchers(self, vmi: Object) -> list[Object]:
        """Return the virt-launcher pods of a VMI, more than one while it migrates."""
        return [pod for pod in self.pods.values() if instance_of(pod) == uid(vmi)]

    def active_pod(self, vmi: Object) -> Object | None:
        """Return the running launcher pod on the VMI's node."""
        known = status(vmi).get("activePods")
        for pod in self.launchers(vmi):
            here = pod["spec"].get("nodeName") == status(vmi).get("nodeName")
            if here and phase(pod) == "Running" and (not known or uid(pod) in known):
                return pod
        return None

    def active_address(self, vmi: Object) -> str:
        return str(status(self.active_pod(vmi) or {}).get("podIP") or "")

    def handler_present(self, node: str) -> bool:
        """Whether virt-handler's pod runs on a node."""
        return any(
            pod["spec"].get("nodeName") == node and phase(pod) == "Running" and "virt-handler" in images(pod)
            for pod in self.pods.values()
        )

    def recorder(self, vmi: Object) -> Recorder:
        """Return the recorder of the virt-handler that has the VMI."""
        return self.identity.recorder(node_of(vmi))

    def remember(self, vmi: Object) -> bool:
        """Keep a VMI that was read or written; False where a newer one is known."""
        known = self.vmis.get(uid(vmi))
        if known and _version(known) > _version(vmi):
            return False
        self.vmis[uid(vmi)] = vmi
        return True

    async def read(self, vmi: Object) -> Object | None:
        """Return the newest state of this very VMI, None where it has gone."""
        found = await self._api.get(path(INSTANCES, vmi))
        return found if found and uid(found) == uid(vmi) else None

    async def update(self, vmi: Object, change: Change, node: str = "") -> Object | None:
        """Write a VMI as the virt-handler of its node or the given one, again after conflicts.

        Returns what is stored then, None where the VMI has gone.
        """
        current: Object | None = vmi
        for _attempt in range(ATTEMPTS):
            if current is None:
                return None
            wanted = copy.deepcopy(current)
            if change(wanted) is False or wanted == current:
                return current
            _stamp_phase(current, wanted)
            try:
                client = self.identity.on(node or node_of(current))
                stored = await client.replace(path(INSTANCES, vmi), wanted, accept=(404,))
            except ApiError as error:
                if error.status != 409:
                    raise
                current = await self.read(vmi)
            else:
                if stored:
                    self.remember(stored)
                return stored
        logger.warning("%s: too many conflicts", describe(vmi))
        return current

    async def annotate(self, vmi: Object, annotations: dict[str, str | None]) -> Object:
        """Set or remove annotations, which virt-handler may not do; return what is stored then."""
        change = {"metadata": {"annotations": annotations}}
        stored = await self._api.merge(path(INSTANCES, vmi), change, accept=(404,))
        if stored is None:
            return vmi
        self.remember(stored)
        return stored

    async def finish(self, vmi: Object, *, crashed: bool) -> None:
        """The guest is off: end the VMI, its domain and its pods."""
        final = "Failed" if crashed else "Succeeded"

        def end(found: Object) -> bool | None:
            if ended(found):
                return False
            found["status"]["phase"] = final
            return None

        await self.update(vmi, end)
        if crashed:
            await self.recorder(vmi).warning(vmi, "Stopped", "The VirtualMachineInstance crashed.")
        else:
            await self.recorder(vmi).normal(vmi, "Stopped", "The VirtualMachineInstance was shut down.")
        self.domains.pop(uid(vmi), None)
        await self.end_pods(vmi, failed=crashed)

    async def end_pods(self, vmi: Object, *, failed: bool = False) -> None:
        for pod in self.launchers(vmi):
            await self.end_pod(pod, failed=failed)

    async def end_pod(self, pod: Object, *, failed: bool = False) -> None:
        """End a launcher pod; no effect on one that has ended."""
        found = self.pods.get(uid(pod), pod)
        if not ended(found):
            changes = podstatus.ended(found, timestamp(), code=int(failed))
            body = {"metadata": {"uid": uid(found)}, "status": changes}
            await self._api.merge(f"{path(PODS, found)}/status", body, accept=(404, 409, 422))


class Alarms:
    """Wakes who waits for a VMI to change."""

    def __init__(self) -> None:
        self._events: dict[str, asyncio.Event] = {}

    def ring(self, vmi_uid: str) -> None:
        self._events.setdefault(vmi_uid, asyncio.Event()).set()

    def forget(self, vmi_uid: str) -> None:
        self._events.pop(vmi_uid, None)

    async def wait(self, vmi_uid: str, seconds: float) -> None:
        """Return after so many seconds, or when it rings or has rung since the last time."""
        event = self._events.setdefault(vmi_uid, asyncio.Event())
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except asyncio.TimeoutError:
            return
        event.clear()


def instance_of(pod: Object) -> str:
    """Return the uid of the VMI that a launcher pod is for; empty for other pods."""
    found = labels_of(pod)
    return found.get("kubevirt.io/created-by", "") if found.get("kubevirt.io") == "virt-launcher" else ""


def node_of(vmi: Object) -> str:
    return str(status(vmi).get("nodeName") or "")


def _version(vmi: Object) -> int:
    return int(vmi["metadata"]["resourceVersion"])


def _stamp_phase(before: Object, after: Object) -> None:
    reached = phase(after)
    if reached != phase(before):
        stamps = after["status"].setdefault("phaseTransitionTimestamps", [])
        if not any(found["phase"] == reached for found in stamps):
            stamps.append({"phase": reached, "phaseTransitionTimestamp": timestamp()})
