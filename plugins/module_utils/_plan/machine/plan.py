# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must happen to a MAAS machine, decided before anything happens. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Tree = dict[str, t.Any]

# what MAAS calls things, and what a user reads in ``actions``
_KINDS = {"machines": "machine", "interfaces": "interface", "tags": "tag", "blockdevices": "disk"}


@dataclass(frozen=True)
class Step:
    """One write. ``verb`` is update, delete, or the name of an operation of MAAS; ``noun`` a collection of its API.

    ``form`` may hold secrets, so it never shows. It speaks of interfaces by name under ``parents``, and of a link by
    its subnet under ``link_of``: their ids are not known before the steps that make them. ``begins`` tells that the
    machine is busy for a while afterwards. A step that is ``foreseen`` can only be judged after those before it: check
    mode reports it, a real run decides again then.
    """

    verb: str
    noun: str
    name: str
    form: t.Mapping[str, t.Any] = field(default_factory=dict, repr=False)
    begins: bool = False
    foreseen: bool = False

    def report(self) -> dict[str, str]:
        """Return the step as the user sees it in ``actions``."""
        return {"verb": self.verb, "kind": _KINDS[self.noun], "name": self.name}


@dataclass(frozen=True)
class Refusal:
    """Why a machine is left alone: a stable code, and a sentence with the next step.

    ``ask`` names what would explain it further: events, tests.
    """

    code: str
    sentence: str
    ask: tuple[str, ...] = ()


@dataclass(frozen=True)
class MachinePlan:
    """Actions, changed and diff of one machine in one value, so that they cannot disagree.

    ``before`` and ``after`` are in the words of the options, hold what differs only, and hide secrets. ``busy`` tells
    that MAAS is at work on the machine: wait, and decide again. ``later`` are the words that come true by foreseen
    steps only.
    """

    steps: tuple[Step, ...] = ()
    before: Tree = field(default_factory=dict)
    after: Tree = field(default_factory=dict)
    busy: bool = False
    refusal: Refusal | None = None
    later: frozenset[str] = frozenset()

    @property
    def changed(self) -> bool:
        """Tell whether anything has to be sent."""
        return bool(self.steps)
