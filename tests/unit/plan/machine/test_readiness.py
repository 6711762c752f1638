# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From every state of a machine: what comes next on the way to ready, and what the task has to allow for it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model import machine as m
from ansible_collections.vmo.core.plugins.module_utils._model.machine_status import STATUSES
from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import Commissioning, WantedPower
from tests.unit.plan.machine.builders import ME, a_machine, planned, sent

EVERYTHING: dict[str, t.Any] = {
    "release": True,
    "change_owned": True,
    "accept_failed_tests": True,
    "broken": "mark_fixed",
}
# state -> what a task without and with all permissions does: a code, or steps; busy is patience
TABLE: dict[str, tuple[str, str]] = {
    "new": ("commission", "commission"),
    "commissioning": ("busy", "busy"),
    "failed_commissioning": ("commission", "commission"),
    "missing": ("needs_people", "needs_people"),
    "ready": ("", ""),
    "reserved": ("in_use", "release"),
    "deployed": ("in_use", "release"),
    "retired": ("needs_people", "needs_people"),
    "broken": ("broken", "mark_fixed"),
    "deploying": ("in_use", "release"),
    "allocated": ("in_use", "release"),
    "failed_deployment": ("failed_deployment", "release"),
    "releasing": ("busy", "busy"),
    "failed_releasing": ("failed_releasing", "release"),
    "disk_erasing": ("busy", "busy"),
    "failed_disk_erasing": ("failed_disk_erasing", "release"),
    "rescue_mode": ("exit_rescue_mode", "exit_rescue_mode"),
    "entering_rescue_mode": ("busy", "busy"),
    "failed_entering_rescue_mode": ("exit_rescue_mode", "exit_rescue_mode"),
    "exiting_rescue_mode": ("busy", "busy"),
    "failed_exiting_rescue_mode": ("exit_rescue_mode", "exit_rescue_mode"),
    "testing": ("busy", "busy"),
    "failed_testing": ("failed_testing", "override_failed_testing"),
}


def test_table_has_every_state() -> None:
    assert set(TABLE) == set(STATUSES)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("allowed", [False, True])
def test_every_state_has_its_turn(status: str, allowed: bool) -> None:
    machine = a_machine(status=STATUSES.index(status), owner="palette")
    plan = planned(machine, ready=True, **(EVERYTHING if allowed else {}))
    expected = TABLE[status][allowed]
    if plan.refusal is not None:
        assert plan.refusal.code == expected
        assert plan.steps == ()
    else:
        assert [step.verb for step in plan.steps if not step.foreseen] == (
            [] if expected in ("", "busy") else [expected]
        )
        assert plan.busy == (expected == "busy")


@pytest.mark.parametrize("number", [None, 99])
def test_state_that_is_not_known_is_left_to_people(number: int | None) -> None:
    refusal = planned(a_machine(status=number), ready=True, **EVERYTHING).refusal
    assert refusal is not None
    assert refusal.code == "needs_people"


def test_nothing_is_begun_where_ready_is_not_asked_for() -> None:
    for status in range(len(STATUSES)):
        plan = planned(a_machine(status=status), pool="default", **EVERYTHING)
        assert (plan.steps, plan.busy, plan.refusal) == ((), False, None)


@pytest.mark.parametrize(
    ("status", "done", "code"),
    [
        (m.FAILED_COMMISSIONING, ["commission"], "failed_commissioning"),
        (m.NEW, ["commission"], "aborted"),
        (m.FAILED_TESTING, ["commission"], "failed_testing"),
        (m.FAILED_TESTING, ["test"], "failed_testing"),
        (m.FAILED_RELEASING, ["release"], "failed_releasing"),
        (m.FAILED_DISK_ERASING, ["release"], "failed_disk_erasing"),
        (m.ALLOCATED, ["release"], "in_use"),
        (m.FAILED_EXITING_RESCUE, ["exit_rescue_mode"], "failed_rescue"),
        (m.FAILED_TESTING, ["override_failed_testing", "test"], "failed_testing"),
        (m.BROKEN, ["mark_fixed"], "broken"),
    ],
)
def test_what_failed_once_is_not_tried_again(status: int, done: list[str], code: str) -> None:
    refusal = planned(
        a_machine(status=status), done, ready=True, release=True, retest=True, broken="mark_fixed"
    ).refusal
    assert refusal is not None
    assert refusal.code == code


@pytest.mark.parametrize("option", ["recommission", "retest"])
def test_repetition_ends_once_it_is_done(option: str) -> None:
    verb = "commission" if option == "recommission" else "test"
    options: dict[str, t.Any] = {option: True}
    assert sent(planned(a_machine(), ready=True, **options)) == [f"{verb} worker-01"]
    assert sent(planned(a_machine(), [verb], ready=True, **options)) == []


def test_whole_way_is_foreseen() -> None:
    machine = a_machine(status=m.FAILED_DISK_ERASING, owner=ME)
    plan = planned(machine, ready=True, release=True, recommission=True, tags=("worker",), pool="vmo")
    assert sent(plan) == [
        "release worker-01",
        "~commission worker-01",
        "~add_tag worker",
        "~update worker-01",
    ]
    assert plan.after == {"status": "ready", "tags": ["worker"], "pool": "vmo"}
    assert plan.later == {"status", "tags", "pool"}


def test_first_commissioning_takes_over_what_it_finds_and_a_later_one_does_not() -> None:
    seen = planned(a_machine(), ready=True, recommission=True).steps[0].form
    assert seen == {"skip_networking": True, "skip_storage": True}
    assert planned(a_machine(status=m.NEW, cpu_count=None), ready=True).steps[0].form == {}
    how = Commissioning(skip_networking=False, tests=(), scripts=("a", "b"), parameters={"a_x": "1"})
    form = planned(a_machine(), ready=True, recommission=True, commissioning=how).steps[0].form
    assert form == {"skip_storage": True, "testing_scripts": "none", "commissioning_scripts": "a,b", "a_x": "1"}


def test_machine_without_power_type_is_commissioned_once_it_gets_one() -> None:
    machine = a_machine(status=m.NEW, power_type="")
    refusal = planned(machine, ready=True).refusal
    assert refusal is not None
    assert refusal.code == "no_power_type"
    plan = planned(machine, ready=True, power=WantedPower("manual"))
    assert sent(plan) == ["update worker-01", "commission worker-01"]


def test_failure_asks_for_what_explains_it() -> None:
    refusal = planned(a_machine(status=m.FAILED_TESTING), ready=True).refusal
    assert refusal is not None
    assert refusal.ask == ("tests", "events")
