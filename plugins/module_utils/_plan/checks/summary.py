# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in a few lines that suffice to act on. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import FAIL, UNKNOWN, WARN, Verdict
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.judge import Report

FAILURES_TOLD, WARNINGS_TOLD, MISSES_TOLD, UNKNOWN_TOLD = 15, 10, 5, 5


def summary(report: Report) -> list[str]:
    """Return the report in lines, the most urgent first."""
    failures, warnings = (_grouped(report.verdicts, status) for status in (FAIL, WARN))
    unknown = _grouped(report.verdicts, UNKNOWN)
    lines = [_headline(report)]
    lines += _told("FAIL", failures, FAILURES_TOLD)
    misses = [f"Nearly fit: {miss.message} ({miss.role})." for miss in report.near_misses[:MISSES_TOLD]]
    more = len(report.near_misses) - len(misses)
    lines += [*misses, *([f"... and {more} machines that miss more."] if more > 0 else [])] if _is_short(report) else []
    lines += _told("WARN", warnings, WARNINGS_TOLD)
    if unknown:
        parts = [f"{found[0].id} ({len(found)}: {found[0].message.rstrip('.')})" for found in unknown[:UNKNOWN_TOLD]]
        rest = f" and {len(unknown) - UNKNOWN_TOLD} more checks" if len(unknown) > UNKNOWN_TOLD else ""
        lines.append(f"Not known: {'; '.join(parts)}{rest}.")
    return lines


def _is_short(report: Report) -> bool:
    return any(team.is_short for team in report.teams)


def _headline(report: Report) -> str:
    counts = report.counts
    word = {FAIL: "NOT READY", WARN: "READY, with warnings"}.get(report.status, "READY")
    parts = []
    for team in report.teams:
        wanted = "" if team.role.count is None else f" of {team.role.count}"
        left = len(team.fit) - len(team.assigned)
        spare = f" (+{left} that fit)" if left else ""
        parts.append(f"{team.role.name} {len(team.assigned)}{wanted}{spare}")
    roles = f": {', '.join(parts)}" if parts else ""
    noun = "machine" if report.machines == 1 else "machines"
    return f"{word}{roles}; {counts[FAIL]} failed and {counts[WARN]} warning verdicts on {report.machines} {noun}."


def _grouped(verdicts: t.Iterable[Verdict], status: str) -> list[list[Verdict]]:
    """Return verdicts of one status by check; what blocks everything comes first, then what hits most."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.status == status:
            found.setdefault(verdict.id, []).append(verdict)
    return sorted(found.values(), key=lambda group: (group[0].scope.startswith("machine"), -len(group)))


def _told(word: str, groups: list[list[Verdict]], most: int) -> list[str]:
    lines = [f"{word} {_line(group)}" for group in groups[:most]]
    left = sum(len(group) for group in groups[most:])
    return [*lines, f"... and {left} more of the kind {word} in verdicts."] if left else lines


def _line(group: list[Verdict]) -> str:
    first = group[0]
    remedy = f" -> {first.remediation}" if first.remediation else ""
    if len(group) == 1:
        return f"{first.id} {sentence(first)}{remedy}"
    subjects = several(list(dict.fromkeys(verdict.subject for verdict in group)))
    return f"{first.id} on {len(group)} ({subjects}), such as: {sentence(first)}{remedy}"


def sentence(verdict: Verdict) -> str:
    """Return subject and message as one sentence."""
    goes_on = verdict.message[:1].islower()
    return f"{verdict.subject} {verdict.message}" if goes_on else f"{verdict.subject}: {verdict.message}"
