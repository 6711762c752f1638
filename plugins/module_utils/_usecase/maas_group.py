# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tasks about tags and about pools share: machines by name, steps, the report. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import AlreadyExists, InvalidOption, NotFound, VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedMachine
from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.step import (
    differences,
    held_by_others,
    refuse_held,
)
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine_find import find

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.step import Step
    from ansible_collections.vmo.core.plugins.module_utils._ports import Maas

    Tree = dict[str, t.Any]

# of one task, after others were faster or an answer was lost
SECOND_LOOKS = 1


def names_of(params: t.Mapping[str, t.Any], option: str) -> tuple[str, ...]:
    """Return the names of machines in an option, each once; raises ``InvalidOption`` for an empty one."""
    names = tuple(dict.fromkeys(name.strip() for name in params[option] or ()))
    if "" in names:
        raise InvalidOption(f"{option}: the name of a machine is empty.", option=option)
    return names


def stripped(text_of_task: str | None) -> str | None:
    """Return a text as MAAS keeps it: without blanks and line ends around it."""
    return None if text_of_task is None else text_of_task.strip()


def machines_named(maas: Maas, names: t.Sequence[str]) -> dict[str, Machine]:
    """Return the machines by the names that the task gives them; raises ``NotFound`` and ``InvalidOption``."""
    if not names:
        return {}
    try:
        found = find(maas, [WantedMachine(name) for name in names])
    except InvalidOption as twice:
        raise InvalidOption(twice.message, option="machines") from None
    lost = [name for name, raw in found.items() if isinstance(raw, NotFound)]
    if lost:
        raise NotFound(
            f"MAAS has no machine that the user of this API key may see and that is called {' or '.join(lost)}; check "
            "the name. Nothing was changed.",
            machines=lost,
        )
    return {name: Machine.of(raw) for name, raw in found.items() if not isinstance(raw, NotFound)}


def refuse_touching(maas: Maas, machines: t.Sequence[Machine], *, change_owned: bool) -> None:
    """Raise ``Refused`` where a machine that is to change is locked, or another user's without permission."""
    asks = not change_owned and bool(held_by_others(machines, None))
    me = text(mapping(maas.ask("users", "whoami")), "username") if asks else None
    refuse_held(machines, me, change_owned=change_owned)


def carry_out(
    decide: Callable[[], list[Step]],
    send: Callable[[list[Step], list[Step]], None],
    told: Callable[[t.Sequence[Step]], Tree],
    *,
    dry_run: bool,
) -> list[Step]:
    """Decide, send and return what was done, in a dry run what would be. A failure holds what was done before it.

    ``send`` adds each step to its second argument once it is done. Where somebody else makes or deletes the thing in
    the meantime, or an answer is lost, it is looked at and decided ``SECOND_LOOKS`` times more.
    """
    done: list[Step] = []
    steps: list[Step] = []
    lost: list[Step] = []
    left = SECOND_LOOKS
    while True:
        try:
            steps = decide()
            if dry_run:
                return steps
            done += [step for step in lost if step not in steps]
            send(steps, done)
        except VmoError as failure:
            is_race = isinstance(failure, (AlreadyExists, NotFound)) and "machines" not in failure.details
            if not left or not (is_race or failure.is_perhaps_done):
                failure.report = told(done)
                raise
            left -= 1
            lost = [step for step in steps if step not in done] if failure.is_perhaps_done else []
        else:
            return done


def told_of(header: str, steps: t.Sequence[Step]) -> Tree:
    """Return what a result tells of steps."""
    before, after = differences(steps)
    diff = {"before": before, "after": after, "before_header": header, "after_header": header}
    return {
        "changed": bool(steps),
        "actions": [action for step in steps for action in step.actions],
        "diff": [diff] if before != after else [],
    }
