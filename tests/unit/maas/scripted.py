# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A loopback HTTP(S) server that answers each route from a script, as a MAAS words it, and keeps what it was asked."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import time
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

if t.TYPE_CHECKING:
    from typing_extensions import Self

CONSUMER, TOKEN, SECRET = "consumerOfTests1", "tokenNobodyMaySee", "secretNobodyMaySee"
API_KEY = f"{CONSUMER}:{TOKEN}:{SECRET}"
ROOT = "/MAAS/api/2.0/"
JSON = "application/json; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"

Pairs = list[tuple[str, str]]


class Asked(t.NamedTuple):
    """One request as the server saw it; ``route`` is such as ``POST machines/abc123/?op=lock``."""

    route: str
    query: Pairs
    form: Pairs
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def oauth(self) -> dict[str, str]:
        """Return the parts of the header that signs it, quoted as they came."""
        _scheme, _space, parts = self.headers["authorization"].partition(" ")
        return {name: value.strip('"') for name, value in (part.split("=", 1) for part in parts.split(", "))}


class Answer(t.NamedTuple):
    """One scripted answer. ``cut`` closes the line "before" the status line or "after" a part of the body."""

    status: int = 200
    body: t.Any = b""
    kind: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    cut: str = ""


class MaasServer:
    """Answers each route from its own script, whose last answer stays; other routes are unknown, as MAAS says it."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._connections = 0
        self._at_once = 0
        self._scripts: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _handler(self))
        if context is not None:
            # Handshakes belong to the connection's own thread: one that fails must not stop the others.
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._http.server_address[1]
        self.url = f"{'http' if context is None else 'https'}://127.0.0.1:{self.port}/MAAS"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, also in the middle of a slow answer."""
        self._done.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def routes(self) -> list[str]:
        """Return what was asked, in order."""
        return [each.route for each in self.asked]

    def answers(self, route: str, *script: t.Any) -> None:
        """Set the script of a route; what is no ``Answer`` is the JSON of one."""
        self._scripts[route] = [each if isinstance(each, Answer) else Answer(body=each) for each in script]

    def connected(self) -> int:
        with self._lock:
            self._connections += 1
            return self._connections

    def answer_to(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            script = self._scripts.get(asked.route, [])
            unknown = Answer(404, f"Unknown API endpoint: {ROOT}{asked.route.partition(' ')[2]}.", PLAIN)
            answer = (script.pop(0) if len(script) > 1 else script[0]) if script else unknown
        self._done.wait(answer.delay)
        with self._lock:
            self._at_once -= 1
        return answer


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Say nothing: clients of these tests leave in the middle on purpose."""


def _handler(server: MaasServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        number = 0

        def setup(self) -> None:
            super().setup()
            self.number = server.connected()
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if isinstance(self.connection, ssl.SSLSocket):
                self.connection.do_handshake()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = urlsplit(self.path)
            query = parse_qsl(url.query, keep_blank_values=True)
            op = "".join(f"?op={value}" for name, value in query if name == "op")
            # A proxy is asked for the whole URL.
            place = url.path.removeprefix(ROOT) if not url.netloc else self.path
            asked = Asked(
                f"{self.command} {place}{op}",
                [pair for pair in query if pair[0] != "op"],
                parse_qsl(body.decode(), keep_blank_values=True),
                {name.lower(): value for name, value in self.headers.items()},
                body,
                self.number,
            )
            _write(self, server.answer_to(asked), "gzip" in self.headers.get("Accept-Encoding", ""))

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the names http.server looks for

        def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002
            pass

    return Handler


def _write(handler: BaseHTTPRequestHandler, answer: Answer, takes_gzip: bool) -> None:
    handler.close_connection = bool(answer.cut)
    if answer.cut == "before":
        return
    body = answer.body if isinstance(answer.body, bytes) else _text(answer).encode()
    packed = takes_gzip and ("Content-Encoding", "gzip") in answer.headers
    body = gzip.compress(body) if packed else body
    handler.send_response(answer.status)
    if answer.kind:
        handler.send_header("Content-Type", answer.kind)
    for name, value in answer.headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body) + (10 if answer.cut == "after" else 0)))
    handler.end_headers()
    handler.wfile.write(body)
    if answer.cut == "idle":
        # The server leaves after a good answer, as it does when a connection was idle for too long.
        handler.wfile.flush()
        time.sleep(0.01)


def _text(answer: Answer) -> str:
    if answer.kind == JSON:
        return json.dumps(answer.body, indent=1) + "\n"
    return str(answer.body)
