# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Background work: kept from being collected, and never failing in silence."""

from __future__ import annotations

import asyncio
import logging
import typing as t

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class Tasks:
    """Tasks by key, at most one a key; a key is free again when its task is done."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._tasks

    def start(self, key: str, work: t.Callable[[], t.Awaitable[None]]) -> None:
        """Begin work. It is done again, a second later, as long as it raises; no effect while the key is taken."""
        known = self._tasks.get(key)
        if known is None or known.done():
            task = asyncio.create_task(_until_done(key, work), name=key)
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))

    def _forget(self, key: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]

    async def cancel(self, key: str) -> None:
        """Cancel the work of a key, and wait until it has cleaned up."""
        task = self._tasks.get(key)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        """Cancel all."""
        await asyncio.gather(*(self.cancel(key) for key in list(self._tasks)))


async def _until_done(key: str, work: t.Callable[[], t.Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:  # Whatever went wrong with one object, the others go on, and the log tells.
            logger.exception("%s: again in %g s", key, RETRY_SECONDS)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return
