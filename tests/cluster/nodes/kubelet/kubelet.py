# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows the pods of all nodes: starts what was bound to a node, ends what was deleted."""

from __future__ import annotations

import asyncio
import contextlib
import functools

from tests.cluster.nodes.addresses import NODES, PodAddresses
from tests.cluster.nodes.context import Context
from tests.cluster.nodes.kubelet import podstatus
from tests.cluster.nodes.kubelet.faked import FakedPod
from tests.cluster.nodes.kubelet.genuine import GenuinePod, is_genuine
from tests.cluster.nodes.kubelet.pod import Pod
from tests.cluster.nodes.kubelet.registration import Registration
from tests.cluster.nodes.objects import (
    PODS,
    Object,
    deleted,
    ended,
    images,
    is_true,
    labels_of,
    path,
    phase,
    timestamp,
    uid,
)
from tests.cluster.nodes.reflector import Reflector
from tests.cluster.nodes.tasks import Tasks

GRACE_SECONDS = 30


class Kubelet:
    """All nodes of the lab."""

    def __init__(self, context: Context, version: str) -> None:
        self._context, self._version = context, version
        self._addresses = PodAddresses()
        self._pods: dict[str, FakedPod | GenuinePod] = {}
        self._tasks = Tasks()

    async def run(self) -> None:
        """Run until cancelled; then every process is ended, and the cluster sees only that heartbeats stop."""
        reflector = Reflector(self._context.api, PODS, self.handle)
        try:
            self._tasks.start("pods", reflector.run)
            # Else virt-handler's devices would seem to be gone for a moment.
            await reflector.synced.wait()
            for node in NODES:
                self._tasks.start(f"node {node}", self._registration(node).run)
            await asyncio.get_running_loop().create_future()
        finally:
            await self.close()

    async def close(self) -> None:
        """End all work, with every process."""
        await self._tasks.close()

    async def handle(self, change: str, found: Object) -> None:
        """Take note of a change of a pod."""
        node = found["spec"].get("nodeName")
        if change == "DELETED":
            self._forget(found)
        elif node in NODES:
            pod = self._remember(found)
            if not self._context.outages.cut_off(node):
                await self._act(pod)
        elif deleted(found) and not node:
            # Nobody else would: it was never on a node.
            await self._context.api.delete(path(PODS, found), {"gracePeriodSeconds": 0}, accept=(404, 409))

    def _registration(self, node: str) -> Registration:
        def devices() -> bool:
            return any(
                phase(pod.latest) == "Running" and "virt-handler" in images(pod.latest) for pod in self._pods_on(node)
            )

        async def returned() -> None:
            for pod in self._pods_on(node):
                await self._act(pod)

        context = self._context
        return Registration(context.api, node, self._version, context.outages, devices=devices, returned=returned)

    def _pods_on(self, node: str) -> list[FakedPod | GenuinePod]:
        return [pod for pod in self._pods.values() if pod.latest["spec"]["nodeName"] == node]

    def _remember(self, found: Object) -> FakedPod | GenuinePod:
        pod = self._pods.get(uid(found))
        if pod is None:
            kind = GenuinePod if is_genuine(found) else FakedPod
            pod = self._pods[uid(found)] = kind(self._context, self._addresses, found)
        pod.latest = found
        if ended(found):
            pod.over.set()
        return pod

    def _forget(self, found: Object) -> None:
        pod = self._pods.pop(uid(found), None)
        if pod:
            pod.over.set()
            pod.release_address()
        # Processes take their time to end, and other pods need not wait for it.
        self._tasks.start(f"{uid(found)} gone", functools.partial(self._tasks.cancel, uid(found)))

    async def _act(self, pod: FakedPod | GenuinePod) -> None:
        async def begin() -> None:
            await pod.run()
            pod.done = True
            # Somebody may have opened readiness gates meanwhile.
            await self._correct_ready(pod)

        async def end() -> None:
            await self._terminate(pod)

        if deleted(pod.latest):
            self._tasks.start(f"{uid(pod.latest)} ends", end)
            return
        if not pod.done:
            self._tasks.start(uid(pod.latest), begin)
        await self._correct_ready(pod)

    async def _correct_ready(self, pod: Pod) -> None:
        """Tell what is so where others said something else: of readiness gates, or of a node that was away."""
        latest = pod.latest
        if phase(latest) != "Running":
            return
        if is_true(latest, "ContainersReady") and is_true(latest, "Ready") != podstatus.gates_open(latest):
            await pod.set_status({"conditions": podstatus.conditions(latest, timestamp(), ready=True)})

    async def _terminate(self, pod: FakedPod | GenuinePod) -> None:
        await self._tasks.cancel(uid(pod.latest))
        pod.done = True
        await self._await_end(pod)
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": uid(pod.latest)}}
        await self._context.api.delete(pod.path, options, accept=(404, 409))

    async def _await_end(self, pod: Pod) -> None:
        grace = pod.latest["metadata"].get("deletionGracePeriodSeconds", GRACE_SECONDS)
        if labels_of(pod.latest).get("kubevirt.io") != "virt-launcher":
            await asyncio.sleep(min(grace, 0.3))
            return
        # SIGTERM makes virt-launcher shut the guest down. Who plays the guest ends the VMI, and then the pod.
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(pod.over.wait(), grace)
