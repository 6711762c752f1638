# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generic verbs on stored kinds: create, get, list, patch, delete."""

from __future__ import annotations

import base64
import copy
import json
import typing as t

from tests.sim.kubevirt import definitions, operators, ownership, refusals
from tests.sim.kubevirt.admission import Admission
from tests.sim.kubevirt.documents import at, field_selector, label_selector, merge_patch, now
from tests.sim.kubevirt.kinds import CDI_ITSELF, CRD, EVENT, KUBEVIRT_ITSELF, NAMESPACE, Kind, Object
from tests.sim.kubevirt.refusals import bad_request
from tests.sim.kubevirt.routes import Route
from tests.sim.kubevirt.store import Store

_PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml")
_APPLY = _PATCHES[-1]
_OPTIONS = {"POST": "CreateOptions", "PATCH": "PatchOptions"}
_FIELDS = ("metadata.name", "metadata.namespace")
_EVENT_FIELDS = (*_FIELDS, "involvedObject.kind", "involvedObject.name", "involvedObject.uid", "reason", "type")
_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


class Call(t.NamedTuple):
    """What a verb needs of the request. ``body`` is its JSON, None where there is no body."""

    method: str
    route: Route
    kind: Kind
    query: t.Mapping[str, str]
    body: t.Any
    content_type: str
    agent: str = ""

    @property
    def manager(self) -> str:
        """Who becomes the manager of the fields that it writes."""
        return self.query.get("fieldManager") or self.agent.partition("/")[0] or "unknown"

    @property
    def dry_run(self) -> bool:
        """A deletion may say it in its body, too."""
        options = self.body if self.method == "DELETE" and self.body else {}
        return "dryRun" in self.query or "All" in (options.get("dryRun") or [])

    @property
    def place(self) -> tuple[Kind, str, str]:
        return self.kind, self.route.namespace, self.route.name

    @property
    def validation(self) -> str:
        return self.query.get("fieldValidation", "Warn")


class Result(t.NamedTuple):
    code: int
    body: Object
    warnings: t.Sequence[str] = ()


class Resources:
    """Each verb returns the answer or raises the refusal."""

    def __init__(self, store: Store, admission: Admission) -> None:
        self._store, self._admission = store, admission

    def create(self, call: Call) -> Result:
        wanted: Object = {**call.body, "apiVersion": call.kind.api_version, "kind": call.kind.kind}
        metadata = wanted.setdefault("metadata", {})
        if call.kind.namespaced and metadata.setdefault("namespace", call.route.namespace) != call.route.namespace:
            raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
        if call.kind.status:
            wanted.pop("status", None)
        metadata.pop("managedFields", None)
        return self._create(call, wanted)

    def _create(self, call: Call, wanted: Object) -> Result:
        """What was applied says who manages it; what was posted belongs to who did it."""
        if call.kind.namespaced and self._store.get(NAMESPACE, "", call.route.namespace) is None:
            raise refusals.not_found(NAMESPACE, call.route.namespace)
        item, warnings = self._admission.admit(call.kind, wanted, None, call.validation)
        if "managedFields" not in item["metadata"]:
            item = ownership.changed(call.kind, None, item, call.manager)
        created = self._store.create(call.kind, item, dry_run=call.dry_run)
        if call.dry_run:
            created["metadata"].pop("resourceVersion", None)
        return Result(201, created, warnings)

    def get(self, call: Call) -> Result:
        return Result(200, self._store.find(*call.place))

    def list(self, call: Call) -> Result:
        holds = selection(call.kind, call.query)
        items = [item for item in self._store.select(call.kind, call.route.namespace) if holds(item)]
        if not call.kind.custom:
            items = [{key: item[key] for key in item if key not in ("apiVersion", "kind")} for item in items]
        revision, start = self._resume(call.query.get("continue", ""))
        metadata: Object = {"resourceVersion": str(revision)}
        end = start + int(call.query.get("limit") or len(items))
        if end < len(items):
            token = json.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": end}).encode()
            metadata |= {"continue": base64.urlsafe_b64encode(token).decode(), "remainingItemCount": len(items) - end}
        elif call.kind.custom:
            metadata["continue"] = ""
        head = {"apiVersion": call.kind.api_version, "kind": f"{call.kind.kind}List", "metadata": metadata}
        return Result(200, {**head, "items": items[start:end]})

    def patch(self, call: Call) -> Result:
        if call.content_type == _APPLY:
            return self._apply(call)
        if call.content_type != "application/merge-patch+json":
            raise refusals.unsupported(_PATCHES)
        old = self._store.find(*call.place)
        return self._replace(call, old, merge_patch(old, call.body))

    def _replace(self, call: Call, old: Object, wanted: Object) -> Result:
        # The precondition comes before the webhooks: a stale write is a conflict, whatever it holds.
        if at(wanted, "metadata.resourceVersion", "") not in ("", old["metadata"]["resourceVersion"]):
            raise refusals.conflict(call.kind, call.route.name)
        item, warnings = self._admission.admit(call.kind, copy.deepcopy(wanted), old, call.validation)
        if call.content_type != _APPLY:
            item = ownership.changed(call.kind, old, item, call.manager)
        return Result(200, self._store.replace(call.kind, item, dry_run=call.dry_run, with_status=False), warnings)

    def _apply(self, call: Call) -> Result:
        _check_applied(call)
        wanted, old = call.body, self._store.get(*call.place)
        if call.kind.namespaced:
            wanted["metadata"]["namespace"] = call.route.namespace
        if call.kind.status:
            wanted.pop("status", None)
        force = call.query.get("force", "") in ("1", "true")
        item = ownership.applied(call.kind, old, wanted, call.query["fieldManager"], force=force)
        return self._create(call, item) if old is None else self._replace(call, old, item)

    def delete(self, call: Call) -> Result:
        item = self._store.find(*call.place)
        for key, word, advice in (
            ("uid", "UID", "The object might have been deleted and then recreated"),
            ("resourceVersion", "ResourceVersion", "The object might have been modified"),
        ):
            wanted, found = at(call.body, f"preconditions.{key}"), item["metadata"][key]
            if wanted not in (None, found):
                text = f"the {word} in the precondition ({wanted}) does not match the {word} in record ({found})."
                raise refusals.conflict(call.kind._replace(plural=call.kind.kind), call.route.name, f"{text} {advice}")
        if call.kind in (KUBEVIRT_ITSELF, CDI_ITSELF):
            operators.judge_deletion(item, self._store)
        if call.kind is CRD and not call.dry_run:
            definitions.terminate(self._store, item)
        left = self._store.delete(*call.place, dry_run=call.dry_run)
        if call.kind is NAMESPACE:  # gone at once here; the genuine one says that it is going
            item["metadata"]["deletionTimestamp"] = now()
            return Result(200, {**item, "status": {"phase": "Terminating"}})
        if left is not None:
            return Result(200, left)
        details = {"name": call.route.name, "group": call.kind.group, "kind": call.kind.plural}
        details = {key: value for key, value in details.items() if value} | {"uid": item["metadata"]["uid"]}
        body: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        return Result(200, {**body, "details": details})

    def deletecollection(self, call: Call) -> Result:
        listed = self.list(call)
        for item in listed.body["items"]:
            self._store.delete(call.kind, call.route.namespace, item["metadata"]["name"], dry_run=call.dry_run)
        return listed

    def _resume(self, token: str) -> tuple[int, int]:
        """The revision and the first index that a continue token stands for."""
        if not token:
            return self._store.revision, 0
        found = json.loads(base64.urlsafe_b64decode(token))
        if found["rv"] < self._store.oldest:
            raise refusals.expired(_TOO_OLD)
        return found["rv"], found["start"]


def _check_applied(call: Call) -> None:
    body, metadata = call.body, call.body.get("metadata") or {}
    if not call.query.get("fieldManager"):
        cause = refusals.required("Required value: is required for apply patch", "fieldManager")
        raise refusals.unprocessable(Kind("meta.k8s.io", "v1", _OPTIONS["PATCH"], ""), "", [cause])
    found = (body.get("apiVersion") or "", body.get("kind") or "")
    if found != (call.kind.api_version, call.kind.kind):
        group = found[0] if "/" in found[0] else f"/{found[0]}"
        raise bad_request(f"invalid object type: {group}, Kind={found[1]}")
    if metadata.get("name") != call.route.name:
        text = f"the name of the object ({metadata.get('name')}) does not match the name on the URL ({call.route.name})"
        raise bad_request(text)
    if call.kind.namespaced and metadata.get("namespace", call.route.namespace) != call.route.namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    if metadata.get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")


def check_options(method: str, query: t.Mapping[str, str]) -> None:
    """A misspelt dryRun must not become a write: the genuine server refuses it."""
    dry_run, validation = query.get("dryRun", "All"), query.get("fieldValidation", "")
    causes = []
    if dry_run != "All":
        text = f'Unsupported value: ["{dry_run}"]: supported values: "All"'
        causes.append(refusals.Cause("FieldValueNotSupported", text, "dryRun"))
    if validation not in ("", "Ignore", "Strict", "Warn"):
        text = f'Unsupported value: "{validation}": supported values: "", "Ignore", "Strict", "Warn"'
        causes.append(refusals.Cause("FieldValueNotSupported", text, "fieldValidation"))
    if causes and method in _OPTIONS:
        raise refusals.unprocessable(Kind("meta.k8s.io", "v1", _OPTIONS[method], ""), "", causes)


def selection(kind: Kind, query: t.Mapping[str, str]) -> t.Callable[[Object], bool]:
    """The labelSelector and fieldSelector of a list or watch."""
    fields, labels = query.get("fieldSelector", ""), query.get("labelSelector", "")
    known = _EVENT_FIELDS if kind is EVENT else _FIELDS
    for term in filter(None, fields.split(",")):
        name = term.split("=")[0].rstrip("!")
        if name not in known:
            raise bad_request(f"field label not supported: {name}")
    if labels.count("(") != labels.count(")"):
        raise bad_request("unable to parse requirement: found '(', expected: ',', ')' or identifier")
    by_label, by_field = label_selector(labels), field_selector(fields)
    return lambda item: by_label(item) and by_field(item)
