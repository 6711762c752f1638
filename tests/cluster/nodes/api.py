# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the API server: the verbs, with the patience that a control plane needs while it starts."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import typing as t

import aiohttp

from tests.cluster.nodes.objects import Object
from tests.cluster.settings import Settings

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
BUSY = (429, 503)
BUSY_ATTEMPTS = 20
CONNECT_ATTEMPTS = 50
PAUSE = 0.5

# What ends by itself: the server restarts, or is slow.
UNREACHABLE = (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError)


class ApiError(Exception):
    """An answer that the caller did not name as acceptable. ``status`` is the HTTP status code."""

    def __init__(self, status: int, text: str, where: str) -> None:
        super().__init__(f"{where}: {status}: {text[:600]}")
        self.status = status


FAILURES = (aiohttp.ClientError, asyncio.TimeoutError, ApiError)
"""What a call can end with while the server is away or restarts; to whom it matters tries again."""


class Api:
    """Speaks with one identity. Objects go in and come out as decoded JSON."""

    def __init__(
        self, session: aiohttp.ClientSession, server: str, tls: ssl.SSLContext, headers: t.Mapping[str, str]
    ) -> None:
        self.session = session
        self._server = server
        self._tls = tls
        self._headers = dict(headers)

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, settings: Settings) -> t.AsyncIterator[Api]:
        """Yield a client with the identity that the settings' token stands for."""
        tls = ssl.create_default_context(cafile=str(settings.ca))
        token = settings.token.read_text(encoding="utf-8").strip()
        connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            yield cls(session, settings.server, tls, {"Authorization": f"Bearer {token}"})

    def impersonating(self, user: str, extra: t.Mapping[str, str]) -> Api:
        """Return a client that acts as another user. The keys of ``extra`` are percent-encoded."""
        headers = {f"Impersonate-Extra-{name}": value for name, value in extra.items()}
        return Api(self.session, self._server, self._tls, {**self._headers, "Impersonate-User": user, **headers})

    async def get(self, path: str) -> Object | None:
        """Return an object, or None where there is none."""
        return await self.request("GET", path, accept=(404,))

    async def create(self, path: str, body: Object, accept: t.Container[int] = ()) -> Object | None:
        """POST; None means one of the accepted refusals, here as below."""
        return await self.request("POST", path, body, accept=accept)

    async def replace(self, path: str, body: Object, accept: t.Container[int] = ()) -> Object | None:
        return await self.request("PUT", path, body, accept=accept)

    async def merge(self, path: str, body: Object, accept: t.Container[int] = ()) -> Object | None:
        return await self.request("PATCH", path, body, accept=accept, content_type=MERGE_PATCH)

    async def delete(
        self, path: str, options: Object | None = None, accept: t.Container[int] = (404,)
    ) -> Object | None:
        return await self.request("DELETE", path, options, accept=accept)

    async def request(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        *,
        accept: t.Container[int] = (),
        content_type: str = JSON,
    ) -> Object | None:
        """Return the answer, or None where its status code is an accepted one. Raises ApiError for any other."""
        data = None if body is None else json.dumps(body)
        headers = {**self._headers, "Content-Type": content_type}
        for attempt in range(CONNECT_ATTEMPTS + 1):
            try:
                async with self.session.request(
                    method, self._server + path, data=data, headers=headers, ssl=self._tls
                ) as response:
                    text = await response.text()
            except UNREACHABLE:
                if attempt == CONNECT_ATTEMPTS:
                    raise
            else:
                if response.status < 300:
                    return t.cast("Object", json.loads(text))
                if response.status in accept:
                    return None
                if response.status not in BUSY or attempt >= BUSY_ATTEMPTS:
                    raise ApiError(response.status, text, f"{method} {path}")
            await asyncio.sleep(PAUSE)
        raise AssertionError("the last attempt returns or raises")

    @contextlib.asynccontextmanager
    async def stream(self, path: str) -> t.AsyncIterator[aiohttp.ClientResponse]:
        """Yield the open answer to a watch, which the server ends within about five minutes."""
        timeout = aiohttp.ClientTimeout(total=None, sock_read=330)
        url = self._server + path
        async with self.session.get(url, headers=self._headers, ssl=self._tls, timeout=timeout) as response:
            if response.status != 200:
                raise ApiError(response.status, await response.text(), f"WATCH {path}")
            yield response
