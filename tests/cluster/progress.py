# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines with the time since the beginning, for somebody who waits."""

from __future__ import annotations

import dataclasses
import sys
import time
import typing as t


@dataclasses.dataclass
class Progress:
    """Call it with a sentence; it is written at once, with the seconds since this object was made."""

    stream: t.TextIO = dataclasses.field(default_factory=lambda: sys.stderr)
    begin: float = dataclasses.field(default_factory=time.monotonic)

    def __call__(self, sentence: str) -> None:
        """Write one line."""
        self.stream.write(f"[{self.seconds():4.0f} s] {sentence}\n")
        self.stream.flush()

    def seconds(self) -> float:
        """Return the time since the beginning."""
        return time.monotonic() - self.begin


def age(seconds: float) -> str:
    """Return a time in the unit that a reader wants: ``40 s``, ``12 min``, ``5 h``, ``3 days``."""
    for unit, length, limit in (("s", 1, 120), ("min", 60, 120 * 60), ("h", 3600, 48 * 3600)):
        if seconds < limit:
            return f"{int(seconds / length)} {unit}"
    return f"{int(seconds / 86400)} days"
