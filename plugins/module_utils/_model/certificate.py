# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long certificates are valid: as much of X.509 as that takes. Private to vmo.core."""

from __future__ import annotations

import base64
import binascii
import calendar
import re
import typing as t

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_VERSION, _UTC, _GENERAL = 0xA0, 0x17, 0x18
_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z")
_LONG_FORM = 0x80
# serial number, algorithm and issuer come before the validity
_BEFORE_VALIDITY = 3
_PIVOT = b"50"


class Validity(t.NamedTuple):
    """Seconds since 1970."""

    begins: float
    ends: float


class _Element(t.NamedTuple):
    tag: int
    content: bytes


def validities(bundle: str) -> list[Validity]:
    """Return the validity of each certificate of a PEM bundle; what cannot be read is left out."""
    found = []
    for body in _PEM.findall(bundle):
        try:
            found.append(_validity(base64.b64decode("".join(body.split()), validate=True)))
        except (binascii.Error, ValueError, IndexError, StopIteration):
            continue
    return found


def _validity(der: bytes) -> Validity:
    certificate = next(_elements(der))
    fields = list(_elements(next(_elements(certificate.content)).content))
    if fields[0].tag == _VERSION:
        fields = fields[1:]
    times = [_seconds(item) for item in _elements(fields[_BEFORE_VALIDITY].content)]
    return Validity(times[0], times[1])


def _elements(data: bytes) -> t.Iterator[_Element]:
    """Yield what stands one behind the other. Raises ``ValueError`` and ``IndexError`` where it is no DER."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & _LONG_FORM:
            size = length ^ _LONG_FORM
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise ValueError
        yield _Element(tag, data[at : at + length])
        at += length


def _seconds(item: _Element) -> float:
    text = item.content
    if item.tag == _UTC:
        text = (b"20" if text[:2] < _PIVOT else b"19") + text
    found = _TIME.fullmatch(text)
    if found is None or item.tag not in (_UTC, _GENERAL):
        raise ValueError
    return float(calendar.timegm(tuple(map(int, found.groups()))))
