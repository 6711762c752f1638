# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the API server of a few lines, on the standard library."""

from __future__ import annotations

import http.client
import json
import ssl
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

Object = dict[str, t.Any]


class Unreachable(Exception):
    """Nobody answered."""


class Answer(t.NamedTuple):
    """Status code and body, as they came."""

    code: int
    text: str

    @property
    def document(self) -> Object:
        """The body; raises ValueError where it is no JSON."""
        return t.cast(Object, json.loads(self.text))


class Api:
    """Sends requests as one user; a refusal is an answer, too."""

    def __init__(self, server: str, ca: Path, token: str, patience: float = 15.0) -> None:
        self.server = server
        self.patience = patience
        self._token = token
        self._context = ssl.create_default_context(cafile=str(ca))

    def request(self, method: str, path: str, body: Object | None = None) -> Answer:
        """Return the answer. Raises Unreachable where there is none."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, context=self._context, timeout=self.patience) as answer:
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read().decode())
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{method} {path}: {error}") from error
