# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events, as a component's recorder sends them."""

from __future__ import annotations

import os

from tests.cluster.nodes.api import Api
from tests.cluster.nodes.objects import Object, timestamp

NORMAL, WARNING = "Normal", "Warning"
MESSAGE_LIMIT = 1024


def event(about: Object, kind: str, reason: str, message: str, component: str) -> Object:
    """Return a new Event about an object, which needs kind, apiVersion and metadata."""
    metadata, now = about["metadata"], timestamp()
    namespace = metadata.get("namespace", "default")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{metadata['name']}.{os.urandom(8).hex()}", "namespace": namespace},
        "involvedObject": {
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "name": metadata["name"],
            "namespace": namespace,
            "uid": metadata["uid"],
            "resourceVersion": metadata.get("resourceVersion"),
        },
        "type": kind,
        "reason": reason,
        "message": message[:MESSAGE_LIMIT],
        "source": {"component": component},
        "reportingComponent": component,
        "reportingInstance": "",
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }


class Recorder:
    """Sends events of one component."""

    def __init__(self, api: Api, component: str) -> None:
        self._api, self._component = api, component

    async def normal(self, about: Object, reason: str, message: str) -> None:
        await self._send(about, NORMAL, reason, message)

    async def warning(self, about: Object, reason: str, message: str) -> None:
        await self._send(about, WARNING, reason, message)

    async def _send(self, about: Object, kind: str, reason: str, message: str) -> None:
        body = event(about, kind, reason, message, self._component)
        # The namespace may be going away, and then nobody misses the event.
        await self._api.create(f"/api/v1/namespaces/{body['metadata']['namespace']}/events", body, accept=(403, 404))
