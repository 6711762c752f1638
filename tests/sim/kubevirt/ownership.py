# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who manages which field: metadata.managedFields, and server-side apply, which lives by them.

A set of fields is a set of paths; a path is a tuple of steps as FieldsV1 has them: ``f:name`` is a field, ``k:{...}``
an item of a list by its keys, ``v:...`` an item by its value, and ``.`` at the end the item itself.
"""

from __future__ import annotations

import copy
import json
import typing as t

from tests.sim.kubevirt.documents import now
from tests.sim.kubevirt.kinds import Kind, Object
from tests.sim.kubevirt.refusals import Cause, Refusal

Path = tuple[str, ...]
Paths = set[Path]

# Lists of Kubernetes itself that are merged by these keys of their items; all others are replaced as a whole.
_BY_NAME = ("containers", "env", "imagePullSecrets", "initContainers", "secrets", "volumes", "webhooks")
_KEYS = {**dict.fromkeys(_BY_NAME, ("name",)), "conditions": ("type",), "volumeMounts": ("mountPath",)}
_OWNERS, _PROTOCOL = ("uid",), ("port", "protocol")
# Objects that are replaced as a whole.
_WHOLE = ("fieldRef", "nodeSelector", "roleRef", "secretKeyRef", "selector")
_NOBODYS = {("f:apiVersion",), ("f:kind",), ("f:metadata", "f:name"), ("f:metadata", "f:namespace")}
_SERVERS = ("uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp", "managedFields")
_MISSING = object()


def applied(kind: Kind, live: Object | None, wanted: Object, manager: str, *, force: bool) -> Object:
    """Return the object as it is after server-side apply, or raise the conflict with other managers."""
    shape = _Shape(kind)
    wanted = _without_nulls(wanted)
    new = shape.paths(wanted)
    if live is None:
        return _noted({**wanted}, [_entry(kind, manager, "Apply", new)])
    others = _entries(live) or [_entry(kind, "before-first-apply", "Update", shape.paths(live))]
    own = next((entry for entry in others if _is(entry, manager, "Apply")), None) or _entry(
        kind, manager, "Apply", set()
    )
    others = [entry for entry in others if entry is not own]
    disputed = [(entry, path) for entry in others for path in _sorted(_fields(entry) & new)
                if shape.lookup(live, path) != shape.lookup(wanted, path)]  # fmt: skip
    if disputed and not force:
        raise _conflict(disputed)
    others = [_less(entry, {path for other, path in disputed if other is entry}) for entry in others]
    kept = new.union(*map(_fields, others))
    merged = shape.merge(live, wanted)
    shape.remove(merged, _fields(own) - kept, kept)
    if _fields(own) != new or _bare(merged) != _bare(live):
        own = _entry(kind, manager, "Apply", new)
    return _noted(merged, [*others, own])


def changed(kind: Kind, old: Object | None, item: Object, manager: str) -> Object:
    """Return the object with the fields that a plain write of it has given to its writer."""
    shape = _Shape(kind)
    if old is None:
        return _noted(item, [_entry(kind, manager, "Update", shape.paths(item))])
    before, after = shape.paths(old), shape.paths(item)
    taken = {path for path in after if shape.lookup(old, path) != shape.lookup(item, path)}
    entries = _entries(old)
    if not taken and before <= after:
        return item
    own = next((entry for entry in entries if _is(entry, manager, "Update")), None)
    others = [_less(entry, taken | (before - after)) for entry in entries if entry is not own]
    fields = ((_fields(own) if own else set()) | taken) & after
    return _noted(item, [*others, _entry(kind, manager, "Update", fields)])


class _Shape:
    """How objects of a kind are taken apart. Of custom resources every list is one value."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def paths(self, item: Object) -> Paths:
        hidden = {"metadata", "status"} if self._kind.status else {"metadata"}
        metadata = {key: value for key, value in item.get("metadata", {}).items() if key not in _SERVERS}
        seen = {key: value for key, value in item.items() if key not in hidden} | {"metadata": metadata}
        return {path for path in self._of(seen, ()) if path not in _NOBODYS and path != ("f:metadata",)}

    def _of(self, value: t.Any, base: Path) -> t.Iterator[Path]:
        if self._is_open(value, base):
            for name, inner in value.items():
                yield from self._of(inner, (*base, f"f:{name}"))
            return
        items = self._items(value, base)
        for step, inner in items.items():
            yield (*base, step, ".") if isinstance(inner, dict) else (*base, step)
            yield from self._of(inner, (*base, step)) if isinstance(inner, dict) else ()
        if not items:
            yield base

    def _is_open(self, value: t.Any, base: Path) -> bool:
        name = base[-1][2:] if base else ""
        return isinstance(value, dict) and bool(value) and (self._kind.custom or name not in _WHOLE)

    def _items(self, value: t.Any, base: Path) -> dict[str, t.Any]:
        """The items of a list that is merged, by their step; nothing for all others."""
        name = base[-1][2:] if base else ""
        if not isinstance(value, list):
            return {}
        if base == ("f:metadata", "f:finalizers"):
            return {f"v:{json.dumps(item)}": item for item in value}
        keys: tuple[str, ...] = _OWNERS if base == ("f:metadata", "f:ownerReferences") else _KEYS.get(name, ())
        if name == "ports":
            keys = ("containerPort", "protocol") if "containers" in "".join(base) else _PROTOCOL
        if not keys or (self._kind.custom and base[0] != "f:metadata"):
            return {}
        return {_step(item, keys): item for item in value}

    def lookup(self, item: t.Any, path: Path) -> t.Any:
        base: Path = ()
        for step in path:
            if step == ".":
                return True
            item = self._inside(item, base, step)
            base = (*base, step)
        return item

    def _inside(self, item: t.Any, base: Path, step: str) -> t.Any:
        if step.startswith("f:"):
            return item.get(step[2:], _MISSING) if isinstance(item, dict) else _MISSING
        return self._items(item, base).get(step, _MISSING)

    def merge(self, live: t.Any, wanted: t.Any, base: Path = ()) -> t.Any:
        if self._is_open(wanted, base) and isinstance(live, dict):
            merged = {name: self.merge(live.get(name), inner, (*base, f"f:{name}")) for name, inner in wanted.items()}
            return {**live, **merged}
        there, asked = self._items(live, base), self._items(wanted, base)
        if there and asked:
            merged = {step: self.merge(there.get(step), inner, (*base, step)) for step, inner in asked.items()}
            return [{**there, **merged}[step] for step in _in_order(list(there), list(asked))]
        return copy.deepcopy(wanted)

    def remove(self, item: Object, gone: Paths, kept: Paths) -> None:
        """Take the fields away, with what is empty without them; an item of a list goes once nobody has it."""
        still = {path[:end] for path in kept for end in range(len(path) + 1)}
        for path in sorted(gone, key=lambda path: (path[-1] != ".", -len(path))):
            target = path[:-1] if path[-1] == "." else path
            if target not in still:
                self._drop(item, target)
            while (target := target[:-1]) and target not in still and not self.lookup(item, target):
                self._drop(item, target)

    def _drop(self, item: Object, path: Path) -> None:
        holder, step = self.lookup(item, path[:-1]), path[-1]
        found = self._inside(holder, path[:-1], step)
        if found is not _MISSING and isinstance(holder, list):
            holder.remove(found)
        elif found is not _MISSING:
            del holder[step[2:]]


def _step(item: Object, keys: t.Sequence[str]) -> str:
    found = {key: item.get(key, "TCP" if key == "protocol" else "") for key in keys}
    return "k:" + json.dumps(found, separators=(",", ":"))


def _in_order(there: list[str], asked: list[str]) -> list[str]:
    """As it was asked for; what only the other managers want stays before what it was before."""
    order: list[str] = []
    for step in asked:
        while there and there[0] not in asked:
            order.append(there.pop(0))
        there = [other for other in there if other != step]
        order.append(step)
    return order + there


def _without_nulls(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _entry(kind: Kind, manager: str, operation: str, fields: Paths) -> Object:
    head = {"manager": manager, "operation": operation, "apiVersion": kind.api_version, "time": now()}
    return {**head, "fieldsType": "FieldsV1", "fieldsV1": _tree(fields)}


def _entries(item: Object) -> list[Object]:
    return list(item["metadata"].get("managedFields") or [])


def _is(entry: Object, manager: str, operation: str) -> bool:
    return (entry["manager"], entry["operation"]) == (manager, operation)


def _noted(item: Object, entries: t.Iterable[Object]) -> Object:
    return {
        **item,
        "metadata": {**item["metadata"], "managedFields": [entry for entry in entries if entry["fieldsV1"]]},
    }


def _bare(item: Object) -> Object:
    return {**item, "metadata": {key: value for key, value in item["metadata"].items() if key != "managedFields"}}


def _less(entry: Object, fields: Paths) -> Object:
    return {**entry, "fieldsV1": _tree(_fields(entry) - fields)} if fields & _fields(entry) else entry


def _tree(fields: Paths) -> Object:
    root: Object = {}
    for path in sorted(fields):
        place = root
        for step in path:
            place = place.setdefault(step, {})
    return root


def _fields(entry: Object) -> Paths:
    return set(_leaves(entry["fieldsV1"], ()))


def _leaves(tree: Object, base: Path) -> t.Iterator[Path]:
    for step, inner in tree.items():
        yield from _leaves(inner, (*base, step)) if inner else [(*base, step)]


def _sorted(fields: Paths) -> list[Path]:
    """As the server lists them: what is right here before what is deeper."""
    return sorted(fields, key=lambda path: [(place < len(path) - 1, step) for place, step in enumerate(path)])


def _conflict(disputed: t.Sequence[tuple[Object, Path]]) -> Refusal:
    causes, lines = [], []
    managers = {_manager(entry): [path for other, path in disputed if other is entry] for entry, _path in disputed}
    for manager, paths in managers.items():
        causes += [Cause("FieldManagerConflict", f"conflict with {manager}", _name(path)) for path in paths]
        lines += [f"conflicts with {manager}:", *(f"- {_name(path)}" for path in paths)]
    text = f"Apply failed with {len(causes)} conflicts: " + "\n".join(lines)
    if len(causes) == 1:
        text = f"Apply failed with 1 conflict: {causes[0].message}: {causes[0].field}"
    return Refusal(409, "Conflict", text, {"causes": [cause.as_json() for cause in causes]})


def _manager(entry: Object) -> str:
    return f'"{entry["manager"]}"' + (f" using {entry['apiVersion']}" if entry["operation"] == "Update" else "")


def _name(path: Path) -> str:
    text = ""
    for step in path:
        if step.startswith("k:"):
            text += "[" + ",".join(f"{key}={json.dumps(value)}" for key, value in json.loads(step[2:]).items()) + "]"
        else:
            text += f"[{step[2:]}]" if step.startswith("v:") else f".{step[2:]}"
    return text
