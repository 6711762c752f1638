# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits follow a watch, know when to look again, and never outlive their deadline."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ConnectionFailed,
    Forbidden,
    WaitFailed,
    WaitTimeout,
    WatchExpired,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import VM
from ansible_collections.vmo.core.plugins.module_utils._ports import Event
from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline, Outlook, Target, wait_until

Tree = dict[str, t.Any]


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 100.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds


class Told:
    def __init__(self) -> None:
        self.messages: list[str] = []

    def report(self, message: str) -> None:
        self.messages.append(message)


def at(step: int) -> Tree:
    return {"metadata": {"resourceVersion": str(step)}, "step": step}


def fail(error: Exception) -> t.NoReturn:
    raise error


class ScriptedCluster:
    """Answers each watch with the next script: states, an error, or silence for the time that was asked for."""

    def __init__(self, clock: FakeClock, *watches: t.Any, reads: t.Sequence[Tree | None] = ()) -> None:
        self._clock = clock
        self._watches = list(watches)
        self._reads = list(reads)
        self.log: list[str] = []

    def get(self, _kind: object, _namespace: str, _name: str) -> Tree | None:
        self.log.append("get")
        return self._reads.pop(0)

    def watch(
        self, _kind: object, _namespace: str, _name: str, *, since: str | None, timeout: float
    ) -> t.Iterator[Event]:
        self.log.append(f"watch since {since} for {timeout:g}")
        script = self._watches.pop(0) if self._watches else ()
        return fail(script) if isinstance(script, Exception) else self._events(script, timeout)

    def _events(self, script: t.Iterable[Event], timeout: float) -> t.Iterator[Event]:
        yield from script
        self._clock.seconds += timeout


def modified(step: int) -> Event:
    return Event("MODIFIED", at(step))


def until_three(found: Tree | None) -> Outlook:
    step = (found or {}).get("step", 0)
    return Outlook(step == 3, f"step {step}")


def run(
    clock: FakeClock,
    cluster: ScriptedCluster,
    look: t.Callable[[Tree | None], Outlook] = until_three,
    *,
    seconds: float = 60,
    told: Told | None = None,
) -> Tree | None:
    return wait_until(
        t.cast("t.Any", cluster),
        Target(VM, "shop", "web-01"),
        at(1),
        look,
        awaited="at step 3",
        deadline=Deadline(clock, seconds),
        progress=told or Told(),
    )


def test_one_watch_serves_all_changes() -> None:
    clock, told = FakeClock(), Told()
    bookmark = Event("BOOKMARK", {"metadata": {"resourceVersion": "2"}})
    cluster = ScriptedCluster(clock, [modified(2), bookmark, modified(3)])
    assert run(clock, cluster, told=told) == at(3)
    assert cluster.log == ["watch since 1 for 60"]
    assert told.messages == ["VirtualMachine shop/web-01: step 1", "VirtualMachine shop/web-01: step 2"]
    assert clock.pauses == []


def test_what_is_done_already_costs_nothing() -> None:
    clock = FakeClock()
    cluster = ScriptedCluster(clock)
    assert run(clock, cluster, lambda _found: Outlook(True, "there")) == at(1)
    assert cluster.log == []


def test_a_deleted_object_is_none() -> None:
    clock = FakeClock()
    cluster = ScriptedCluster(clock, [Event("DELETED", at(2))])
    assert run(clock, cluster, lambda found: Outlook(found is None, "still there")) is None


def test_an_expired_watch_begins_anew_with_a_read() -> None:
    clock = FakeClock()
    cluster = ScriptedCluster(clock, WatchExpired("too old"), [modified(3)], reads=[at(2)])
    assert run(clock, cluster) == at(3)
    assert cluster.log == ["watch since 1 for 60", "get", "watch since 2 for 60"]


def test_an_object_older_than_what_the_server_remembers_is_not_asked_for_without_a_pause() -> None:
    clock = FakeClock()
    expired = [WatchExpired("too old")] * 2
    cluster = ScriptedCluster(clock, *expired, [modified(3)], reads=[at(1), at(1), at(1), at(2)])
    assert run(clock, cluster) == at(3)
    watches = [entry for entry in cluster.log if entry != "get"]
    assert watches == ["watch since 1 for 60", "watch since 1 for 58", "watch since 2 for 56"]
    assert clock.pauses == [2.0, 2.0]


def test_who_may_not_watch_polls() -> None:
    clock = FakeClock()
    cluster = ScriptedCluster(clock, Forbidden("no watch"), reads=[at(1), at(2), at(3)])
    assert run(clock, cluster) == at(3)
    assert cluster.log == ["watch since 1 for 60", "get", "get", "get"]
    assert clock.pauses == [2.0, 2.0, 2.0]


def test_a_broken_line_is_bridged_by_a_read() -> None:
    clock = FakeClock()
    cluster = ScriptedCluster(clock, ConnectionFailed("cut"), [modified(3)], reads=[at(2)])
    assert run(clock, cluster) == at(3)


def test_the_deadline_tells_what_was_seen_last() -> None:
    clock = FakeClock()
    cluster = ScriptedCluster(clock, [modified(2)])
    with pytest.raises(WaitTimeout, match=r"shop/web-01 is not at step 3 after 5 seconds; last seen: step 2\."):
        run(clock, cluster, seconds=5)
    assert clock.now() == 105


def test_no_hope_ends_it_at_once() -> None:
    clock = FakeClock()
    cluster = ScriptedCluster(clock, [modified(2), modified(3)])

    def look(found: Tree | None) -> Outlook:
        if (found or {})["step"] == 2:
            raise WaitFailed("broken", code="image_pull_failed")
        return Outlook(False, "well")

    with pytest.raises(WaitFailed) as failure:
        run(clock, cluster, look)
    assert failure.value.code == "image_pull_failed"
    assert clock.now() == 100


def test_another_look_is_taken_when_it_is_due() -> None:
    clock = FakeClock()
    cluster = ScriptedCluster(clock, [], [], [modified(3)])
    looks = []

    def look(found: Tree | None) -> Outlook:
        looks.append(clock.now())
        return until_three(found)._replace(look_again=3.0)

    assert run(clock, cluster, look) == at(3)
    assert looks == [100, 103, 106, 106]


def test_a_long_watch_does_not_hold_up_a_nearer_look() -> None:
    clock = FakeClock()
    cluster = ScriptedCluster(clock, [modified(2)], [modified(3)])

    def look(found: Tree | None) -> Outlook:
        outlook = until_three(found)
        return outlook if outlook.seen == "step 1" else outlook._replace(look_again=3.0)

    assert run(clock, cluster, look) == at(3)
    assert cluster.log == ["watch since 1 for 60", "watch since 2 for 3"]
