# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translation of single options to fields of the API and back. Private to vmo.core.

A table of ``Word`` is read in both directions, so that what a task can ask for and what a diff can say are one thing.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.tree import DELETE, DIRECTIVE, MISSING, dig, plant, take

Tree = dict[str, t.Any]


class Form:
    """How a value is written in an option and in the API; this one writes it alike in both."""

    def to_field(self, value: t.Any) -> t.Any:
        """Return the value of the field; ``None`` asks for its removal."""
        return value

    def to_option(self, value: t.Any) -> tuple[t.Any, t.Any]:
        """Return the value of the option, and what of the field it cannot say (``MISSING``: nothing)."""
        return value, MISSING


class Text(Form):
    """Text, which YAML may have read as a number."""

    def to_field(self, value: t.Any) -> t.Any:
        """Return the text of a scalar."""
        return None if value is None else as_text(value)


class TextMap(Form):
    """A mapping to text such as labels; a null value removes the key."""

    def to_field(self, value: t.Any) -> t.Any:
        """Return the mapping with its values as text."""
        return {str(key): None if item is None else as_text(item) for key, item in value.items()}


class Presence(Form):
    """A flag that the API writes as an empty struct."""

    def to_field(self, value: t.Any) -> t.Any:
        """Return the empty struct, or ask for its removal."""
        return {} if value else None

    def to_option(self, value: t.Any) -> tuple[t.Any, t.Any]:
        """Return true for an empty struct; a struct with fields is beyond a flag."""
        return (True, MISSING) if value == {} else (MISSING, value)


class Items(Form):
    """A list of structs with a natural key: ``fields`` maps each option of an item to its field, the key first."""

    def __init__(self, fields: t.Mapping[str, str], keys: int = 1) -> None:
        self._fields = fields
        self._keys = list(fields.values())[:keys]

    def to_field(self, value: t.Any) -> t.Any:
        """Return the items, those with ``state: absent`` as removals."""
        items = []
        for wanted in value:
            item = {field: wanted[option] for option, field in self._fields.items() if wanted.get(option) is not None}
            if wanted.get("state") == "absent":
                item = {key: item[key] for key in self._keys if key in item}
                item[DIRECTIVE] = DELETE
            items.append(item)
        return items

    def to_option(self, value: t.Any) -> tuple[t.Any, t.Any]:
        """Return the items in their words, and those fields that have none."""
        said, unsaid = [], []
        for item in value:
            rest = dict(item)
            said.append({option: rest.pop(field) for option, field in self._fields.items() if field in rest})
            if rest:
                unsaid.append({**{key: item[key] for key in self._keys if key in item}, **rest})
        return said, unsaid or MISSING


PLAIN, TEXT, TEXT_MAP, PRESENCE = Form(), Text(), TextMap(), Presence()


class Word(t.NamedTuple):
    """An option and the field that it stands for, both as dotted paths."""

    option: str
    field: str
    form: Form = PLAIN


def as_text(value: t.Any) -> str:
    """Return what YAML would have shown for a scalar."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def render(words: t.Iterable[Word], options: t.Mapping[str, t.Any], wish: Tree) -> None:
    """Write the options that the task names into ``wish``."""
    for word in words:
        value = dig(options, word.option)
        if value is not None:
            plant(wish, word.field, word.form.to_field(value))


def describe(words: t.Iterable[Word], rest: Tree, said: Tree) -> None:
    """Move what the words can say from the object ``rest`` to the options ``said``."""
    for word in words:
        value = take(rest, word.field)
        if value is MISSING:
            continue
        option, unsaid = word.form.to_option(value)
        if option is not MISSING:
            plant(said, word.option, option)
        if unsaid is not MISSING:
            plant(rest, word.field, unsaid)
