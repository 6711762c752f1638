# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why no answer came: the stable words for it, and the sentences that all adapters share. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    import ssl

# These were found out before anything was sent: whatever was asked for has not been done.
NEVER_SENT = frozenset(("name_not_resolved", "refused", "no_route", "connect_timeout", "proxy"))
# No other attempt will fare better.
HOPELESS = frozenset(("tls_untrusted", "tls", "not_http", "other"))

Cause = tuple[str, str]
NAME_NOT_RESOLVED: Cause = ("name_not_resolved", "could not be reached: its name cannot be resolved")
REFUSED: Cause = ("refused", "refused the connection: nothing listens on that port")
CONNECT_TIMEOUT: Cause = ("connect_timeout", "did not accept the connection in time")
CUT: Cause = ("cut", "closed the connection before the answer was complete")


def untrusted(failure: ssl.SSLCertVerificationError, remedy: str) -> Cause:
    """Return why a certificate is not accepted; ``remedy`` says how to make its signer known."""
    reason = (failure.verify_message or "the certificate cannot be verified").rstrip(".")
    if re.search(r"mismatch|doesn't match|not valid for", reason):
        return "tls_untrusted", f"proved to be another server: {reason}; ask it by a name in its certificate"
    if "expired" in reason:
        return "tls_untrusted", "has a TLS certificate that has expired"
    any_server = "validate_certs: false would accept any server"
    return "tls_untrusted", f"has a TLS certificate that is not trusted: {reason}; {remedy} ({any_server})"
