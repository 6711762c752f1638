# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator and a plain client, so that these tests rest on nothing of the collection."""

from __future__ import annotations

import typing as t

import pytest

from tests.sim.fixtures import simulator
from tests.unit.sim.client import Client

if t.TYPE_CHECKING:
    from tests.sim.kubevirt import Simulator

__all__ = ["simulator"]


@pytest.fixture
def client(simulator: Simulator) -> Client:
    return Client(simulator)
