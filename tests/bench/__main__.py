# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the collection beside its peers on the genuine cluster: tests/tools/run python -m tests.bench."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import typing as t
from pathlib import Path

from tests.bench import growth, machine, table
from tests.bench.clockwork import WorkFailed
from tests.bench.contest import Contest
from tests.bench.figures import Row
from tests.bench.rows import NEEDS_IDLE, ROWS, Sizes
from tests.cluster import laboratory
from tests.cluster.errors import LabError
from tests.cluster.laboratory import Lab
from tests.cluster.lifecycle import running_lab
from tests.cluster.progress import Progress


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"all, unless some are named: {', '.join(ROWS)}")
    parser.add_argument("--runs", type=int, default=5, help="medians of so many (%(default)s)")
    parser.add_argument("--fleet", type=int, default=Sizes().fleet, help="VMs in one task (%(default)s)")
    parser.add_argument("--listed", type=int, default=5000, help="VMs that are listed (%(default)s)")
    parser.add_argument("--growth", action="store_true", help="measure how the cost grows, too; it takes long")
    parser.add_argument(
        "--busy", action="store_true", help="count the clients' processor time, for a machine that others use, too"
    )
    parser.add_argument("--lab", help="a lab that runs; one of its own unless given")
    parser.add_argument("--json", type=Path, help="write all figures to this file, too")
    options = parser.parse_args()
    unknown = [name for name in options.rows if name not in ROWS]
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}")
    return options


@contextlib.contextmanager
def _lab(name: str | None, say: Progress) -> t.Iterator[Lab]:
    if name is None:
        with running_lab("1.8", say=say) as own:
            yield own
        return
    found = laboratory.find(name)
    if found is None or not found.ready:
        raise LabError(f"There is no lab {name} that is ready.")
    yield found


def _measured(contest: Contest, options: argparse.Namespace) -> t.Iterator[Row]:
    wanted = options.rows or list(ROWS)
    sizes = Sizes(options.fleet, options.listed)
    contest.do_nothing()  # the first one reads files that the others find in memory
    contest.forget_idle()
    if "one" not in wanted and NEEDS_IDLE.intersection(wanted):
        for _number in range(options.runs):
            contest.do_nothing()
    for name in wanted:
        contest.say(f"{name}, load {machine.load()}")
        yield ROWS[name](contest, sizes)
    if options.growth:
        for row in growth.rows(contest):
            contest.say(row.work)
            yield row


def main() -> int:
    """Measure, print the table, write the JSON; the exit code does not judge."""
    options = _options()
    say = Progress()
    rows: list[Row] = []
    try:
        with _lab(options.lab, say) as lab, tempfile.TemporaryDirectory(prefix="vmo-bench-") as folder:
            about = machine.about(lab, {name: getattr(options, name) for name in ("runs", "fleet", "listed", "busy")})
            try:
                rows.extend(_measured(Contest(lab, Path(folder), options.runs, say, options.busy), options))
            finally:
                about["load after"] = machine.load()
                table.show(rows, about)
                if options.json:
                    options.json.write_text(table.as_json(rows, about), encoding="utf-8")
    except (LabError, WorkFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
