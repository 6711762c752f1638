# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.7, second part: bonds, bridges, VLANs and links of each machine. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from functools import partial

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    FAIL,
    INTERFACE,
    MACHINE,
    WARN,
    Check,
    Finding,
    fail,
    nothing,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.interface import LOGICAL
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.cards import NOT_TOLD
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import odd_ones
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.interface import Interface
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
LEAST_MEMBERS = 2
LONGEST_NAME = 15
LONGEST_DELAY = 15
NEEDS_A_SWITCH_TO_MATCH = "balance-rr"
WITH_ADDRESS = ("auto", "static", "dhcp")
# enp65s0f1np1 is the second port of the card enp65s0
_PORT = re.compile(r"f\d+(np\d+)?$")


def _bond(machine: Machine, ground: Ground) -> Findings:
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
    bridge = machine.layout.named(ground.role.bridge or "")
    data = machine.layout.beneath(bridge) if bridge else ()
    for bond in machine.layout.of_kind("bond"):
        yield from _bond_mode(bond, ground, carries_data=bond in data or bridge is None)
        yield from _bond_members(bond, machine)


def _bond_mode(bond: Interface, ground: Ground, *, carries_data: bool) -> Findings:
    mode, allowed = bond.param("bond_mode"), ground.role.bond_modes
    if not mode:
        yield unknown(f"MAAS does not tell the mode of {bond.name}.", part=bond.name)
    elif allowed and carries_data and mode not in allowed:
        said = f"{bond.name} is of mode {mode}; {', '.join(allowed)} will do."
        yield fail(said, lack=f"a bond mode such as {allowed[-1]}", part=bond.name, mode=mode)
    elif mode == NEEDS_A_SWITCH_TO_MATCH:
        yield warn(f"{bond.name} is of mode {mode}, which MAAS takes where nobody chose one.", part=bond.name)
    if bond.param("bond_miimon") == 0:
        yield warn(f"{bond.name} does not watch its links (bond_miimon 0).", part=bond.name)


def _bond_members(bond: Interface, machine: Machine) -> Findings:
    if len(bond.parents) < LEAST_MEMBERS:
        said = f"{bond.name} has {len(bond.parents)} member{'' if len(bond.parents) == 1 else 's'}."
        yield fail(said, lack=f"a second member of {bond.name}", part=bond.name)
    speeds = {card.link_speed for card in machine.layout.parents(bond) if card.link_speed}
    if len(speeds) > 1:
        yield warn(f"The members of {bond.name} differ in speed.", part=bond.name, mbit=sorted(speeds))


def _bond_cards(machine: Machine, _ground: Ground) -> Findings:
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
    for bond in machine.layout.of_kind("bond"):
        names = [card.name for card in machine.layout.parents(bond) if card.is_physical]
        slots = {_PORT.sub("", name) for name in names}
        if len(names) < LEAST_MEMBERS:
            continue
        if all(re.fullmatch(r"eth\d+", name) for name in names):
            yield unknown(f"The names of the members of {bond.name} do not tell their cards.", part=bond.name)
        elif len(slots) == 1:
            yield warn(f"All members of {bond.name} are ports of one card ({several(names)}).", part=bond.name)


def _bridge(machine: Machine, ground: Ground) -> Findings:
    wanted = ground.role.bridge
    if wanted is None:
        yield skip("No bridge is wanted.")
        return
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
        return
    bridge = machine.layout.named(wanted)
    if bridge is None or bridge.kind != "bridge" or not bridge.enabled:
        yield fail(f"has no bridge {wanted}.", lack=wanted)
    elif not machine.layout.hardware(bridge):
        yield fail(f"The bridge {wanted} stands on no network card.", lack=f"a bond under {wanted}", part=wanted)
    elif ground.role.bond_modes and not any(item.kind == "bond" for item in machine.layout.beneath(bridge)):
        yield warn(f"The bridge {wanted} stands on no bond: one cable carries it.", part=wanted)


def _bridge_type(machine: Machine, _ground: Ground) -> Findings:
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
    for bridge in machine.layout.of_kind("bridge"):
        kind, delay = bridge.param("bridge_type"), bridge.param("bridge_fd")
        if not kind:
            yield unknown(f"MAAS does not tell the type of {bridge.name}.", part=bridge.name)
        elif kind != "standard":
            yield warn(f"{bridge.name} is of type {kind}, not a Linux bridge.", part=bridge.name, type=kind)
        if bridge.param("bridge_stp") is True:
            yield warn(f"{bridge.name} takes part in the spanning tree.", part=bridge.name)
        if isinstance(delay, (int, float)) and delay > LONGEST_DELAY:
            yield warn(f"{bridge.name} forwards only after {delay} s.", part=bridge.name, seconds=delay)


def _vlans_on(machine: Machine, parent: Interface) -> dict[int, str]:
    """Return the VLAN interfaces that stand on an interface, by number."""
    return {
        item.vlan.vid: item.name
        for item in machine.layout.of_kind("vlan")
        if parent.name in item.parents and item.vlan is not None and item.vlan.vid is not None
    }


def _vlan_exclusive(machine: Machine, _ground: Ground) -> Findings:
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
    for bridge in machine.layout.of_kind("bridge"):
        above = _vlans_on(machine, bridge)
        for lower in machine.layout.beneath(bridge)[1:]:
            below = _vlans_on(machine, lower)
            for vid in sorted(set(above) & set(below)):
                said = f"The VLAN {vid} is on {bridge.name} ({above[vid]}) and on {lower.name} ({below[vid]})."
                yield fail(said, lack=f"VLAN {vid} on one interface only", part=below[vid], vid=vid)


def _dup_links(machine: Machine, _ground: Ground) -> Findings:
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
    for item in machine.layout.interfaces:
        counts = Counter(link.subnet.label for link in item.links if link.subnet is not None)
        for label, number in counts.items():
            if number > 1:
                yield warn(f"{item.name} has {number} links to {label}.", part=item.name, subnet=label)


def _parent_of_vlans(machine: Machine, ground: Ground) -> str:
    bonds = machine.layout.of_kind("bond")
    return ground.role.bridge or (bonds[0].name if bonds else "")


def _name_len(machine: Machine, ground: Ground) -> Findings:
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
    for item in machine.layout.interfaces:
        if len(item.name) > LONGEST_NAME:
            yield fail(f"The name {item.name} is longer than {LONGEST_NAME} characters.", part=item.name)
    parent = _parent_of_vlans(machine, ground)
    present = {item.vlan.vid for item in machine.layout.of_kind("vlan") if item.vlan is not None}
    for vid in ground.role.vlans:
        planned = f"{parent}.{vid}"
        if vid not in present and len(planned) > LONGEST_NAME:
            said = f"The VLAN {vid} on {parent} would be called {planned}, longer than {LONGEST_NAME} characters."
            yield fail(said, lack=f"a short name for VLAN {vid}", part=parent)


def _vlans(machine: Machine, ground: Ground) -> Findings:
    if not ground.role.vlans:
        yield skip("No VLANs are wanted.")
        return
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
        return
    bridge = machine.layout.named(ground.role.bridge or "")
    for vid in ground.role.vlans:
        carriers = [item for item in machine.layout.interfaces if _carries(item, vid)]
        if not carriers:
            yield fail(f"has no interface on the VLAN {vid}.", lack=f"VLAN {vid}", vid=vid)
        elif bridge is not None and not any(bridge in machine.layout.beneath(item) for item in carriers):
            said = f"The VLAN {vid} is on {carriers[0].name}, not on {bridge.name}."
            yield fail(said, lack=f"VLAN {vid} on {bridge.name}", part=carriers[0].name, vid=vid)


def _carries(item: Interface, vid: int) -> bool:
    return item.enabled and item.kind in LOGICAL and item.vlan is not None and item.vlan.vid == vid


def _mtu(machine: Machine, ground: Ground) -> Findings:
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
    for item in machine.layout.interfaces:
        if item.kind not in LOGICAL or item.mtu is None:
            continue
        for parent in machine.layout.parents(item):
            if parent.mtu is not None and item.mtu > parent.mtu:
                said = f"{item.name} has an MTU of {item.mtu}, {parent.name} beneath it {parent.mtu}."
                yield fail(said, lack=f"an MTU of {item.mtu} on {parent.name}", part=item.name)
        vlan = ground.fleet.vlan(item.vlan)
        if vlan is not None and vlan.mtu is not None and item.mtu < vlan.mtu:
            yield warn(f"{item.name} has an MTU of {item.mtu}, its VLAN {vlan.mtu}.", part=item.name)


def _mtus(ground: Ground) -> Findings:
    for team in ground.teams:
        names = {item.name for machine in team.members for item in machine.layout.interfaces if item.kind in LOGICAL}
        for name in sorted(names):
            for machine, mtu, usual in odd_ones(team.members, partial(_mtu_of, name)):
                said = f"{name} has an MTU of {mtu}, on most others {usual}."
                yield warn(said, subject=machine.name, part=name)


def _mtu_of(name: str, machine: Machine) -> int | None:
    found = machine.layout.named(name)
    return found.mtu if found else None


def _links(machine: Machine, _ground: Ground) -> Findings:
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
        return
    modes = {link.mode for item in machine.layout.interfaces if item.enabled for link in item.links}
    if not modes & set(WITH_ADDRESS):
        yield fail("No interface gets an address: a deployment is refused.", lack="a link with an address")
    elif {"auto", "dhcp"} <= modes:
        yield warn("Some interfaces get their address from MAAS, others by DHCP.", modes=sorted(modes))


def _gateway(machine: Machine, _ground: Ground) -> Findings:
    if not machine.tells("default_gateways"):
        yield unknown("MAAS does not tell the default gateway.")
        return
    links = [link for item in machine.layout.in_use() for link in item.links if link.mode in WITH_ADDRESS]
    if not links:
        # without an address there is no gateway: that is the question of n.links
        yield skip("No interface gets an address.")
        return
    routed = {link.subnet.label for link in links if link.subnet is not None and link.subnet.gateway}
    if machine.gateway is None:
        if all(link.mode == "dhcp" for link in links):
            yield unknown("The default gateway comes by DHCP.")
        else:
            yield fail("has no default gateway.", lack="a default gateway")
    elif machine.gateway_link is None and len(routed) > 1:
        said = f"{len(routed)} of its subnets have gateways and none is chosen: {several(sorted(routed))}."
        yield warn(said, gateway=machine.gateway)


def _fingerprints(ground: Ground) -> Findings:
    for team in ground.teams:
        for machine, found, usual in odd_ones(team.members, _fingerprint):
            less = [name for name, *_more in usual if name not in {one[0] for one in found}]
            more = [name for name, *_more in found if name not in {one[0] for one in usual}]
            differ = sorted({one[0] for one in set(found) ^ set(usual)} - {*less, *more})
            said = [
                f"{what} {several(names)}"
                for what, names in (("without", less), ("with", more), ("with another", differ))
                if names
            ]
            yield warn(f"is laid out otherwise than most: {', '.join(said)}.", subject=machine.name)


def _fingerprint(machine: Machine) -> tuple[tuple[str, str, tuple[str, ...], int], ...] | None:
    """Return name, kind, parents and VLAN of each logical interface; of network cards only how many there are."""
    cards = {item.name for item in machine.layout.interfaces if item.is_physical}
    found = [
        (
            item.name,
            item.kind,
            tuple(sorted("card" if parent in cards else parent for parent in item.parents)),
            -1 if item.vlan is None or item.vlan.vid is None else item.vlan.vid,
        )
        for item in machine.layout.interfaces
        if item.kind in LOGICAL
    ]
    return tuple(sorted(found)) if machine.layout.interfaces else None


CHECKS = (
    Check(
        "n.bond",
        INTERFACE,
        "Bonds have two members at least, a suitable mode, and watch their links",
        FAIL,
        ("interface_set.parents", "interface_set.params", "interface_set.link_speed"),
        "Make the bond again with bond_mode (802.3ad where the switch does LACP, active-backup elsewhere).",
        _bond,
    ),
    Check(
        "n.bond_cards",
        INTERFACE,
        "The members of a bond are on different cards",
        WARN,
        ("interface_set.parents", "interface_set.name"),
        "Bond ports of two cards, cabled to two switches.",
        _bond_cards,
    ),
    Check(
        "n.bridge",
        MACHINE,
        "It has the bridge of its role, on a bond",
        FAIL,
        ("interface_set",),
        "Create the bridge on the data bond (create_bridge).",
        _bridge,
    ),
    Check(
        "n.bridge_type",
        INTERFACE,
        "Bridges are Linux bridges without spanning tree",
        WARN,
        ("interface_set.params",),
        "Set bridge_type standard, bridge_stp false, bridge_fd 0 to 15.",
        _bridge_type,
    ),
    Check(
        "n.vlan_exclusive",
        INTERFACE,
        "No VLAN is both on a bridge and beneath it",
        FAIL,
        ("interface_set.parents", "interface_set.vlan.vid"),
        "Remove the lower one: the bridge takes the frames from it.",
        _vlan_exclusive,
    ),
    Check(
        "n.dup_links",
        INTERFACE,
        "No interface has two links to one subnet",
        WARN,
        ("interface_set.links",),
        "Remove one of them (unlink_subnet).",
        _dup_links,
    ),
    Check(
        "n.name_len",
        INTERFACE,
        "The names of interfaces fit into 15 characters",
        FAIL,
        ("interface_set.name",),
        "Choose a shorter name for the bond, or name the VLAN interface.",
        _name_len,
    ),
    Check(
        "n.vlans",
        MACHINE,
        "It has the VLANs of its role, on the right interface",
        FAIL,
        ("interface_set.vlan.vid", "interface_set.parents"),
        "Create them on the bridge (create_vlan).",
        _vlans,
    ),
    Check(
        "n.mtu",
        INTERFACE,
        "MTUs fit along the way, to the VLAN, and to the other machines",
        FAIL,
        ("interface_set.effective_mtu", "vlan.mtu"),
        "Set the MTU from the bottom up, cards first; an overlay network needs 50 bytes more.",
        _mtu,
        _mtus,
    ),
    Check(
        "n.links",
        MACHINE,
        "It gets an address, and all of them in one way",
        FAIL,
        ("interface_set.links",),
        "Link an interface to a subnet (link_subnet).",
        _links,
    ),
    Check(
        "n.gateway",
        MACHINE,
        "It has one default gateway",
        FAIL,
        ("default_gateways", "interface_set.links"),
        "Choose it (set_default_gateway), or give the subnet a gateway.",
        _gateway,
    ),
    Check(
        "n.same_layout",
        MACHINE,
        "Its bonds, bridges and VLANs are those of the other machines of its role",
        WARN,
        ("interface_set",),
        "Bring it to the layout of the others (clone copies it).",
        nothing,
        _fingerprints,
        ("n.bridge", "n.vlans", "n.vlan_exclusive", "n.pxe_untagged", "n.bond"),
    ),
)
