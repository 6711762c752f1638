# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of an interface to subnets, and the default gateway."""

from __future__ import annotations

import ipaddress

from tests.sim.maas.interfaces import ONE, on_interface
from tests.sim.maas.model import Interface, Link, Machine, Subnet
from tests.sim.maas.network_documents import addresses_in
from tests.sim.maas.wire import BARE_TEXT, Call, invalid, refuse
from tests.sim.maas.world import World


@on_interface(f"POST {ONE} link_subnet", "link")
def link_subnet(call: Call, machine: Machine, found: Interface) -> None:
    """Not idempotent: the same call twice makes two links."""
    world = call.world
    bond = next((child for child in machine.children(found) if child.type == "bond"), None)
    if bond is not None:
        raise invalid({"bond": f"Cannot link interface({found.name}) when interface is in a bond({bond.name})."})
    mode = call.data.get("mode").lower()
    if mode not in ("auto", "dhcp", "static", "link_up"):
        text = "This field is required." if not mode else f"'{call.data.get('mode')}' is not a valid mode."
        raise invalid({"mode": text})
    subnet = _linked_subnet(call, found, mode)
    if mode == "link_up" and any(link.mode != "link_up" for link in found.links) and not call.post.true("force"):
        text = (
            "Cannot configure interface to link up (with no IP address) while other links are already configured. "
            "Specify force=True to override this behavior and delete all links."
        )
        raise invalid({"mode": text})
    address = _static_address(world, subnet, call.data.get("ip_address")) if mode == "static" and subnet else None
    kept = [link for link in found.links if link.mode != "link_up" and mode != "link_up"]
    link = Link(world.new_id(), mode, subnet.id if subnet else None, address)
    found.links = [link, *kept]
    if call.data.true("default_gateway") and subnet is not None:
        if not subnet.gateway_ip:
            text = (
                f"Cannot set as default gateway because subnet {_shown(subnet)} doesn't provide a gateway IP address."
            )
            raise invalid({"default_gateway": text})
        machine.default_gateway = (subnet.gateway_ip, link.id)


def _shown(subnet: Subnet) -> str:
    return f"{subnet.name}:{subnet.cidr}"


def _linked_subnet(call: Call, found: Interface, mode: str) -> Subnet | None:
    wanted = call.data.get("subnet").removeprefix("cidr:")
    every = call.world.subnets.values()
    subnet = next((s for s in every if wanted and wanted in (str(s.id), s.cidr, s.name)), None)
    anywhere = found.vlan is None or call.post.true("force")
    required = ["This field is required."] if mode in ("auto", "static") else []
    if wanted and (subnet is None or (subnet.vlan != found.vlan and not anywhere)):
        raise invalid({"subnet": [f"None found with id={wanted}.", *required]})
    if subnet is None and required:
        raise invalid({"subnet": required})
    if subnet is not None and anywhere:
        found.vlan = subnet.vlan
    return subnet


def _static_address(world: World, subnet: Subnet, wanted: str) -> str:
    if not wanted:
        found = world.free_address(subnet)
        if found is None:
            raise refuse(503, f"No more IPs available in subnet: {subnet.cidr}.")
        return found
    if ipaddress.ip_address(wanted) not in ipaddress.ip_network(subnet.cidr):
        raise invalid({"ip_address": f"IP address is not in the given subnet '{_shown(subnet)}'."})
    for held in world.ranges.values():
        low, high = ipaddress.ip_address(held.start_ip), ipaddress.ip_address(held.end_ip)
        inside = held.subnet == subnet.id and int(low) <= int(ipaddress.ip_address(wanted)) <= int(high)
        if inside and held.type == "dynamic":
            raise invalid({"ip_address": f"IP address is inside a dynamic range {low} to {high}."})
    if wanted in addresses_in(world, subnet):
        raise refuse(404, "IP address is already in use.", BARE_TEXT)
    return wanted


@on_interface(f"POST {ONE} unlink_subnet", "unlink subnet")
def unlink_subnet(call: Call, machine: Machine, found: Interface) -> None:
    wanted = call.data.get("id")
    gone = next((link for link in found.links if str(link.id) == wanted), None)
    if gone is None:
        choices = ", ".join(f"'{link.id}'" for link in found.links)
        raise invalid({"id": f"'{wanted}' is not a valid id.  It should be one of: {choices}."})
    _drop(call.world, machine, found, [gone])


def _drop(world: World, machine: Machine, found: Interface, links: list[Link]) -> None:
    """Remove links; an enabled interface on a VLAN that has none left is linked up."""
    if machine.default_gateway and machine.default_gateway[1] in {link.id for link in links}:
        machine.default_gateway = None
    found.links = [link for link in found.links if link not in links]
    is_member = any(child.type != "vlan" for child in machine.children(found))
    if not found.links and found.vlan is not None and not is_member:
        found.links = [Link(world.new_id(), "link_up")]


@on_interface(f"POST {ONE} disconnect", "disconnect")
def disconnect(call: Call, machine: Machine, found: Interface) -> None:
    found.vlan, gone = None, list(found.links)
    _drop(call.world, machine, found, gone)


@on_interface(f"POST {ONE} set_default_gateway", "set default gateway")
def set_default_gateway(call: Call, machine: Machine, found: Interface) -> None:
    subnets = call.world.subnets
    usable = [link for link in found.links if link.subnet is not None and subnets[link.subnet].gateway_ip]
    wanted = call.data.get("link_id")
    if not usable:
        raise invalid({"__all__": "This interface has no usable gateways."})
    chosen = next((link for link in usable if str(link.id) == wanted), None if wanted else usable[0])
    if chosen is None or chosen.subnet is None:
        choices = ", ".join(f"'{link.id}'" for link in usable)
        raise invalid({"link_id": f"'{wanted}' is not a valid link_id.  It should be one of: {choices}."})
    if not wanted and len({subnets[link.subnet].gateway_ip for link in usable if link.subnet is not None}) > 1:
        text = "This field is required; Interface has more than one usable IPv4 gateway."
        raise invalid({"link_id": text})
    machine.default_gateway = (str(subnets[chosen.subnet].gateway_ip), chosen.id)
