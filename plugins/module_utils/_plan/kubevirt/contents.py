# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an object is as its manifest says. Private to vmo.core.

In doubt it is not: the object is applied then, and the answer of the server tells whether anything was changed.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.kind import MANAGER
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, join

Tree = dict[str, t.Any]
# the groups of Kubernetes itself
BUILT_IN = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
_NAMED = ("containers", "env", "imagePullSecrets", "initContainers", "secrets", "volumes", "webhooks")
# the lists that Kubernetes merges by keys of their items, with what it assumes where one is missing
_KEYS: dict[str, dict[str, t.Any]] = {
    **{name: {"name": None} for name in _NAMED},
    "volumeMounts": {"mountPath": None},
    "volumeDevices": {"devicePath": None},
    "topologySpreadConstraints": {"topologyKey": None, "whenUnsatisfiable": None},
}
_PORTS = ({"containerPort": None, "protocol": "TCP"}, {"port": None, "protocol": "TCP"})
# mappings that Kubernetes replaces as a whole
_WHOLE = ("nodeSelector", "roleRef", "selector")
_AMOUNTS = ("limits", "requests", "capacity", "hard")
_AMOUNT = ("divisor", "sizeLimit")
# these count even where they are empty
_MEANT = ("default", "emptyDir", "podSelector", "namespaceSelector", "status")
_SERVERS = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid", "selfLink")


def missing_in(found: Tree, wanted: Tree, *, builtin: bool) -> list[str]:
    """Return the paths of a manifest's fields that are not there or are others.

    ``builtin``: the kind is one of Kubernetes itself, which leaves out what is empty, and merges some lists.
    """
    return list(_Comparison(builtin).missing(_spoken(found), _spoken(wanted), ""))


def _spoken(item: Tree) -> Tree:
    metadata = {field: value for field, value in (item.get("metadata") or {}).items() if field not in _SERVERS}
    return {**{field: value for field, value in item.items() if field != "status"}, "metadata": metadata}


class _Comparison:
    def __init__(self, builtin: bool) -> None:
        self._builtin = builtin

    def missing(self, found: t.Any, wanted: t.Any, path: str) -> t.Iterator[str]:
        if isinstance(wanted, dict) and isinstance(found, dict):
            if self._builtin and path.rpartition(".")[2] in _WHOLE and found.keys() - wanted.keys():
                yield path
            for field, value in wanted.items():
                if field in found:
                    yield from self.missing(found[field], value, join(path, field))
                elif not self._says_nothing(field, value):
                    yield join(path, field)
            return
        keys = self._keys(path, wanted) if isinstance(wanted, list) and isinstance(found, list) else None
        if keys is not None:
            there = {_key(keys, item): item for item in found if isinstance(item, dict)}
            for item in wanted:
                yield from self.missing(there.get(_key(keys, item)), item, path)
        elif not self.same(found, wanted, path):
            yield path

    def _says_nothing(self, field: str, value: t.Any) -> bool:
        if value is None:
            return True
        return self._builtin and field not in _MEANT and value in ({}, [], "", False)

    def _keys(self, path: str, wanted: list[t.Any]) -> Tree | None:
        if not self._builtin or not all(isinstance(item, dict) for item in wanted):
            return None
        name = path.rpartition(".")[2]
        candidates = _PORTS if name == "ports" else (_KEYS.get(name),)
        return next((keys for keys in candidates if keys and all(next(iter(keys)) in item for item in wanted)), None)

    def same(self, found: t.Any, wanted: t.Any, path: str) -> bool:
        """Tell whether values mean the same that are replaced as a whole."""
        if isinstance(wanted, dict) and isinstance(found, dict):
            known = {field for field, value in wanted.items() if not self._says_nothing(field, value)}
            return known <= found.keys() <= wanted.keys() and all(
                self.same(found[field], wanted[field], join(path, field)) for field in found
            )
        if isinstance(wanted, list) and isinstance(found, list):
            return len(found) == len(wanted) and all(self.same(*pair, path) for pair in zip(found, wanted))
        if isinstance(wanted, bool) != isinstance(found, bool):
            return False
        if found == wanted:
            return True
        steps = path.split(".")
        if not self._builtin or not (steps[-1] in _AMOUNT or set(steps) & set(_AMOUNTS)):
            return False
        amount = parse_quantity(wanted)
        return amount is not None and amount == parse_quantity(found)


def _key(keys: Tree, item: t.Any) -> tuple[t.Any, ...]:
    return tuple(item.get(field, default) for field, default in keys.items())


def left_behind(found: Tree, wanted: Tree) -> list[str]:
    """Return the fields that this collection once applied and that the manifest does not have any more."""
    for entry in dig(found, "metadata.managedFields") or ():
        if entry.get("manager") == MANAGER and entry.get("operation") == "Apply" and not entry.get("subresource"):
            return list(_left(entry.get("fieldsV1") or {}, wanted, ""))
    return []


def _left(fields: Tree, wanted: t.Any, path: str) -> t.Iterator[str]:
    for step, inner in fields.items():
        sort, _colon, name = step.partition(":")
        if sort == "f":
            there, here = isinstance(wanted, dict) and name in wanted, join(path, name)
            value = wanted[name] if there else None
        elif sort == "k":
            value = _item(wanted, json.loads(name))
            there, here = value is not None, f"{path}[{name}]"
        elif sort == "v":
            value, here = None, f"{path}[{name}]"
            there = isinstance(wanted, list) and json.loads(name) in wanted
        else:
            continue
        if not there:
            yield here
        elif inner:
            yield from _left(inner, value, here)


def _item(items: t.Any, keys: Tree) -> t.Any:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and all(
            item.get(field, "TCP" if field == "protocol" else None) == value for field, value in keys.items()
        ):
            return item
    return None


def without_dropped_versions(found: Tree, wanted: Tree) -> Tree:
    """Return the definition of a kind without the versions that its operator has taken out of it.

    CDI's operator does so with old ones of its own kind, each time anew (facts/kubevirt.md).
    """
    there = {version.get("name") for version in dig(found, "spec.versions") or ()}
    kept = [version for version in dig(wanted, "spec.versions") or () if version.get("name") in there]
    return {**wanted, "spec": {**wanted["spec"], "versions": kept}} if kept else wanted


def differences(before: Tree, after: Tree) -> list[str]:
    """Return the paths at which what a server answers is another object than before, beside its own notes."""
    return sorted(set(_different(_spoken(before), _spoken(after), "")))


def _different(left: t.Any, right: t.Any, path: str) -> t.Iterator[str]:
    if isinstance(left, dict) and isinstance(right, dict):
        for field in left.keys() | right.keys():
            if field not in left or field not in right:
                yield join(path, field)
            else:
                yield from _different(left[field], right[field], join(path, field))
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for pair in zip(left, right):
            yield from _different(*pair, path)
    elif left != right or isinstance(left, bool) != isinstance(right, bool):
        yield path
