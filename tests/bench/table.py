# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows as people read them, and as programs do."""

from __future__ import annotations

import json
import typing as t

from rich.console import Console
from rich.table import Table

from tests.bench.figures import Row

_VERDICTS = {True: "yes", False: "NO", None: ""}


def show(rows: t.Sequence[Row], about: t.Mapping[str, t.Any], file: t.IO[str] | None = None) -> None:
    """Print the table, with the machine and the versions below it."""
    what = "processor seconds of the clients" if about.get("options", {}).get("busy") else "seconds"
    table = Table(title=f"vmo.core beside its peers: {what}, medians")
    for name in ("work", "against"):
        table.add_column(name, overflow="fold")
    for name in ("ours", "peer", "ratio", "goal", "met"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(row.work, row.peer, *_figures(row))
    console = Console(file=file, width=None if file is None else 160)
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"{row.work}: {row.note}", markup=False, highlight=False)
    for name, value in about.items():
        console.print(f"{name}: {value}", markup=False, highlight=False)


def _figures(row: Row) -> tuple[str, ...]:
    if row.goal is not None and row.goal.is_difference:
        figure = f"{row.figure:+.2f} s"
    else:
        figure = f"{row.figure:.2f}" if row.figure >= 1 else f"1/{1 / row.figure:.1f}"
    goal = "" if row.goal is None else str(row.goal)
    return f"{row.our_median:.2f}", f"{row.their_median:.2f}", figure, goal, _VERDICTS[row.is_met]


def as_json(rows: t.Sequence[Row], about: t.Mapping[str, t.Any]) -> str:
    """Return all that was measured."""
    return json.dumps({**about, "rows": [row.as_document() for row in rows]}, indent=2) + "\n"
