# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An import is told in per cent, and given up on when its cause has lasted."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import VmoError, WaitFailed
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DATA_IMPORT_CRON, DATA_VOLUME
from ansible_collections.vmo.core.plugins.module_utils._ports import Event, Listing
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_wait import Waiting, until_imported
from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster

Tree = dict[str, t.Any]
NOT_THERE = "Unable to connect to http data source: expected status code 200, got 404"


def a_volume(phase: str, percent: str = "N/A", error: str | None = None) -> Tree:
    running = {"type": "Running", "status": "False", "reason": "Error", "message": error}
    status = {"phase": phase, "progress": percent, "conditions": [running] if error else []}
    return {"kind": "DataVolume", "metadata": {"name": "debian", "namespace": "gold"}, "status": status}


class Clock:
    """Time passes when somebody waits."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Served:
    """A cluster whose image goes through these states, a second each, and stays in the last."""

    dry_run = False

    def __init__(self, clock: Clock, *states: Tree, others: t.Mapping[str, Tree] | None = None) -> None:
        self._clock, self._states, self._others = clock, list(states), others or {}

    def watch(self, *_what: object, timeout: float, **_more: object) -> Iterator[Event]:
        if self._states:
            self._clock.sleep(1)
            yield Event("MODIFIED", self._states.pop(0))
        else:
            self._clock.sleep(timeout)

    def get(self, kind: Kind, _namespace: str, name: str) -> Tree | None:
        return self._others.get(f"{kind.plural}/{name}")

    def list_all(self, *_what: object, **_more: object) -> Listing:
        return Listing([], "1")


class Told(list[str]):
    def report(self, message: str) -> None:
        self.append(message)


def wait(
    *states: Tree, kind: Kind = DATA_VOLUME, others: t.Mapping[str, Tree] | None = None, **wish: t.Any
) -> tuple[Tree | None, Told, float]:
    clock, told = Clock(), Told()
    wanted = WantedImage("gold", "debian", **wish)
    cluster = t.cast("Cluster", Served(clock, *states[1:], others=others))
    waiting = Waiting(cluster, wanted, Deadline(clock, wanted.wait_timeout), told)
    try:
        return until_imported(waiting, kind, states[0]), told, clock.time
    except VmoError as error:
        error.details["seconds"] = clock.time
        raise


def test_progress_is_told_in_per_cent() -> None:
    states = [a_volume("Pending"), a_volume("ImportInProgress", "12.00%"), a_volume("ImportInProgress", "80.50%")]
    found, told, _seconds = wait(*states, a_volume("Succeeded", "100.0%"))
    assert found == a_volume("Succeeded", "100.0%")
    assert list(dict.fromkeys(told)) == [
        "DataVolume gold/debian: Pending",
        "DataVolume gold/debian: ImportInProgress 12.00%",
        "DataVolume gold/debian: ImportInProgress 80.50%",
    ]


def test_what_cannot_heal_ends_the_wait_within_seconds() -> None:
    with pytest.raises(WaitFailed, match="is not there") as failure:
        wait(a_volume("ImportScheduled"), a_volume("ImportInProgress", "0.00%", NOT_THERE))
    assert failure.value.code == "import_failed"
    assert failure.value.details["seconds"] < 6
    assert failure.value.details["diagnosis"]["status"] == "ImportInProgress"


def test_what_may_heal_is_given_the_grace_of_the_task() -> None:
    broken = a_volume("ImportInProgress", "0.00%", "dial tcp: i/o timeout")
    _found, told, seconds = wait(broken, *[broken] * 4, a_volume("Succeeded"), failure_grace=30)
    assert seconds < 10
    assert any("cannot be reached" in text for text in told)
    with pytest.raises(WaitFailed) as failure:
        wait(broken, failure_grace=30)
    assert 30 <= failure.value.details["seconds"] < 40


def test_the_deadline_tells_how_far_it_was() -> None:
    with pytest.raises(VmoError, match=r"still being imported .ImportInProgress 37\.50%") as failure:
        wait(a_volume("ImportInProgress", "37.50%"), wait_timeout=60)
    assert failure.value.code == "import_running"


def test_the_newest_import_of_a_cron_is_told_of() -> None:
    def a_cron(status: str) -> Tree:
        upcoming = [{"DataVolumeName": "debian-1a2b", "Digest": "sha256:1a2b"}]
        conditions = [{"type": "UpToDate", "status": status, "message": "Import is progressing"}]
        metadata = {"name": "debian", "namespace": "gold"}
        return {"metadata": metadata, "status": {"currentImports": upcoming, "conditions": conditions}}

    volume = a_volume("ImportInProgress", "37.50%")
    volume["metadata"]["name"] = "debian-1a2b"
    states = [a_cron("False")] * 6
    others = {"datavolumes/debian-1a2b": volume}
    _found, told, _seconds = wait(*states, a_cron("True"), kind=DATA_IMPORT_CRON, others=others)
    assert told[0] == "DataImportCron gold/debian: Import is progressing"
    assert told[-1] == "DataImportCron gold/debian: debian-1a2b ImportInProgress 37.50%"


def test_somebody_else_may_delete_it() -> None:
    with pytest.raises(WaitFailed) as failure:
        wait(t.cast("Tree", None))
    assert failure.value.code == "deleted"
