# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines may take which role, and who takes which in the end. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.machine import DEPLOYED, DEPLOYING

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.demands import RoleDemands
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine


def meets_selectors(machine: Machine, role: RoleDemands, tags: t.Sequence[str] | None = None) -> bool:
    """Tell whether pool, zone, tags and names choose a machine; ``tags`` replaces those of the role."""
    return not unmet_selectors(machine, role, tags)


def unmet_selectors(machine: Machine, role: RoleDemands, tags: t.Sequence[str] | None = None) -> list[str]:
    """Return in a few words each selector that a machine does not meet."""
    wanted = role.tags if tags is None else tags
    unmet = [f"tag {tag}" for tag in wanted if tag not in machine.tags]
    unmet += [f"no tag {tag}" for tag in role.without_tags if tag in machine.tags]
    if role.machines and not machine.names & {name.lower() for name in role.machines}:
        unmet.append("its name in the list")
    if role.pool is not None and machine.pool != role.pool:
        unmet.append(f"pool {role.pool}")
    if role.zones and machine.zone not in role.zones:
        unmet.append(f"zone {' or '.join(role.zones)}")
    return unmet


def is_used_elsewhere(machine: Machine, role: RoleDemands, owner: str | None, *, before: bool) -> bool:
    """Tell whether a machine is at work already, which is no fault of it.

    It is one nevertheless where the role names the machine itself.
    """
    if role.machines:
        return False
    if before:
        return machine.status in (DEPLOYED, DEPLOYING)
    if machine.status == DEPLOYED:
        return not role.is_selective and owner is not None and machine.owner not in (None, owner)
    # what is not deployed is none of a cluster that runs
    return True


Key = t.Hashable


def assign(wishes: t.Mapping[str, t.Sequence[Key]], counts: t.Mapping[str, int | None]) -> dict[str, list[Key]]:
    """Give machines to roles, each to one at most, such that as many places as possible are taken.

    ``wishes`` maps a role to the machines that fit it, best first; ``counts`` to its number of places, ``None`` for as
    many as are left. Roles that ask for a number come first. A place that is empty is filled by moving machines along a
    chain of roles where that is possible (augmenting paths), so the order of the roles does not matter for how many are
    found.
    """
    given: dict[Key, str] = {}
    for role in wishes:
        for _place in range(counts.get(role) or 0):
            if not _augment(role, wishes, given):
                break
    for role, machines in wishes.items():
        if counts.get(role) is None:
            given.update({machine: role for machine in machines if machine not in given})
    return {role: [machine for machine in machines if given.get(machine) == role] for role, machines in wishes.items()}


def _augment(role: str, wishes: t.Mapping[str, t.Sequence[Key]], given: dict[Key, str]) -> bool:
    """Give one more machine to a role, moving others if need be; tell whether it was possible."""
    came_from: dict[str, tuple[str, Key]] = {}
    todo, seen = [role], {role}
    while todo:
        asking = todo.pop(0)
        free = next((machine for machine in wishes[asking] if machine not in given), None)
        if free is not None:
            given[free] = asking
            while asking != role:
                asking, machine = came_from[asking]
                given[machine] = asking
            return True
        for machine in wishes[asking]:
            holder = given[machine]
            if holder not in seen:
                seen.add(holder)
                came_from[holder] = (asking, machine)
                todo.append(holder)
    return False
