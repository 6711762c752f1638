# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the machine reach the API server in the lab's network namespace.

A listening socket belongs to the namespace it was made in, whoever accepts on it. This one is made outside, on the
loopback of the machine; the supervisor inherits it, accepts on it and connects to the API server inside.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

CHUNK = 256 * 1024


def listen() -> socket.socket:
    """Return a socket that listens on a free port of the loopback."""
    return socket.create_server(("127.0.0.1", 0), backlog=256)


async def serve(listening: socket.socket, host: str, port: int) -> asyncio.Server:
    """Forward every connection of a listening socket."""

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection(host, port)
        except OSError:
            _reset(writer)
            return
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))

    return await asyncio.start_server(forward, sock=listening)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy one direction. When one side is done, so is the other: TLS knows no half-closed connection."""
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.close()
    except OSError:
        _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Cut a connection: of a server that is gone a client would see a refusal or a reset, and no orderly end."""
    connection: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
