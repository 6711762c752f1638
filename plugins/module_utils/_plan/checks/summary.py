# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a few lines that suffice to act on. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import FAIL, WARN
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import lines_of, readiness

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.judge import Report

MISSES_TOLD = 5


def summary(report: Report) -> list[str]:
    """Return the report in lines, the most urgent first."""
    return lines_of(_headline(report), report.verdicts, _misses(report) if _is_short(report) else ())


def _misses(report: Report) -> list[str]:
    told = [f"Nearly fit: {miss.message} ({miss.role})." for miss in report.near_misses[:MISSES_TOLD]]
    more = len(report.near_misses) - len(told)
    return [*told, f"... and {more} machines that miss more."] if more > 0 else told


def _is_short(report: Report) -> bool:
    return any(team.is_short for team in report.teams)


def _headline(report: Report) -> str:
    counts = report.counts
    parts = []
    for team in report.teams:
        wanted = "" if team.role.count is None else f" of {team.role.count}"
        left = len(team.fit) - len(team.assigned)
        spare = f" (+{left} that fit)" if left else ""
        parts.append(f"{team.role.name} {len(team.assigned)}{wanted}{spare}")
    roles = f": {', '.join(parts)}" if parts else ""
    noun = "machine" if report.machines == 1 else "machines"
    found = f"{counts[FAIL]} failed and {counts[WARN]} warning verdicts"
    return f"{readiness(report.status)}{roles}; {found} on {report.machines} {noun}."
