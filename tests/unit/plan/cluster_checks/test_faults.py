# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault is found, and nothing else."""

from __future__ import annotations

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.check import Check
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.catalogue import CATALOGUE
from tests.unit.plan.cluster_checks import (
    faults_of_networks,
    faults_of_nodes,
    faults_of_platform,
    faults_of_storage,
    faults_of_tenants,
)
from tests.unit.plan.cluster_checks.builders import report, survey, told
from tests.unit.plan.cluster_checks.faults import Fault

ALL: list[Fault] = [
    *faults_of_nodes.ALL,
    *faults_of_platform.ALL,
    *faults_of_storage.ALL,
    *faults_of_networks.ALL,
    *faults_of_tenants.ALL,
]


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.id}-{fault.status}")
def test_exactly_this_fault_is_found(fault: Fault) -> None:
    known = survey(fault.objects(), fault.wanted, version=fault.version, denied=fault.denied, gaps=fault.gaps)
    found = report(known, fault.wanted)
    troubles = [verdict for verdict in found.verdicts if verdict.status in ("fail", "warn", "unknown")]
    assert {(verdict.id, verdict.subject) for verdict in troubles} == {(fault.id, fault.subject), *fault.also}, [
        (verdict.id, verdict.subject, verdict.message) for verdict in troubles
    ]
    verdict = next(verdict for verdict in troubles if (verdict.id, verdict.subject) == (fault.id, fault.subject))
    assert verdict.status == fault.status
    assert fault.says in verdict.message
    assert verdict.remediation.endswith(".")
    assert verdict.message.endswith((".", ".)"))
    assert "{" not in verdict.message
    assert ".." not in verdict.message


def test_every_check_has_a_fault() -> None:
    assert {fault.id for fault in ALL} == {check.id for check in CATALOGUE}


@pytest.mark.parametrize("check", CATALOGUE, ids=lambda check: check.id)
def test_the_worst_status_is_that_of_the_catalogue(check: Check) -> None:
    found = {fault.status for fault in ALL if fault.id == check.id}
    assert next(status for status in ("fail", "warn") if status in found) == check.severity


def test_what_is_not_there_is_told_once() -> None:
    fault = next(fault for fault in ALL if fault.id == "kv.installed")
    found = report(survey(fault.objects(), gaps=fault.gaps))
    assert told(found, "fail", "warn", "unknown") == {("kv.installed", "cluster")}
    assert found.summary()[0].startswith("NOT READY to run, migrate")
