# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``status`` shows."""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

from tests.cluster.errors import LabError
from tests.cluster.laboratory import Lab
from tests.cluster.places import STAMP, shared
from tests.cluster.progress import age
from tests.cluster.snapshot import Snapshot

HEAD = ("LAB", "KUBEVIRT", "STATE", "FOR", "MEMORY", "API SERVER")


def report(found: t.Sequence[Lab]) -> str:
    """Return labs, builds and snapshots for a human reader."""
    rows = [HEAD, *(_row(lab) for lab in found)] if found else []
    text = table(rows) if rows else "no lab runs here\n"
    return text + "\n" + _cache(shared())


def _row(lab: Lab) -> tuple[str, ...]:
    if not lab.running:
        return (lab.name, lab.version, "killed", age(lab.since), "-", "-")
    return (lab.name, lab.version, "ready" if lab.ready else "starting", age(lab.since), _memory(lab), lab.server)


def _memory(lab: Lab) -> str:
    try:
        return f"{sum(lab.memory().values()) / 2**30:.1f} GiB"
    except LabError:
        # Its first process has not got so far yet.
        return "-"


def table(rows: t.Sequence[t.Sequence[str]]) -> str:
    """Return lines with aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _cache(directory: Path) -> str:
    used = {stamp.parent.name: time.time() - stamp.stat().st_mtime for stamp in directory.glob(f"programs/*/{STAMP}")}
    kept = [Snapshot(stamp.parent) for stamp in directory.glob(f"snapshots/*/{STAMP}")]
    lines = [f"  {name}: last used {age(seconds)} ago" for name, seconds in sorted(used.items())]
    lines += sorted(f"  snapshot {found.directory.name}: {_judged(found)}" for found in kept)
    return "\n".join([f"in {directory}" if lines else f"nothing is built in {directory}", *lines, ""])


def _judged(kept: Snapshot) -> str:
    return f"{age(kept.age or 0)} old" + ("" if kept.usable else ", too old: the next start makes a new one")
