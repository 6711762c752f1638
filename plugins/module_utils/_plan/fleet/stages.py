# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which VMs of a fleet go together, and which after them. Private to vmo.core."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.members import Member

_DOWN = ("absent", "stopped")


def stages_of(members: t.Sequence[Member]) -> list[list[int]]:
    """Return the places of the VMs in ``members``, those that go together in one list.

    Where there are groups, what goes down goes first, in the opposite order: who needs another one leaves before it.
    """
    if not members:
        return []
    if len({member.group for member in members}) == 1:
        return [list(range(len(members)))]
    down: dict[int, list[int]] = {}
    others: dict[int, list[int]] = {}
    for place, member in enumerate(members):
        stages = down if member.options.get("state") in _DOWN else others
        stages.setdefault(member.group, []).append(place)
    return [*(down[group] for group in sorted(down, reverse=True)), *(others[group] for group in sorted(others))]
