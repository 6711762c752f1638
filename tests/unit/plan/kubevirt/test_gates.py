# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which gates are listed, what that means, and what would be lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._model import feature_gates
from ansible_collections.vmo.core.plugins.module_utils._model.feature_gates import (
    GA,
    NAMES,
    judge,
    minor_of,
    state_of,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.gates import (
    Lists,
    lost_gates,
    next_lists,
    notes_on_gates,
    report_gates,
    wishes_of,
)
from tests.unit.plan.kubevirt.builders import GATES, a_kubevirt, wanted

VERSIONS = ("v1.4.0", "v1.8.0", "v1.9.0", "v1.10.0-alpha.0")
names = st.sampled_from([*sorted(NAMES)[:12], *GATES, "NoGate"])
wishes = st.dictionaries(names, st.sampled_from(["enabled", "disabled", "absent"]), max_size=5)
listed = st.lists(names, unique=True, max_size=6)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("v1.4.0", 4),
        ("1.4", 4),
        ("v1.10.0-alpha.0", 10),
        ("v1.8.0-rc.1", 8),
        ("", None),
        (None, None),
        ("latest", None),
    ],
)
def test_a_version_is_read(text: str | None, minor: int | None) -> None:
    assert minor_of(text) == minor


@pytest.mark.parametrize(
    ("name", "version", "on", "off", "effective", "reason"),
    [
        ("Snapshot", "v1.4.0", [], [], False, "not listed, and KubeVirt 1.4 has it off then"),
        ("Snapshot", "v1.4.0", ["Snapshot"], [], True, "listed"),
        # beta is off up to 1.8, whatever is disabled, and on from 1.9
        ("Snapshot", "v1.8.0", [], [], False, "not listed, and KubeVirt 1.8 has it off then"),
        ("Snapshot", "v1.9.0", [], [], True, "beta, which is on in KubeVirt 1.9 unless disabled"),
        ("Snapshot", "v1.9.0", [], ["Snapshot"], False, "disabled"),
        ("Snapshot", "v1.9.0", ["Snapshot"], [], True, "listed"),
        ("LiveMigration", "v1.4.0", [], ["LiveMigration"], True, "always on in KubeVirt 1.4; listing"),
        ("VMPersistentState", "v1.4.0", [], [], False, "not listed"),
        ("VMPersistentState", "v1.6.0", [], [], True, "always on"),
        ("HotplugVolumes", "v1.9.0", ["HotplugVolumes"], [], True, "listed, and deprecated in KubeVirt 1.9"),
        ("DeclarativeHotplugVolumes", "v1.9.0", ["HotplugVolumes"], [], False, "ignored while HotplugVolumes"),
        ("DeclarativeHotplugVolumes", "v1.9.0", [], [], True, "beta"),
        ("Macvtap", "v1.4.0", ["Macvtap"], [], False, "has this feature no more"),
        ("Template", "v1.4.0", ["Template"], [], False, "does not know it and ignores it"),
        ("NoGate", "v1.8.0", ["NoGate"], [], False, "does not know it and ignores it"),
        # nobody can say what a later version knows
        ("NoGate", "v1.12.0", ["NoGate"], [], True, "newer than what this collection knows"),
        ("Snapshot", "v1.12.0", [], [], True, "beta"),
        ("Snapshot", None, ["Snapshot"], [], True, "not known"),
    ],
)
def test_a_verdict(name: str, version: str | None, on: list[str], off: list[str], effective: bool, reason: str) -> None:
    verdict = judge(name, version, on, off)
    assert verdict.effective is effective
    assert reason in verdict.reason


@given(asked=wishes, there=listed, version=st.sampled_from(VERSIONS), alone=st.booleans())
def test_lists_follow_the_task_and_settle_at_once(
    asked: dict[str, str], there: list[str], version: str, alone: bool
) -> None:
    task = wanted(gates=asked, exclusive=frozenset({"feature_gates"} if alone else ()))
    lists = next_lists(task, a_kubevirt(version, there))
    assert {name for name in asked if name in lists.enabled} == {n for n, wish in asked.items() if wish == "enabled"}
    # the order of what was there is kept, and what others listed stays
    kept = [name for name in there if name in lists.enabled]
    assert lists.enabled[: len(kept)] == kept
    if not alone:
        assert set(there) - asked.keys() <= set(lists.enabled)
    if alone:
        assert set(lists.enabled) <= asked.keys()
    if version == "v1.4.0":
        assert lists.disabled is None
    again = next_lists(task, a_kubevirt(version, lists.enabled, lists.disabled or ()))
    assert again == lists
    assert not set(lists.enabled) & set(lists.disabled or ())


def test_a_preset_wants_what_has_to_be_listed() -> None:
    task = wanted(preset_gates=("LiveMigration", "Snapshot", "VMPersistentState", "Macvtap"), gates={"Root": "absent"})
    assert wishes_of(task, "v1.4.0") == {"Snapshot": "enabled", "VMPersistentState": "enabled", "Root": "absent"}
    assert wishes_of(task, "v1.8.0") == {"Snapshot": "enabled", "Root": "absent"}
    against = wanted(preset_gates=("Snapshot",), gates={"Snapshot": "absent"})
    assert wishes_of(against, "v1.8.0") == {"Snapshot": "absent"}


def test_an_exclusive_preset_keeps_what_it_need_not_list() -> None:
    task = wanted(preset_gates=("LiveMigration", "Snapshot"), exclusive=frozenset({"feature_gates"}))
    lists = next_lists(task, a_kubevirt(gates=["LiveMigration", "Root", "Snapshot"]))
    assert lists.enabled == ["LiveMigration", "Snapshot"]


@pytest.mark.parametrize(
    ("version", "before", "after", "lost"),
    [
        ("v1.4.0", ["Snapshot", "LiveMigration"], [], ["Snapshot"]),
        ("v1.8.0", ["Snapshot"], ["Sidecar"], ["Snapshot"]),
        ("v1.9.0", ["Snapshot"], [], []),
        # one way of hotplug takes the other one's place
        ("v1.9.0", [], ["HotplugVolumes"], ["DeclarativeHotplugVolumes"]),
        ("v1.8.0", ["DeclarativeHotplugVolumes"], ["DeclarativeHotplugVolumes", "HotplugVolumes"], ["Declarative"]),
        ("v1.4.0", ["NoGate"], [], []),
    ],
)
def test_what_has_no_effect_any_more_is_lost(
    version: str, before: list[str], after: list[str], lost: list[str]
) -> None:
    found = lost_gates(a_kubevirt(version, before), Lists(after, []))
    assert len(found) == len(lost)
    assert all(name.startswith(prefix) for name, prefix in zip(found, lost))


def test_disabling_a_beta_gate_loses_it() -> None:
    assert lost_gates(a_kubevirt("v1.9.0", []), Lists([], ["Snapshot"])) == ["Snapshot"]


@pytest.mark.parametrize(
    ("version", "gates", "note"),
    [
        ("v1.4.0", {"snapshot": "enabled"}, "does not know snapshot and ignores it. Is Snapshot meant?"),
        ("v1.4.0", {"Template": "enabled"}, "KubeVirt 1.4 does not know Template and ignores it."),
        ("v1.8.0", {"LiveMigration": "disabled"}, "LiveMigration cannot be turned off"),
        ("v1.8.0", {"Snapshot": "disabled"}, "counts from 1.9 on alone"),
        ("v1.8.0", {"DeclarativeHotplugVolumes": "enabled"}, "as long as HotplugVolumes is listed"),
        ("v1.4.0", {"snapshot": "absent", "Snapshot": "enabled", "VMExport": "disabled"}, None),
        ("v1.12.0", {"BrandNew": "enabled"}, None),
    ],
)
def test_what_the_server_does_not_say_is_said(version: str, gates: dict[str, str], note: str | None) -> None:
    notes = notes_on_gates(wanted(gates=gates), a_kubevirt(version))
    assert [note in text for text in notes] == [True] if note else notes == []


@pytest.mark.parametrize("version", VERSIONS)
def test_the_report_has_what_is_listed_and_what_is_named(version: str) -> None:
    found = a_kubevirt(version, ["Snapshot", "Odd"], ["Root"] if version != "v1.4.0" else [])
    report = report_gates(wanted(gates={"Sidecar": "absent"}, preset_gates=("LiveMigration",)), found)
    assert set(report) == {"Snapshot", "Odd", "Sidecar", "LiveMigration"} | ({"Root"} if version != "v1.4.0" else set())
    for name, told in report.items():
        assert told["known"] is (state_of(name, version) is not None)
        assert told["state"] == state_of(name, version)
        assert bool(told["purpose"]) is (name in NAMES)
        if told["state"] == GA:
            assert told["effective"]


def test_every_gate_has_a_state_for_every_version_and_a_purpose() -> None:
    for states, purpose in feature_gates._GATES.values():
        assert len(states) == feature_gates.LAST_MINOR + 1
        assert set(states) <= {*feature_gates._STATES, "."}
        assert purpose


def test_no_gate_grows_younger() -> None:
    order = ".LABGDX"
    for name, (states, _purpose) in feature_gates._GATES.items():
        ages = [order.index(letter) for letter in states]
        assert ages == sorted(ages), name
