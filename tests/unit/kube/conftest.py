# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers and doors to them."""

from __future__ import annotations

import typing as t

import kubernetes
import pytest

from ansible_collections.vmo.core.plugins.module_utils._kube.cluster import KubeCluster
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import HttpTransport
from tests.unit.kube.cases import Case
from tests.unit.kube.scripted import TOKEN, Authority, ScriptedServer

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Return an API server without TLS."""
    with ScriptedServer() as running:
        yield running


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return a CA that nobody trusts unless told to."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def wire(server: ScriptedServer) -> HttpTransport:
    """Return a door to ``server``."""
    return HttpTransport(connect(Credentials(host=server.url, api_key=TOKEN)))


@pytest.fixture
def cluster(wire: HttpTransport) -> KubeCluster:
    """Return the port on ``server``, without retries and not in check mode."""
    return KubeCluster(wire)


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no kubeconfig of this machine take part."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "default"))
    monkeypatch.setattr(kubernetes.config, "KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "default"))


@pytest.fixture
def case(server: ScriptedServer, cluster: KubeCluster) -> Case:
    return Case(server, cluster)
