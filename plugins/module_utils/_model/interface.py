# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network interfaces of a machine as MAAS knows them, and how they stand on each other. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import (
    Tree,
    flag,
    positive,
    text,
    texts,
    tree,
    trees,
    whole,
)
from ansible_collections.vmo.core.plugins.module_utils._model.network import Subnet, Vlan

LOGICAL = ("bond", "bridge", "vlan")


@dataclass(frozen=True)
class Link:
    """An address, or the promise of one. ``mode`` is auto, dhcp, static or link_up."""

    id: int | None
    mode: str
    address: str | None
    subnet: Subnet | None

    @classmethod
    def of(cls, raw: Tree) -> Link:
        """Read a link; ``link_up`` has neither address nor, always, a subnet."""
        subnet = tree(raw, "subnet")
        mode = (text(raw, "mode") or "").lower()
        return cls(whole(raw, "id"), mode, text(raw, "ip_address"), Subnet.of(subnet) if subnet else None)


@dataclass(frozen=True)
class Interface:
    """An interface; speeds are Mbit/s, ``None`` where MAAS does not know.

    ``parents`` and ``children`` are names. ``connected`` is what the last commissioning saw, and is known of physical
    interfaces only: MAAS calls every logical one disconnected.
    """

    name: str
    kind: str
    mac: str | None = None
    enabled: bool = True
    parents: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    vlan: Vlan | None = None
    links: tuple[Link, ...] = ()
    params: t.Mapping[str, t.Any] | None = None
    mtu: int | None = None
    connected: bool | None = None
    link_speed: int | None = None
    interface_speed: int | None = None
    numa_node: int | None = None
    sriov_max_vf: int | None = None
    vendor: str | None = None
    product: str | None = None
    tags: tuple[str, ...] = ()
    vlan_known: bool = False

    @classmethod
    def of(cls, raw: Tree) -> Interface:
        """Read an interface; whatever is absent is unknown."""
        kind = text(raw, "type") or "unknown"
        vlan = tree(raw, "vlan")
        return cls(
            name=text(raw, "name") or "?",
            kind=kind,
            mac=(text(raw, "mac_address") or "").lower() or None,
            enabled=flag(raw, "enabled") is not False,
            parents=texts(raw.get("parents")),
            children=texts(raw.get("children")),
            vlan=Vlan.of(vlan) if vlan else None,
            links=tuple(Link.of(link) for link in trees(raw.get("links"))),
            params=tree(raw, "params"),
            mtu=positive(raw, "effective_mtu"),
            connected=None if kind in LOGICAL else flag(raw, "link_connected"),
            link_speed=None if kind in LOGICAL else positive(raw, "link_speed"),
            interface_speed=None if kind in LOGICAL else positive(raw, "interface_speed"),
            numa_node=whole(raw, "numa_node"),
            sriov_max_vf=whole(raw, "sriov_max_vf"),
            vendor=text(raw, "vendor"),
            product=text(raw, "product"),
            tags=texts(raw.get("tags")),
            vlan_known="vlan" in raw,
        )

    @property
    def is_physical(self) -> bool:
        """Tell whether it is hardware."""
        return self.kind == "physical"

    def param(self, name: str) -> t.Any:
        """Return a parameter of a bond or bridge, ``None`` if it is not set."""
        return (self.params or {}).get(name)


@dataclass(frozen=True)
class Layout:
    """The interfaces of one machine by name."""

    interfaces: tuple[Interface, ...] = ()

    def named(self, name: str) -> Interface | None:
        """Return the interface of that name."""
        return next((item for item in self.interfaces if item.name == name), None)

    def of_kind(self, kind: str) -> tuple[Interface, ...]:
        """Return the interfaces of a kind, disabled ones left out."""
        return tuple(item for item in self.interfaces if item.kind == kind and item.enabled)

    def parents(self, interface: Interface) -> tuple[Interface, ...]:
        """Return what an interface stands on directly, as far as it is listed."""
        found = (self.named(name) for name in interface.parents)
        return tuple(item for item in found if item is not None)

    def beneath(self, interface: Interface) -> tuple[Interface, ...]:
        """Return everything an interface stands on, itself first; a circle ends the way."""
        found: list[Interface] = []
        todo = [interface]
        while todo:
            item = todo.pop(0)
            if item.name not in {seen.name for seen in found}:
                found.append(item)
                todo.extend(self.parents(item))
        return tuple(found)

    def hardware(self, interface: Interface) -> tuple[Interface, ...]:
        """Return the physical interfaces at the bottom of an interface."""
        return tuple(item for item in self.beneath(interface) if item.is_physical)

    def in_use(self) -> tuple[Interface, ...]:
        """Return the interfaces that carry addresses: enabled, with a link other than a mere link_up."""
        return tuple(
            item for item in self.interfaces if item.enabled and any(link.mode != "link_up" for link in item.links)
        )

    def hardware_in_use(self, *also: Interface | None) -> tuple[Interface, ...]:
        """Return the physical interfaces beneath bonds, bridges and addresses, and those given."""
        tops = [*self.of_kind("bond"), *self.of_kind("bridge"), *self.in_use(), *(item for item in also if item)]
        found = {item.name: item for top in tops for item in self.hardware(top)}
        return tuple(found.values())
