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
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.settings import POWER_SET

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._errors import VmoError
    from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedMachine
    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import Step
    from ansible_collections.vmo.core.plugins.module_utils._ports import JsonObject

    Tree = dict[str, t.Any]


@dataclass
class Run:
    """``raw`` is the machine as last seen, ``done`` the long operations that were begun. It grows by ``note``.

    ``is_stale`` tells that an answer still showed the state before, so that MAAS has to be asked again.
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
