# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registers a node, and keeps it alive for the node life-cycle controller."""

from __future__ import annotations

import asyncio
import logging
import typing as t

from tests.cluster.nodes.api import FAILURES, Api
from tests.cluster.nodes.kubelet import node
from tests.cluster.nodes.objects import is_true, precise_timestamp, timestamp
from tests.cluster.nodes.outage import Outages

logger = logging.getLogger(__name__)

INTERVAL = 3.0
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


class Registration:
    """One node. ``devices`` tells whether virt-handler runs on it, ``returned`` is called after an outage."""

    def __init__(
        self,
        api: Api,
        name: str,
        version: str,
        outages: Outages,
        *,
        devices: t.Callable[[], bool],
        returned: t.Callable[[], t.Awaitable[None]],
    ) -> None:
        self._api, self._name, self._version, self._outages = api, name, version, outages
        self._devices, self._returned = devices, returned
        self._announced: bool | None = None
        self._was_cut_off = False

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self.beat()
            except FAILURES as error:
                logger.info("node %s: %r", self._name, error)
            await asyncio.sleep(INTERVAL)

    async def beat(self) -> None:
        """Do once what is due every few seconds."""
        cut_off = self._outages.cut_off(self._name)
        if self._was_cut_off and not cut_off:
            await self._returned()
        self._was_cut_off = cut_off
        if not cut_off:
            await self._post_status()
            await self._renew_lease()

    async def _post_status(self) -> None:
        path = f"/api/v1/nodes/{self._name}"
        found = await self._api.get(path)
        if found is None:
            self._announced = None
            found = await self._api.create("/api/v1/nodes", node.registration(self._name)) or {}
        devices = self._devices()
        if devices == self._announced and is_true(found, "Ready"):
            return
        own = node.status(self._name, self._version, timestamp(), devices=devices)
        found["status"] = {**(found.get("status") or {}), **own}
        if await self._api.replace(f"{path}/status", found, accept=(409,)):
            self._announced = devices

    async def _renew_lease(self) -> None:
        lease = node.lease(self._name, precise_timestamp())
        if await self._api.merge(f"{LEASES}/{self._name}", {"spec": lease["spec"]}, accept=(404,)) is None:
            # Not even the namespace exists at first.
            await self._api.create(LEASES, lease, accept=(404, 409))
