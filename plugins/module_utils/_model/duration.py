# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations as Go writes them: ``1m30s``. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t
from fractions import Fraction

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption

_SECONDS = {
    "ns": Fraction(1, 10**9),
    "us": Fraction(1, 10**6),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|ms|s|m|h)")


def parse_duration(text: t.Any) -> Fraction | None:
    """Return the seconds that ``text`` (``90s``, ``1m30s``, ``1.5h``) stands for, ``None`` if it is no duration."""
    parts = _PART.findall(str(text))
    if not parts or "".join(number + unit for number, unit in parts) != str(text):
        return None
    return sum((Fraction(number) * _SECONDS[unit] for number, unit in parts), Fraction(0))


def require_duration(text: t.Any, option: str) -> Fraction:
    """Return the seconds, or raise ``InvalidOption`` that names the option."""
    seconds = parse_duration(text)
    if seconds is None or seconds <= 0:
        raise InvalidOption(
            f"{option}: {text!r} is not a duration such as 90s, 1m30s or 2h.", option=option.partition(".")[0]
        )
    return seconds
