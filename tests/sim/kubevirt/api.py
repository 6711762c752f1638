# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP face: one handler for every path, which logs, disturbs, authorizes and then lets the server answer."""

from __future__ import annotations

import asyncio
import json
import time
import typing as t

from aiohttp import web

from tests.sim.kubevirt import manifests, refusals, routes, uploads
from tests.sim.kubevirt.cluster import Cluster
from tests.sim.kubevirt.disturbance import Denial, Fault, Request
from tests.sim.kubevirt.kinds import ACCESS_REVIEWS, AUTHORIZATION, SUBRESOURCES, Change, Object
from tests.sim.kubevirt.refusals import Refusal
from tests.sim.kubevirt.resources import Call, Resources, Result, check_options, selection
from tests.sim.kubevirt.subresources import Subresources

Selection = t.Callable[[Object], bool]
Sender = t.Callable[[str, Object], t.Awaitable[None]]


class Desk:
    """What a test turns and reads: faults, denials, the log."""

    def __init__(self, tokens: dict[str, str]) -> None:
        self.tokens = tokens
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.denials: list[Denial] = []
        self.refuse_writes = False
        self.refused: list[Request] = []

    def routes(self) -> list[web.RouteDef]:
        """What a playbook needs of it, over HTTP and without a token: parts of the log, refuse_writes, manifests."""

        async def writes(_request: web.Request) -> web.Response:
            return web.json_response([entry.as_json() for entry in self.requests if entry.stored])

        async def refused(_request: web.Request) -> web.Response:
            return web.json_response([entry.as_json() for entry in self.refused])

        async def settings(request: web.Request) -> web.Response:
            self.refuse_writes = bool((await request.json())["refuse_writes"])
            return web.json_response({"refuse_writes": self.refuse_writes})

        async def manifest(request: web.Request) -> web.Response:
            product = manifests.PRODUCTS[request.match_info["product"]]
            return web.Response(text=manifests.manifest(product, request.match_info["version"]))

        known = {"/_sim/writes": writes, "/_sim/refused": refused, "/_sim/manifests/{product}/{version}": manifest}
        return [*(web.get(path, handler) for path, handler in known.items()), web.post("/_sim/settings", settings)]

    def take_fault(self, method: str, target: str) -> Fault | None:
        fault = next((fault for fault in self.faults if fault.matches(method, target)), None)
        if fault is not None:
            fault.times -= 1
        return fault


class Api:
    """Turns an HTTP request into one call, and what the call returns or raises into an answer."""

    def __init__(self, cluster: Cluster, resources: Resources, subresources: Subresources, desk: Desk) -> None:
        self._cluster, self._store, self._desk, self._serving = cluster, cluster.store, desk, cluster.serving
        self._resources, self._subresources = resources, subresources
        self.uploads = uploads.Uploads(cluster)
        self._changed = asyncio.Event()
        self._closing = False
        cluster.store.listeners.append(self._wake_watches)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        entry = Request(
            request.method, request.path, dict(request.query), user_agent=request.headers.get("User-Agent", "")
        )
        entry.body = _json_or_text(await request.read())
        self._desk.requests.append(entry)
        fault = self._desk.take_fault(request.method, request.path_qs)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "cut":
            return _cut(request)
        try:
            refusal = fault.refusal() if fault else None
            if refusal:
                raise refusal
            if fault and fault.kind == "garbage":
                entry.status = 200
                return web.Response(text="<html>this is not what you asked for</html>", content_type="application/json")
            response = await self._answer(request, entry, fault)
        except Refusal as refused:
            response = _refused(refused)
        entry.status = response.status
        return _cut(request) if fault and fault.kind == "cut-after" else response

    def close(self) -> None:
        """Ends the watches, which would keep the server from stopping."""
        self._closing = True
        self._changed.set()

    async def _answer(self, request: web.Request, entry: Request, fault: Fault | None) -> web.StreamResponse:
        entry.user = self._authenticate(request)
        found = self._serving.discovery(request.path)
        if found is not None and request.method == "GET":
            entry.verb = "get"
            return _json(found)
        route = routes.parse(request.path, self._serving.find)
        if route is None:
            raise refusals.page_not_found()
        watch = request.query.get("watch", "") in ("1", "true")
        entry.verb = route.verb(request.method, watch=watch)
        for denial in self._desk.denials:
            denial.judge(entry.user, entry.verb, route.resource, route.group, route.namespace, route.name)
        if isinstance(entry.body, str):
            raise refusals.bad_request("the body of the request is no JSON")
        if (route.group, route.resource, entry.verb) == (AUTHORIZATION, ACCESS_REVIEWS, "create"):
            return _json(self._review(entry), status=201)
        if (route.group, route.resource, entry.verb) == (uploads.GROUP, uploads.PLURAL, "create"):
            return _json(self.uploads.issue(route.namespace, entry.body))
        if route.group == SUBRESOURCES:
            return self._subresource(request, entry, route)
        if route.kind is None:
            raise refusals.page_not_found()
        if route.subresource:
            raise refusals.not_found(route.kind, route.name)
        call = Call(
            request.method, route, route.kind, request.query, entry.body, request.content_type, entry.user_agent
        )
        if watch and request.method == "GET":
            return await self._watch(request, call, expired=bool(fault and fault.kind == "expired"))
        check_options(request.method, request.query)
        entry.dry_run = call.dry_run
        result = self._stored(entry, lambda: self._verb(entry.verb)(call))
        response = _json(result.body, status=result.code)
        for warning in filter(None, [call.kind.deprecation, *result.warnings]):
            response.headers.add("Warning", f"299 - {json.dumps(warning)}")
        return response

    def _review(self, entry: Request) -> Object:
        """Tells whether the user would be refused; nothing is stored, and nothing is asked of anybody else."""
        asked = entry.body["spec"]["resourceAttributes"]
        resource = "/".join(part for part in (asked["resource"], asked.get("subresource")) if part)
        try:
            for denial in self._desk.denials:
                denial.judge(entry.user, asked["verb"], resource, asked["group"], asked.get("namespace", ""), "")
        except Refusal:
            return {**entry.body, "status": {"allowed": False}}
        return {**entry.body, "status": {"allowed": True}}

    def _stored(self, entry: Request, act: t.Callable[[], Result]) -> Result:
        """Notes in the log whether the store has changed."""
        if self._desk.refuse_writes and entry.mutating and not entry.dry_run:
            self._desk.refused.append(entry)
            text = "Internal error occurred: the simulator refuses writes that are no dry run"
            raise Refusal(500, "InternalError", text)
        before = self._store.revision
        result = act()
        entry.stored = entry.mutating and self._store.revision != before
        return result

    def _verb(self, verb: str) -> t.Callable[[Call], Result]:
        table: dict[str, t.Callable[[Call], Result]] = {
            "get": self._resources.get, "list": self._resources.list, "create": self._resources.create,
            "patch": self._resources.patch, "delete": self._resources.delete,
            "deletecollection": self._resources.deletecollection,
        }  # fmt: skip
        if verb not in table:
            text = "the server does not allow this method on the requested resource"
            raise Refusal(405, "MethodNotAllowed", text)
        return table[verb]

    def _subresource(self, request: web.Request, entry: Request, route: routes.Route) -> web.Response:
        if not self._subresources.known(request.method, route):
            raise Refusal(404, "", "404: Page Not Found", plain=True)
        if "*/*" not in request.headers.get("Accept", "*/*"):
            raise Refusal(406, "", "406: Not Acceptable\n\nAvailable representations: ", plain=True)
        options: Object = entry.body or {}
        entry.dry_run = "All" in (options.get("dryRun") or [])
        return web.Response(status=self._stored(entry, lambda: self._subresources.call(route, options)).code)

    def _authenticate(self, request: web.Request) -> str:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        user = next((user for user, known in self._desk.tokens.items() if known == token), None)
        if user is None:
            raise refusals.unauthorized()
        return user

    async def _watch(self, request: web.Request, call: Call, *, expired: bool) -> web.StreamResponse:
        holds = selection(call.kind, call.query)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        try:
            await self._send_changes(call, holds, _sender(response), expired=expired)
            await response.write_eof()
        except ConnectionResetError:  # the client has seen enough: the usual end of a watch
            pass
        return response

    async def _send_changes(self, call: Call, holds: Selection, send: Sender, *, expired: bool) -> None:
        wanted = call.query.get("resourceVersion", "")
        revision = self._store.revision if wanted in ("", "0") else int(wanted)
        end = time.monotonic() + float(call.query.get("timeoutSeconds") or 1800)
        bookmarks = call.query.get("allowWatchBookmarks", "") in ("1", "true")
        for item in self._store.select(call.kind, call.route.namespace) if wanted in ("", "0") else ():
            if holds(item):
                await send("ADDED", item)
        while time.monotonic() < end and not self._closing:
            changed = self._changed
            try:
                changes = [] if expired else self._store.since(revision)
            except IndexError:
                expired = True
            if expired:
                text = f"too old resource version: {revision} ({self._store.revision})"
                await send("ERROR", refusals.expired(text).body)
                return
            for change in changes:
                revision = change.revision
                kind, item = _seen_through(holds, change)
                if kind and change.kind is call.kind and _inside(call.route.namespace, item):
                    await send(kind, item)
            wait = min(self._cluster.timings.bookmark, end - time.monotonic())
            try:
                await asyncio.wait_for(changed.wait(), max(wait, 0))
            except asyncio.TimeoutError:
                if bookmarks:
                    revision = max(revision, self._store.revision)
                    await send("BOOKMARK", _bookmark(call, revision))

    def _wake_watches(self, _change: Change) -> None:
        """Every waiting watch holds the event it waits for; the next wait gets a fresh one."""
        self._changed.set()
        self._changed = asyncio.Event()


def _inside(namespace: str, item: Object) -> bool:
    return namespace in ("", item["metadata"].get("namespace", ""))


def _seen_through(holds: Selection, change: Change) -> tuple[str, Object]:
    """An object that enters the selection is ADDED for this watch; one that leaves it is DELETED as it was before."""
    was = change.before is not None and holds(change.before)
    if change.type == "DELETED":
        return ("DELETED" if was else ""), change.after
    if holds(change.after):
        return ("MODIFIED" if was else "ADDED"), change.after
    before = change.before or change.after
    metadata = {**before["metadata"], "resourceVersion": change.after["metadata"]["resourceVersion"]}
    return ("DELETED" if was else ""), {**before, "metadata": metadata}


def _json(body: t.Any, status: int = 200, headers: t.Mapping[str, str] | None = None) -> web.Response:
    """Without the charset that aiohttp would add, as the genuine server."""
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers, content_type="application/json")


def _bookmark(call: Call, revision: int) -> Object:
    return {"apiVersion": call.kind.api_version, "kind": call.kind.kind, "metadata": {"resourceVersion": str(revision)}}


def _sender(response: web.StreamResponse) -> Sender:
    async def send(kind: str, item: Object) -> None:
        await response.write(json.dumps({"type": kind, "object": item}).encode() + b"\n")

    return send


def _refused(refused: Refusal) -> web.Response:
    headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after is not None else {}
    if refused.plain:
        return web.Response(status=refused.code, text=refused.message, headers=headers)
    response = _json(refused.body, status=refused.code, headers=headers)
    for warning in refused.warnings:
        response.headers.add("Warning", f"299 - {json.dumps(warning)}")
    return response


def _cut(request: web.Request) -> web.StreamResponse:
    """Closes the TCP connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _json_or_text(body: bytes) -> t.Any:
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        return body.decode(errors="replace")
