# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions in which time stands still until a test lets it go on, and clients for them."""

from __future__ import annotations

import typing as t

import pytest

from tests.sim.fixtures import maas
from tests.sim.maas import Simulator, Timings
from tests.unit.sim_maas.client import Client

__all__ = ["maas"]

STILL = Timings.by_polls(10**9)


@pytest.fixture
def client() -> t.Iterator[Client]:
    """Yield a client of a region with three control planes and five workers."""
    with Simulator(machines=8, timings=STILL) as region:
        yield Client(region)


@pytest.fixture
def new_client() -> t.Iterator[Client]:
    """Yield a client of a region with two machines that were never commissioned."""
    with Simulator(machines=2, stage="new", timings=STILL) as region:
        yield Client(region)
