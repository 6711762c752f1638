# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running VM follows at once, what waits for a restart, and who changes the run strategy."""

from __future__ import annotations

import re
import time
import typing as t

import pytest

from tests.cluster.ring.genuine import Genuine
from tests.cluster.ring.machine import RUNNING, VM
from tests.unit.modules.bench import Bench


def instance(cluster: Genuine) -> t.Any:
    return cluster.read("virtualmachineinstances", "web-01")


def test_cpu_sockets_arrive_by_a_live_migration(bench: Bench, cluster: Genuine) -> None:
    bench.run(VM, **RUNNING, cpu={"sockets": 1, "max_sockets": 4})
    before = instance(cluster)
    more = bench.run(VM, name="web-01", cpu={"sockets": 2})
    assert more.result["live_changes"] == ["cpu.sockets"]
    assert more.result["restart_required"] is False
    cluster.admin.until(lambda: instance(cluster)["status"]["currentCPUTopology"]["sockets"] == 2)
    assert instance(cluster)["metadata"]["uid"] == before["metadata"]["uid"]
    # The machine has its sockets before the controllers are done with the migration, which the first task waits for.
    for _task in range(2):
        unchanged = bench.run(VM, name="web-01", cpu={"sockets": 2}, state="running")
        assert not unchanged.changed
    assert unchanged.reads == ["get virtualmachines/web-01"]


def test_memory_arrives_by_a_live_migration(bench: Bench, cluster: Genuine) -> None:
    bench.run(VM, **RUNNING, max_memory="4Gi")
    before = instance(cluster)
    more = bench.run(VM, name="web-01", memory="2Gi")
    assert more.result["live_changes"] == ["memory"]
    assert more.result["restart_required"] is False
    cluster.admin.until(lambda: instance(cluster)["status"]["memory"]["guestCurrent"] == "2Gi")
    assert instance(cluster)["metadata"]["uid"] == before["metadata"]["uid"]


@pytest.mark.parametrize(
    ("change", "back"),
    [
        ({"cpu": {"cores": 2}}, {"cpu": {"cores": 1}}),
        ({"cpu": {"sockets": 1}}, {"cpu": {"sockets": 2}}),
        ({"hostname": "shop"}, {"hostname": "other"}),
    ],
    ids=["cores", "fewer sockets", "host name"],
)
def test_a_restart_that_is_required_ends_with_the_restart(
    bench: Bench, change: dict[str, t.Any], back: dict[str, t.Any]
) -> None:
    bench.run(VM, **RUNNING, **back)
    waiting = bench.run(VM, name="web-01", **change)
    assert waiting.result["restart_required"] is True
    assert waiting.result["live_changes"] == []
    again = bench.run(VM, name="web-01", **change)
    assert (again.changed, again.result["restart_required"]) == (False, True)
    restarted = bench.run(VM, name="web-01", state="restarted")
    assert restarted.result["restart_required"] is False
    assert bench.run(VM, name="web-01", **change).result["restart_required"] is False


def test_a_change_that_is_taken_back_is_told_as_the_server_tells_it(bench: Bench, cluster: Genuine) -> None:
    bench.run(VM, **RUNNING, cpu={"cores": 1})
    assert bench.run(VM, name="web-01", cpu={"cores": 2}).result["restart_required"] is True
    bench.run(VM, name="web-01", cpu={"cores": 1})
    # KubeVirt 1.4 never takes it back, 1.8 does.
    stays = cluster.version == "1.4"
    cluster.admin.until(lambda: is_restart_required(bench) is stays)
    assert bench.run(VM, name="web-01", cpu={"cores": 1}).result["restart_required"] is stays


def is_restart_required(bench: Bench) -> bool:
    conditions = bench.vm("web-01")["status"]["conditions"]
    return any((item["type"], item["status"]) == ("RestartRequired", "True") for item in conditions)


@pytest.mark.parametrize(
    ("first", "stopped", "started"),
    [
        ("Always", "Halted", "Always"),
        ("Once", "Halted", "Always"),
        ("Manual", "Manual", "Manual"),
        ("RerunOnFailure", "RerunOnFailure", "RerunOnFailure"),
    ],
)
def test_start_and_stop_leave_the_run_strategy_that_they_should(
    bench: Bench, first: str, stopped: str, started: str
) -> None:
    bench.run(VM, **RUNNING, run_strategy=first)
    strategies = []
    for state in ("stopped", "running"):
        foreseen = bench.run(VM, check=True, name="web-01", state=state)
        made = bench.run(VM, name="web-01", state=state)
        assert foreseen.verbs == made.verbs
        assert bench.run(VM, name="web-01", state=state).reads == ["get virtualmachines/web-01"]
        strategies.append(bench.vm("web-01")["spec"]["runStrategy"])
    assert strategies == [stopped, started]


def test_a_grace_period_travels_with_the_request(bench: Bench) -> None:
    bench.run(VM, **RUNNING)
    stopped = bench.run(VM, name="web-01", state="stopped", grace_period=5)
    assert stopped.verbs == ["stop"]
    assert bench.vm("web-01")["spec"]["runStrategy"] == "Halted"


def settled(bench: Bench) -> None:
    """Wait until controllers have written what they have to: one of their writes between ours costs one more pair."""
    before: t.Any = {}
    for _attempt in range(60):
        found = bench.vm("web-01")
        if found is None or (found == before and "printableStatus" in found.get("status", {})):
            return
        before = found
        time.sleep(0.5)
    raise AssertionError(before)


def test_each_task_takes_as_few_requests_as_it_can(bench: Bench) -> None:
    tasks: list[tuple[dict[str, t.Any], list[str]]] = [
        ({**RUNNING, "state": "present", "run_strategy": "Manual"}, ["create virtualmachines"]),
        ({"name": "web-01", "labels": {"app": "shop"}}, ["patch virtualmachines/web-01"]),
        ({"name": "web-01", "labels": {"app": "shop"}}, []),
        ({"name": "web-01", "state": "running"}, ["update virtualmachines/web-01/start"]),
        ({"name": "web-01", "state": "absent"}, ["delete virtualmachines/web-01"]),
    ]
    for task, writes in tasks:
        settled(bench)
        answer = bench.run(VM, **task, wait=False)
        assert answer.writes == writes
        # A start and a deletion are answered without the VM, so it is read once more for the result.
        has_no_answer = re.search(r"/start$|^delete ", "".join(writes))
        assert answer.reads == ["get virtualmachines/web-01"] * (2 if has_no_answer else 1)
