# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What commissioning finds out about the hardware: the outputs of its scripts."""

from __future__ import annotations

import json
import typing as t
from xml.etree.ElementTree import Element, SubElement, tostring

from tests.sim.maas.model import Interface, Machine, Object


def lshw_tree(machine: Machine) -> Element:
    """One processor node a NUMA node, its flags as capabilities."""
    info = machine.hardware_info
    top = Element("list")
    system = _node(
        top, machine.hostname, "system", vendor=info.get("system_vendor"), product=info.get("system_product")
    )
    core = _node(system, "core", "bus")
    for index, _numa in enumerate(machine.numa_nodes):
        processor = _node(core, f"cpu:{index}", "processor", product=info.get("cpu_model"))
        capabilities = SubElement(processor, "capabilities")
        for flag in machine.cpu_flags:
            SubElement(capabilities, "capability", id=flag)
    for index, found in enumerate(_physical(machine)):
        _node(core, f"network:{index}", "network", logicalname=found.name, serial=found.mac_address)
    return top


def _node(parent: Element, name: str, kind: str, **texts: str | None) -> Element:
    found = SubElement(parent, "node", {"id": name, "class": kind})
    for tag, text in texts.items():
        SubElement(found, tag).text = text
    return found


def lshw(machine: Machine) -> bytes:
    """``maas-lshw``."""
    return b'<?xml version="1.0" standalone="yes" ?>\n' + tostring(lshw_tree(machine)) + b"\n"


def lldp(machine: Machine) -> bytes:
    """``maas-capture-lldpd``: which switch each interface is plugged into."""
    top = Element("lldp", label="LLDP neighbors")
    for index, found in enumerate(_physical(machine), 1):
        if found.switch and found.link_connected:
            seen = SubElement(top, "interface", label="Interface", name=found.name, via="LLDP")
            chassis = SubElement(seen, "chassis", label="Chassis")
            SubElement(chassis, "name", label="SysName").text = found.switch
            port = SubElement(seen, "port", label="Port")
            SubElement(port, "id", label="PortID", type="ifname").text = f"Ethernet1/{index}"
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(top) + b"\n"


def resources(machine: Machine) -> bytes:
    """``50-maas-01-commissioning``: LXD's view of sockets, cores, threads and cards."""
    sockets = []
    for index, node in enumerate(machine.numa_nodes):
        # Sibling threads share a core: half of what the NUMA node counts.
        cores = [
            {"core": number, "numa_node": index, "threads": [{"id": 0, "thread": 0}, {"id": 1, "thread": 1}]}
            for number in range(max(1, len(node["cores"]) // 2))
        ]
        sockets.append({"socket": index, "name": machine.hardware_info.get("cpu_model", ""), "cores": cores})
    cards = [_card(found) for found in _physical(machine)]
    found: Object = {
        "architecture": "x86_64",
        "resources": {
            "cpu": {"architecture": "x86_64", "sockets": sockets, "total": machine.cpu_count},
            "memory": {"total": machine.memory * 2**20},
            "network": {"cards": cards, "total": len(cards)},
            "system": {"type": "virtual" if "virtual" in machine.tags else "physical", **_system(machine)},
        },
        "networks": {},
    }
    return json.dumps(found).encode()


def _card(found: Interface) -> Object:
    port = {"id": found.name, "address": found.mac_address, "link_speed": found.link_speed}
    card: Object = {"vendor": found.vendor, "product": found.product, "numa_node": found.numa_node, "ports": [port]}
    if found.sriov_max_vf:
        card["sriov"] = {"maximum_vfs": found.sriov_max_vf, "current_vfs": 0}
    return card


def _system(machine: Machine) -> Object:
    info = machine.hardware_info
    return {"vendor": info.get("system_vendor", ""), "product": info.get("system_product", "")}


def _physical(machine: Machine) -> list[Interface]:
    return [found for found in machine.interfaces if found.type == "physical"]


OUTPUTS: dict[str, t.Callable[[Machine], bytes]] = {
    "maas-lshw": lshw,
    "maas-capture-lldpd": lldp,
    "50-maas-01-commissioning": resources,
}
