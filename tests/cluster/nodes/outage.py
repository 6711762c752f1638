# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes that a test has cut off."""

from __future__ import annotations

from pathlib import Path


class Outages:
    """A node is cut off while ``NAME.down`` exists: no heartbeat, no pod starts or ends, no guest changes."""

    def __init__(self, state: Path) -> None:
        self._directory = state / "nodes"

    def cut_off(self, node: str | None) -> bool:
        return bool(node) and (self._directory / f"{node}.down").exists()
