# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Items of a list, each of which may begin as one of a catalogue. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption

Options = t.Mapping[str, t.Any]


def picked(wanted: t.Sequence[t.Any], catalogue: t.Iterable[Options], defaults: Options) -> list[dict[str, t.Any]]:
    """Return the options of each item.

    An item is a name in the catalogue, or a mapping with ``name``; with ``from`` it begins as that one of the
    catalogue. What an item says goes before the defaults, and these go before the catalogue.

    Raises:
        InvalidOption: An item is neither, is not in the catalogue, or has the name of another one.

    """
    known = {each["name"]: each for each in catalogue}
    result = [_item(each, known, defaults) for each in wanted]
    names = [each["name"] for each in result]
    for name in names:
        if names.count(name) > 1:
            raise InvalidOption(f"{name} is named twice.", option="name")
    return result


def laid_over(general: Options, own: Options) -> dict[str, t.Any]:
    """Return options where those of one thing go before those of all.

    Mappings are merged, and lists whose items have a name, by that name. Anything else is replaced.
    """
    result = dict(general)
    for option, value in own.items():
        result[option] = _merged(result[option], value) if option in result else value
    return result


def _item(said: t.Any, known: t.Mapping[str, Options], defaults: Options) -> dict[str, t.Any]:
    own = {"from": said} if isinstance(said, str) else said
    if not isinstance(own, dict):
        raise InvalidOption(f"{said!r} is neither a name nor a mapping with a name.", option="name")
    own = dict(own)
    base = own.pop("from", None)
    if base is not None and base not in known:
        raise InvalidOption(f"{base} is not in the catalogue, which has {', '.join(sorted(known))}.", option="from")
    own.setdefault("name", base)
    if not isinstance(own["name"], str):
        raise InvalidOption(f"{said!r} is neither a name nor a mapping with a name.", option="name")
    return laid_over(laid_over(known.get(base, {}), defaults), own)


def _merged(general: t.Any, own: t.Any) -> t.Any:
    if isinstance(general, dict) and isinstance(own, dict):
        return laid_over(general, own)
    if _named(general) and _named(own):
        items = {item["name"]: item for item in general}
        for item in own:
            items[item["name"]] = laid_over(items.get(item["name"], {}), item)
        return list(items.values())
    return own


def _named(value: t.Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "name" in item for item in value)
