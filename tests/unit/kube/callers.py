# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubeconfigs, and a first request, as the tests of sessions need them."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml

from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import HttpTransport, Request
from tests.unit.kube.scripted import TOKEN, Asked, ScriptedServer

SECRET = "hunter2"
GET = Request("GET", "/version")


def a_kubeconfig(
    server: str = "http://127.0.0.1:1",
    user: t.Mapping[str, t.Any] | None = None,
    cluster: t.Mapping[str, t.Any] | None = None,
) -> t.Any:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server, **(cluster or {})}}],
        "users": [{"name": "u", "user": {"token": TOKEN} if user is None else user}],
    }


def written(path: Path, content: t.Any) -> str:
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return str(path)


def ask(server: ScriptedServer, credentials: Credentials) -> Asked:
    server.answers({})
    HttpTransport(connect(credentials)).send(GET)
    return server.asked[-1]
