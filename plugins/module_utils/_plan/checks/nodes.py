# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Kubernetes node is which machine. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree, text, tree, trees

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine

_QUANTITY = re.compile(r"(\d+)(Ki|Mi|Gi|Ti|m)?")
_MEBIBYTES = {None: 1 / 1024**2, "Ki": 1 / 1024, "Mi": 1.0, "Gi": 1024.0, "Ti": 1024.0**2}


@dataclass(frozen=True)
class Node:
    """A Kubernetes Node, as far as it is compared. ``memory`` is MiB."""

    name: str
    provider_id: str | None = None
    labels: t.Mapping[str, str] = field(default_factory=dict)
    annotations: t.Mapping[str, str] = field(default_factory=dict)
    hostnames: frozenset[str] = frozenset()
    addresses: tuple[str, ...] = ()
    uuid: str | None = None
    ready: bool | None = None
    cordoned: bool = False
    cpus: int | None = None
    memory: float | None = None
    kvm: int | None = None
    has_allocatable: bool = False
    os_image: str | None = None
    kernel: str | None = None

    @classmethod
    def of(cls, raw: Tree) -> Node:
        """Read a Node object."""
        metadata, spec, status = tree(raw, "metadata"), tree(raw, "spec"), tree(raw, "status")
        labels = {key: str(value) for key, value in tree(metadata, "labels").items()}
        name = text(metadata, "name") or "?"
        found = [(text(item, "type"), text(item, "address")) for item in trees(status.get("addresses"))]
        names = [name, labels.get("kubernetes.io/hostname"), *(one for kind, one in found if kind == "Hostname")]
        allocatable, capacity, info = tree(status, "allocatable"), tree(status, "capacity"), tree(status, "nodeInfo")
        return cls(
            name=name,
            provider_id=text(spec, "providerID"),
            labels=labels,
            annotations={key: str(value) for key, value in tree(metadata, "annotations").items()},
            hostnames=frozenset(one.lower() for one in names if one),
            addresses=tuple(one for kind, one in found if kind == "InternalIP" and one),
            uuid=(text(info, "systemUUID") or "").lower() or None,
            ready=_ready(status),
            cordoned=spec.get("unschedulable") is True,
            cpus=_whole(capacity.get("cpu")),
            memory=_mebibytes(capacity.get("memory")),
            kvm=_whole(allocatable.get("devices.kubevirt.io/kvm")),
            has_allocatable=bool(allocatable),
            os_image=text(info, "osImage"),
            kernel=text(info, "kernelVersion"),
        )

    @property
    def is_control_plane(self) -> bool:
        """Tell whether it carries the label of the control plane."""
        return "node-role.kubernetes.io/control-plane" in self.labels

    @property
    def system_id(self) -> str | None:
        """Return the machine that the providerID names: its last part, with or without a zone before it."""
        provider = self.provider_id or ""
        return provider.rstrip("/").rsplit("/", 1)[-1] if provider.startswith("maas:") else None

    @property
    def provider_zone(self) -> str | None:
        """Return the zone that the providerID names."""
        parts = [part for part in (self.provider_id or "").split("/")[1:] if part]
        return parts[0] if len(parts) > 1 else None


def _ready(status: Tree) -> bool | None:
    for condition in trees(status.get("conditions")):
        if condition.get("type") == "Ready":
            return condition.get("status") == "True"
    return None


def _whole(value: t.Any) -> int | None:
    found = re.fullmatch(r"\d+", str(value)) if value is not None else None
    return int(found.group()) if found else None


def _mebibytes(value: t.Any) -> float | None:
    found = _QUANTITY.fullmatch(str(value)) if value is not None else None
    return int(found[1]) * _MEBIBYTES[found[2]] if found and found[2] in _MEBIBYTES else None


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
