# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interfaces, links, storage layouts, subnets and ranges, beyond what was recorded."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.sim_maas.client import Answer, Client

POST = "POST"


class Node:
    """One machine and the paths of its interfaces."""

    def __init__(self, client: Client, hostname: str = "worker-01") -> None:
        self.client = client
        self.id = client.machine(hostname)["system_id"]
        self.path = f"nodes/{self.id}/interfaces/"

    def make(self, op: str, **fields: t.Any) -> Answer:
        return self.client.post(f"{self.path}?op=create_{op}", fields)

    def on(self, name: str, op: str, **fields: t.Any) -> Answer:
        return self.client.post(f"{self.path}{name}/?op={op}", fields)

    def read(self, name: str) -> t.Any:
        return self.client.get(f"{self.path}{name}/").json

    def ids(self, *names: str) -> list[str]:
        return [str(self.read(name)["id"]) for name in names]


@pytest.fixture
def node(client: Client) -> Node:
    """Return a machine as commissioning leaves it: nothing but physical interfaces."""
    found = Node(client)
    client.post(f"machines/{found.id}/?op=restore_networking_configuration")
    return found


def test_layout_for_virtual_machines_is_made_step_by_step(node: Node) -> None:
    parents = node.ids("enp1s0f1", "enp65s0f1")
    bond = node.make("bond", name="bond_data", parents=parents, bond_mode="802.3ad", mtu="9000").json
    assert (bond["params"]["mtu"], bond["params"]["bond_mode"]) == (9000, "802.3ad")
    assert node.read("enp1s0f1")["links"] == []
    bridge = node.make("bridge", name="br0", parent=bond["id"], mtu="9000").json
    assert (bridge["vlan"]["vid"], bridge["params"]["bridge_type"]) == (0, "standard")
    vlan = node.make("vlan", vlan="5020", parent=bridge["id"]).json
    assert (vlan["name"], vlan["effective_mtu"]) == ("br0.20", 9000)
    linked = node.on("br0.20", "link_subnet", mode="STATIC", subnet="vm-20", ip_address="10.22.0.9").json
    assert linked["links"][0]["ip_address"] == "10.22.0.9"
    dropped = node.on("br0.20", "unlink_subnet", id=linked["links"][0]["id"]).json
    assert [link["mode"] for link in dropped["links"]] == ["link_up"]
    assert node.on("br0.20", "disconnect").json["vlan"] is None
    assert node.client.form("DELETE", f"{node.path}br0/").code == 204
    assert node.client.get(f"{node.path}br0.20/").text == "No Interface matches the given query."


def test_bond_without_a_mode_is_balance_rr(node: Node) -> None:
    found = node.make("bond", name="b", parents=node.ids("enp1s0f1", "enp65s0f1")).json
    assert (found["params"]["bond_mode"], found["params"]["bond_lacp_rate"]) == ("balance-rr", "fast")


@pytest.mark.parametrize(
    ("op", "fields", "field", "text"),
    [
        ("bond", {"name": "enp1s0f0"}, "name", "already has an interface named 'enp1s0f0'."),
        ("bond", {"name": ""}, "name", "This field is required."),
        ("bond", {"name": "a-name-too-long-"}, "name", "Ensure this value has at most 15 characters (it has 16)."),
        ("vlan", {"vlan": "5010"}, "vlan", "A VLAN interface can only belong to a tagged VLAN."),
        ("vlan", {"vlan": "7"}, "vlan", "Select a valid choice."),
        ("vlan", {}, "vlan", "A VLAN interface must be connected to a tagged VLAN."),
        ("physical", {}, "mac_address", "This field is required."),
        ("physical", {"mac_address": "zz"}, "mac_address", "'zz' is not a valid MAC address."),
        ("physical", {"mac_address": "b4:96:91:00:04:00"}, "mac_address", "already in use"),
    ],
)
def test_interface_that_is_refused(node: Node, op: str, fields: dict[str, str], field: str, text: str) -> None:
    parents = {} if op == "physical" else {"parents": node.ids("enp1s0f1")}
    answer = node.make(op, **parents, **fields)
    assert answer.code == 400
    assert text in answer.json[field][0]


def test_vlan_of_another_fabric_is_refused(node: Node) -> None:
    answer = node.make("vlan", vlan="5020", parent=node.ids("enp1s0f0"))
    assert answer.json["vlan"][0].startswith("A VLAN interface can only belong to a tagged VLAN on the same fabric")


def test_deployed_machine_keeps_its_interfaces(node: Node) -> None:
    node.client.simulator.machine("worker-01").status = 6
    answer = node.make("bond", name="bond0", parents="enp1s0f1")
    assert (answer.code, answer.text) == (
        409, "Cannot create bond interface because the machine is not New, Ready, Allocated, or Broken.",
    )  # fmt: skip


def test_physical_interface_and_its_tags(node: Node) -> None:
    made = node.make("physical", name="eth9", mac_address="b4:96:91:ff:ff:ff", vlan="5001", link_speed="10000").json
    assert (made["type"], made["vlan"]["id"], made["link_speed"]) == ("physical", 5001, 10000)
    assert node.on("eth9", "add_tag", tag="fast").json["tags"] == ["fast"]
    assert node.on("eth9", "remove_tag", tag="fast").json["tags"] == []


@pytest.mark.parametrize(
    ("fields", "field", "text"),
    [
        (
            {"mode": "STATIC", "subnet": "1", "ip_address": "10.20.24.9"},
            "ip_address",
            "IP address is inside a dynamic ",
        ),
        ({"mode": "STATIC", "subnet": "1", "ip_address": "10.99.0.1"}, "ip_address", "IP address is not in the given"),
        ({"mode": "LINK_UP"}, "mode", "Cannot configure interface to link up"),
        ({"mode": "AUTO"}, "subnet", "This field is required."),
        ({"mode": "SOMEHOW"}, "mode", "'SOMEHOW' is not a valid mode."),
    ],
)
def test_link_that_is_refused(node: Node, fields: dict[str, str], field: str, text: str) -> None:
    answer = node.on("enp1s0f0", "link_subnet", **fields)
    assert answer.code == 400
    assert answer.json[field][0].startswith(text)


def test_default_gateway_is_chosen_and_cleared(node: Node) -> None:
    machine = f"machines/{node.id}/"
    assert node.client.get(machine).json["default_gateways"]["ipv4"] == {"gateway_ip": "10.20.0.1", "link_id": None}
    assert node.on("enp1s0f1", "set_default_gateway").json == {"__all__": ["This interface has no usable gateways."]}
    link = node.on("enp1s0f0", "set_default_gateway").json["links"][0]["id"]
    assert node.client.get(machine).json["default_gateways"]["ipv4"] == {"gateway_ip": "10.20.0.1", "link_id": link}
    cleared = node.client.post(f"{machine}?op=clear_default_gateways").json
    assert cleared["default_gateways"]["ipv4"]["link_id"] is None


@pytest.mark.parametrize(("layout", "root"), [("flat", "partition"), ("lvm", "volume"), ("blank", None)])
def test_storage_layouts(client: Client, layout: str, root: str | None) -> None:
    path = f"machines/{client.machine('worker-01')['system_id']}/?op=set_storage_layout"
    found = client.post(path, {"storage_layout": layout}).json
    partitions = [part for disk in found["blockdevice_set"] for part in disk["partitions"] if part["filesystem"]]
    mounted = {part["filesystem"]["mount_point"] for part in partitions}
    volumes = {volume["filesystem"]["mount_point"] for volume in found["virtualblockdevice_set"]}
    assert ("/" in mounted, "/" in volumes) == (root == "partition", root == "volume")
    assert bool(found["volume_groups"]) == (layout == "lvm")
    assert found["storage"] == 480000.0 + 2 * 3840000.0


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "This field is required."),
        ({"storage_layout": "round"}, "'round' is not a valid storage layout."),
        ({"storage_layout": "flat", "root_size": "1000"}, "Size is too small. Minimum size is 3221225472."),
    ],
)
def test_storage_layout_that_is_refused(client: Client, fields: dict[str, str], text: str) -> None:
    path = f"machines/{client.machine('worker-01')['system_id']}/?op=set_storage_layout"
    answer = client.post(path, fields)
    assert answer.code == 400
    assert next(iter(answer.json.values()))[0].startswith(text)


def test_boot_disk_and_disk_tags(client: Client) -> None:
    system_id = client.machine("worker-01")["system_id"]
    second = client.get(f"nodes/{system_id}/blockdevices/").json[1]["id"]
    path = f"nodes/{system_id}/blockdevices/{second}/"
    assert client.post(f"{path}?op=set_boot_disk").code == 200
    assert client.machine("worker-01")["boot_disk"]["id"] == second
    assert "root" in client.post(f"{path}?op=add_tag", {"tag": "root"}).json["tags"]
    assert "root" not in client.post(f"{path}?op=remove_tag", {"tag": "root"}).json["tags"]
    assert client.get(f"nodes/{system_id}/blockdevices/9/").text == "No BlockDevice matches the given query."


def test_dhcp_needs_a_range_and_a_rack(client: Client) -> None:
    vlan = client.post("fabrics/0/vlans/", {"vid": "77"}).json["id"]
    path = f"vlans/{vlan}/"
    assert client.put(path, {"dhcp_on": "true", "primary_rack": "aarack"}).json == {
        "dhcp_on": ["dhcp can only be turned on when a dynamic IP range is defined."]
    }
    subnet = client.post("subnets/", {"cidr": "10.77.0.0/24", "vlan": vlan, "gateway_ip": "10.77.0.1"}).json["id"]
    span = {"type": "dynamic", "start_ip": "10.77.0.100", "end_ip": "10.77.0.199", "subnet": subnet}
    assert client.post("ipranges/", span).json["user"] == "admin"
    assert client.post("ipranges/", span).json == {
        "__all__": ["Requested dynamic range conflicts with an existing IP address or range."]
    }
    assert client.put(path, {"dhcp_on": "true"}).json == {
        "__all__": ["dhcp can only be turned on when a primary rack controller is set."]
    }
    found = client.put(path, {"dhcp_on": "true", "primary_rack": "aarack"}).json
    assert (found["dhcp_on"], found["primary_rack"], found["mtu"]) == (True, "aarack", 1500)
    assert client.put(path, {"mtu": "9000"}).json["dhcp_on"] is True
    assert client.put(path, {"mtu": "9"}).code == 400


def test_statistics_and_addresses_of_a_subnet(client: Client) -> None:
    before = client.get("subnets/1/?op=statistics").json
    client.post("machines/?op=allocate", {"name": "worker-01"})
    after = client.get("subnets/1/?op=statistics").json
    assert after["num_available"] == before["num_available"] - 1
    assert after["num_available"] + after["num_unavailable"] == after["total_addresses"] == 8190
    (used,) = client.get("subnets/1/?op=ip_addresses").json
    assert (used["node_summary"]["hostname"], used["node_summary"]["via"], used["user"]) == (
        "worker-01", "bond_mgmt", "admin",
    )  # fmt: skip
    purposes = [found["purpose"][0] for found in client.get("subnets/1/?op=reserved_ip_ranges").json]
    assert sorted(purposes) == ["assigned-ip", "dynamic", "gateway-ip", "reserved"]
    assert client.get("subnets/99/").text == "No Subnet matches the given query."


def test_vlans_are_listed_by_fabric_only(client: Client) -> None:
    assert [vlan["vid"] for vlan in client.get("fabrics/1/vlans/").json] == [0, 20, 30]
    assert client.get("vlans/5020/").json == client.get("fabrics/1/vlans/20/").json
    assert client.get("vlans/").code == 404


def test_static_route(client: Client) -> None:
    made = client.post("static-routes/", {"source": "2", "destination": "3", "gateway_ip": "10.22.0.1"}).json
    assert (made["source"]["name"], made["destination"]["name"]) == ("vm-20", "vm-30")
    assert client.get("static-routes/").json == [made]
