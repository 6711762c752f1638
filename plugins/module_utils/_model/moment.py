# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in time, as servers write them. Private to vmo.core."""

from __future__ import annotations

import calendar
import re
import typing as t

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
_MOMENT = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2})[a-z]*\.? (\d{4}) (\d\d):(\d\d):(\d\d)(?: ([+-])(\d\d)(\d\d))?")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(value: t.Any) -> float | None:
    """Return seconds since 1970 of a time as MAAS or Kubernetes write it, ``None`` if it is none."""
    if not isinstance(value, str):
        return None
    found = _MOMENT.search(value)
    if found and found[2] in _MONTHS:
        clock = (int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]), *map(int, found.group(4, 5, 6)))
        ahead = (int(found[8]) * HOUR + int(found[9]) * MINUTE) * (-1 if found[7] == "-" else 1) if found[7] else 0.0
        return calendar.timegm(clock) - ahead
    found = _ISO.search(value)
    return float(calendar.timegm(tuple(map(int, found.groups())))) if found else None
