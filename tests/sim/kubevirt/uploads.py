# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CDI's upload proxy and the pods behind it: tokens, and files that are counted and thrown away as they come."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import re
import secrets
import ssl
import time
import typing as t

from aiohttp import web

from tests.sim.kubevirt.cluster import Cluster
from tests.sim.kubevirt.documents import at
from tests.sim.kubevirt.kinds import CDI_CONFIG, DV, PVC, Object

GROUP, PLURAL = "upload.cdi.kubevirt.io", "uploadtokenrequests"
# CDI keeps it on the claim: what became of the pod that takes the file
POD_PHASE = "cdi.kubevirt.io/storage.pod.phase"
ASYNC, SYNC = "/v1beta1/upload-async", "/v1beta1/upload"
_BEARER = re.compile(r"Bearer\s+([A-Za-z0-9\-._~+/]+)", re.IGNORECASE)
_CHUNK = 2**20
_SIZE = re.compile(r"(\d+)([KMGT]i)?")
_UNITS = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


@dataclasses.dataclass
class UploadFault:
    """A disturbance of the next ``times`` requests of this method.

    ``kind``: ``cut`` closes the line after ``after`` bytes of a file, ``status`` answers ``code`` and ``text``,
    ``lost`` takes the whole file and closes the line without an answer, ``spoilt`` takes it and cannot convert it, as
    does ``crashed``, which is up again before anybody reads why.
    """

    kind: str
    method: str = "POST"
    times: int = 1
    after: int = 0
    code: int = 502
    text: str = ""


class Asked(t.NamedTuple):
    """One request that the proxy was sent; ``taken`` are the bytes of its body that it read."""

    method: str
    path: str
    status: int
    taken: int
    checksum: str


class Token(t.NamedTuple):
    namespace: str
    claim: str
    ends: float


class Uploads:
    """Tokens by request, and a server that takes files for them."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store
        self.lifetime = 300.0
        self.patience = 0.3
        self.is_modern = True
        self.asked: list[Asked] = []
        self.faults: list[UploadFault] = []
        self.tokens: dict[str, Token] = {}
        self._busy: set[tuple[str, str]] = set()
        self._runner: web.AppRunner | None = None

    def issue(self, namespace: str, request: Object) -> Object:
        """Answers a request for a token; nothing is stored, and nobody asks whether the claim is there."""
        token = f"sim.{secrets.token_hex(24)}"
        claim = at(request, "spec.pvcName", "")
        self.tokens[token] = Token(namespace, claim, time.monotonic() + self.lifetime)
        return {**request, "status": {"token": token}}

    async def serve(self, context: ssl.SSLContext) -> str:
        """Opens the proxy; returns where it is."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        return f"https://127.0.0.1:{self._runner.addresses[0][1]}"

    def announce(self, url: str | None, authority: str | None) -> None:
        """Lets CDI say where its proxy is, and whom to trust there."""
        config = self._store.get(CDI_CONFIG, "", "config")
        assert config is not None
        told = {"uploadProxyURL": url, "uploadProxyCA": authority}
        status = {key: value for key, value in config["status"].items() if key not in told}
        config["status"] = {**status, **{key: value for key, value in told.items() if value is not None}}
        self._cluster.write(config)

    async def close(self) -> None:
        if self._runner is None:
            return
        for connection in self._runner.server.connections if self._runner.server else ():
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        fault = next((f for f in self.faults if f.times > 0 and f.method == request.method), None)
        if fault is not None:
            fault.times -= 1
        body = _Body()
        response = await self._answer(request, fault, body)
        cut = fault is not None and fault.kind in ("cut", "lost")
        status = 0 if cut else response.status
        self.asked.append(Asked(request.method, request.path, status, body.length, body.checksum))
        if cut and request.transport is not None:
            request.transport.abort()
        return response

    async def _answer(self, request: web.Request, fault: UploadFault | None, body: _Body) -> web.Response:
        known = (SYNC, ASYNC) if self.is_modern else (SYNC,)
        if request.path not in known:
            return web.Response(status=404, text="404 page not found\n")
        if fault is not None and fault.kind == "status":
            return web.Response(status=fault.code, text=fault.text)
        match = _BEARER.fullmatch(request.headers.get("Authorization", ""))
        if match is None:
            return web.Response(status=400)
        token = self.tokens.get(match.group(1))
        if token is None or token.ends < time.monotonic():
            return web.Response(status=401)
        refusal = await self._objection(token)
        if refusal:
            return web.Response(status=503, text=refusal)
        if request.method != "POST":
            return web.Response(status=200 if (request.method, request.path) == ("HEAD", ASYNC) else 404)
        place = token.namespace, token.claim
        if place in self._busy or self._phase_of_pod(token) == "Converting":
            return web.Response(status=503)
        self._busy.add(place)
        try:
            return await self._take(request, token, fault, body)
        finally:
            self._busy.discard(place)

    async def _objection(self, token: Token) -> str:
        """Why the proxy hands nothing on, after the time for which it waits itself."""
        name = token.claim
        for _look in range(10):
            if self._store.get(PVC, token.namespace, name) is None:
                return f"rejecting Upload Request for PVC {name} that doesn&#39;t exist"
            volume = self._store.get(DV, token.namespace, name)
            if volume is not None and "upload" not in (at(volume, "spec.source") or {}):
                return f"PVC {name} is not an upload target"
            if self._phase_of_pod(token) == "Succeeded":
                return f"rejecting Upload Request for PVC {name} that already finished uploading"
            if at(volume, "status.phase") == "UploadReady":
                return ""
            await asyncio.sleep(self.patience / 10)
        return "context deadline exceeded"

    def _phase_of_pod(self, token: Token) -> str:
        claim = self._store.get(PVC, token.namespace, token.claim)
        return str(at(claim, "metadata.annotations", {}).get(POD_PHASE, ""))

    async def _take(self, request: web.Request, token: Token, fault: UploadFault | None, body: _Body) -> web.Response:
        async for chunk in request.content.iter_chunked(_CHUNK):
            body.add(chunk)
            if fault is not None and fault.kind == "cut" and body.length >= fault.after:
                return web.Response(status=500)
        claim = self._store.get(PVC, token.namespace, token.claim)
        room = _bytes(str(at(claim, "spec.resources.requests.storage", "0")))
        if body.length > room:
            text = f"effective image size is larger than the reported available storage: {body.length} > {room}"
            return web.Response(status=400, text=f"Saving stream failed: {text}")
        assert claim is not None
        ends = {"spoilt": "Failing", "crashed": "Crashing"}
        phase = ends.get(fault.kind if fault else "", "Converting")
        claim["metadata"].setdefault("annotations", {})[POD_PHASE] = phase
        self._cluster.write(claim)
        return web.Response(status=200)


class _Body:
    """What was read of a body: its length and checksum, and no more."""

    def __init__(self) -> None:
        self.length = 0
        self._digest = hashlib.sha256()

    def add(self, chunk: bytes) -> None:
        self.length += len(chunk)
        self._digest.update(chunk)

    @property
    def checksum(self) -> str:
        return f"sha256:{self._digest.hexdigest()}"


def _bytes(quantity: str) -> int:
    match = _SIZE.fullmatch(quantity)
    assert match is not None, quantity
    return int(match.group(1)) * _UNITS[match.group(2) or ""]
