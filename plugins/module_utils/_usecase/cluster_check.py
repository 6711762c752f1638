# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether a cluster is ready for VMs: read it once, judge, report. Private to vmo.core."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.judge import judge
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.wishes import demands_of
from ansible_collections.vmo.core.plugins.module_utils._usecase.cluster_survey import survey_of
from ansible_collections.vmo.core.plugins.module_utils._usecase.verdicts import ended, told

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.survey import Survey
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.judge import Report
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, Progress


def run(cluster: Cluster, params: dict[str, t.Any], _clock: Clock, progress: Progress) -> dict[str, t.Any]:
    """Carry out a task of ``vmo_cluster_check``; raises when a verdict is as bad as ``fail_on`` says."""
    demands = demands_of(params)
    survey = survey_of(cluster, demands, progress)
    report = judge(survey, demands, time.time())
    result = _result(report, survey, with_passed=params["with_passed"])
    return ended({**result, "warnings": cluster.drain_warnings()}, params["fail_on"])


def _result(report: Report, survey: Survey, *, with_passed: bool) -> dict[str, t.Any]:
    missing = {name: gap.reason for name, gap in {**survey.gaps, **survey.partial}.items() if not gap.is_absent}
    return {
        "changed": False,
        "status": report.status,
        "summary": report.summary(),
        "verdicts": told(report.verdicts, with_passed=with_passed),
        "counts": report.counts,
        "versions": {
            "kubernetes": survey.version,
            "kubevirt": _first(survey, "kubevirts", "status.observedKubeVirtVersion"),
            "cdi": _first(survey, "cdis", "status.observedVersion"),
        },
        "unavailable": dict(sorted(missing.items())),
    }


def _first(survey: Survey, plural: str, path: str) -> t.Any:
    return dig(dict(next(iter(survey.of(plural)), {})), path)
