# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pytest fixtures of the simulators; a conftest imports those it wants."""

from __future__ import annotations

import typing as t

import pytest

from tests.sim.kubevirt import Simulator
from tests.sim.maas import Simulator as Maas


@pytest.fixture
def simulator() -> t.Iterator[Simulator]:
    """Yield a fresh cluster with KubeVirt 1.4. It starts in less than a tenth of a second."""
    with Simulator() as running:
        yield running


@pytest.fixture
def newer_simulator() -> t.Iterator[Simulator]:
    """Yield a fresh cluster with KubeVirt 1.8."""
    with Simulator("1.8") as running:
        yield running


@pytest.fixture
def maas() -> t.Iterator[Maas]:
    """Yield a fresh MAAS region with eight healthy machines: three control planes and five workers."""
    with Maas(machines=8) as running:
        yield running
