# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a request path: which kind, which object, which verb; and the little discovery there is."""

from __future__ import annotations

import typing as t

from tests.sim.kubevirt.kinds import BY_PATH, KINDS, SUBRESOURCES, Kind, Object

# The genuine list of subresources is not complete either: no client may rely on it.
_START = {
    "name": "virtualmachines/start",
    "singularName": "",
    "namespaced": True,
    "kind": "VirtualMachine",
    "verbs": [],
}
_SHORT = {
    "virtualmachines": ["vm", "vms"],
    "virtualmachineinstances": ["vmi", "vmis"],
    "datavolumes": ["dv", "dvs"],
    "persistentvolumeclaims": ["pvc"],
    "pods": ["po"],
    "namespaces": ["ns"],
    "storageclasses": ["sc"],
    "network-attachment-definitions": ["net-attach-def"],
}
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
    """None for a path that names no resource of a known group."""
    parts = [part for part in path.split("/") if part]
    head, rest = (3, parts[3:]) if parts[:1] == ["apis"] else (2, parts[2:])
    if parts[:1] not in (["apis"], ["api"]) or len(parts) <= head or not rest:
        return None
    group, version = (parts[1], parts[2]) if head == 3 else ("", parts[1])
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] != "status":
        namespace, rest = rest[1], rest[2:]
    plural, name, subresource = rest[0], "/".join(rest[1:2]), "/".join(rest[2:])
    return Route(group, plural, namespace, name, subresource, BY_PATH.get((group, version, plural)))


def discovery(path: str, version: str) -> Object | None:
    """What kubectl and the dynamic client ask before they ask for anything."""
    groups = sorted({(kind.group, kind.version) for kind in KINDS if kind.group} | {(SUBRESOURCES, "v1")})
    parts = tuple(part for part in path.split("/") if part)
    if not parts:
        return None
    if parts == ("version",):
        return {**_version("v1.34.4"), "major": "1", "minor": "34"}
    if parts == ("apis", SUBRESOURCES, "v1", "version"):
        return _version(f"v{version}.0")
    if parts == ("api",):
        return {"kind": "APIVersions", "versions": ["v1"]}
    if parts == ("apis",):
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(*found) for found in groups]}
    if len(parts) == 2 and parts[0] == "apis":
        return next(
            ({"kind": "APIGroup", "apiVersion": "v1", **_group(*found)} for found in groups if found[0] == parts[1]),
            None,
        )
    group, _slash, served = "/".join(parts[1:]).partition("/") if parts[:1] == ("apis",) else ("", "", parts[-1])
    if parts == ("api", "v1") or (group, served) in groups:
        kinds = [kind for kind in KINDS if (kind.group, kind.version) == (group, served)]
        listed = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/{served}".lstrip("/")}
        return {**listed, "resources": [_resource(kind) for kind in kinds] or [_START]}
    return None


def _version(text: str) -> Object:
    built = {"gitCommit": "$Format:%H$", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z"}
    return {"gitVersion": text, **built, "goVersion": "go1.26.8", "compiler": "gc", "platform": "linux/amd64"}


def _group(name: str, version: str) -> Object:
    served = {"groupVersion": f"{name}/{version}", "version": version}
    return {"name": name, "versions": [served], "preferredVersion": served}


def _resource(kind: Kind) -> Object:
    verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
    return {
        "name": kind.plural,
        "singularName": kind.kind.lower(),
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "shortNames": _SHORT.get(kind.plural, []),
        "verbs": verbs,
    }
