# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain fields, power and disks of a machine: what differs, what is sent, what is shown."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import (
    WantedMachine,
    WantedPower,
    WantedStorage,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import Found, FoundStorage
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.settings import POWER_SET, settings, swap_bytes
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.storage import plan_storage
from tests.unit.plan.machine.builders import a_machine

GIB = 2**30
SECRET = {"power_pass": "hush"}


def changed(found: Found, done: tuple[str, ...] = (), **wanted: t.Any) -> dict[str, t.Any]:
    return settings(WantedMachine("x", **wanted), found, done).form


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("8G", 8 * 10**9), ("8 GB", 8 * 10**9), ("1024", 1024), ("512m", 512 * 10**6), ("default", None)],
)
def test_swap_is_read_as_maas_reads_it(text: str, size: int | None) -> None:
    assert swap_bytes(text) == size


def test_swap_of_none_and_the_default_are_two_things() -> None:
    assert changed(Found(a_machine(swap_size=None)), swap_size="0") == {"swap_size": 0}
    assert changed(Found(a_machine(swap_size=0)), swap_size="0") == {}
    assert changed(Found(a_machine(swap_size=0)), swap_size="default") == {"swap_size": ""}
    assert changed(Found(a_machine(swap_size=8 * 10**9)), swap_size="8G") == {}


def test_only_what_differs_is_sent() -> None:
    found = Found(a_machine(), description="Row 3")
    same: dict[str, t.Any] = {"hostname": "Worker-01", "domain": "maas", "zone": "default", "description": "Row 3"}
    assert changed(found, **same) == {}
    assert changed(found, **{**same, "description": ""}) == {"description": ""}


def test_secrets_go_with_a_change_of_the_rest() -> None:
    found = Found(a_machine(), power={"power_address": "192.0.2.9"})
    power = WantedPower("ipmi", {"power_address": "192.0.2.9"}, SECRET)
    assert changed(found, power=power) == {}
    moved = WantedPower("ipmi", {"power_address": "192.0.2.8"}, SECRET)
    assert changed(found, power=moved) == {
        "power_type": "ipmi",
        "power_parameters_power_address": "192.0.2.8",
        "power_parameters_power_pass": "hush",
    }


def test_secrets_are_renewed_once_where_that_is_asked_for() -> None:
    power = WantedPower(secrets=SECRET, renew=True)
    assert changed(Found(a_machine()), power=power) == {
        "power_type": "ipmi",
        "power_parameters_power_pass": "hush",
    }
    assert changed(Found(a_machine()), (POWER_SET,), power=power) == {}


def test_secrets_show_neither_in_words_nor_in_the_wish() -> None:
    power = WantedPower("redfish", {}, SECRET)
    change = settings(WantedMachine("x", power=power), Found(a_machine()))
    assert "hush" not in str(change.before) + str(change.after) + repr(power) + repr(WantedMachine("x", power=power))


def a_disk(number: int, name: str, *partitions: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"id": number, "name": name, "type": "physical", "size": 480 * 10**9, "partitions": list(partitions)}


def a_partition(mount: str, size: int) -> dict[str, t.Any]:
    return {"size": size, "filesystem": {"fstype": "ext4", "mount_point": mount}}


FLAT = {
    "boot_disk": {"name": "sda"},
    "physicalblockdevice_set": [
        a_disk(1, "sda", a_partition("/boot", GIB), a_partition("/", 100 * GIB)),
        a_disk(2, "sdb"),
    ],
}
VOLUME = {"id": 9, "name": "vg0-root", "size": 50 * GIB, "filesystem": {"mount_point": "/"}}
LVM = {
    "boot_disk": {"name": "sda"},
    "physicalblockdevice_set": [a_disk(1, "sda", {"size": 400 * GIB})],
    "virtualblockdevice_set": [VOLUME],
    "volume_groups": [{"name": "vg0", "logical_volumes": [VOLUME], "devices": [{"device_id": 1, "id": 5}]}],
}


def test_layout_is_known_by_its_root() -> None:
    flat = FoundStorage.of(FLAT)
    assert (flat.layout, flat.root_device, flat.root_size, flat.boot_size) == ("flat", "sda", 100 * GIB, GIB)
    lvm = FoundStorage.of(LVM)
    assert (lvm.layout, lvm.vg_name, lvm.lv_name, lvm.lv_size) == ("lvm", "vg0", "root", 50 * GIB)
    assert lvm.root_device == "sda"
    assert FoundStorage.of({"physicalblockdevice_set": [a_disk(1, "sda")]}).layout == "blank"
    assert FoundStorage.of({"physicalblockdevice_set": [a_disk(1, "sda", {"size": 1})]}).layout == "custom"
    bcache = {"virtualblockdevice_set": [VOLUME], "bcaches": [{"virtual_device": {"id": 9}}]}
    assert FoundStorage.of(bcache).layout == "bcache"
    assert FoundStorage.of({"virtualblockdevice_set": [VOLUME]}).layout == "custom"


@pytest.mark.parametrize(
    ("wanted", "found", "sent"),
    [
        (WantedStorage("flat"), FLAT, None),
        (WantedStorage("flat", root_size=100 * GIB + 10**6), FLAT, None),
        (WantedStorage("flat", root_size=90 * GIB), FLAT, {"storage_layout": "flat", "root_size": 90 * GIB}),
        (WantedStorage("flat", root_device="sdb"), FLAT, {"storage_layout": "flat", "root_device": 2}),
        (WantedStorage("lvm"), FLAT, {"storage_layout": "lvm"}),
        (WantedStorage("lvm", vg_name="vg0", lv_name="root", lv_size=50 * GIB), LVM, None),
        (WantedStorage("lvm", vg_name="vg1"), LVM, {"storage_layout": "lvm", "vg_name": "vg1"}),
        (WantedStorage("blank"), LVM, {"storage_layout": "blank"}),
        (WantedStorage(boot_disk="sda"), FLAT, None),
    ],
)
def test_disks_are_laid_out_when_they_differ(
    wanted: WantedStorage, found: dict[str, t.Any], sent: dict[str, t.Any] | None
) -> None:
    plan = plan_storage(wanted, FoundStorage.of(found), "x", is_known=True)
    assert [step.form for step in plan.steps] == ([] if sent is None else [sent])
    assert bool(plan.after) == bool(plan.steps)


def test_other_boot_disk_takes_the_root_along() -> None:
    plan = plan_storage(WantedStorage("flat", boot_disk="sdb"), FoundStorage.of(FLAT), "x", is_known=True)
    assert [step.verb for step in plan.steps] == ["set_boot_disk", "set_storage_layout"]
