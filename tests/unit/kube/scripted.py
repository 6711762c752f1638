# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A loopback HTTP(S) server that answers from a script and keeps what it was asked."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading
import time
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typing_extensions import Self

    Header = tuple[str, str]

TOKEN = "token-that-nobody-may-see"


class Asked(t.NamedTuple):
    """One request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: list[Header]
    body: t.Any

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Answer(t.NamedTuple):
    """One scripted answer. ``chunks`` make a stream, which then hangs for ``silence`` seconds.

    ``cut`` closes the line "before" the status line or "after" a part of the body.
    """

    status: int = 200
    body: t.Any = b"{}"
    headers: tuple[Header, ...] = ()
    delay: float = 0.0
    chunks: tuple[bytes, ...] | None = None
    silence: float = 0.0
    cut: str = ""


class ScriptedServer:
    """Answers requests in the order of ``script``; what is asked beyond it is answered 418."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.script: list[Answer] = []
        self.connections = 0
        self._done = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _handler(self))
        scheme = "http"
        if context is not None:
            # Handshakes belong to the connection's own thread: one that fails must not stop the others.
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
            scheme = "https"
        self.port = self._http.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}"
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

    def answers(self, *script: Answer | dict[str, t.Any]) -> None:
        """Add to the script; a mapping is an answer of status 200."""
        self.script += [each if isinstance(each, Answer) else Answer(body=each) for each in script]

    def wait(self, seconds: float) -> None:
        self._done.wait(seconds)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Say nothing: clients of these tests leave in the middle on purpose."""


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            server.connections += 1
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if isinstance(self.connection, ssl.SSLSocket):
                self.connection.do_handshake()

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = urlsplit(self.path)
            body = json.loads(raw) if raw else None
            query = dict(parse_qsl(url.query))
            server.asked.append(Asked(self.command, url.path, query, list(self.headers.items()), body))
            answer = server.script.pop(0) if server.script else Answer(418, b"not in the script")
            server.wait(answer.delay)
            _write(self, answer, server.wait)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names http.server looks for

        def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002
            pass

    return Handler


def _write(handler: BaseHTTPRequestHandler, answer: Answer, wait: Callable[[float], None]) -> None:
    handler.close_connection = bool(answer.cut)
    if answer.cut == "before":
        return
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    handler.send_response(answer.status)
    for name, value in answer.headers:
        handler.send_header(name, value)
    if answer.chunks is None:
        handler.send_header("Content-Length", str(len(body) + (10 if answer.cut == "after" else 0)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)
        return
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for chunk in answer.chunks:
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        handler.wfile.flush()
        time.sleep(0.005)
    wait(answer.silence)
    if not answer.cut:
        handler.wfile.write(b"0\r\n\r\n")


def status(code: int, reason: str, message: str, **details: t.Any) -> Answer:
    """Return a failure as an API server words it."""
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details,
        "code": code,
    }
    return Answer(code, body)


class Authority:
    """A certificate authority of one test run; files are written where it is told to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._sign(
            "the authority", self._key.public_key(), lambda builder: builder, is_authority=True
        )
        self.ca = self._write("ca.crt", self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, address: str | None = None, *, days: int = 1) -> tuple[str, str]:
        """Return the paths of a certificate and its key, for a server where an address is given."""

        def purpose(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
            if address is None:
                return builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            names = [x509.IPAddress(ipaddress.ip_address(address))]
            return builder.add_extension(x509.SubjectAlternativeName(names), critical=False)

        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(name, key.public_key(), purpose, days=days)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = certificate.public_bytes(serialization.Encoding.PEM)
        return self._write(f"{name}.crt", public), self._write(f"{name}.key", private)

    def server_context(
        self, address: str = "127.0.0.1", *, days: int = 1, wants_client: bool = False
    ) -> ssl.SSLContext:
        """Return a server's side of TLS whose certificate is for ``address``."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue(f"server-{address}-{days}", address, days=days))
        if wants_client:
            context.load_verify_locations(self.ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _sign(
        self,
        name: str,
        key: ec.EllipticCurvePublicKey,
        extend: Callable[[x509.CertificateBuilder], x509.CertificateBuilder],
        *,
        is_authority: bool = False,
        days: int = 1,
    ) -> x509.Certificate:
        def called(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        now = dt.datetime.now(dt.timezone.utc)
        # No key identifiers: the CAs of some clusters have none, and Go does not ask for them either.
        builder = (
            x509.CertificateBuilder()
            .subject_name(called(name))
            .issuer_name(called("the authority"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=10))
            .not_valid_after(now + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        return extend(builder).sign(self._key, hashes.SHA256())

    def _write(self, name: str, content: bytes) -> str:
        path = self._folder / name
        path.write_bytes(content)
        return str(path)


class FakeClock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self._now = 1000.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self._now += seconds

    def advance(self, seconds: float) -> None:
        """Let time pass in something other than a pause."""
        self._now += seconds
