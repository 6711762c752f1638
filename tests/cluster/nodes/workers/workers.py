# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Acts for the worker pods that the kubelet has started."""

from __future__ import annotations

import asyncio
import functools
import itertools
import logging
import time

from tests.cluster.nodes.context import Context
from tests.cluster.nodes.kubelet import podstatus
from tests.cluster.nodes.objects import (
    CLAIMS,
    PODS,
    Object,
    annotations_of,
    key,
    namespace,
    namespaced,
    path,
    phase,
    status,
    timestamp,
    uid,
)
from tests.cluster.nodes.tasks import Tasks
from tests.cluster.nodes.workers import progress
from tests.cluster.nodes.workers.job import CLONE_TARGET, CLONER, UPLOAD_SERVER, Job

logger = logging.getLogger(__name__)

LONGEST_BACK_OFF = 30.0


class PodGone(Exception):
    """The pod was deleted while it worked."""


class Workers:
    """Takes part in the watch of pods that its owner keeps."""

    def __init__(self, context: Context, tasks: Tasks, port: int = progress.PORT) -> None:
        self._api, self._knobs, self._tasks = context.api, context.knobs, tasks
        self._pods: dict[str, Object] = {}
        self._tls, self._port = progress.certificate(), port

    async def handle(self, change: str, pod: Object) -> None:
        """Take note of a change of any pod."""
        job = Job.of(pod)
        if job is None:
            return
        if change == "DELETED":
            self._pods.pop(uid(pod), None)
            return
        self._pods[uid(pod)] = pod
        if phase(pod) == "Running":
            self._tasks.start(f"worker {uid(pod)}", functools.partial(self._work, pod, job))

    async def _work(self, pod: Object, job: Job) -> None:
        logger.info("%s works as %s %s", key(pod), job.image, job.endpoint)
        done = 0.0
        name = progress.CLONE if job.image == CLONER else progress.IMPORT
        try:
            async with progress.serve(
                status(pod)["podIP"], self._tls, lambda: progress.metrics(name, job.owner, done), self._port
            ):
                clone = job.image == UPLOAD_SERVER and await self._is_clone_target(pod, job)
                if job.image == UPLOAD_SERVER and not clone:
                    await self._await_upload(pod)
                else:
                    await self._fail_while_told(pod, job)
                    seconds, began = job.seconds(self._knobs, pod), time.monotonic()
                    while job.hangs or time.monotonic() - began < seconds:
                        done = progress.percent(time.monotonic() - began, seconds, stuck=job.hangs)
                        self._latest(pod)
                        await asyncio.sleep(0.2)
                    done = 100.0
                    await asyncio.sleep(0.2)
                await self._end(pod, job.success(clone=clone))
        except PodGone:
            logger.info("%s is gone", key(pod))

    def _latest(self, pod: Object) -> Object:
        """Return the newest object of a pod. Raises PodGone."""
        found = self._pods.get(uid(pod))
        if found is None:
            raise PodGone
        return found

    async def _is_clone_target(self, pod: Object, job: Job) -> bool:
        for claim_name in job.claims:
            claim = await self._api.get(namespaced(CLAIMS, namespace(pod), claim_name))
            if claim and any(annotation in annotations_of(claim) for annotation in CLONE_TARGET):
                return True
        return False

    async def _await_upload(self, pod: Object) -> None:
        while True:
            if self._knobs.text("upload", self._latest(pod)) == "done":
                return
            await asyncio.sleep(0.5)

    async def _fail_while_told(self, pod: Object, job: Job) -> None:
        """Crash and back off, as the kubelet makes it, until the URL is no longer one that fails."""
        for attempt in itertools.count(1):
            if not job.fails(self._knobs):
                return
            await asyncio.sleep(1)
            now = timestamp()
            ended = {"exitCode": 1, "reason": "Error", "message": job.failure(), "startedAt": now, "finishedAt": now}
            terminated = {"terminated": ended}
            await self._set_container(pod, terminated, {}, restarts=attempt - 1)
            await asyncio.sleep(1)
            container = pod["spec"]["containers"][0]["name"]
            text = f"back-off 10s restarting failed container={container}"
            waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": text}}
            await self._set_container(pod, waiting, terminated, restarts=attempt)
            await asyncio.sleep(min(3 * attempt, LONGEST_BACK_OFF))
            running = {"running": {"startedAt": timestamp()}}
            await self._set_container(pod, running, terminated, restarts=attempt)

    async def _set_container(self, pod: Object, state: Object, last: Object, *, restarts: int) -> None:
        runs = "running" in state
        changes = {"ready": runs, "started": runs, "restartCount": restarts, "lastState": last, "state": state}
        found = status(self._latest(pod)).get("containerStatuses") or []
        await self._set_status(pod, {"containerStatuses": [{**container, **changes} for container in found]})

    async def _end(self, pod: Object, message: str) -> None:
        await self._set_status(pod, podstatus.ended(self._latest(pod), timestamp(), message=message))

    async def _set_status(self, pod: Object, changes: Object) -> None:
        body = {"metadata": {"uid": uid(pod)}, "status": changes}
        await self._api.merge(f"{path(PODS, pod)}/status", body, accept=(404, 409, 422))
