# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the audit log proves over all scenarios of a session, as lines for people."""

from __future__ import annotations

import collections
import typing as t

import pytest

from tests.unit.modules.bench import Answer, Bench

_PROPERTY = "asked"
CHECK = "check mode"
UNCHANGED = "unchanged VM"
# More than these are no chance any more.
UNSTEADY = 6
_REASON = 1500
# What tasks are told of, with ``wait: false`` or without a wait: one that waits reads for as long as it waits.
_TOLD = {"create": "create", "patch": "update", "start": "start", "delete": "delete"}


class Count(t.NamedTuple):
    """What one task asked of the server."""

    kind: str
    reads: int
    writes: int
    rehearsals: int


class Proof:
    """Counts, gathered from the reports of all workers."""

    def __init__(self) -> None:
        self._scenarios: collections.Counter[str] = collections.Counter()
        self._left_out: dict[str, str] = {}
        self._counts: collections.Counter[Count] = collections.Counter()
        self._writers: set[str] = set()
        self._unsteady: dict[str, str] = {}

    @staticmethod
    def properties(bench: Bench) -> list[tuple[str, t.Any]]:
        """Return what a test has to tell, in a form that passes between processes."""
        return [(_PROPERTY, [list(count) for answer in bench.answers for count in _counts(answer)])]

    def leave_out(self, items: t.Sequence[pytest.Item]) -> None:
        for item in items:
            marker = item.get_closest_marker("simulator_only")
            if marker is not None:
                self._left_out[item.nodeid.partition("[")[0].rpartition("::")[2]] = str(marker.args[0])

    @property
    def is_unsteady(self) -> bool:
        """Tell whether so many tests had to be run once more that it says something of the code."""
        return len(self._unsteady) > UNSTEADY

    def note(self, report: pytest.TestReport) -> None:
        if report.outcome == "rerun":  # type: ignore[comparison-overlap]
            self._unsteady[report.nodeid] = _reason(report)
            return
        if report.when == "call":
            self._scenarios[report.outcome] += 1
        if report.when == "teardown":
            found = (value for name, value in report.user_properties if name == _PROPERTY)
            for count in (Count(*each) for counts in found for each in t.cast("list[list[t.Any]]", counts)):
                self._counts[count] += 1
                if count.writes and count.kind in (CHECK, UNCHANGED):
                    self._writers.add(f"{count.kind} wrote in {report.nodeid}")

    def lines(self) -> t.Iterator[str]:
        outcomes = ", ".join(f"{number} {outcome}" for outcome, number in sorted(self._scenarios.items()))
        yield f"tests on the genuine cluster: {sum(self._scenarios.values())} ({outcomes or 'none'})"
        yield f"scenarios on simulators only: {len(self._left_out)}"
        for name, reason in self._left_out.items():
            yield f"  {name}: {reason}"
        for kind in (CHECK, UNCHANGED, *_TOLD.values()):
            of_kind = {count: times for count, times in self._counts.items() if count.kind == kind}
            writes = sum(count.writes * times for count, times in of_kind.items())
            rehearsals = sum(count.rehearsals * times for count, times in of_kind.items())
            yield f"{kind}: {sum(of_kind.values())} tasks, {rehearsals} dry runs, {writes} writes{_each(of_kind)}"
        yield from sorted(self._writers)
        yield f"tests that were run once more: {len(self._unsteady)}, of {UNSTEADY} at most"
        for name, reason in sorted(self._unsteady.items()):
            yield f"  {name}: {reason}"


def _reason(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    # as text, a crash is its first line alone
    return str(report.longreprtext if crash is None else crash.message)[-_REASON:]


def _each(of_kind: t.Mapping[Count, int]) -> str:
    """Return how many requests how many of these tasks took, the most frequent first."""
    if not of_kind or next(iter(of_kind)).kind == CHECK:
        return ""
    numbers: collections.Counter[tuple[int, int]] = collections.Counter()
    for count, times in of_kind.items():
        numbers[count.reads, count.writes] += times
    texts = (f"{times}x {reads} + {writes}" for (reads, writes), times in numbers.most_common())
    return f"; reads + writes: {', '.join(texts)}"


def _counts(answer: Answer) -> t.Iterator[Count]:
    numbers = (len(answer.reads), len(answer.writes), len(answer.rehearsals))
    if answer.check:
        yield Count(CHECK, *numbers)
    elif answer.module == "vmo_vm" and not answer.result.get("failed"):
        verbs = list(dict.fromkeys(answer.verbs))
        if not verbs:
            yield Count(UNCHANGED, *numbers)
        elif len(verbs) == 1 and verbs[0] in _TOLD and not _waited(answer):
            yield Count(_TOLD[verbs[0]], *numbers)


def _waited(answer: Answer) -> bool:
    return any(read.startswith("watch ") for read in answer.reads)
