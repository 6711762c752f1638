# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods of the control planes: run as processes, with everything that their manifests ask for."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import shutil
import time
import typing as t
from pathlib import Path

from tests.cluster.nodes.addresses import is_process_address
from tests.cluster.nodes.api import FAILURES
from tests.cluster.nodes.kubelet import podstatus, probe
from tests.cluster.nodes.kubelet.container import Container, Launch
from tests.cluster.nodes.kubelet.downward import base_environment, expand, field
from tests.cluster.nodes.kubelet.mounts import VolumeFiles, wait
from tests.cluster.nodes.kubelet.pod import Pod
from tests.cluster.nodes.kubelet.pulling import pull
from tests.cluster.nodes.kubelet.sandbox import Sandbox
from tests.cluster.nodes.objects import Object, ended, images, key, namespace, namespaced, timestamp, uid

logger = logging.getLogger(__name__)

PROGRAMS = {"virt-operator", "virt-api", "virt-controller", "cdi-operator", "cdi-controller", "cdi-apiserver"}
"""Images whose pods are genuine."""

STOP_SECONDS = 3.0
LONGEST_BACK_OFF = 15.0
# Files follow their Secrets sooner while something is not ready yet, since it may wait for one.
REFRESH, REFRESH_UNREADY = 10.0, 2.0
LOOK, LOOK_UNREADY = 2.0, 0.4


def is_genuine(pod: Object) -> bool:
    return bool(images(pod) & PROGRAMS)


class GenuinePod(Pod):
    """Runs until it ends by itself or is cancelled; then nothing of it is left."""

    async def run(self) -> None:
        if ended(self.latest):
            return
        pod = self.latest
        directory = self.context.settings.state / "pods" / uid(pod)
        directory.mkdir(parents=True, exist_ok=True)
        address = self._take_address()
        sandbox = Sandbox(pod)
        containers = _Containers(self, directory, address, sandbox)
        try:
            await wait(self.api, self.recorder, pod, self.report_creating)
            await pull(self)
            await containers.volumes.write()
            await sandbox.create(address)
            await containers.start_all()
            logger.info("%s runs at %s with processes %s", key(pod), address, containers.pids())
            await containers.watch()
        finally:
            await containers.stop_all()
            await sandbox.delete()
            self.addresses.release(address, pod)
            shutil.rmtree(directory, ignore_errors=True)

    def _take_address(self) -> str:
        # One that survived a restart of the kubelet is kept, since endpoints name it.
        if is_process_address(self.address) and self.addresses.claim(self.address, self.latest):
            return self.address
        return self.addresses.allocate(self.latest, process=True)

    def release_address(self) -> None:
        """No effect: it is free when the processes have ended."""

    def program(self, name: str) -> Path | None:
        """Return the lab's program of that name."""
        settings = self.context.settings
        candidates = [settings.programs / place / name for place in (f"kubevirt-{settings.kubevirt}", "cdi")]
        return next((found for found in candidates if found.exists()), None)

    async def environment(self, container: Object, address: str) -> dict[str, str]:
        """Return the variables of a container; references to what is missing stay unset."""
        variables = base_environment(self.latest, self.context.settings.server)
        for entry in container.get("env") or []:
            source = entry.get("valueFrom")
            if source is None:
                variables[entry["name"]] = expand(str(entry.get("value", "")), variables)
            elif "fieldRef" in source:
                variables[entry["name"]] = field(self.latest, source["fieldRef"]["fieldPath"], address)
            else:
                value = await self._referenced(source)
                if value is not None:
                    variables[entry["name"]] = value
        return variables

    async def _referenced(self, source: Object) -> str | None:
        plural = "secrets" if "secretKeyRef" in source else "configmaps"
        reference = source.get("secretKeyRef") or source.get("configMapKeyRef")
        if reference is None:
            return None
        found = await self.api.get(namespaced(f"/api/v1/{plural}", namespace(self.latest), reference["name"])) or {}
        text = (found.get("data") or {}).get(reference["key"])
        if text is None or plural == "configmaps":
            return text
        return base64.b64decode(text).decode()


def crash_loop(spec: Object, pause: float) -> Object:
    """Return the state of a container that has ended more than once and is started again after so many seconds."""
    message = f"back-off {pause:g}s restarting failed container={spec['name']}"
    return {"waiting": {"reason": "CrashLoopBackOff", "message": message}}


class _Containers:
    """The containers of one pod."""

    def __init__(self, pod: GenuinePod, directory: Path, address: str, sandbox: Sandbox) -> None:
        self._pod, self._directory, self._address, self._sandbox = pod, directory, address, sandbox
        self.volumes = VolumeFiles(pod.api, pod.latest, directory / "volumes", address)
        self._specs: list[Object] = pod.latest["spec"]["containers"]
        self._running: dict[str, Container] = {}
        self._restarts = {spec["name"]: 0 for spec in self._specs}
        self._since = timestamp()
        self._back_off = 1.0
        self._well = False
        self._refreshed = time.monotonic()
        self._reported: tuple[dict[str, bool], dict[str, int]] | None = None

    def pids(self) -> list[int]:
        return [container.pid for container in self._running.values()]

    async def start_all(self) -> None:
        for spec in self._specs:
            await self._start(spec)

    async def stop_all(self) -> None:
        await asyncio.gather(*(container.stop(STOP_SECONDS) for container in self._running.values()))

    async def watch(self) -> None:
        """Restart, probe and report; return when a pod that is to run once has ended."""
        while True:
            try:
                if await self._look():
                    return
            except FAILURES as error:
                # Containers go on while the API server is away.
                logger.info("%s: %r", key(self._pod.latest), error)
            await asyncio.sleep(LOOK if self._well else LOOK_UNREADY)

    async def _look(self) -> bool:
        """Do what is due once; True when the pod has ended."""
        for spec in self._specs:
            if self._to_restart(spec):
                await self._restart(spec)
        codes = [self._running[spec["name"]].exit_code for spec in self._specs]
        # One that ends as soon as it was restarted is restarted again, the next time.
        if all(code is not None for code in codes) and not any(map(self._to_restart, self._specs)):
            # A signal counts as in a shell.
            await self._report_ended(max(code if code >= 0 else 128 - code for code in codes if code is not None))
            return True
        ready = {spec["name"]: await self._ready(spec) for spec in self._specs}
        self._well = all(ready.values())
        found = (ready, dict(self._restarts))
        if found != self._reported:
            await self._report(ready)
            self._reported = found
        if time.monotonic() - self._refreshed > (REFRESH if self._well else REFRESH_UNREADY):
            await self.volumes.write()
            self._refreshed = time.monotonic()
        return False

    async def _start(self, spec: Object) -> None:
        root = self._directory / f"root-{spec['name']}"
        environment = await self._pod.environment(spec, self._address)
        launch = Launch(self._pod.latest, spec, environment, root, self.volumes.path, self._pod.program)
        self._running[spec["name"]] = await Container.start(
            launch, self._sandbox.name, self._pod.context.settings.state
        )

    async def _restart(self, spec: Object) -> None:
        code, pause = self._running[spec["name"]].exit_code, self._back_off
        logger.info("%s/%s ended with %s, again in %g s", key(self._pod.latest), spec["name"], code, pause)
        if self._restarts[spec["name"]]:
            # What cannot be told now is no reason not to go on.
            with contextlib.suppress(*FAILURES):
                await self._report(dict.fromkeys(self._restarts, False), {spec["name"]: crash_loop(spec, pause)})
            self._reported = None
        await asyncio.sleep(pause)
        self._back_off = min(pause * 2, LONGEST_BACK_OFF)
        self._restarts[spec["name"]] += 1
        await self._start(spec)

    def _to_restart(self, spec: Object) -> bool:
        code, policy = self._running[spec["name"]].exit_code, self._pod.latest["spec"].get("restartPolicy", "Always")
        return code is not None and (policy == "Always" or (policy == "OnFailure" and code != 0))

    async def _ready(self, spec: Object) -> bool:
        if self._running[spec["name"]].exit_code is not None:
            return False
        return await probe.ready(self._pod.api.session, spec, self._address)

    async def _report(self, ready: dict[str, bool], waiting: t.Mapping[str, Object] | None = None) -> None:
        statuses = [
            podstatus.container(
                self._pod.latest,
                spec,
                (waiting or {}).get(spec["name"], {"running": {"startedAt": self._since}}),
                ready=ready[spec["name"]],
                started=spec["name"] not in (waiting or {}),
                restarts=self._restarts[spec["name"]],
            )
            for spec in self._specs
        ]
        well = all(ready.values())
        changes = podstatus.running(self._pod.latest, self._address, timestamp(), statuses, ready=well)
        await self._pod.set_status({**changes, "startTime": self._since})
        if well:
            logger.info("%s is ready", key(self._pod.latest))

    async def _report_ended(self, code: int) -> None:
        await self._pod.set_status(podstatus.ended(self._pod.latest, timestamp(), code=code))
        logger.info("%s ended with %d", key(self._pod.latest), code)
