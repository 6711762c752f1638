# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of interfaces and of the network around them (catalogue 7.7)."""

from __future__ import annotations

from tests.sim.maas.fleet import DATA_VLAN, PXE_SUBNET, PXE_VLAN, VM_VLANS
from tests.sim.maas.model import Interface, IpRange, Link, Machine, Subnet, Vlan
from tests.sim.maas.planting import another, fault, named
from tests.sim.maas.world import World


def data_nics(machine: Machine) -> list[Interface]:
    bond = named(machine, "bond_data")
    return [found for found in machine.interfaces if found.id in bond.parents]


@fault("n.pxe_untagged")
def _pxe_untagged(world: World, machine: Machine) -> None:
    vlan = Vlan(world.new_id(), 0, 99, "pxe-tagged", dhcp_on=True, primary_rack="aarack", secondary_rack="bbrack")
    subnet = Subnet(world.new_id(), "pxe-tagged", "10.29.0.0/22", vlan.id)
    world.vlans[vlan.id], world.subnets[subnet.id] = vlan, subnet
    held = IpRange(world.new_id(), "dynamic", "10.29.1.0", "10.29.3.200", subnet.id)
    world.ranges[held.id] = held
    bond = named(machine, "bond_mgmt")
    found = Interface(world.new_id(), "bond_mgmt.99", "vlan", bond.mac_address, vlan.id, [bond.id])
    found.links = [Link(world.new_id(), "link_up")]
    machine.interfaces.append(found)
    machine.boot_interface = found.id


@fault("n.dhcp_range", surroundings=True)
def _dhcp_range(world: World, _machine: Machine) -> None:
    world.ranges = {key: held for key, held in world.ranges.items() if held.type != "dynamic"}


@fault("n.external_dhcp", surroundings=True)
def _external_dhcp(world: World, _machine: Machine) -> None:
    world.vlans[PXE_VLAN].external_dhcp = "10.20.0.7"


@fault("n.racks", surroundings=True)
def _racks(world: World, _machine: Machine) -> None:
    world.vlans[PXE_VLAN].primary_rack = world.vlans[PXE_VLAN].secondary_rack = None


@fault("n.count")
def _count(_world: World, machine: Machine) -> None:
    for found in machine.interfaces:
        found.enabled = found.type != "physical" or found.id == machine.boot_interface


@fault("n.link")
def _link(_world: World, machine: Machine) -> None:
    data_nics(machine)[0].link_connected = False


@fault("n.speed")
def _speed(_world: World, machine: Machine) -> None:
    for found in data_nics(machine):
        found.link_speed = found.interface_speed = 1000


@fault("n.bond")
def _bond(_world: World, machine: Machine) -> None:
    named(machine, "bond_data").params["bond_mode"] = "balance-rr"


@fault("n.bond_cards")
def _bond_cards(_world: World, machine: Machine) -> None:
    for found in data_nics(machine):
        found.switch = "leaf-a"


@fault("n.bridge")
def _bridge(_world: World, machine: Machine) -> None:
    named(machine, "br0").name = "br1"


@fault("n.bridge_type")
def _bridge_type(_world: World, machine: Machine) -> None:
    named(machine, "br0").params["bridge_type"] = "ovs"


@fault("n.vlan_exclusive")
def _vlan_exclusive(world: World, machine: Machine) -> None:
    bond = named(machine, "bond_data")
    found = Interface(world.new_id(), "bond_data.20", "vlan", bond.mac_address, VM_VLANS[20], [bond.id])
    found.links, found.params = [Link(world.new_id(), "link_up")], {"mtu": 9000}
    machine.interfaces.append(found)


@fault("n.dup_links")
def _dup_links(world: World, machine: Machine) -> None:
    named(machine, "bond_mgmt").links.append(Link(world.new_id(), "auto", PXE_SUBNET))


@fault("n.vlans")
def _vlans(_world: World, machine: Machine) -> None:
    machine.interfaces.remove(named(machine, "br0.30"))


@fault("n.mtu")
def _mtu(_world: World, machine: Machine) -> None:
    named(machine, "br0.20").params["mtu"] = 9100


@fault("n.links")
def _links(world: World, machine: Machine) -> None:
    named(machine, "bond_mgmt").links = [Link(world.new_id(), "link_up")]


@fault("n.gateway", surroundings=True)
def _gateway(world: World, _machine: Machine) -> None:
    world.subnets[PXE_SUBNET].gateway_ip = None


@fault("n.subnet_free", surroundings=True)
def _subnet_free(world: World, _machine: Machine) -> None:
    for start, end in (("10.20.0.60", "10.20.23.255"), ("10.20.31.241", "10.20.31.254")):
        held = IpRange(world.new_id(), "reserved", start, end, PXE_SUBNET, "held back")
        world.ranges[held.id] = held


@fault("n.vip_reserved", surroundings=True)
def _vip_reserved(world: World, _machine: Machine) -> None:
    world.ranges = {key: held for key, held in world.ranges.items() if held.type != "reserved"}


@fault("n.cidr_overlap", surroundings=True)
def _cidr_overlap(world: World, _machine: Machine) -> None:
    number = world.new_id()
    world.subnets[number] = Subnet(number, "office", "192.168.10.0/24", DATA_VLAN)


@fault("n.dns", surroundings=True)
def _dns(world: World, _machine: Machine) -> None:
    world.domains[0].authoritative = False


@fault("n.sriov")
def _sriov(_world: World, machine: Machine) -> None:
    for found in machine.interfaces:
        found.sriov_max_vf, found.tags = 0, []


@fault("n.mac_dup")
def _mac_dup(world: World, machine: Machine) -> None:
    data_nics(machine)[1].mac_address = data_nics(another(world, machine))[1].mac_address


@fault("n.same_layout")
def _same_layout(world: World, machine: Machine) -> None:
    bridge = named(machine, "br0")
    number = world.new_id()
    world.vlans[number] = Vlan(number, 1, 40, "vm-40", mtu=9000, space=2)
    found = Interface(world.new_id(), "br0.40", "vlan", bridge.mac_address, number, [bridge.id])
    found.links, found.params = [Link(world.new_id(), "link_up")], {"mtu": 9000}
    machine.interfaces.append(found)


@fault("n.homog_names")
def _homog_names(_world: World, machine: Machine) -> None:
    data_nics(machine)[0].name = "ens3f1"
