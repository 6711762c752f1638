# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines and wishes for the tests of their plans."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.interface import Interface, Layout, Link
from ansible_collections.vmo.core.plugins.module_utils._model.machine import READY, Machine
from ansible_collections.vmo.core.plugins.module_utils._model.network import Subnet, Vlan
from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import Permissions, WantedMachine
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.decide import decide
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import Found, FoundStorage, Surroundings
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import MachinePlan

ME = "ansible"


def a_vlan(number: int = 10, vid: int = 0, fabric: str = "lab") -> Vlan:
    return Vlan.of({"id": number, "vid": vid, "fabric": fabric})


def a_subnet(number: int = 1, cidr: str = "192.0.2.0/24", vlan: Vlan | None = None, **more: t.Any) -> Subnet:
    home = vlan or a_vlan()
    inner = {"id": home.id, "fabric": home.fabric}
    return Subnet.of({"id": number, "name": f"net-{number}", "cidr": cidr, "vlan": inner, **more})


PXE = a_subnet(gateway_ip="192.0.2.1")
VMS = a_subnet(2, "198.51.100.0/24", a_vlan(20, 20))
AROUND = Surroundings(subnets=(PXE, VMS), vlans=(a_vlan(), a_vlan(20, 20), a_vlan(30, 30)), me=ME)


def a_card(name: str, *links: Link, **more: t.Any) -> Interface:
    return Interface(name, "physical", mac=f"02:00:00:00:00:0{name[-1]}", vlan=a_vlan(), links=links, mtu=1500, **more)


def a_bond(name: str = "bond0", parents: tuple[str, ...] = ("eth0", "eth1"), *links: Link) -> Interface:
    params = {"bond_mode": "802.3ad", "bond_miimon": 100}
    return Interface(name, "bond", vlan=a_vlan(), parents=parents, links=links, params=params, mtu=1500)


def above(kind: str, name: str, parent: str, *links: Link, vlan: Vlan | None = None) -> Interface:
    return Interface(name, kind, vlan=vlan or a_vlan(), parents=(parent,), links=links, params={}, mtu=1500)


def a_link(number: int = 1, mode: str = "auto", subnet: Subnet = PXE, address: str | None = None) -> Link:
    return Link(number, mode, address, subnet)


def a_machine(*interfaces: Interface, **more: t.Any) -> Machine:
    cards = interfaces or (a_card("eth0", a_link()), a_card("eth1"))
    fields: dict[str, t.Any] = {
        "hostname": "worker-01",
        "status": READY,
        "status_name": "Ready",
        "cpu_count": 64,
        "power_type": "ipmi",
        "pool": "default",
        "zone": "default",
        "domain": "maas",
        "boot_interface": cards[0],
        "layout": Layout(cards),
    }
    return Machine(system_id="abc123", **{**fields, **more})


def planned(
    machine: Machine, done: t.Iterable[str] = (), disks: FoundStorage | None = None, **wanted: t.Any
) -> MachinePlan:
    """Return the plan; words of ``Permissions`` may be given as they are."""
    may = {word: wanted.pop(word) for word in list(wanted) if word in Permissions.__dataclass_fields__}
    wish = WantedMachine("worker-01", permissions=Permissions(**may), **wanted)
    return decide(wish, Found(machine, storage=disks or FoundStorage("flat")), AROUND, frozenset(done))


def sent(plan: MachinePlan) -> list[str]:
    """Return the steps in short, those that are foreseen with a mark."""
    assert plan.refusal is None, plan.refusal
    return [f"{'~' if step.foreseen else ''}{step.verb} {step.name}" for step in plan.steps]
