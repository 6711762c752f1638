# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests and answers over HTTPS, and the guard of check mode. No Kubernetes semantics. Private to vmo.core."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import threading
import typing as t
import warnings
from http import HTTPStatus
from urllib.parse import urlencode

from ansible_collections.vmo.core.plugins.module_utils._errors import WriteInCheckMode
from ansible_collections.vmo.core.plugins.module_utils._kube.unreachable import unreachable

try:
    import urllib3

    # urllib3 1.26 has not made it public yet.
    _HeaderDict: t.Any = getattr(urllib3, "HTTPHeaderDict", None) or getattr(urllib3.response, "HTTPHeaderDict", None)
except ImportError:
    pass  # connect() says so, and nothing here works without what it returns

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ansible_collections.vmo.core.plugins.module_utils._kube.session import Session

AGENT = "vmo.core"
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"  # JSON is YAML, too
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 65.0  # an API server itself gives up after 60
_CHUNK = 65536
_SAFE = frozenset(("GET", "HEAD"))
# A POST to these asks what the user may do, and stores nothing.
_QUESTIONS = frozenset(
    f"/apis/authorization.k8s.io/v1/{review}" for review in ("selfsubjectaccessreviews", "selfsubjectrulesreviews")
)


class Request(t.NamedTuple):
    """What is sent: ``body`` becomes JSON, ``seconds`` bound the silence of the server."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    body: Mapping[str, t.Any] | None = None
    content_type: str = JSON
    seconds: float = ANSWER_SECONDS


class Response(t.NamedTuple):
    """What came back; header names are in lower case, repeated ones joined with ``", "``.

    ``in_doubt``: it answers a repetition, and the first attempt may have been carried out. ``cause``: what was found
    out about a failure, beside what the server says.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    in_doubt: bool = False
    cause: str = ""


class Stream(t.NamedTuple):
    """An answer without end. ``lines`` is empty unless the status is 200; it ends when the server or the line does.

    ``hang_up`` ends it from another thread, also while that one waits for a line.
    """

    head: Response
    lines: Iterator[bytes]
    hang_up: Callable[[], None] = lambda: None


class Transport(t.Protocol):
    """Carries requests. Both methods raise ``ConnectionFailed``; a status is never an error here."""

    def send(self, request: Request) -> Response:
        """Send and return the whole answer."""

    def stream(self, request: Request) -> Stream:
        """Send and return the answer line by line; closing ``lines`` ends it."""


class HttpTransport:
    """The wire. It neither retries nor follows redirects: a redirect would carry the token elsewhere."""

    def __init__(self, session: Session, agent: str = AGENT) -> None:
        self._session = session
        self._agent = agent

    def send(self, request: Request) -> Response:
        """Send and return the whole answer."""
        with self._failing_plainly():
            raw = self._open(request, "gzip", whole=True)
            return Response(raw.status, _headers(raw), raw.data)

    def stream(self, request: Request) -> Stream:
        """Send and return the answer line by line."""
        with self._failing_plainly():
            # A compressed stream would hold lines back until a block is full.
            raw = self._open(request, "identity", whole=False)
            if raw.status != HTTPStatus.OK:
                return Stream(Response(raw.status, _headers(raw), raw.read()), iter(()))
        return Stream(Response(raw.status, _headers(raw), b""), _lines(raw), lambda: _hang_up(raw))

    def _open(self, request: Request, encoding: str, whole: bool) -> t.Any:
        headers = _HeaderDict({"Accept": "application/json, */*", "Accept-Encoding": encoding})
        headers["User-Agent"] = self._agent
        for name, value in self._session.identity():
            headers.add(name, value)
        body = None
        if request.body is not None:
            headers["Content-Type"] = request.content_type
            body = json.dumps(request.body, separators=(",", ":")).encode()
        url = self._session.server + request.path
        if request.query:
            url += "?" + urlencode(request.query)
        return self._session.pool.request(
            request.method,
            url,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            preload_content=whole,
            timeout=urllib3.Timeout(connect=min(CONNECT_SECONDS, request.seconds), read=request.seconds),
        )

    @contextlib.contextmanager
    def _failing_plainly(self) -> Iterator[None]:
        with unwarned(self._session):
            try:
                yield
            except (urllib3.exceptions.HTTPError, OSError) as failure:
                raise unreachable(self._session.server, failure) from failure


class _Unwarned:
    """While any thread is in it, nobody is warned of servers that are not verified.

    The user has switched that off knowingly; a warning with every request helps nobody. Filters of warnings belong to
    the whole process, so they are changed by the first thread and restored by the last one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._kept: t.Any = None

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._kept = warnings.catch_warnings()
                self._kept.__enter__()
                warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)

    def __exit__(self, *failure: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._kept.__exit__(*failure)


_UNWARNED = _Unwarned()


def unwarned(session: Session) -> contextlib.AbstractContextManager[None]:
    """Return where requests to a server may be made that is not verified, without a warning with each of them."""
    return contextlib.nullcontext() if session.verifies else _UNWARNED


class ReadOnly:
    """Lets through only what changes nothing. Check mode holds this, so that a forgotten guard is a loud bug."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    def send(self, request: Request) -> Response:
        """Send what is a read, a question or a dry run. Raises ``WriteInCheckMode``."""
        if not (request.method in _SAFE or is_question(request) or _is_dry(request)):
            raise WriteInCheckMode(f"{request.method} {request.path} was about to be sent in check mode")
        return self._inner.send(request)

    def stream(self, request: Request) -> Stream:
        """Send a read. Raises ``WriteInCheckMode``."""
        if request.method not in _SAFE:
            raise WriteInCheckMode(f"{request.method} {request.path} was about to be sent in check mode")
        return self._inner.stream(request)


def is_question(request: Request) -> bool:
    """Tell whether the request asks what the user may do, by the only way there is: a review, which is not stored."""
    return request.method == "POST" and request.path in _QUESTIONS


def _is_dry(request: Request) -> bool:
    """Tell whether the server will only judge the request, looking where the server looks."""
    in_body = request.body is not None and request.body.get("dryRun") == ["All"]
    if "/subresources.kubevirt.io/" in request.path:
        return in_body  # the query is ignored there: the write would really happen
    if request.method == "DELETE" and request.body is not None:
        return in_body  # a body of options makes the server ignore those in the query
    return request.query.get("dryRun") == "All"


def _headers(raw: t.Any) -> dict[str, str]:
    return {name.lower(): raw.headers[name] for name in raw.headers}


def _lines(raw: t.Any) -> Iterator[bytes]:
    """Yield whole lines; a cut or silent connection just ends, and so does what is left of its last line."""
    rest = b""
    try:
        for chunk in raw.stream(_CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                if line.strip():
                    yield line
    except (urllib3.exceptions.HTTPError, OSError):
        return
    finally:
        raw.close()


def _hang_up(raw: t.Any) -> None:
    """End what another thread reads: closing the socket would not wake it, and one that has ended has none any more."""
    line = getattr(getattr(raw, "_connection", None), "sock", None)
    if isinstance(line, socket.socket):
        with contextlib.suppress(OSError):
            # not that of a TLS socket, which would take its state from under the reader
            socket.socket.shutdown(line, socket.SHUT_RDWR)


def whole_seconds(seconds: float) -> int:
    """Return the next whole number of seconds, at least one."""
    return max(1, math.ceil(seconds))
