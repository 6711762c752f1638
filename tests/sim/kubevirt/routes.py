# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a request path: which kind, which object, which verb; and the little discovery there is."""

from __future__ import annotations

import typing as t

from tests.sim.kubevirt.kinds import BY_PATH, KINDS, SUBRESOURCES, Kind, Object

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


class Route(t.NamedTuple):
    """Where a request goes. ``plural`` and ``group`` are those of the path, also for subresources.kubevirt.io."""

    group: str
    plural: str
    namespace: str
    name: str
    subresource: str
    kind: Kind | None

    @property
    def resource(self) -> str:
        return f"{self.plural}/{self.subresource}" if self.subresource else self.plural

    def verb(self, method: str, *, watch: bool) -> str:
        if method == "GET":
            return "get" if self.name else ("watch" if watch else "list")
        if method == "DELETE":
            return "delete" if self.name else "deletecollection"
        return _VERBS.get(method, method.lower())


def parse(path: str) -> Route | None:
    """None for a path that names no resource."""
    parts = [part for part in path.split("/") if part]
    head = {"apis": 3, "api": 2}.get(parts[0] if parts else "", len(parts))
    group, version, rest = "/".join(parts[1 : head - 1]), "".join(parts[head - 1 : head]), parts[head:]
    if not rest:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    plural, name, subresource = rest[0], "/".join(rest[1:2]), "/".join(rest[2:])
    return Route(group, plural, namespace, name, subresource, BY_PATH.get((group, version, plural)))


def discovery(path: str) -> Object | None:
    """What kubectl and the dynamic client ask before they ask for anything."""
    groups = sorted({(kind.group, kind.version) for kind in KINDS if kind.group} | {(SUBRESOURCES, "v1")})
    described = [{"name": group, "versions": [_served(group, v)], "preferredVersion": _served(group, v)}
                 for group, v in groups]  # fmt: skip
    fixed: dict[str, Object] = {
        "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.4"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": described},
        **{f"/apis/{group['name']}": {"kind": "APIGroup", "apiVersion": "v1", **group} for group in described},
        "/api/v1": _resources("", "v1"),
        **{f"/apis/{group}/{version}": _resources(group, version) for group, version in groups},
    }
    return fixed.get(path.rstrip("/"))


def _served(group: str, version: str) -> Object:
    return {"groupVersion": f"{group}/{version}".lstrip("/"), "version": version}


def _resources(group: str, version: str) -> Object:
    verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "watch"]
    found = [
        {"name": k.plural, "singularName": k.kind.lower(), "namespaced": k.namespaced, "kind": k.kind, "verbs": verbs}
        for k in KINDS
        if (k.group, k.version) == (group, version)
    ]
    listed = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/{version}".lstrip("/")}
    return {**listed, "resources": found}
