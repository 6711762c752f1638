# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From seconds to medians, ratios and a verdict. No I/O."""

from __future__ import annotations

import dataclasses
import statistics
import typing as t

Measured = t.Sequence[float]


@dataclasses.dataclass(frozen=True)
class Goal:
    """What a row has to reach.

    ``at_most`` is a ratio to the peer's median, or seconds where ``is_difference``: ours less theirs. With ``net`` both
    are taken less the median of a playbook that does nothing.
    """

    at_most: float
    is_difference: bool = False
    net: bool = False

    def __str__(self) -> str:
        """Return how the table says it, such as ``≤ 1/10``."""
        if self.is_difference:
            return f"≤ + {self.at_most:g} s"
        inverse = 1 / self.at_most
        told = f"1/{inverse:.0f}" if inverse > 1 and abs(inverse - round(inverse)) < 1e-9 else f"{self.at_most:g}"
        return f"≤ {told}" + (" net" if self.net else "")


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table: seconds of each run, ours and a peer's, taken in turns."""

    work: str
    peer: str
    goal: Goal | None
    ours: Measured
    theirs: Measured
    idle: float = 0.0
    """The median of a playbook that does nothing."""
    note: str = ""

    @property
    def our_median(self) -> float:
        return statistics.median(self.ours)

    @property
    def their_median(self) -> float:
        return statistics.median(self.theirs)

    @property
    def figure(self) -> float:
        """Return what the goal speaks of: a ratio, or a difference in seconds."""
        if self.goal is not None and self.goal.is_difference:
            return self.our_median - self.their_median
        # A peer that is no playbook has no share of doing nothing.
        less = self.idle if self.goal is not None and self.goal.net else 0.0
        return max(self.our_median - less, 0.001) / max(self.their_median, 0.001)

    @property
    def is_met(self) -> bool | None:
        """Tell whether the goal is met; ``None`` without one."""
        return None if self.goal is None else self.figure <= self.goal.at_most

    def as_document(self) -> dict[str, t.Any]:
        """Return the row for JSON: all single figures, and what they come to."""
        return {
            "work": self.work,
            "peer": self.peer,
            "ours": [round(seconds, 4) for seconds in self.ours],
            "theirs": [round(seconds, 4) for seconds in self.theirs],
            "median_ours": round(self.our_median, 4),
            "median_theirs": round(self.their_median, 4),
            "idle": round(self.idle, 4),
            "figure": round(self.figure, 4),
            "goal": None if self.goal is None else str(self.goal),
            "is_met": self.is_met,
            "note": self.note,
        }
