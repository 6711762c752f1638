# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue is complete, the page of the documentation is its image, and options can name its parts."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.check import CLUSTER, IMAGE, INTERFACE, MACHINE, NETWORK
from ansible_collections.vmo.core.plugins.module_utils._model.demands import Demands, RoleDemands
from ansible_collections.vmo.core.plugins.module_utils._model.presets import PRESETS
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.catalogue import (
    CATALOGUE,
    LEFT_OUT,
    OPT_IN,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.summary import summary
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.choice import chosen, unknown_ids
from tests.tools.checks_page import PAGE, page
from tests.unit.plan.checks.builders import demands, healthy_answers, report, told
from tests.unit.plan.checks.faults import ODD, machine

OF_MAAS = {"maas.notifications", "maas.ntp_dns", "maas.release_erase"}
IDS = [check.id for check in CATALOGUE]


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "see tests/tools/checks_page.py"


def test_every_row_is_complete() -> None:
    assert len(set(IDS)) == len(IDS)
    for check in CATALOGUE:
        assert check.scope in {CLUSTER, MACHINE, INTERFACE, IMAGE, NETWORK}
        assert check.severity in {"fail", "warn", "pass"}
        assert check.title
        assert check.reads
        assert check.remedy.endswith((".", ")"))
        assert "|" not in check.title + check.remedy
        assert set(check.covered_by) <= set(IDS)
    assert {name for name, _part, _why in LEFT_OUT} | set(OPT_IN) <= set(IDS)


@pytest.mark.parametrize(
    ("only", "ignore", "expected"),
    [
        (("n.bridge",), (), {"n.bridge"}),
        (("s",), ("s.smart",), {name for name in IDS if name.startswith("s.")} - {"s.smart"}),
        ((), ("m", "c", "s", "n", "p", "x", "set", "image", "api", "rack", "region"), OF_MAAS),
    ],
)  # fmt: skip
def test_checks_are_chosen_by_id_and_by_area(
    only: tuple[str, ...], ignore: tuple[str, ...], expected: set[str]
) -> None:
    assert {check.id for check in chosen(CATALOGUE, only, ignore)} == expected


def test_what_is_no_check_is_told() -> None:
    assert unknown_ids(CATALOGUE, ["n", "n.bridge", "n.brigde", "q"]) == ["n.brigde", "q"]


@pytest.mark.parametrize(("severity", "fits"), [("warn", True), ("fail", False), ("pass", True)])
def test_a_severity_can_be_changed_and_decides_who_fits(severity: str, fits: bool) -> None:
    answers = healthy_answers()
    machine(answers)["memory"] = 1024
    found = report(answers, demands(overrides={"c.memory": severity}, ignore=("set.homogeneous",)))
    assert {verdict.status for verdict in found.verdicts if (verdict.id, verdict.subject) == ("c.memory", ODD)} == {
        severity
    }
    assert (ODD in {found.name for found in found.teams[1].fit}) == fits


def test_what_is_ignored_is_not_judged() -> None:
    answers = healthy_answers()
    machine(answers)["memory"] = 1024
    assert not told(report(answers, demands(ignore=("c.memory", "set.homogeneous"))), "fail", "warn")


@pytest.mark.parametrize("name", PRESETS)
def test_every_number_of_a_preset_has_its_source(name: str) -> None:
    preset = PRESETS[name]
    assert set(preset.cites) == {f"{role}.{field}" for role, found in preset.roles.items() for field in found}
    assert all(preset.cites.values())
    for role, found in preset.roles.items():
        values: t.Any = found
        assert RoleDemands(role, **values).name == role


def test_a_deployed_machine_of_somebody_else_is_no_fault() -> None:
    answers = healthy_answers()
    machine(answers).update(status=6, status_name="Deployed", owner="somebody", power_type="", memory=1)
    found = report(answers)
    assert not told(found, "fail", "warn")
    verdict = next(verdict for verdict in found.verdicts if verdict.subject == ODD)
    assert (verdict.id, verdict.status) == ("m.status", "skip")
    assert verdict.message == "is Deployed by somebody; it is not counted."


def test_a_machine_that_lacks_only_the_tag_is_a_near_miss() -> None:
    answers = healthy_answers()
    machine(answers)["tag_names"] = []
    workers = RoleDemands("worker", count=7, tags=("worker",))
    roles = (RoleDemands("control_plane", count=5, tags=("control-plane",)), workers)
    found = report(answers, Demands(roles=roles))
    assert [miss.message for miss in found.near_misses] == [f"{ODD} misses tag worker"]


def test_the_summary_of_a_healthy_fleet_is_one_line() -> None:
    (line,) = summary(report(healthy_answers()))
    assert line == (
        "READY: control_plane 3 of 3 (+2 that fit), worker 4 of 4 (+3 that fit); "
        "0 failed and 0 warning verdicts on 12 machines."
    )


def test_the_summary_begins_with_what_stands_in_the_way() -> None:
    answers = healthy_answers()
    machine(answers).update(memory=16 * 1024)
    machine(answers)["interface_set"] = [item for item in machine(answers)["interface_set"] if item["name"] != "br0.30"]
    answers["config"]["upstream_dns"] = ""
    roles = (demands().roles[0], RoleDemands("worker", count=7, tags=("worker",), memory=24 * 1024, vlans=(30,)))
    lines = summary(report(answers, Demands(roles=roles)))
    assert lines[0] == (
        "NOT READY: control_plane 3 of 3 (+2 that fit), worker 6 of 7; 3 failed and 1 warning verdicts on 12 machines."
    )
    assert [line.split(" ")[1] for line in lines[1:4]] == ["set.count", "c.memory", "n.vlans"]
    assert lines[2] == (
        "FAIL c.memory w-07 has 16 GiB of memory, 24 GiB are wanted. -> "
        "Add memory (after a failed module: replace it and commission again), or ask for less."
    )
    assert "Nearly fit: w-07 misses 8 GiB of memory and VLAN 30 (worker)." in lines
