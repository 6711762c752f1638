# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether the machines of a MAAS can carry a cluster: read them once, judge, report. Private to vmo.core."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import Invalid, NotFound, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.demands import PRE_DEPLOY
from ansible_collections.vmo.core.plugins.module_utils._model.fleet import Fleet
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.judge import judge
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.summary import summary
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.teams import meets_selectors
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.wishes import demands_of
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_fleet import (
    CHEAP,
    Reading,
    read_fleet,
    was_commissioned,
)
from ansible_collections.vmo.core.plugins.module_utils._usecase.verdicts import ended, told

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.demands import Demands
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Team
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.judge import Report
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Form, Maas, Progress

# An option, and the filter of MAAS that it becomes.
_FILTERS = {
    "system_ids": "id",
    "pools": "pool",
    "zones": "zone",
    "tags": "tags",
    "without_tags": "not_tags",
}
_ANSWERS = {
    "results": "results",
    "devices": "devices",
    "power_state": "power-states",
    "power_address": "power-addresses",
}
_FLAGS = {"vmx", "svm"}


def run(maas: Maas, params: dict[str, t.Any], _clock: Clock, progress: Progress) -> dict[str, t.Any]:
    """Carry out a task of ``maas_cluster_check``; raises when a verdict is as bad as ``fail_on`` says."""
    demands = demands_of(params)
    fleet = read_fleet(maas, reading_of(params, demands), progress)
    now = time.time()
    report = judge(fleet, demands, now)
    if "allocation" in params["read"] and demands.mode == PRE_DEPLOY:
        found = {team.role.name: _allocation(maas, team) for team in report.teams if team.assigned}
        fleet = Fleet.of({**fleet.answers, "allocations": found}, fleet.gaps)
        report = judge(fleet, demands, now)
    return ended(_result(report, fleet, with_passed=params["with_passed"]), params["fail_on"])


def reading_of(params: t.Mapping[str, t.Any], demands: Demands) -> Reading:
    """Return what to ask MAAS for."""
    names = set(CHEAP) | {_ANSWERS[name] for name in params["read"] if name in _ANSWERS}
    # The tags of a machine may tell all that is wanted; then its hardware need not be read.
    flags_only = not names & {"results", "devices", "power-states"}
    if "hardware" in params["read"]:
        names.add("lshw")
    filters: dict[str, t.Any] = {word: params[option] for option, word in _FILTERS.items() if params[option]}
    if params["hostnames"]:
        filters["hostname"] = sorted({name.lower().partition(".")[0] for name in params["hostnames"]})
    return Reading(
        frozenset(names),
        t.cast("Form", filters),
        (demands.image,) if demands.image else (),
        demands.networks,
        lambda raw: _is_worth_a_look(raw, demands, flags_only=flags_only),
    )


def _is_worth_a_look(raw: t.Mapping[str, t.Any], demands: Demands, *, flags_only: bool) -> bool:
    if not was_commissioned(raw):
        return False
    machine = Machine.of(raw)
    roles = [role for role in demands.roles if meets_selectors(machine, role)]
    if not flags_only:
        return bool(roles)
    return any(role.runs_vms for role in roles) and not _FLAGS & {tag.lower() for tag in machine.tags}


def _allocation(maas: Maas, team: Team) -> dict[str, str]:
    """Ask MAAS whether it would allocate a machine of the team, by what the Cluster API provider sends.

    Nothing is allocated. The machine is named, since MAAS up to 3.7 may else make a virtual one, dry run or not.
    """
    role = team.role
    wanted: dict[str, t.Any] = {"dry_run": "true", "system_id": team.assigned[0].system_id}
    if role.cores:
        wanted["cpu_count"] = role.cores
    if role.memory:
        wanted["mem"] = role.memory
    if role.pool:
        wanted["pool"] = role.pool
    if len(role.zones) == 1:
        wanted["zone"] = role.zones[0]
    if role.tags:
        wanted["tags"] = ",".join(role.tags)
    try:
        found = maas.invoke("machines", "allocate", wanted)
    except (Refused, Invalid, NotFound) as refusal:
        return {"error": refusal.message}
    return {"system_id": text(mapping(found), "system_id") or "?"}


def _result(report: Report, fleet: Fleet, *, with_passed: bool) -> dict[str, t.Any]:
    return {
        "changed": False,
        "status": report.status,
        "summary": summary(report),
        "verdicts": told(report.verdicts, with_passed=with_passed),
        "counts": report.counts,
        "near_misses": [miss.as_result() for miss in report.near_misses],
        "roles": {
            team.role.name: {
                "wanted": team.role.count,
                "fit": [_named(machine) for machine in team.fit],
                "assigned": [_named(machine) for machine in team.assigned],
            }
            for team in report.teams
        },
        "machines": report.machines,
        "unavailable": dict(sorted(fleet.gaps.items())),
    }


def _named(machine: Machine) -> dict[str, t.Any]:
    return {"system_id": machine.system_id, "hostname": machine.hostname}
