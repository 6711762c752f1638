# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator answers as genuine clusters did when they were recorded."""

from __future__ import annotations

import pytest

from tests.contract import recorded
from tests.contract.replay import replay, scenarios
from tests.contract.simulated import simulated

SCENARIOS = scenarios()


@pytest.fixture(scope="module", params=recorded.VERSIONS)
def answers(request: pytest.FixtureRequest) -> tuple[str, recorded.Answers]:
    """Return a version with all that was recorded of it."""
    return request.param, recorded.load(request.param)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_simulator_answers_as_the_genuine_server(answers: tuple[str, recorded.Answers], name: str) -> None:
    version, known = answers
    with simulated(version) as server:
        assert replay(server, SCENARIOS[name]) == known[name]


def test_nothing_is_recorded_that_nobody_asks(answers: tuple[str, recorded.Answers]) -> None:
    _version, known = answers
    assert list(known) == list(SCENARIOS)
