# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_tag`` with a definition: MAAS chooses the machines, and is waited for."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from tests.sim.maas import Simulator, Timings
from tests.unit.modules.groups import ALL, TAG, Module, Tree, having, only_diff, stand, verbs

VMX = '//node[@class="processor"]/capabilities/capability/@id="vmx"'
CLOCK = "ansible_collections.vmo.core.plugins.module_utils._wait.SystemClock"


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regions that count looks need no time."""
    monkeypatch.setattr(f"{CLOCK}.sleep", lambda *_: None)


@pytest.fixture(name="tag")
def module_on_a_region() -> Iterator[Module]:
    with Simulator("3.7", machines=3, stage="commissioned") as region:
        yield Module(region, TAG)


@pytest.fixture(name="counted")
def module_on_a_region_that_counts_looks() -> Iterator[Module]:
    with Simulator("3.7", Timings.by_polls(2), machines=3, stage="commissioned") as region:
        region.machine("worker-02").cpu_flags.remove("vmx")
        yield Module(region, TAG)


def test_definition_is_waited_for(counted: Module) -> None:
    options = {"name": "vmx", "definition": VMX}
    result = counted.as_foreseen(**options)
    assert result["machines"] == ["worker-01", "worker-03"]
    assert only_diff(result) == ({"state": "absent"}, {"state": "present", "definition": VMX})
    assert counted.unchanged(**options) == 1
    changed = counted.as_foreseen(name="vmx", definition="//node")
    assert changed["machines"] == ALL
    assert only_diff(changed) == ({"definition": VMX}, {"definition": "//node"})


def test_definition_is_not_waited_for(counted: Module) -> None:
    result = counted.as_foreseen(name="vmx", definition=VMX, wait=False)
    assert "machines" not in result
    assert len(counted.region.requests) == 2


def test_definition_of_a_tag_that_had_none(counted: Module) -> None:
    counted.run(name="vmx", machines=["worker-02"])
    assert counted.as_foreseen(name="vmx", definition=VMX)["machines"] == ["worker-01", "worker-03"]


def test_tag_becomes_one_by_hand_and_stays_where_it_is(counted: Module) -> None:
    counted.run(name="vmx", definition=VMX)
    options: Tree = {"name": "vmx", "definition": "", "machines": ["worker-02"]}
    result = counted.as_foreseen(**options)
    assert verbs(result) == ["update vmx", "add_tag worker-02"]
    assert having(counted.region, "vmx") == ALL
    assert counted.unchanged(**options) == 2


def test_rebuild_is_done_each_time(counted: Module) -> None:
    counted.run(name="vmx", definition=VMX)
    stand(counted.region, "worker-01", tags=[])
    for _time in range(2):
        result = counted.as_foreseen(name="vmx", rebuild=True)
        assert verbs(result) == ["rebuild vmx"]
        assert result["diff"] == []
        assert result["machines"] == ["worker-01", "worker-03"]
    assert verbs(counted.run(name="vmx", definition="//node", rebuild=True)) == ["update vmx"]


def test_wait_ends_at_its_deadline(tag: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    tag.run(name="vmx", definition=VMX, wait=False)
    tag.region.settle()
    now = [0.0]

    def sleep(_clock: t.Any, seconds: float) -> None:
        # a machine that loses and gets the tag, look by look
        stand(tag.region, "worker-01", tags=[] if "vmx" in tag.region.machine("worker-01").tags else ["vmx"])
        now[0] += seconds

    monkeypatch.setattr(f"{CLOCK}.sleep", sleep)
    monkeypatch.setattr(f"{CLOCK}.now", lambda _clock: now[0])
    tag.region.edit(lambda world: setattr(world.timings, "tagging", 600.0))
    result = tag.run(name="vmx", rebuild=True, settle_time=5, wait_timeout=12)
    assert result["error"]["code"] == "wait_timeout"
    assert result["changed"]
    assert verbs(result) == ["rebuild vmx"]
    assert now == [12.0]


def test_definition_that_maas_does_not_understand(tag: Module) -> None:
    result = tag.run(name="vmx", definition="//node[")
    assert result["error"]["code"] == "invalid"
    assert "definition: Invalid XPath expression" in result["msg"]
    assert not result["changed"]
    assert result["tag"] is None
