# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that are a status only: virt-launcher, hotplug pods, importers, DaemonSets."""

from __future__ import annotations

import asyncio
import json

from tests.cluster.nodes.kubelet import mounts, podstatus
from tests.cluster.nodes.kubelet.pod import Pod
from tests.cluster.nodes.kubelet.pulling import pull
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
        await pull(self)
        networks = await self._attach_networks()
        await asyncio.sleep(self.knobs.seconds("pod-start-delay", self.latest))
        address = self.address or self.addresses.allocate(self.latest, process=False)
        if networks:
            text = json.dumps(network_status(self.latest, address, networks))
            change = {"metadata": {"annotations": {NETWORKS_STATUS: text}}}
            await self.api.merge(self.path, change, accept=(404,))
        await self._report_running(address)

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
