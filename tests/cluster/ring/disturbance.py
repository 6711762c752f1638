# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A relay between the user and the genuine API server that can do to a request what a bad day does.

It takes the same faults as the simulator. What it lets pass reaches the genuine server, so ``cut-after`` means there,
too, that the server has done what was asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading

import aiohttp
import trustme
from aiohttp import web

from tests.sim.kubevirt import Fault

_HOP = frozenset({"host", "content-length", "transfer-encoding", "connection", "content-encoding", "accept-encoding"})
_PATIENCE = 10


class Disturber:
    """Serves https on a free port of the loopback, in a thread of its own."""

    def __init__(self, server: str, authority: str) -> None:
        self.faults: list[Fault] = []
        self.url = ""
        self.authority = ""
        self._server = server
        self._trust = ssl.create_default_context(cadata=authority)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="disturber", daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(_PATIENCE)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()

    async def _serve(self) -> None:
        self._session = aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None))
        application = web.Application(client_max_size=8 * 2**20)
        application.router.add_route("*", "/{path:.*}", self._relay)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        certifier = trustme.CA()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certifier.issue_cert("127.0.0.1").configure_cert(context)
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        self.authority = certifier.cert_pem.bytes().decode()
        self.url = f"https://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _close(self) -> None:
        # Watches, and requests that are still held up.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # A polite TLS goodbye would wait for clients that keep their connections for later.
        for connection in self._runner.server.connections if self._runner.server else ():
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()
        await self._session.close()
        # TLS has a last word to say on each connection.
        await asyncio.sleep(0.25)

    async def _relay(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault_for(request)
        if fault is not None:
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            elif fault.kind == "cut":
                return _cut(request)
            elif fault.kind == "expired":
                return _expired()
            elif refusal := fault.refusal():
                after = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
                return web.json_response(refusal.body, status=refusal.code, headers=after)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        async with self._session.request(
            request.method,
            self._server + str(request.rel_url),
            data=await request.read(),
            headers=headers,
            ssl=self._trust,
        ) as answer:
            if fault is not None and fault.kind == "cut-after":
                await answer.read()
                return _cut(request)
            response = web.StreamResponse(status=answer.status)
            response.headers.update((name, value) for name, value in answer.headers.items() if name.lower() not in _HOP)
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
            return response

    def _fault_for(self, request: web.Request) -> Fault | None:
        for fault in self.faults:
            if fault.matches(request.method, request.path_qs):
                fault.times -= 1
                return fault
        return None


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _expired() -> web.Response:
    gone = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Expired", "code": 410}
    event = {"type": "ERROR", "object": {**gone, "message": "too old resource version: 1 (2)"}}
    return web.Response(text=json.dumps(event) + "\n", content_type="application/json")
