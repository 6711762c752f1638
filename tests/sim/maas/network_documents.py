# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the region shows fabrics, VLANs, subnets and interfaces: each nested in the next, again and again."""

from __future__ import annotations

import ipaddress
import typing as t

from tests.sim.maas.model import Interface, IpRange, Link, Machine, Named, Object, StaticRoute, Subnet, Vlan

if t.TYPE_CHECKING:
    from tests.sim.maas.world import World

API = "/MAAS/api/2.0/"


def named(found: Named, path: str, key: str = "") -> Object:
    """A zone, pool or space: what they have in common."""
    uri = f"{API}{path}/{key or found.id}/"
    return {"name": found.name, "description": found.description, "id": found.id, "resource_uri": uri}


def vlan(world: World, found: Vlan) -> Object:
    relay = world.vlans.get(found.relay_vlan) if found.relay_vlan is not None else None
    return {
        "vid": found.vid, "mtu": found.mtu, "dhcp_on": found.dhcp_on, "external_dhcp": found.external_dhcp,
        "relay_vlan": vlan(world, relay) if relay else None, "secondary_rack": found.secondary_rack,
        "fabric_id": found.fabric, "space": space_name(world, found), "id": found.id,
        "fabric": world.fabrics[found.fabric].name, "name": found.name, "primary_rack": found.primary_rack,
        "resource_uri": f"{API}vlans/{found.id}/",
    }  # fmt: skip


def space_name(world: World, found: Vlan) -> str:
    return "undefined" if found.space is None else world.spaces[found.space].name


def subnet(world: World, found: Subnet) -> Object:
    inner = world.vlans[found.vlan]
    return {
        "name": found.name, "description": found.description, "vlan": vlan(world, inner), "cidr": found.cidr,
        "rdns_mode": found.rdns_mode, "gateway_ip": found.gateway_ip, "dns_servers": found.dns_servers,
        "allow_dns": found.allow_dns, "allow_proxy": found.allow_proxy, "active_discovery": found.active_discovery,
        "managed": found.managed, "disabled_boot_architectures": [], "space": space_name(world, inner),
        "id": found.id, "resource_uri": f"{API}subnets/{found.id}/",
    }  # fmt: skip


def fabric(world: World, found: Named) -> Object:
    vlans = [vlan(world, v) for v in world.vlans.values() if v.fabric == found.id]
    uri = f"{API}fabrics/{found.id}/"
    return {"class_type": None, "name": found.name, "vlans": vlans, "id": found.id, "resource_uri": uri}


def space(world: World, found: Named) -> Object:
    vlans = [v for v in world.vlans.values() if v.space == found.id]
    subnets = [subnet(world, s) for v in vlans for s in world.subnets_of(v.id)]
    return {**named(found, "spaces"), "vlans": [vlan(world, v) for v in vlans], "subnets": subnets}


def ip_range(world: World, found: IpRange) -> Object:
    return {
        "subnet": subnet(world, world.subnets[found.subnet]), "type": found.type, "start_ip": found.start_ip,
        "end_ip": found.end_ip, "user": found.user, "comment": found.comment, "id": found.id,
        "resource_uri": f"{API}ipranges/{found.id}/",
    }  # fmt: skip


def static_route(world: World, found: StaticRoute) -> Object:
    ends = {end: subnet(world, world.subnets[getattr(found, end)]) for end in ("source", "destination")}
    uri = f"{API}static-routes/{found.id}/"
    return {**ends, "gateway_ip": found.gateway_ip, "metric": found.metric, "id": found.id, "resource_uri": uri}


def statistics(world: World, found: Subnet) -> Object:
    """Addresses: taken ones are links, ranges and the gateway."""
    network = ipaddress.ip_network(found.cidr)
    total = network.num_addresses - 2
    taken = {int(ipaddress.ip_address(a)) for a in addresses_in(world, found)}
    for held in world.ranges.values():
        if held.subnet == found.id:
            low, high = (int(ipaddress.ip_address(end)) for end in (held.start_ip, held.end_ip))
            taken |= set(range(low, high + 1))
    if found.gateway_ip:
        taken.add(int(ipaddress.ip_address(found.gateway_ip)))
    free = total - len(taken)
    usage = len(taken) / total
    hosts = int(network.network_address)
    bounds = [hosts, *sorted(taken), hosts + total + 1]
    largest = max(after - before - 1 for before, after in zip(bounds, bounds[1:]))
    return {
        "num_available": free, "largest_available": largest, "num_unavailable": len(taken), "total_addresses": total,
        "usage": usage, "usage_string": f"{usage:.0%}", "available_string": f"{1 - usage:.0%}",
        "first_address": str(network[1]), "last_address": str(network[-2]), "ip_version": network.version,
    }  # fmt: skip


def addresses_in(world: World, found: Subnet) -> dict[str, tuple[Machine, Interface]]:
    network = ipaddress.ip_network(found.cidr)
    return {a: user for a, user in world.used_addresses().items() if ipaddress.ip_address(a) in network}


def interface(world: World, machine: Machine, found: Interface) -> Object:
    within = world.vlans.get(found.vlan) if found.vlan is not None else None
    names = {i.id: i.name for i in machine.interfaces}
    # Two kinds of empty: an enlisted machine shows a text until it is commissioned.
    nothing: Object | str = {} if machine.commissioned or machine.hardware_uuid is None else ""
    return {
        "children": sorted(child.name for child in machine.children(found)), "tags": found.tags,
        "mac_address": found.mac_address, "link_speed": found.link_speed if found.link_connected else 0,
        "vlan": vlan(world, within) if within else None, "product": found.product, "vendor": found.vendor,
        "id": found.id, "effective_mtu": effective_mtu(world, machine, found), "discovered": _discovered(world, found),
        "name": found.name, "numa_node": found.numa_node if found.type == "physical" else None,
        "link_connected": found.link_connected and found.type == "physical",
        "firmware_version": found.firmware_version, "links": [_link(world, link) for link in found.links],
        "interface_speed": found.interface_speed, "sriov_max_vf": found.sriov_max_vf, "type": found.type,
        "system_id": machine.system_id, "parents": sorted(names[parent] for parent in found.parents if parent in names),
        "enabled": found.enabled, "params": found.params or nothing,
        "resource_uri": f"{API}nodes/{machine.system_id}/interfaces/{found.id}/",
    }  # fmt: skip


def effective_mtu(world: World, machine: Machine, found: Interface) -> int:
    """Its own, else that of its VLAN, else 1500; raised to the largest of its children."""
    within = world.vlans.get(found.vlan) if found.vlan is not None else None
    own = int(found.params.get("mtu", within.mtu if within else 1500))
    if "mtu" in found.params:
        return own
    return max([own, *(effective_mtu(world, machine, child) for child in machine.children(found))])


def _discovered(world: World, found: Interface) -> list[Object] | None:
    if found.discovered is None:
        return None
    return [{"subnet": subnet(world, world.subnets[s]), "ip_address": address} for s, address in found.discovered]


def _link(world: World, link: Link) -> Object:
    document: Object = {"id": link.id, "mode": link.mode}
    if link.ip_address:
        document["ip_address"] = link.ip_address
    if link.subnet is not None:
        document["subnet"] = subnet(world, world.subnets[link.subnet])
    return document
