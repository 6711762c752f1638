# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible-playbook`` as a user does, and watch its processes meanwhile."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
import typing as t
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.tools.sizes import CHECKOUT

INVENTORY = CHECKOUT / "examples/demo/inventory.yml"
_MARK = "VMO_E2E_RUN"
# A run that takes longer hangs.
_PATIENCE = 180.0

Task = dict[str, t.Any]


@dataclass(frozen=True)
class Outcome:
    """What a run printed, and the command lines and environments of its processes."""

    status: int
    output: str
    command_lines: frozenset[str]
    environments: frozenset[str]

    @property
    def recap(self) -> dict[str, int]:
        """Return the numbers of the last line: ok, changed, failed and so on."""
        last = self.output[self.output.rindex("PLAY RECAP") :]
        return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", last)}

    @property
    def complaints(self) -> list[str]:
        """Return the lines in which Ansible warns of something."""
        return [line for line in self.output.splitlines() if re.search(r"\[(DEPRECATION )?WARNING\]", line)]


@dataclass
class Started:
    """A run under way."""

    process: subprocess.Popen[str]
    mark: str
    watching: bool
    _printed: list[str] = field(default_factory=list)
    _command_lines: set[str] = field(default_factory=set)
    _environments: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._threads = [threading.Thread(target=self._read, daemon=True)]
        if self.watching:
            self._threads.append(threading.Thread(target=self._watch, daemon=True))
        for thread in self._threads:
            thread.start()

    def finish(self) -> Outcome:
        """Wait for the end."""
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("".join(["ansible-playbook hangs\n", *self._printed])) from None
        for thread in self._threads:
            thread.join()
        printed = "".join(self._printed)
        return Outcome(self.process.returncode, printed, frozenset(self._command_lines), frozenset(self._environments))

    def kill(self) -> None:
        """End all processes of this run as a crash would. Ansible's workers are no members of its process group."""
        while pids := [pid for pid, _environment in self._processes()]:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
        self.process.wait()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        if self.process.stdout is not None:
            with self.process.stdout as output:
                self._printed.extend(output)

    def _watch(self) -> None:
        while self.process.poll() is None:
            for pid, environment in self._processes():
                self._environments.add(environment)
                self._command_lines.add(_read_proc(pid, "cmdline"))
            time.sleep(0.01)

    def _processes(self) -> t.Iterator[tuple[int, str]]:
        """All processes that have inherited the mark of this run."""
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                environment = _read_proc(int(entry), "environ")
                if self.mark in environment:
                    yield int(entry), environment


def start(playbook: Path, *options: str, environment: t.Mapping[str, str], watching: bool = False) -> Started:
    """Start ``ansible-playbook``; the values in ``environment`` are added to those of this process."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        ["ansible-playbook", "--inventory", str(INVENTORY), *options, str(playbook)],
        env={**os.environ, **environment, _MARK: mark},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    return Started(process, f"{_MARK}={mark}", watching)


def write(path: Path, tasks: list[Task], **play: t.Any) -> Path:
    """Write a playbook with these tasks for this machine."""
    document = [{"name": "E2E", "hosts": "localhost", "gather_facts": False, **play, "tasks": tasks}]
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


def _read_proc(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().replace(b"\0", b"\n").decode(errors="replace")
    except OSError:  # it is gone, or somebody else's
        return ""
