# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of many machines, refined by those of one. Private to vmo.core."""

from __future__ import annotations

import typing as t

Options = t.Mapping[str, t.Any]
_BY_WORD = ("power", "storage")


def refined(general: Options, own: Options) -> dict[str, t.Any]:
    """Return the options of a machine: what is said of it goes before what is said of all.

    Interfaces and what is in them are matched by name, words of power and storage by themselves, anything else is
    replaced. ``None`` says nothing.
    """
    result = {**general, **said(own)}
    for option in _BY_WORD:
        if own.get(option) is not None and general.get(option) is not None:
            result[option] = {**general[option], **said(own[option])}
    if own.get("interfaces") is not None and general.get("interfaces") is not None:
        result["interfaces"] = by_name(general["interfaces"], map(said, own["interfaces"]))
    return result


def by_name(*lists: t.Iterable[Options]) -> list[dict[str, t.Any]]:
    """Return the items of all lists, those of one name as one: what is said later goes before."""
    found: dict[str, dict[str, t.Any]] = {}
    for item in (item for each in lists for item in each):
        found[item["name"]] = {**found.get(item["name"], {}), **item}
    return list(found.values())


def said(options: Options) -> dict[str, t.Any]:
    """Return the options without those that say nothing."""
    return {option: value for option, value in options.items() if value is not None}
