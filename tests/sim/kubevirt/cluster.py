# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controllers share: the store, the delays, and one queue that runs every reconcile."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import typing as t

from tests.sim.kubevirt.documents import now
from tests.sim.kubevirt.kinds import BY_NAME, EVENT, Change, Kind, Object
from tests.sim.kubevirt.refusals import Refusal
from tests.sim.kubevirt.serving import Serving
from tests.sim.kubevirt.store import Store

Key = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Timings:
    """Every delay, in real seconds. ``second`` is what one second of a grace period or a sim/ annotation lasts."""

    react: float = 0.005
    establish: float = 0.05
    provision: float = 0.05
    import_: float = 0.5
    import_step: float = 0.1
    import_retry: float = 0.3
    pod_start: float = 0.05
    pull_back_off: float = 0.2
    boot: float = 0.2
    agent: float = 0.3
    shutdown: float = 0.1
    migration: float = 0.3
    second: float = 0.05
    crash_back_off: float = 10.0
    bookmark: float = 10.0

    @classmethod
    def demo(cls) -> Timings:
        """Slow enough to watch an import proceed, quick enough for an impatient newcomer."""
        return cls(
            react=0.05, provision=0.5, import_=6.0, import_step=0.5, import_retry=2.0, pod_start=0.5,
            pull_back_off=1.0, boot=1.5, agent=1.5, shutdown=1.0, migration=2.0, second=0.5,
        )  # fmt: skip


class Controller(t.Protocol):
    """Brings one object closer to what it should be; returns the seconds after which to look again."""

    kind: Kind

    def reconcile(self, namespace: str, name: str) -> float | None:
        """Bring one object on; seconds until it wants to be looked at again."""

    def concerned(self, _change: Change, /) -> t.Iterable[Key]:
        """The objects of this controller that a change elsewhere may move."""


class Cluster:
    """The store with its controllers. Everything here runs on one event loop, so nothing needs a lock."""

    def __init__(self, version: str, timings: Timings) -> None:
        self.version, self.timings, self.store = version, timings, Store()
        self.serving = Serving(self.store)
        self.legacy = version == "1.4"
        self._controllers: list[Controller] = []
        self._timers: dict[tuple[int, Key], asyncio.TimerHandle] = {}
        self._clocks: dict[tuple[str, ...], float] = {}
        self._serial = itertools.count(1)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop, controllers: t.Sequence[Controller]) -> None:
        self._loop, self._controllers = loop, list(controllers)
        self.store.listeners.append(self._on_change)

    def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def remaining(self, seconds: float, *what: str) -> float:
        """The rest of a delay that began when it was first asked for; ``what`` begins with the uid of its subject."""
        assert self._loop is not None
        return self._clocks.setdefault(what, self._loop.time()) + seconds - self._loop.time()

    def forget(self, uid: str) -> None:
        for what in [what for what in self._clocks if what[0] == uid]:
            del self._clocks[what]

    def emit(self, about: Object, reason: str, message: str, component: str, kind: str = "Normal") -> None:
        """A core v1 Event; repeated ones are counted on one object, as the genuine recorder does."""
        metadata = about["metadata"]
        subject = {key: about[key] for key in ("apiVersion", "kind")}
        subject |= {key: metadata[key] for key in ("name", "namespace", "uid", "resourceVersion")}
        for old in self.store.select(EVENT, metadata["namespace"]):
            if (old["involvedObject"]["uid"], old["reason"], old["message"]) == (metadata["uid"], reason, message):
                self.store.replace(EVENT, {**old, "count": old["count"] + 1, "lastTimestamp": now()})
                return
        name = f"{metadata['name']}.{next(self._serial):016x}"
        event: Object = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": metadata["namespace"]},
        }
        event |= {"involvedObject": subject, "type": kind, "reason": reason, "message": message, "count": 1}
        event |= {"source": {"component": component}, "reportingComponent": component, "reportingInstance": ""}
        self.store.create(EVENT, {**event, "firstTimestamp": now(), "lastTimestamp": now()})

    def write(self, document: Object) -> None:
        """A controller's write of a document it has just read, which then carries its new revision."""
        kind = BY_NAME[document["apiVersion"], document["kind"]]
        document["metadata"] = self.store.replace(kind, document)["metadata"]

    def _on_change(self, change: Change) -> None:
        for index, controller in enumerate(self._controllers):
            keys = set(controller.concerned(change))
            if change.kind is controller.kind:
                keys.add((change.after["metadata"].get("namespace", ""), change.after["metadata"]["name"]))
            for key in keys:
                self._schedule(index, key, self.timings.react)

    def _schedule(self, index: int, key: Key, delay: float) -> None:
        assert self._loop is not None
        pending = self._timers.get((index, key))
        if pending is not None and pending.when() <= self._loop.time() + delay:
            return
        if pending is not None:
            pending.cancel()
        self._timers[index, key] = self._loop.call_later(delay, self._run, index, key)

    def _run(self, index: int, key: Key) -> None:
        self._timers.pop((index, key), None)
        try:
            again = self._controllers[index].reconcile(*key)
        except Refusal as refused:
            # Two documents of one pass may belong together: whoever lost the race looks again, as in the genuine ones.
            if refused.code not in (404, 409):
                raise
            again = self.timings.react
        if again is not None:
            self._schedule(index, key, max(again, self.timings.react))
