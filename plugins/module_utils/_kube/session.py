# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place to send requests to: an address, a pool of TLS connections and the headers that say who asks.

Of the ``kubernetes`` library only the configuration side is used, and only where it is needed. Private to vmo.core.
"""

from __future__ import annotations

import functools
import os
import ssl
import tempfile
import threading
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ConfigurationFailed, MissingLibrary
from ansible_collections.vmo.core.plugins.module_utils._http.kept import Kept
from ansible_collections.vmo.core.plugins.module_utils._kube.kubeconfig import (
    IMPORT_ERROR,
    failing_plainly,
    library,
    load_into,
)
from ansible_collections.vmo.core.plugins.module_utils._kube.plain import default_kubeconfig, plainly

try:
    import urllib3
    from urllib3.util.ssl_ import create_urllib3_context
except ImportError:
    pass  # connect() says so: IMPORT_ERROR

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials

    Headers = list[tuple[str, str]]

# Connections to one server that are kept open.
CONNECTIONS = 8
# Python 3.9 has no name for it
_PARTIAL_CHAIN = getattr(ssl, "VERIFY_X509_PARTIAL_CHAIN", 0x80000)


class Session:
    """An open door to one API server: ``server`` is its URL, ``pool`` a urllib3 PoolManager.

    ``files`` are the paths of what it was made from.
    """

    def __init__(
        self, configuration: t.Any, pool: t.Any, identity: Callable[[], Headers], files: tuple[str, ...]
    ) -> None:
        self._identity = identity
        self._refreshing = threading.Lock()
        self.pool = pool
        self.files = files
        # Taken now: when it refreshes a token, the library writes the kubeconfig's values over those of the task.
        self.server = str(configuration.host).rstrip("/")
        self.verifies = bool(configuration.verify_ssl)

    def __repr__(self) -> str:
        return f"Session({self.server!r})"

    def identity(self) -> Headers:
        """Return the headers that say who asks; refreshes a token that is about to expire."""
        # several threads must not refresh one token at once
        with self._refreshing:
            return self._identity()

    def close(self) -> None:
        """End the connections that are idle."""
        self.pool.clear()


_KEPT: Kept[Session] = Kept()


def kept(credentials: Credentials, connections: int = CONNECTIONS) -> Session:
    """Return the session that this process has for these credentials. Raises as ``connect`` does."""
    return _KEPT.get((credentials, connections), lambda: connect(credentials, connections))


def connect(credentials: Credentials, connections: int = CONNECTIONS, *, authority: str | None = None) -> Session:
    """Return a new session; no request is sent. Raises ``ConfigurationFailed`` and ``MissingLibrary``.

    ``connections`` is how many are kept open; ``authority`` (PEM) are certificates to trust beside those that are
    trusted anyway.
    """
    if IMPORT_ERROR is not None:
        raise MissingLibrary(
            f"The Python library kubernetes is needed where this task runs: {IMPORT_ERROR}", library="kubernetes"
        )
    credentials.check()
    with tempfile.TemporaryDirectory(prefix="vmo.core-") as folder:
        plain = plainly(credentials, folder)
        if plain is None:
            return _connect_by_library(credentials, connections, authority)
        _override(plain, credentials)
        pool = urllib3.PoolManager(
            cert_reqs=ssl.CERT_REQUIRED if plain.verify_ssl else ssl.CERT_NONE, maxsize=connections
        )
        _secure(pool, plain, authority)
    headers = [*_impersonation(credentials), *(("authorization", key) for key in plain.api_key.values())]
    return Session(plain, pool, lambda: headers, (*plain.read_from, *_files(credentials)))


def _connect_by_library(credentials: Credentials, connections: int, authority: str | None) -> Session:
    configuration = library().client.Configuration()
    configuration.connection_pool_maxsize = connections
    if not credentials.is_complete and not load_into(configuration, credentials) and not credentials.host:
        raise ConfigurationFailed("No cluster is named: give a kubeconfig or a host, or run inside a cluster")
    _override(configuration, credentials)
    pool = library().client.ApiClient(configuration).rest_client.pool_manager
    for name in ("ca_certs", "ca_cert_data", "cert_file", "key_file"):
        pool.connection_pool_kw.pop(name, None)
    _secure(pool, configuration, authority)
    source = credentials.kubeconfig or default_kubeconfig()
    paths = source.split(os.pathsep) if isinstance(source, str) else []
    files = (*(os.path.expanduser(path) for path in paths), *_files(credentials))
    return Session(configuration, pool, functools.partial(_refreshed, configuration, credentials), files)


def _refreshed(configuration: t.Any, credentials: Credentials) -> Headers:
    with failing_plainly("The kubeconfig"):
        settings = configuration.auth_settings().values()
    told = [(setting["key"], setting["value"]) for setting in settings if setting["in"] == "header"]
    return [*_impersonation(credentials), *told]


def _files(credentials: Credentials) -> tuple[str, ...]:
    return tuple(filter(None, (credentials.ca_cert, credentials.client_cert, credentials.client_key)))


def _override(configuration: t.Any, credentials: Credentials) -> None:
    """Put the task's own options over what the kubeconfig says."""
    if credentials.has_identity:
        # A client certificate left over from the kubeconfig would win over the token: the server looks at it first.
        configuration.api_key = {}
        configuration.refresh_api_key_hook = None
        configuration.cert_file = configuration.key_file = None
    if credentials.api_key:
        configuration.api_key = {"authorization": f"Bearer {credentials.api_key}"}
    elif credentials.username and credentials.password:
        basic = urllib3.util.make_headers(basic_auth=f"{credentials.username}:{credentials.password}")
        configuration.api_key = {"authorization": basic["authorization"]}
    if credentials.proxy_headers:
        configuration.proxy_headers = urllib3.util.make_headers(**t.cast("t.Any", credentials.proxy_headers))
    options = {
        "host": (credentials.host or "").rstrip("/") or None,
        "verify_ssl": credentials.validate_certs,
        "ssl_ca_cert": credentials.ca_cert,
        "cert_file": credentials.client_cert,
        "key_file": credentials.client_key,
        "proxy": credentials.proxy,
        "no_proxy": credentials.no_proxy,
    }
    for name, value in options.items():
        if value is not None:
            setattr(configuration, name, value)


def _secure(pool: t.Any, configuration: t.Any, authority: str | None) -> None:
    """Give all connections one TLS context instead of one each."""
    if str(configuration.host).startswith("https:"):
        pool.connection_pool_kw["ssl_context"] = _tls(configuration, authority)


def _tls(configuration: t.Any, authority: str | None) -> ssl.SSLContext:
    try:
        context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if configuration.verify_ssl else ssl.CERT_NONE)
        if configuration.verify_ssl:
            # As Go does: Python 3.13 and newer would refuse the CA of many a cluster for a missing key identifier.
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            if configuration.ssl_ca_cert:
                context.load_verify_locations(cafile=configuration.ssl_ca_cert)
            else:
                context.load_default_certs()
            if authority:
                # It may be the certificate of the server itself, which Go trusts as well.
                context.verify_flags |= _PARTIAL_CHAIN
                context.load_verify_locations(cadata=authority)
        if configuration.cert_file:
            # With a passphrase given, OpenSSL does not stop to ask for one on the terminal.
            context.load_cert_chain(configuration.cert_file, configuration.key_file, password="")
    except (OSError, ValueError) as failure:  # ssl.SSLError is an OSError
        raise ConfigurationFailed(
            f"A certificate or key for {configuration.host} cannot be used: {type(failure).__name__}: {failure}"
        ) from None
    return context


def _impersonation(credentials: Credentials) -> list[tuple[str, str]]:
    headers = [("Impersonate-Group", group) for group in credentials.impersonate_groups]
    if credentials.impersonate_user:
        headers.append(("Impersonate-User", credentials.impersonate_user))
    return headers
