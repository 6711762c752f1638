# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why no answer came, in plain words. Private to vmo.core."""

from __future__ import annotations

import re
import socket
import ssl
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ConnectionFailed
from ansible_collections.vmo.core.plugins.module_utils._http import unreachable as words

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_CA = "give the cluster's CA as ca_cert or in the kubeconfig"
_CUT = {"ProtocolError", "ConnectionResetError", "BrokenPipeError", "RemoteDisconnected", "IncompleteRead"}


class _Failure(t.NamedTuple):
    """An exception, all that lies beneath it, and the names of all their classes."""

    chain: list[BaseException]
    names: set[str]

    def first(self, *kinds: type[BaseException]) -> BaseException | None:
        return next((link for link in self.chain if isinstance(link, kinds)), None)


def unreachable(server: str, failure: BaseException, *, called: str = "", remedy: str = _CA) -> ConnectionFailed:
    """Return the error for a urllib3 or OS failure; ``details['cause']`` is a stable word.

    ``called`` says what kind of server it is, ``remedy`` how to make the signer of its certificate known.
    """
    chain = list(_beneath(failure))
    whole = _Failure(chain, {kind.__name__ for link in chain for kind in type(link).__mro__})
    cause, sentence = (
        _before_the_server(whole)
        or _in_tls(whole, remedy)
        or _after_sending(whole)
        or ("other", f"could not be asked: {type(failure).__name__}")
    )
    return ConnectionFailed(f"{called} {server} {sentence}".lstrip(), server=server, cause=cause)


def _before_the_server(failure: _Failure) -> tuple[str, str] | None:
    if "ProxyError" in failure.names:
        return "proxy", f"could not be reached through the proxy: {_last_words(failure)}"
    if failure.first(socket.gaierror):
        return words.NAME_NOT_RESOLVED
    if failure.first(ConnectionRefusedError):
        return words.REFUSED
    if "NewConnectionError" in failure.names:
        return "no_route", f"could not be reached: {_last_words(failure)}"
    if "ConnectTimeoutError" in failure.names:
        return words.CONNECT_TIMEOUT
    return None


def _in_tls(failure: _Failure, remedy: str) -> tuple[str, str] | None:
    if failure.first(ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return None
    untrusted = failure.first(ssl.SSLCertVerificationError)
    if isinstance(untrusted, ssl.SSLCertVerificationError):
        return words.untrusted(untrusted, remedy)
    tls = failure.first(ssl.SSLError)
    if isinstance(tls, ssl.SSLError):
        return "tls", f"could not agree on TLS: {tls.reason or tls}"
    if "CertificateError" in failure.names:  # urllib3 1.26 compares names by itself
        return "tls_untrusted", f"proved to be another server: {_last_words(failure)}"
    if "SSLError" in failure.names:
        return "tls", f"could not agree on TLS: {_last_words(failure)}"
    return None


def _after_sending(failure: _Failure) -> tuple[str, str] | None:
    if "ReadTimeoutError" in failure.names or failure.first(TimeoutError, socket.timeout):
        return "timeout", "did not answer in time"
    if failure.names & _CUT or failure.first(ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return words.CUT
    return None


def _beneath(failure: BaseException) -> Iterator[BaseException]:
    """Yield the failure and what lies beneath it; urllib3 keeps causes in arguments, too."""
    seen: set[int] = set()
    waiting: list[t.Any] = [failure]
    while waiting:
        link = waiting.pop(0)
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]


def _last_words(failure: _Failure) -> str:
    """Return what the operating system said, else the text without addresses of Python objects."""
    for link in reversed(failure.chain):
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
    text = re.sub(r"<[^>]*>:? ?", "", str(failure.chain[0]))
    return text or type(failure.chain[0]).__name__
