# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``outcome``: what a loop came to, in lines for people."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.filter.outcome import FilterModule, outcome


def result(name: str, *verbs: str, **more: t.Any) -> dict[str, t.Any]:
    actions = [{"verb": verb, "kind": "VmTemplate", "name": name} for verb in verbs]
    return {"ansible_loop_var": "each", "each": name, "changed": bool(verbs), "actions": actions, **more}


def test_each_that_was_not_left_alone_has_a_line() -> None:
    results = [
        result("debian", "create"),
        result("fedora", "patch", diff={"before": {"memory": "1Gi"}, "after": {"memory": "2Gi", "cpu": {}}}),
        result("old", "delete"),
        result("same"),
        result("new", "delete", "create"),
        result("broken", failed=True, msg="No."),
    ]
    assert outcome(results, "template") == [
        "6 templates: 1 created, 1 changed, 1 deleted, 1 unchanged, 1 made anew, 1 failed.",
        "debian: created",
        "fedora: changed (cpu, memory)",
        "old: deleted",
        "new: made anew",
        "broken: failed: No.",
    ]
    assert FilterModule().filters() == {"outcome": outcome}


def test_check_mode_does_not_claim_to_have_done_anything() -> None:
    assert outcome([result("debian", "create"), result("same")], "template", foreseen=True) == [
        "2 templates: 1 would be created, 1 unchanged.",
        "debian: would be created",
    ]


def test_several_results_of_one_name_are_about_one_thing() -> None:
    share = result("debian", changed=True, actions=[{"verb": "create", "kind": "DataSource", "name": "stable"}])
    assert outcome([result("debian", "create"), share], "image") == ["1 image: 1 created.", "debian: created"]
    assert outcome([result("debian"), share], "image") == ["1 image: 1 changed.", "debian: changed"]


def test_nothing_is_told_as_well() -> None:
    assert outcome([], "template") == ["No templates."]
    assert outcome([{"skipped": True}], "template") == ["No templates."]


def test_the_results_of_a_module_for_several_things_have_names() -> None:
    assert outcome([{"name": "web-01", "changed": False}], "VM") == ["1 VM: 1 unchanged."]


@pytest.mark.parametrize("results", [{"changed": True}, ["debian"], [{"changed": True}], [{"ansible_loop_var": "x"}]])
def test_what_is_no_result_is_refused(results: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="a list of results with names is needed"):
        outcome(results, "template")
