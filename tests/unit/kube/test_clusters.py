# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several threads on one API server: a limit that falls under load, and a watch that ends when it is told to."""

from __future__ import annotations

import json
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3

from ansible_collections.vmo.core.plugins.module_utils._errors import Unavailable
from ansible_collections.vmo.core.plugins.module_utils._http.limit import Limit
from ansible_collections.vmo.core.plugins.module_utils._kube import transport
from ansible_collections.vmo.core.plugins.module_utils._kube.cluster import KubeCluster
from ansible_collections.vmo.core.plugins.module_utils._kube.clusters import KubeClusters, Throttled
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import HttpTransport, Request, Response, Stream
from ansible_collections.vmo.core.plugins.module_utils._model.kind import VM
from tests.unit.kube.scripted import TOKEN, Answer, Authority, FakeClock, ScriptedServer

GET = Request("GET", "/version")


class Busy:
    """A server that answers in a moment, and counts how many requests are under way."""

    def __init__(self, status: int = 200, seconds: float = 0.02) -> None:
        self._lock = threading.Lock()
        self._status = status
        self._seconds = seconds
        self._now = 0
        self.most = 0

    def send(self, _request: Request) -> Response:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self._seconds)
        with self._lock:
            self._now -= 1
        return Response(self._status, {}, b"{}")

    def stream(self, _request: Request) -> Stream:
        return Stream(Response(200, {}, b""), iter(()))


def crowd(throttled: Throttled, requests: int) -> None:
    with ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(throttled.send, [GET] * requests))


def test_no_more_requests_at_once_than_there_are_places() -> None:
    busy, limit = Busy(), Limit(3)
    crowd(Throttled(busy, limit), 20)
    assert busy.most == 3
    assert limit.places == 3


@pytest.mark.parametrize("status", [429, 503])
def test_an_overloaded_server_gets_fewer_requests_and_later_more(status: int) -> None:
    limit = Limit(16)
    crowd(Throttled(Busy(status), limit), 64)
    assert limit.places <= 4
    crowd(Throttled(Busy(), limit), 400)
    assert limit.places == 16


@pytest.mark.parametrize("status", [200, 201, 404, 409, 422, 500])
def test_other_answers_are_no_overload(status: int) -> None:
    limit = Limit(4)
    crowd(Throttled(Busy(status, 0.0), limit), 12)
    assert limit.places == 4


def test_one_burst_counts_once() -> None:
    limit = Limit(8)
    tokens = [limit.enter() for _turn in range(8)]
    for token in tokens:
        limit.leave(token, went_well=False, overloaded=True)
    assert limit.places == 4


def test_a_place_is_given_back_when_no_answer_comes() -> None:
    class Gone(Busy):
        def send(self, _request: Request) -> Response:
            raise Unavailable("gone")

    throttled = Throttled(Gone(), Limit(1))
    for _turn in range(3):
        with pytest.raises(Unavailable):
            throttled.send(GET)


def test_a_stream_takes_no_place() -> None:
    limit = Limit(1)
    token = limit.enter()
    assert Throttled(Busy(), limit).stream(GET).head.status == 200
    limit.leave(token, went_well=True)


def test_each_way_has_its_own_patience_and_warnings(server: ScriptedServer, wire: HttpTransport) -> None:
    clock = FakeClock()
    clusters = KubeClusters(Throttled(wire, Limit(2)), clock, 5.0, dry_run=False)
    first, second = clusters.cluster(), clusters.cluster()
    server.answers(*[Answer(503)] * 200)
    with pytest.raises(Unavailable):
        first.get(VM, "shop", "a")
    spent = len(server.asked)
    with pytest.raises(Unavailable):
        second.get(VM, "shop", "a")
    assert len(server.asked) - spent > 1
    server.script.clear()
    server.answers(Answer(body={"metadata": {}}, headers=(("Warning", '299 - "old"'),)))
    third = clusters.cluster()
    third.get(VM, "shop", "a")
    assert (third.drain_warnings(), first.drain_warnings()) == (["old"], [])


def test_all_objects_are_watched_without_a_name(server: ScriptedServer, cluster: KubeCluster) -> None:
    server.answers(Answer(chunks=()))
    assert list(cluster.watch(VM, "shop", None, since="5", timeout=7)) == []
    assert "fieldSelector" not in server.asked[0].query


@pytest.mark.parametrize("secure", [False, True])
def test_a_silent_watch_ends_at_once_when_another_thread_closes_it(authority: Authority, *, secure: bool) -> None:
    event = json.dumps({"type": "ADDED", "object": {"metadata": {"name": "a"}}}).encode() + b"\n"
    with ScriptedServer(authority.server_context() if secure else None) as server:
        door = Credentials(host=server.url, api_key=TOKEN, ca_cert=str(authority.ca) if secure else None)
        cluster = KubeCluster(HttpTransport(connect(door)))
        server.answers(Answer(chunks=(event,), silence=30), {"metadata": {"name": "a"}})
        watch = cluster.watch(VM, "shop", None, since=None, timeout=60)
        seen: list[str] = []
        reader = threading.Thread(target=lambda: seen.extend(each.type for each in watch), daemon=True)
        reader.start()
        deadline = time.monotonic() + 10
        while not seen and time.monotonic() < deadline:
            time.sleep(0.01)
        began = time.monotonic()
        watch.close()
        reader.join(10)
        assert not reader.is_alive()
        assert time.monotonic() - began < 5
        assert seen == ["ADDED"]
        # and the door is still open
        assert cluster.get(VM, "shop", "a") is not None


def test_threads_leave_the_filters_of_warnings_as_they_were() -> None:
    both = threading.Barrier(2)

    def talk(is_longer: bool) -> None:
        with transport._UNWARNED:
            both.wait(10)
            if is_longer:
                time.sleep(0.05)
            warnings.warn("unverified", urllib3.exceptions.InsecureRequestWarning, stacklevel=1)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        filters = list(warnings.filters)
        with ThreadPoolExecutor() as pool:
            list(pool.map(talk, [True, False]))
        assert list(warnings.filters) == filters
        warnings.warn("heard", stacklevel=1)
    assert [str(each.message) for each in caught] == ["heard"]
