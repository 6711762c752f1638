# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the commissioning of a machine saw of its processors. Private to vmo.core."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Read by expression, not by an XML parser: the text comes from machines, and two facts are all that is wanted.
_NODE = re.compile(r"<node\b[^>]*>")
_PROCESSOR = re.compile(r"\bclass=[\"']processor[\"']")
_CAPABILITY = re.compile(r"<capability\b[^>]*\bid=[\"']([\w.-]+)[\"']")
_CORES = re.compile(r"<setting\b[^>]*\bid=[\"']cores[\"'][^>]*\bvalue=[\"'](\d+)[\"']")


@dataclass(frozen=True)
class Processors:
    """``capabilities`` are CPU flags; ``cores`` is their number over all sockets; ``known``: processors were listed."""

    capabilities: frozenset[str] = frozenset()
    cores: int | None = None
    known: bool = False

    @classmethod
    def of_lshw(cls, output: str) -> Processors:
        """Read the XML that ``lshw -xml`` prints."""
        starts = [*_NODE.finditer(output)]
        ends = [*(start.start() for start in starts[1:]), len(output)]
        parts = [output[start.start() : end] for start, end in zip(starts, ends) if _PROCESSOR.search(start.group())]
        flags = frozenset(found for part in parts for found in _CAPABILITY.findall(part))
        cores = sum(int(number) for part in parts for number in _CORES.findall(part)[:1])
        return cls(flags, cores or None, bool(flags))
