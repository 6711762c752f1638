# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for an object: by watch where one may, with a deadline, no longer than there is hope. Private to vmo.core."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ConnectionFailed,
    Forbidden,
    Unavailable,
    WaitTimeout,
    WatchExpired,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, Event, JsonObject, Progress

POLL_SECONDS = 2.0
WATCH_SECONDS = 60.0
# how often another writer may come first before a task gives up
ATTEMPTS = 8
_VERSION = "metadata.resourceVersion"


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        time.sleep(seconds)


class Silent:
    """Progress that nobody listens to."""

    def report(self, message: str) -> None:
        """Drop ``message``."""


class Outlook(t.NamedTuple):
    """What somebody who waits makes of an object.

    ``seen`` is a short phrase for progress and for the error at the deadline. ``look_again``: seconds after which
    another look is worth while even though the object did not change.
    """

    done: bool
    seen: str
    look_again: float | None = None


class Deadline:
    """A point in time, and how far it is."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self._ends = clock.now() + seconds

    @property
    def left(self) -> float:
        """Return the seconds that are left, never less than 0."""
        return max(0.0, self._ends - self.clock.now())


def gives_way(deadline: Deadline, conflicts: int) -> bool:
    """Pause after a conflict with another writer; false where so many of them, or the time, are enough."""
    if conflicts >= ATTEMPTS or deadline.left <= 0:
        return False
    deadline.clock.sleep(min(0.05 * 2**conflicts, 1.0))
    return True


class Target(t.NamedTuple):
    """The object that is waited for."""

    kind: Kind
    namespace: str
    name: str

    @property
    def subject(self) -> str:
        """Return how messages call it."""
        return f"{self.kind.name} " + "/".join(filter(None, (self.namespace, self.name)))


def wait_until(
    cluster: Cluster,
    target: Target,
    found: JsonObject | None,
    look: Callable[[JsonObject | None], Outlook],
    *,
    awaited: str,
    deadline: Deadline,
    progress: Progress,
) -> JsonObject | None:
    """Return the object as soon as ``look`` finds it done; ``None`` is an object that is gone.

    ``look`` raises ``WaitFailed`` when there is no hope; ``WaitTimeout`` tells what was seen last.
    """
    changes = _Changes(cluster, target, deadline.clock)
    try:
        while True:
            outlook = look(found)
            if outlook.done:
                return found
            progress.report(f"{target.subject}: {outlook.seen}")
            if deadline.left <= 0:
                raise WaitTimeout(
                    f"{target.subject} is not {awaited} after {deadline.seconds:g} seconds; last seen: {outlook.seen}.",
                    awaited=awaited,
                    last_seen=outlook.seen,
                )
            found = changes.after(found, min(deadline.left, outlook.look_again or WATCH_SECONDS))
    finally:
        changes.close()


class _Changes:
    """The next state of an object, from one watch for as long as it lasts."""

    def __init__(self, cluster: Cluster, target: Target, clock: Clock) -> None:
        self._cluster = cluster
        self._target = target
        self._clock = clock
        self._events: Iterator[Event] | None = None
        self._ends = 0.0
        self._may_watch = True

    def after(self, found: JsonObject | None, within: float) -> JsonObject | None:
        """Return the next state, or ``found`` itself when nothing happened for ``within`` seconds."""
        if found is None or not self._may_watch:
            return self._poll(within)
        try:
            return self._next_event(found, within)
        except WatchExpired:
            self.close()
            again = self._read()
            # What a server remembers may begin after the last change of an object: no watch from there ever begins.
            is_as_before = dig(again or {}, _VERSION) == dig(found, _VERSION)
            return self._poll(within) if is_as_before else again
        except Forbidden:
            self._may_watch = False
            return self._poll(within)
        except (ConnectionFailed, Unavailable):
            # the API server restarts, or its line broke: a read is retried with back-off, a watch is not
            self.close()
            return self._poll(within)

    def _next_event(self, found: JsonObject, within: float) -> JsonObject | None:
        now = self._clock.now()
        if self._events is not None and self._ends - now > within + POLL_SECONDS:
            # it would stay silent for longer than somebody wants to wait
            self.close()
        if self._events is None:
            since = dig(found, _VERSION)
            kind, namespace, name = self._target
            self._events = iter(self._cluster.watch(kind, namespace, name, since=since, timeout=within))
            self._ends = now + within
        for event in self._events:
            if event.type == "BOOKMARK":
                continue
            return None if event.type == "DELETED" else event.object
        self._events = None
        return found

    def _poll(self, within: float) -> JsonObject | None:
        self._clock.sleep(min(POLL_SECONDS, within))
        return self._read()

    def _read(self) -> JsonObject | None:
        return self._cluster.get(*self._target)

    def close(self) -> None:
        """End the watch."""
        end = getattr(self._events, "close", None)
        self._events = None
        if end is not None:
            end()
