# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tasks about several things came to, in lines for people. Private to vmo.core."""

from __future__ import annotations

import typing as t
from collections import Counter

Result = t.Mapping[str, t.Any]
_UNCHANGED = "unchanged"
_FAILED = "failed"


def outcome(results: t.Iterable[Result], noun: str, *, foreseen: bool = False) -> list[str]:
    """Return one line about all of them, and one for each that was changed or failed.

    Each result has ``name``, or is that of a loop over names. Several of one name are about one thing. ``foreseen``:
    nothing was done yet.
    """
    found: dict[str, list[Result]] = {}
    for result in results:
        if not result.get("skipped"):
            found.setdefault(_name(result), []).append(result)
    if not found:
        return [f"No {noun}s."]
    said = {name: _said(name, each) for name, each in found.items()}
    count = Counter(word for word, _more in said.values())
    first = ", ".join(f"{number} {_told(word, foreseen=foreseen)}" for word, number in count.items())
    lines = [
        f"{name}: {_told(word, foreseen=foreseen)}{more}" for name, (word, more) in said.items() if word != _UNCHANGED
    ]
    return [f"{len(found)} {noun}{'' if len(found) == 1 else 's'}: {first}.", *lines]


def _name(result: Result) -> str:
    return str(result[result.get("ansible_loop_var", "name")])


def _said(name: str, results: t.Sequence[Result]) -> tuple[str, str]:
    failed = [result for result in results if result.get("failed")]
    if failed:
        return _FAILED, f": {failed[-1].get('msg', '')}"
    changed = [result for result in results if result.get("changed")]
    if not changed:
        return _UNCHANGED, ""
    actions = [action for result in changed for action in result.get("actions") or ()]
    whole = {action["verb"] for action in actions if action.get("name") == name} & {"create", "delete"}
    if whole == {"create"}:
        return "created", ""
    if whole == {"delete"}:
        return "deleted", ""
    return ("made anew", "") if whole else ("changed", _words(changed))


def _words(changed: t.Iterable[Result]) -> str:
    sides = [(result.get("diff") or {}).get(side) or {} for result in changed for side in ("before", "after")]
    words = sorted({word for side in sides for word in side})
    return f" ({', '.join(words)})" if words else ""


def _told(word: str, *, foreseen: bool) -> str:
    return f"would be {word}" if foreseen and word not in (_UNCHANGED, _FAILED) else word
