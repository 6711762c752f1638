# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of a MAAS machine and of its tests, by number. Private to vmo.core."""

from __future__ import annotations

# The words that MAAS's filters take, at the place of the number that a machine has in its field ``status``.
STATUSES = (
    "new",
    "commissioning",
    "failed_commissioning",
    "missing",
    "ready",
    "reserved",
    "deployed",
    "retired",
    "broken",
    "deploying",
    "allocated",
    "failed_deployment",
    "releasing",
    "failed_releasing",
    "disk_erasing",
    "failed_disk_erasing",
    "rescue_mode",
    "entering_rescue_mode",
    "failed_entering_rescue_mode",
    "exiting_rescue_mode",
    "failed_exiting_rescue_mode",
    "testing",
    "failed_testing",
)
_SCRIPTS = (
    "pending",
    "running",
    "passed",
    "failed",
    "timed_out",
    "aborted",
    "degraded",
    "installing",
    "failed_installing",
    "skipped",
    "applying_network",
    "failed_applying_network",
)


def status_word(number: int | None) -> str | None:
    """Return the word for a state, ``None`` for one that this collection does not know."""
    return STATUSES[number] if number is not None and 0 <= number < len(STATUSES) else None


def script_word(number: int | None) -> str | None:
    """Return the word for the outcome of scripts, ``None`` where none ran."""
    return _SCRIPTS[number] if number is not None and 0 <= number < len(_SCRIPTS) else None
