# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a fleet at the end: each VM in a few words, and all failures in one. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._errors import VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.status import (
    addresses,
    is_ready,
    printable,
    run_strategy,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.causes import (
    Said,
    causes_of,
    failure_sentence,
    warning_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm
    from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.members import Member
    from ansible_collections.vmo.core.plugins.module_utils._usecase.fleet_cluster import Feeds

    Tree = dict[str, t.Any]

SEVERAL = "several"


@dataclass
class FleetRun:
    """One VM of a fleet while it is worked on; ``outcome`` is its report. It is the progress of its own wait."""

    member: Member
    wanted: WantedVm
    outcome: Tree = field(default_factory=dict, repr=False)
    failure: VmoError | None = None
    is_done: bool = False
    is_skipped: bool = False
    seen: str = ""

    def report(self, message: str) -> None:
        """Keep what is seen of the VM now."""
        self.seen = message

    def end(self, outcome: Tree, failure: VmoError | None = None) -> None:
        """Take what came of it."""
        self.outcome, self.failure, self.is_done = outcome, failure, True

    def said(self, code: str, message: str) -> Said:
        """Return a sentence about the VM."""
        return Said(self.wanted.namespace, self.wanted.name, code, message)


def result_of(run: FleetRun, feeds: Feeds, *, with_objects: bool) -> Tree:
    """Return the result of one VM."""
    wanted, outcome = run.wanted, run.outcome
    vm = outcome.get("vm") or {}
    told: Tree = {
        "name": wanted.name,
        "namespace": wanted.namespace,
        "group": run.member.group,
        "changed": outcome.get("changed", False),
        "failed": run.failure is not None,
        "skipped": run.is_skipped,
        "actions": outcome.get("actions", []),
        "restart_required": outcome.get("restart_required", False),
        "live_changes": outcome.get("live_changes", []),
        "warnings": outcome.get("warnings", []),
        "uid": (vm.get("metadata") or {}).get("uid"),
        "status": printable(vm) if vm else None,
        "ready": is_ready(vm),
        "run_strategy": run_strategy(vm) if vm else None,
        "address": run.member.address,
        "addresses": _addresses(run, feeds),
    }
    told.update({word: outcome[word] for word in ("template_drift", "msg", "error", "diagnosis") if word in outcome})
    if with_objects:
        told["vm"] = vm
    return told


def _addresses(run: FleetRun, feeds: Feeds) -> list[str]:
    if not run.is_done or run.failure is not None or "address" not in (run.wanted.wait_for or ()):
        return []
    found = addresses(feeds.instance(run.wanted.namespace, run.wanted.name))
    return list(dict.fromkeys(address for given in found.values() for address in given))


def report(runs: t.Sequence[FleetRun], results: t.Sequence[Tree], warnings: t.Sequence[str]) -> Tree:
    """Return the result of the task; raises one failure for all VMs that failed, with the result in it."""
    told = causes_of([run.said("", text) for run in runs for text in run.outcome.get("warnings", ())])
    result: Tree = {
        "changed": any(each["changed"] for each in results),
        "vms": list(results),
        "diff": [diff for diff in (run.outcome.get("diff") for run in runs) if diff and _tells(diff)],
        "summary": _summary(results),
        "warnings": [*map(warning_of, told), *warnings],
    }
    failed = [run.said(run.failure.code, run.failure.message) for run in runs if run.failure is not None]
    if not failed:
        return result
    causes = causes_of(failed)
    codes = {cause.code for cause in causes}
    failure = VmoError(
        failure_sentence(causes, len(runs), result["summary"]["skipped"]),
        code=codes.pop() if len(codes) == 1 else SEVERAL,
        vms=[said.name for said in failed],
        causes=[cause._asdict() for cause in causes],
    )
    failure.report = result
    raise failure


def _tells(diff: Tree) -> bool:
    return bool(diff["before"] or diff["after"])


def _summary(results: t.Sequence[Tree]) -> dict[str, int]:
    def count(word: str) -> int:
        return sum(bool(each[word]) for each in results)

    unchanged = sum(not (each["changed"] or each["failed"] or each["skipped"]) for each in results)
    words = {word: count(word) for word in ("changed", "failed", "skipped", "ready")}
    return {"total": len(results), "unchanged": unchanged, **words}
