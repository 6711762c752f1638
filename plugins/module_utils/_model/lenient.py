# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read JSON documents of which nothing is promised: a field that is absent or odd is ``None``. Private to vmo.core."""

from __future__ import annotations

import typing as t

Tree = t.Mapping[str, t.Any]
UNSAID = ("", "unknown", "none")


def text(raw: Tree, field: str) -> str | None:
    """Return a text that says something: neither empty nor the word "Unknown"."""
    value = raw.get(field)
    return value.strip() if isinstance(value, str) and value.strip().lower() not in UNSAID else None


def whole(raw: Tree, field: str) -> int | None:
    """Return a whole number; a number with a fraction is rounded down."""
    value = raw.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # neither infinite nor "not a number"
    return int(value) if abs(value) < float("inf") else None


def positive(raw: Tree, field: str) -> int | None:
    """Return a number above zero: MAAS says 0 and -1 where it does not know."""
    value = whole(raw, field)
    return value if value is not None and value > 0 else None


def flag(raw: Tree, field: str) -> bool | None:
    """Return a boolean."""
    value = raw.get(field)
    return value if isinstance(value, bool) else None


def tree(raw: Tree, field: str) -> Tree:
    """Return a mapping, empty if there is none."""
    return mapping(raw.get(field))


def mapping(value: t.Any) -> Tree:
    """Return ``value`` if it is a mapping, an empty one otherwise."""
    return value if isinstance(value, dict) else {}


def trees(value: t.Any) -> tuple[Tree, ...]:
    """Return the mappings of a list."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, (list, tuple)) else ()


def texts(value: t.Any) -> tuple[str, ...]:
    """Return the texts of a list."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, (list, tuple)) else ()


def known_list(raw: Tree, field: str) -> list[t.Any] | None:
    """Return a list, ``None`` where the document has none."""
    value = raw.get(field)
    return value if isinstance(value, list) else None
