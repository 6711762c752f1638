# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of a few lines on the standard library, so that these tests rest on nothing of the collection."""

from __future__ import annotations

import json
import time
import typing as t
import urllib.error
import urllib.request
import uuid
from email.message import Message
from urllib.parse import quote, urlencode

from tests.sim.maas import Simulator

Fields = t.Union[t.Sequence[tuple[str, str]], t.Mapping[str, t.Any], None]


class Answer(t.NamedTuple):
    code: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> t.Any:
        return json.loads(self.body)


class _Plain(urllib.request.HTTPRedirectHandler):
    """Redirects are answers here."""

    def redirect_request(self, *_given: t.Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Plain)


def authorization(key: str, **changed: str | None) -> str:
    """Return an OAuth header; a keyword replaces a field, None leaves it out."""
    consumer, token, secret = key.split(":")
    fields: dict[str, str | None] = {
        "version": "1.0", "signature_method": "PLAINTEXT", "consumer_key": consumer, "token": token,
        "signature": f"&{secret}", "timestamp": str(int(time.time())), "nonce": uuid.uuid4().hex,
    }  # fmt: skip
    fields |= changed
    return "OAuth " + ", ".join(f'oauth_{k}="{quote(v, safe="")}"' for k, v in fields.items() if v is not None)


class Client:
    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def send(
        self, method: str, path: str, body: bytes | None = None, *, user: str | None = "admin", **headers: str
    ) -> Answer:
        """Send a request as it is; ``user`` None means without Authorization."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if user is not None:
            sent.setdefault("Authorization", authorization(self.simulator.key(user)))
        request = urllib.request.Request(f"{self.simulator.url}/api/2.0/{path}", body, sent, method=method)
        try:
            with _OPENER.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read())

    def get(self, path: str, fields: Fields = None, *, user: str | None = "admin") -> Answer:
        query = urlencode(fields, doseq=True) if fields else ""
        return self.send("GET", path + (("&" if "?" in path else "?") + query if query else ""), user=user)

    def form(self, method: str, path: str, fields: Fields = None, *, user: str | None = "admin") -> Answer:
        body = urlencode(fields, doseq=True).encode() if fields else None
        headers = {"Content_Type": "application/x-www-form-urlencoded"} if body else {}
        return self.send(method, path, body, user=user, **headers)

    def post(self, path: str, fields: Fields = None, *, user: str | None = "admin") -> Answer:
        return self.form("POST", path, fields, user=user)

    def put(self, path: str, fields: Fields = None, *, user: str | None = "admin") -> Answer:
        return self.form("PUT", path, fields, user=user)

    def machine(self, hostname: str) -> t.Any:
        return self.get("machines/", {"hostname": hostname}).json[0]
