# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client, list and watch, and background tasks."""

from __future__ import annotations

import asyncio
import logging
import typing as t

import pytest

from tests.cluster.nodes import api as client
from tests.cluster.nodes.api import Api, ApiError
from tests.cluster.nodes.events import Recorder
from tests.cluster.nodes.objects import PODS, Object, name
from tests.cluster.nodes.reflector import Reflector, lines
from tests.cluster.nodes.tasks import Tasks
from tests.unit.cluster.nodes.apiserver import ApiServer
from tests.unit.cluster.nodes.builders import a_pod

POD = "/api/v1/namespaces/shop/pods/web-pod"


def with_server(act: t.Callable[[ApiServer, Api], t.Awaitable[None]]) -> None:
    async def run() -> None:
        server = ApiServer()
        async with server.serving() as api:
            await act(server, api)

    asyncio.run(run())


def test_what_is_not_there_is_none() -> None:
    async def act(_server: ApiServer, api: Api) -> None:
        assert await api.get(POD) is None

    with_server(act)


def test_a_refusal_that_nobody_expects_is_an_error() -> None:
    async def act(server: ApiServer, api: Api) -> None:
        server.answers.append(("GET", POD, 403))
        with pytest.raises(ApiError, match=f"GET {POD}: 403") as raised:
            await api.get(POD)
        assert raised.value.status == 403

    with_server(act)


def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSE", 0.01)

    async def act(server: ApiServer, api: Api) -> None:
        server.objects[POD] = a_pod()
        server.answers += [("GET", POD, 503), ("GET", POD, 429)]
        assert await api.get(POD) == a_pod()
        assert len(server.requests) == 3

    with_server(act)


def test_who_is_played_stands_in_the_headers() -> None:
    async def act(server: ApiServer, api: Api) -> None:
        node = {"Authentication.kubernetes.io%2Fnode-Name": "kv-node2"}
        recorder = Recorder(api.impersonating("system:serviceaccount:a:b", node), "virt-handler")
        await recorder.warning(a_pod(), "Broken", "x" * 2000)
        (sent,) = server.requests
        assert (sent.user, sent.node) == ("system:serviceaccount:a:b", "kv-node2")
        assert (sent.body["reason"], len(sent.body["message"])) == ("Broken", 1024)
        assert sent.body["involvedObject"]["uid"] == a_pod()["metadata"]["uid"]

    with_server(act)


def a_list(*pods: Object) -> Object:
    items = [{"metadata": pod["metadata"], "spec": pod["spec"]} for pod in pods]
    return {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "7"}, "items": items}


def an_event(kind: str, pod: Object) -> Object:
    return {"type": kind, "object": {**pod, "metadata": {**pod["metadata"], "resourceVersion": "8"}}}


async def reflect(server: ApiServer, api: Api, expected: int) -> list[tuple[str, str]]:
    """Return the first changes that a handler hears of."""
    heard: list[tuple[str, str]] = []
    enough = asyncio.Event()

    async def handle(change: str, pod: Object) -> None:
        assert pod["kind"] == "Pod"
        heard.append((change, name(pod)))
        if len(heard) == expected:
            # What the next list will say.
            server.objects[PODS] = a_list()
            enough.set()
        if name(pod) == "broken":
            raise KeyError(name(pod))

    task = asyncio.create_task(Reflector(api, PODS, handle).run())
    await asyncio.wait_for(enough.wait(), 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return heard


def named(pod_name: str) -> Object:
    return a_pod(metadata={"name": pod_name, "uid": f"uid-{pod_name}"})


def test_a_list_is_followed_by_its_changes() -> None:
    async def act(server: ApiServer, api: Api) -> None:
        server.objects[PODS] = a_list(named("one"))
        server.watch = [
            an_event("ADDED", named("two")),
            an_event("BOOKMARK", named("x")),
            an_event("DELETED", named("one")),
        ]
        assert await reflect(server, api, 3) == [("MODIFIED", "one"), ("MODIFIED", "two"), ("DELETED", "one")]

    with_server(act)


def test_a_handler_that_fails_hears_of_the_next_change(caplog: pytest.LogCaptureFixture) -> None:
    async def act(server: ApiServer, api: Api) -> None:
        server.objects[PODS] = a_list(named("broken"))
        server.watch = [an_event("ADDED", named("two"))]
        assert await reflect(server, api, 2) == [("MODIFIED", "broken"), ("MODIFIED", "two")]

    with caplog.at_level(logging.ERROR):
        with_server(act)
    assert "KeyError" in caplog.text


def test_after_an_expired_watch_what_is_missing_counts_as_deleted() -> None:
    async def act(server: ApiServer, api: Api) -> None:
        server.objects[PODS] = a_list(named("one"))
        expired = {"type": "ERROR", "object": {"code": 410, "message": "too old resource version"}}
        server.watch = [an_event("ADDED", named("two")), expired]
        heard: list[tuple[str, str]] = []
        gone = asyncio.Event()

        async def handle(change: str, pod: Object) -> None:
            heard.append((change, name(pod)))
            server.objects[PODS] = a_list(named("two"))
            if change == "DELETED":
                gone.set()

        task = asyncio.create_task(Reflector(api, PODS, handle).run())
        await asyncio.wait_for(gone.wait(), 5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert heard[:3] == [("MODIFIED", "one"), ("MODIFIED", "two"), ("DELETED", "one")]

    with_server(act)


def test_lines_may_come_in_any_pieces() -> None:
    async def chunks() -> t.AsyncIterator[bytes]:
        for chunk in (b'{"a"', b":1}\n{", b'"b":2}\n{"c":3}\n', b"{"):
            yield chunk

    async def run() -> list[bytes]:
        return [line async for line in lines(chunks())]

    assert asyncio.run(run()) == [b'{"a":1}', b'{"b":2}', b'{"c":3}']


def test_a_task_is_tried_until_it_ends_well(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("tests.cluster.nodes.tasks.RETRY_SECONDS", 0.01)

    async def run() -> int:
        tasks, tries, done = Tasks(), 0, asyncio.Event()

        async def work() -> None:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise ValueError(tries)
            done.set()

        tasks.start("one", work)
        tasks.start("one", work)
        await asyncio.wait_for(done.wait(), 5)
        await asyncio.sleep(0)
        assert "one" not in tasks
        return tries

    assert asyncio.run(run()) == 3
    assert "ValueError" in caplog.text


def test_cancelled_work_cleans_up_first() -> None:
    async def run() -> list[str]:
        tasks, heard = Tasks(), []

        async def work() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.01)
                heard.append("clean")

        tasks.start("one", work)
        await asyncio.sleep(0)
        await tasks.close()
        assert "one" not in tasks
        return heard

    assert asyncio.run(run()) == ["clean"]
