# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine of a task while it is carried out, and what is told of it at the end. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._model.machine_status import status_word
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import MachinePlan
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.refine import by_name
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.settings import POWER_SET

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._errors import VmoError
    from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedMachine
    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import Step
    from ansible_collections.vmo.core.plugins.module_utils._ports import JsonObject

    Tree = dict[str, t.Any]

LOST_ANSWERS = 3


@dataclass
class Run:
    """``raw`` is the machine as last seen, ``done`` the long operations that were begun. It grows by ``note``.

    ``is_stale`` tells that an answer still showed the state before, so that MAAS has to be asked again; ``in_doubt`` is
    a step whose answer was lost, which happens ``LOST_ANSWERS`` times at most before it is a failure.
    """

    wanted: WantedMachine
    raw: JsonObject = field(default_factory=dict)
    power: t.Mapping[str, str] = field(default_factory=dict)
    plan: MachinePlan = field(default_factory=MachinePlan)
    done: set[str] = field(default_factory=set)
    actions: list[dict[str, str]] = field(default_factory=list)
    pending: list[dict[str, str]] = field(default_factory=list)
    before: Tree = field(default_factory=dict)
    after: Tree = field(default_factory=dict)
    first_status: t.Any = None
    failure: VmoError | None = None
    is_stale: bool = False
    in_doubt: Step | None = None
    lost: int = 0

    @property
    def system_id(self) -> str:
        """Return what MAAS calls the machine."""
        return str(self.raw.get("system_id") or "")

    @property
    def status(self) -> t.Any:
        """Return the number of the state."""
        return self.raw.get("status")

    def begin(self, raw: JsonObject, power: t.Mapping[str, str]) -> None:
        """Take the machine as it is found."""
        self.raw, self.power, self.first_status = raw, power, raw.get("status")

    def foresee(self) -> None:
        """Take all of the plan as carried out: check mode."""
        self.actions += [step.report() for step in self.plan.steps]
        self.before, self.after = dict(self.plan.before), dict(self.plan.after)

    def promise(self) -> None:
        """Keep what the plan is about, once it is about to be carried out; what is only foreseen has its own time."""
        now = {word: value for word, value in self.plan.after.items() if word not in self.plan.later}
        was = {word: value for word, value in self.plan.before.items() if word not in self.plan.later}
        self.before = {**was, **self.before}
        if "interfaces" in now and "interfaces" in self.after:
            # made anew after a lost answer, a plan tells only what is left to do
            now["interfaces"] = by_name(self.after["interfaces"], now["interfaces"])
        self.after.update(now)
        self.pending = [step.report() for step in self.plan.steps if step.foreseen]

    def note(self, step: Step, answer: JsonObject | None) -> None:
        """Remember that a step was carried out, and the machine that came back."""
        self.actions.append(step.report())
        if step.begins:
            self.done.add(step.verb)
        if self.wanted.power is not None and "power_type" in step.form:
            # what was read before the task has been overtaken
            self.power = {name: str(value) for name, value in self.wanted.power.params.items()}
            self.done.add(POWER_SET)
        if isinstance(answer, dict) and "status" in answer and answer.get("system_id") == self.raw.get("system_id"):
            self.is_stale = step.begins and answer["status"] == self.status
            self.raw = answer

    def stop_at(self, step: Step, failure: VmoError) -> None:
        """Go no further: the machine has failed, or nobody knows whether the step was done and it must be looked at."""
        self.lost += failure.is_perhaps_done
        if failure.is_perhaps_done and self.lost <= LOST_ANSWERS:
            self.in_doubt, self.is_stale = step, True
        else:
            self.failure = failure

    def resolve(self, still_wanted: t.Iterable[Step] = ()) -> None:
        """Count the step in doubt as done, unless the plan, made anew, wants it again."""
        step, self.in_doubt = self.in_doubt, None
        if step is not None and not any(_are_one(step, each) for each in still_wanted):
            self.note(step, None)

    def result(self, *, foreseen: bool) -> Tree:
        """Return what is told of the machine."""
        machine = Machine.of(self.raw)
        told: Tree = {
            "name": self.wanted.name,
            "system_id": self.raw.get("system_id"),
            "hostname": machine.hostname,
            "fqdn": machine.fqdn,
            "status": status_word(machine.status),
            "changed": bool(self.actions),
            "actions": self.actions,
            "failed": self.failure is not None,
        }
        if self.pending and not foreseen:
            told["pending"] = self.pending
        if self.failure is not None:
            told.update(self.failure.as_failure())
        return told

    def diff(self, *, foreseen: bool) -> Tree | None:
        """Return what changed in the words of the options, ``None`` if nothing did."""
        before, after = dict(self.before), dict(self.after)
        if not foreseen and self.actions and self.status != self.first_status:
            before["status"], after["status"] = status_word(self.first_status), status_word(self.status)
        if before == after:
            return None
        header = f"machine {self.wanted.name}"
        return {"before": before, "after": after, "before_header": header, "after_header": header}


def _are_one(step: Step, other: Step) -> bool:
    return (step.verb, step.noun, step.name, step.form) == (other.verb, other.noun, other.name, other.form)
