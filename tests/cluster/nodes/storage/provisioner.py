# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provisions, grows and reclaims volumes."""

from __future__ import annotations

import asyncio
import functools

from tests.cluster.nodes.context import Context
from tests.cluster.nodes.objects import (
    CLAIMS,
    SNAPSHOTS,
    STORAGE_CLASSES,
    VOLUMES,
    Object,
    name,
    namespaced,
    path,
    phase,
    status,
    uid,
)
from tests.cluster.nodes.quantities import number
from tests.cluster.nodes.reflector import Reflector
from tests.cluster.nodes.storage import classes
from tests.cluster.nodes.storage.classes import Need
from tests.cluster.nodes.tasks import Tasks

REFUSED_AGAIN = 5.0
SOURCE_AGAIN = 0.5


class Provisioner:
    """All drivers. ``classes`` is what the snapshotter reads, too."""

    def __init__(self, context: Context, tasks: Tasks) -> None:
        self._context, self._api, self._knobs, self._tasks = context, context.api, context.knobs, tasks
        self.classes: dict[str, Object] = {}
        self._claims: dict[str, Object] = {}

    def start(self) -> None:
        """Follow classes, claims and volumes as tasks."""
        for collection, handler in (
            (STORAGE_CLASSES, self.handle_class),
            (CLAIMS, self.handle_claim),
            (VOLUMES, self.handle_volume),
        ):
            self._tasks.start(collection, Reflector(self._api, collection, handler).run)

    async def handle_class(self, change: str, found: Object) -> None:
        if change == "DELETED":
            self.classes.pop(name(found), None)
        else:
            self.classes[name(found)] = found
            # Claims may have been listed before their class.
            for claim in list(self._claims.values()):
                self._serve(claim)

    async def handle_claim(self, change: str, found: Object) -> None:
        if change == "DELETED":
            self._claims.pop(uid(found), None)
        else:
            self._claims[uid(found)] = found
            self._serve(found)

    async def handle_volume(self, change: str, found: Object) -> None:
        if change != "DELETED" and classes.to_reclaim(found):
            await self._api.delete(path(VOLUMES, found))

    def _class_of(self, claim: Object) -> Object | None:
        return self.classes.get(claim["spec"].get("storageClassName") or "")

    def _serve(self, claim: Object) -> None:
        if classes.need(claim, self._class_of(claim)) is not Need.NOTHING:
            self._tasks.start(f"claim {uid(claim)}", functools.partial(self._serve_until_done, uid(claim)))

    async def _serve_until_done(self, claim_uid: str) -> None:
        while True:
            claim = self._claims.get(claim_uid)
            storage_class = self._class_of(claim) if claim else None
            if claim is None or storage_class is None:
                return
            need = classes.need(claim, storage_class)
            if need is Need.NOTHING:
                return
            if need is Need.GROWTH:
                # It may have to grow further since.
                await self._grow(claim)
                continue
            again = await self._provision(claim, storage_class)
            if again is None:
                return
            await asyncio.sleep(again)

    async def _grow(self, claim: Object) -> None:
        await asyncio.sleep(self._knobs.seconds("resize-delay"))
        size = {"capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]}}
        await self._api.merge(f"{VOLUMES}/{claim['spec']['volumeName']}", {"spec": size}, accept=(404,))
        stored = await self._api.merge(f"{path(CLAIMS, claim)}/status", {"status": size}, accept=(404,))
        if stored is None:
            self._claims.pop(uid(claim), None)
            return
        self._claims[uid(claim)] = stored
        text = "MountVolume.NodeExpandVolume succeeded"
        await self._context.recorder("kubelet").normal(claim, "FileSystemResizeSuccessful", text)

    async def _provision(self, claim: Object, storage_class: Object) -> float | None:
        """Return after how many seconds to try again, None when it is done or not ours to do."""
        driver = storage_class["provisioner"]
        recorder = self._context.recorder(driver)
        refusal = self._refusal(claim)
        if refusal:
            text = f'failed to provision volume with StorageClass "{name(storage_class)}": {refusal}'
            await recorder.warning(claim, "ProvisioningFailed", text)
            return REFUSED_AGAIN
        source = classes.source(claim)
        if source.kind == "other":
            return None
        if source.kind and not await self._available(source):
            return SOURCE_AGAIN
        text = f'External provisioner is provisioning volume for claim "{claim["metadata"]["namespace"]}/{name(claim)}"'
        await recorder.normal(claim, "Provisioning", text)
        await asyncio.sleep(self._knobs.seconds("provision-delay"))
        volume = classes.volume(claim, storage_class)
        await self._api.create(VOLUMES, volume, accept=(409,))
        await recorder.normal(claim, "ProvisioningSucceeded", f"Successfully provisioned volume {name(volume)}")
        return None

    def _refusal(self, claim: Object) -> str:
        if self._knobs.text("provision", claim) == "fail" or self._knobs.matches("provision-fail-regex", name(claim)):
            return "rpc error: code = ResourceExhausted desc = simulated"
        if classes.requested(claim) > number(self._knobs.text("max-volume")):
            return f"requested size {claim['spec']['resources']['requests']['storage']} exceeds pool"
        return ""

    async def _available(self, source: classes.Source) -> bool:
        if source.kind == "VolumeSnapshot":
            snapshot = await self._api.get(namespaced(SNAPSHOTS, source.namespace, source.name)) or {}
            return bool(status(snapshot).get("readyToUse"))
        claim = await self._api.get(namespaced(CLAIMS, source.namespace, source.name)) or {}
        return phase(claim) == "Bound"
