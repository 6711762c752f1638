# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios of modules on simulators; tests/cluster/ring runs the same on the genuine cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.modules.bench import Bench
from tests.unit.modules.kubevirt_site import VERSIONS, Site, empty_site
from tests.unit.modules.simulated import simulated


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "simulator_only(reason): what the genuine cluster cannot be made to do")


@pytest.fixture(params=["1.4", "1.8"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with simulated(request.param) as backend:
        yield Bench(backend)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A cluster without KubeVirt and CDI."""
    with empty_site(monkeypatch) as found:
        yield found


@pytest.fixture(params=list(VERSIONS))
def installed_site(site: Site, request: pytest.FixtureRequest) -> tuple[Site, str, str]:
    """A cluster that has one of both, which, and at which version."""
    product, version = request.param, VERSIONS[request.param]
    site.run(product, version)
    site.until_deployed(product)
    return site, product, version
