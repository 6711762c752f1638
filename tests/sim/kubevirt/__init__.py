# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A loopback Kubernetes API server with KubeVirt and CDI, as far as the tests and the demo need them.

``with Simulator(version="1.4") as sim:`` serves ``sim.url``; ``sim.kubeconfig`` is the way in. With ``stage="empty"``
it is a cluster without KubeVirt and CDI, and takes their manifests: the genuine ones, or those of manifests.py.
Where its answers differ from the genuine ones (tests/cluster), the simulator is wrong.
"""

from __future__ import annotations

from tests.sim.kubevirt.cluster import Timings
from tests.sim.kubevirt.disturbance import Denial, Fault, Request
from tests.sim.kubevirt.simulator import Simulator

__all__ = ["Denial", "Fault", "Request", "Simulator", "Timings"]
