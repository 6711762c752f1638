# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What etcd and the generic part of the API server do: objects, revisions, history, deletion."""

from __future__ import annotations

import bisect
import copy
import random
import string
import typing as t
import uuid

from tests.sim.kubevirt import refusals
from tests.sim.kubevirt.documents import at, now
from tests.sim.kubevirt.kinds import NAMESPACE, Change, Kind, Object


class Store:
    """Objects by kind, namespace and name. Everything that goes in or out is a copy."""

    def __init__(self, history: int = 5000) -> None:
        self._objects: dict[Kind, dict[tuple[str, str], Object]] = {}
        self._history: list[Change] = []
        self._keep = history
        self.revision = 1000
        self.oldest = self.revision
        self.listeners: list[t.Callable[[Change], None]] = []

    def get(self, kind: Kind, namespace: str, name: str) -> Object | None:
        return copy.deepcopy(self._objects.get(kind, {}).get((namespace, name)))

    def find(self, kind: Kind, namespace: str, name: str) -> Object:
        """Like get, but refuses what is not there as the server does."""
        found = self.get(kind, namespace, name)
        if found is None:
            raise refusals.not_found(kind, name)
        return found

    def select(self, kind: Kind, namespace: str = "") -> list[Object]:
        every = sorted(self._objects.get(kind, {}).items())
        return [copy.deepcopy(item) for (where, _name), item in every if namespace in ("", where)]

    def owned_by(self, uid: str) -> list[tuple[Kind, Object]]:
        every = [(kind, item) for kind, items in self._objects.items() for item in items.values()]
        refers = [(k, o) for k, o in every if any(r["uid"] == uid for r in at(o, "metadata.ownerReferences", []))]
        return [(kind, copy.deepcopy(item)) for kind, item in refers]

    def since(self, revision: int) -> list[Change]:
        """The changes after a revision; raises IndexError when the history no longer reaches back to it."""
        if revision < self.oldest:
            raise IndexError(revision)
        return self._history[bisect.bisect_right([change.revision for change in self._history], revision) :]

    def empty(self) -> None:
        """Forgets every object; the revision goes on, so that no old watch mistakes what comes for what was."""
        self._objects.clear()
        self.forget_history()

    def forget_history(self) -> None:
        """As a compaction: every older resourceVersion is gone for watches and continue tokens."""
        self._history.clear()
        self.revision += 1
        self.oldest = self.revision

    def create(self, kind: Kind, wanted: Object, *, dry_run: bool = False) -> Object:
        item = copy.deepcopy(wanted)
        metadata = item.setdefault("metadata", {})
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + "".join(random.choices(string.ascii_lowercase, k=5))
        namespace, name = metadata.get("namespace", "") if kind.namespaced else "", metadata["name"]
        if namespace and self.get(NAMESPACE, "", namespace) is None:
            raise refusals.not_found(NAMESPACE, namespace)
        if (namespace, name) in self._objects.get(kind, {}):
            raise refusals.already_exists(kind, name)
        for key in ("selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"):
            metadata.pop(key, None)
        metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": now()}
        metadata |= {"generation": 1} if kind.counted else {}
        if not dry_run:
            self._record("ADDED", kind, None, item)
        return copy.deepcopy(item)

    def replace(self, kind: Kind, wanted: Object, *, dry_run: bool = False, part: str = "all") -> Object:
        """``part`` is what the endpoint may write: ``spec`` (all but status), ``status``, or ``all`` (controllers).

        An unchanged document is no new revision, as in the genuine server.
        """
        metadata = wanted["metadata"]
        namespace, name = metadata.get("namespace", "") if kind.namespaced else "", metadata["name"]
        old = self.find(kind, namespace, name)
        if metadata.get("resourceVersion", old["metadata"]["resourceVersion"]) != old["metadata"]["resourceVersion"]:
            raise refusals.conflict(kind, name)
        if metadata.get("uid", old["metadata"]["uid"]) != old["metadata"]["uid"]:
            raise refusals.conflict(kind, name, f"Precondition failed: UID in precondition: {metadata['uid']}, "
                                    f"UID in object meta: {old['metadata']['uid']}")  # fmt: skip
        item = copy.deepcopy(wanted)
        if part == "status":
            item = {**copy.deepcopy(old), "status": item.get("status", {})}
        elif part == "spec" and kind.status:
            item.pop("status", None)
            item |= {"status": copy.deepcopy(old["status"])} if "status" in old else {}
        kept = ("uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp")
        item["metadata"] |= {key: old["metadata"][key] for key in kept if key in old["metadata"]}
        if item == old:
            return old
        if kind.counted and _content(item, kind) != _content(old, kind):
            item["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
        if not dry_run:
            self._record("MODIFIED", kind, old, item)
            self._finish_deletion(kind, item)
        return copy.deepcopy(item)

    def delete(
        self, kind: Kind, namespace: str, name: str, propagation: str = "", dry_run: bool = False
    ) -> Object | None:
        """Returns the object while finalizers keep it, None when it is gone."""
        item = self.find(kind, namespace, name)
        metadata = item["metadata"]
        finalizers = metadata.setdefault("finalizers", [])
        marker = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}.get(propagation)
        if marker and marker not in finalizers:
            finalizers.append(marker)
        if not finalizers:
            del metadata["finalizers"]
            if not dry_run:
                self._remove(kind, item)
            return None
        if "deletionTimestamp" not in metadata:
            metadata |= {"deletionTimestamp": now(), "deletionGracePeriodSeconds": 0}
            metadata |= {"generation": metadata.get("generation", 0) + 1} if kind.counted else {}
        if not dry_run:
            self._record("MODIFIED", kind, self.get(kind, namespace, name), item)
            self._collect(kind, item)
            return self.get(kind, namespace, name) or item
        return item

    def _collect(self, kind: Kind, owner: Object) -> None:
        """The garbage collector's part while the owner is still there: orphan or foreground deletion."""
        finalizers = owner["metadata"].get("finalizers", [])
        if "orphan" in finalizers:
            for child_kind, child in self.owned_by(owner["metadata"]["uid"]):
                references = child["metadata"]["ownerReferences"]
                references[:] = [r for r in references if r["uid"] != owner["metadata"]["uid"]]
                self.replace(child_kind, child)
        elif "foregroundDeletion" in finalizers:
            for child_kind, child in self.owned_by(owner["metadata"]["uid"]):
                if "deletionTimestamp" not in child["metadata"]:
                    self.delete(child_kind, child["metadata"].get("namespace", ""), child["metadata"]["name"])
            if self.owned_by(owner["metadata"]["uid"]):
                return
        else:
            return
        fresh = self.get(kind, owner["metadata"].get("namespace", ""), owner["metadata"]["name"])
        if fresh:
            left = [f for f in fresh["metadata"].get("finalizers", []) if f not in ("orphan", "foregroundDeletion")]
            fresh["metadata"]["finalizers"] = left
            self.replace(kind, fresh)

    def _finish_deletion(self, kind: Kind, item: Object) -> None:
        if "deletionTimestamp" in item["metadata"] and not item["metadata"].get("finalizers"):
            self._remove(kind, item)

    def _remove(self, kind: Kind, item: Object) -> None:
        self._record(
            "DELETED", kind, self.get(kind, item["metadata"].get("namespace", ""), item["metadata"]["name"]), item
        )
        for child_kind, child in self.owned_by(item["metadata"]["uid"]):
            self.delete(child_kind, child["metadata"].get("namespace", ""), child["metadata"]["name"])
        if kind is NAMESPACE:
            for child_kind, items in list(self._objects.items()):
                for namespace, name in [key for key in items if key[0] == item["metadata"]["name"]]:
                    if (namespace, name) in items:
                        self.delete(child_kind, namespace, name)
        for reference in item["metadata"].get("ownerReferences", []):
            for owner_kind, owners in list(self._objects.items()):
                for owner in [o for o in owners.values() if o["metadata"]["uid"] == reference["uid"]]:
                    if "deletionTimestamp" in owner["metadata"]:
                        self._collect(owner_kind, copy.deepcopy(owner))

    def _record(self, change: str, kind: Kind, before: Object | None, item: Object) -> None:
        self.revision += 1
        item["metadata"]["resourceVersion"] = str(self.revision)
        key = (item["metadata"].get("namespace", "") if kind.namespaced else "", item["metadata"]["name"])
        if change == "DELETED":
            del self._objects[kind][key]
        else:
            self._objects.setdefault(kind, {})[key] = copy.deepcopy(item)
        entry = Change(self.revision, change, kind, before, copy.deepcopy(item))
        self._history.append(entry)
        if len(self._history) > self._keep:
            self.oldest = self._history.pop(0).revision
        for listener in self.listeners:
            listener(entry)


def _content(item: Object, kind: Kind) -> Object:
    ignored = {"metadata", "status"} if kind.status else {"metadata"}
    return {key: value for key, value in item.items() if key not in ignored}
