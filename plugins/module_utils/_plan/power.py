# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run strategy and power state, which are one thing in KubeVirt. Private to vmo.core.

The rules are those of KubeVirt's start, stop and restart subresources (facts/kubevirt.md 2.1 and 2.2).
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.kind import VM, VMI
from ansible_collections.vmo.core.plugins.module_utils._model.status import (
    has_ended,
    is_paused,
    is_running,
    run_strategy,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Step

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm

    Tree = dict[str, t.Any]

ALWAYS, HALTED, MANUAL, RERUN, ONCE = "Always", "Halted", "Manual", "RerunOnFailure", "Once"
# these keep the strategy when somebody starts or stops the VM
_BY_REQUEST = (MANUAL, RERUN)


class PowerPlan(t.NamedTuple):
    """The run strategy to write (``None``: leave it alone), and the requests that follow."""

    run_strategy: str | None
    steps: tuple[Step, ...] = ()


def decide_power(wanted: WantedVm, found: Tree | None) -> PowerPlan:
    """Return what brings the VM to the wanted power state."""
    return _DECISIONS[wanted.state](wanted, found)


def _present(wanted: WantedVm, found: Tree | None) -> PowerPlan:
    return PowerPlan(wanted.run_strategy or (HALTED if found is None else None))


def _running(wanted: WantedVm, found: Tree | None) -> PowerPlan:
    current = None if found is None else run_strategy(found)
    target = wanted.run_strategy or (ALWAYS if current in (None, HALTED) else current)
    if target == HALTED:
        raise InvalidOption(
            f"run_strategy: Halted contradicts state {wanted.state} of {wanted.subject}.", option="run_strategy"
        )
    if target == ONCE == current and has_ended(found):
        raise Refused(
            f"{wanted.subject} has had its one run, and with run_strategy Once it does not get another: stop it first "
            "(state stopped), or name another run_strategy.",
            reason="its guest has ended",
        )
    steps = []
    # Manual never starts by itself; RerunOnFailure does when the VM is switched to it
    if not is_running(found) and (target == MANUAL or target == RERUN == current):
        steps.append(Step("start", VM, wanted.name, foreseen=found is None or current != target))
    if wanted.state != "paused" and is_paused(found):
        steps.append(Step("unpause", VMI, wanted.name))
    return PowerPlan(target, tuple(steps))


def _stopped(wanted: WantedVm, found: Tree | None) -> PowerPlan:
    current = None if found is None else run_strategy(found)
    target = wanted.run_strategy if wanted.run_strategy in _BY_REQUEST else None
    if found is None:
        # RerunOnFailure would start a new VM once
        return PowerPlan(MANUAL if target == MANUAL else HALTED)
    if target is None:
        target = current if current in _BY_REQUEST else HALTED
    if not is_running(found):
        return PowerPlan(HALTED if target == RERUN != current else target)
    if wanted.grace_period is not None and current != HALTED:
        # the request carries the grace period, and turns Always and Once into Halted by itself
        step = Step("stop", VM, wanted.name, {"gracePeriod": wanted.grace_period})
        return PowerPlan(target if target in _BY_REQUEST else None, (step,))
    if current in _BY_REQUEST and target == current:
        return PowerPlan(None, (Step("stop", VM, wanted.name),))
    return PowerPlan(target, (Step("stop", VM, wanted.name),) if target in _BY_REQUEST else ())


def _restarted(wanted: WantedVm, found: Tree | None) -> PowerPlan:
    power = _running(wanted, found)
    if found is None or not is_running(found):
        return power
    return PowerPlan(power.run_strategy, (restart_step(wanted),))


def _paused(wanted: WantedVm, found: Tree | None) -> PowerPlan:
    power = _running(wanted, found)
    if is_paused(found):
        return power
    pause = Step("pause", VMI, wanted.name, foreseen=not is_running(found))
    return PowerPlan(power.run_strategy, (*power.steps, pause))


def restart_step(wanted: WantedVm) -> Step:
    """Return the request that restarts the VM; KubeVirt takes no grace period but none at all."""
    body = {"gracePeriodSeconds": 0} if wanted.grace_period == 0 else {}
    return Step("restart", VM, wanted.name, body)


_DECISIONS: dict[str, t.Callable[..., PowerPlan]] = {
    "present": _present,
    "running": _running,
    "stopped": _stopped,
    "restarted": _restarted,
    "paused": _paused,
}
