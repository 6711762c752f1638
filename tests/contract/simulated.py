# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as one side of the comparison."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.contract.server import Server
from tests.sim.kubevirt import Simulator, Timings

# Slow enough to be asked between two states, on a busy machine, too.
_UNHURRIED = Timings(import_=2.0, second=1.0)


@contextlib.contextmanager
def simulated(version: str) -> Iterator[Server]:
    """Yield a fresh cluster, in which the second user may do nothing."""
    with Simulator(version, _UNHURRIED) as simulator:
        simulator.deny("vmuser")
        yield Server(simulator.kubeconfig)
