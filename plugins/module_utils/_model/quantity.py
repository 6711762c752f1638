# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes quantities as numbers. Private to vmo.core.

The grammar is that of ``k8s.io/apimachinery/pkg/api/resource.Quantity``.
"""

from __future__ import annotations

import re
import typing as t
from fractions import Fraction

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption

_SUFFIXES = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "": Fraction(1),
    "k": Fraction(10**3),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
    "T": Fraction(10**12),
    "P": Fraction(10**15),
    "E": Fraction(10**18),
    "Ki": Fraction(2**10),
    "Mi": Fraction(2**20),
    "Gi": Fraction(2**30),
    "Ti": Fraction(2**40),
    "Pi": Fraction(2**50),
    "Ei": Fraction(2**60),
}
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i))?")


def parse_quantity(text: t.Any) -> Fraction | None:
    """Return the number that ``text`` (``8Gi``, ``500m``, ``1e3``, ``2``) stands for, ``None`` if it is no quantity."""
    match = _QUANTITY.fullmatch(str(text).strip())
    if match is None or isinstance(text, bool):
        return None
    number, exponent, suffix = match.groups()
    return Fraction(number) * (Fraction(10) ** int(exponent) if exponent else _SUFFIXES[suffix or ""])


def require_quantity(text: t.Any, option: str) -> Fraction:
    """Return the number, or raise ``InvalidOption`` that names the option."""
    number = parse_quantity(text)
    if number is None or number <= 0:
        raise InvalidOption(f"{option}: {text!r} is not a quantity such as 8Gi, 500M or 2.", option=option)
    return number
