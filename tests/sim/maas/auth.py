# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OAuth 1 PLAINTEXT header, judged as the region judges it: with texts that may repeat a secret."""

from __future__ import annotations

import re
import time
from urllib.parse import unquote

from tests.sim.maas.model import User
from tests.sim.maas.wire import BARE_TEXT, HTML, Refusal, refuse

_THRESHOLD = 300
# Without one of these the request counts as one of nobody; a missing signature is told apart.
_NEEDED = ("consumer_key", "token", "signature_method", "timestamp", "nonce")


class Gate:
    """Knows the users and which nonces were used."""

    def __init__(self, users: list[User]) -> None:
        self.users = users
        self._nonces: set[tuple[str, str]] = set()

    def admit(self, header: str) -> User | None:
        """Return the user, or None for nobody: no header, another scheme, a field missing."""
        fields = _fields(header)
        if any(name not in fields for name in _NEEDED):
            return None
        user = next((user for user in self.users if user.key[0] == fields["consumer_key"]), None)
        if user is None:
            raise _unauthorized("Invalid API key.")
        if user.key[1] != fields["token"]:
            raise _unauthorized(f"'Invalid access token: {fields['token']}'")
        self._judge_freshness(fields)
        if "signature" not in fields:
            raise _unauthorized("'Missing signature.'")
        if fields["signature"] != f"&{user.key[2]}":
            raise _unauthorized(f"'Invalid signature. Expected signature base string: &{user.key[2]}'")
        return user

    def _judge_freshness(self, fields: dict[str, str]) -> None:
        given, now = fields["timestamp"], int(time.time())
        if not re.fullmatch(r"-?\d+", given):
            raise refuse(500, f"invalid literal for int() with base 10: '{given}'")
        if now - int(given) > _THRESHOLD:
            text = f"given {given} and now {now} has a greater difference than threshold {_THRESHOLD}"
            raise _unauthorized(f"'Expired timestamp: {text}'")
        nonce = (fields["consumer_key"], fields["nonce"])
        if nonce in self._nonces:
            raise _unauthorized(f"'Nonce already used: {fields['nonce']}'")
        self._nonces.add(nonce)


def nobody() -> Refusal:
    return refuse(401, "Forbidden", BARE_TEXT)


def _fields(header: str) -> dict[str, str]:
    scheme, _space, rest = header.partition(" ")
    if scheme != "OAuth":
        return {}
    found = re.findall(r'oauth_(\w+)="([^"]*)"', rest)
    return {name: unquote(value) for name, value in found}


def _unauthorized(text: str) -> Refusal:
    return refuse(401, f"Authorization Error: {text}", HTML, WWW_Authenticate='OAuth realm="OAuth"')
