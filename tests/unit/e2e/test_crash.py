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
from tests.unit.e2e.playbook import Task
from tests.unit.e2e.stage import Stage

MACHINE: Task = {
    "name": "web-01",
    "state": "running",
    "memory": "1Gi",
    "disks": [{"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}],
    "cloud_init": {"user_data": {"password": "hunter2"}},
    # It takes its time to boot.
    "template_annotations": {"sim/boot-delay": "4"},
}


def tasks(namespace: str) -> list[Task]:
    machine = {**MACHINE, "namespace": namespace}
    return [
        {"name": "Make it", "vmo.core.vmo_vm": machine, "register": "made"},
        {"name": "Make it again", "vmo.core.vmo_vm": machine, "register": "again"},
        {"name": "It is made", "ansible.builtin.assert": {"that": ["again is not changed"]}},
    ]


def secret(stage: Stage) -> t.Any:
    return stage.backend.read("secrets", "web-01-cloud-init")


def machine(stage: Stage) -> t.Any:
    return stage.backend.read("virtualmachines", "web-01")


# The write that is held up until the run is killed; without one it is killed while it waits.
MOMENTS: dict[str, Fault | None] = {
    "after the Secret": Fault("slow", method="POST", path="virtualmachines", seconds=600),
    "after the VM": Fault("slow", method="PATCH", path="secrets", seconds=600),
    "during the wait": None,
}


def is_reached(stage: Stage, fault: Fault | None) -> bool:
    if fault is not None:
        return fault.times == 0
    return "watch virtualmachines" in map(str, stage.backend.asked())


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_is_taken_up_again(stage: Stage, moment: str) -> None:
    held = MOMENTS[moment]
    fault = None if held is None else dataclasses.replace(held)
    if fault is not None:
        stage.backend.disturb(fault)
    run = stage.start(tasks(stage.namespace))
    try:
        deadline = time.monotonic() + 60
        while not is_reached(stage, fault):
            assert run.process.poll() is None, run.finish().output
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        run.kill()
    assert secret(stage) is not None
    existed = machine(stage) is not None
    assert existed is (moment != "after the Secret")
    assert not existed or machine(stage).get("status", {}).get("printableStatus") != "Running"

    stage.play(tasks(stage.namespace))

    assert machine(stage)["status"]["printableStatus"] == "Running"
    (owner,) = secret(stage)["metadata"]["ownerReferences"]
    assert owner["uid"] == machine(stage)["metadata"]["uid"]
