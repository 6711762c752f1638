# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which VMs a task about a fleet means, and what it asks of each."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.members import members_of, names_of

Tree = dict[str, t.Any]
NOTHING: Tree = dict.fromkeys(("vms", "count", "pattern", "csv", "defaults", "addresses", "namespace", "state"))


def params(**said: t.Any) -> Tree:
    return {**NOTHING, "namespace": "shop", "state": "present", "start": 1, **said}


def options(**said: t.Any) -> list[Tree]:
    return [member.options for member in members_of(params(**said))]


def refusal(**said: t.Any) -> InvalidOption:
    with pytest.raises(InvalidOption) as caught:
        members_of(params(**said))
    return caught.value


@pytest.mark.parametrize(
    ("pattern", "start", "count", "names"),
    [
        ("web-%d", 1, 3, ["web-1", "web-2", "web-3"]),
        ("web-%02d", 9, 2, ["web-09", "web-10"]),
        ("%dweb", 0, 1, ["0web"]),
        ("web-%03d.lab", 7, 1, ["web-007.lab"]),
        ("web-%02d", 99, 2, ["web-99", "web-100"]),
    ],
)
def test_a_pattern_makes_names(pattern: str, start: int, count: int, names: list[str]) -> None:
    assert names_of(pattern, start, count) == names


@pytest.mark.parametrize("pattern", [None, "", "web", "web-%", "web-%s", "web-%%d", "%d-%d", "web-%d-100%", "web-%x"])
def test_a_pattern_has_one_number(pattern: str | None) -> None:
    with pytest.raises(InvalidOption, match="one number") as caught:
        names_of(pattern, 1, 2)
    assert caught.value.details == {"option": "pattern"}


@pytest.mark.parametrize("count", [-1, 0, 1001])
def test_a_count_has_its_limits(count: int) -> None:
    assert refusal(count=count, pattern="web-%d").details == {"option": "count"}


def test_what_all_have_in_common_is_laid_under_each() -> None:
    first, second = options(
        defaults={"memory": "2Gi", "cpu": {"cores": 1, "model": "host"}, "labels": {"tier": "front"}},
        vms=[{"name": "a"}, {"name": "b", "cpu": {"cores": 4}, "labels": {"tier": None, "stage": "test"}}],
        state="running",
    )
    shared = {"namespace": "shop", "state": "running", "memory": "2Gi"}
    assert first == {**shared, "name": "a", "cpu": {"cores": 1, "model": "host"}, "labels": {"tier": "front"}}
    assert second == {**shared, "name": "b", "cpu": {"cores": 4, "model": "host"}, "labels": {"stage": "test"}}


def test_lists_with_names_merge_and_others_are_replaced() -> None:
    disks = [{"name": "root", "clone": {"name": "ubuntu"}, "size": "10Gi"}, {"name": "data", "blank": {}}]
    (only,) = options(
        defaults={"disks": disks, "ssh_keys": ["a", "b"], "wait_for": ["agent"]},
        vms=[
            {
                "name": "a",
                "disks": [{"name": "root", "size": "20Gi"}, {"name": "more", "blank": {}}],
                "ssh_keys": ["c"],
            }
        ],
    )
    assert only["disks"] == [
        {"name": "root", "clone": {"name": "ubuntu"}, "size": "20Gi"},
        {"name": "data", "blank": {}},
        {"name": "more", "blank": {}},
    ]
    assert (only["ssh_keys"], only["wait_for"]) == (["c"], ["agent"])


def test_another_source_takes_the_place_of_the_first() -> None:
    (only,) = options(
        defaults={"disks": [{"name": "root", "clone": {"name": "u"}}], "networks": [{"name": "n", "pod": {}}]},
        vms=[
            {
                "name": "a",
                "disks": [{"name": "root", "container_disk": {"image": "x"}}],
                "networks": [{"name": "n", "multus": "vlan20"}],
            }
        ],
    )
    assert only["disks"] == [{"name": "root", "container_disk": {"image": "x"}}]
    assert only["networks"] == [{"name": "n", "multus": "vlan20"}]


def test_a_definition_is_merged_as_one_of_a_vm() -> None:
    def definition(*names: str) -> Tree:
        return {"spec": {"template": {"spec": {"volumes": [{"name": name, "emptyDisk": {}} for name in names]}}}}

    (only,) = options(
        defaults={"definition": definition("a", "b")}, vms=[{"name": "a", "definition": definition("b", "c")}]
    )
    assert only["definition"] == definition("a", "b", "c")


def test_nothing_of_the_task_is_changed() -> None:
    defaults = {"cpu": {"cores": 1}, "disks": [{"name": "root"}]}
    first, second = options(defaults=defaults, vms=[{"name": "a", "cpu": {"cores": 2}}, {"name": "b"}])
    assert defaults == {"cpu": {"cores": 1}, "disks": [{"name": "root"}]}
    assert (first["cpu"], second["cpu"]) == ({"cores": 2}, {"cores": 1})


def test_a_vm_may_speak_for_itself() -> None:
    found = options(
        vms=[{"name": "a", "namespace": "lab", "state": "absent"}, {"name": "b"}],
        state="stopped",
        wait_timeout=60,
        defaults={"wait_timeout": 90},
    )
    assert [(each["namespace"], each["state"], each["wait_timeout"]) for each in found] == [
        ("lab", "absent", 90),
        ("shop", "stopped", 90),
    ]


def test_one_of_a_number_may_be_something_else() -> None:
    found = options(count=3, pattern="web-%d", defaults={"memory": "1Gi"}, vms=[{"name": "web-2", "memory": "2Gi"}])
    assert [each["memory"] for each in found] == ["1Gi", "2Gi", "1Gi"]


def test_a_stranger_beside_a_number_is_refused() -> None:
    error = refusal(count=3, pattern="web-%d", vms=[{"name": "web-4"}, {"name": "web-1"}])
    assert error.message == "vms: beside count it changes VMs of that only, and these are none: web-4."


@pytest.mark.parametrize(
    ("said", "option", "words"),
    [
        ({}, "vms", "name the VMs"),
        ({"pattern": "web-%d"}, "pattern", "together with count"),
        ({"vms": [{"memory": "1Gi"}]}, "vms", "item 1 has no name"),
        ({"vms": [{"name": "a"}, "b"]}, "vms", "item 2 has no name"),
        ({"vms": [{"name": "a"}, {"name": "b"}, {"name": "a"}]}, "name", "the VM shop/a is asked for twice"),
        ({"count": 2, "pattern": "w%d", "vms": [{"name": "w1"}] * 2}, "vms", "the VM w1 is asked for twice"),
        ({"vms": [{"name": "a"}], "namespace": None}, "namespace", "a has none"),
        ({"vms": [{"name": "a"}], "defaults": {"name": "x"}}, "defaults", "each VM has its own"),
        ({"vms": [{"name": "a"}], "defaults": {"address": "192.0.2.1/24"}}, "defaults", "see addresses"),
        ({"vms": [{"name": "a", "disks": ["root"]}]}, "disks", "an item of it is no mapping"),
        ({"vms": [{"name": "a"}], "defaults": {"cpu": {"features": ["x"]}}}, "cpu", "cpu.features: an item"),
        ({"vms": [{"name": "a", "group": "first"}]}, "group", "'first' of a is no whole number"),
        ({"vms": [{"name": "a", "group": -1}]}, "group", "-1 of a"),
    ],
)
def test_bad_input_is_named(said: Tree, option: str, words: str) -> None:
    error = refusal(**said)
    assert error.details == {"option": option}
    assert words in error.message


def test_the_same_name_in_two_namespaces_is_two_vms() -> None:
    found = members_of(params(vms=[{"name": "a"}, {"name": "a", "namespace": "lab"}]))
    assert [member.options["namespace"] for member in found] == ["shop", "lab"]


def test_macs_are_unique_however_they_are_written() -> None:
    networks = [[{"name": "n", "mac": "02:00:00:00:00:AA"}], [{"name": "n", "mac": "02-00-00-00-00-aa"}]]
    vms = [{"name": name, "networks": own} for name, own in zip("ab", networks)]
    assert refusal(vms=vms).message == "networks: the MAC address 02:00:00:00:00:aa is asked for twice."
    # who leaves does not need it any more
    vms[0]["state"] = "absent"
    assert len(members_of(params(vms=vms))) == 2


def test_a_mac_for_all_is_refused() -> None:
    error = refusal(count=2, pattern="w%d", defaults={"networks": [{"name": "n", "mac": "02:00:00:00:00:01"}]})
    assert error.details == {"option": "networks"}


def test_no_vms_are_none() -> None:
    assert members_of(params(vms=[])) == members_of(params(csv="")) == []


def test_groups_are_numbers() -> None:
    found = members_of(params(defaults={"group": 3}, vms=[{"name": "a"}, {"name": "b", "group": "2"}]))
    assert [member.group for member in found] == [3, 2]
    assert all("group" not in member.options for member in found)


def test_addresses_become_network_data() -> None:
    settings = {"first": "192.0.2.10/24", "gateway": "192.0.2.1", "nameservers": ["192.0.2.53"], "search": ["a.test"]}
    data = {"version": 2, "ethernets": {"enp2s0": {"dhcp4": True}}}
    first, second = members_of(
        params(
            defaults={"cloud_init": {"network_data": data}},
            vms=[{"name": "a"}, {"name": "b", "address": "192.0.2.99"}],
            addresses=settings,
        )
    )
    assert (first.address, second.address) == ("192.0.2.10/24", "192.0.2.99/24")
    assert first.options["cloud_init"]["network_data"] == {
        "version": 2,
        "ethernets": {
            "enp2s0": {"dhcp4": True},
            "enp1s0": {
                "addresses": ["192.0.2.10/24"],
                "routes": [{"to": "default", "via": "192.0.2.1"}],
                "nameservers": {"addresses": ["192.0.2.53"], "search": ["a.test"]},
            },
        },
    }
    assert "address" not in second.options
    assert data["ethernets"] == {"enp2s0": {"dhcp4": True}}


def test_an_address_does_not_fit_into_a_text() -> None:
    error = refusal(
        vms=[{"name": "a", "address": "192.0.2.9/24", "cloud_init": {"network_data": "version: 2\n"}}],
    )
    assert error.message.startswith("a: cloud_init.network_data is a text")


def test_an_address_is_given_once() -> None:
    error = refusal(
        vms=[{"name": "a"}, {"name": "b", "address": "192.0.2.10/24"}], addresses={"first": "192.0.2.10/24"}
    )
    assert error.message == "address: the address 192.0.2.10 is asked for twice."


def test_who_is_to_be_absent_keeps_the_place_of_its_address() -> None:
    vms = [{"name": "a", "state": "absent"}, {"name": "b"}]
    first, second = members_of(params(vms=vms, addresses={"first": "192.0.2.10/24"}))
    assert "cloud_init" not in first.options
    assert second.address == "192.0.2.11/24"
