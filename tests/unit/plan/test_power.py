# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every wanted state on every run strategy, as KubeVirt treats them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused
from tests.unit.builders import a_vm, plan, the_step, wanted

PATCH = "patch"


@pytest.mark.parametrize(
    ("state", "strategy", "running", "expected", "verbs"),
    [
        ("running", "Halted", False, "Always", [PATCH]),
        ("running", "Always", True, "Always", []),
        ("running", "Always", False, "Always", []),
        ("running", "Manual", False, "Manual", ["start"]),
        ("running", "Manual", True, "Manual", []),
        ("running", "RerunOnFailure", False, "RerunOnFailure", ["start"]),
        ("stopped", "Always", True, "Halted", [PATCH]),
        ("stopped", "Always", False, "Halted", [PATCH]),
        ("stopped", "Once", True, "Halted", [PATCH]),
        ("stopped", "Halted", False, "Halted", []),
        ("stopped", "Halted", True, "Halted", []),
        ("stopped", "Manual", True, "Manual", ["stop"]),
        ("stopped", "Manual", False, "Manual", []),
        ("stopped", "RerunOnFailure", True, "RerunOnFailure", ["stop"]),
        ("restarted", "Always", True, "Always", ["restart"]),
        ("restarted", "Halted", False, "Always", [PATCH]),
        ("restarted", "Manual", False, "Manual", ["start"]),
        ("paused", "Always", True, "Always", ["pause"]),
        ("paused", "Halted", False, "Always", [PATCH, "pause"]),
        ("present", "Halted", False, "Halted", []),
        ("present", "Always", True, "Always", []),
    ],
)
def test_state_on_run_strategy(state: str, strategy: str, running: bool, expected: str, verbs: list[str]) -> None:
    found = a_vm(strategy=strategy, running=running)
    made = plan(wanted(state), found)
    assert [step.verb for step in made.steps] == verbs
    if PATCH in verbs:
        body = the_step(made, PATCH).body
        assert body == {"metadata": {"resourceVersion": "41"}, "spec": {"runStrategy": expected}}


@pytest.mark.parametrize(
    ("state", "strategy", "verbs"),
    [
        ("running", "Manual", ["start"]),
        ("restarted", "Manual", ["start"]),
        ("stopped", "Manual", []),
        ("stopped", "Once", [PATCH]),
        ("present", "Once", []),
    ],
)
def test_state_after_the_guest_has_ended(state: str, strategy: str, verbs: list[str]) -> None:
    assert [step.verb for step in plan(wanted(state), an_ended_vm(strategy)).steps] == verbs


@pytest.mark.parametrize("state", ["running", "restarted", "paused"])
def test_once_is_once(state: str) -> None:
    with pytest.raises(Refused, match="another run_strategy"):
        plan(wanted(state), an_ended_vm("Once"))
    assert plan(wanted(state, run_strategy="Always"), an_ended_vm("Once")).steps[0].verb == PATCH


def an_ended_vm(strategy: str) -> dict[str, t.Any]:
    found = a_vm(strategy=strategy, running=True)
    found["status"] = {"created": True, "printableStatus": "Stopped"}
    return found


@pytest.mark.parametrize(
    ("state", "declared", "strategy"),
    [
        ("present", None, "Halted"),
        ("present", "Always", "Always"),
        ("running", None, "Always"),
        ("running", "RerunOnFailure", "RerunOnFailure"),
        ("stopped", None, "Halted"),
        ("stopped", "Always", "Halted"),
        ("stopped", "RerunOnFailure", "Halted"),
        ("stopped", "Manual", "Manual"),
        ("restarted", None, "Always"),
        ("paused", None, "Always"),
    ],
)
def test_the_run_strategy_of_a_new_vm(state: str, declared: str | None, strategy: str) -> None:
    made = plan(wanted(state, run_strategy=declared, memory="1Gi"), None)
    assert the_step(made, "create").body["spec"]["runStrategy"] == strategy


def test_a_new_manual_vm_is_started_after_it_was_made() -> None:
    made = plan(wanted("running", run_strategy="Manual", memory="1Gi"), None)
    assert [(step.verb, step.foreseen) for step in made.steps] == [("create", False), ("start", True)]
    assert made.again == "read"


def test_pausing_a_stopped_vm_waits_until_it_is_ready() -> None:
    made = plan(wanted("paused"), a_vm(strategy="Halted", running=False))
    assert made.again == "ready"


def test_running_resumes_a_paused_vm() -> None:
    vm = a_vm()
    vm["status"]["conditions"].append({"type": "Paused", "status": "True"})
    assert [step.verb for step in plan(wanted("running"), vm).steps] == ["unpause"]
    assert plan(wanted("paused"), vm).steps == ()


def test_a_grace_period_goes_with_the_stop_request() -> None:
    made = plan(wanted("stopped", grace_period=120), a_vm())
    assert [step.verb for step in made.steps] == ["stop"]
    assert made.steps[0].body == {"gracePeriod": 120}


def test_running_and_halted_contradict_each_other() -> None:
    with pytest.raises(
        InvalidOption, match="run_strategy: Halted contradicts state running of VirtualMachine shop/web-01"
    ):
        plan(wanted("running", run_strategy="Halted"), a_vm())


@pytest.mark.parametrize(("running", "state", "patch"), [(True, "stopped", "Halted"), (False, "running", "Always")])
def test_the_deprecated_field_gives_way(running: bool, state: str, patch: str) -> None:
    found = a_vm(running=running)
    del found["spec"]["runStrategy"]
    found["spec"]["running"] = running
    assert the_step(plan(wanted(state), found), PATCH).body["spec"] == {"running": None, "runStrategy": patch}
    assert plan(wanted("present"), found).steps == ()
    same: dict[bool, str] = {True: "running", False: "stopped"}
    assert plan(wanted(same[running]), found).steps == ()


def test_a_stop_and_a_change_are_one_write() -> None:
    made = plan(wanted("stopped", memory="2Gi"), a_vm())
    body: dict[str, t.Any] = the_step(made, PATCH).body
    assert body["spec"]["runStrategy"] == "Halted"
    assert body["spec"]["template"]["spec"]["domain"] == {"memory": {"guest": "2Gi"}}
