# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All processes that can be seen: in the namespace of a lab these are its own."""

from __future__ import annotations

import contextlib
import os
import typing as t
from pathlib import Path

PROC = Path("/proc")


def _all() -> t.Iterator[tuple[int, list[str]]]:
    """Yield number and command line."""
    for directory in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (directory / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if line[0]:
                yield int(directory.name), line


def named(program: str) -> list[int]:
    """Return the processes that run a program of this name."""
    return [pid for pid, line in _all() if os.path.basename(line[0]) == program]


def name_of(line: list[str]) -> str:
    """Return what a command line is called: the program, or its part where one program has several."""
    base = os.path.basename(line[0])
    if base == "kube":
        return line[1]
    if base.startswith("python") and line[1:2] == ["-m"]:
        return " ".join(line[2:4] if line[2].endswith(".nodes") else line[2:3]).rpartition(".")[2]
    return base


def memory() -> dict[str, int]:
    """Return bytes by program; what processes share is divided between them."""
    found: dict[str, int] = {}
    for pid, line in _all():
        with contextlib.suppress(OSError):
            for entry in (PROC / str(pid) / "smaps_rollup").read_text(encoding="utf-8").splitlines():
                if entry.startswith("Pss:"):
                    name = name_of(line)
                    found[name] = found.get(name, 0) + int(entry.split()[1]) * 1024
    return found
