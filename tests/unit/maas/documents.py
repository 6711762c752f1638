# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of a small MAAS, as its API gives them."""

from __future__ import annotations

import base64
import typing as t

from tests.unit.maas.scripted import PLAIN, Answer, MaasServer

Tree = dict[str, t.Any]
BMC_PASSWORD = "bmc-password-4713"
LSHW = '<node id="cpu:0" class="processor"><capabilities><capability id="vmx"/></capabilities></node>'
RESOURCES = '{"cpu": {"sockets": [{"cores": [{}, {}]}]}}'


def a_vlan(number: int = 5001, vid: int = 0) -> Tree:
    return {"id": number, "vid": vid, "name": "untagged", "fabric": "lab", "mtu": 1500, "dhcp_on": True}


def a_subnet(number: int, cidr: str, vlan: int = 5001) -> Tree:
    return {"id": number, "name": f"net-{number}", "cidr": cidr, "vlan": a_vlan(vlan)}


def an_interface(name: str = "eno1", subnet: Tree | None = None, **more: t.Any) -> Tree:
    links = [{"id": 1, "mode": "auto", "subnet": subnet, "ip_address": None}] if subnet else []
    return {
        "id": 1,
        "name": name,
        "type": "physical",
        "mac_address": "52:54:00:01:00:02",
        "enabled": True,
        "parents": [],
        "children": [],
        "vlan": a_vlan(),
        "links": links,
        "params": "",
        "effective_mtu": 1500,
        "link_connected": True,
        "link_speed": 10000,
        **more,
    }


def a_machine(system_id: str = "abc123", hostname: str = "worker-01", **more: t.Any) -> Tree:
    return {
        "system_id": system_id,
        "hostname": hostname,
        "fqdn": f"{hostname}.example.com",
        "domain": {"name": "example.com"},
        "status": 4,
        "status_name": "Ready",
        "commissioning_status": 2,
        "testing_status": 2,
        "owner": None,
        "locked": False,
        "power_type": "redfish",
        "power_state": "off",
        "pool": {"name": "kubernetes"},
        "zone": {"name": "rack-a"},
        "tag_names": ["worker", "nvme"],
        "cpu_count": 64,
        "memory": 262144,
        "architecture": "amd64/generic",
        "interface_set": [an_interface(subnet=a_subnet(1, "192.0.2.0/24"))],
        "physicalblockdevice_set": [
            {"id": 1, "name": "sda", "type": "physical", "size": 480103981056, "available_size": 0, "tags": ["ssd"]}
        ],
        "boot_disk": {"id": 1, "name": "sda", "type": "physical", "size": 480103981056},
        "boot_interface": an_interface(),
        **more,
    }


def fill(server: MaasServer, machines: list[Tree], *, is_admin: bool = True) -> None:
    """Let a server have these machines and what is around them."""
    nets = [a_subnet(1, "192.0.2.0/24"), a_subnet(2, "198.51.100.0/24", 5002), a_subnet(3, "203.0.113.0/24", 5003)]
    lists: dict[str, t.Any] = {
        "machines": machines,
        "zones": [{"name": "rack-a"}],
        "resourcepools": [{"name": "kubernetes"}],
        "tags": [{"name": "nvme", "kernel_opts": ""}],
        "subnets": nets,
        "fabrics": [{"name": "lab", "vlans": [a_vlan()]}],
        "rackcontrollers": [{"system_id": "rack01", "service_set": []}] if is_admin else [],
        "regioncontrollers": [{"system_id": "reg001", "service_set": []}] if is_admin else [],
        "boot-resources": [
            {"id": 1, "name": "ubuntu/noble", "architecture": "amd64/generic"},
            {"id": 2, "name": "custom/u-2204-0-k-1335-0", "architecture": "amd64/generic"},
            {"id": 3, "name": "ubuntu/jammy", "architecture": "amd64/generic"},
        ],
    }
    for noun in ("domains", "dnsresources", "spaces", "ipranges", "static-routes", "notifications"):
        lists[noun] = []
    for noun, items in lists.items():
        server.answers(f"GET {noun}/", items)
    server.answers("GET version/", {"version": "3.7.3", "subversion": ""})
    server.answers("GET users/?op=whoami", {"username": "ansible", "is_superuser": is_admin})
    server.answers("GET boot-resources/?op=is_importing", Answer(body=False))
    server.answers("GET maas/?op=get_config", Answer(body="noble"))
    server.answers("GET events/?op=query", {"count": 0, "events": [], "next_uri": None})
    power = {machine["system_id"]: {"power_address": "192.0.2.200", "power_pass": BMC_PASSWORD} for machine in machines}
    forbidden = Answer(403, b"", PLAIN)
    server.answers("GET machines/?op=power_parameters", power if is_admin else forbidden)
    for subnet in nets:
        server.answers(f"GET subnets/{subnet['id']}/?op=statistics", {"num_available": subnet["id"]})
        server.answers(f"GET subnets/{subnet['id']}/?op=ip_addresses", [])
    for number in (1, 2, 3):
        server.answers(f"GET boot-resources/{number}/", {"id": number, "sets": {"20260101": {"complete": True}}})
    for machine in machines:
        place = f"nodes/{machine['system_id']}"
        server.answers(f"GET {place}/results/current-commissioning/", a_result())
        server.answers(f"GET {place}/results/", [])
        server.answers(f"GET {place}/devices/", [])
        server.answers(f"GET machines/{machine['system_id']}/?op=query_power_state", {"state": "off"})


def a_result(lshw: str = LSHW, resources: str = RESOURCES) -> Tree:
    """Return a set of results of commissioning scripts, with what they printed."""
    printed = {"maas-lshw": lshw, "50-maas-01-commissioning": resources}
    return {
        "results": [
            {"name": name, "stdout": base64.b64encode(text.encode()).decode()} for name, text in printed.items()
        ]
    }
