# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far an import is, and the metrics endpoint where cdi-controller reads it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import typing as t

import trustme

PORT = 8443
IMPORT = "kubevirt_cdi_import_progress_total"
CLONE = "kubevirt_cdi_clone_progress_total"
STUCK_AT = 42.0
_REQUEST_END = b"\r\n\r\n"


def percent(elapsed: float, seconds: float, *, stuck: bool = False) -> float:
    """Return the progress of an import of so many seconds; never 100 before it has ended."""
    if stuck:
        return STUCK_AT
    return min(99.9, elapsed * 100 / seconds) if seconds > 0 else 99.9


def metrics(name: str, owner: str, value: float) -> str:
    """Return the exposition of one counter, labelled with the uid of the claim that is filled."""
    return f'# HELP {name} Progress in percentage\n# TYPE {name} counter\n{name}{{ownerUID="{owner}"}} {value:.2f}\n'


def certificate() -> ssl.SSLContext:
    """Return a TLS context with a fresh certificate; cdi-controller does not verify it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("cdi-importer").configure_cert(context)
    return context


@contextlib.asynccontextmanager
async def serve(address: str, tls: ssl.SSLContext, text: t.Callable[[], str], port: int = PORT) -> t.AsyncIterator[int]:
    """Answer every request at a pod's address with the metrics of that moment; yield the port, 0 takes a free one."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.TimeoutError, asyncio.IncompleteReadError, OSError):
            await asyncio.wait_for(reader.readuntil(_REQUEST_END), 5)
            body = text().encode()
            head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, address, port, ssl=tls)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
