# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and answers over HTTP, and the guard of check mode. No meaning of MAAS's. Private to vmo.core."""

from __future__ import annotations

import gzip
import time
import typing as t
import uuid
import zlib
from http.client import HTTPException
from urllib.parse import urlencode

from ansible_collections.vmo.core.plugins.module_utils._errors import WriteInCheckMode
from ansible_collections.vmo.core.plugins.module_utils._maas.connections import Connections
from ansible_collections.vmo.core.plugins.module_utils._maas.unreachable import unreachable

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials

    Pairs = tuple[tuple[str, str], ...]

AGENT = "vmo.core"
FORM = "application/x-www-form-urlencoded"
_SAFE = frozenset(("GET", "HEAD"))


class Request(t.NamedTuple):
    """What is sent: ``path`` begins below the root of the API, ``form`` is the body; names may repeat in both."""

    method: str
    path: str
    query: Pairs = ()
    form: Pairs = ()


class Response(t.NamedTuple):
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(t.Protocol):
    """Carries requests. Raises ``ConnectionFailed``; a status is never an error here."""

    def send(self, request: Request) -> Response:
        """Send and return the whole answer."""


class HttpTransport:
    """The wire. It neither retries nor follows redirects: a redirect turns a POST into a GET, and takes the key along.

    Every request is signed anew. Several threads may send at once, each on a connection of its own.
    """

    def __init__(self, credentials: Credentials, now: Callable[[], float] = time.time) -> None:
        self._credentials = credentials
        self._base = credentials.base
        self._now = now
        self._connections = Connections(self._base, credentials)
        self.files = tuple(filter(None, (credentials.ca_cert,)))

    def close(self) -> None:
        """End the connections that are idle."""
        self._connections.close()

    def send(self, request: Request) -> Response:
        """Send and return the whole answer."""
        url = self._base + request.path
        if request.query:
            url += "?" + urlencode(request.query)
        # An empty body of any type is an error to MAAS 3.6 and newer.
        body = urlencode(request.form).encode() if request.form else None
        was_sent = False
        try:
            connection = self._connections.take()
            was_sent = True
            stays_open = False
            try:
                connection.request(request.method, self._connections.target(url), body, self._headers(body))
                answer = connection.getresponse()
                content = answer.read()
                stays_open = not answer.will_close
            finally:
                self._connections.give_back(connection, stays_open=stays_open)
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, headers, _unpacked(content, headers))
        except (OSError, HTTPException, EOFError, zlib.error) as failure:
            raise unreachable(self._base, failure, was_sent=was_sent) from failure

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {
            "Accept": "application/json, */*",
            "Accept-Encoding": "gzip",
            "User-Agent": AGENT,
            "Authorization": self._credentials.authorization(self._now(), uuid.uuid4().hex),
            **self._connections.headers,
        }
        return {**headers, "Content-Type": FORM} if body else headers


class ReadOnly:
    """Lets through only what changes nothing. Check mode holds this, so that a forgotten guard is a loud bug."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    def send(self, request: Request) -> Response:
        """Send what is a read. Raises ``WriteInCheckMode``."""
        if request.method not in _SAFE and not _is_rehearsal(request):
            asked = "&".join(f"{name}={value}" for name, value in request.query)
            raise WriteInCheckMode(
                f"{request.method} {request.path}{'?' if asked else ''}{asked} was about to be sent in check mode"
            )
        return self._inner.send(request)


def _is_rehearsal(request: Request) -> bool:
    """Tell whether MAAS only says whether a machine could be allocated: it knows no other dry run.

    Without a ``system_id``, MAAS up to 3.7 makes a new virtual machine on a VM host where no machine fits, dry run or
    not.
    """
    told = dict(request.form)
    return (
        (request.method, request.path) == ("POST", "machines/")
        and request.query == (("op", "allocate"),)
        and told.get("dry_run") == "true"
        and bool(told.get("system_id"))
        and len(told) == len(request.form)
    )


def _unpacked(content: bytes, headers: Mapping[str, str]) -> bytes:
    return gzip.decompress(content) if headers.get("content-encoding", "").lower() == "gzip" else content
