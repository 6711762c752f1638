# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Kubernetes node is which machine. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._model.node import Node


@dataclass(frozen=True)
class Match:
    """A node, its machine if there is one, and by which ``key`` it was found; ``ambiguous`` if several would do."""

    node: Node
    machine: Machine | None = None
    key: str = ""
    ambiguous: tuple[str, ...] = ()


def match(nodes: t.Iterable[Node], machines: t.Sequence[Machine]) -> tuple[Match, ...]:
    """Find the machine of each node: by providerID, name, UUID or address, the first of these that is unique."""
    return tuple(_match(node, machines) for node in nodes)


def _match(node: Node, machines: t.Sequence[Machine]) -> Match:
    ambiguous: tuple[str, ...] = ()
    for key, suits in _KEYS:
        found = [machine for machine in machines if suits(node, machine)]
        if len(found) == 1:
            return Match(node, found[0], key)
        if len(found) > 1:
            ambiguous = ambiguous or tuple(sorted(machine.name for machine in found))
    return Match(node, None, "", ambiguous)


def _by_provider(node: Node, machine: Machine) -> bool:
    return node.system_id is not None and node.system_id == machine.system_id


def by_name(node: Node, machine: Machine) -> bool:
    """Tell whether hostname or FQDN agree."""
    short = {name.split(".")[0] for name in node.hostnames}
    fqdn, hostname = (machine.fqdn or "").lower(), (machine.hostname or "").lower()
    return bool(node.hostnames & {fqdn, hostname} - {""}) or (bool(hostname) and hostname in short)


def _by_uuid(node: Node, machine: Machine) -> bool:
    return bool(node.uuid) and machine.hardware_uuid in (node.uuid, swapped(node.uuid))


def _by_address(node: Node, machine: Machine) -> bool:
    linked = {link.address for item in machine.layout.interfaces for link in item.links}
    return bool(set(node.addresses) & {*machine.addresses, *linked})


_KEYS: tuple[tuple[str, t.Callable[[Node, Machine], bool]], ...] = (
    ("providerID", _by_provider),
    ("name", by_name),
    ("systemUUID", _by_uuid),
    ("address", _by_address),
)


def swapped(uuid: str | None) -> str | None:
    """Return a UUID with the bytes of its first three groups the other way round, as some firmware tells it."""
    parts = (uuid or "").split("-")
    if [len(part) for part in parts] != [8, 4, 4, 4, 12]:
        return None
    turned = ["".join(reversed([part[at : at + 2] for at in range(0, len(part), 2)])) for part in parts[:3]]
    return "-".join([*turned, *parts[3:]])
