# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The adapter and the reading of a fleet against the simulated region, as administrator and as ordinary user."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._maas.connect import connect
from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._maas.region import MaasRegion
from ansible_collections.vmo.core.plugins.module_utils._maas.transport import HttpTransport
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_fleet import (
    CHEAP,
    OF_MACHINES,
    Reading,
    read_fleet,
)
from ansible_collections.vmo.core.plugins.module_utils._wait import Silent
from tests.sim.maas import Simulator
from tests.unit.kube.scripted import FakeClock

EVERYTHING = Reading(names=CHEAP | {*OF_MACHINES, "power-addresses"})


@pytest.fixture
def region() -> Iterator[Simulator]:
    with Simulator("3.7", machines=6) as simulator:
        yield simulator


def opened(simulator: Simulator, user: str = "admin", *, read_only: bool = False) -> MaasRegion:
    who = Credentials(url=simulator.url, api_key=simulator.key(user))
    return connect(who, FakeClock(), patience=60, read_only=read_only)


def a_system_id(simulator: Simulator) -> str:
    return str(opened(simulator).list_all("machines")[0]["system_id"])


@pytest.mark.parametrize("version", ["3.3", "3.4", "3.5", "3.6", "3.7"])
def test_all_of_a_fleet_is_read_from_every_version(version: str) -> None:
    with Simulator(version, machines=6) as simulator:
        fleet = read_fleet(opened(simulator, read_only=True), EVERYTHING, Silent())
        assert simulator.writes == []
    assert fleet.gaps == {}
    assert len(fleet.machines) == 6
    assert fleet.version is not None
    assert fleet.version[:2] == tuple(map(int, version.split(".")))
    assert fleet.racks
    assert len(fleet.processors) == 6


def test_an_ordinary_user_reads_a_part(region: Simulator) -> None:
    fleet = read_fleet(opened(region, "user1"), EVERYTHING, Silent())
    assert fleet.is_admin is False
    assert {"rackcontrollers", "regioncontrollers", "power-addresses"} <= fleet.gaps.keys()
    assert fleet.machines


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (lambda parts: ["x" * 18, *parts[1:]], "unknown_key"),
        (lambda parts: [parts[0], "x" * 18, parts[2]], "unknown_key"),
        (lambda parts: [*parts[:2], "x" * 32], "wrong_secret"),
    ],
)
def test_a_wrong_key_is_explained_and_not_repeated(region: Simulator, wrong: t.Any, cause: str) -> None:
    right = region.key().split(":")
    who = Credentials(url=region.url, api_key=":".join(wrong(right)))
    with pytest.raises(_errors.Unauthorized) as failure:
        connect(who, FakeClock(), patience=60, read_only=True).ask("users", "whoami")
    assert failure.value.details == {"cause": cause}
    # What MAAS echoes is the secret that would have been right.
    assert not any(part in str(failure.value.as_failure()) for part in right)


def test_a_clock_that_is_late_is_explained_with_its_distance(region: Simulator) -> None:
    who = Credentials(url=region.url, api_key=region.key())
    maas = MaasRegion(HttpTransport(who, now=lambda: time.time() - 3600), who.base, who.secrets)
    with pytest.raises(_errors.Unauthorized) as failure:
        maas.ask("users", "whoami")
    assert failure.value.details["cause"] == "clock"
    assert 3590 <= failure.value.details["seconds"] <= 3610


def test_words_of_refusals_are_those_of_the_region(region: Simulator) -> None:
    maas, user, machine = opened(region), opened(region, "user1"), a_system_id(region)
    with pytest.raises(_errors.Invalid, match="No such pool"):
        maas.list_all("machines", {"pool": "nosuch"})
    with pytest.raises(_errors.Refused, match="hasn't been allocated"):
        maas.invoke("machines", "power_on", name=machine)
    with pytest.raises(_errors.Forbidden, match="administrator's key"):
        user.update("machines", machine, {"description": "mine"})
    with pytest.raises(_errors.NotFound, match="there is no such machine"):
        maas.invoke("machines", "release", name="zzzzzz")
    with pytest.raises(_errors.ApiMissing, match="does not know the operation frobnicate"):
        maas.invoke("machines", "frobnicate", name=machine)
    assert maas.get("machines", "zzzzzz") is None
    maas.create("tags", {"name": "gpu-of-test"})
    with pytest.raises(_errors.AlreadyExists):
        maas.create("tags", {"name": "gpu-of-test"})
    assert maas.invoke("tags", "update_nodes", {"add": [machine]}, name="gpu-of-test") == {"added": 1, "removed": 0}
    maas.delete("tags", "gpu-of-test")


def test_check_mode_leaves_the_region_as_it_is(region: Simulator) -> None:
    maas, machine = opened(region, read_only=True), a_system_id(region)
    assert maas.invoke("machines", "allocate", {"system_id": machine, "dry_run": True})["system_id"] == machine
    with pytest.raises(_errors.WriteInCheckMode):
        maas.invoke("machines", "allocate", {"system_id": machine})
    assert region.writes == []
