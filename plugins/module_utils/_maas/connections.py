# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that are kept for the next request. Private to vmo.core.

``ansible.module_utils.urls`` opens a new one for every request, and before ansible-core 2.19 it reads all certificates
of the system again each time, also for plain HTTP: 50 to 100 milliseconds for an answer that takes one.
"""

from __future__ import annotations

import base64
import selectors
import ssl
import typing as t
import weakref
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from ansible.module_utils.urls import make_context

from ansible_collections.vmo.core.plugins.module_utils._errors import ConfigurationFailed

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials

CONNECT_SECONDS = 10.0


class Connections:
    """Open connections to one server, or to the proxy that the environment names for it."""

    def __init__(self, base: str, credentials: Credentials) -> None:
        self._server = urlsplit(base)
        self._seconds = credentials.timeout
        self._is_secure = self._server.scheme == "https"
        self._context = _tls(base, credentials) if self._is_secure else None
        self._proxy = _proxy(self._server)
        self._idle: list[HTTPConnection] = []
        # Nobody says when a task has asked its last question.
        weakref.finalize(self, _close, self._idle)

    def close(self) -> None:
        """End the connections that are idle."""
        while self._idle:
            self._idle.pop().close()

    @property
    def headers(self) -> dict[str, str]:
        """Return what every request has to tell the proxy."""
        return {} if self._is_secure or self._proxy is None else _identity(self._proxy)

    def target(self, url: str) -> str:
        """Return how a request names ``url``: a proxy wants to know the server, too, unless it is a tunnel."""
        if self._proxy is not None and not self._is_secure:
            return url
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def take(self) -> HTTPConnection:
        """Return an open connection, for one thread. Raises ``OSError`` when there is none to be had."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if not _was_closed(connection):
                return connection
            connection.close()
        connection = self._new()
        try:
            connection.connect()
            connection.sock.settimeout(self._seconds)
        except OSError:
            connection.close()
            raise
        return connection

    def give_back(self, connection: HTTPConnection, *, stays_open: bool) -> None:
        """Keep a connection whose answer has been read."""
        if stays_open:
            self._idle.append(connection)
        else:
            connection.close()

    def _new(self) -> HTTPConnection:
        nearest = self._proxy or self._server
        seconds = min(CONNECT_SECONDS, self._seconds)
        host = t.cast("str", nearest.hostname)
        if not self._is_secure:
            return HTTPConnection(host, nearest.port, timeout=seconds)
        connection = HTTPSConnection(host, nearest.port, timeout=seconds, context=self._context)
        if self._proxy is not None:
            connection.set_tunnel(t.cast("str", self._server.hostname), self._server.port, _identity(self._proxy))
        return connection


def _close(connections: list[HTTPConnection]) -> None:
    for connection in connections:
        connection.close()


def _was_closed(connection: HTTPConnection) -> bool:
    """Tell whether the server has hung up since: then its end of the line can be read."""
    if connection.sock is None:
        return True
    with selectors.DefaultSelector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return bool(selector.select(0))


def _proxy(server: SplitResult) -> SplitResult | None:
    """Return the proxy that the environment names for a server, as every program on this machine sees it."""
    named = getproxies().get(server.scheme)
    if not named or proxy_bypass(server.netloc):
        return None
    proxy = urlsplit(named if "://" in named else f"http://{named}")
    return proxy if proxy.hostname else None


def _identity(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    told = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(told.encode()).decode()}


def _tls(base: str, credentials: Credentials) -> ssl.SSLContext:
    try:
        context: ssl.SSLContext = make_context(cafile=credentials.ca_cert, validate_certs=credentials.validate_certs)
    except (OSError, ValueError) as failure:  # ssl.SSLError is an OSError
        raise ConfigurationFailed(
            f"ca_cert cannot be used for {base}: {type(failure).__name__}: {failure}", option="ca_cert"
        ) from None
    # As other clients do: Python 3.13 and newer would refuse many a site's own CA for a missing key identifier.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
