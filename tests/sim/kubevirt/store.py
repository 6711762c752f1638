# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What etcd, the generic part of the API server and the garbage collector do: objects, revisions, history, deletion."""

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

_KEPT = ("uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp")


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

    def owned(self, owner: Object, kind: Kind) -> list[Object]:
        """The objects of a kind that have this owner."""
        uid, found = owner["metadata"]["uid"], self.select(kind, owner["metadata"].get("namespace", ""))
        return [item for item in found if any(o["uid"] == uid for o in at(item, "metadata.ownerReferences", []))]

    def since(self, revision: int) -> list[Change]:
        """The changes after a revision; raises IndexError when the history no longer reaches back to it."""
        if revision < self.oldest:
            raise IndexError(revision)
        return self._history[bisect.bisect_right([change.revision for change in self._history], revision) :]

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
        namespace, name = _place(kind, item)
        if namespace and self.get(NAMESPACE, "", namespace) is None:
            raise refusals.not_found(NAMESPACE, namespace)
        if (namespace, name) in self._objects.get(kind, {}):
            raise refusals.already_exists(kind, name)
        metadata |= {"uid": str(uuid.uuid4()), "creationTimestamp": now()}
        metadata |= {"generation": 1} if kind.counted else {}
        if not dry_run:
            self._record("ADDED", kind, None, item)
        return copy.deepcopy(item)

    def replace(self, kind: Kind, wanted: Object, *, dry_run: bool = False, with_status: bool = True) -> Object:
        """``with_status`` is for controllers: a client's request leaves the status as it is, if the kind has one.

        An unchanged document is no new revision, as in the genuine server.
        """
        old = self.find(kind, *_place(kind, wanted))
        if wanted["metadata"].get("resourceVersion", "") not in ("", old["metadata"]["resourceVersion"]):
            raise refusals.conflict(kind, wanted["metadata"]["name"])
        item = copy.deepcopy(wanted)
        if kind.status and not with_status:
            item.pop("status", None)
            item |= {"status": copy.deepcopy(old["status"])} if "status" in old else {}
        item["metadata"] |= {key: old["metadata"][key] for key in _KEPT if key in old["metadata"]}
        if item == old:
            return old
        if kind.counted and _content(item, kind) != _content(old, kind):
            item["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
        if not dry_run:
            self._record("MODIFIED", kind, old, item)
            if "deletionTimestamp" in item["metadata"] and not item["metadata"].get("finalizers"):
                self._remove(kind, item)
        return copy.deepcopy(item)

    def delete(self, kind: Kind, namespace: str, name: str, *, dry_run: bool = False) -> Object | None:
        """Returns the object while finalizers keep it, None when it is gone."""
        item = self.find(kind, namespace, name)
        metadata = item["metadata"]
        if not metadata.get("finalizers"):
            if not dry_run:
                self._remove(kind, item)
            return None
        if "deletionTimestamp" not in metadata:
            before = copy.deepcopy(item)
            metadata |= {"deletionTimestamp": now(), "deletionGracePeriodSeconds": 0}
            metadata |= {"generation": metadata["generation"] + 1} if kind.counted else {}
            if not dry_run:
                self._record("MODIFIED", kind, before, item)
        return item

    def _remove(self, kind: Kind, item: Object) -> None:
        """Takes with it what the object owns, and what is in the namespace."""
        self._record("DELETED", kind, self.get(kind, *_place(kind, item)), item)
        uid, name = item["metadata"]["uid"], item["metadata"]["name"]
        for child_kind, items in list(self._objects.items()):
            for place, child in list(items.items()):
                owned = any(owner["uid"] == uid for owner in at(child, "metadata.ownerReferences", []))
                if (owned or (kind is NAMESPACE and place[0] == name)) and place in items:
                    self.delete(child_kind, *place)

    def _record(self, change: str, kind: Kind, before: Object | None, item: Object) -> None:
        self.revision += 1
        item["metadata"]["resourceVersion"] = str(self.revision)
        if change == "DELETED":
            del self._objects[kind][_place(kind, item)]
        else:
            self._objects.setdefault(kind, {})[_place(kind, item)] = copy.deepcopy(item)
        entry = Change(self.revision, change, kind, before, copy.deepcopy(item))
        self._history.append(entry)
        if len(self._history) > self._keep:
            self.oldest = self._history.pop(0).revision
        for listener in self.listeners:
            listener(entry)


def _place(kind: Kind, item: Object) -> tuple[str, str]:
    return item["metadata"].get("namespace", "") if kind.namespaced else "", item["metadata"]["name"]


def _content(item: Object, kind: Kind) -> Object:
    ignored = {"metadata", "status"} if kind.status else {"metadata"}
    return {key: value for key, value in item.items() if key not in ignored}
