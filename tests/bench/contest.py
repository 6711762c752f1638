# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two ways to do the same work, timed in turns."""

from __future__ import annotations

import dataclasses
import json
import statistics
import time
import typing as t
from pathlib import Path

from tests.bench import clockwork
from tests.bench.clockwork import Taken
from tests.bench.playbooks import NAMESPACE, NOTHING, playbook
from tests.bench.raw import Raw
from tests.cluster.laboratory import Lab

Timed = t.Callable[[], float]
_READS = ("get", "list", "watch")
# The audit log is written in the background.
_SETTLE = 1.0


def nothing() -> None:
    """Prepare nothing."""


@dataclasses.dataclass
class Contest:
    """A lab, a folder for playbooks, and how often everything is run.

    ``busy`` counts the time that processors spend for the clients, and not that by the clock, most of which is other
    people's work on a busy machine. What servers do is not in it.
    """

    lab: Lab
    folder: Path
    runs: int
    say: t.Callable[[str], None]
    busy: bool = False

    def __post_init__(self) -> None:
        self.raw = Raw(self.lab, time.process_time if self.busy else time.perf_counter)
        self._idle: list[float] = []

    @property
    def idle(self) -> float:
        """The median of a playbook that does nothing; 0 as long as none was run."""
        return statistics.median(self._idle) if self._idle else 0.0

    def run(self, command: t.Sequence[str]) -> Taken:
        """Run a command that works on the lab."""
        kubeconfig = str(self.lab.kubeconfig)
        taken = clockwork.run(command, {"K8S_AUTH_KUBECONFIG": kubeconfig, "KUBECONFIG": kubeconfig})
        return dataclasses.replace(taken, seconds=taken.busy) if self.busy else taken

    def kubectl(self, *options: str) -> float:
        """Run kubectl; return the seconds."""
        return self.run([str(self.lab.programs / "kube/kubectl"), *options]).seconds

    def do_nothing(self) -> float:
        """Run a playbook that does nothing."""
        self._idle.append(self.run(playbook(self.folder, "nothing", NOTHING)).seconds)
        return self._idle[-1]

    def forget_idle(self) -> None:
        """Begin anew to measure what a playbook takes that does nothing."""
        self._idle.clear()

    def race(
        self, ours: Timed, theirs: Timed, prepare: t.Callable[[], None] = nothing
    ) -> tuple[list[float], list[float]]:
        """Return the seconds of both, which begin in turns: a machine may get slower or faster meanwhile."""
        taken: tuple[list[float], list[float]] = ([], [])
        for number in range(self.runs):
            both = [(ours, taken[0]), (theirs, taken[1])]
            for timed, into in both if number % 2 == 0 else reversed(both):
                prepare()
                into.append(timed())
        return taken

    def renew(self) -> None:
        """Begin with an empty namespace."""
        self.raw.renew(NAMESPACE)

    def writes(self, work: t.Callable[[], object]) -> int:
        """Return how many writes the administrator of the lab sends while something is done."""
        time.sleep(_SETTLE)
        position = self.lab.audit_log.stat().st_size
        work()
        time.sleep(_SETTLE)
        with self.lab.audit_log.open("rb") as log:
            log.seek(max(position - 1, 0))
            log.readline()
            lines = [json.loads(line) for line in log if line.endswith(b"\n")]
        mine = [line for line in lines if line["user"].get("username") == "admin"]
        return sum(line["verb"] not in _READS for line in mine)
