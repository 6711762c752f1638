# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP face: one handler for every path, which logs, disturbs, authenticates and then lets the region answer."""

from __future__ import annotations

import asyncio
import json
import re
import time
import typing as t
from email.utils import formatdate

from aiohttp import web

from tests.sim.maas import interfaces, links, machines, network, operations, placement, region, scripts, storage
from tests.sim.maas.auth import Gate, nobody
from tests.sim.maas.disturbance import Fault, Request
from tests.sim.maas.machine_documents import text
from tests.sim.maas.model import Machine, User
from tests.sim.maas.wire import (
    BARE_TEXT,
    HTML,
    JSON,
    PREFIX,
    ROUTES,
    Answer,
    Call,
    Form,
    Refusal,
    Route,
    forbidden,
    read_body,
    refuse,
)
from tests.sim.maas.world import World

# Imported for what they register.
HANDLERS = (interfaces, links, machines, network, operations, placement, region, scripts, storage)


class Desk:
    """What a test turns and reads: faults and the log. ``clock_offset`` moves the Date header by seconds."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.refused: list[Request] = []
        self.faults: list[Fault] = []
        self.refuse_writes = False
        self.clock_offset = 0.0

    def take_fault(self, method: str, target: str) -> Fault | None:
        fault = next((fault for fault in self.faults if fault.matches(method, target)), None)
        if fault is not None:
            fault.times -= 1
        return fault


class Api:
    """Turns an HTTP request into one call, and what the call returns or raises into an answer."""

    def __init__(
        self, world: World, users: list[User], desk: Desk, blame: t.Callable[[str, BaseException], None]
    ) -> None:
        self.world, self._desk, self._gate, self._blame = world, desk, Gate(users), blame

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        entry = Request(request.method, request.path, user_agent=request.headers.get("User-Agent", ""))
        entry.query = {name: request.query.getall(name) for name in request.query}
        self._desk.requests.append(entry)
        fault = self._desk.take_fault(request.method, request.path_qs)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "cut":
            return _cut(request)
        answer = (fault.answer() if fault else None) or self._answer(request, entry, body)
        entry.status = answer.status
        return _cut(request) if fault and fault.kind == "cut-after" else self._send(answer)

    def _answer(self, request: web.Request, entry: Request, body: bytes) -> Answer:
        try:
            return self._judge(request, entry, body)
        except Refusal as refused:
            return refused.answer
        except Exception as bug:  # noqa: BLE001 - reported when the simulator stops; the client gets what Django gives
            self._blame(f"{request.method} {request.path_qs}", bug)
            return Answer(500, f"{type(bug).__name__}: {bug}")

    def _judge(self, request: web.Request, entry: Request, raw: bytes) -> Answer:
        if request.method == "GET":
            self.world.poll()
        else:
            self.world.advance()
        path, suffix = _split(request.path)
        operations, captured = ROUTES.find(path)
        content_type = request.headers.get("Content-Type", "")
        body = read_body(content_type, raw, strict_multipart=self.world.release >= (3, 6))
        entry.form = body.data.values
        op = request.query.get("op") or suffix or _op_of(content_type, raw)
        entry.op = op
        user = self._gate.admit(request.headers.get("Authorization", ""))
        entry.user = user.username if user else ""
        route = operations.get((request.method, op))
        if user is None and not (route and route.anonymous):
            # Only here anonymous requests have a handler of their own, which knows none of these operations.
            raise (
                refuse(400, f"Unrecognised signature: method={request.method} op={op}")
                if path == "machines/"
                else nobody()
            )
        allowed = sorted({method for method, _op in operations}, reverse=True)
        if request.method not in allowed:
            raise refuse(405, "", HTML, Allow=", ".join(allowed))
        if route is None:
            raise refuse(400, f"Unrecognised signature: method={request.method} op={op}")
        query = Form({name: request.query.getall(name) for name in request.query})
        user = user or User("", is_superuser=False, key=("", "", ""))
        return self._carry_out(route, Call(self.world, user, request.method, op, query, *body), captured, entry)

    def _carry_out(self, route: Route, call: Call, captured: dict[str, str], entry: Request) -> Answer:
        writes = call.method != "GET" and not (call.op == "allocate" and call.post.true("dry_run"))
        if writes and self._desk.refuse_writes:
            self._desk.refused.append(entry)
            raise refuse(500, "The simulator was told to refuse writes.")
        if route.admin and not call.user.is_superuser:
            raise forbidden()
        found = route.handler(call, **captured)
        entry.stored = writes
        if writes and route.stale != "own":
            machine = self.world.machines.get(captured.get("system_id", ""))
            self.world.forget(machine if route.stale == "machine" else None)
        return _answer_of(self.world, call.method, found)

    def _send(self, answer: Answer) -> web.Response:
        headers = {"Server": "TwistedWeb/24.3.0", "X-Frame-Options": "DENY", "Vary": "Authorization, Cookie"}
        headers |= {"Date": formatdate(time.time() + self._desk.clock_offset, usegmt=True), **answer.headers}
        if answer.content_type:
            headers["Content-Type"] = answer.content_type
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        return web.Response(body=body, status=answer.status, headers=headers)


def _split(path: str) -> tuple[str, str | None]:
    """The path below the API, and an operation named by its last part: ``machines/op-allocate``."""
    if not path.startswith(PREFIX):
        raise refuse(404, f"Unknown API endpoint: {path}.")
    match = re.match(r"(.*/)op-(\w+)\Z", path.removeprefix(PREFIX))
    return (match[1], match[2]) if match else (path.removeprefix(PREFIX), None)


def _op_of(content_type: str, raw: bytes) -> str | None:
    """An operation named in the body instead of the query."""
    if not content_type.startswith("application/x-www-form-urlencoded"):
        return None
    match = re.search(rb"(?:\A|&)op=(\w+)", raw)
    return match[1].decode() if match else None


def _answer_of(world: World, method: str, found: t.Any) -> Answer:
    if isinstance(found, Answer):
        return found
    if method == "DELETE":
        return Answer(204, "", BARE_TEXT)
    if isinstance(found, Machine):
        return Answer(200, text(world, found), JSON)
    if isinstance(found, list) and found and isinstance(found[0], Machine):
        return Answer(200, f"[{','.join(text(world, machine) for machine in found)}]", JSON)
    return Answer(200, json.dumps(found), JSON)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
