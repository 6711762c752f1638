# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a fleet and demands to verdicts. Private to vmo.core."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, replace

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    FAIL,
    MACHINE,
    SKIP,
    WARN,
    Finding,
    Verdict,
)
from ansible_collections.vmo.core.plugins.module_utils._model.machine import DEPLOYED, READY
from ansible_collections.vmo.core.plugins.module_utils._model.node import Node
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.catalogue import CATALOGUE
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Census, Ground, Team
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.nodes import match
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.state import is_commissioned
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.teams import (
    assign,
    is_used_elsewhere,
    meets_selectors,
    unmet_selectors,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.choice import chosen
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.weight import (
    NOTHING_WRONG,
    Judged,
    verdict_of,
    weighed,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Check
    from ansible_collections.vmo.core.plugins.module_utils._model.demands import Demands, RoleDemands
    from ansible_collections.vmo.core.plugins.module_utils._model.fleet import Fleet
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine

# what is asked of a machine that was never looked into: one answer, not ten failures
OF_UNKNOWN_HARDWARE = frozenset({"m.status", "m.commissioned"})
# what a machine has not that MAAS has not looked into, whoever does not ask for it
UNCOMMISSIONED = "commissioning"
BY_SELECTOR = ("set.count",)

Findings = tuple[tuple["Check", Finding], ...]


@dataclass(frozen=True)
class Judgement:
    """What was found on one machine when it was judged for one role; ``fits`` tells whether the role may take it."""

    machine: Machine
    role: RoleDemands
    found: Findings
    fits: bool

    @property
    def fails(self) -> list[tuple[Check, Finding]]:
        """Return what stands in the way."""
        return [(check, finding) for check, finding in self.found if finding.status == FAIL]

    @property
    def troubles(self) -> tuple[int, int]:
        """Return the numbers of failures and of warnings."""
        counts = Counter(finding.status for _check, finding in self.found)
        return counts[FAIL], counts[WARN]


@dataclass(frozen=True)
class NearMiss:
    """A machine that some role cannot take, and what it lacks, in a few words each."""

    machine: str
    role: str
    misses: tuple[str, ...]
    checks: tuple[str, ...]

    @property
    def message(self) -> str:
        """Return the miss as a sentence."""
        *first, last = self.misses
        listed = f"{', '.join(first)} and {last}" if first else last
        return f"{self.machine} misses {listed}"

    def as_result(self) -> dict[str, t.Any]:
        """Return JSON values."""
        return {
            "machine": self.machine,
            "role": self.role,
            "misses": list(self.misses),
            "checks": list(self.checks),
            "message": self.message,
        }


@dataclass(frozen=True)
class Report(Judged):
    """Everything that is to be said."""

    teams: tuple[Team, ...]
    near_misses: tuple[NearMiss, ...]
    machines: int


def judge(fleet: Fleet, demands: Demands, now: float) -> Report:
    """Ask every question of the catalogue that the demands leave in; ``now`` is in seconds since 1970."""
    checks = chosen(CATALOGUE, demands.only, demands.ignore)
    matches = match((Node.of(raw) for raw in demands.nodes or ()), fleet.machines)
    ground = Ground(fleet, demands, now, Census.of(fleet), matches=matches)
    judged = {role.name: _judged(role, ground, checks) for role in demands.roles}
    ground = replace(ground, teams=_teams(demands, judged))
    of_machines = _one_each(judged, ground.teams)
    ground = replace(ground, teams=tuple(_with_members(team, of_machines) for team in ground.teams))
    verdicts = [
        *_verdicts_on_machines(of_machines, checks, ground),
        *_verdicts_on_the_rest(checks, ground),
        *_at_work(ground, of_machines),
    ]
    order = {check.id: number for number, check in enumerate(checks)}
    verdicts.sort(key=lambda verdict: order.get(verdict.id, 0))
    misses = _near_misses(of_machines, ground, checks)
    return Report(tuple(verdicts), ground.teams, misses, len(fleet.machines))


def _judged(role: RoleDemands, ground: Ground, checks: t.Sequence[Check]) -> dict[str, Judgement]:
    """Judge all candidates of a role, by system_id."""
    ground = replace(ground, role=role)
    return {
        machine.system_id: _judgement(machine, ground, checks)
        for machine in ground.fleet.machines
        if meets_selectors(machine, role) and not is_used_elsewhere(machine, role, ground.owner, before=ground.before)
    }


def _judgement(machine: Machine, ground: Ground, checks: t.Sequence[Check]) -> Judgement:
    known = is_commissioned(machine)
    found = tuple(
        (check, weighed(check, finding, ground.demands.overrides))
        for check in checks
        if check.of_machine and (known or check.id in OF_UNKNOWN_HARDWARE)
        for finding in tuple(check.judge(machine, ground)) or (NOTHING_WRONG,)
    )
    wanted = READY if ground.before else DEPLOYED
    fits = machine.status == wanted and all(finding.status != FAIL for _check, finding in found)
    return Judgement(machine, ground.role, found, fits)


def _teams(demands: Demands, judged: t.Mapping[str, t.Mapping[str, Judgement]]) -> tuple[Team, ...]:
    fitting = {name: [one for one in found.values() if one.fits] for name, found in judged.items()}
    chances = Counter(one.machine.system_id for found in fitting.values() for one in found)

    def cost(one: Judgement) -> tuple[int, int, int, str]:
        # Machines that no other role wants and with the fewest warnings come first; where virtual machines run, the
        # biggest of them, elsewhere the smallest.
        memory = one.machine.memory or 0
        bulk = -memory if one.role.runs_vms else memory
        return chances[one.machine.system_id], one.troubles[1], bulk, one.machine.name

    wishes = {name: [one.machine.system_id for one in sorted(found, key=cost)] for name, found in fitting.items()}
    given = assign(wishes, {role.name: role.count for role in demands.roles})
    teams = []
    for role in demands.roles:
        machines = {system_id: one.machine for system_id, one in judged[role.name].items()}
        fit = tuple(machines[str(system_id)] for system_id in wishes[role.name])
        assigned = tuple(machines[str(system_id)] for system_id in given[role.name])
        teams.append(Team(role, tuple(machines.values()), fit, assigned))
    return tuple(teams)


def _one_each(judged: t.Mapping[str, t.Mapping[str, Judgement]], teams: t.Sequence[Team]) -> list[Judgement]:
    """Return one judgement for each candidate: for the role it was given to, else for one that is short of machines."""
    given = {machine.system_id: team.role.name for team in teams for machine in team.assigned}
    short = {team.role.name for team in teams if team.is_short}
    found: dict[str, list[Judgement]] = {}
    for of_role in judged.values():
        for system_id, one in of_role.items():
            found.setdefault(system_id, []).append(one)

    def distance(one: Judgement) -> tuple[bool, bool, int]:
        name = one.role.name
        return given.get(one.machine.system_id) != name, name not in short, one.troubles[0]

    return [min(ones, key=distance) for ones in found.values()]


def _with_members(team: Team, judged: t.Iterable[Judgement]) -> Team:
    ours = (one.machine for one in judged if one.role.name == team.role.name)
    return replace(team, members=tuple(machine for machine in ours if is_commissioned(machine)))


def _verdicts_on_machines(
    judgements: t.Iterable[Judgement], checks: t.Sequence[Check], ground: Ground
) -> t.Iterator[Verdict]:
    differences: dict[tuple[str, str], list[Finding]] = {}
    for check in checks:
        for finding in check.compare(ground) if check.compare else ():
            differences.setdefault((check.id, finding.subject), []).append(
                weighed(check, finding, ground.demands.overrides)
            )
    for one in judgements:
        troubles = {check.id for check, finding in one.found if finding.status in (FAIL, WARN)}
        for check, finding in one.found:
            covered = troubles & {check.id, *check.covered_by}
            differs = [] if covered else differences.pop((check.id, one.machine.name), [])
            for told in differs or [finding]:
                yield verdict_of(check, replace(told, subject=one.machine.name), role=one.role.name)


def _verdicts_on_the_rest(checks: t.Sequence[Check], ground: Ground) -> t.Iterator[Verdict]:
    for check in checks:
        if not check.of_machine:
            for finding in tuple(check.judge(ground)) or (NOTHING_WRONG,):
                yield verdict_of(check, weighed(check, finding, ground.demands.overrides))


def _at_work(ground: Ground, judged: t.Iterable[Judgement]) -> t.Iterator[Verdict]:
    """Tell of the machines that a role would choose, had they not their work already."""
    known = {one.machine.system_id for one in judged}
    for machine in ground.fleet.machines:
        roles = [role.name for role in ground.demands.roles if meets_selectors(machine, role)]
        if roles and machine.system_id not in known:
            owner = f" by {machine.owner}" if machine.owner else ""
            said = f"is {machine.status_name}{owner}; it is not counted."
            yield Verdict("m.status", MACHINE, machine.name, SKIP, said, role=roles[0])


def _near_misses(judged: t.Iterable[Judgement], ground: Ground, checks: t.Sequence[Check]) -> tuple[NearMiss, ...]:
    found = [_near_miss(one) for one in judged if not one.fits]
    candidates = {machine.system_id for machine in ground.candidates}
    for team in ground.teams:
        if not team.is_short or team.role.machines:
            continue
        for machine in ground.fleet.machines:
            unmet = unmet_selectors(machine, team.role)
            if machine.system_id in candidates or len(unmet) != 1:
                continue
            if _judgement(machine, replace(ground, role=team.role), checks).fits:
                found.append(NearMiss(machine.name, team.role.name, tuple(unmet), BY_SELECTOR))
    # Whom only pool, zone or tag keep out may have another purpose, so these come last.
    return tuple(sorted(found, key=lambda miss: (miss.checks == BY_SELECTOR, len(miss.misses), miss.machine)))


def _near_miss(one: Judgement) -> NearMiss:
    reasons = one.fails or [(check, finding) for check, finding in one.found if check.id == "m.status"]
    lacks = [
        finding.lack or finding.message.rstrip(".") or f"the state that {check.id} wants" for check, finding in reasons
    ]
    if not is_commissioned(one.machine) and not lacks:
        lacks = [UNCOMMISSIONED]
    ids = tuple(dict.fromkeys(check.id for check, _finding in reasons))
    return NearMiss(one.machine.name, one.role.name, tuple(dict.fromkeys(lacks)) or ("a known state",), ids)
