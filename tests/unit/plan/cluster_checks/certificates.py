# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates with a life of one's choice, without a library that could sign them."""

from __future__ import annotations

import base64
import textwrap
import time

from tests.unit.plan.cluster_checks.builders import DAY, NOW

_UTC, _GENERAL, _SEQUENCE, _INTEGER, _VERSION = 0x17, 0x18, 0x30, 0x02, 0xA0


def element(tag: int, *content: bytes) -> bytes:
    """Return an element of DER."""
    body = b"".join(content)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def pem(begins: float, ends: float, *, version: bool = True, padding: int = 200) -> str:
    """Return as much of a certificate as tells how long it is valid; years from 2050 on have four digits."""
    fields = [element(_VERSION, element(_INTEGER, b"\x02"))] if version else []
    fields += [element(_INTEGER, b"\x01"), element(_SEQUENCE), element(_SEQUENCE, b"\x00" * padding)]
    fields.append(element(_SEQUENCE, _time(begins), _time(ends)))
    der = element(
        _SEQUENCE, element(_SEQUENCE, *fields, element(_SEQUENCE)), element(_SEQUENCE), element(0x03, b"\x00")
    )
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def _time(seconds: float) -> bytes:
    moment = time.gmtime(seconds)
    is_far = moment.tm_year >= 2050
    return element(
        _GENERAL if is_far else _UTC, time.strftime("%Y%m%d%H%M%SZ" if is_far else "%y%m%d%H%M%SZ", moment).encode()
    )


EXPIRED = pem(NOW - 7 * DAY, NOW - DAY)
# less than a tenth of its week is left
LATE = EXPIRED + pem(NOW - 6.5 * DAY, NOW + 0.5 * DAY)
