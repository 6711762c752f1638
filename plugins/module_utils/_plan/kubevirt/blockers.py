# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would be lost with KubeVirt or CDI. Private to vmo.core."""

from __future__ import annotations

import typing as t

Tree = t.Mapping[str, t.Any]
_NAMED = 5


def blockers(found: t.Mapping[str, t.Sequence[Tree]]) -> list[str]:
    """Return one sentence for each kind of which there are objects, naming the first of them."""
    return [_sentence(kind, sorted(map(_place_of, objects))) for kind, objects in sorted(found.items()) if objects]


def _place_of(item: Tree) -> str:
    metadata = item.get("metadata") or {}
    return "/".join(filter(None, (metadata.get("namespace"), str(metadata.get("name")))))


def _sentence(kind: str, places: t.Sequence[str]) -> str:
    if len(places) == 1:
        return f"There is 1 {kind} object: {places[0]}."
    *first, last = places
    if len(places) <= _NAMED:
        return f"There are {len(places)} {kind} objects: {', '.join(first)} and {last}."
    return f"There are {len(places)} {kind} objects: {', '.join(places[:_NAMED])} and {len(places) - _NAMED} more."
