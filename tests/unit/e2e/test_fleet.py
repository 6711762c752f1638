# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet by a playbook: inside the Ansible worker or as a process, with its progress, and killed in the middle."""

from __future__ import annotations

import json
import time
import typing as t
from contextlib import AbstractContextManager
from pathlib import Path

from tests.sim.kubevirt import Fault
from tests.unit.e2e.both_ways import results_of, steady
from tests.unit.e2e.playbook import Task
from tests.unit.e2e.stage import Stage
from tests.unit.e2e.test_same_as_module import VOLATILE
from tests.unit.modules.backend import Backend

Tree = dict[str, t.Any]
MODULE = "vmo.core.vmo_vms"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
BODY: Tree = {"memory": "1Gi", "disks": [ROOT]}
FLEET: Tree = {"count": 3, "pattern": "w-%d", "defaults": BODY, "state": "running"}
SECRET = {"cloud_init": {"user_data": {"password": "hunter2"}}}
TASKS: list[tuple[Tree, Tree]] = [
    (FLEET, {"check_mode": True, "diff": True}),
    ({**FLEET, "defaults": {**BODY, **SECRET}, "with_objects": True}, {"diff": True}),
    ({"vms": [{"name": "w-1"}, {"name": "bad", "memory": None}], "defaults": BODY, "state": "running"}, {}),
    ({**FLEET, "state": "absent"}, {"diff": True}),
]


def told(result: Tree) -> t.Any:
    """Return a result without what differs from run to run."""
    fleet = [{word: value for word, value in vm.items() if word != "uid"} for vm in result.get("vms", ())]
    return steady({**result, "fleet": fleet}, VOLATILE)


def test_results_of_a_fleet_are_the_same_both_ways(
    tmp_path: Path, backends: t.Callable[[], AbstractContextManager[Backend]]
) -> None:
    answers = []
    for fast in (True, False):
        with backends() as backend:
            tasks = [{MODULE: {"namespace": backend.namespace, **options}, **more} for options, more in TASKS]
            environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
            results, seen = results_of(tmp_path, tasks, {}, fast=fast, environment=environment)
            assert "hunter2" not in seen
            answers.append(json.loads(json.dumps(results).replace(backend.namespace, "shop")))
    for number, (here, there) in enumerate(zip(*answers)):
        assert told(here) == told(there), TASKS[number]
        assert here.keys() == there.keys(), TASKS[number]
    assert [bool(result.get("failed")) for result in answers[0]] == [False, False, True, False]
    assert [result["changed"] for result in answers[0]] == [True, True, False, True]


def fleet_task(stage: Stage, **options: t.Any) -> Task:
    return {"name": "Make them", MODULE: {"namespace": stage.namespace, **FLEET, **options}, "register": "made"}


def test_a_killed_run_is_completed_and_makes_no_vm_twice(stage: Stage) -> None:
    stage.backend.disturb(Fault("slow", method="POST", path="virtualmachines", seconds=0.5, times=20))
    task = fleet_task(stage, count=20, parallel=3)
    run = stage.start([task])
    try:
        deadline = time.monotonic() + 60
        while [str(asked) for asked in stage.backend.asked()].count("create virtualmachines") < 8:
            assert run.process.poll() is None, run.finish().output
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        run.kill()
    made = [name for name in names(20) if stage.backend.read("virtualmachines", name)]
    assert 5 <= len(made) < 20
    born = {name: uid_of(stage, name) for name in made}

    again = {"name": "Nothing is left", "ansible.builtin.assert": {"that": ["made.summary.ready == 20"]}}
    assert stage.play([task, again]).recap["changed"] == 1
    assert {name: uid_of(stage, name) for name in made} == born
    unchanged = {"name": "It is so", "ansible.builtin.assert": {"that": ["made is not changed"]}}
    assert stage.play([task, again, unchanged]).recap["changed"] == 0


def names(count: int) -> list[str]:
    return [f"w-{number}" for number in range(1, count + 1)]


def uid_of(stage: Stage, name: str) -> str:
    found = stage.backend.read("virtualmachines", name)
    assert found is not None
    return str(found["metadata"]["uid"])


def test_a_long_wait_tells_how_many_are_done(stage: Stage) -> None:
    stuck = {"template_annotations": {"sim/boot": "stuck"}}
    task = fleet_task(stage, vms=[{"name": "w-2", **stuck}], wait_timeout=9)
    outcome = stage.start([{**task, "failed_when": False}]).finish()
    assert f"... 2 of 3 VMs are done; VirtualMachine {stage.namespace}/w-2: Starting" in outcome.output


def test_a_timeout_of_ansible_ends_the_task_and_its_threads(stage: Stage) -> None:
    stuck = {"template_annotations": {"sim/boot": "stuck"}}
    task = {**fleet_task(stage, defaults={**BODY, **stuck}, wait_timeout=120), "timeout": 5}
    began = time.monotonic()
    outcome = stage.start([task]).finish()
    assert outcome.status == 2
    # ansible-core 2.16 says "time frame"
    assert any(word in outcome.output.lower() for word in ("timeout", "timed out", "time frame"))
    assert time.monotonic() - began < 60
