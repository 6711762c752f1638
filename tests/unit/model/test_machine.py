# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A MAAS machine is read as recorded, and whatever is absent is unknown."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.fleet import Fleet, parse_version
from ansible_collections.vmo.core.plugins.module_utils._model.image import Image
from ansible_collections.vmo.core.plugins.module_utils._model.lshw import Processors
from ansible_collections.vmo.core.plugins.module_utils._model.machine import NEW, READY, Machine

RECORDED = Path(__file__).parents[1] / "plan" / "checks" / "recorded.json"
MACHINES: list[dict[str, t.Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))["machines"]


def recorded(status: int, name: str = "") -> Machine:
    """Return a recorded machine of that state."""
    found = (Machine.of(raw) for raw in MACHINES)
    return next(machine for machine in found if machine.status == status and machine.name.startswith(name))


def test_a_ready_machine_is_read() -> None:
    machine = recorded(READY, "node")
    assert (machine.cpu_count, machine.memory, machine.arch, machine.boot_method) == (8, 16384, "amd64", "uefi")
    assert machine.boot_disk is not None
    assert (machine.boot_disk.size, machine.boot_disk.mounts) == (250_000_000_000, ("/boot/efi", "/"))
    assert (machine.owner, machine.locked, machine.power_type) == (None, False, "virsh")
    assert machine.tells("owner")
    assert "system_serial" not in machine.hardware or machine.hardware["system_serial"] != "Unknown"
    assert [link.mode for item in machine.layout.interfaces for link in item.links] == ["auto", "link_up"]


def test_bonds_bridges_and_vlans_are_followed_down_to_the_cards() -> None:
    layout = recorded(READY, "probe").layout
    bridge = layout.named("br0")
    assert bridge is not None
    assert [item.name for item in layout.beneath(bridge)] == ["br0", "bond_data", "eth0", "eth1"]
    assert [item.name for item in layout.hardware(bridge)] == ["eth0", "eth1"]
    bond = layout.named("bond_data")
    assert bond is not None
    assert bond.param("bond_mode") == "802.3ad"
    # MAAS calls every logical interface disconnected
    assert bond.connected is None


def test_what_a_new_machine_says_of_its_hardware_is_unknown() -> None:
    machine = recorded(NEW)
    assert (machine.cpu_count, machine.memory, machine.boot_disk) == (None, None, None)


def test_nothing_is_promised() -> None:
    machine = Machine.of({})
    assert (machine.name, machine.status, machine.locked, machine.power_type, machine.spare_disks) == (
        "?",
        None,
        None,
        None,
        (),
    )
    assert not machine.tells("owner")


@pytest.mark.parametrize("field", sorted({name for raw in MACHINES for name in raw}))
@pytest.mark.parametrize("value", [None, "", 0, [], {}, [None], "x", -1.5, True], ids=repr)
def test_no_value_of_a_field_is_too_odd(field: str, value: t.Any) -> None:
    assert Machine.of({**MACHINES[0], field: value}).name


@pytest.mark.parametrize(
    ("told", "numbers"),
    [("3.7.3", (3, 7, 3)), ("3.5.2-16", (3, 5, 2)), ("3.8.0~alpha1", (3, 8, 0)), ("3.6", (3, 6, 0)), ("x", None)],
)
def test_versions_may_have_suffixes(told: str | None, numbers: tuple[int, int, int] | None) -> None:
    assert parse_version(told) == numbers


@pytest.mark.parametrize(
    ("name", "wanted", "same"),
    [
        ("custom/foo", "foo", True),
        ("foo", "custom/foo", True),
        ("ubuntu/jammy", "jammy", True),
        ("ubuntu/jammy", "ubuntu/jammy", True),
        ("ubuntu/jammy", "ubuntu/noble", False),
    ],
)
def test_custom_images_have_two_names(name: str, wanted: str, same: bool) -> None:
    assert Image.of({"name": name}).is_called(wanted) is same


@pytest.mark.parametrize(
    ("output", "flags", "cores", "known"),
    [
        ('<node id="cpu" class="processor"><capability id="svm" /></node>', {"svm"}, None, True),
        ('<node class="memory"><capability id="vmx" /></node>', set(), None, False),
        ('<node class="processor"><setting id="cores" value="8" />' * 2, set(), 16, False),
        ("not XML at all", set(), None, False),
    ],
)
def test_processors_are_read_from_lshw(output: str, flags: set[str], cores: int | None, known: bool) -> None:
    assert Processors.of_lshw(output) == Processors(frozenset(flags), cores, known)


def test_an_answer_that_was_missed_says_why() -> None:
    fleet = Fleet.of({}, {"lshw:abc": "Not allowed.", "events": "Timed out."})
    assert fleet.why_unknown("lshw", "abc") == "Not allowed."
    assert fleet.why_unknown("events", "abc") == "Timed out."
    assert "not asked" in fleet.why_unknown("lshw", "xyz")
    assert fleet.zones is None
