# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the survey of a cluster and demands to verdicts. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.check import FAIL, WARN, Check, Finding, skip
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.catalogue import CATALOGUE, needed
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground, unread
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.choice import chosen
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import lines_of, readiness
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.weight import (
    NOTHING_WRONG,
    Judged,
    verdict_of,
    weighed,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import ClusterDemands
    from ansible_collections.vmo.core.plugins.module_utils._model.survey import Survey

# kinds that have one object, without which there is nothing to judge
_ONE_EACH = {"kubevirts": "There is no KubeVirt object.", "cdis": "There is no CDI object."}


@dataclass(frozen=True)
class Report(Judged):
    """Everything that is to be said."""

    purposes: tuple[str, ...]

    def summary(self) -> list[str]:
        """Return the report in lines, the most urgent first."""
        counts = self.counts
        found = f"{counts[FAIL]} failed and {counts[WARN]} warning verdicts"
        return lines_of(f"{readiness(self.status)} to {', '.join(self.purposes)}; {found}.", self.verdicts)


def judge(survey: Survey, demands: ClusterDemands, now: float) -> Report:
    """Ask every question of the catalogue that the demands leave in; ``now`` is in seconds since 1970."""
    ground = Ground(survey, demands, now)
    verdicts = [
        verdict_of(check, weighed(check, finding, demands.overrides))
        for check in chosen(CATALOGUE, demands.only, demands.ignore)
        for finding in _found(check, ground)
    ]
    return Report(tuple(verdicts), demands.purposes)


def asked_for(check: Check, demands: ClusterDemands) -> bool:
    """Tell whether a check is asked for the purposes of a cluster."""
    return not check.purposes or bool(set(check.purposes) & set(demands.purposes))


def _found(check: Check, ground: Ground) -> tuple[Finding, ...]:
    if not asked_for(check, ground.demands):
        return (skip(f"Asked only for {' or '.join(check.purposes)}."),)
    for name in needed(check):
        missing = ground.missing(name)
        if missing is not None:
            return (missing,)
        if name in _ONE_EACH and not ground.survey.of(name):
            return (skip(_ONE_EACH[name]),)
    return (*check.judge(ground), *_unseen(check, ground)) or (NOTHING_WRONG,)


def _unseen(check: Check, ground: Ground) -> t.Iterator[Finding]:
    """Tell that a verdict is about a part only, as the user may not see the rest."""
    for name in needed(check):
        gap = ground.survey.partial.get(name)
        if gap:
            said = f"Only {name} of the namespace {ground.demands.namespace} could be read: {gap.reason}"
            yield unread(gap, said)
            return
