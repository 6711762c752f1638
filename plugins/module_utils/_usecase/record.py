# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task did, also when it failed. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan, Step
    from ansible_collections.vmo.core.plugins.module_utils._ports import JsonObject


@dataclass
class Record:
    """What a task did so far; it grows while plans are carried out."""

    actions: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    before: JsonObject = field(default_factory=dict)
    after: JsonObject = field(default_factory=dict)
    live: list[str] = field(default_factory=list)
    on_restart: list[str] = field(default_factory=list)
    removed: JsonObject | None = None
    is_new: bool = False
    in_doubt: list[dict[str, str]] = field(default_factory=list)
    drift: JsonObject | None = None

    def note(self, plan: Plan) -> None:
        """Keep what a plan is about, once it is about to be carried out."""
        if not self.is_new:
            self.before = {**plan.before, **self.before}
            self.after.update(plan.after)
        self.is_new = self.is_new or plan.action == "create"
        self.drift = plan.drift
        for texts, new in ((self.notes, plan.notes), (self.live, plan.live), (self.on_restart, plan.on_restart)):
            texts += [text for text in new if text not in texts]

    def did(self, step: Step, *, perhaps: bool = False) -> None:
        """Count a step as done, once: one whose answer was lost may be repeated later."""
        report = step.report()
        if report in self.in_doubt:
            self.in_doubt.remove(report)
        else:
            self.actions.append(report)
        if perhaps:
            self.in_doubt.append(report)

    def report(self, subject: str) -> dict[str, t.Any]:
        """Return the part of the result that a failure has, too."""
        diff = {"before": self.before, "after": self.after}
        headers = {"before_header": subject, "after_header": subject}
        return {"changed": bool(self.actions), "actions": self.actions, "diff": {**headers, **diff}}
