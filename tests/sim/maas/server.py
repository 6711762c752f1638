# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An aiohttp application on loopback in a thread of its own. Nothing here knows MAAS: any simulator can use it."""

from __future__ import annotations

import asyncio
import pathlib
import ssl
import threading
import typing as t

import trustme
from aiohttp import web

_T = t.TypeVar("_T")


class LoopbackServer:
    """Serves one application; ``call`` runs a function on its loop, so that tests touch its state without locks."""

    def __init__(self, name: str, *, port: int = 0, ca_file: pathlib.Path | None = None) -> None:
        """With ``ca_file`` it speaks TLS, and the certificate of its own authority is written there."""
        self._name, self._port, self._ca_file = name, port, ca_file
        self._failures: list[dict[str, t.Any]] = []
        self.url = ""

    def start(self, application: web.Application) -> None:
        """Start, or start again at the same port."""
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._note_failure)
        self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(application), self._loop).result(10)

    def stop(self) -> None:
        """Stop at once. A bug that a handler met is raised here: it must fail the test, not hide."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        for failure in self._failures:
            raise RuntimeError(f"the simulator itself failed: {failure['message']}") from failure.get("exception")

    def call(self, function: t.Callable[[], _T]) -> _T:
        async def on_loop() -> _T:
            return function()

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(60)

    def blame(self, message: str, exception: BaseException) -> None:
        self._failures.append({"message": message, "exception": exception})

    def _note_failure(self, _loop: asyncio.AbstractEventLoop, context: dict[str, t.Any]) -> None:
        self._failures.append(context)

    async def _serve(self, application: web.Application) -> None:
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        context = self._certify(self._ca_file) if self._ca_file else None
        await web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=context).start()
        self._port = self._runner.addresses[0][1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self._port}"

    async def _close(self) -> None:
        # A polite goodbye would wait for clients that keep their connections for later.
        for connection in self._runner.server.connections if self._runner.server else ():
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()
        await asyncio.sleep(0)

    @staticmethod
    def _certify(ca_file: pathlib.Path) -> ssl.SSLContext:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(ca_file))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        return context
