# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what VM templates there are. Private to vmo.core."""

from __future__ import annotations

import secrets
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.template import display_name
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import hide_documents, without_secrets
from ansible_collections.vmo.core.plugins.module_utils._plan.template.needs import needs_of
from ansible_collections.vmo.core.plugins.module_utils._plan.template.process import process
from ansible_collections.vmo.core.plugins.module_utils._usecase.template_find import find, find_all
from ansible_collections.vmo.core.plugins.module_utils._words.parameterized import (
    REFERENCE,
    has_parameters,
    is_whole,
    open_values,
    to_plain,
)
from ansible_collections.vmo.core.plugins.module_utils._words.shape import fault_of
from ansible_collections.vmo.core.plugins.module_utils._words.template import (
    describe_template,
    holds_secret,
    machine_of,
    run_strategy_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, JsonObject, Progress

# of one object on one cluster: an import does not want them
_SERVED = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")


def run(cluster: Cluster, params: dict[str, t.Any], _clock: Clock, _progress: Progress) -> dict[str, t.Any]:
    """Carry out a task of ``vmo_template_info``."""
    if params["parameters"] and not params["process"]:
        raise InvalidOption("parameters: they are looked at with process=true only.", option="parameters")
    try:
        found = _templates(cluster, params)
        served = True
    except ApiMissing:
        found, served = [], False
    return {
        "changed": False,
        "served": served,
        "templates": [_summary(template, params) for template in found],
        "warnings": cluster.drain_warnings(),
    }


def _templates(cluster: Cluster, params: dict[str, t.Any]) -> list[JsonObject]:
    name, api_version, namespace = params["name"], params["api_version"], params["namespace"]
    labels = ",".join(params["label_selectors"] or ())
    if name and not labels:
        template = find(cluster, api_version, namespace, name).found
        return [] if template is None else [template]
    fields = f"metadata.name={name}" if name else None
    return find_all(cluster, api_version, namespace, labels=labels or None, fields=fields)


def _summary(served: JsonObject, params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    template = to_plain(served) if is_whole(served) else served
    metadata = template["metadata"]
    machine = machine_of(template)
    words = describe_template(template)
    ready = [item for item in dig(template, "status.conditions") or () if item.get("type") == "Ready"]
    summary = {
        "name": metadata["name"],
        "namespace": metadata.get("namespace"),
        "api_version": template.get("apiVersion"),
        "uid": metadata.get("uid"),
        "created": metadata.get("creationTimestamp"),
        "display_name": display_name(template),
        "description": dig(template, "spec.description"),
        "icon": dig(template, "spec.icon"),
        "run_strategy": run_strategy_of(template),
        "message": dig(template, "spec.message"),
        "parameters": without_secrets(words.get("parameters") or []),
        "ready": ready[0].get("status") == "True" if ready else None,
        "labels": metadata.get("labels") or {},
        "annotations": metadata.get("annotations") or {},
        "holds_inline_secrets": holds_secret(machine, parameterized=has_parameters(template))
        or bool(open_values(template)),
        "needs": [
            {"kind": need.kinds[0].name, "namespace": need.namespace or None, "name": need.name}
            for need in ([] if fault_of(machine) else needs_of(machine, ""))
            # which one it will be, a parameter says
            if not REFERENCE.search(f"{need.namespace} {need.name}")
        ],
        "options": words if params["with_documents"] else hide_documents(words),
    }
    if params["process"]:
        processed = process(template, params["parameters"], secrets.choice)
        summary["processed"] = processed if params["with_documents"] else without_secrets(processed)
    if params["with_objects"]:
        exported = _exported(served)
        summary["template"] = exported if params["with_documents"] else without_secrets(exported)
    return summary


def _exported(template: JsonObject) -> JsonObject:
    kept = {field: value for field, value in template["metadata"].items() if field not in _SERVED}
    return {**template, "metadata": kept}
