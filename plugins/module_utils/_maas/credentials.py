# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task says which MAAS it means and who asks. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from ansible_collections.vmo.core.plugins.module_utils._errors import ConfigurationFailed

API = "/api/2.0/"
_ROOT = "/MAAS"
_KEY = re.compile(r"([^\s:]+):([^\s:]+):([^\s:]+)")
_SHORTEST_SECRET = 4  # masking a shorter text would mangle innocent words


@dataclass(frozen=True, repr=False)
class Credentials:
    """The connection options of a task; ``None`` means "not said". ``repr`` shows no secret.

    ``timeout`` are the seconds that MAAS may take for one answer.
    """

    url: str | None = None
    api_key: str | None = None
    validate_certs: bool = True
    ca_cert: str | None = None
    timeout: float = 120.0

    def __repr__(self) -> str:
        return f"Credentials(validate_certs={self.validate_certs!r}, ca_cert={self.ca_cert!r})"

    @property
    def base(self) -> str:
        """Return the URL that all paths of the API begin with, such as ``http://192.0.2.10:5240/MAAS/api/2.0/``."""
        return api_url(self.url or "")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the texts that must never be shown: the key and its parts."""
        key = (self.api_key or "").strip()
        return tuple(text for text in (key, *key.split(":")) if len(text) >= _SHORTEST_SECRET)

    def check(self) -> None:
        """Raise ``ConfigurationFailed`` for options that cannot be used, before anything is sent."""
        if not self.url:
            raise ConfigurationFailed("No MAAS is named: give maas_url or set MAAS_URL", option="maas_url")
        api_url(self.url)
        if not self.api_key:
            raise ConfigurationFailed(
                "There is no API key: give maas_api_key or set MAAS_API_KEY", option="maas_api_key"
            )
        if not _KEY.fullmatch(self.api_key.strip()):
            raise ConfigurationFailed(
                "maas_api_key is not an API key of MAAS: that has three parts with colons between them; copy it from "
                "the page API keys of the user's preferences",
                option="maas_api_key",
            )
        if self.ca_cert and not Path(self.ca_cert).is_file():
            raise ConfigurationFailed(f"ca_cert names a file that does not exist: {self.ca_cert}", option="ca_cert")
        if self.timeout < 1:
            raise ConfigurationFailed("timeout must be a second at least", option="timeout")

    def authorization(self, now: float, nonce: str) -> str:
        """Return the header that signs one request: OAuth 1.0, method PLAINTEXT, with an empty consumer secret.

        MAAS takes a nonce once, and a time (Unix seconds) for 300 seconds.
        """
        consumer, token, secret = (self.api_key or "").strip().split(":")
        told = {
            "oauth_version": "1.0",
            "oauth_signature_method": "PLAINTEXT",
            "oauth_consumer_key": consumer,
            "oauth_token": token,
            "oauth_signature": f"&{secret}",
            "oauth_timestamp": str(int(now)),
            "oauth_nonce": nonce,
        }
        return "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in told.items())


def api_url(given: str) -> str:
    """Return the root of the API for an address with or without ``/MAAS``, ``/api/2.0`` or a page of the web interface.

    Raises ``ConfigurationFailed``, without repeating what may hold a password.
    """

    def refused(why: str) -> ConfigurationFailed:
        return ConfigurationFailed(f"maas_url {why}, such as http://192.0.2.10:5240/MAAS", option="maas_url")

    try:
        parts = urlsplit(given.strip())
        port = parts.port
    except ValueError:
        raise refused("is not a URL; it has the form") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise refused("must begin with http:// or https:// and a host")
    if parts.username or parts.password:
        raise refused("must not hold a user name or a password; it is the address alone")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{_root(parts.path)}{API}"


def _root(path: str) -> str:
    """Return what stands before ``/api/2.0/``: a proxy may have put MAAS below another path."""
    before, found, _page = f"{path}/".partition(f"{_ROOT}/")
    if found:
        return before + _ROOT
    return path.partition(API.rstrip("/"))[0].rstrip("/") or _ROOT


def hidden_in(text: str, secrets: t.Iterable[str]) -> str:
    """Return ``text`` with the secrets blotted out, however the server quotes them."""
    for secret in sorted(secrets, key=len, reverse=True):
        for form in (secret, quote(secret, safe="")):
            text = text.replace(form, "********")
    return text
