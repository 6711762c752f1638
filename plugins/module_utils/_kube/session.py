# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place to send requests to: an address, a pool of TLS connections and the headers that say who asks.

Only the configuration side of the ``kubernetes`` library is used. Private to vmo.core.
"""

from __future__ import annotations

import ssl
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ConfigurationFailed, MissingLibrary
from ansible_collections.vmo.core.plugins.module_utils._kube.kubeconfig import IMPORT_ERROR, failing_plainly, load_into

try:
    import kubernetes
    import urllib3
    from urllib3.util.ssl_ import create_urllib3_context
except ImportError:
    pass  # connect() says so: IMPORT_ERROR

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials


# Python 3.9 has no name for it
_PARTIAL_CHAIN = getattr(ssl, "VERIFY_X509_PARTIAL_CHAIN", 0x80000)


class Session:
    """An open door to one API server: ``server`` is its URL, ``pool`` a urllib3 PoolManager."""

    def __init__(self, configuration: t.Any, pool: t.Any, identity: list[tuple[str, str]]) -> None:
        self._configuration = configuration
        self._identity = identity
        self.pool = pool
        # Taken now: when it refreshes a token, the library writes the kubeconfig's values over those of the task.
        self.server = str(configuration.host).rstrip("/")
        self.verifies = bool(configuration.verify_ssl)

    def __repr__(self) -> str:
        return f"Session({self.server!r})"

    def identity(self) -> list[tuple[str, str]]:
        """Return the headers that say who asks; refreshes a token that is about to expire."""
        with failing_plainly("The kubeconfig"):
            settings = self._configuration.auth_settings().values()
        told = [(setting["key"], setting["value"]) for setting in settings if setting["in"] == "header"]
        return [*self._identity, *told]


def connect(credentials: Credentials, *, authority: str | None = None) -> Session:
    """Return a session; no request is sent. Raises ``ConfigurationFailed`` and ``MissingLibrary``.

    ``authority`` (PEM) are certificates to trust beside those that are trusted anyway.
    """
    if IMPORT_ERROR is not None:
        raise MissingLibrary(
            f"The Python library kubernetes is needed where this task runs: {IMPORT_ERROR}", library="kubernetes"
        )
    credentials.check()
    configuration = kubernetes.client.Configuration()
    if not credentials.is_complete and not load_into(configuration, credentials) and not credentials.host:
        raise ConfigurationFailed("No cluster is named: give a kubeconfig or a host, or run inside a cluster")
    _override(configuration, credentials)
    return Session(configuration, _pool(configuration, authority), _impersonation(credentials))


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


def _pool(configuration: t.Any, authority: str | None) -> t.Any:
    """Return the library's pool manager, with one TLS context for all connections instead of one for each."""
    pool = kubernetes.client.ApiClient(configuration).rest_client.pool_manager
    for name in ("ca_certs", "ca_cert_data", "cert_file", "key_file"):
        pool.connection_pool_kw.pop(name, None)
    if str(configuration.host).startswith("https:"):
        pool.connection_pool_kw["ssl_context"] = _tls(configuration, authority)
    return pool


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
