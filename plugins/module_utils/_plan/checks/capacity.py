# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.3: are there enough machines, and do they go together. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    WARN,
    Check,
    Finding,
    fail,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.demands import CONTROL_PLANE
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import gib, named, odd_ones
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.teams import meets_selectors
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.demands import RoleDemands
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground, Team

Findings = t.Iterator[Finding]
GOOD_CONTROL_PLANE = 3
SMALL_PRESETS = ("palette_pcg", "lab")


def _count(ground: Ground) -> Findings:
    assigned = {machine.system_id for team in ground.teams for machine in team.assigned}
    for team in ground.teams:
        name, wanted = team.role.name, team.wanted
        found = len(team.assigned)
        spare = [machine for machine in team.fit if machine.system_id not in assigned]
        if found < wanted:
            said = f"{found} of {wanted} machines fit; {len(team.candidates)} could be taken by pool, zone and tags."
            missing = "; ".join(_unknown_names(team.role, ground))
            yield fail(
                f"{said}{f' {missing}.' if missing else ''}",
                lack=f"{wanted - found} machines",
                subject=name,
                wanted=wanted,
                fit=named(team.fit),
                assigned=named(team.assigned),
            )
        elif ground.before and team.role.count is not None and len(spare) < team.role.spare:
            said = f"{found} machines fit, none is left over: a rolling upgrade needs {team.role.spare} more."
            yield warn(said, subject=name, fit=named(team.fit))


def _unknown_names(role: RoleDemands, ground: Ground) -> list[str]:
    """Return what the role asks for by name and MAAS does not have."""
    fleet = ground.fleet
    missing = []
    if role.pool and fleet.pools is not None and role.pool not in fleet.pools:
        missing.append(f"MAAS has no resource pool {role.pool}")
    if fleet.zones is not None:
        missing += [f"MAAS has no zone {zone}" for zone in role.zones if zone not in fleet.zones]
    if fleet.kernel_options is not None:
        missing += [f"MAAS has no tag {tag}" for tag in role.tags if tag not in fleet.kernel_options]
    known = {name for machine in fleet.machines for name in machine.names}
    missing += [f"MAAS has no machine {name}" for name in role.machines if name.lower() not in known]
    return missing


def _dry_run(ground: Ground) -> Findings:
    for team in ground.teams:
        found = ground.fleet.about("allocations", team.role.name)
        if not isinstance(found, dict):
            missing = ground.missing("allocations", team.role.name)
            yield Finding(missing.status, missing.message, subject=team.role.name)
        elif found.get("error"):
            said = f"MAAS would allocate no machine: {text(mapping(found), 'error')}"
            yield fail(said, subject=team.role.name)


def _last_tag(ground: Ground) -> Findings:
    for team in ground.teams:
        if len(team.role.tags) <= 1:
            continue
        last = team.role.tags[-1:]
        others = [
            machine
            for machine in ground.fleet.machines
            if meets_selectors(machine, team.role, tags=last) and not meets_selectors(machine, team.role)
        ]
        if others:
            said = f"The tag {last[0]} alone would also choose {several(named(others))}."
            yield warn(said, subject=team.role.name, machines=named(others))


def _overlap(ground: Ground) -> Findings:
    roles: dict[str, list[str]] = {}
    for team in ground.teams:
        for machine in team.fit:
            roles.setdefault(machine.name, []).append(team.role.name)
    both = sorted(name for name, found in roles.items() if len(found) > 1)
    if both:
        yield warn(f"{len(both)} machines fit more than one role: {several(both)}.", machines=both)


def _cp_odd(ground: Ground) -> Findings:
    role = ground.demands.role(CONTROL_PLANE)
    if role is None or role.count is None:
        yield skip("No number of control-plane machines is wanted.")
    elif role.count < 1 or role.count % 2 == 0:
        yield fail(f"{role.count} control-plane machines: etcd needs an odd number.", subject=role.name)
    elif role.count < GOOD_CONTROL_PLANE and ground.demands.preset not in SMALL_PRESETS:
        yield warn("One control-plane machine: without it there is no cluster.", subject=role.name)


def _zones(ground: Ground) -> Findings:
    team = next((team for team in ground.teams if team.role.name == CONTROL_PLANE), None)
    if team is None or (team.role.count or len(team.fit)) <= 1 or len(team.role.zones) == 1:
        yield skip("The control plane is not to be spread.")
        return
    zones = {machine.zone for machine in team.fit}
    if ground.fleet.zones is None or None in zones:
        yield unknown(ground.fleet.why_unknown("zones"), subject=team.role.name)
    elif len(zones) == 1 and len(ground.fleet.zones) > 1:
        said = f"All control-plane machines are in the zone {zones.pop()}, and there are {len(ground.fleet.zones)}."
        yield warn(said, subject=team.role.name)


def vendor(machine: Machine) -> str | None:
    """Return who made the processors, ``None`` where it is not known."""
    model = machine.hardware.get("cpu_model", "").lower()
    return next((name for name in ("intel", "amd") if name in model), None)


def _homogeneous(ground: Ground) -> Findings:
    for team in ground.workers:
        architectures = {machine.arch for machine in team.fit if machine.arch}
        if len(architectures) > 1:
            yield fail(f"Architectures are mixed: {several(sorted(architectures))}.", subject=team.role.name)
        vendors = {found for machine in team.fit for found in [vendor(machine)] if found}
        if len(vendors) > 1:
            said = f"Processors of {several(sorted(vendors))} are mixed: no live migration between them."
            yield (fail if ground.demands.live_migration else warn)(said, subject=team.role.name)
        if team.fit and all("cpu_model" not in machine.hardware for machine in team.fit):
            yield unknown("MAAS does not know the processor models.", subject=team.role.name)
        yield from _differences(team, with_models=len(vendors) <= 1)


def _differences(team: Team, *, with_models: bool) -> Findings:
    models: list[tuple[str, t.Callable[[Machine], t.Any]]] = [
        ("processors", lambda machine: machine.hardware.get("cpu_model"))
    ]
    amounts: list[tuple[str, t.Callable[[Machine], t.Any]]] = [
        ("a number of threads", lambda machine: machine.cpu_count),
        ("an amount of memory", lambda machine: machine.memory and gib(machine.memory)),
    ]
    for what, key in [*(models if with_models else []), *amounts]:
        odd = odd_ones(team.fit, key)
        if odd:
            usual = odd[0][2]
            told = several([f"{machine.name} ({value})" for machine, value, _usual in odd])
            consequence = "; live migration needs a common model" if what == "processors" else ""
            said = f"{told} differ in {what} from the others ({usual}){consequence}."
            yield warn(said, subject=team.role.name, machines=named(machine for machine, _value, _usual in odd))


def _pool(ground: Ground) -> Findings:
    for team in ground.teams:
        pools = {machine.pool for machine in team.fit}
        if team.role.pool == "default" or (team.role.pool is None and pools == {"default"}):
            yield warn("The machines are in the pool default, which everybody takes from.", subject=team.role.name)


def _memory_n1(ground: Ground) -> Findings:
    wanted = ground.demands.vm_memory
    if wanted is None:
        yield skip("No memory of virtual machines is named.")
        return
    amounts = [machine.memory for team in ground.workers for machine in team.assigned]
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts):
        yield unknown("MAAS does not know the memory of all workers.")
        return
    left = sum(known) - max(known, default=0)
    if left < wanted:
        said = f"Without the biggest worker {gib(left)} of memory are left; the virtual machines want {gib(wanted)}."
        yield warn(said, lack=f"{gib(wanted - left)} of memory", memory_mib=left)


CHECKS = (
    Check(
        "set.count",
        CLUSTER,
        "Each role has its machines, and one to spare",
        FAIL,
        ("machines",),
        "Mend the machines that nearly fit, release or commission others, or correct pool, zone and tags.",
        _count,
    ),
    Check(
        "set.dry_run",
        CLUSTER,
        "MAAS itself would allocate a machine for each role",
        FAIL,
        ("machines op=allocate, dry run",),
        "Correct the constraints that the message names.",
        _dry_run,
    ),
    Check(
        "set.last_tag",
        CLUSTER,
        "The last tag alone chooses the same machines",
        WARN,
        ("tag_names",),
        "Use one tag for each role: the Cluster API provider sends the last one only.",
        _last_tag,
    ),
    Check(
        "set.overlap",
        CLUSTER,
        "No machine fits more than one role",
        WARN,
        ("machines",),
        "Give each role a pool or a tag of its own.",
        _overlap,
    ),
    Check(
        "set.cp_odd",
        CLUSTER,
        "The control plane has an odd number of machines, three at least",
        FAIL,
        ("demands",),
        "Ask for 3 or 5.",
        _cp_odd,
    ),
    Check(
        "set.zones",
        CLUSTER,
        "The control plane can be spread over zones",
        WARN,
        ("zone", "zones"),
        "Put control-plane machines into several zones.",
        _zones,
    ),
    Check(
        "set.homogeneous",
        CLUSTER,
        "Workers are alike",
        FAIL,
        ("hardware_info.cpu_model", "cpu_count", "memory", "architecture"),
        "Group machines by model, or set a CPU model for the whole cluster in KubeVirt.",
        _homogeneous,
    ),
    Check(
        "set.pool",
        CLUSTER,
        "Machines are in a resource pool of their own",
        WARN,
        ("pool",),
        "Make a resource pool for the cluster.",
        _pool,
    ),
    Check(
        "set.memory_n1",
        CLUSTER,
        "The virtual machines fit when the biggest worker is away",
        WARN,
        ("memory",),
        "Add workers or memory.",
        _memory_n1,
    ),
)
