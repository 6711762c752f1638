# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.7, first part: the network cards of each machine, and how it boots. Private to vmo.core."""

from __future__ import annotations

import typing as t

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
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import odd_ones, pxe_vlan
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.interface import Interface
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
NOT_TOLD = "MAAS does not tell the interfaces."


def gbit(speed: int) -> str:
    """Return Mbit/s in words."""
    return f"{speed / 1000:g} Gbit/s" if speed >= 1000 else f"{speed} Mbit/s"


def data_cards(machine: Machine, ground: Ground) -> tuple[Interface, ...]:
    """Return the physical interfaces that carry data: beneath the bridge, else beneath bonds, else all in use."""
    layout = machine.layout
    bridge = layout.named(ground.role.bridge) if ground.role.bridge else None
    if bridge is not None and layout.hardware(bridge):
        return layout.hardware(bridge)
    bonded = {card.name: card for bond in layout.of_kind("bond") for card in layout.hardware(bond)}
    return tuple(bonded.values()) or layout.hardware_in_use(machine.boot_interface)


def _pxe(machine: Machine, ground: Ground) -> Findings:
    boot = machine.boot_interface
    if boot is None:
        if machine.tells("boot_interface"):
            yield fail("has no boot interface.", lack="a boot interface")
        else:
            yield unknown("MAAS does not tell the boot interface.")
        return
    vlan = ground.fleet.vlan(pxe_vlan(machine))
    if vlan is None:
        if boot.vlan_known:
            yield fail(f"Its boot interface {boot.name} is on no VLAN.", lack="a boot VLAN", part=boot.name)
        else:
            yield unknown("MAAS does not tell the VLAN of the boot interface.")
    elif vlan.dhcp_on is None:
        yield unknown(f"MAAS does not tell whether DHCP is on for {vlan.label}.")
    elif not (vlan.dhcp_on or vlan.relay_vlan or vlan.external_dhcp):
        yield fail(f"Its boot VLAN {vlan.label} has no DHCP.", lack="DHCP on its boot VLAN", vlan=vlan.label)


def _pxe_untagged(machine: Machine, _ground: Ground) -> Findings:
    boot, vlan = machine.boot_interface, pxe_vlan(machine)
    if boot is None or vlan is None or vlan.vid is None:
        yield unknown("MAAS does not tell the boot VLAN.")
    elif boot.kind == "vlan" or vlan.vid != 0:
        yield warn(f"boots on the VLAN {vlan.vid}: the switch port must carry it untagged.", vid=vlan.vid)


def _count(machine: Machine, ground: Ground) -> Findings:
    wanted = ground.role.nics
    if wanted is None:
        yield skip("No number of network cards is wanted.")
        return
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
        return
    found = len(machine.layout.of_kind("physical"))
    if found < wanted:
        yield fail(f"has {found} network interfaces, {wanted} are wanted.", lack=f"{wanted - found} network interfaces")


def _link(machine: Machine, _ground: Ground) -> Findings:
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
    for card in machine.layout.hardware_in_use(machine.boot_interface):
        if card.connected is None:
            yield unknown(f"MAAS does not tell the link of {card.name}.", part=card.name)
        elif not card.connected:
            yield fail(
                f"{card.name} had no link at the last commissioning.", lack=f"a link on {card.name}", part=card.name
            )


def _speed(machine: Machine, ground: Ground) -> Findings:
    wanted = ground.role.speed
    if wanted is None:
        yield skip("No speed is wanted.")
        return
    if not machine.layout.interfaces:
        yield unknown(NOT_TOLD)
    for card in data_cards(machine, ground):
        if card.connected is False:
            # without a link there is no speed: that is the question of n.link
            continue
        if card.link_speed is None:
            yield unknown(f"MAAS does not know the speed of {card.name}.", part=card.name)
        elif card.link_speed < wanted:
            lack = f"{gbit(wanted)} on {card.name}"
            said = f"{card.name} runs at {gbit(card.link_speed)}, {gbit(wanted)} are wanted."
            yield fail(said, lack=lack, part=card.name, mbit=card.link_speed)
        elif card.interface_speed and card.interface_speed > card.link_speed:
            said = f"{card.name} runs at {gbit(card.link_speed)} and could do {gbit(card.interface_speed)}."
            yield warn(said, part=card.name, mbit=card.link_speed)


def _sriov(machine: Machine, ground: Ground) -> Findings:
    if not ground.role.sriov:
        yield skip("No SR-IOV is wanted.")
        return
    cards = machine.layout.of_kind("physical")
    if not cards or all(card.sriov_max_vf is None for card in cards):
        yield unknown("MAAS does not tell whether a network card offers SR-IOV.")
    elif not any(card.sriov_max_vf for card in cards):
        yield fail("No network card offers SR-IOV.", lack="SR-IOV")


def _mac_dup(machine: Machine, ground: Ground) -> Findings:
    for card in machine.layout.interfaces:
        if not card.is_physical or card.mac is None:
            continue
        holders = ground.census.macs.get(card.mac, ())
        if len(holders) > 1:
            others = [name for name in holders if name != machine.name] or [machine.name]
            said = f"{card.name} has the MAC address {card.mac} of {several(sorted(set(others)))}."
            yield fail(said, lack="a MAC address of its own", part=card.name, mac=card.mac)


def _names(ground: Ground) -> Findings:
    for team in ground.teams:
        for machine, found, usual in odd_ones(team.members, _card_names):
            said = f"calls its network interfaces {several(found)}, most others {several(usual)}."
            yield warn(said, subject=machine.name)


def _card_names(machine: Machine) -> tuple[str, ...] | None:
    return tuple(sorted(card.name for card in machine.layout.of_kind("physical"))) or None


CHECKS = (
    Check(
        "n.pxe",
        MACHINE,
        "It can boot from the network",
        FAIL,
        ("boot_interface", "vlan.dhcp_on", "vlan.relay_vlan"),
        "Turn DHCP on for the VLAN (or relay it), or choose the right boot interface.",
        _pxe,
    ),
    Check(
        "n.pxe_untagged",
        MACHINE,
        "Its boot VLAN is untagged",
        WARN,
        ("boot_interface.type", "boot_interface.vlan.vid"),
        "Make it the native VLAN of the switch port.",
        _pxe_untagged,
    ),
    Check(
        "n.count",
        MACHINE,
        "It has the network interfaces of its role",
        FAIL,
        ("interface_set",),
        "Add cards, or enable them, then commission it again.",
        _count,
    ),
    Check(
        "n.link",
        INTERFACE,
        "Every card in use has a link",
        FAIL,
        ("interface_set.link_connected",),
        "Plug the cable in or enable the switch port, then commission it again.",
        _link,
    ),
    Check(
        "n.speed",
        INTERFACE,
        "Every card that carries data is fast enough",
        FAIL,
        ("interface_set.link_speed", "interface_set.interface_speed"),
        "Look at cable, transceiver and switch port, then commission it again.",
        _speed,
    ),
    Check(
        "n.sriov",
        MACHINE,
        "A network card offers SR-IOV, where it is wanted",
        FAIL,
        ("interface_set.sriov_max_vf",),
        "Turn SR-IOV on in the firmware, then commission it again.",
        _sriov,
    ),
    Check(
        "n.mac_dup",
        INTERFACE,
        "Its MAC addresses are its own",
        FAIL,
        ("interface_set.mac_address",),
        "Give one of the cards another address, or remove the stale machine.",
        _mac_dup,
    ),
    Check(
        "n.homog_names",
        MACHINE,
        "Its network interfaces are called as on the other machines",
        WARN,
        ("interface_set.name",),
        "Rename the interfaces in MAAS: bridges and attachments go by name.",
        nothing,
        _names,
        ("n.count",),
    ),
)
