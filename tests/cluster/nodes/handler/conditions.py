# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions of a VMI that is about to be updated."""

from __future__ import annotations

from tests.cluster.nodes.objects import Object, condition, timestamp

# virt-handler makes them anew each time, without stamps, and compares.
_UNSTAMPED = ("LiveMigratable", "StorageLiveMigratable")


def remove(vmi: Object, kind: str) -> None:
    found = vmi["status"].get("conditions") or []
    vmi["status"]["conditions"] = [item for item in found if item["type"] != kind]


def put(vmi: Object, kind: str, value: bool, reason: str = "", message: str = "") -> bool:
    """Add or replace a condition; False where it says the same already."""
    wanted = {
        "status": str(value),
        **({"reason": reason} if reason else {}),
        **({"message": message} if message else {}),
    }
    before = condition(vmi, kind) or {}
    if {part: before[part] for part in ("status", "reason", "message") if before.get(part)} == wanted:
        return False
    remove(vmi, kind)
    now = None if kind in _UNSTAMPED else timestamp()
    vmi["status"]["conditions"].append({"type": kind, "lastProbeTime": now, "lastTransitionTime": now, **wanted})
    return True
