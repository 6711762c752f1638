# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every check stands on: the fleet, the demands, the time, and who is in which team. Private to vmo.core."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding, skip, unknown
from ansible_collections.vmo.core.plugins.module_utils._model.demands import PRE_DEPLOY, WORKER, Demands, RoleDemands

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.fleet import Fleet
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._model.network import Vlan
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.nodes import Match

ANY_ROLE = RoleDemands("any")


@dataclass(frozen=True)
class Team:
    """The machines of a role: ``candidates`` that it may take, those of them that are ``fit``, and its own share.

    ``assigned`` are fit machines, ``members`` those that were judged for this role and whose hardware is known; each
    machine is in one team only there.
    """

    role: RoleDemands
    candidates: tuple[Machine, ...] = ()
    fit: tuple[Machine, ...] = ()
    assigned: tuple[Machine, ...] = ()
    members: tuple[Machine, ...] = ()

    @property
    def wanted(self) -> int:
        """Return how many machines there must be: one at least where no number is given."""
        return 1 if self.role.count is None else self.role.count

    @property
    def is_short(self) -> bool:
        """Tell whether machines are missing."""
        return len(self.assigned) < self.wanted


@dataclass(frozen=True)
class Census:
    """How often something occurs that should occur once: each maps a value to the names of the machines."""

    hostnames: t.Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uuids: t.Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    macs: t.Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    power: t.Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, fleet: Fleet) -> Census:
        """Count over all machines that are known."""
        hostnames: dict[str, list[str]] = {}
        uuids: dict[str, list[str]] = {}
        macs: dict[str, list[str]] = {}
        power: dict[str, list[str]] = {}
        for machine in fleet.machines:
            _note(hostnames, (machine.hostname or "").lower(), machine)
            _note(uuids, machine.hardware_uuid, machine)
            _note(power, _text(fleet.about("power-addresses", machine.system_id)), machine)
            for interface in machine.layout.interfaces:
                if interface.is_physical:
                    _note(macs, interface.mac, machine)
        return cls(*({key: tuple(names) for key, names in found.items()} for found in (hostnames, uuids, macs, power)))


def _note(found: dict[str, list[str]], key: str | None, machine: Machine) -> None:
    if key:
        found.setdefault(key, []).append(machine.name)


def _text(value: t.Any) -> str | None:
    return value.strip().lower() if isinstance(value, str) else None


@dataclass(frozen=True)
class Ground:
    """What a check stands on. ``now`` is in seconds since 1970; ``role`` is the one that a machine is judged for.

    ``teams`` are known when machines were judged; ``matches`` pair Kubernetes nodes with machines.
    """

    fleet: Fleet
    demands: Demands
    now: float
    census: Census = field(default_factory=Census)
    role: RoleDemands = ANY_ROLE
    teams: tuple[Team, ...] = ()
    matches: tuple[Match, ...] = ()

    @property
    def before(self) -> bool:
        """Tell whether the machines are still to be deployed."""
        return self.demands.mode == PRE_DEPLOY

    @property
    def owner(self) -> str | None:
        """Return the MAAS user whose machines these are."""
        return self.demands.owner or self.fleet.username

    @property
    def members(self) -> tuple[Machine, ...]:
        """Return all machines whose hardware is known and that were judged, each once."""
        return tuple(machine for team in self.teams for machine in team.members)

    @property
    def candidates(self) -> tuple[Machine, ...]:
        """Return all machines that some role may take, each once."""
        found = {machine.system_id: machine for team in self.teams for machine in team.candidates}
        return tuple(found.values())

    @property
    def workers(self) -> tuple[Team, ...]:
        """Return the teams whose machines run virtual machines."""
        return tuple(team for team in self.teams if team.role.runs_vms or team.role.name == WORKER)

    def pxe_vlans(self) -> tuple[tuple[Vlan, tuple[Machine, ...]], ...]:
        """Return the VLANs that candidates boot from, with the machines on each."""
        found: dict[int | None, tuple[Vlan, list[Machine]]] = {}
        for machine in self.candidates:
            vlan = self.fleet.vlan(pxe_vlan(machine))
            if vlan is not None:
                found.setdefault(vlan.id, (vlan, []))[1].append(machine)
        return tuple((vlan, tuple(machines)) for vlan, machines in found.values())

    def missing(self, answer: str, key: str | None = None) -> Finding:
        """Return what is to be said where an answer is not there: unknown if it failed, skipped if nobody asked."""
        if answer in self.fleet.gaps or f"{answer}:{key}" in self.fleet.gaps:
            return unknown(self.fleet.why_unknown(answer, key))
        return skip(f"Not asked for ({answer}).")


def pxe_vlan(machine: Machine) -> Vlan | None:
    """Return the VLAN that a machine boots from; a bond member may leave it to its bond."""
    boot = machine.boot_interface
    if boot is None or boot.vlan is not None:
        return boot.vlan if boot else None
    above = (machine.layout.named(name) for name in boot.children)
    return next((item.vlan for item in above if item is not None and item.vlan is not None), None)


Value = t.TypeVar("Value", bound=t.Hashable)


def odd_ones(
    machines: t.Iterable[Machine], key: t.Callable[[Machine], Value | None]
) -> list[tuple[Machine, Value, Value]]:
    """Return (machine, its value, the usual value) for each machine that differs from most; unknown ones do not count.

    Where two values are equally frequent there is no usual one; then the first of them, in order, stands for it.
    """
    values = [(machine, value) for machine in machines for value in [key(machine)] if value is not None]
    if not values:
        return []
    counts = Counter(value for _machine, value in values)
    usual = min(counts, key=lambda value: (-counts[value], repr(value)))
    return [(machine, value, usual) for machine, value in values if value != usual]


def named(machines: t.Iterable[Machine]) -> list[str]:
    """Return names in order."""
    return sorted(machine.name for machine in machines)


def gib(mebibytes: float) -> str:
    """Return MiB as GiB in words."""
    return f"{mebibytes / 1024:.4g} GiB"


def gb(size: float) -> str:
    """Return bytes as decimal GB in words."""
    return f"{size / 1000**3:.4g} GB"
