# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One list and one watch for all who wait."""

from __future__ import annotations

import queue
import threading
import time
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    Forbidden,
    Unauthorized,
    Unavailable,
    VmoError,
    WatchExpired,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import VM
from ansible_collections.vmo.core.plugins.module_utils._ports import Event, Listing
from ansible_collections.vmo.core.plugins.module_utils._usecase import feed as feed_module
from ansible_collections.vmo.core.plugins.module_utils._usecase.feed import Feed
from ansible_collections.vmo.core.plugins.module_utils._wait import SystemClock

Tree = dict[str, t.Any]
SECONDS = 10.0


def vm(name: str, version: int) -> Tree:
    return {"metadata": {"name": name, "resourceVersion": str(version)}}


class Wire:
    """A watch that yields what a test puts in, raises what is an error, and ends when it is closed."""

    def __init__(self) -> None:
        self.changes: queue.Queue[Event | VmoError | None] = queue.Queue()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        change = self.changes.get(timeout=SECONDS)
        if change is None:
            raise StopIteration
        if isinstance(change, VmoError):
            raise change
        return change

    def close(self) -> None:
        self.changes.put(None)


class Cluster:
    def __init__(self, *lists: Listing) -> None:
        self.lists = list(lists)
        self.wire = Wire()
        self.log: list[str] = []
        self.refusal: VmoError | None = None

    def list_all(self, _kind: object, namespace: str) -> Listing:
        self.log.append(f"list {namespace}")
        return self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]

    def watch(self, _kind: object, namespace: str, name: str | None, *, since: str | None, timeout: float) -> Wire:
        assert name is None
        assert timeout > 0
        self.log.append(f"watch {namespace} since {since}")
        if self.refusal is not None:
            raise self.refusal
        self.wire = Wire()
        return self.wire


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "POLL_SECONDS", 0.01)


def feed_of(cluster: Cluster, *names: str) -> Feed:
    feed = Feed(t.cast("t.Any", cluster), VM, "shop", names or ("a", "b"), SystemClock())
    feed.read()
    return feed


def until(condition: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_list_answers_reads_and_opens_no_watch() -> None:
    cluster = Cluster(Listing([vm("a", 3), vm("stranger", 4)], "9"))
    feed = feed_of(cluster)
    assert feed.found("a") == vm("a", 3)
    assert feed.found("b") is None
    feed.close()
    assert cluster.log == ["list shop"]


def test_all_who_wait_share_one_watch_from_where_the_list_ended() -> None:
    cluster = Cluster(Listing([vm("a", 3)], "9"))
    feed = feed_of(cluster)
    seen: dict[str, Event] = {}

    def wait(name: str) -> None:
        seen[name] = next(feed.events(name, "3", SECONDS))

    threads = [threading.Thread(target=wait, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    until(lambda: len(cluster.log) == 2)
    for change in (Event("MODIFIED", vm("b", 10)), Event("BOOKMARK", vm("", 11)), Event("DELETED", vm("a", 12))):
        cluster.wire.changes.put(change)
    for thread in threads:
        thread.join(SECONDS)
    feed.close()
    assert {name: (event.type, event.object) for name, event in seen.items()} == {
        "a": ("DELETED", vm("a", 12)),
        "b": ("MODIFIED", vm("b", 10)),
    }
    assert cluster.log == ["list shop", "watch shop since 9"]
    assert feed.found("a") is None


def test_what_is_older_than_the_own_write_is_no_news() -> None:
    cluster = Cluster(Listing([vm("a", 3)], "9"))
    feed = feed_of(cluster)
    changes = feed.events("a", "12", SECONDS)
    got: list[Event] = []
    reader = threading.Thread(target=lambda: got.append(next(changes)))
    reader.start()
    until(lambda: len(cluster.log) == 2)
    for version in (10, 11, 12, 13):
        cluster.wire.changes.put(Event("MODIFIED", vm("a", version)))
    reader.join(SECONDS)
    feed.close()
    assert got == [Event("MODIFIED", vm("a", 13))]


def test_silence_lasts_no_longer_than_asked_for() -> None:
    feed = feed_of(Cluster(Listing([], "9")))
    began = time.monotonic()
    assert list(feed.events("a", "3", 0.1)) == []
    assert time.monotonic() - began < SECONDS / 2
    feed.close()


def test_an_expired_watch_begins_anew_with_a_list() -> None:
    cluster = Cluster(Listing([vm("a", 3), vm("b", 4)], "9"), Listing([vm("a", 20)], "30"))
    feed = feed_of(cluster)
    changes = {name: feed.events(name, "9", SECONDS) for name in "ab"}
    first: list[Event] = []
    reader = threading.Thread(target=lambda: first.append(next(changes["a"])))
    reader.start()
    until(lambda: len(cluster.log) == 2)
    cluster.wire.changes.put(WatchExpired("too old"))
    reader.join(SECONDS)
    assert first == [Event("MODIFIED", vm("a", 20))]
    gone = next(changes["b"])
    assert (gone.type, gone.object) == ("DELETED", vm("b", 30))
    until(lambda: cluster.log[-1] == "watch shop since 30")
    feed.close()


@pytest.mark.parametrize("refusal", [Forbidden("no"), Unavailable("later")])
def test_where_no_watch_comes_about_lists_take_its_place(refusal: VmoError) -> None:
    cluster = Cluster(Listing([], "9"), Listing([], "9"), Listing([vm("a", 20)], "30"))
    cluster.refusal = refusal
    feed = feed_of(cluster)
    assert next(feed.events("a", None, SECONDS)).object == vm("a", 20)
    feed.close()
    assert cluster.log.count("list shop") >= 3


def test_what_cannot_be_mended_is_left_to_those_who_wait() -> None:
    cluster = Cluster(Listing([], "9"))
    cluster.refusal = Unauthorized("who are you")
    feed = feed_of(cluster)
    with pytest.raises(Unavailable):
        next(feed.events("a", None, SECONDS))
    feed.close()


def test_closing_ends_waits_and_the_thread() -> None:
    cluster = Cluster(Listing([], "9"))
    feed = feed_of(cluster)
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(Unavailable):
            next(feed.events("a", None, 600))
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    until(lambda: len(cluster.log) == 2)
    began = time.monotonic()
    feed.close()
    assert ended.wait(SECONDS)
    assert time.monotonic() - began < feed_module.END_SECONDS
    assert not [thread for thread in threading.enumerate() if thread.name == "vmo-watch"]
