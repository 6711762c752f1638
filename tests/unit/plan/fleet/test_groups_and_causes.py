# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which VMs go together, and what their failures have in common."""

from __future__ import annotations

import pytest

from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.causes import (
    Cause,
    Said,
    causes_of,
    failure_sentence,
    listed,
    warning_of,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.members import Member
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.stages import stages_of


def member(group: int, state: str = "running") -> Member:
    return Member("vm", group, None, {"state": state})


@pytest.mark.parametrize(
    ("members", "stages"),
    [
        ([], []),
        ([member(1), member(1, "absent"), member(1, "stopped")], [[0, 1, 2]]),
        ([member(2), member(1), member(2), member(10)], [[1], [0, 2], [3]]),
        ([member(1, "absent"), member(2, "absent")], [[1], [0]]),
        ([member(1, "stopped"), member(2, "absent"), member(1), member(2, "present")], [[1], [0], [2], [3]]),
    ],
)
def test_groups_make_stages(members: list[Member], stages: list[list[int]]) -> None:
    assert stages_of(members) == stages


def said(name: str, message: str, code: str = "not_found") -> Said:
    return Said("shop", name, code, message.format(f"VirtualMachine shop/{name}"))


LACK = "{} cannot be made: there is no StorageClass ceph."


def test_the_same_cause_is_told_once() -> None:
    slow = "{} is not ready after 600 seconds"
    found = causes_of(
        [said("a", slow, "wait_timeout"), said("web-1", LACK), said("web-2", LACK), said("web", LACK, "invalid")]
    )
    assert [(cause.code, cause.vms) for cause in found] == [
        ("not_found", ["web-1", "web-2"]),
        ("wait_timeout", ["a"]),
        ("invalid", ["web"]),
    ]


def test_names_of_things_of_a_vm_do_not_make_another_cause() -> None:
    disk = "{0} does not start: The image of DataVolume shop/{1}-root is not there."
    sentences = [
        Said("shop", name, "import_failed", disk.format(f"VirtualMachine shop/{name}", name))
        for name in ("a", "b", "ab")
    ]
    assert [cause.vms for cause in causes_of(sentences)] == [["a", "b", "ab"]]


def test_a_vm_may_be_called_as_a_word_of_the_sentence() -> None:
    found = [said(name, LACK) for name in ("a", "cannot", "be", "c")]
    assert [cause.vms for cause in causes_of(found)] == [["a", "cannot", "be", "c"]]


def test_other_causes_are_others() -> None:
    other = LACK.replace("ceph", "ceph2")
    assert [cause.vms for cause in causes_of([said("a", LACK), said("b", other)])] == [["a"], ["b"]]


def test_how_far_each_is_does_not_make_another_cause() -> None:
    found = [said(name, f"{{}} is not ready; last seen: {share}%") for name, share in (("a", 1), ("b", 37.5))]
    assert [cause.vms for cause in causes_of(found)] == [["a", "b"]]


def test_one_message_tells_all() -> None:
    causes = [Cause("x", "There is no image.", ["a", "b"]), Cause("y", "It is late.", ["c"])]
    assert failure_sentence(causes, 20, 0) == "3 of 20 VMs failed. a, b: There is no image. c: It is late."
    assert failure_sentence(causes[1:], 1, 0) == "1 of 1 VM failed. c: It is late."
    assert failure_sentence(causes[1:], 3, 2).endswith(" 2 VMs of later groups were not begun.")
    assert failure_sentence(causes[1:], 3, 1).endswith(" 1 VM of later groups was not begun.")


def test_many_names_are_cut_short() -> None:
    names = [f"web-{number}" for number in range(9)]
    assert listed(names) == "web-0, web-1, web-2, web-3, web-4 and 4 more"
    assert listed(names[:5]) == "web-0, web-1, web-2, web-3, web-4"


def test_a_warning_is_told_once() -> None:
    assert warning_of(Cause("", "a waits.", ["a"])) == "a waits."
    assert warning_of(Cause("", "a waits.", ["a", "b"])) == "a waits. The same holds for 1 more VM: b."
    assert warning_of(Cause("", "a waits.", ["a", "b", "c"])) == "a waits. The same holds for 2 more VMs: b, c."
