# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is found where nothing is wrong."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._plan.checks.catalogue import CATALOGUE
from tests.unit.plan.checks.builders import deployed, healthy_answers, report, running, told


def test_a_healthy_fleet_passes_every_check_before_the_deployment() -> None:
    found = report(healthy_answers())
    assert not told(found, "fail", "warn", "unknown"), [
        (verdict.id, verdict.subject, verdict.message)
        for verdict in found.verdicts
        if verdict.status in ("fail", "warn", "unknown")
    ]
    assert {verdict.id for verdict in found.verdicts} == {check.id for check in CATALOGUE}


def test_a_healthy_fleet_passes_every_check_after_the_deployment() -> None:
    found = report(deployed(healthy_answers()), running())
    assert not told(found, "fail", "warn", "unknown"), [
        (verdict.id, verdict.subject, verdict.message)
        for verdict in found.verdicts
        if verdict.status in ("fail", "warn", "unknown")
    ]
