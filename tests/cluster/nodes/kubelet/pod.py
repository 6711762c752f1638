# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pod on a node: its newest object, its address, its status."""

from __future__ import annotations

import asyncio

from tests.cluster.nodes.addresses import PodAddresses
from tests.cluster.nodes.context import Context
from tests.cluster.nodes.events import Recorder
from tests.cluster.nodes.kubelet import podstatus
from tests.cluster.nodes.objects import PODS, Object, path, status, timestamp, uid


class Pod:
    """What both kinds of pods need. ``latest`` is replaced whenever the API server tells of a change."""

    def __init__(self, context: Context, addresses: PodAddresses, found: Object) -> None:
        self.context, self.addresses = context, addresses
        self.api, self.knobs = context.api, context.knobs
        self.recorder: Recorder = context.recorder("kubelet")
        self.latest = found
        self.done = False
        """Whether the pod was brought to where it goes by itself: Running, or its end."""
        self.over = asyncio.Event()
        """Set when it has ended or is gone."""

    @property
    def path(self) -> str:
        return path(PODS, self.latest)

    @property
    def address(self) -> str:
        return str(status(self.latest).get("podIP") or "")

    async def set_status(self, changes: Object) -> None:
        """Merge into the status; no effect on a pod that has gone, or on another one of its name."""
        body = {"metadata": {"uid": uid(self.latest)}, "status": changes}
        await self.api.merge(f"{self.path}/status", body, accept=(404, 409, 422))

    async def report_creating(self) -> None:
        """Say that the containers wait for volumes."""
        await self.set_status({
            "conditions": podstatus.conditions(
                self.latest, timestamp(), ready=False, initialized=False, reason=podstatus.NOT_READY
            ),
            "containerStatuses": podstatus.waiting(self.latest, "ContainerCreating"),
        })  # fmt: skip

    def release_address(self) -> None:
        if self.address:
            self.addresses.release(self.address, self.latest)
