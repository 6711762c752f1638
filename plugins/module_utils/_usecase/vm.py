# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a virtual machine to what a task wants, and report it. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    AlreadyExists,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    VmoError,
    WaitTimeout,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import SECRET, VM
from ansible_collections.vmo.core.plugins.module_utils._model.status import is_going, restart_required
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import explained
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import without_secrets
from ansible_collections.vmo.core.plugins.module_utils._plan.vm import (
    ask,
    check_definition,
    decide,
    decide_removal,
    needs_disks,
)
from ansible_collections.vmo.core.plugins.module_utils._usecase.record import Record
from ansible_collections.vmo.core.plugins.module_utils._usecase.vm_template import Surroundings
from ansible_collections.vmo.core.plugins.module_utils._usecase.vm_wait import (
    Waiting,
    always,
    finish,
    owned_disks,
    settle,
    until_disks_are_gone,
    until_gone,
)
from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline, gives_way
from ansible_collections.vmo.core.plugins.module_utils._words.guest_config import secret_name
from ansible_collections.vmo.core.plugins.module_utils._words.vm import check_words

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm
    from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan, Step
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, JsonObject, Progress

# KubeVirt says no, but the VM already is where it shall be
_ALREADY = {
    "start": ("already running",),
    "stop": ("VM is not running", "shorter graceperiod"),
    "pause": ("already paused",),
    "unpause": ("not paused",),
}
# KubeVirt has not put an earlier request behind it, though the guest is where that wanted it
_UNDERWAY = "stop/start already underway"
_UNNEEDED: JsonObject = {}


def ensure(
    cluster: Cluster,
    wanted: WantedVm,
    clock: Clock,
    progress: Progress,
    around: Surroundings | None = None,
    may_look: Callable[[float], bool] = always,
) -> dict[str, t.Any]:
    """Carry the task out and return its report: changed, diff, vm, actions, restart_required, warnings and the like.

    ``around`` and ``may_look`` are what the VM shares with others that are worked on at once.
    """
    around = around or Surroundings(cluster)
    check_words(wanted.options)
    check_definition(wanted.definition)
    waiting = Waiting(cluster, wanted, Deadline(clock, wanted.wait_timeout), progress, may_look)
    record = Record()
    try:
        if wanted.template is not None and wanted.state != "absent":
            waiting = waiting._replace(wanted=replace(wanted, blueprint=around.blueprint(wanted)))
        found = _converge(waiting, around, record)
        if wanted.wait and not cluster.dry_run:
            found = finish(waiting, found, [action["verb"] for action in record.actions], record.on_restart)
            if record.removed is not None and wanted.delete_disks:
                until_disks_are_gone(waiting, record.removed)
    except VmoError as error:
        error.report = {**record.report(wanted.subject), "warnings": cluster.drain_warnings()}
        raise
    return _report(cluster, wanted, found, record)


def _converge(waiting: Waiting, around: Surroundings, record: Record) -> JsonObject | None:
    """Read, decide and act until a plan has nothing left to decide again; return the VM as last seen."""
    cluster, wanted, deadline = waiting.cluster, waiting.wanted, waiting.deadline
    conflicts = 0
    while True:
        found = cluster.get(VM, wanted.namespace, wanted.name)
        if is_going(found) and wanted.state != "absent" and not cluster.dry_run:
            until_gone(waiting, found)
            continue
        plan = _decide(cluster, wanted, found)
        if plan.action == "create" and wanted.blueprint is not None:
            around.require_needs(wanted, _new_vm(plan))
        record.note(plan)
        if plan.action == "delete" and dig(found, "spec.dataVolumeTemplates"):
            record.removed = found
        try:
            latest = _carry_out(cluster, wanted, plan, found, record)
        except (Conflict, AlreadyExists, NotFound) as error:
            conflicts += 1
            # what is not found while something is made is its namespace
            is_final = isinstance(error, NotFound) and plan.action == "create"
            if is_final or not gives_way(deadline, conflicts):
                raise
            continue
        if plan.again is None or cluster.dry_run:
            return latest
        if deadline.left <= 0:
            raise WaitTimeout(
                f"{wanted.subject} is not settled after {deadline.seconds:g} seconds: something undoes the task.",
                last_seen=plan.again,
            )
        settle(waiting, latest, plan.again, plan.on_restart)
        if any(step.verb == "restart" and not step.foreseen for step in plan.steps):
            # it was asked for once, however often the plan is made again
            wanted = replace(wanted, state="running", restart="never")
        elif plan.again == "observed" and any(word.startswith("disks.") for word in plan.on_restart):
            # where disks are hotplugged by request, KubeVirt leaves new ones aside and does not say so (facts 2.8)
            wanted = replace(wanted, restart="now")


def _new_vm(plan: Plan) -> JsonObject:
    return next(step.body for step in plan.steps if step.kind is VM and step.verb == "create")


def _decide(cluster: Cluster, wanted: WantedVm, found: JsonObject | None) -> Plan:
    if wanted.state == "absent":
        return decide_removal(wanted, found, owned_disks(cluster, found) if needs_disks(wanted, found, None) else ())
    asked = ask(wanted, found)
    secret = cluster.get(SECRET, wanted.namespace, secret_name(wanted.name)) if asked.needs_secret else None
    owned = owned_disks(cluster, found) if needs_disks(wanted, found, asked) else ()
    return decide(wanted, found, asked, secret, owned)


def _carry_out(
    cluster: Cluster, wanted: WantedVm, plan: Plan, found: JsonObject | None, record: Record
) -> JsonObject | None:
    """Send the steps in their order; return the VM as it is after them."""
    latest, is_stale = found, False
    for step in plan.steps:
        if step.foreseen:
            if cluster.dry_run:
                record.did(step)
            continue
        try:
            answer = _send(cluster, wanted, step)
        except (Conflict, AlreadyExists, NotFound) as error:
            if error.is_perhaps_done:
                record.did(step, perhaps=True)
            raise
        except (Invalid, Forbidden) as refusal:
            if found is None and not cluster.dry_run:
                _take_back(cluster, wanted, record)
            raise explained(refusal, wanted.subject) from None
        if answer is _UNNEEDED:
            continue
        record.did(step)
        if step.kind is VM and answer is not None:
            latest, is_stale = answer, False
        else:
            is_stale = True
    if is_stale and not cluster.dry_run:
        return cluster.get(VM, wanted.namespace, wanted.name)
    return latest


def _take_back(cluster: Cluster, wanted: WantedVm, record: Record) -> None:
    """Delete the Secret that was made a moment ago for a VM that is refused: it belongs to nobody."""
    made = [action for action in record.actions if action["kind"] == SECRET.name and action["verb"] == "create"]
    for action in made:
        try:
            cluster.delete(SECRET, wanted.namespace, action["name"])
        except VmoError:
            # why the VM was refused matters more; the next task takes the Secret up again
            continue
        record.actions.remove(action)


def _send(cluster: Cluster, wanted: WantedVm, step: Step) -> JsonObject | None:
    if step.verb == "create":
        return cluster.create(step.kind, step.body)
    if step.verb == "patch":
        return cluster.patch(step.kind, wanted.namespace, step.name, step.body)
    if step.verb == "delete":
        cluster.delete(step.kind, wanted.namespace, step.name, uid=step.body.get("uid"))
        return None
    try:
        cluster.invoke(step.kind, wanted.namespace, step.name, step.verb, step.body)
    except Refused as refusal:
        if any(text in refusal.message for text in _ALREADY.get(step.verb, ())):
            return _UNNEEDED
        if _UNDERWAY in refusal.message:
            raise Conflict(refusal.message, **refusal.details) from None
        raise
    return None


def _report(cluster: Cluster, wanted: WantedVm, found: JsonObject | None, record: Record) -> dict[str, t.Any]:
    reason = restart_required(found)
    warnings = [*record.notes, *cluster.drain_warnings()]
    if reason is not None and wanted.restart == "never":
        warnings.append(f"{wanted.subject} needs a restart before all changes take effect: {reason}.")
    if record.on_restart and reason is None and not any(action["verb"] == "restart" for action in record.actions):
        warnings.append(f"{wanted.subject} is expected to follow at its next start: {', '.join(record.on_restart)}.")
    drift = {} if wanted.template is None else {"template_drift": record.drift}
    return {
        **record.report(wanted.subject),
        **drift,
        "vm": {} if found is None else without_secrets(found),
        "restart_required": reason is not None,
        "live_changes": record.live,
        "warnings": warnings,
    }
