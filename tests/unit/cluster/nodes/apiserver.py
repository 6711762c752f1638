# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API server on loopback, just good enough to see what a simulator asks and writes."""

from __future__ import annotations

import contextlib
import copy
import json
import ssl
import typing as t

import aiohttp
from aiohttp import web

from tests.cluster.nodes.api import Api
from tests.cluster.nodes.objects import Object


class Request(t.NamedTuple):
    """``user`` and ``node`` are those that are impersonated, empty for the simulator itself."""

    method: str
    path: str
    user: str
    node: str
    body: t.Any


class ApiServer:
    """Objects by path. ``answers`` are given before anything else, the first one of its method and path first."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}
        self.requests: list[Request] = []
        self.answers: list[tuple[str, str, int]] = []
        self.watch: list[Object] = []

    @contextlib.asynccontextmanager
    async def serving(self) -> t.AsyncIterator[Api]:
        """Yield a client of it."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        try:
            async with aiohttp.ClientSession() as session:
                tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                yield Api(session, f"http://{host}:{port}", tls, {"Authorization": "Bearer simulator"})
        finally:
            await runner.cleanup()

    def writes(self, part: str = "") -> list[Request]:
        """Return what was written to paths with that part."""
        return [found for found in self.requests if found.method != "GET" and part in found.path]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        body = json.loads(text) if text else None
        headers = request.headers
        node = headers.get("Impersonate-Extra-Authentication.kubernetes.io%2Fnode-Name", "")
        self.requests.append(Request(request.method, request.path, headers.get("Impersonate-User", ""), node, body))
        for answer in self.answers:
            if answer[:2] == (request.method, request.path):
                self.answers.remove(answer)
                return web.json_response({"message": "as told"}, status=answer[2])
        if request.query.get("watch"):
            return await self._watch(request)
        return self._stored(request.method, request.path, body)

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while self.watch:
            await response.write(json.dumps(self.watch.pop(0)).encode() + b"\n")
        return response

    def _stored(self, method: str, path: str, body: t.Any) -> web.Response:
        if method == "POST":
            created = {**body, "metadata": {**body["metadata"], "resourceVersion": "1"}}
            self.objects[f"{path}/{body['metadata']['name']}"] = created
            return web.json_response(created, status=201)
        target = path.removesuffix("/status")
        found = self.objects.get(target)
        if found is None:
            return web.json_response({"message": "not found"}, status=404)
        if method == "DELETE":
            return web.json_response(self.objects.pop(target))
        if method == "PUT" and body["metadata"]["resourceVersion"] != found["metadata"]["resourceVersion"]:
            return web.json_response({"message": "conflict"}, status=409)
        if method != "GET":
            changed = body if method == "PUT" else merged(found, body)
            version = int(found["metadata"].get("resourceVersion", "0")) + 1
            changed["metadata"]["resourceVersion"] = str(version)
            self.objects[target] = found = copy.deepcopy(changed)
        return web.json_response(found)


def merged(found: Object, patch: Object) -> Object:
    """Return an object after a JSON merge patch."""
    result = copy.deepcopy(found)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result
