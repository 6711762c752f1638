# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The socket by which a lab is told what to do: one JSON object asks, one answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import typing as t

from tests.cluster.errors import LabError
from tests.cluster.places import State

PATIENCE = 300.0

Handler = t.Callable[[dict[str, t.Any]], t.Awaitable[t.Any]]


@contextlib.contextmanager
def _address(state: State) -> t.Iterator[str]:
    """Hand out a name of the socket that is short enough: the kernel takes 107 bytes."""
    directory = os.open(state.directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{state.control.name}"
    finally:
        os.close(directory)


def ask(state: State, do: str, **details: t.Any) -> t.Any:
    """Return the answer of a lab. Raises LabError where it has none, or says that it could not."""
    with socket.socket(socket.AF_UNIX) as connection, _address(state) as address:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(address)
            connection.sendall(json.dumps({"do": do, **details}).encode() + b"\n")
            line = connection.makefile("rb").readline()
        except OSError as error:
            raise LabError(f"The lab {state.directory.name} does not answer: {error}") from error
    if not line:
        raise LabError(f"The lab {state.directory.name} ended while it was asked to {do}.")
    answer = json.loads(line)
    if "error" in answer:
        raise LabError(f"The lab {state.directory.name} could not {do}: {answer['error']}")
    return answer["answer"]


async def serve(state: State, handlers: t.Mapping[str, Handler]) -> asyncio.Server:
    """Answer at the socket. A handler says by LabError what is wrong with a request."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            request = json.loads(await reader.readline())
            try:
                answer: dict[str, t.Any] = {"answer": await handlers[request.pop("do")](request)}
            except LabError as error:
                answer = {"error": str(error)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()

    with _address(state) as address:
        return await asyncio.start_unix_server(talk, address)
