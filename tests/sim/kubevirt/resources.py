# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generic verbs on stored kinds: create, get, list, patch, replace, delete."""

from __future__ import annotations

import base64
import copy
import json
import typing as t

from tests.sim.kubevirt import refusals
from tests.sim.kubevirt.admission import Admission
from tests.sim.kubevirt.documents import at, field_selector, label_selector, merge_patch, now
from tests.sim.kubevirt.kinds import NAMESPACE, Kind, Object
from tests.sim.kubevirt.refusals import bad_request
from tests.sim.kubevirt.routes import Route
from tests.sim.kubevirt.store import Store

_PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml")
_OPTIONS = {"POST": "CreateOptions", "PATCH": "PatchOptions", "PUT": "UpdateOptions"}
_FIELDS = ("metadata.name", "metadata.namespace", "involvedObject.")


class Call(t.NamedTuple):
    """What a verb needs of the request."""

    route: Route
    kind: Kind
    query: t.Mapping[str, str]
    body: bytes
    content_type: str
    manager: str

    @property
    def dry_run(self) -> bool:
        return "dryRun" in self.query

    @property
    def scope(self) -> tuple[Kind, str, str]:
        return self.kind, self.route.namespace, self.route.name


class Result(t.NamedTuple):
    code: int
    body: Object
    warnings: t.Sequence[str] = ()


class Resources:
    """Each verb returns the answer or raises the refusal."""

    def __init__(self, store: Store, admission: Admission) -> None:
        self._store, self._admission = store, admission

    def create(self, call: Call) -> Result:
        wanted = _decode(call)
        metadata = wanted.setdefault("metadata", {})
        wanted |= {"apiVersion": call.kind.api_version, "kind": call.kind.kind}
        if call.kind.namespaced and metadata.setdefault("namespace", call.route.namespace) != call.route.namespace:
            raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
        if call.kind.status and call.kind is not NAMESPACE:
            wanted.pop("status", None)
        if call.kind.namespaced and self._store.get(NAMESPACE, "", call.route.namespace) is None:
            raise refusals.not_found(NAMESPACE, call.route.namespace)
        item, warnings = self._admission.admit(call.kind, wanted, None, call.query.get("fieldValidation", "Warn"))
        item["metadata"]["managedFields"] = [_managed(call, item)]
        return Result(201, self._store.create(call.kind, item, dry_run=call.dry_run), warnings)

    def get(self, call: Call) -> Result:
        return Result(200, self._store.find(*call.scope))

    def list(self, call: Call) -> Result:
        holds = selection(call.query)
        items = [item for item in self._store.select(call.kind, call.route.namespace) if holds(item)]
        revision, start = str(self._store.revision), 0
        if call.query.get("continue"):
            revision, start = self._resume(call.query["continue"])
        metadata = {"continue": "", "resourceVersion": revision}
        limit = int(call.query.get("limit") or 0)
        if limit and start + limit < len(items):
            token = json.dumps({"v": "meta.k8s.io/v1", "rv": int(revision), "start": start + limit})
            metadata["continue"] = base64.urlsafe_b64encode(token.encode()).decode()
            metadata["remainingItemCount"] = str(len(items) - start - limit)
        body: Object = {"apiVersion": call.kind.api_version, "kind": f"{call.kind.kind}List", "metadata": metadata}
        if "remainingItemCount" in metadata:
            body["metadata"] = {**metadata, "remainingItemCount": int(metadata["remainingItemCount"])}
        return Result(200, {**body, "items": items[start : start + limit] if limit else items[start:]})

    def patch(self, call: Call) -> Result:
        if call.content_type != "application/merge-patch+json":
            raise refusals.unsupported(_PATCHES)
        old = self._store.find(*call.scope)
        try:
            wanted = merge_patch(old, json.loads(call.body))
        except ValueError:
            raise bad_request("error decoding patch: unexpected end of JSON input") from None
        return self._replace(call, old, wanted)

    def update(self, call: Call) -> Result:
        old, wanted = self._store.find(*call.scope), _decode(call)
        wanted |= {"apiVersion": call.kind.api_version, "kind": call.kind.kind}
        return self._replace(call, old, wanted)

    def _replace(self, call: Call, old: Object, wanted: Object) -> Result:
        # The precondition comes before the webhooks: a stale write is a conflict, whatever it holds.
        if at(wanted, "metadata.resourceVersion", "") not in ("", old["metadata"]["resourceVersion"]):
            raise refusals.conflict(call.kind, call.route.name)
        part = "status" if call.route.subresource == "status" else "spec"
        judged = copy.deepcopy(wanted)
        item, warnings = self._admission.admit(call.kind, judged, old, call.query.get("fieldValidation", "Warn"))
        return Result(200, self._store.replace(call.kind, item, dry_run=call.dry_run, part=part), warnings)

    def delete(self, call: Call) -> Result:
        item = self._store.find(*call.scope)
        try:
            options = json.loads(call.body) if call.body.strip() else {}
        except ValueError:
            raise bad_request("unable to decode delete options") from None
        for key, word, advice in (
            ("uid", "UID", "The object might have been deleted and then recreated"),
            ("resourceVersion", "ResourceVersion", "The object might have been modified"),
        ):
            wanted, found = at(options, f"preconditions.{key}"), item["metadata"][key]
            if wanted not in (None, found):
                text = (
                    f"the {word} in the precondition ({wanted}) does not match the {word} in record ({found}). {advice}"
                )
                raise refusals.conflict(call.kind._replace(plural=call.kind.kind), call.route.name, text)
        dry_run = call.dry_run or "All" in options.get("dryRun", [])
        policy = options.get("propagationPolicy") or call.query.get("propagationPolicy", "")
        left = self._store.delete(*call.scope, propagation=policy, dry_run=dry_run)
        if call.kind is NAMESPACE:  # gone at once here; the genuine one says that it is going
            item["metadata"]["deletionTimestamp"] = now()
            return Result(200, {**item, "status": {"phase": "Terminating"}})
        if left is not None:
            return Result(200, left)
        details = {
            "name": call.route.name,
            "group": call.kind.group,
            "kind": call.kind.plural,
            "uid": item["metadata"]["uid"],
        }
        body: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        return Result(200, {**body, "details": {key: value for key, value in details.items() if value}})

    def deletecollection(self, call: Call) -> Result:
        listed = self.list(call)
        for item in listed.body["items"]:
            self._store.delete(call.kind, call.route.namespace, item["metadata"]["name"], dry_run=call.dry_run)
        return listed

    def _resume(self, token: str) -> tuple[str, int]:
        try:
            found = json.loads(base64.urlsafe_b64decode(token))
            revision, start = int(found["rv"]), int(found["start"])
        except (ValueError, KeyError, TypeError):
            raise bad_request("invalid continue token: continue key is not valid: invalid character") from None
        if revision < self._store.oldest:
            raise refusals.expired(
                "The provided continue parameter is too old to display a consistent list result. You can start a new "
                "list without the continue parameter, or use the continue token in this response to retrieve the "
                "remainder of the results. Continuing with the provided token results in an inconsistent list - "
                "objects that were created, modified, or deleted between the time the first chunk was returned and "
                "now may show up in the list."
            )
        return str(revision), start


def check_options(method: str, query: t.Mapping[str, str]) -> None:
    """A misspelt dryRun must not become a write: the genuine server refuses it."""
    dry_run, validation = query.get("dryRun", "All"), query.get("fieldValidation", "")
    cause = None
    if dry_run != "All":
        text = f'Unsupported value: ["{dry_run}"]: supported values: "All"'
        cause = refusals.Cause("FieldValueNotSupported", text, "dryRun")
    elif validation not in ("", "Ignore", "Strict", "Warn"):
        text = f'Unsupported value: "{validation}": supported values: "", "Ignore", "Strict", "Warn"'
        cause = refusals.Cause("FieldValueNotSupported", text, "fieldValidation")
    if cause and method in _OPTIONS:
        options = Kind("meta.k8s.io", "v1", _OPTIONS[method], "")
        raise refusals.unprocessable(options, "", [cause])


def selection(query: t.Mapping[str, str]) -> t.Callable[[Object], bool]:
    """The labelSelector and fieldSelector of a list or watch."""
    fields = query.get("fieldSelector", "")
    for term in filter(None, fields.split(",")):
        if not term.startswith(_FIELDS):
            raise bad_request(f"field label not supported: {term.split('=')[0].rstrip('!')}")
    labels = query.get("labelSelector", "")
    if labels.count("(") != labels.count(")"):
        raise bad_request("unable to parse requirement: found '(', expected: ',', ')' or identifier")
    by_label, by_field = label_selector(labels), field_selector(fields)
    return lambda item: by_label(item) and by_field(item)


def _decode(call: Call) -> Object:
    try:
        found = json.loads(call.body)
    except ValueError:
        text = call.body.decode(errors="replace")
        why = f"invalid character '{text[0]}' looking for beginning of value ({call.body.hex()})" if text else ""
        why = why or "unexpected end of JSON input (<empty>)"
        typed = f"the object provided is unrecognized (must be of type {call.kind.kind})"
        raise bad_request(f"{typed}: couldn't get version/kind; json parse error: {why}") from None
    version = found.get("apiVersion", call.kind.api_version)
    if version != call.kind.api_version:
        expected = f"does not match the expected API version ({call.kind.api_version})"
        raise bad_request(f"the API version in the data ({version}) {expected}")
    return t.cast(Object, found)


def _managed(call: Call, item: Object) -> Object:
    owned = {key: value for key, value in item.items() if key not in ("apiVersion", "kind", "metadata", "status")}
    entry: Object = {"manager": call.manager, "operation": "Update", "apiVersion": call.kind.api_version}
    return {**entry, "fieldsType": "FieldsV1", "fieldsV1": _fields(owned)}


def _fields(value: Object) -> Object:
    return {f"f:{key}": _fields(inner) if isinstance(inner, dict) else {} for key, inner in value.items()}
