# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the table of the bench says about given seconds."""

from __future__ import annotations

import io
import json

import pytest

from tests.bench import table
from tests.bench.figures import Goal, Row


def a_row(goal: Goal | None, ours: list[float], theirs: list[float], idle: float = 0.0) -> Row:
    return Row("create 20", "peer", goal, ours, theirs, idle, "counted in between")


@pytest.mark.parametrize(
    ("goal", "ours", "theirs", "idle", "figure", "met"),
    [
        (Goal(1 / 10), [1.0, 1.2, 9.0], [12.0, 10.0, 99.0], 0.0, 0.1, True),
        (Goal(1 / 12), [1.2], [12.0], 0.0, 0.1, False),
        (Goal(1 / 2, net=True), [2.0], [2.0], 1.0, 0.5, True),
        (Goal(1 / 2, net=True), [2.1], [2.0], 1.0, 0.55, False),
        (Goal(0.35, is_difference=True), [1.3], [1.0], 0.0, 0.3, True),
        (Goal(0.35, is_difference=True), [1.4], [1.0], 0.0, 0.4, False),
        (Goal(1 / 2, net=True), [0.9], [2.0], 1.0, 0.0005, True),
        (None, [3.0], [2.0], 1.0, 1.5, None),
    ],
)
def test_a_figure_and_whether_it_is_met(
    goal: Goal | None, ours: list[float], theirs: list[float], idle: float, figure: float, met: bool | None
) -> None:
    row = a_row(goal, ours, theirs, idle)
    assert row.figure == pytest.approx(figure)
    assert row.is_met is met


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        (Goal(1 / 10), "≤ 1/10"),
        (Goal(1 / 3, net=True), "≤ 1/3 net"),
        (Goal(2), "≤ 2"),
        (Goal(0.35, is_difference=True), "≤ + 0.35 s"),
    ],
)
def test_a_goal_is_told_as_it_was_set(goal: Goal, text: str) -> None:
    assert str(goal) == text


def test_the_table_has_every_row_and_what_was_measured_on() -> None:
    rows = [
        a_row(Goal(1 / 10), [1.0], [20.0]),
        a_row(Goal(0.35, is_difference=True), [2.0], [1.0]),
        a_row(None, [3], [2]),
    ]
    printed = io.StringIO()
    table.show(rows, {"machine": "a [big] one"}, printed)
    text = printed.getvalue()
    for part in ("1/20.0", "yes", "+1.00 s", "NO", "1.50", "counted in between", "machine: a [big] one"):
        assert part in text


def test_json_keeps_each_run() -> None:
    document = json.loads(table.as_json([a_row(Goal(1 / 10), [1.0, 3.0], [20.0])], {"machine": "m"}))
    assert document["machine"] == "m"
    (row,) = document["rows"]
    assert (row["ours"], row["median_ours"], row["is_met"]) == ([1.0, 3.0], 2.0, True)
