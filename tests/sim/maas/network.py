# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fabrics, VLANs, subnets, ranges, routes and spaces."""

from __future__ import annotations

import ipaddress
import typing as t

from tests.sim.maas import network_documents as documents
from tests.sim.maas.model import IpRange, Object, StaticRoute, Subnet, Vlan
from tests.sim.maas.wire import ROUTES, Call, Form, invalid, missing, refuse

if t.TYPE_CHECKING:
    from tests.sim.maas.world import World

_T = t.TypeVar("_T")
_CHOICE = "Select a valid choice. That choice is not one of the available choices."


def _get(known: t.Mapping[int, _T], key: str, kind: str) -> _T:
    found = known.get(int(key)) if key.isdigit() else None
    if found is None:
        raise missing(kind)
    return found


def _chosen(known: t.Mapping[int, object], form: Form, field: str) -> int | None:
    value = form.get(field)
    if not value:
        return None
    if not value.isdigit() or int(value) not in known:
        raise invalid({field: _CHOICE})
    return int(value)


def _readable(path: str, attribute: str, show: t.Callable[[World, t.Any], Object], kind: str = "") -> None:
    """Register the list of a kind of things and, where the kind is named, each by its id."""

    def list_all(call: Call) -> list[Object]:
        return [show(call.world, found) for found in getattr(call.world, attribute).values()]

    def read(call: Call, key: str) -> Object:
        return show(call.world, _get(getattr(call.world, attribute), key, kind))

    ROUTES.on(f"GET {path}/")(list_all)
    if kind:
        ROUTES.on(f"GET {path}/{{key}}/")(read)


_readable("fabrics", "fabrics", documents.fabric, "Fabric")
_readable("spaces", "spaces", documents.space, "Space")
_readable("subnets", "subnets", documents.subnet)
_readable("ipranges", "ranges", documents.ip_range)
_readable("static-routes", "routes", documents.static_route)


@ROUTES.on("GET fabrics/{key}/vlans/")
def list_vlans(call: Call, key: str) -> list[Object]:
    fabric = _get(call.world.fabrics, key, "Fabric")
    return [documents.vlan(call.world, vlan) for vlan in call.world.vlans.values() if vlan.fabric == fabric.id]


@ROUTES.on("POST fabrics/{key}/vlans/", admin=True)
def create_vlan(call: Call, key: str) -> Object:
    world, fabric = call.world, _get(call.world.fabrics, key, "Fabric")
    vid = call.data.number("vid")
    if vid is None:
        raise invalid({"vid": "This field is required."})
    if not 0 <= vid < 4095:
        raise invalid({"vid": "VID must be between 0 and 4094."})
    if any(vlan.fabric == fabric.id and vlan.vid == vid for vlan in world.vlans.values()):
        raise invalid({"__all__": "A VLAN with the specified VID already exists in the destination fabric."})
    found = Vlan(world.new_id(), fabric.id, vid, call.data.get("name") or str(vid))
    world.vlans[found.id] = found
    return _change_vlan(call, found)


def _by_vid(call: Call, key: str, vid: str) -> Vlan:
    fabric = _get(call.world.fabrics, key, "Fabric")
    vlans = {vlan.vid: vlan for vlan in call.world.vlans.values() if vlan.fabric == fabric.id}
    return _get(vlans, vid, "VLAN")


@ROUTES.on("GET fabrics/{key}/vlans/{vid}/")
def read_vlan_by_vid(call: Call, key: str, vid: str) -> Object:
    return documents.vlan(call.world, _by_vid(call, key, vid))


@ROUTES.on("PUT fabrics/{key}/vlans/{vid}/", admin=True)
def update_vlan_by_vid(call: Call, key: str, vid: str) -> Object:
    return _change_vlan(call, _by_vid(call, key, vid))


@ROUTES.on("GET vlans/{key}/")
def read_vlan(call: Call, key: str) -> Object:
    """There is no list of all VLANs but in their fabrics."""
    return documents.vlan(call.world, _get(call.world.vlans, key, "VLAN"))


@ROUTES.on("PUT vlans/{key}/", admin=True)
def update_vlan(call: Call, key: str) -> Object:
    return _change_vlan(call, _get(call.world.vlans, key, "VLAN"))


def _change_vlan(call: Call, vlan: Vlan) -> Object:
    """Fields that are left out keep their value."""
    world, form = call.world, call.data
    mtu = form.number("mtu", vlan.mtu) or vlan.mtu
    if not 552 <= mtu <= 65535:
        raise invalid({"mtu": "MTU must be between 552 and 65535."})
    racks = {rack.system_id for rack in world.racks}
    chosen = {}
    for name in ("primary_rack", "secondary_rack"):
        chosen[name] = (form.get(name) or None) if name in form else getattr(vlan, name)
        if chosen[name] is not None and chosen[name] not in racks:
            raise invalid({name: _CHOICE})
    if chosen["primary_rack"] and chosen["primary_rack"] == chosen["secondary_rack"]:
        raise invalid({"__all__": "The primary and secondary rack must be different."})
    dhcp_on = form.true("dhcp_on") if "dhcp_on" in form else vlan.dhcp_on
    ranges = {r.subnet for r in world.ranges.values() if r.type == "dynamic"}
    if dhcp_on and not any(subnet.id in ranges for subnet in world.subnets_of(vlan.id)):
        raise invalid({"dhcp_on": "dhcp can only be turned on when a dynamic IP range is defined."})
    if dhcp_on and not chosen["primary_rack"]:
        raise invalid({"__all__": "dhcp can only be turned on when a primary rack controller is set."})
    relay = _chosen(world.vlans, form, "relay_vlan") if "relay_vlan" in form else vlan.relay_vlan
    if relay is not None and dhcp_on:
        raise invalid({"relay_vlan": "'relay_vlan' cannot be set when dhcp is on."})
    vlan.space = _chosen(world.spaces, form, "space") if "space" in form else vlan.space
    vlan.name, vlan.mtu, vlan.dhcp_on, vlan.relay_vlan = form.get("name") or vlan.name, mtu, dhcp_on, relay
    vlan.primary_rack, vlan.secondary_rack = chosen["primary_rack"], chosen["secondary_rack"]
    return documents.vlan(world, vlan)


def _subnet(call: Call, key: str) -> Subnet:
    wanted = key.removeprefix("cidr:").removeprefix("name:")
    every = call.world.subnets.values()
    found = next((s for s in every if wanted in (str(s.id), s.name, s.cidr)), None)
    if found is None:
        raise missing("Subnet")
    return found


@ROUTES.on("GET subnets/{key}/")
def read_subnet(call: Call, key: str) -> Object:
    return documents.subnet(call.world, _subnet(call, key))


@ROUTES.on("POST subnets/", admin=True)
def create_subnet(call: Call) -> Object:
    cidr, world = call.data.get("cidr"), call.world
    vlan = _chosen(world.vlans, call.data, "vlan")
    try:
        network = ipaddress.ip_network(cidr)
    except ValueError:
        raise invalid({"cidr": f"Enter a valid IP network: {cidr}" if cidr else "This field is required."}) from None
    if any(ipaddress.ip_network(s.cidr) == network for s in world.subnets.values()):
        raise invalid({"cidr": "Subnet with this Cidr already exists."})
    found = Subnet(
        world.new_id(), call.data.get("name") or cidr, cidr, next(iter(world.vlans)) if vlan is None else vlan
    )
    world.subnets[found.id] = found
    return _change_subnet(call, found)


@ROUTES.on("PUT subnets/{key}/", admin=True)
def update_subnet(call: Call, key: str) -> Object:
    return _change_subnet(call, _subnet(call, key))


def _change_subnet(call: Call, found: Subnet) -> Object:
    form = call.data
    gateway = form.get("gateway_ip") or None
    if gateway and ipaddress.ip_address(gateway) not in ipaddress.ip_network(found.cidr):
        raise invalid({"gateway_ip": "Gateway IP must be within CIDR range."})
    found.gateway_ip = gateway if "gateway_ip" in form else found.gateway_ip
    found.name = form.get("name") or found.name
    found.dns_servers = form.split("dns_servers") if "dns_servers" in form else found.dns_servers
    for name in ("managed", "allow_dns", "allow_proxy", "active_discovery"):
        if name in form:
            setattr(found, name, form.true(name))
    found.vlan = _chosen(call.world.vlans, form, "vlan") or found.vlan
    return documents.subnet(call.world, found)


@ROUTES.on("GET subnets/{key}/ statistics")
def statistics(call: Call, key: str) -> Object:
    return documents.statistics(call.world, _subnet(call, key))


@ROUTES.on("GET subnets/{key}/ ip_addresses")
def ip_addresses(call: Call, key: str) -> list[Object]:
    found = documents.addresses_in(call.world, _subnet(call, key))
    shown = []
    for address in sorted(found, key=lambda text: int(ipaddress.ip_address(text))):
        machine, interface = found[address]
        fqdn = f"{machine.hostname}.{call.world.domains[machine.domain].name}"
        node = {"system_id": machine.system_id, "node_type": 0, "fqdn": fqdn, "hostname": machine.hostname}
        summary = {**node, "is_container": False, "via": interface.name}
        shown.append({"ip": address, "alloc_type": 1, "user": machine.owner, "node_summary": summary})
    return shown


@ROUTES.on("GET subnets/{key}/ reserved_ip_ranges")
def reserved_ip_ranges(call: Call, key: str) -> list[Object]:
    subnet = _subnet(call, key)
    held = [found for found in call.world.ranges.values() if found.subnet == subnet.id]
    spans = [(r.start_ip, r.end_ip, [r.type]) for r in held]
    spans += [(a, a, ["assigned-ip"]) for a in documents.addresses_in(call.world, subnet)]
    if subnet.gateway_ip:
        spans.append((subnet.gateway_ip, subnet.gateway_ip, ["gateway-ip"]))
    numbers = [(int(ipaddress.ip_address(start)), start, end, purpose) for start, end, purpose in sorted(spans)]
    return [
        {"start": start, "end": end, "purpose": purpose, "num_addresses": int(ipaddress.ip_address(end)) - low + 1}
        for low, start, end, purpose in sorted(numbers)
    ]


@ROUTES.on("POST ipranges/", admin=True)
def create_range(call: Call) -> Object:
    form, world = call.data, call.world
    start, end = form.get("start_ip"), form.get("end_ip")
    subnet = world.subnets.get(_chosen(world.subnets, form, "subnet") or -1)
    try:
        low, high = int(ipaddress.ip_address(start)), int(ipaddress.ip_address(end))
    except ValueError:
        raise invalid({"__all__": "Start IP address and end IP address are both required."}) from None
    inside = [s for s in world.subnets.values() if ipaddress.ip_address(start) in ipaddress.ip_network(s.cidr)]
    subnet = subnet or (inside[0] if inside else None)
    if subnet is None or subnet not in inside:
        cidr = subnet.cidr if subnet else "none"
        raise invalid({"start_ip": f"Start IP address must be within subnet: {cidr}."})
    if high < low:
        raise invalid({"end_ip": "End IP address must not be less than Start IP address."})
    kind = form.get("type")
    if kind not in ("dynamic", "reserved"):
        raise invalid({"type": f"Value '{kind}' is not a valid choice." if kind else "This field is required."})
    for held in world.ranges.values():
        ends = [int(ipaddress.ip_address(found)) for found in (held.start_ip, held.end_ip)]
        if held.subnet == subnet.id and low <= ends[1] and high >= ends[0]:
            other = "range" if kind == "reserved" else "IP address or range"
            text = f"Requested {kind} range conflicts with an existing {other}."
            raise invalid({"__all__": text})
    found = IpRange(world.new_id(), kind, start, end, subnet.id, form.get("comment"), call.user.username)
    world.ranges[found.id] = found
    return documents.ip_range(world, found)


@ROUTES.on("DELETE ipranges/{key}/", admin=True)
def delete_range(call: Call, key: str) -> None:
    del call.world.ranges[_get(call.world.ranges, key, "IPRange").id]


@ROUTES.on("POST static-routes/", admin=True)
def create_route(call: Call) -> Object:
    world = call.world
    ends = {end: _chosen(world.subnets, call.data, end) for end in ("source", "destination")}
    lacking = {end: "This field is required." for end, found in ends.items() if found is None}
    if lacking or ends["source"] is None or ends["destination"] is None:
        raise invalid(lacking)
    gateway = call.data.get("gateway_ip")
    if ipaddress.ip_address(gateway) not in ipaddress.ip_network(world.subnets[ends["source"]].cidr):
        raise invalid({"gateway_ip": "Enter an IP address within the source subnet."})
    found = StaticRoute(
        world.new_id(), ends["source"], ends["destination"], gateway, call.data.number("metric", 0) or 0
    )
    world.routes[found.id] = found
    return documents.static_route(world, found)


@ROUTES.on("GET reservedips/")
def list_reserved_ips(call: Call) -> list[Object]:
    if call.world.release < (3, 6):
        raise refuse(404, "Unknown API endpoint: /MAAS/api/2.0/reservedips/.")
    return []
