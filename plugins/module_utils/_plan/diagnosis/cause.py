# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a VM does not come up: the first cause that the objects around it name. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.status import condition, is_ready, printable
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.late import LATE_RULES
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.pods import POD_RULES
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.rules import POLICY_RULES, VM_RULES
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.scheduling import obstacles, summary
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.storage import (
    CLAIM_RULES,
    CLONE_RULES,
    IMPORT_RULES,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.symptoms import (
    Symptom,
    clean,
    last_seen,
    newest_first,
    symptoms,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._errors import VmoError
    from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.rules import Rule

Tree = dict[str, t.Any]
RULES = (*POLICY_RULES, *CLAIM_RULES, *CLONE_RULES, *IMPORT_RULES, *VM_RULES, *POD_RULES)
EVENTS_SHOWN = 10


@dataclass(frozen=True)
class Evidence:
    """The objects around a VM, as far as they could be read; ``unavailable`` names the kinds that could not.

    ``pods`` are launcher pods, newest first, ``importers`` the pods that fill disks, ``claims`` the
    PersistentVolumeClaims that the VM names itself.
    """

    vmi: Tree | None = None
    pods: tuple[Tree, ...] = ()
    importers: tuple[Tree, ...] = ()
    data_volumes: tuple[Tree, ...] = ()
    claims: tuple[Tree, ...] = ()
    events: tuple[Tree, ...] = ()
    unavailable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A cause: a stable ``code``, a sentence that names object and cause, and the next step.

    ``lasting``: nothing heals it but a change by somebody.
    """

    code: str
    message: str
    hint: str
    lasting: bool = False


def diagnose(vm: Tree, evidence: Evidence, *, late: bool = False) -> Finding | None:
    """Return why the VM does not come up, ``None`` if nothing speaks against it.

    ``late``: a deadline has passed, so what only takes too long is a cause as well.
    """
    seen = list(symptoms(vm, evidence))
    if not is_ready(vm):
        for symptom in seen:
            finding = _unschedulable(symptom) if symptom.where == "schedule" else _first(RULES, symptom)
            if finding is not None:
                return finding
    # here the rows are in order: all of it is normal by itself, so the most telling counts
    findings = (_first([rule], symptom) for rule in LATE_RULES for symptom in seen) if late else ()
    return next((finding for finding in findings if finding is not None), None)


def explain_refusal(subject: str, text: str) -> Finding | None:
    """Return the cause for which the server refuses the VM, ``None`` if its own words are all that is known."""
    return _first(VM_RULES, Symptom("refusal", subject, "", clean(text)))


def explained(refusal: VmoError, subject: str) -> VmoError:
    """Return the refusal with its cause and the next step where these are known, with all that the server said."""
    said = "; ".join(field["message"] for field in refusal.details.get("fields", ())) or refusal.message
    finding = explain_refusal(subject, said)
    if finding is None:
        return refusal
    return type(refusal)(f"{finding.message} {finding.hint}", code=finding.code, **refusal.details)


def _first(rules: t.Sequence[Rule], symptom: Symptom) -> Finding | None:
    for rule in rules:
        values = rule.match(symptom)
        if values is not None:
            return Finding(rule.code, rule.message.format(**values), rule.hint.format(**values), rule.lasting)
    return None


def _unschedulable(symptom: Symptom) -> Finding | None:
    found = obstacles(symptom.text)
    if not found:
        return None
    return Finding(
        found[0].code,
        f"No node can take the pod of {symptom.subject}: {summary(found)}.",
        found[0].hint,
        lasting=found[0].code == "no_kvm_device",
    )


def report(vm: Tree, evidence: Evidence, finding: Finding | None) -> Tree:
    """Return the ``diagnosis`` of a failure: JSON values in the servers' words, nothing of any ``spec``."""
    cause = finding or diagnose(vm, evidence, late=True)
    pod = evidence.pods[0] if evidence.pods else None
    return {
        # of a DataVolume it is the phase
        "status": str(dig(vm, "status.phase") or printable(vm)),
        "reason": cause.code if cause else None,
        "message": cause.message if cause else None,
        "conditions": _conditions(vm, evidence.vmi),
        "data_volumes": [_data_volume(volume) for volume in evidence.data_volumes],
        "pod": None if pod is None else _pod(pod),
        "events": [_event(event) for event in newest_first(evidence.events)[:EVENTS_SHOWN]],
        "hints": [cause.hint] if cause else [],
        "unavailable": list(evidence.unavailable),
    }


def _conditions(*found: Tree | None) -> list[dict[str, str]]:
    """Return conditions; those of the VMI that the VM repeats come once."""
    shown: dict[str, dict[str, str]] = {}
    for item in found:
        for each in dig(item, "status.conditions") or ():
            shown.setdefault(str(each.get("type")), {**_texts(each, "type", "status", "reason", "message")})
    return list(shown.values())


def _texts(found: Tree, *fields: str) -> dict[str, str]:
    return {field: clean(found.get(field)) for field in fields}


def _data_volume(volume: Tree) -> Tree:
    texts = [clean(condition(volume, kind).get("message")) for kind in ("Running", "Bound", "Ready")]
    return {
        "name": dig(volume, "metadata.name"),
        "phase": dig(volume, "status.phase", "Pending") or "Pending",
        "progress": dig(volume, "status.progress", "N/A"),
        "restarts": dig(volume, "status.restartCount", 0),
        "message": next((text for text in texts if text), ""),
    }


def _pod(pod: Tree) -> Tree:
    """Return what a pod waits for, or died of: the first container that says so, then the pod itself."""
    statuses = (*(dig(pod, "status.initContainerStatuses") or ()), *(dig(pod, "status.containerStatuses") or ()))
    waiting = [state for state in (dig(status, "state.waiting") for status in statuses) if state]
    failed = [state for state in (dig(status, "state.terminated") for status in statuses) if dig(state, "exitCode")]
    scheduled = condition(pod, "PodScheduled")
    remarks = [scheduled] if scheduled.get("status") == "False" else []
    remarks += [*failed, *sorted(waiting, key=lambda state: "message" not in state), dig(pod, "status") or {}]
    return {
        "name": dig(pod, "metadata.name"),
        "phase": dig(pod, "status.phase"),
        **_texts(remarks[0], "reason", "message"),
    }


def _event(event: Tree) -> dict[str, str]:
    about = event.get("involvedObject", {})
    return {
        "time": last_seen(event),
        "object": f"{about.get('kind')}/{about.get('name')}",
        **_texts(event, "type", "reason", "message"),
    }
