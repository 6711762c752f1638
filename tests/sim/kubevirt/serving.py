# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kinds the server has just now: its own ones, and those that an established CRD defines."""

from __future__ import annotations

import typing as t

from tests.sim.kubevirt.documents import is_true
from tests.sim.kubevirt.kinds import API_SERVICE, BY_PATH, CRD, SUBRESOURCES, Change, Kind, Object
from tests.sim.kubevirt.store import Store


class Serving:
    """The kinds by path, and what discovery says of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._own = {path: kind for path, kind in BY_PATH.items() if not kind.custom}
        self._defined: dict[str, tuple[Kind, ...]] = {}
        for crd in store.select(CRD):
            self._learn(crd)
        store.listeners.append(self._on_change)

    def find(self, group: str, version: str, plural: str) -> Kind | None:
        found = self._own.get((group, version, plural))
        return found or next((kind for kind in self.defined_by(f"{plural}.{group}") if kind.version == version), None)

    def defined_by(self, crd: str) -> tuple[Kind, ...]:
        """The kinds that are served because of the CRD of this name."""
        return self._defined.get(crd, ())

    def kinds(self) -> list[Kind]:
        return [*self._own.values(), *(kind for kinds in self._defined.values() for kind in kinds)]

    def discovery(self, path: str) -> Object | None:
        """What kubectl and the dynamic client ask before they ask for anything."""
        if path.rstrip("/") == "/version":
            return {"major": "1", "minor": "34", "gitVersion": "v1.34.4"}
        if path.rstrip("/") == "/api":
            return {"kind": "APIVersions", "versions": ["v1"]}
        kinds = self.kinds()
        root, *parts = path.strip("/").split("/")
        if root != "apis":
            return _resources(kinds, "", "v1") if (root, parts) == ("api", ["v1"]) else None
        groups = self._groups(kinds)
        if not parts:
            head = {"kind": "APIGroupList", "apiVersion": "v1"}
            return {**head, "groups": [_group(name, versions) for name, versions in groups.items()]}
        group, *version = parts
        if group in groups and not version:
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, groups[group])}
        return _resources(kinds, group, version[0]) if version in [[known] for known in groups.get(group, ())] else None

    def _groups(self, kinds: t.Iterable[Kind]) -> dict[str, list[str]]:
        found = {(kind.group, kind.version) for kind in kinds if kind.group}
        if self._store.get(API_SERVICE, "", f"v1.{SUBRESOURCES}"):
            found.add((SUBRESOURCES, "v1"))
        groups: dict[str, list[str]] = {}
        for group, version in sorted(found):
            groups.setdefault(group, []).append(version)
        return groups

    def _on_change(self, change: Change) -> None:
        if change.kind is CRD and change.type == "DELETED":
            self._defined.pop(change.after["metadata"]["name"], None)
        elif change.kind is CRD:
            self._learn(change.after)

    def _learn(self, crd: Object) -> None:
        if is_true(crd, "Established"):
            self._defined[crd["metadata"]["name"]] = tuple(_kinds(crd["spec"]))


def _kinds(spec: Object) -> t.Iterator[Kind]:
    """Of several versions the stored one alone: nothing here converts. What the other parts know is theirs."""
    for version in spec["versions"]:
        path = (spec["group"], version["name"], spec["names"]["plural"])
        if path in BY_PATH:
            yield BY_PATH[path]
        elif version.get("served") and version.get("storage"):
            namespaced, status = spec["scope"] == "Namespaced", "status" in (version.get("subresources") or {})
            kind, said = spec["names"]["kind"], version.get("deprecationWarning")
            deprecation = said or f"{path[0]}/{path[1]} {kind} is deprecated" if version.get("deprecated") else ""
            yield Kind(path[0], path[1], kind, path[2], namespaced, status=status, deprecation=deprecation)


def _group(name: str, versions: t.Sequence[str]) -> Object:
    served = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": served, "preferredVersion": served[0]}


def _resources(kinds: t.Iterable[Kind], group: str, version: str) -> Object:
    verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "watch"]
    found = [
        {"name": k.plural, "singularName": k.kind.lower(), "namespaced": k.namespaced, "kind": k.kind, "verbs": verbs}
        for k in kinds
        if (k.group, k.version) == (group, version)
    ]
    listed = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/{version}".lstrip("/")}
    return {**listed, "resources": found}
