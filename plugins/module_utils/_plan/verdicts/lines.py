# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts in a few lines that suffice to act on. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import FAIL, UNKNOWN, WARN, Verdict

FAILURES_TOLD, WARNINGS_TOLD, UNKNOWN_TOLD = 15, 10, 5
# scopes of one thing among many: what is about everything is told before
OF_ONE = ("machine", "node", "vm")
READY = {FAIL: "NOT READY", WARN: "READY, with warnings"}


def lines_of(headline: str, verdicts: t.Sequence[Verdict], after_failures: t.Sequence[str] = ()) -> list[str]:
    """Return the report in lines, the most urgent first."""
    failures, warnings, unknown = (_grouped(verdicts, status) for status in (FAIL, WARN, UNKNOWN))
    lines = [headline, *_told("FAIL", failures, FAILURES_TOLD), *after_failures]
    lines += _told("WARN", warnings, WARNINGS_TOLD)
    return [*lines, _not_known(unknown)] if unknown else lines


def _not_known(groups: list[list[Verdict]]) -> str:
    """Return what could not be said; checks that give one reason are told together."""
    by_reason: dict[str, list[list[Verdict]]] = {}
    for group in groups:
        by_reason.setdefault(group[0].message.rstrip("."), []).append(group)
    told = list(by_reason.items())[:UNKNOWN_TOLD]
    parts = [f"{several([group[0].id for group in same])} ({sum(map(len, same))}: {reason})" for reason, same in told]
    left = len(groups) - sum(len(same) for _reason, same in told)
    return f"Not known: {'; '.join(parts)}{f' and {left} more checks' if left else ''}."


def readiness(status: str) -> str:
    """Return the word that a report begins with."""
    return READY.get(status, "READY")


def sentence(verdict: Verdict) -> str:
    """Return subject and message as one sentence."""
    goes_on = verdict.message[:1].islower()
    return f"{verdict.subject} {verdict.message}" if goes_on else f"{verdict.subject}: {verdict.message}"


def several(names: t.Sequence[str], most: int = 5) -> str:
    """Return names as people list them: the first few, and how many more."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _grouped(verdicts: t.Iterable[Verdict], status: str) -> list[list[Verdict]]:
    """Return verdicts of one status by check; what blocks everything comes first, then what hits most."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.status == status:
            found.setdefault(verdict.id, []).append(verdict)
    return sorted(found.values(), key=lambda group: (group[0].scope.startswith(OF_ONE), -len(group)))


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
