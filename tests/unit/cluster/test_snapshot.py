# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A snapshot is used while its certificates last, and only where it is complete."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.cluster import pki, snapshot
from tests.cluster.places import STAMP, State
from tests.cluster.snapshot import MAXIMUM_AGE, Snapshot


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "labs/one")
    state.prepare()
    pki.make_authorities(state.pki)
    return state


def copy_etcd(to: Path) -> None:
    to.mkdir()
    (to / "db").write_text("data", encoding="utf-8")


def taken(directory: Path, seconds_ago: float) -> Snapshot:
    directory.mkdir(parents=True)
    (directory / STAMP).write_text(json.dumps({"taken": time.time() - seconds_ago}), encoding="utf-8")
    return Snapshot(directory)


def test_there_is_none(tmp_path: Path) -> None:
    missing = Snapshot(tmp_path / "1.4-abc")
    assert not missing.usable
    assert missing.why_not() == "there is no snapshot yet"


def test_young_one_is_used(tmp_path: Path) -> None:
    assert taken(tmp_path / "1.4-abc", 3600).usable


@pytest.mark.parametrize("seconds", [MAXIMUM_AGE + 1, -3600])
def test_old_one_and_one_from_the_future_are_not(tmp_path: Path, seconds: float) -> None:
    assert not taken(tmp_path / "1.4-abc", seconds).usable


def test_age_is_told(tmp_path: Path) -> None:
    assert taken(tmp_path / "1.4-abc", 20 * 3600).why_not() == "the snapshot is 20 h old; its certificates end"


def test_taken_and_restored(tmp_path: Path, state: State) -> None:
    kept = Snapshot(tmp_path / "snapshots/1.4-abc")
    kept.take(state, copy_etcd)
    assert kept.usable
    other = State(tmp_path / "labs/two")
    other.prepare()
    kept.restore(other)
    assert (other.etcd / "db").read_text(encoding="utf-8") == "data"
    for name in pki.KEPT:
        assert (other.pki / name).read_bytes() == (state.pki / name).read_bytes()


def test_holds_private_keys_that_nobody_else_can_read(tmp_path: Path, state: State) -> None:
    kept = Snapshot(tmp_path / "snapshots/1.4-abc")
    kept.take(state, copy_etcd)
    assert kept.directory.stat().st_mode & 0o077 == 0
    assert all(
        (kept.directory / "pki" / name).stat().st_mode & 0o077 == 0 for name in pki.KEPT if name.endswith(".key")
    )


def test_interrupted_copy_is_no_snapshot_and_keeps_the_old_one(tmp_path: Path, state: State) -> None:
    kept = Snapshot(tmp_path / "snapshots/1.4-abc")

    def interrupted(to: Path) -> None:
        copy_etcd(to)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.take(state, interrupted)
    assert not kept.usable
    kept.take(state, copy_etcd)
    with pytest.raises(KeyboardInterrupt):
        kept.take(state, interrupted)
    assert kept.usable
    assert (kept.directory / "etcd/db").exists()


def test_key_depends_on_builds_and_manifests(tmp_path: Path) -> None:
    manifest = tmp_path / "kubevirt.yaml"
    manifest.write_text("a: 1", encoding="utf-8")
    builds = [Path("/x/kube-1"), Path("/x/cdi-1")]
    before = snapshot.key(builds, [manifest])
    assert snapshot.key(reversed(builds), [manifest]) == before
    assert snapshot.key([Path("/y/kube-1"), Path("/y/cdi-1")], [manifest]) == before
    assert snapshot.key([Path("/x/kube-2"), Path("/x/cdi-1")], [manifest]) != before
    manifest.write_text("a: 2", encoding="utf-8")
    assert snapshot.key(builds, [manifest]) != before


def test_old_snapshots_of_other_builds_are_removed(tmp_path: Path, state: State) -> None:
    old = taken(tmp_path / "snapshots/1.4-old", MAXIMUM_AGE + 1)
    young = taken(tmp_path / "snapshots/1.4-young", 60)
    Snapshot(tmp_path / "snapshots/1.4-abc").take(state, copy_etcd)
    assert not old.directory.exists()
    assert young.usable
