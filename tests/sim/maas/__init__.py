# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A loopback MAAS region, as far as the tests and the demo need it.

``with Simulator("3.7", machines=30) as maas:`` serves ``maas.url``; ``maas.key()`` is the way in. Where its answers
differ from recorded ones of a genuine region (tests/unit/sim_maas/recorded), the simulator is wrong.
"""

from __future__ import annotations

from tests.sim.maas.disturbance import Fault, Request
from tests.sim.maas.planting import FAULTS
from tests.sim.maas.simulator import Simulator
from tests.sim.maas.world import RELEASES, Timings, World

__all__ = ["FAULTS", "RELEASES", "Fault", "Request", "Simulator", "Timings", "World"]
