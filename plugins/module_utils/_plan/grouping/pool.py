# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must happen to a resource pool. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import Refused
from ansible_collections.vmo.core.plugins.module_utils._model.group import Pool
from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.step import Step

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.group import WantedPool
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine


def overlaid(wanted: WantedPool, found: Pool | None) -> Pool:
    """Return the pool as it will be."""
    was = found or Pool(wanted.name)
    return Pool(was.name, was.description if wanted.description is None else wanted.description, was.id)


def newcomers(wanted: WantedPool, machines: t.Iterable[Machine]) -> list[Machine]:
    """Return the machines that are not in the pool yet."""
    return [machine for machine in machines if machine.pool != wanted.name]


def decide(wanted: WantedPool, found: Pool | None, machines: t.Sequence[Machine]) -> list[Step]:
    """Return the steps, none where all is as the task wants it.

    ``machines`` are those that the task names, or those in a pool that is to go: then it raises ``Refused``.
    """
    if wanted.absent:
        return [] if found is None else [_removal(found, machines)]
    steps = _settings(wanted, found)
    for machine in newcomers(wanted, machines):
        action = {"verb": "update", "kind": "machine", "name": machine.name}
        before, after = ({"machines": {machine.name: pool}} for pool in (machine.pool, wanted.name))
        steps.append(Step("move", (action,), {"pool": wanted.name}, before, after, machine.system_id))
    return steps


def _settings(wanted: WantedPool, found: Pool | None) -> list[Step]:
    was, now = found or Pool(wanted.name), overlaid(wanted, found)
    differs = was.description != now.description
    after = {"description": now.description} if differs else {}
    if found is None:
        states: tuple[dict[str, t.Any], dict[str, t.Any]] = ({"state": "absent"}, {"state": "present", **after})
        return [Step("create", (_of_pool("create", wanted.name),), {"name": wanted.name, **after}, *states)]
    before = {"description": was.description}
    return [Step("update", (_of_pool("update", wanted.name),), after, before, after)] if differs else []


def _removal(found: Pool, machines: t.Sequence[Machine]) -> Step:
    if machines:
        raise in_use(found.name, sorted(machine.name for machine in machines))
    lost = {"description": found.description} if found.description else {}
    states: tuple[dict[str, t.Any], dict[str, t.Any]] = ({"state": "present", **lost}, {"state": "absent"})
    return Step("delete", (_of_pool("delete", found.name),), {}, *states)


def in_use(pool: str, names: t.Sequence[str]) -> Refused:
    """Return why a pool stays; without names where the user of the API key may not see the machines."""
    who = f"{len(names)} machine{'' if len(names) == 1 else 's'} ({', '.join(names)})" if names else "machines"
    hidden = "" if names else " that the user of this API key may not see"
    return Refused(
        f"Pool {pool} has {who} in it{hidden}; put them into another pool first, such as default.",
        code="in_use",
        machines=list(names),
    )


def _of_pool(verb: str, name: str) -> dict[str, str]:
    return {"verb": verb, "kind": "pool", "name": name}
