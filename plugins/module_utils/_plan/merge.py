# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lay a sparse wish over what is there, and say the difference as a merge patch. Private to vmo.core.

A wish is a part of an object: what it leaves out is left alone, ``None`` removes a field, and in a list whose items
have a natural key an item ``{key…, "$patch": "delete"}`` removes that item (the directive of a strategic merge patch).
All other lists are replaced whole, as the API server would do.
"""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.tree import DELETE, DIRECTIVE, MISSING, dig, join

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Shape(t.NamedTuple):
    """What a merge must know about a kind. Paths are dotted; a list adds nothing to the path of its items.

    keys: list -> the fields that identify an item, each with the value that the server assumes when it is absent.
    unions: struct -> the fields of which only one may be set.
    same: (path, value, value) -> whether two leaves that differ mean the same.
    quantities: leaves that are Kubernetes quantities; quantity_maps: how the paths begin at which all leaves are.
    """

    keys: Mapping[str, Mapping[str, t.Any]]
    unions: Mapping[str, frozenset[str]]
    same: Callable[[str, t.Any, t.Any], bool]
    quantities: frozenset[str] = frozenset()
    quantity_maps: tuple[str, ...] = ()

    def key(self, path: str, item: Mapping[str, t.Any]) -> tuple[t.Any, ...]:
        """Return the natural key of a list item."""
        return tuple(dig(item, field, default) for field, default in self.keys[path].items())

    def means_same(self, path: str, left: t.Any, right: t.Any) -> bool:
        """Tell whether two leaves mean the same; ``True`` and 1 do not."""
        if isinstance(left, bool) != isinstance(right, bool):
            return False
        if left == right:
            return True
        if path in self.quantities or path.startswith(self.quantity_maps):
            number = parse_quantity(left)
            return number is not None and number == parse_quantity(right)
        return self.same(path, left, right)


def merge(found: t.Any, wish: t.Any, shape: Shape, path: str = "") -> t.Any:
    """Return ``found`` with ``wish`` laid over it; both stay as they are. Values that mean the same stay as found."""
    if isinstance(wish, dict):
        return _merge_struct(found, wish, shape, path)
    if isinstance(wish, list) and path in shape.keys:
        return _merge_list(found, wish, shape, path)
    if isinstance(wish, list):
        return found if _same_list(found, wish, shape, path) else copy.deepcopy(wish)
    return found if shape.means_same(path, found, wish) else wish


def _merge_struct(found: t.Any, wish: dict[str, t.Any], shape: Shape, path: str) -> t.Any:
    merged = dict(found) if isinstance(found, dict) else {}
    members = shape.unions.get(path, frozenset())
    chosen = {field for field in members if wish.get(field) is not None}
    if chosen:
        for field in members - chosen:
            merged.pop(field, None)
    for field, value in wish.items():
        result = MISSING if value is None else merge(merged.get(field, MISSING), value, shape, join(path, field))
        if result is MISSING:
            merged.pop(field, None)
        else:
            merged[field] = result
    # a wish that only removes from what is not there adds nothing
    return MISSING if wish and not merged and found is MISSING else merged


def _merge_list(found: t.Any, wish: list[t.Any], shape: Shape, path: str) -> t.Any:
    wanted = {shape.key(path, item): item for item in wish}
    merged = []
    for item in found if isinstance(found, list) else ():
        over = wanted.pop(shape.key(path, item), None)
        if over is None:
            merged.append(item)
        elif over.get(DIRECTIVE) != DELETE:
            merged.append(merge(item, over, shape, path))
    merged += [merge({}, item, shape, path) for item in wanted.values() if item.get(DIRECTIVE) != DELETE]
    return MISSING if wish and not merged and not isinstance(found, list) else merged


def settle(found: t.Any, wanted: t.Any, shape: Shape, path: str = "") -> t.Any:
    """Return all of ``wanted`` and no more, with what means the same written as in ``found``."""
    if isinstance(wanted, dict):
        there = found if isinstance(found, dict) else {}
        return {
            field: settle(there.get(field, MISSING), value, shape, join(path, field)) for field, value in wanted.items()
        }
    if isinstance(wanted, list) and path in shape.keys:
        items = {shape.key(path, item): item for item in found} if isinstance(found, list) else {}
        return [settle(items.get(shape.key(path, item), MISSING), item, shape, path) for item in wanted]
    if isinstance(wanted, list):
        return found if _same_list(found, wanted, shape, path) else wanted
    return found if shape.means_same(path, found, wanted) else wanted


def _same_list(found: t.Any, wish: list[t.Any], shape: Shape, path: str) -> bool:
    return (
        isinstance(found, list)
        and len(found) == len(wish)
        and all(_same_tree(left, right, shape, path) for left, right in zip(found, wish))
    )


def _same_tree(left: t.Any, right: t.Any, shape: Shape, path: str) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            _same_tree(left[field], right[field], shape, join(path, field)) for field in left
        )
    if isinstance(left, list) and isinstance(right, list):
        return _same_list(left, right, shape, path)
    return shape.means_same(path, left, right)


def disagreements(left: t.Any, right: t.Any, shape: Shape, path: str = "") -> list[str]:
    """Return the paths at which two wishes ask for different things."""
    if isinstance(left, dict) and isinstance(right, dict):
        found = []
        members = shape.unions.get(path, frozenset())
        if members & left.keys() and members & right.keys() and not members & left.keys() & right.keys():
            return [path]
        for field in left.keys() & right.keys():
            found += disagreements(left[field], right[field], shape, join(path, field))
        return sorted(found)
    if isinstance(left, list) and isinstance(right, list) and path in shape.keys:
        items = {shape.key(path, item): item for item in left}
        return sorted(
            name for item in right for name in disagreements(items.get(shape.key(path, item), {}), item, shape, path)
        )
    return [] if _same_tree(left, right, shape, path) else [path]


def merge_patch(before: dict[str, t.Any], after: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the patch (RFC 7386) that turns ``before`` into ``after``; empty when they are equal."""
    patch: dict[str, t.Any] = {field: None for field in before if field not in after}
    for field, value in after.items():
        old = before.get(field, MISSING)
        if isinstance(value, dict) and isinstance(old, dict):
            inner = merge_patch(old, value)
            if inner:
                patch[field] = inner
        elif old is MISSING or not _identical(old, value):
            patch[field] = value
    return patch


def _identical(left: t.Any, right: t.Any) -> bool:
    # 1 == True in Python, but not in JSON
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_identical(left[field], right[field]) for field in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_identical, left, right))
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)
