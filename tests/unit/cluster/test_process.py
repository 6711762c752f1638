# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process is known by more than its number, so that nothing else is ever ended."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import typing as t
from collections.abc import Iterator

import pytest

from tests.cluster.process import Process, children


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_running_process_is_alive_and_found_again_from_its_document(sleeper: subprocess.Popen[bytes]) -> None:
    process = Process.of(sleeper.pid)
    assert process.alive()
    assert Process.read(dataclasses.asdict(process)) == process


def test_end_waits_until_it_has_ended(sleeper: subprocess.Popen[bytes]) -> None:
    process = Process.of(sleeper.pid)
    assert process.end(signal.SIGTERM)
    # Nobody has asked for its exit code yet: what is left of it counts as ended.
    assert not process.alive()
    assert sleeper.wait() == -signal.SIGTERM


def test_end_tells_of_a_process_that_does_not_obey() -> None:
    program = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        assert not Process.of(stubborn.pid).end(signal.SIGTERM, patience=0.1)
        assert Process.of(stubborn.pid).end()


@pytest.mark.parametrize("another", [{"started": 1}, {"boot": "another start of the machine"}])
def test_recycled_number_is_neither_alive_nor_ended(
    sleeper: subprocess.Popen[bytes], another: dict[str, t.Any]
) -> None:
    recycled = dataclasses.replace(Process.of(sleeper.pid), **another)
    assert not recycled.alive()
    assert recycled.end()
    assert sleeper.poll() is None


def test_number_that_nobody_has(sleeper: subprocess.Popen[bytes]) -> None:
    process = Process.of(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert not process.alive()
    assert process.end()
    with pytest.raises(ProcessLookupError, match=str(process.pid)):
        Process.of(process.pid)


def test_children(sleeper: subprocess.Popen[bytes]) -> None:
    assert sleeper.pid in children(os.getpid())
    assert children(sleeper.pid) == []
