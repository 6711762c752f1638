# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks: one at a time, and none is left behind."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.cluster.places import forget, only_one


def test_only_one(tmp_path: Path) -> None:
    with only_one(tmp_path / "lock"), pytest.raises(BlockingIOError), only_one(tmp_path / "lock", patient=False):
        pass


def test_lock_that_somebody_has_is_not_forgotten(tmp_path: Path) -> None:
    with only_one(tmp_path / "lock"):
        forget(tmp_path / "lock")
        assert (tmp_path / "lock").exists()
    forget(tmp_path / "lock")
    assert not list(tmp_path.iterdir())


def test_lock_that_was_removed_while_it_was_waited_for_is_taken_anew(tmp_path: Path) -> None:
    lock, found = tmp_path / "lock", []

    def wait() -> None:
        with only_one(lock):
            found.append(lock.exists())

    with only_one(lock):
        waiting = threading.Thread(target=wait)
        waiting.start()
        # Time to get to the lock; with less of it this test would pass for less.
        time.sleep(0.2)
        lock.unlink()
    waiting.join(20)
    assert found == [True]
