# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes API server by its kubeconfig, on the standard library: no client library may hide what it answers."""

from __future__ import annotations

import base64
import email.message
import json
import pathlib
import ssl
import typing as t
import urllib.error
import urllib.request

import yaml

MERGE_PATCH = "application/merge-patch+json"


class Answer(t.NamedTuple):
    code: int
    headers: email.message.Message
    text: str

    @property
    def json(self) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", json.loads(self.text))

    @property
    def message(self) -> str:
        return str(self.json["message"])


class Server:
    """Speaks with the bearer tokens of the kubeconfig's users."""

    def __init__(self, kubeconfig: pathlib.Path) -> None:
        found = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster = found["clusters"][0]["cluster"]
        self.url = cluster["server"]
        self.tokens = {user["name"]: user["user"]["token"] for user in found["users"] if "token" in user["user"]}
        data = base64.b64decode(cluster.get("certificate-authority-data", "")).decode() or None
        self._context = ssl.create_default_context(cafile=cluster.get("certificate-authority"), cadata=data)

    def open(self, method: str, path: str, body: t.Any = None, *, user: str = "admin", **headers: str) -> t.Any:
        """Send a body as it is when it is bytes, else as JSON. ``Content_Type`` stands for ``Content-Type``."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.tokens.get(user, user)}", "Accept": "*/*"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Content-Type", MERGE_PATCH if method == "PATCH" else "application/json")
        request = urllib.request.Request(self.url + path, data, sent, method=method)
        return urllib.request.urlopen(request, context=self._context, timeout=60)

    def ask(self, method: str, path: str, body: t.Any = None, *, user: str = "admin", **headers: str) -> Answer:
        try:
            with self.open(method, path, body, user=user, **headers) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read().decode())
