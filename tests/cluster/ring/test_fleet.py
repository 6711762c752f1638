# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many VMs in one task on the genuine cluster: the scenarios of the module, and what the audit log says of twenty."""

from __future__ import annotations

from tests.cluster.ring.shared import scenarios_of
from tests.unit.modules import test_vmo_vms

globals().update(scenarios_of(test_vmo_vms))
