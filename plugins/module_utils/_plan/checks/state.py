# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.4, first part: the state that MAAS keeps each machine in, and how it came there. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    FAIL,
    MACHINE,
    WARN,
    Check,
    Finding,
    fail,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import text, trees, whole
from ansible_collections.vmo.core.plugins.module_utils._model.machine import (
    ABORTED,
    ALLOCATED,
    BROKEN,
    COMMISSIONING,
    DEGRADED,
    DEPLOYED,
    FAILED,
    FAILED_COMMISSIONING,
    IN_PROGRESS,
    NEVER_RAN,
    NEW,
    PASSED,
    READY,
    RESERVED,
    SCRIPT_FAILED,
    SKIPPED,
    TIMED_OUT,
)
from ansible_collections.vmo.core.plugins.module_utils._model.moment import DAY, HOUR, moment
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
COMMISSIONING_RESULT = 0
EVENTS_TOLD = 3
TROUBLE = re.compile(r"fail|error|timed out|broken", re.IGNORECASE)


def is_commissioned(machine: Machine) -> bool:
    """Tell whether hardware facts can be there at all."""
    return machine.status not in (NEW, COMMISSIONING, FAILED_COMMISSIONING)


def in_trouble(machine: Machine) -> bool:
    """Tell whether the status itself says that something failed."""
    return machine.status in FAILED or machine.status == BROKEN


def _status(machine: Machine, ground: Ground) -> Findings:
    if machine.status is None:
        yield unknown("MAAS does not tell the status.")
        return
    why = machine.error_description or machine.status_message
    said = f"is {machine.status_name}{f': {why}' if why else ''}".rstrip(".") + "."
    wanted = READY if ground.before else DEPLOYED
    if machine.status in (wanted, NEW):
        return
    if machine.status in IN_PROGRESS:
        yield warn(f"{said} Wait for it to end.", lack="an ended action", status=machine.status_name)
    elif machine.status in (ALLOCATED, RESERVED) and machine.owner in (None, ground.owner) and ground.before:
        yield warn(f"{said} It will not be allocated again.", lack="a release", owner=machine.owner)
    elif machine.status in (ALLOCATED, RESERVED):
        # whose it is, is the question of m.owner
        return
    else:
        events = [str(event.get("description")) for event in _events(machine, ground)[:EVENTS_TOLD]]
        wanted_name = "Ready" if ground.before else "Deployed"
        yield fail(said, lack=f"the state {wanted_name}", status=machine.status_name, events=events)


def _locked(machine: Machine, ground: Ground) -> Findings:
    if machine.locked is None:
        yield unknown("MAAS does not tell whether it is locked.")
    elif ground.before and machine.locked:
        yield fail("is locked: nothing can be changed or deployed.", lack="an unlock")
    elif not ground.before and not machine.locked and machine.status == DEPLOYED:
        if ground.demands.nodes is not None:
            yield skip("Judged together with the Kubernetes nodes.")
        else:
            yield warn("is not locked: one wrong release erases a node.")


def _owner(machine: Machine, ground: Ground) -> Findings:
    if not machine.tells("owner"):
        yield unknown("MAAS does not tell the owner.")
        return
    held = machine.status in (ALLOCATED, RESERVED, DEPLOYED, READY)
    if machine.owner is None or not held or (machine.owner == ground.owner and machine.status != READY):
        return
    if ground.owner is None:
        yield unknown(f"belongs to {machine.owner}; who asks is not known.")
    else:
        yield fail(f"belongs to {machine.owner}.", lack="its owner's release", owner=machine.owner)


def _error(machine: Machine, _ground: Ground) -> Findings:
    if in_trouble(machine):
        return
    message = machine.status_message if TROUBLE.search(machine.status_message or "") else None
    said = machine.error_description or message
    if said:
        yield warn(f"MAAS notes: {said}")
    elif not machine.tells("error_description") and not machine.tells("status_message"):
        yield unknown("MAAS tells no error_description.")


def _events(machine: Machine, ground: Ground) -> list[Tree]:
    """Return the machine's errors within the time that counts, newest first."""
    since = ground.now - ground.demands.thresholds.events_hours * HOUR
    found = [
        event
        for event in trees(ground.fleet.answers.get("events"))
        if event.get("node") == machine.system_id and event.get("level") in ("ERROR", "CRITICAL")
    ]
    return [event for event in found if (moment(event.get("created")) or ground.now) >= since]


def _errors(machine: Machine, ground: Ground) -> Findings:
    if "events" not in ground.fleet.answers:
        yield ground.missing("events")
        return
    found = _events(machine, ground)
    if found and not in_trouble(machine):
        said = "; ".join(str(event.get("description") or event.get("type")) for event in found[:EVENTS_TOLD])
        yield warn(f"{len(found)} errors in the last {ground.demands.thresholds.events_hours} h: {said}")


def _commissioned(machine: Machine, ground: Ground) -> Findings:
    if machine.status == NEW:
        yield fail("is not commissioned: nothing is known of its hardware.", lack="commissioning")
        return
    status = machine.commissioning_status
    if not is_commissioned(machine):
        return
    if status is None or status == NEVER_RAN:
        yield unknown("MAAS does not tell how commissioning ended.")
    elif status in (SCRIPT_FAILED, TIMED_OUT, ABORTED):
        yield fail("did not pass its last commissioning.", lack="commissioning", status=status)
    elif status != PASSED:
        yield unknown("is being commissioned.", status=status)
    ended = commissioned_at(machine, ground)
    days = ground.demands.thresholds.commissioning_days
    if ended is not None and ground.now - ended > days * DAY:
        age = int((ground.now - ended) // DAY)
        yield warn(f"was commissioned {age} days ago: its hardware may have changed.", days=age)


def commissioned_at(machine: Machine, ground: Ground) -> float | None:
    """Return when the last commissioning ended, in seconds since 1970, ``None`` where it is not known."""
    ends: list[float | None] = []
    for found in trees(ground.fleet.about("results", machine.system_id)):
        if whole(found, "type") == COMMISSIONING_RESULT:
            ends += [whole(result, "endtime") for result in trees(found.get("results"))]
            ends.append(moment(text(found, "ended")))
    known = [float(end) for end in ends if end]
    return max(known) if known else None


def _tests(machine: Machine, ground: Ground) -> Findings:
    status = machine.testing_status
    failed = [kind for kind, found in machine.tests.items() if found in (SCRIPT_FAILED, TIMED_OUT)]
    degraded = [kind for kind, found in machine.tests.items() if found == DEGRADED and kind != "storage"]
    if failed == ["storage"]:
        # the disks are the question of s.smart
        return
    if status in (SCRIPT_FAILED, TIMED_OUT) or failed:
        names = _failed_scripts(machine, ground) or failed or ["which, is not told"]
        yield fail(f"failed tests: {several(names)}.", lack="passed tests", tests=names)
    elif status == DEGRADED or degraded:
        if degraded or machine.tests.get("storage") != DEGRADED:
            yield warn(f"passed tests as degraded: {several(degraded or ['which, is not told'])}.")
    elif status == NEVER_RAN:
        yield warn("was never tested.")
    elif status == SKIPPED:
        yield warn("was not tested: its tests were skipped.")
    elif status is None:
        yield unknown("MAAS does not tell how its tests ended.")


def _failed_scripts(machine: Machine, ground: Ground) -> list[str]:
    return sorted(
        {
            text(result, "name") or "?"
            for found in trees(ground.fleet.about("results", machine.system_id))
            for result in trees(found.get("results"))
            if whole(result, "status") in (SCRIPT_FAILED, TIMED_OUT) and not result.get("suppressed")
            if whole(found, "type") != COMMISSIONING_RESULT
        }
    )


CHECKS = (
    Check(
        "m.status",
        MACHINE,
        "The machine is Ready (before the deployment) or Deployed (after it)",
        FAIL,
        ("status", "error_description", "status_message", "events"),
        "Bring it to Ready: commission it, release it, mark it fixed, or exit rescue mode, as its state asks.",
        _status,
    ),
    Check(
        "m.locked",
        MACHINE,
        "The lock suits: open before the deployment, closed after it",
        FAIL,
        ("locked",),
        "Unlock it before, lock it after; the Cluster API provider cannot release a locked machine.",
        _locked,
    ),
    Check("m.owner", MACHINE, "Nobody else owns it", FAIL, ("owner",), "Ask its owner to release it.", _owner),
    Check(
        "m.error",
        MACHINE,
        "MAAS notes no error",
        WARN,
        ("error_description", "status_message"),
        "Find the cause, then mark the machine fixed or test it again.",
        _error,
    ),
    Check(
        "m.events",
        MACHINE,
        "No errors lately",
        WARN,
        ("events",),
        "Look at the events of the machine in MAAS.",
        _errors,
    ),
    Check(
        "m.commissioned",
        MACHINE,
        "It passed commissioning, not too long ago",
        FAIL,
        ("status", "commissioning_status", "results"),
        "Commission it (with skip_networking and skip_storage where its layout is to stay).",
        _commissioned,
    ),
    Check(
        "m.tests",
        MACHINE,
        "It passed its tests",
        FAIL,
        ("testing_status", "cpu_test_status and the like", "results"),
        "Repair what failed and test again; override_failed_testing only when the failure is understood.",
        _tests,
    ),
)
