# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a machine may be touched at all, in what order things are done, and what is told of them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model import machine as m
from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedInterface, WantedStorage
from tests.unit.plan.machine.builders import ME, a_machine, planned, sent

CHANGES: list[dict[str, t.Any]] = [
    {"pool": "vmo"},
    {"tags": ("worker",)},
    {"zone": "rack-a"},
    {"swap_size": "0"},
    {"interfaces": (WantedInterface("eth0", mtu=9000),)},
    {"storage": WantedStorage("blank")},
]


@pytest.mark.parametrize("change", CHANGES)
def test_locked_machine_is_not_touched_before_it_is_unlocked(change: dict[str, t.Any]) -> None:
    machine = a_machine(locked=True)
    refusal = planned(machine, **change).refusal
    assert refusal is not None
    assert refusal.code == "locked"
    assert sent(planned(machine, locked=False, **change))[0] == "unlock worker-01"


@pytest.mark.parametrize("change", CHANGES[:3])
@pytest.mark.parametrize("status", [m.ALLOCATED, m.DEPLOYED, m.DEPLOYING, m.RESERVED])
def test_machine_of_somebody_else_is_not_touched(status: int, change: dict[str, t.Any]) -> None:
    machine = a_machine(status=status, owner="palette")
    refusal = planned(machine, **change).refusal
    assert refusal is not None
    assert refusal.code == "owned"
    assert "palette" in refusal.sentence
    assert sent(planned(machine, change_owned=True, **change))
    assert sent(planned(a_machine(status=status, owner=ME), **change))


@pytest.mark.parametrize("status", [m.READY, m.BROKEN, m.FAILED_COMMISSIONING, m.RESCUE])
def test_owner_of_a_machine_that_nobody_has_does_not_matter(status: int) -> None:
    # MAAS shows whoever commissioned it, for example
    assert sent(planned(a_machine(status=status, owner="palette"), pool="vmo")) == ["update worker-01"]


@pytest.mark.parametrize("word", ["hostname", "domain", "swap_size"])
def test_installed_system_keeps_what_it_was_installed_with(word: str) -> None:
    value: dict[str, t.Any] = {word: "1" if word == "swap_size" else "other"}
    refusal = planned(a_machine(status=m.DEPLOYED, owner=ME), **value).refusal
    assert refusal is not None
    assert refusal.code == "in_use"
    assert word in refusal.sentence
    assert sent(planned(a_machine(status=m.ALLOCATED, owner=ME), **value)) == ["update worker-01"]


def test_order_of_everything() -> None:
    plan = planned(
        a_machine(locked=True),
        locked=False,
        ready=True,
        recommission=True,
        description="Row 3",
        pool="vmo",
        tags=("worker",),
        storage=WantedStorage("blank"),
        interfaces=(WantedInterface("eth0", mtu=9000),),
    )
    assert sent(plan) == [
        "unlock worker-01",
        "update worker-01",
        "commission worker-01",
        "~set_storage_layout worker-01",
        "~update eth0",
        "~add_tag worker",
        "~update worker-01",
    ]
    assert list(plan.steps[1].form) == ["description"]
    assert list(plan.steps[-1].form) == ["pool"]


def test_forms_do_not_show() -> None:
    plan = planned(a_machine(), description="between us")
    assert "between us" not in repr(plan.steps)


def test_nothing_to_do_is_told_as_nothing() -> None:
    plan = planned(a_machine(), pool="default", zone="default", ready=True)
    assert (plan.steps, plan.before, plan.after, plan.busy, plan.changed) == ((), {}, {}, False, False)
