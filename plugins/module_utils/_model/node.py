# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes node, as far as checks look at it. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree, text, tree, trees
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity

MEBIBYTE = 1024**2
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
KVM = "devices.kubevirt.io/kvm"
REPELLING = ("NoSchedule", "NoExecute")
PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")


@dataclass(frozen=True)
class Node:
    """A Kubernetes Node. ``memory`` is MiB, ``repelled`` the keys of the taints that keep ordinary pods away.

    ``allocatable`` are quantities as Kubernetes writes them, by resource.
    """

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
    kubelet: str | None = None
    pressures: tuple[str, ...] = ()
    repelled: tuple[str, ...] = ()
    allocatable: t.Mapping[str, t.Any] = field(default_factory=dict)

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
            ready=_condition(status, "Ready"),
            cordoned=spec.get("unschedulable") is True,
            cpus=_whole(capacity.get("cpu")),
            memory=_mebibytes(capacity.get("memory")),
            kvm=_whole(allocatable.get(KVM)),
            has_allocatable=bool(allocatable),
            os_image=text(info, "osImage"),
            kernel=text(info, "kernelVersion"),
            kubelet=text(info, "kubeletVersion"),
            pressures=tuple(name for name in PRESSURES if _condition(status, name) is True),
            repelled=tuple(
                str(taint.get("key")) for taint in trees(spec.get("taints")) if taint.get("effect") in REPELLING
            ),
            allocatable=allocatable,
        )

    @property
    def is_control_plane(self) -> bool:
        """Tell whether it carries the label of the control plane."""
        return CONTROL_PLANE in self.labels

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


def _condition(status: Tree, kind: str) -> bool | None:
    for condition in trees(status.get("conditions")):
        if condition.get("type") == kind:
            return condition.get("status") == "True"
    return None


def _whole(value: t.Any) -> int | None:
    """Return a count: a device plugin's thousand comes as ``1k``, half a processor as ``500m``."""
    number = None if value is None else parse_quantity(value)
    return None if number is None else int(number)


def _mebibytes(value: t.Any) -> float | None:
    number = None if value is None else parse_quantity(value)
    return None if number is None else float(number / MEBIBYTE)
