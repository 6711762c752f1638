# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses for a fleet, counted on from a first one. Private to vmo.core."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.overlay import overlay

Tree = dict[str, t.Any]
Address = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Interface = t.Union[ipaddress.IPv4Interface, ipaddress.IPv6Interface]
_OPTION = "addresses"
DEFAULT_INTERFACE = "enp1s0"


def fill_down(first: Interface, given: t.Sequence[Interface | None], taken: t.Collection[Address]) -> list[Interface]:
    """Return the address of each VM: its own where it is ``given``, else the next one that is not in ``taken``.

    Raises ``InvalidOption`` where the network ends, or where the next address is one that no guest may have.
    """
    network = first.network
    number = int(first.ip)
    found: list[Interface] = []
    for own in given:
        if own is not None:
            found.append(own)
            continue
        while _ip(number, first) in taken:
            number += 1
        ip = _ip(number, first)
        missing = sum(each is None for each in given[len(found) :])
        if ip not in network:
            raise _refusal(f"{network} ends before all VMs have an address; {missing} more would be needed")
        _require_usable(ip, network, missing)
        found.append(_interface(ip, network.prefixlen))
        number += 1
    return found


def _require_usable(ip: Address, network: t.Any, missing: int) -> None:
    reserved = None
    # in a network of one or two addresses, as between two routers, all of them are for hosts
    if network.num_addresses > 2:
        if ip == network.network_address:
            reserved = "stands for the network itself"
        elif ip.version == 4 and ip == network.broadcast_address:
            reserved = "is the broadcast address"
    if reserved is not None:
        raise _refusal(f"{ip} of {network} {reserved}, and {missing} more would be needed")


def _ip(number: int, like: Interface) -> Address:
    highest = (1 << like.max_prefixlen) - 1
    if number > highest:
        raise _refusal(f"{like.network} ends before all VMs have an address")
    return type(like.ip)(number)


def _interface(ip: Address, prefix: int) -> Interface:
    return ipaddress.ip_interface(f"{ip}/{prefix}")


def assign(settings: t.Mapping[str, t.Any], own: t.Sequence[t.Any]) -> list[Interface | None]:
    """Return the address of each VM, ``None`` for one that gets none.

    ``own`` are the addresses that VMs name themselves; ``settings`` is the option ``addresses``.
    """
    first = None if settings.get("first") is None else _parsed(settings["first"], f"{_OPTION}.first")
    if first is not None and "/" not in str(settings["first"]):
        raise _refusal(f"first: {first.ip} has no prefix length; write it as {first.ip}/24, for example")
    given = [None if address is None else _with_prefix(_parsed(address, "address"), address, first) for address in own]
    if first is None:
        return given
    taken = {_parsed(address, f"{_OPTION}.exclude").ip for address in settings.get("exclude") or ()}
    found = fill_down(first, given, taken)
    gateway = settings.get("gateway")
    if gateway is not None:
        _keep_apart(_parsed(gateway, f"{_OPTION}.gateway").ip, found)
    return list(found)


def _keep_apart(gateway: Address, found: t.Iterable[Interface]) -> None:
    if any(interface.ip == gateway for interface in found):
        raise _refusal(f"a VM would get {gateway}, which is the gateway; name it in addresses.exclude to pass over it")


def _with_prefix(address: Interface, said: t.Any, first: Interface | None) -> Interface:
    if "/" in str(said):
        return address
    if first is None:
        raise InvalidOption(
            f"address: {said} has no prefix length; write it as {said}/24, for example.", option="address"
        )
    if address.ip not in first.network:
        raise InvalidOption(f"address: {said} is not in {first.network}, the network of addresses.", option="address")
    return _interface(address.ip, first.network.prefixlen)


def _parsed(said: t.Any, option: str) -> Interface:
    try:
        return ipaddress.ip_interface(str(said).strip())
    except ValueError:
        raise InvalidOption(f"{option}: {said!r} is no IP address.", option=option.partition(".")[0]) from None


def _refusal(sentence: str) -> InvalidOption:
    return InvalidOption(f"{_OPTION}: {sentence}.", option=_OPTION)


def with_address(options: Tree, address: Interface, settings: t.Mapping[str, t.Any]) -> Tree:
    """Return the options of a VM whose guest gets an address by cloud-init (netplan, version 2)."""
    there = (options.get("cloud_init") or {}).get("network_data")
    if there is not None and not isinstance(there, dict):
        raise InvalidOption(
            "cloud_init.network_data is a text, so no address can be added to it; write it as a mapping.",
            option="cloud_init",
        )
    interface: Tree = {"addresses": [str(address)]}
    if settings.get("gateway"):
        interface["routes"] = [{"to": "default" if address.version == 4 else "::/0", "via": settings["gateway"]}]
    names = {"addresses": settings.get("nameservers"), "search": settings.get("search")}
    if any(names.values()):
        interface["nameservers"] = {word: list(value) for word, value in names.items() if value}
    card = settings.get("interface") or DEFAULT_INTERFACE
    wish = {"cloud_init": {"network_data": {"version": 2, "ethernets": {card: interface}}}}
    return overlay(options, wish)
