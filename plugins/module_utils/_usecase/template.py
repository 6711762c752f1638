# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a VM template to what a task wants, and report it. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from pathlib import Path

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    AlreadyExists,
    Conflict,
    InvalidOption,
    NotFound,
    VmoError,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import VM
from ansible_collections.vmo.core.plugins.module_utils._model.template import WantedTemplate, is_parameterized
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import without_secrets
from ansible_collections.vmo.core.plugins.module_utils._plan.template.decide import (
    check_annotations,
    check_definition,
    decide,
    decide_removal,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.template.save import save
from ansible_collections.vmo.core.plugins.module_utils._usecase.template_find import Place, find
from ansible_collections.vmo.core.plugins.module_utils._words.parameterized import without_references
from ansible_collections.vmo.core.plugins.module_utils._words.template import read_template
from ansible_collections.vmo.core.plugins.module_utils._words.vm import check_words

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, JsonObject, Progress

# somebody else who keeps changing the same template is no reason to go on for ever
_ATTEMPTS = 5
_PLAIN = ("name", "state", "update", "allow_inline_secrets")


def run(cluster: Cluster, params: dict[str, t.Any], _clock: Clock, _progress: Progress) -> dict[str, t.Any]:
    """Carry out a task of ``vmo_template`` and return changed, diff, actions, template, removed and warnings."""
    wanted = _wanted(params)
    check_words(without_references(wanted.options))
    check_annotations("annotations", wanted.options.get("annotations"))
    check_annotations("definition", dig(wanted.definition, "metadata.annotations"))
    check_definition(wanted, params["api_version"])
    removed: tuple[str, ...] = ()
    notes: list[str] = []
    if wanted.state == "present" and params["src"] is not None:
        wanted = replace(wanted, whole=_from_file(params["src"], wanted.name))
    elif wanted.state == "present" and params["from_vm"] is not None:
        wanted, removed, notes = _from_vm(cluster, wanted, params["from_vm"])
    return {**_converge(cluster, wanted, params, notes), "removed": list(removed)}


def _wanted(params: t.Mapping[str, t.Any]) -> WantedTemplate:
    return WantedTemplate(
        name=params["name"],
        state=params["state"],
        options={option: value for option, value in params.items() if option not in _PLAIN},
        definition=params["definition"] or {},
        update=params["update"],
        allow_inline_secrets=params["allow_inline_secrets"],
    )


def _from_file(src: str, name: str) -> JsonObject:
    try:
        content = Path(src).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InvalidOption(f"src: {src} cannot be read: {reason}.", option="src") from None
    return read_template(content, name, "src")


def _from_vm(
    cluster: Cluster, wanted: WantedTemplate, source: t.Mapping[str, t.Any]
) -> tuple[WantedTemplate, tuple[str, ...], list[str]]:
    vm = cluster.get(VM, source["namespace"], source["name"])
    if vm is None:
        raise NotFound(f"There is no VirtualMachine {source['namespace']}/{source['name']} to save.", kind=VM.name)
    saved = save(vm)
    notes = []
    if saved.shared:
        notes.append(
            f"All VMs that are made from {wanted.subject} will use the same claims, in their own namespace: "
            f"{', '.join(saved.shared)}."
        )
    return replace(wanted, whole=saved.body), saved.removed, notes


def _converge(
    cluster: Cluster, wanted: WantedTemplate, params: t.Mapping[str, t.Any], notes: list[str]
) -> dict[str, t.Any]:
    """Read, decide and send; when somebody else was faster, read and decide again."""
    actions: list[dict[str, str]] = []
    attempts, in_doubt = 0, False
    plan: Plan | None = None
    while True:
        place = find(cluster, params["api_version"], params["namespace"], wanted.name)
        latest = _decide(wanted, place)
        if plan is not None and in_doubt and not latest.steps:
            # the first attempt, whose answer was lost, has done it
            actions += [step.report() for step in plan.steps]
            break
        plan = latest
        try:
            found = _send(cluster, place, plan)
        except (AlreadyExists, Conflict, NotFound) as error:
            attempts += 1
            in_doubt = in_doubt or error.is_perhaps_done
            is_final = isinstance(error, NotFound) and plan.action == "create"
            if is_final or attempts >= _ATTEMPTS:
                raise _with_report(error, wanted, plan, cluster) from None
            continue
        except VmoError as error:
            raise _with_report(error, wanted, plan, cluster) from None
        actions += [step.report() for step in plan.steps]
        place = place._replace(found=found)
        break
    return {
        "changed": bool(actions),
        "actions": actions,
        "diff": _diff(wanted, plan),
        "template": {} if place.found is None else without_secrets(place.found),
        "warnings": [*notes, *plan.notes, *cluster.drain_warnings()],
    }


def _decide(wanted: WantedTemplate, place: Place) -> Plan:
    if wanted.state == "absent":
        return decide_removal(place.found, place.kind)
    if not is_parameterized(place.kind):
        check_words(wanted.options)
    return decide(wanted, place.found, place.kind, place.namespace)


def _send(cluster: Cluster, place: Place, plan: Plan) -> JsonObject | None:
    found = place.found
    for step in plan.steps:
        if step.verb == "create":
            found = cluster.create(step.kind, step.body)
        elif step.verb == "patch":
            found = cluster.patch(step.kind, place.namespace, step.name, step.body)
        else:
            cluster.delete(step.kind, place.namespace, step.name, uid=step.body.get("uid"))
            found = None
    return found


def _diff(wanted: WantedTemplate, plan: Plan) -> dict[str, t.Any]:
    return {
        "before_header": wanted.subject,
        "after_header": wanted.subject,
        "before": plan.before,
        "after": plan.after,
    }


def _with_report(error: VmoError, wanted: WantedTemplate, plan: Plan, cluster: Cluster) -> VmoError:
    error.report = {
        "changed": False,
        "actions": [],
        "diff": _diff(wanted, plan),
        "warnings": cluster.drain_warnings(),
    }
    return error
