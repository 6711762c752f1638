# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks against a simulated cluster; tests/cluster/ring runs most of them on the genuine one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.unit.e2e.stage import Stage, staged
from tests.unit.modules.backend import Backend
from tests.unit.modules.simulated import Simulated, simulated

NAMESPACE = Simulated.namespace

__all__ = ["NAMESPACE", "Stage"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "simulator_only(reason): what the genuine cluster cannot be made to do")


@pytest.fixture
def simulator_stage() -> Iterator[Stage]:
    with simulated() as backend, staged(backend) as stage:
        yield stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with simulated() as backend, staged(backend) as stage:
        yield stage


@pytest.fixture
def backends() -> Callable[[], AbstractContextManager[Backend]]:
    """Return what makes an empty cluster, or an empty namespace of one."""
    return simulated
