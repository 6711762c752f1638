# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault is found, and nothing else."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._plan.checks.catalogue import CATALOGUE
from tests.unit.plan.checks import faults_around, faults_of_machines, faults_of_nodes
from tests.unit.plan.checks.builders import report, told
from tests.unit.plan.checks.faults import Fault

ALL: list[Fault] = [*faults_around.ALL, *faults_of_machines.ALL, *faults_of_nodes.ALL]
# These only tell.
WITHOUT_FAULT = {"maas.release_erase", "c.nested", "x.annotation"}


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.id}-{fault.status}")
def test_exactly_this_fault_is_found(fault: Fault) -> None:
    found = report(fault.answers(), fault.wanted, fault.gaps)
    troubles = [verdict for verdict in found.verdicts if verdict.status in ("fail", "warn")]
    assert told(found, "fail", "warn") == {(fault.id, fault.subject), *fault.also}, [
        (verdict.id, verdict.subject, verdict.message) for verdict in troubles
    ]
    verdict = next(verdict for verdict in troubles if (verdict.id, verdict.subject) == (fault.id, fault.subject))
    assert verdict.status == fault.status
    assert verdict.remediation.endswith((".", ")"))
    assert "{" not in verdict.message


def test_every_check_has_a_fault() -> None:
    assert {check.id for check in CATALOGUE} - {fault.id for fault in ALL} == WITHOUT_FAULT


@pytest.mark.parametrize("check", CATALOGUE, ids=lambda check: check.id)
def test_the_worst_status_is_that_of_the_catalogue(check: t.Any) -> None:
    found = {fault.status for fault in ALL if fault.id == check.id}
    worst = next((status for status in ("fail", "warn") if status in found), "pass")
    assert worst == check.severity
