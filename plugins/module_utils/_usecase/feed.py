# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One list and one watch of a kind in a namespace, for all who wait for its objects. Private to vmo.core."""

from __future__ import annotations

import threading
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ConnectionFailed,
    Forbidden,
    Unavailable,
    VmoError,
    WatchExpired,
)
from ansible_collections.vmo.core.plugins.module_utils._ports import Event
from ansible_collections.vmo.core.plugins.module_utils._wait import POLL_SECONDS, WATCH_SECONDS

if t.TYPE_CHECKING:
    from collections.abc import Generator

    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, JsonObject, Watch

# how long an end may take that somebody asks for
END_SECONDS = 5.0


class Feed:
    """The objects of some names as last seen. ``read`` lists them; who waits for ``events`` lets the watch begin.

    The watch runs in a thread of its own until ``close``. Where nobody may watch, it lists again and again.
    """

    def __init__(self, cluster: Cluster, kind: Kind, namespace: str, names: t.Iterable[str], clock: Clock) -> None:
        self._cluster = cluster
        self._kind = kind
        self._namespace = namespace
        self._clock = clock
        self._lock = threading.Lock()
        self._news = {name: threading.Condition(self._lock) for name in names}
        self._latest: dict[str, Event] = {}
        self._since = ""
        self._watch: Watch | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._has_ended = False

    def read(self) -> None:
        """List the objects."""
        listing = self._cluster.list_all(self._kind, self._namespace)
        found = {item["metadata"]["name"]: item for item in listing.items}
        with self._lock:
            self._since = listing.resource_version
            for name in self._news:
                latest = self._latest.get(name)
                if name in found:
                    self._note(name, Event("MODIFIED", found[name]))
                elif latest is not None and latest.type != "DELETED":
                    metadata = {**latest.object["metadata"], "resourceVersion": listing.resource_version}
                    self._note(name, Event("DELETED", {**latest.object, "metadata": metadata}))

    def found(self, name: str) -> JsonObject | None:
        """Return an object as last seen, ``None`` if it is not there."""
        with self._lock:
            latest = self._latest.get(name)
        return None if latest is None or latest.type == "DELETED" else latest.object

    def events(self, name: str, since: str | None, timeout: float) -> Generator[Event, None, None]:
        """Yield what becomes of an object, its newest state only, for ``timeout`` seconds at most.

        Raises ``Unavailable`` when the watch has ended for good.
        """
        self._begin()
        ends = self._clock.now() + timeout
        while True:
            with self._lock:
                event = self._next(name, since, ends)
            if event is None:
                return
            since = _version(event.object)
            yield event

    def _next(self, name: str, since: str | None, ends: float) -> Event | None:
        while True:
            event = self._latest.get(name)
            if event is not None and _is_newer(event.object, since):
                return event
            if self._has_ended:
                raise Unavailable(f"The watch of {self._kind.plural} in {self._namespace} has ended.")
            left = ends - self._clock.now()
            if left <= 0:
                return None
            self._news[name].wait(left)

    def close(self) -> None:
        """End the watch, and with it all waits."""
        self._stop.set()
        with self._lock:
            self._has_ended = True
            watch, thread = self._watch, self._thread
            self._wake_all()
        if watch is not None:
            watch.close()
        if thread is not None:
            thread.join(END_SECONDS)

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None and not self._has_ended:
                self._thread = threading.Thread(target=self._follow, name="vmo-watch", daemon=True)
                self._thread.start()

    def _follow(self) -> None:
        try:
            while not self._stop.is_set():
                self._read_on()
        except VmoError:
            # whoever waits looks for himself then, and meets the reason
            pass
        finally:
            with self._lock:
                self._has_ended = True
                self._wake_all()

    def _read_on(self) -> None:
        began = self._clock.now()
        try:
            self._take_events()
            if self._clock.now() - began < POLL_SECONDS:
                # a line that breaks at once would break again
                self._stop.wait(POLL_SECONDS)
        except WatchExpired:
            self.read()
        except (Forbidden, ConnectionFailed, Unavailable):
            self._stop.wait(POLL_SECONDS)
            if not self._stop.is_set():
                self.read()

    def _take_events(self) -> None:
        watch = self._cluster.watch(self._kind, self._namespace, None, since=self._since or None, timeout=WATCH_SECONDS)
        with self._lock:
            self._watch = watch
        try:
            if self._stop.is_set():
                return
            for event in watch:
                with self._lock:
                    self._since = _version(event.object) or self._since
                    name = (event.object.get("metadata") or {}).get("name")
                    if event.type != "BOOKMARK" and name in self._news:
                        self._note(name, event)
        finally:
            watch.close()

    def _note(self, name: str, event: Event) -> None:
        latest = self._latest.get(name)
        if latest is None or _is_newer(event.object, _version(latest.object)):
            self._latest[name] = event
            self._news[name].notify_all()

    def _wake_all(self) -> None:
        for news in self._news.values():
            news.notify_all()


def _version(found: JsonObject) -> str | None:
    version = (found.get("metadata") or {}).get("resourceVersion")
    return None if version is None else str(version)


def _is_newer(found: JsonObject, since: str | None) -> bool:
    """Tell whether an object is newer than a resourceVersion; who cannot tell takes it to be."""
    version = _version(found)
    if version is None or since is None or not (version.isdigit() and since.isdigit()):
        return version != since
    return int(version) > int(since)
