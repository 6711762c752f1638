# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers and doors to them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._maas.region import MaasRegion
from ansible_collections.vmo.core.plugins.module_utils._maas.transport import HttpTransport
from tests.unit.kube.scripted import Authority
from tests.unit.maas.scripted import API_KEY, MaasServer

if t.TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[MaasServer]:
    """Return a MAAS without TLS."""
    with MaasServer() as running:
        yield running


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return a CA that nobody trusts unless told to."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def credentials(server: MaasServer) -> Credentials:
    """Return what leads to ``server``."""
    return Credentials(url=server.url, api_key=API_KEY)


@pytest.fixture
def wire(credentials: Credentials) -> HttpTransport:
    """Return a door to ``server``."""
    return HttpTransport(credentials)


@pytest.fixture
def maas(wire: HttpTransport, credentials: Credentials) -> MaasRegion:
    """Return the port on ``server``, without retries and not in check mode."""
    return MaasRegion(wire, credentials.base, credentials.secrets)
