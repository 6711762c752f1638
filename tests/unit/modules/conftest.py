# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios of modules on simulators; tests/cluster/ring runs the same on the genuine cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.modules.bench import Bench
from tests.unit.modules.simulated import simulated


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "simulator_only(reason): what the genuine cluster cannot be made to do")


@pytest.fixture(params=["1.4", "1.8"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with simulated(request.param) as backend:
        yield Bench(backend)
