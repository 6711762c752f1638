# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster answered, as one value that verdicts are made from. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree
    from ansible_collections.vmo.core.plugins.module_utils._model.right import Right


@dataclass(frozen=True)
class Gap:
    """Why an answer is not there, as a sentence.

    ``rule`` is the RBAC rule that is missing, where that is the reason. ``is_absent``: the cluster serves no such kind.
    """

    reason: str
    rule: t.Mapping[str, t.Any] | None = None
    is_absent: bool = False


@dataclass(frozen=True)
class Survey:
    """The objects of a cluster by the plural of their kind, its version, and what the user may do.

    ``gaps`` tells why a kind, ``version`` or ``rights`` is not there. ``partial`` are kinds of which only the namespace
    of the task could be read, with the reason. What is in none of them was not asked for.
    """

    objects: t.Mapping[str, tuple[Tree, ...]] = field(default_factory=dict)
    version: str | None = None
    rights: t.Mapping[Right, bool] = field(default_factory=dict)
    gaps: t.Mapping[str, Gap] = field(default_factory=dict)
    partial: t.Mapping[str, Gap] = field(default_factory=dict)

    def of(self, plural: str) -> tuple[Tree, ...]:
        """Return the objects of a kind, none if there is no answer."""
        return self.objects.get(plural, ())

    def has(self, plural: str) -> bool:
        """Tell whether there is an answer."""
        return plural in self.objects
