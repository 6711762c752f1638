# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The snapshot controller and the drivers' snapshotter: VolumeSnapshots and their contents."""

from __future__ import annotations

import asyncio
import functools
import time
import typing as t

from tests.cluster.nodes.context import Context
from tests.cluster.nodes.objects import (
    CLAIMS,
    SNAPSHOT_CLASSES,
    SNAPSHOT_CONTENTS,
    SNAPSHOTS,
    Object,
    deleted,
    name,
    namespace,
    namespaced,
    path,
    phase,
    status,
    timestamp,
    uid,
)
from tests.cluster.nodes.quantities import number
from tests.cluster.nodes.reflector import Reflector
from tests.cluster.nodes.tasks import Tasks

API_VERSION = "snapshot.storage.k8s.io/v1"
SOURCE_AGAIN = 1.0
REFUSED_AGAIN = 5.0


class Snapshotter:
    """``classes`` are the storage classes by name, as somebody else keeps them."""

    def __init__(self, context: Context, tasks: Tasks, classes: t.Mapping[str, Object]) -> None:
        self._api, self._knobs, self._tasks, self._classes = context.api, context.knobs, tasks, classes

    def start(self) -> None:
        self._tasks.start(SNAPSHOTS, Reflector(self._api, SNAPSHOTS, self.handle).run)

    async def handle(self, change: str, found: Object) -> None:
        """Take a new snapshot, or drop the content of one that is gone."""
        if change == "DELETED":
            await self._drop_content(found)
        elif not (status(found).get("readyToUse") or deleted(found)):
            self._tasks.start(f"snapshot {uid(found)}", functools.partial(self._take, found))

    async def _drop_content(self, snapshot: Object) -> None:
        bound = status(snapshot).get("boundVolumeSnapshotContentName")
        content = await self._api.get(f"{SNAPSHOT_CONTENTS}/{bound}") if bound else None
        if content and content["spec"].get("deletionPolicy") == "Delete":
            await self._api.delete(path(SNAPSHOT_CONTENTS, content))

    async def _take(self, snapshot: Object) -> None:
        while await self._api.get(path(SNAPSHOTS, snapshot)):
            if await self._adopt(snapshot):
                return
            claim = await self._claim(snapshot)
            if claim and await self._snapshot(snapshot, claim):
                return
            await asyncio.sleep(REFUSED_AGAIN if claim else SOURCE_AGAIN)

    async def _adopt(self, snapshot: Object) -> bool:
        """Bind a snapshot to the content that it names, as statically provisioned ones do."""
        content_name = snapshot["spec"].get("source", {}).get("volumeSnapshotContentName")
        content = await self._api.get(f"{SNAPSHOT_CONTENTS}/{content_name}") if content_name else None
        if content is None:
            return False
        size = status(content).get("restoreSize", 1 << 30)
        bound = {"boundVolumeSnapshotContentName": content_name, "creationTime": timestamp()}
        await self._set_status(snapshot, {**bound, "readyToUse": True, "restoreSize": str(size)})
        return True

    async def _claim(self, snapshot: Object) -> Object | None:
        claim_name = snapshot["spec"].get("source", {}).get("persistentVolumeClaimName")
        claim = await self._api.get(namespaced(CLAIMS, namespace(snapshot), claim_name)) if claim_name else None
        return claim if claim and phase(claim) == "Bound" else None

    async def _snapshot_class(self, snapshot: Object, claim: Object) -> Object | None:
        wanted = snapshot["spec"].get("volumeSnapshotClassName")
        if wanted:
            return await self._api.get(f"{SNAPSHOT_CLASSES}/{wanted}")
        driver = self._classes.get(claim["spec"].get("storageClassName") or "", {}).get("provisioner")
        found: list[Object] = (await self._api.get(SNAPSHOT_CLASSES) or {"items": []})["items"]
        return next((item for item in found if item["driver"] == driver), None)

    async def _snapshot(self, snapshot: Object, claim: Object) -> bool:
        """Take it; False after an error, which the status tells and which may pass."""
        snapshot_class = await self._snapshot_class(snapshot, claim)
        refused = self._knobs.text("snapshot", snapshot) == "fail" or self._knobs.matches(
            "snapshot-fail-regex", name(snapshot)
        )
        if refused or snapshot_class is None:
            text = "Failed to take snapshot of the volume: rpc error: code = Internal desc = simulated"
            message = text if refused else "failed to get snapshot class"
            await self._set_status(snapshot, {"readyToUse": False, "error": {"time": timestamp(), "message": message}})
            return False
        found = content(snapshot, claim, snapshot_class)
        size = int(number(claim["status"]["capacity"]["storage"]))
        await self._api.create(SNAPSHOT_CONTENTS, found, accept=(409,))
        bound = {"boundVolumeSnapshotContentName": name(found), "creationTime": timestamp(), "restoreSize": str(size)}
        await self._set_status(snapshot, {**bound, "readyToUse": False})
        await asyncio.sleep(self._knobs.seconds("snapshot-delay"))
        taken = {
            "readyToUse": True,
            "creationTime": time.time_ns(),
            "restoreSize": size,
            "snapshotHandle": uid(snapshot),
        }
        await self._api.merge(f"{path(SNAPSHOT_CONTENTS, found)}/status", {"status": taken}, accept=(404,))
        await self._set_status(snapshot, {"readyToUse": True, "error": None})
        return True

    async def _set_status(self, snapshot: Object, changes: Object) -> None:
        await self._api.merge(f"{path(SNAPSHOTS, snapshot)}/status", {"status": changes}, accept=(404,))


def content(snapshot: Object, claim: Object, snapshot_class: Object) -> Object:
    """Return the VolumeSnapshotContent to create for a snapshot of a claim."""
    return {
        "apiVersion": API_VERSION,
        "kind": "VolumeSnapshotContent",
        "metadata": {"name": f"snapcontent-{uid(snapshot)}"},
        "spec": {
            "deletionPolicy": snapshot_class["deletionPolicy"],
            "driver": snapshot_class["driver"],
            "source": {"volumeHandle": claim["spec"]["volumeName"]},
            "sourceVolumeMode": claim["spec"].get("volumeMode", "Filesystem"),
            "volumeSnapshotClassName": name(snapshot_class),
            "volumeSnapshotRef": {
                "apiVersion": API_VERSION,
                "kind": "VolumeSnapshot",
                "name": name(snapshot),
                "namespace": namespace(snapshot),
                "uid": uid(snapshot),
            },
        },
    }
