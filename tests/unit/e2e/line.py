# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line to a server on which connections are counted."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t

_CHUNK = 65536


class Line:
    """Hands bytes on between a port of its own and a server; knows nothing of what they say."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.connections = 0
        self.port = int(self._listening.getsockname()[1])

    def serve(self) -> None:
        """Accept connections until the line is cut."""
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            far = socket.create_connection(("127.0.0.1", self._port))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_hand_on, args=(one, other), daemon=True).start()

    def cut(self) -> None:
        """Accept no more."""
        # Closing alone would not wake who accepts.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def _hand_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(_CHUNK):
            other.sendall(data)
    for end in (one, other):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def counted(port: int) -> t.Iterator[Line]:
    """Yield a line to a port of this machine."""
    line = Line(port)
    thread = threading.Thread(target=line.serve, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        line.cut()
        thread.join()
