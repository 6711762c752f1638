# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed in the middle of a create is taken up by the next one."""

from __future__ import annotations

import dataclasses
import time
import typing as t

import pytest

from tests.sim.kubevirt import Fault
from tests.unit.e2e.conftest import NAMESPACE, Stage
from tests.unit.e2e.playbook import Task

MACHINE: Task = {
    "name": "web-01",
    "namespace": NAMESPACE,
    "state": "running",
    "memory": "1Gi",
    "disks": [{"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}],
    "cloud_init": {"user_data": {"password": "hunter2"}},
}
TASKS: list[Task] = [
    {"name": "Make it", "vmo.core.vmo_vm": MACHINE, "register": "made"},
    {"name": "Make it again", "vmo.core.vmo_vm": MACHINE, "register": "again"},
    {"name": "It is made", "ansible.builtin.assert": {"that": ["again is not changed"]}},
]


def secret(stage: Stage) -> t.Any:
    return stage.simulator.read("secrets", NAMESPACE, "web-01-cloud-init")


def machine(stage: Stage) -> t.Any:
    return stage.simulator.read("virtualmachines", NAMESPACE, "web-01")


def has_come(stage: Stage, verb: str, resource: str) -> bool:
    return any(request.verb == verb and resource in request.path for request in stage.simulator.requests)


def is_held(stage: Stage, method: str, resource: str) -> bool:
    """Whether a write has come and is not done yet; the verb is known when it is taken up."""
    return any(
        (request.method, request.verb) == (method, "") and resource in request.path
        for request in stage.simulator.requests
    )


# What is the case when the run is killed, and the write that is held up until then.
MOMENTS: dict[str, tuple[t.Callable[[Stage], bool], Fault | None]] = {
    "after the Secret": (
        lambda stage: secret(stage) is not None and is_held(stage, "POST", "virtualmachines"),
        Fault("slow", method="POST", path="virtualmachines", seconds=600),
    ),
    "after the VM": (
        lambda stage: machine(stage) is not None and is_held(stage, "PATCH", "secrets"),
        Fault("slow", method="PATCH", path="secrets", seconds=600),
    ),
    "during the wait": (lambda stage: has_come(stage, "watch", "virtualmachines"), None),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_is_taken_up_again(slow_stage: Stage, moment: str) -> None:
    stage = slow_stage
    is_reached, fault = MOMENTS[moment]
    if fault is not None:
        stage.simulator.add_fault(dataclasses.replace(fault))
    run = stage.start(TASKS)
    try:
        deadline = time.monotonic() + 60
        while not is_reached(stage):
            assert run.process.poll() is None, run.finish().output
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        run.kill()
    existed = machine(stage) is not None
    assert existed is (moment != "after the Secret")
    assert not existed or machine(stage).get("status", {}).get("printableStatus") != "Running"

    stage.play(TASKS)

    assert machine(stage)["status"]["printableStatus"] == "Running"
    (owner,) = secret(stage)["metadata"]["ownerReferences"]
    assert owner["uid"] == machine(stage)["metadata"]["uid"]
