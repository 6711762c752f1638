# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nested mappings by dotted path. Private to vmo.core."""

from __future__ import annotations

import typing as t


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: t.Any = _Missing()

# The directive of Kubernetes' strategic merge patch: an item of a named list that carries it is to be removed.
DIRECTIVE = "$patch"
DELETE = "delete"


def dig(tree: t.Any, path: str, default: t.Any = None) -> t.Any:
    """Return the value at a dotted path, ``default`` where a step is missing."""
    for step in path.split("."):
        if not isinstance(tree, dict) or step not in tree:
            return default
        tree = tree[step]
    return tree


def plant(tree: dict[str, t.Any], path: str, value: t.Any) -> None:
    """Put ``value`` at a dotted path, making the mappings on the way."""
    *way, last = path.split(".")
    for step in way:
        tree = tree.setdefault(step, {})
    tree[last] = value


def copied(tree: t.Any) -> t.Any:
    """Return a copy of what came as JSON; ``copy.deepcopy``, which expects anything, takes several times as long."""
    if isinstance(tree, dict):
        return {key: copied(value) for key, value in tree.items()}
    return [copied(value) for value in tree] if isinstance(tree, list) else tree


def take(tree: dict[str, t.Any], path: str) -> t.Any:
    """Remove the value at a dotted path, and the mappings that it leaves empty; ``MISSING`` if there is none."""
    first, _dot, rest = path.partition(".")
    if first not in tree:
        return MISSING
    if not rest:
        return tree.pop(first)
    if not isinstance(tree[first], dict):
        return MISSING
    value = take(tree[first], rest)
    if value is not MISSING and not tree[first]:
        del tree[first]
    return value


def take_list(tree: dict[str, t.Any], path: str) -> list[t.Any]:
    """Remove the list at a dotted path and return it, empty if there is none."""
    items = take(tree, path)
    return [] if items is MISSING else list(items)


def append(tree: dict[str, t.Any], path: str, item: t.Any) -> None:
    """Add ``item`` to the list at a dotted path, which is made if there is none."""
    items = dig(tree, path)
    if items is None:
        items = []
        plant(tree, path, items)
    items.append(item)


def named(items: t.Any, name: str) -> t.Any:
    """Return the item of that name in a list of mappings, ``None`` if there is none."""
    for item in items or ():
        if item.get("name") == name:
            return item
    return None


def join(path: str, field: str) -> str:
    """Return the path of a field."""
    return f"{path}.{field}" if path else field
