# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of tests/unit/e2e, unchanged, on the genuine cluster."""

from __future__ import annotations

from tests.cluster.ring.shared import scenarios_of
from tests.unit.e2e import test_crash, test_playbooks, test_same_as_module, test_secrets

globals().update(scenarios_of(test_crash, test_playbooks, test_same_as_module, test_secrets))
