# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of which is known that it is still the same one: its number may be given to another after it has ended."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import signal
import typing as t
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

# Fields of /proc/PID/stat, counted behind the name of the program, which may hold anything.
STATE, STARTED = 0, 19
ENDED = ("Z", "X")


def _stat(pid: int) -> list[str]:
    """Return the fields behind the name; raises OSError where there is no such process."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


@dataclasses.dataclass(frozen=True)
class Process:
    """Number, time of start in ticks since the machine started, and that start of the machine."""

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Process:
        """Return the process that has this number now. Raises ProcessLookupError where there is none."""
        try:
            started = int(_stat(pid)[STARTED])
        except (FileNotFoundError, ProcessLookupError) as error:
            raise ProcessLookupError(f"There is no process {pid}.") from error
        return cls(pid, started, BOOT_ID.read_text(encoding="utf-8").strip())

    @classmethod
    def read(cls, document: t.Mapping[str, t.Any]) -> Process:
        """Return what was kept as a document: the three fields."""
        return cls(int(document["pid"]), int(document["started"]), str(document["boot"]))

    def alive(self) -> bool:
        """Return whether it runs; one that has ended and waits for its parent to notice does not."""
        try:
            return Process.of(self.pid) == self and _stat(self.pid)[STATE] not in ENDED
        except (FileNotFoundError, ProcessLookupError):
            return False

    def end(self, number: int = signal.SIGKILL, patience: float = 20.0) -> bool:
        """Send a signal and wait until it has ended; return whether it has, within so many seconds.

        The signal goes by a descriptor that stands for the process itself, so no other one can get it.
        """
        with self._descriptor() as descriptor:
            if descriptor is None:
                return True
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, number)
            return bool(select.select([descriptor], [], [], patience)[0])

    @contextlib.contextmanager
    def _descriptor(self) -> t.Iterator[int | None]:
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            yield None
            return
        try:
            # Looked at after the descriptor was opened: from here on nobody else can be meant by it.
            yield descriptor if self.alive() else None
        finally:
            os.close(descriptor)


def children(pid: int) -> list[int]:
    """Return the numbers of the processes that a process has started and that are still its own."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            if int(_stat(int(directory.name))[1]) == pid:
                found.append(int(directory.name))
    return sorted(found)
