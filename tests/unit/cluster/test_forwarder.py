# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections from outside reach the server inside, and end as they end there."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import typing as t

import pytest

from tests.cluster import forwarder


async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one line, and close."""
    writer.write((await reader.readline()).upper())
    writer.close()


def through(server: t.Callable[..., t.Awaitable[None]] | None, talk: t.Callable[[int], t.Awaitable[bytes]]) -> bytes:
    """Return what came back through a forwarder to a server, or to a port that nobody listens on."""

    async def run() -> bytes:
        async with contextlib.AsyncExitStack() as stack:
            if server is None:
                with socket.create_server(("127.0.0.1", 0)) as unused:
                    port = unused.getsockname()[1]
            else:
                inner = await stack.enter_async_context(await asyncio.start_server(server, "127.0.0.1", 0))
                port = inner.sockets[0].getsockname()[1]
            listening = forwarder.listen()
            await stack.enter_async_context(await forwarder.serve(listening, "127.0.0.1", port))
            return await asyncio.wait_for(talk(listening.getsockname()[1]), 20)

    return asyncio.run(run())


async def line(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    answer = await reader.read()
    writer.close()
    return answer


def test_both_directions_and_the_end() -> None:
    assert through(shout, line) == b"HELLO\n"


def test_much_at_once() -> None:
    size = 8 * 2**20

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * size)
        await writer.drain()
        writer.close()

    assert len(through(flood, line)) == size


def test_server_that_is_gone_looks_gone() -> None:
    with pytest.raises(ConnectionResetError):
        through(None, line)


def test_connection_that_is_cut_inside_is_cut_outside() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        forwarder._reset(writer)

    with pytest.raises(ConnectionResetError):
        through(cut, line)
