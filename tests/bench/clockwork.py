# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that are timed, with the memory that they took."""

from __future__ import annotations

import os
import subprocess
import time
import typing as t
from dataclasses import dataclass


class WorkFailed(Exception):
    """What was to be timed did not work; the message has the end of its output."""


@dataclass(frozen=True)
class Taken:
    """What a command took: seconds by the clock and of the processors, the peak of its largest process in MiB."""

    seconds: float
    busy: float
    peak: float
    lines: tuple[tuple[float, str], ...]
    """What it printed, each line with the time of the day (Unix seconds) when it came."""


def run(command: t.Sequence[str], environment: t.Mapping[str, str]) -> Taken:
    """Run a command to its end. Raises WorkFailed."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as output:
        lines = tuple((time.time(), line) for line in output)
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise WorkFailed(f"{' '.join(command)} failed:\n{''.join(line for _time, line in lines[-15:])}")
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, lines)
