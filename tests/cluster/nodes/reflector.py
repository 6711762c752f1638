# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List and watch: tells a handler what is there, and then every change, for ever."""

from __future__ import annotations

import asyncio
import json
import logging
import typing as t

from tests.cluster.nodes.api import FAILURES, Api
from tests.cluster.nodes.objects import Object, uid

logger = logging.getLogger(__name__)

Handler = t.Callable[[str, Object], t.Awaitable[None]]
"""Gets ``MODIFIED`` (new ones, too) or ``DELETED`` and the object, one call at a time and in order."""

WATCH = "watch=1&allowWatchBookmarks=true&timeoutSeconds=300"


class Expired(Exception):
    """The watch cannot go on from its resource version; a list can."""


class Reflector:
    """One collection. ``synced`` is set when the first list has been handled."""

    def __init__(self, api: Api, collection: str, handler: Handler) -> None:
        self._api, self._collection, self._handler = api, collection, handler
        self._known: dict[str, Object] = {}
        self.synced = asyncio.Event()

    async def run(self) -> None:
        """Run until cancelled. A resource that is not served (yet) is asked for again."""
        while True:
            try:
                version = await self._list()
                if version:
                    self.synced.set()
                    while True:
                        version = await self._watch(version)
            except (*FAILURES, Expired) as error:
                logger.info("watch %s: %r", self._collection, error)
            await asyncio.sleep(1)

    async def _list(self) -> str:
        found = await self._api.get(self._collection)
        if found is None:
            return ""
        kind = found["kind"].removesuffix("List")
        items = {uid(item): {"kind": kind, "apiVersion": found["apiVersion"], **item} for item in found["items"]}
        gone = [item for known, item in self._known.items() if known not in items]
        self._known = items
        for item in gone:
            await self._handle("DELETED", item)
        for item in items.values():
            await self._handle("MODIFIED", item)
        return str(found["metadata"]["resourceVersion"])

    async def _watch(self, version: str) -> str:
        async with self._api.stream(f"{self._collection}?{WATCH}&resourceVersion={version}") as response:
            async for change in lines(response.content.iter_any()):
                version = await self._follow(json.loads(change))
        return version

    async def _follow(self, event: Object) -> str:
        kind, item = event["type"], event["object"]
        if kind == "ERROR":
            raise Expired(item.get("message", ""))
        if kind == "DELETED":
            self._known.pop(uid(item), None)
            await self._handle("DELETED", item)
        elif kind != "BOOKMARK":
            self._known[uid(item)] = item
            await self._handle("MODIFIED", item)
        return str(item["metadata"]["resourceVersion"])

    async def _handle(self, change: str, item: Object) -> None:
        try:
            await self._handler(change, item)
        except Exception:  # A fault of one object's simulation must not hide the changes of all others.
            logger.exception("%s %s %s", self._collection, change, item["metadata"]["name"])


async def lines(chunks: t.AsyncIterator[bytes]) -> t.AsyncIterator[bytes]:
    """Yield whole lines, however long; the rest after the last one is dropped."""
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
