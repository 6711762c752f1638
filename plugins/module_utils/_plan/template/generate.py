# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that a template lets be generated, from what KubeVirt calls an expression. Private to vmo.core.

``vm-[a-z0-9]{5}`` becomes ``vm-x3k9q``: each ``[characters]{length}`` is replaced. The rules are those of KubeVirt, to
the letter, also where they are odd: the class of letters has digits as well, and a hyphen on its own is left out.
"""

from __future__ import annotations

import re
import string
import typing as t

_EXPRESSION = re.compile(r"\[([a-zA-Z0-9\-\\]+)\]\{(\w+)\}", re.ASCII)
_RANGE = re.compile(r"\\w|\\d|\\a|\\A|.-.|[a-zA-Z0-9]+")
_LETTERS_AND_DIGITS = string.ascii_lowercase + string.ascii_uppercase + string.digits
_CLASSES = {
    r"\w": f"{_LETTERS_AND_DIGITS}_",
    r"\d": string.digits,
    r"\a": _LETTERS_AND_DIGITS,
    r"\A": string.punctuation,
}
_RANGE_LENGTH = 3
_LENGTHS = range(1, 256)


def generate(expression: str, choose: t.Callable[[str], str]) -> str:
    """Return a value; ``choose`` returns one character of a text. Raises ``ValueError`` with the reason."""
    value = expression
    while True:
        match = _EXPRESSION.search(value)
        if match is None:
            return value
        alphabet, length = _alphabet(match[1]), _length(match[2])
        drawn = "".join(choose(alphabet) for _place in range(length))
        value = value[: match.start()] + drawn + value[match.end() :]


def _length(text: str) -> int:
    if not re.fullmatch("[0-9]+", text) or int(text) not in _LENGTHS:
        raise ValueError(f"the length {{{text}}} is not a number from {_LENGTHS[0]} to {_LENGTHS[-1]}")
    return int(text)


def _alphabet(ranges: str) -> str:
    characters = "".join(map(_characters, _RANGE.findall(ranges)))
    if not characters:
        raise ValueError(f"[{ranges}] stands for no character")
    return "".join(sorted(set(characters)))


def _characters(said: str) -> str:
    if said in _CLASSES:
        return _CLASSES[said]
    if len(said) != _RANGE_LENGTH or said[1] != "-":
        return said
    first, last = (_LETTERS_AND_DIGITS.find(end) for end in (said[0], said[2]))
    if not 0 <= first <= last:
        raise ValueError(f"{said} is no range of letters and digits")
    return _LETTERS_AND_DIGITS[first : last + 1]
