# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.7, third part: VLANs, subnets, addresses and names around the machines. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    FAIL,
    NETWORK,
    Check,
    Finding,
    fail,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text, tree, trees, whole
from ansible_collections.vmo.core.plugins.module_utils._model.network import Range, Subnet, address, network, overlap
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.network import Network
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
# what Palette takes for pods where nobody says otherwise
DEFAULT_PODS = "192.168.0.0/16"
# one address for the API, one for a machine that replaces another
BESIDE_NODES = 2
MORE_THAN_ONE_RACK = 2
RESERVED_BY_USER = ("User reserved", 4)


def _dhcp_range(ground: Ground) -> Findings:
    for vlan, machines in ground.pxe_vlans():
        if not vlan.dhcp_on:
            continue
        subnets = ground.fleet.subnets_of(vlan)
        if subnets is None or ground.fleet.ranges is None:
            missing = "subnets" if subnets is None else "ipranges"
            yield unknown(ground.fleet.why_unknown(missing), subject=vlan.label)
            continue
        ids = {subnet.id for subnet in subnets}
        sizes = [one.size or 0 for one in ground.fleet.ranges if one.kind == "dynamic" and one.subnet in ids]
        if not sizes:
            yield fail("The boot VLAN has no dynamic range: DHCP has nothing to give.", subject=vlan.label)
        elif sum(sizes) < len(machines):
            said = f"The dynamic ranges hold {sum(sizes)} addresses, {len(machines)} machines boot here."
            yield warn(said, subject=vlan.label, addresses=sum(sizes))


def _external_dhcp(ground: Ground) -> Findings:
    for vlan, _machines in ground.pxe_vlans():
        if vlan.external_dhcp and vlan.dhcp_on:
            yield fail(f"{vlan.external_dhcp} serves DHCP here as well as MAAS.", subject=vlan.label)


def _racks(ground: Ground) -> Findings:
    for vlan, _machines in ground.pxe_vlans():
        if not vlan.dhcp_on:
            continue
        if not vlan.racks_known:
            yield unknown("MAAS does not tell the racks of the VLAN.", subject=vlan.label)
        elif vlan.primary_rack is None:
            yield fail("DHCP is on, but no rack controller serves the VLAN.", subject=vlan.label)
        elif vlan.secondary_rack is None and len(ground.fleet.racks or ()) >= MORE_THAN_ONE_RACK:
            yield warn("No second rack controller stands by for the VLAN.", subject=vlan.label)


def used_subnets(ground: Ground) -> list[Subnet]:
    """Return the subnets that are named, or else those that candidates get addresses of MAAS from."""
    listed = ground.fleet.subnets or ()
    if ground.demands.networks:
        wanted = set(ground.demands.networks)
        return [subnet for subnet in listed if wanted & {subnet.name, subnet.cidr, str(subnet.id)}]
    linked = {
        link.subnet.id
        for machine in ground.candidates
        for item in machine.layout.interfaces
        for link in item.links
        if link.subnet is not None and link.mode in ("auto", "static")
    }
    return [subnet for subnet in listed if subnet.id in linked]


def _subnet_free(ground: Ground) -> Findings:
    if ground.fleet.subnets is None:
        yield unknown(ground.fleet.why_unknown("subnets"))
        return
    names = {name for subnet in ground.fleet.subnets for name in (subnet.name, subnet.cidr, str(subnet.id))}
    for name in ground.demands.networks:
        if name not in names:
            yield fail("MAAS has no such subnet.", subject=name)
    for subnet in used_subnets(ground):
        free = whole(mapping(ground.fleet.about("statistics", subnet.id)), "num_available")
        if free is None:
            why = ground.fleet.why_unknown("statistics", str(subnet.id))
            yield unknown(why, subject=subnet.label)
            continue
        needed = _needed(ground, subnet)
        if free < needed:
            said = f"{free} addresses are free, {needed} are needed (machines, API, one to replace another, VIPs)."
            yield fail(said, subject=subnet.label, free=free, needed=needed)
        elif free < max(needed, ground.demands.thresholds.free_addresses):
            yield warn(f"Only {free} addresses are free.", subject=subnet.label, free=free)


def _needed(ground: Ground, subnet: Subnet) -> int:
    """Return how many addresses the cluster is still to take from a subnet."""
    vips = 0
    for start, end in _vips(ground):
        if start is not None and subnet.network is not None and start in subnet.network:
            vips += int(end) - int(start) + 1 if end is not None else 1
    if not ground.before:
        return BESIDE_NODES + vips
    machines = sum(team.role.count if team.role.count is not None else len(team.assigned) for team in ground.teams)
    return machines + BESIDE_NODES + vips


def _vips(ground: Ground) -> list[tuple[t.Any, t.Any]]:
    """Return first and last address of each VIP or range; ``None`` where a text is none."""
    found = []
    for vip in ground.demands.vips:
        start, _dash, end = vip.partition("-")
        found.append((address(start.strip()), address((end or start).strip())))
    return found


def _vip_reserved(ground: Ground) -> Findings:
    if not ground.demands.vips:
        yield skip("No VIPs are named.")
        return
    if ground.fleet.subnets is None or ground.fleet.ranges is None:
        yield unknown(ground.fleet.why_unknown("subnets" if ground.fleet.subnets is None else "ipranges"))
        return
    for vip, (start, end) in zip(ground.demands.vips, _vips(ground)):
        if start is None or end is None:
            yield fail("is no address and no range of addresses.", subject=vip)
            continue
        subnet = next((one for one in ground.fleet.subnets if one.network is not None and start in one.network), None)
        if subnet is None:
            yield unknown("No subnet of MAAS holds it.", subject=vip)
        else:
            yield from _vip_in(vip, (start, end), subnet, ground)


def _vip_in(vip: str, ends: tuple[t.Any, t.Any], subnet: Subnet, ground: Ground) -> Findings:
    ranges = [one for one in ground.fleet.ranges or () if one.subnet == subnet.id]
    reserved = any(_holds(one, ends) for one in ranges if one.kind == "reserved")
    if any(_touches(one, ends) for one in ranges if one.kind == "dynamic"):
        yield fail(f"lies in a dynamic range of {subnet.label}: DHCP may give it away.", subject=vip)
    elif subnet.managed is False:
        if reserved:
            yield fail(f"MAAS gives out the reserved ranges of the unmanaged subnet {subnet.label}.", subject=vip)
    elif not reserved:
        yield fail(f"is not reserved in {subnet.label}: MAAS may give it to a machine.", subject=vip)
    users = [
        text(found, "ip") or "?"
        for found in trees(ground.fleet.about("addresses", subnet.id))
        for one in [address(text(found, "ip"))]
        if one is not None and ends[0] <= one <= ends[1] and not _is_reservation(found)
    ]
    if users:
        yield fail(f"is in use: {several(users)}.", subject=vip, addresses=users)


def _is_reservation(found: t.Mapping[str, t.Any]) -> bool:
    return found.get("alloc_type_name") in RESERVED_BY_USER or found.get("alloc_type") in RESERVED_BY_USER


def _holds(one: Range, ends: tuple[t.Any, t.Any]) -> bool:
    return one.holds(ends[0]) and one.holds(ends[1])


def _touches(one: Range, ends: tuple[t.Any, t.Any]) -> bool:
    if one.start is None or one.end is None or one.start.version != ends[0].version:
        return False
    return bool(one.start <= ends[1] and ends[0] <= one.end)


def _cidr_overlap(ground: Ground) -> Findings:
    wanted = _cluster_networks(ground)
    if not wanted:
        yield skip("No networks of pods and services are named.")
        return
    if ground.fleet.subnets is None:
        yield unknown(ground.fleet.why_unknown("subnets"))
    others = [(f"the subnet {subnet.label}", subnet.network) for subnet in ground.fleet.subnets or ()]
    for route in ground.fleet.routes or ():
        cidr = text(tree(route, "destination"), "cidr")
        others.append((f"the static route to {cidr}", network(cidr)))
    for number, (name, cidr) in enumerate(wanted):
        found = network(cidr)
        if found is None:
            yield fail("is no CIDR.", subject=f"{name} {cidr}")
            continue
        same: list[tuple[str, Network | None]] = [(f"{other} {one}", network(one)) for other, one in wanted[:number]]
        clashes = [label for label, one in (*others, *same) if one is not None and overlap(found, one)]
        if clashes:
            yield fail(f"overlaps with {several(clashes)}.", subject=f"{name} {cidr}", overlaps=clashes)


def _cluster_networks(ground: Ground) -> list[tuple[str, str]]:
    pods = ground.demands.pods
    if pods is None and (ground.demands.preset or "").startswith("palette"):
        pods = DEFAULT_PODS
    return [(name, cidr) for name, cidr in (("pods", pods), ("services", ground.demands.services)) if cidr]


def _dns(ground: Ground) -> Findings:
    domain = ground.demands.domain
    if domain is not None:
        if ground.fleet.domains is None:
            yield unknown(ground.fleet.why_unknown("domains"), subject=domain)
        elif domain not in ground.fleet.domains:
            yield fail("MAAS has no such domain.", subject=domain, domains=sorted(ground.fleet.domains))
        elif ground.fleet.domains[domain] is False:
            yield warn("MAAS is not authoritative for the domain: its records are made elsewhere.", subject=domain)
    for subnet in used_subnets(ground):
        if not subnet.dns_servers and subnet.allow_dns is False:
            yield warn("The subnet has no DNS server, and MAAS answers nothing here.", subject=subnet.label)
    resolved = tree(ground.fleet.answers, "resolved")
    dead = [str(name) for name, addresses in resolved.items() if not addresses]
    if dead:
        yield warn(
            f"Names do not resolve from here: {several(sorted(dead))}.", subject=domain or "", names=sorted(dead)
        )


CHECKS = (
    Check(
        "n.dhcp_range",
        NETWORK,
        "Boot VLANs have a dynamic range that is big enough",
        FAIL,
        ("ipranges", "subnets.vlan"),
        "Add an ipranges item of type dynamic to a subnet of the VLAN.",
        _dhcp_range,
    ),
    Check(
        "n.external_dhcp",
        NETWORK,
        "Only one server gives addresses on a boot VLAN",
        FAIL,
        ("vlan.external_dhcp", "vlan.dhcp_on"),
        "Turn one of the DHCP servers off.",
        _external_dhcp,
    ),
    Check(
        "n.racks",
        NETWORK,
        "Rack controllers serve the boot VLANs",
        FAIL,
        ("vlan.primary_rack", "vlan.secondary_rack", "rackcontrollers"),
        "Set primary_rack, and secondary_rack where there is a second one.",
        _racks,
    ),
    Check(
        "n.subnet_free",
        NETWORK,
        "The subnets have addresses for all machines and more",
        FAIL,
        ("subnets op=statistics",),
        "Enlarge the subnet, or free addresses.",
        _subnet_free,
    ),
    Check(
        "n.vip_reserved",
        NETWORK,
        "VIPs and pools of load balancers are reserved and free",
        FAIL,
        ("ipranges", "subnets op=ip_addresses"),
        "Add an ipranges item of type reserved that holds them.",
        _vip_reserved,
    ),
    Check(
        "n.cidr_overlap",
        NETWORK,
        "The networks of pods and services overlap with nothing",
        FAIL,
        ("subnets.cidr", "static-routes"),
        "Choose other networks for the cluster, such as 100.64.0.0/18 and 100.64.64.0/18.",
        _cidr_overlap,
    ),
    Check(
        "n.dns",
        NETWORK,
        "The domain is in MAAS, and machines can ask for names",
        FAIL,
        ("domains", "subnets.dns_servers", "subnets.allow_dns"),
        "Create the domain and delegate it in the DNS of the company; give the subnet DNS servers.",
        _dns,
    ),
)
