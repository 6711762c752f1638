# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VLANs, subnets and address ranges as MAAS knows them. Private to vmo.core."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import (
    Tree,
    flag,
    positive,
    text,
    texts,
    tree,
    whole,
)

Network = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
Address = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]


def network(value: str | None) -> Network | None:
    """Return a CIDR as a value, ``None`` if it is none."""
    try:
        return ipaddress.ip_network(value, strict=False) if value else None
    except ValueError:
        return None


def address(value: str | None) -> Address | None:
    """Return an IP address as a value, ``None`` if it is none."""
    try:
        return ipaddress.ip_address(value) if value else None
    except ValueError:
        return None


def overlap(one: Network, other: Network) -> bool:
    """Tell whether two networks have an address in common."""
    return one.version == other.version and one.overlaps(other)


@dataclass(frozen=True)
class Vlan:
    """A VLAN of a fabric. Racks are system_ids; ``racks_known`` is false where the server does not tell them."""

    id: int | None
    vid: int | None
    name: str
    fabric: str
    mtu: int | None
    dhcp_on: bool | None
    external_dhcp: str | None
    relay_vlan: bool
    primary_rack: str | None
    secondary_rack: str | None
    racks_known: bool
    space: str | None

    @classmethod
    def of(cls, raw: Tree) -> Vlan:
        """Read a VLAN, be it listed or nested in another answer."""
        space = text(raw, "space")
        return cls(
            id=whole(raw, "id"),
            vid=whole(raw, "vid"),
            name=text(raw, "name") or "",
            fabric=text(raw, "fabric") or str(raw.get("fabric_id") or ""),
            mtu=positive(raw, "mtu"),
            dhcp_on=flag(raw, "dhcp_on"),
            external_dhcp=text(raw, "external_dhcp"),
            relay_vlan=bool(raw.get("relay_vlan")),
            primary_rack=text(raw, "primary_rack"),
            secondary_rack=text(raw, "secondary_rack"),
            racks_known="primary_rack" in raw,
            space=None if space == "undefined" else space,
        )

    @property
    def label(self) -> str:
        """Return fabric and number, as people say it."""
        return f"{self.fabric}:{'?' if self.vid is None else self.vid}"


@dataclass(frozen=True)
class Subnet:
    """A subnet; ``cidr`` stays text for messages, ``network`` is its value. ``vlan`` is the id of its VLAN."""

    id: int | None
    name: str
    cidr: str
    gateway: str | None
    dns_servers: tuple[str, ...]
    managed: bool | None
    allow_dns: bool | None
    vlan: int | None
    fabric: str

    @classmethod
    def of(cls, raw: Tree) -> Subnet:
        """Read a subnet, be it listed or nested in a link."""
        vlan = tree(raw, "vlan")
        servers = raw.get("dns_servers")
        return cls(
            id=whole(raw, "id"),
            name=text(raw, "name") or "",
            cidr=text(raw, "cidr") or "",
            gateway=text(raw, "gateway_ip"),
            dns_servers=tuple(servers.split()) if isinstance(servers, str) else texts(servers),
            managed=flag(raw, "managed"),
            allow_dns=flag(raw, "allow_dns"),
            vlan=whole(vlan, "id"),
            fabric=text(vlan, "fabric") or "",
        )

    @property
    def network(self) -> Network | None:
        """Return the addresses as a value."""
        return network(self.cidr)

    @property
    def label(self) -> str:
        """Return name and CIDR once each."""
        return self.cidr if self.name in ("", self.cidr) else f"{self.name} ({self.cidr})"


@dataclass(frozen=True)
class Range:
    """Addresses from ``start`` to ``end``, both included; ``kind`` is dynamic or reserved."""

    kind: str
    start: Address | None
    end: Address | None
    subnet: int | None
    comment: str | None

    @classmethod
    def of(cls, raw: Tree) -> Range:
        """Read an item of ``ipranges/``."""
        start, end = address(text(raw, "start_ip")), address(text(raw, "end_ip"))
        subnet = whole(tree(raw, "subnet"), "id")
        return cls(text(raw, "type") or "", start, end, subnet, text(raw, "comment"))

    @property
    def size(self) -> int | None:
        """Return the number of addresses."""
        return None if self.start is None or self.end is None else int(self.end) - int(self.start) + 1

    def holds(self, one: Address) -> bool:
        """Tell whether an address lies in the range."""
        if self.start is None or self.end is None or self.start.version != one.version:
            return False
        return int(self.start) <= int(one) <= int(self.end)
