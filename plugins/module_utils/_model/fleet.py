# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What MAAS answered, as one value that decisions are made from. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.image import Image
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import (
    Tree,
    flag,
    mapping,
    text,
    tree,
    trees,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lshw import Processors
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._model.network import Range, Subnet, Vlan

ANSWERS: t.Mapping[str, str] = {
    "url": "Text: the address that was asked, without credentials.",
    "clock-skew": "Number: seconds by which the server's clock (header Date) is ahead of this one.",
    "version": "GET version/",
    "whoami": "GET users/?op=whoami",
    "machines": "GET machines/: the machines that are to be judged.",
    "zones": "GET zones/",
    "resourcepools": "GET resourcepools/",
    "tags": "GET tags/",
    "domains": "GET domains/",
    "dnsresources": "GET dnsresources/",
    "subnets": "GET subnets/",
    "fabrics": "GET fabrics/, VLANs included.",
    "vlans": "A list of VLANs; those of the fabrics where it is left out.",
    "spaces": "GET spaces/",
    "ipranges": "GET ipranges/",
    "static-routes": "GET static-routes/",
    "rackcontrollers": "GET rackcontrollers/",
    "regioncontrollers": "GET regioncontrollers/",
    "notifications": "GET notifications/",
    "boot-resources": "GET boot-resources/; an item may carry the ``sets`` of GET boot-resources/{id}/.",
    "importing": "Boolean: GET boot-resources/?op=is_importing",
    "config": "Mapping of name to value: GET maas/?op=get_config of each of CONFIG.",
    "statistics": "Mapping of subnet id to GET subnets/{id}/?op=statistics",
    "addresses": "Mapping of subnet id to GET subnets/{id}/?op=ip_addresses",
    "events": "List of the events of GET events/?op=query&level=ERROR, newest first.",
    "results": "Mapping of system_id to GET nodes/{id}/results/, without output.",
    "lshw": "Mapping of system_id to the decoded output (XML text) of the commissioning script maas-lshw.",
    "resources": "Mapping of system_id to the decoded output (JSON value) of 50-maas-01-commissioning.",
    "devices": "Mapping of system_id to GET nodes/{id}/devices/",
    "power-addresses": "Mapping of system_id to power_address alone, from op=power_parameters.",
    "power-states": "Mapping of system_id to {state} of op=query_power_state, or {error: sentence}.",
    "allocations": "Mapping of role to {system_id} of a dry run of op=allocate, or {error: sentence}.",
    "resolved": "Mapping of host name to the list of addresses that it resolves to where the task runs.",
}
# what is asked of op=get_config
CONFIG = (
    "ntp_servers",
    "upstream_dns",
    "commissioning_distro_series",
    "kernel_opts",
    "enable_disk_erasing_on_release",
    "disk_erase_with_quick_erase",
)


@dataclass(frozen=True)
class Controller:
    """A rack or region controller; ``services`` maps a name to (status, what the service says)."""

    system_id: str
    name: str
    version: str | None
    services: t.Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, raw: Tree) -> Controller:
        """Read an item of ``rackcontrollers/`` or ``regioncontrollers/``."""
        services = {
            text(item, "name") or "?": (str(item.get("status", "")).lower(), text(item, "status_info") or "")
            for item in trees(raw.get("service_set"))
        }
        identity = text(raw, "system_id") or "?"
        return cls(identity, text(raw, "hostname") or identity, text(raw, "version"), services)


@dataclass(frozen=True)
class Fleet:
    """The machines and what is around them.

    ``gaps`` maps the name of an answer that could not be had to the reason, a sentence; the name may end in
    ``:system_id`` where it is about one machine. An answer that was neither given nor missed was not asked for.
    Tuples are ``None`` where the answer is not there: nothing may be concluded from that.
    """

    answers: t.Mapping[str, t.Any] = field(default_factory=dict)
    gaps: t.Mapping[str, str] = field(default_factory=dict)
    machines: tuple[Machine, ...] = ()
    version: tuple[int, int, int] | None = None
    username: str | None = None
    is_admin: bool | None = None
    zones: tuple[str, ...] | None = None
    pools: tuple[str, ...] | None = None
    kernel_options: t.Mapping[str, str] | None = None
    domains: t.Mapping[str, bool | None] | None = None
    subnets: tuple[Subnet, ...] | None = None
    vlans: t.Mapping[int, Vlan] | None = None
    ranges: tuple[Range, ...] | None = None
    routes: tuple[Tree, ...] | None = None
    racks: tuple[Controller, ...] | None = None
    regions: tuple[Controller, ...] | None = None
    notifications: tuple[Tree, ...] | None = None
    images: tuple[Image, ...] | None = None
    processors: t.Mapping[str, Processors] = field(default_factory=dict)

    @classmethod
    def of(cls, answers: t.Mapping[str, t.Any], gaps: t.Mapping[str, str] | None = None) -> Fleet:
        """Make the value from the answers whose names ``ANSWERS`` explains; any of them may be missing or odd."""
        who = mapping(answers.get("whoami"))
        return cls(
            answers=dict(answers),
            gaps=dict(gaps or {}),
            machines=_each(answers, "machines", Machine.of) or (),
            version=parse_version(text(mapping(answers.get("version")), "version")),
            username=text(who, "username"),
            is_admin=flag(who, "is_superuser"),
            zones=_names(answers, "zones"),
            pools=_names(answers, "resourcepools"),
            kernel_options=_kernel_options(answers),
            domains=_domains(answers),
            subnets=_each(answers, "subnets", Subnet.of),
            vlans=_vlans(answers),
            ranges=_each(answers, "ipranges", Range.of),
            routes=_each(answers, "static-routes", dict),
            racks=_each(answers, "rackcontrollers", Controller.of),
            regions=_each(answers, "regioncontrollers", Controller.of),
            notifications=_each(answers, "notifications", dict),
            images=_each(answers, "boot-resources", Image.of),
            processors=_processors(answers),
        )

    def about(self, name: str, key: str | int | None) -> t.Any:
        """Return the part of an answer that is about one machine, subnet or role, ``None`` if there is none."""
        found: t.Mapping[t.Any, t.Any] = mapping(self.answers.get(name))
        return found.get(key, found.get(str(key)))

    def config(self, name: str) -> t.Any:
        """Return a setting of MAAS, ``None`` where it is not known."""
        return mapping(self.answers.get("config")).get(name)

    def why_unknown(self, name: str, key: str | None = None) -> str:
        """Return a sentence on why an answer is not there."""
        reason = self.gaps.get(f"{name}:{key}") or self.gaps.get(name)
        return reason or f"MAAS was not asked for it, or told nothing ({name})."

    def vlan(self, vlan: Vlan | None) -> Vlan | None:
        """Return a VLAN as it is listed; as it is nested where the list has none of that id."""
        if vlan is None or vlan.id is None:
            return vlan
        return (self.vlans or {}).get(vlan.id, vlan)

    def subnets_of(self, vlan: Vlan) -> tuple[Subnet, ...] | None:
        """Return the subnets of a VLAN, ``None`` where they are not known."""
        if self.subnets is None or vlan.id is None:
            return None
        return tuple(subnet for subnet in self.subnets if subnet.vlan == vlan.id)


def parse_version(version: str | None) -> tuple[int, int, int] | None:
    """Return the numbers of a version; suffixes such as ``~alpha1`` and ``-16`` do not count."""
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version or "")
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


Item = t.TypeVar("Item")


def _each(answers: t.Mapping[str, t.Any], name: str, read: t.Callable[[Tree], Item]) -> tuple[Item, ...] | None:
    found = answers.get(name)
    return tuple(read(item) for item in trees(found)) if isinstance(found, (list, tuple)) else None


def _names(answers: t.Mapping[str, t.Any], name: str) -> tuple[str, ...] | None:
    return _each(answers, name, lambda item: text(item, "name") or "?")


def _kernel_options(answers: t.Mapping[str, t.Any]) -> dict[str, str] | None:
    found = answers.get("tags")
    if not isinstance(found, (list, tuple)):
        return None
    return {text(tag, "name") or "?": text(tag, "kernel_opts") or "" for tag in trees(found)}


def _domains(answers: t.Mapping[str, t.Any]) -> dict[str, bool | None] | None:
    found = answers.get("domains")
    if not isinstance(found, (list, tuple)):
        return None
    return {text(domain, "name") or "?": flag(domain, "authoritative") for domain in trees(found)}


def _vlans(answers: t.Mapping[str, t.Any]) -> dict[int, Vlan] | None:
    listed = answers.get("vlans")
    if not isinstance(listed, (list, tuple)):
        if not isinstance(answers.get("fabrics"), (list, tuple)):
            return None
        listed = [vlan for fabric in trees(answers["fabrics"]) for vlan in trees(fabric.get("vlans"))]
    found = (Vlan.of(vlan) for vlan in trees(listed))
    return {vlan.id: vlan for vlan in found if vlan.id is not None}


def _processors(answers: t.Mapping[str, t.Any]) -> dict[str, Processors]:
    found = {
        str(system_id): Processors.of_lshw(output)
        for system_id, output in mapping(answers.get("lshw")).items()
        if isinstance(output, str)
    }
    for system_id, resources in mapping(answers.get("resources")).items():
        cores = _cores(mapping(resources))
        if cores:
            known = found.get(str(system_id), Processors())
            found[str(system_id)] = Processors(known.capabilities, cores, known.known)
    return found


def _cores(resources: Tree) -> int | None:
    sockets = trees(tree(resources, "cpu").get("sockets"))
    return sum(len(trees(socket.get("cores"))) for socket in sockets) or None
