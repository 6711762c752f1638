# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator and the genuine cluster answer the same requests alike; asked anew, at the same time."""

from __future__ import annotations

import pytest

from tests.cluster.ring.genuine import Genuine
from tests.contract.replay import replay, scenarios
from tests.contract.server import Server
from tests.contract.simulated import simulated

SCENARIOS = scenarios()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_simulator_answers_as_the_genuine_cluster(cluster: Genuine, name: str) -> None:
    genuine = replay(Server(cluster.lab.kubeconfig), SCENARIOS[name])
    with simulated(cluster.version) as server:
        assert replay(server, SCENARIOS[name]) == genuine
