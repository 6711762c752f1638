# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a manifest in a cluster: found, applied, foreseen, deleted. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, Forbidden, NotFound, WaitTimeout
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DEFINITION, NAMESPACE, Kind
from ansible_collections.vmo.core.plugins.module_utils._model.status import holds, is_going
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.contents import (
    BUILT_IN,
    differences,
    left_behind,
    missing_in,
    without_dropped_versions,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.guard import kind_defined

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject
    from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_wait import Waiting

POLL_SECONDS = 0.5
_FIRST = ("Namespace", "CustomResourceDefinition")
_SHOWN = 20


@dataclass
class Record:
    """What was done so far, or would be; ``before`` and ``after`` hold the fields in question by object."""

    actions: list[dict[str, t.Any]] = field(default_factory=list)
    before: dict[str, t.Any] = field(default_factory=dict)
    after: dict[str, t.Any] = field(default_factory=dict)

    def note(self, verb: str, item: JsonObject, fields: t.Sequence[str] = (), *, foreseen: bool = False) -> None:
        """Add one write."""
        metadata = item["metadata"]
        place = {"namespace": metadata["namespace"]} if metadata.get("namespace") else {}
        self.actions.append(
            {"verb": verb, "kind": item["kind"], "name": metadata["name"], **place, "foreseen": foreseen}
        )
        name = subject(item)
        if verb == "delete":
            self.before[name] = "there"
        elif fields:
            self.before[name] = "differs"
            self.after[name] = [*fields[:_SHOWN], *([f"{len(fields) - _SHOWN} more"] if len(fields) > _SHOWN else [])]
        else:
            self.after[name] = "there"

    def report(self) -> dict[str, t.Any]:
        """Return the part of the result that a failure has, too."""
        return {
            "changed": bool(self.actions),
            "actions": self.actions,
            "diff": {"before": self.before, "after": self.after},
        }


def subject(item: JsonObject) -> str:
    """Return how messages call an object."""
    metadata = item["metadata"]
    return f"{item['kind']} " + "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))


class Objects:
    """Brings objects to a cluster, and takes them from it."""

    def __init__(self, waiting: Waiting, record: Record) -> None:
        self._waiting = waiting
        self._cluster: Cluster = waiting.cluster
        self._record = record
        self._served: dict[str, dict[str, tuple[Kind, bool]]] = {}
        self._namespaces: dict[str, bool] = {}

    def bring(self, objects: t.Sequence[JsonObject], *, keeps_versions_dropped: bool) -> None:
        """Apply what differs, the definitions of kinds before anything of them.

        ``keeps_versions_dropped``: versions that an operator took out of the definitions of its kinds stay out.
        """
        first = [item for item in objects if item["kind"] in _FIRST]
        defined = [self._bring(item, keeps_versions_dropped) for item in first]
        if not self._cluster.dry_run:
            for item, there in zip(first, defined):
                if item["kind"] == "CustomResourceDefinition" and not holds(there or {}, "Established"):
                    self._until_established(item)
        for item in objects:
            if item["kind"] not in _FIRST:
                self._bring(item, keeps_versions_dropped)

    def _bring(self, item: JsonObject, keeps_versions_dropped: bool) -> JsonObject | None:
        located = self.kind_of(item)
        if located is None:
            self._foresee(item)
            return None
        kind, namespaced = located
        item = _placed(item, namespaced=namespaced)
        namespace = item["metadata"].get("namespace")
        found = self._cluster.get(kind, namespace, item["metadata"]["name"])
        if found is None and self._cluster.dry_run and not self.has_namespace(namespace):
            self._foresee(item)
            return None
        if found is not None and kind.name == DEFINITION.name and keeps_versions_dropped:
            item = without_dropped_versions(found, item)
        if (
            found is not None
            and not missing_in(found, item, builtin=kind.group in BUILT_IN)
            and not left_behind(found, item)
        ):
            return found
        answer = self._cluster.apply(kind, item)
        if found is None:
            self._record.note("create", item)
            self._namespaces.pop(item["metadata"]["name"], None)
            return answer
        fields = differences(found, answer)
        if fields:
            self._record.note("apply", item, fields)
        return answer

    def _foresee(self, item: JsonObject) -> None:
        if not self._cluster.dry_run:
            raise NotFound(
                f"{subject(item)}: this cluster knows no {item['kind']} of {item['apiVersion']}, and the manifest does "
                f"not define it: install what it is a part of first.",
                kind=item["kind"],
            )
        self._record.note("create", item, foreseen=True)

    def has_namespace(self, namespace: str | None) -> bool:
        """Tell whether a namespace is there; what is in none has its place."""
        if namespace is None:
            return True
        if namespace not in self._namespaces:
            self._namespaces[namespace] = self._cluster.get(NAMESPACE, None, namespace) is not None
        return self._namespaces[namespace]

    def kind_of(self, item: JsonObject) -> tuple[Kind, bool] | None:
        """Return the kind of an object and whether it is in a namespace, ``None`` where it is not served."""
        api_version, name = str(item["apiVersion"]), str(item["kind"])
        known = self._served.get(api_version)
        if known is None or name not in known:
            known = self._served[api_version] = self._discovered(api_version)
        return known.get(name)

    def _discovered(self, api_version: str) -> dict[str, tuple[Kind, bool]]:
        group, _slash, version = api_version.rpartition("/")
        return {
            str(found["kind"]): (
                Kind(group, version, str(found["name"]), str(found["kind"]), with_writers=True),
                bool(found.get("namespaced")),
            )
            for found in self._cluster.resources(api_version)
            if "/" not in str(found.get("name"))
        }

    def _until_established(self, definition: JsonObject) -> None:
        """Wait until a kind is there, and until the server knows it."""
        name, deadline = definition["metadata"]["name"], self._waiting.deadline
        while True:
            found = self._cluster.get(DEFINITION, None, name)
            if found is not None and holds(found, "Established") and self._is_served(found):
                return
            self._waiting.progress.report(f"CustomResourceDefinition {name}: not established yet")
            if deadline.left <= 0:
                raise WaitTimeout(
                    f"CustomResourceDefinition {name} is not established after {deadline.seconds:g} seconds.",
                    awaited="established",
                    last_seen="not established yet",
                )
            deadline.clock.sleep(min(POLL_SECONDS, deadline.left))

    def _is_served(self, definition: JsonObject) -> bool:
        """Tell whether objects of a kind can be asked for, which may come a moment later."""
        kind = kind_defined(definition)
        if kind is None:
            return True  # nobody can ask for any, now or later
        namespace = "default" if dig(definition, "spec.scope") == "Namespaced" else None
        try:
            self._cluster.get(kind, namespace, "any")
        except ApiMissing:
            return False
        except Forbidden:
            # rights are looked at before anything else
            return kind.name in self._discovered(kind.api_version)
        return True

    def remove(self, objects: t.Sequence[JsonObject]) -> list[tuple[Kind, str | None, str]]:
        """Delete what is there, and return what was told to go."""
        told = []
        for item in objects:
            located = self.kind_of(item)
            if located is None:
                continue
            kind, namespaced = located
            metadata = _placed(item, namespaced=namespaced)["metadata"]
            place = (kind, metadata.get("namespace"), metadata["name"])
            if self.delete(*place):
                told.append(place)
        return told

    def delete(self, kind: Kind, namespace: str | None, name: str) -> bool:
        """Delete an object that is there; false for one that is gone or on its way."""
        try:
            found = self._cluster.get(kind, namespace, name)
        except ApiMissing:
            return False
        if found is None or is_going(found):
            return False
        try:
            self._cluster.delete(kind, namespace, name, uid=found["metadata"].get("uid"))
        except NotFound as gone:
            if not gone.is_perhaps_done:
                return False
        self._record.note("delete", {**found, "kind": kind.name})
        return True

    def until_gone(self, place: tuple[Kind, str | None, str]) -> None:
        """Wait until an object that was told to go is gone."""
        kind, namespace, name = place
        deadline = self._waiting.deadline
        called = f"{kind.name} " + "/".join(filter(None, (namespace, name)))
        while True:
            try:
                found = self._cluster.get(kind, namespace, name)
            except ApiMissing:
                return
            if found is None:
                return
            self._waiting.progress.report(f"{called}: being deleted")
            if deadline.left <= 0:
                raise WaitTimeout(
                    f"{called} is not gone after {deadline.seconds:g} seconds.", awaited="gone", last_seen="deleting"
                )
            deadline.clock.sleep(min(POLL_SECONDS, deadline.left))


def _placed(item: JsonObject, *, namespaced: bool) -> JsonObject:
    """Return an object where it will be: one that names no namespace is in ``default``, as kubectl has it."""
    metadata = dict(item["metadata"])
    if namespaced:
        metadata.setdefault("namespace", "default")
    else:
        metadata.pop("namespace", None)
    return {**item, "metadata": metadata}
