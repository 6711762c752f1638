# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a request path: which kind, which object, which verb; and the little discovery there is."""

from __future__ import annotations

import typing as t

from tests.sim.kubevirt.kinds import Kind

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


def parse(path: str, find: t.Callable[[str, str, str], Kind | None]) -> Route | None:
    """None for a path that names no resource; ``find`` tells the kind of a group, a version and a plural."""
    parts = [part for part in path.split("/") if part]
    head = {"apis": 3, "api": 2}.get(parts[0] if parts else "", len(parts))
    group, version, rest = "/".join(parts[1 : head - 1]), "".join(parts[head - 1 : head]), parts[head:]
    if not rest:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    plural, name, subresource = rest[0], "/".join(rest[1:2]), "/".join(rest[2:])
    return Route(group, plural, namespace, name, subresource, find(group, version, plural))
