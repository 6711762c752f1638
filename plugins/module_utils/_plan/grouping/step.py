# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must happen to a tag or a pool, decided before anything happens. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._errors import Refused
from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import Permissions, WantedMachine
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.readiness import is_foreign

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine

    Tree = dict[str, t.Any]


@dataclass(frozen=True)
class Step:
    """One write. ``verb`` is create, update, delete, move, or the name of an operation of MAAS.

    ``actions`` are what a user reads of it, ``before`` and ``after`` what of the diff comes true by it. ``machine`` is
    the ``system_id`` of the one that moves.
    """

    verb: str
    actions: tuple[dict[str, str], ...]
    form: t.Mapping[str, t.Any] = field(default_factory=dict)
    before: t.Mapping[str, t.Any] = field(default_factory=dict)
    after: t.Mapping[str, t.Any] = field(default_factory=dict)
    machine: str = ""


def differences(steps: t.Iterable[Step]) -> tuple[Tree, Tree]:
    """Return what differs before and after these steps, in the words of the options."""
    before: Tree = {}
    after: Tree = {}
    for step in steps:
        _lay(before, step.before)
        _lay(after, step.after)
    return before, after


def _lay(whole: Tree, part: t.Mapping[str, t.Any]) -> None:
    for word, value in part.items():
        if isinstance(value, list):
            whole[word] = [*whole.get(word, ()), *value]
        elif isinstance(value, dict):
            whole[word] = {**whole.get(word, {}), **value}
        else:
            whole[word] = value


def held_by_others(machines: t.Iterable[Machine], me: str | None) -> list[Machine]:
    """Return the machines that another user than ``me`` has."""
    return [each for each in machines if is_foreign(_plain(each), each, me)]


def refuse_held(machines: t.Sequence[Machine], me: str | None, *, change_owned: bool) -> None:
    """Raise ``Refused`` where a machine that is to change is locked, or another user's without permission."""
    locked = [each.name for each in machines if each.locked]
    if locked:
        raise Refused(
            f"Locked: {', '.join(locked)}. Unlock first, with maas_machine and locked: false; nothing was changed.",
            code="locked",
            machines=locked,
        )
    owned = [] if change_owned else held_by_others(machines, me)
    if owned:
        told = ", ".join(f"{each.name} ({each.status_name.lower()}, {each.owner})" for each in owned)
        raise Refused(
            f"Another user has {told}. Allow it with change_owned: true; nothing was changed.",
            code="owned",
            machines=[each.name for each in owned],
        )


def _plain(machine: Machine) -> WantedMachine:
    return WantedMachine(machine.name, permissions=Permissions())
