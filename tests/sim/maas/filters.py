# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The constraints by which machines are listed and allocated, refused in the words of the region's forms."""

from __future__ import annotations

import json
import re
import typing as t

from tests.sim.maas.model import STATUS, Interface, Machine, Subnet
from tests.sim.maas.wire import Form, Refusal, invalid, missing, refuse, state_violation
from tests.sim.maas.world import World

Predicate = t.Callable[[Machine], bool]
Maker = t.Callable[[World, list[str]], Predicate]

# What ``allocate`` takes beside constraints.
_OPTIONS = {
    "comment", "bridge_all", "bridge_type", "bridge_stp", "bridge_fd", "dry_run", "verbose", "agent_name",
}  # fmt: skip


def _any(read: t.Callable[[World, Machine], object]) -> Maker:
    return lambda world, values: lambda machine: str(read(world, machine)) in values


def _least(read: t.Callable[[Machine], float], name: str, message: str) -> Maker:
    def make(_world: World, values: list[str]) -> Predicate:
        try:
            least = float(values[-1])
        except ValueError:
            raise invalid({name: message}) from None
        return lambda machine: machine.commissioned and read(machine) >= least

    return make


def _known(names: t.Iterable[str], values: list[str], field: str, text: str) -> None:
    unknown = [value for value in values if value not in names]
    if unknown:
        raise invalid({field: text.format(", ".join(unknown), ", ".join(f"'{name}'" for name in unknown))})


def _pool(world: World, values: list[str]) -> Predicate:
    _known([pool.name for pool in world.pools.values()], values, "pool", "No such pool(s): {0}.")
    return lambda machine: world.pools[machine.pool].name in values


def _zone(world: World, values: list[str]) -> Predicate:
    _known(world.zones, values, "zone", "No such zone(s): {0}.")
    return lambda machine: world.zone_of(machine).name in values


def _tags(world: World, values: list[str]) -> Predicate:
    wanted = [part.strip() for value in values for part in value.split(",") if part.strip()]
    _known(world.tags, wanted, "tags", "No such tag(s): {1}.")
    return lambda machine: set(wanted) <= set(machine.tags)


def _not_tags(world: World, values: list[str]) -> Predicate:
    wanted = {part.strip() for value in values for part in value.split(",")}
    _known(world.tags, sorted(wanted), "not_tags", "No such tag(s): {1}.")
    return lambda machine: not wanted & set(machine.tags)


def _status(_world: World, values: list[str]) -> Predicate:
    for value in values:
        if value not in STATUS:
            raise invalid({"status": f"Select a valid choice. {value} is not one of the available choices."})
    return lambda machine: machine.state in values


def _owner(world: World, values: list[str]) -> Predicate:
    owners = {"admin", "user1"} | {machine.owner for machine in world.machines.values() if machine.owner}
    _known(owners, values, "owner", "No such owner: {1}.")
    return lambda machine: machine.owner in values


def _arch(_world: World, values: list[str]) -> Predicate:
    return lambda machine: machine.architecture in values or machine.architecture.split("/")[0] in values


def _broken(_world: World, _values: list[str]) -> Predicate:
    # Documented, and broken in 3.7.3 as in later versions.
    raise refuse(500, "Cannot resolve keyword 'simple_status' into field.")


def _subnets(world: World, values: list[str]) -> Predicate:
    wanted = {s.id for s in world.subnets.values() for value in values if _names_subnet(s, value)}
    return lambda machine: any(link.subnet in wanted for found in machine.interfaces for link in found.links)


def _names_subnet(found: Subnet, value: str) -> bool:
    kind, _colon, rest = value.rpartition(":")
    return rest in {"id": [str(found.id)], "cidr": [found.cidr], "name": [found.name], "space": []}.get(
        kind, [str(found.id), found.cidr, found.name]
    )


def _vlans(world: World, values: list[str]) -> Predicate:
    if any("," in value for value in values):
        raise refuse(500, "not enough values to unpack (expected 2, got 1)")
    wanted = set()
    for found in world.vlans.values():
        facts = {"id": str(found.id), "name": found.name, "vid": str(found.vid)}
        facts["fabric"] = world.fabrics[found.fabric].name
        for value in values:
            kind, _colon, rest = value.rpartition(":")
            if facts.get(kind or "id") == rest:
                wanted.add(found.id)
    return lambda machine: any(found.vlan in wanted for found in machine.interfaces)


def _fabrics(world: World, values: list[str]) -> Predicate:
    wanted = {v.id for v in world.vlans.values() if world.fabrics[v.fabric].name in values}
    return lambda machine: any(found.vlan in wanted for found in machine.interfaces)


def _storage(_world: World, values: list[str]) -> Predicate:
    """``label:sizeGB(tag,tag)``, joined by commas; the first one is the boot disk."""
    wanted = re.findall(r"(?:\w+:)?(\d+(?:\.\d+)?)(?:\(([^)]*)\))?(?:,|\Z)", values[-1])
    if not wanted:
        raise invalid({"storage": f'Malformed storage constraint, "{values[-1]}".'})

    def holds(machine: Machine) -> bool:
        left = [disk for disk in machine.disks if disk.type == "physical"] if machine.commissioned else []
        for size, tags in wanted:
            needed = set(filter(None, tags.split(",")))
            found = next((d for d in left if d.size >= float(size) * 1e9 and needed <= set(d.tags)), None)
            if found is None:
                return False
            left.remove(found)
        return True

    return holds


def _interfaces(world: World, values: list[str]) -> Predicate:
    """``label:key=value,key=value;label2:...``: each label needs an interface that has it all."""
    labels = [part.partition(":")[2] for part in values[-1].split(";") if part]
    needs = [[pair.partition("=")[::2] for pair in label.split(",")] for label in labels]
    names = {space.name for space in world.spaces.values()} | {"undefined"}
    if any(key == "space" and value not in names for need in needs for key, value in need):
        raise missing("Space")

    def holds(machine: Machine) -> bool:
        return all(
            any(all(_has(world, found, key, value) for key, value in need) for found in machine.interfaces)
            for need in needs
        )

    return holds


def _has(world: World, found: Interface, key: str, value: str) -> bool:
    if key == "link_speed":
        return found.link_speed >= int(value)
    within = world.vlans.get(found.vlan) if found.vlan is not None else None
    space = world.spaces.get(within.space) if within and within.space is not None else None
    subnets = {str(link.subnet) for link in found.links} | {
        world.subnets[link.subnet].name for link in found.links if link.subnet is not None
    }
    values = {
        "name": {found.name}, "type": {found.type}, "tag": set(found.tags), "id": {str(found.id)}, "subnet": subnets,
        "mode": {link.mode for link in found.links}, "space": {space.name} if space else set(),
        "vid": {str(within.vid)} if within else set(), "fabric": {world.fabrics[within.fabric].name} if within else {},
    }  # fmt: skip
    return value in values.get(key, ())


def _fastest(machine: Machine) -> int:
    return max((found.link_speed for found in machine.interfaces if found.link_connected), default=0)


def _domain(world: World, machine: Machine) -> str:
    return world.domains[machine.domain].name


_COMMON: dict[str, Maker] = {
    "arch": _arch, "tags": _tags, "not_tags": _not_tags, "zone": _zone, "pool": _pool, "owner": _owner,
    "system_id": _any(lambda _w, m: m.system_id), "power_state": _any(lambda _w, m: m.power_state),
    "cpu_count": _least(lambda m: m.cpu_count, "cpu_count", "Invalid CPU count: number required."),
    "cpu_speed": _least(lambda m: m.cpu_speed, "cpu_speed", "Invalid CPU speed: number required."),
    "mem": _least(lambda m: m.memory, "mem", "Invalid memory: number of MiB required."),
    "link_speed": _least(_fastest, "link_speed", "Invalid link speed: number required."),
    "deployment_target": _any(lambda _w, m: "memory" if m.ephemeral_deploy else "disk"),
    "subnets": _subnets, "vlans": _vlans, "fabrics": _fabrics, "storage": _storage, "interfaces": _interfaces,
    "fabric_classes": lambda _w, _v: lambda _m: False, "devices": lambda _w, _v: lambda _m: True,
}  # fmt: skip


def _negated(make: Maker) -> Maker:
    def negative(world: World, values: list[str]) -> Predicate:
        holds = make(world, values)
        return lambda machine: not holds(machine)

    return negative


# The negative of an architecture needs its full name; the others have names of their own for it.
_NEGATIVES = ("owner", "subnets", "vlans", "fabrics", "fabric_classes", "power_state", "deployment_target")
_COMMON |= {f"not_{name}": _negated(_COMMON[name]) for name in _NEGATIVES}
_COMMON |= {"not_arch": _negated(_any(lambda _w, m: m.architecture))}
_COMMON |= {"not_in_zone": _negated(_zone), "not_in_pool": _negated(_pool)}
_PODS: dict[str, Maker] = {
    "pod": lambda _w, _v: lambda _m: False, "pod_type": lambda _w, _v: lambda _m: False,
    "not_pod": lambda _w, _v: lambda _m: True, "not_pod_type": lambda _w, _v: lambda _m: True,
}  # fmt: skip
_READ: dict[str, Maker] = {
    "id": _any(lambda _w, m: m.system_id), "hostname": _any(lambda _w, m: m.hostname), "status": _status,
    "mac_address": lambda _w, values: lambda m: any(i.mac_address in values for i in m.interfaces),
    "domain": _any(_domain), "agent_name": lambda _w, _v: lambda _m: False, "simple_status": _broken,
}  # fmt: skip
_READ |= {f"not_{name}": _negated(_READ[name]) for name in ("id", "hostname", "status", "domain", "agent_name")}
_READ |= {"not_simple_status": _broken}
_ACQUIRE: dict[str, Maker] = {
    "name": lambda world, values: lambda m: bool({m.hostname, f"{m.hostname}.{_domain(world, m)}"} & set(values))
}


def _makers(world: World) -> dict[str, Maker]:
    return _COMMON | (_PODS if world.release <= (3, 7) else {})


def _predicates(world: World, form: Form, makers: dict[str, Maker], ignored: t.Container[str]) -> list[Predicate]:
    """Each constraint as a predicate; every field that is wrong is reported, as forms do."""
    predicates, errors = [], {}
    for name, values in form.values.items():
        if name in ignored:
            continue
        if name not in makers:
            errors[name] = ["No such constraint."]
            continue
        try:
            predicates.append(makers[name](world, values))
        except Refusal as refused:
            if refused.answer.status != 400:
                raise
            errors |= json.loads(refused.answer.body)
    if errors:
        raise invalid(errors)
    return predicates


def select(world: World, machines: list[Machine], form: Form) -> list[Machine]:
    """The machines of a list that the query leaves."""
    predicates = _predicates(world, form, _makers(world) | _READ, ())
    return [machine for machine in machines if all(holds(machine) for holds in predicates)]


def allocatable(world: World, machines: list[Machine], form: Form) -> Machine:
    """The cheapest machine that is Ready, unlocked, without owner, and meets the constraints."""
    predicates = _predicates(world, form, _makers(world) | _ACQUIRE, _OPTIONS)
    free = [m for m in machines if m.status == STATUS["ready"] and m.owner is None and not m.locked]
    fitting = [machine for machine in free if all(holds(machine) for holds in predicates)]
    if fitting:
        return min(fitting, key=lambda machine: machine.cpu_count + machine.memory / 1024)
    if form.get("system_id"):
        raise state_violation(f"No machine with system ID {form.get('system_id')} available.")
    resolved = _resolved(form)
    if not resolved:
        raise state_violation("No machine available.")
    given = list(form.values.items())
    raise state_violation(f'No available machine matches constraints: {given} (resolved to "{resolved}")')


def _resolved(form: Form) -> str:
    shown = []
    for name in sorted(form.values):
        if name in ("mem", "cpu_count", "cpu_speed", "link_speed"):
            shown.append(f"{name}={float(form.get(name))}")
        elif name not in _OPTIONS:
            shown.append(f"{name}={','.join(form.split(name) if 'tags' in name else form.all(name))}")
    return " ".join(shown)
