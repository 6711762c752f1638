# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that are a status only: virt-launcher, hotplug pods, importers, DaemonSets."""

from __future__ import annotations

import asyncio
import json
import typing as t

from tests.cluster.nodes.kubelet import mounts, podstatus
from tests.cluster.nodes.kubelet.pod import Pod
from tests.cluster.nodes.objects import (
    NETWORKS,
    Object,
    annotations_of,
    ended,
    is_true,
    namespace,
    namespaced,
    phase,
    timestamp,
    uid,
)

NETWORKS_WANTED = "k8s.v1.cni.cncf.io/networks"
NETWORKS_STATUS = "k8s.v1.cni.cncf.io/network-status"


class FakedPod(Pod):
    """Becomes Running when a real one could: volumes there, images to be had, networks defined."""

    async def run(self) -> None:
        """Return when the pod runs. What ends it is the affair of who plays its program."""
        if ended(self.latest):
            return
        if phase(self.latest) == "Running" and is_true(self.latest, "Ready"):
            self.addresses.claim(self.address, self.latest)
            return
        await mounts.wait(self.api, self.recorder, self.latest, self.report_creating)
        await self._pull_images()
        networks = await self._attach_networks()
        await asyncio.sleep(self.knobs.seconds("pod-start-delay", self.latest))
        address = self.address or self.addresses.allocate(self.latest, process=False)
        if networks:
            text = json.dumps(network_status(self.latest, address, networks))
            change = {"metadata": {"annotations": {NETWORKS_STATUS: text}}}
            await self.api.merge(self.path, change, accept=(404,))
        await self._report_running(address)

    async def _pull_images(self) -> None:
        attempt = 0
        while True:
            broken = self._broken_image()
            if broken is None:
                return
            reason, message, event = pull_failure(broken["image"], attempt)
            conditions = podstatus.conditions(
                self.latest, timestamp(), ready=False, initialized=False, reason=podstatus.NOT_READY
            )
            status = podstatus.pull_failed(self.latest, broken, reason, message)
            await self.set_status({"conditions": conditions, **status})
            await self.recorder.warning(self.latest, "Failed", event)
            await asyncio.sleep(4 if attempt else 2)
            attempt += 1

    def _broken_image(self) -> Object | None:
        spec = self.latest["spec"]
        if self.knobs.text("image-pull", self.latest) == "fail":
            return t.cast("Object", spec["containers"][0])
        containers = [*(spec.get("initContainers") or []), *spec["containers"]]
        return next((found for found in containers if self.knobs.matches("imagepull-fail-regex", found["image"])), None)

    async def _attach_networks(self) -> list[Object]:
        wanted = wanted_networks(self.latest)
        for network in wanted:
            collection = namespaced(NETWORKS, network["namespace"], network["name"])
            while await self.api.get(collection) is None:
                text = (
                    'Failed to create pod sandbox: plugin type="multus" failed (add): cannot find a '
                    f"network-attachment-definition ({network['name']}) in namespace ({network['namespace']})"
                )
                await self.recorder.warning(self.latest, "FailedCreatePodSandBox", text)
                await asyncio.sleep(3)
        return wanted

    async def _report_running(self, address: str) -> None:
        now = timestamp()
        containers = [
            podstatus.container(self.latest, spec, {"running": {"startedAt": now}}, ready=True, started=True)
            for spec in self.latest["spec"]["containers"]
        ]
        initial = [init_container(self.latest, spec, now) for spec in self.latest["spec"].get("initContainers") or []]
        status = podstatus.running(self.latest, address, now, containers, ready=True)
        await self.set_status({**status, "initContainerStatuses": initial})


def pull_failure(image: str, attempt: int) -> tuple[str, str, str]:
    """Return reason, message and event of a failed attempt to pull; the first one names the cause."""
    if attempt == 0:
        cause = (
            f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": '
            "unexpected status from HEAD request: 401 Unauthorized"
        )
        return "ErrImagePull", cause, f'Failed to pull image "{image}": {cause}'
    return "ImagePullBackOff", f'Back-off pulling image "{image}"', "Error: ImagePullBackOff"


def init_container(pod: Object, spec: Object, now: str) -> Object:
    """Return the status of an init container once the pod runs: ended, or a running sidecar."""
    if spec.get("restartPolicy") == "Always":
        return podstatus.container(pod, spec, {"running": {"startedAt": now}}, ready=True, started=True)
    state = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}}
    return podstatus.container(pod, spec, state, ready=True)


def wanted_networks(pod: Object) -> list[Object]:
    """Return the secondary networks that a pod asks Multus for, each with its namespace."""
    wanted = json.loads(annotations_of(pod).get(NETWORKS_WANTED) or "[]")
    return [{**network, "namespace": network.get("namespace") or namespace(pod)} for network in wanted]


def network_status(pod: Object, address: str, networks: list[Object]) -> list[Object]:
    """Return what Multus reports: the pod network first, then the others in the order asked for."""
    digits = uid(pod).replace("-", "")
    default = {
        "name": "cbr0",
        "interface": "eth0",
        "ips": [address],
        "mac": _mac(digits[:8]),
        "default": True,
        "dns": {},
    }
    others: list[Object] = [
        {
            "name": f"{network['namespace']}/{network['name']}",
            "interface": network.get("interface") or f"net{place}",
            "mac": network.get("mac") or _mac(f"{place:02x}{digits[-6:]}"),
            "dns": {},
        }
        for place, network in enumerate(networks, start=1)
    ]
    return [default, *others]


def _mac(digits: str) -> str:
    """Return a locally administered address that ends in four given bytes."""
    return ":".join(["02", "00", *(digits[place : place + 2] for place in range(0, 8, 2))])
