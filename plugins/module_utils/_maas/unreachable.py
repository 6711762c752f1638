# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why no answer came, in plain words. Private to vmo.core."""

from __future__ import annotations

import socket
import ssl
import typing as t
from http.client import BadStatusLine, HTTPException, RemoteDisconnected

from ansible_collections.vmo.core.plugins.module_utils._errors import ConnectionFailed
from ansible_collections.vmo.core.plugins.module_utils._http import unreachable as words

_CA = "give the CA that signed it as ca_cert"


def unreachable(server: str, failure: Exception, *, was_sent: bool) -> ConnectionFailed:
    """Return the error for what a connection raised; ``details['cause']`` is a stable word."""
    cause, sentence = (
        _in_tls(failure)
        or (_after_sending(failure) if was_sent else _before_sending(failure))
        or ("other", f"could not be asked: {type(failure).__name__}")
    )
    return ConnectionFailed(f"MAAS at {server} {sentence}", server=server, cause=cause)


def _before_sending(failure: Exception) -> tuple[str, str] | None:
    if isinstance(failure, socket.gaierror):
        return words.NAME_NOT_RESOLVED
    if isinstance(failure, ConnectionRefusedError):
        return words.REFUSED
    if isinstance(failure, (TimeoutError, socket.timeout)):
        return words.CONNECT_TIMEOUT
    if isinstance(failure, OSError) and str(failure).startswith("Tunnel connection failed"):
        return "proxy", f"could not be reached through the proxy: {failure}"
    if isinstance(failure, (OSError, HTTPException)):
        return "no_route", f"could not be reached: {_last_words(failure)}"
    return None


def _in_tls(failure: Exception) -> tuple[str, str] | None:
    if isinstance(failure, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return words.CUT
    if isinstance(failure, ssl.SSLCertVerificationError):
        return words.untrusted(failure, _CA)
    if isinstance(failure, ssl.SSLError):
        if failure.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
            return "tls", "does not speak TLS on that port: give maas_url with http:// or with the port of TLS"
        return "tls", f"could not agree on TLS: {failure.reason or failure}"
    return None


def _after_sending(failure: Exception) -> tuple[str, str] | None:
    if isinstance(failure, (TimeoutError, socket.timeout)):
        return "timeout", "did not answer in time; a large region may need a longer timeout"
    if isinstance(failure, BadStatusLine) and not isinstance(failure, RemoteDisconnected):
        return "not_http", "does not speak HTTP on that port: check the port, and http or https, of maas_url"
    if isinstance(failure, (OSError, HTTPException, EOFError)):
        return words.CUT
    return None


def _last_words(failure: t.Any) -> str:
    return getattr(failure, "strerror", None) or type(failure).__name__
