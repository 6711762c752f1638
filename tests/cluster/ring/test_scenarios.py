# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scenario of tests/unit/modules, unchanged, on the genuine cluster."""

from __future__ import annotations

from tests.cluster.ring.shared import scenarios_of
from tests.unit.modules import test_vmo_vm, test_vmo_vm_ended, test_vmo_vm_failures, test_vmo_vm_info

globals().update(scenarios_of(test_vmo_vm, test_vmo_vm_ended, test_vmo_vm_failures, test_vmo_vm_info))
