# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must happen to a tag. Private to vmo.core."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.group import Tag
from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.step import Step

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.group import WantedTag
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine

# MAAS gives it to virtual machines, and takes it from others, whenever it commissions them
KEPT_BY_MAAS = "virtual"
# Django, on which MAAS stands, reads no more than a thousand fields of a form
MOST_OF_A_REQUEST = 500
WORDS = ("comment", "definition", "kernel_opts")


class Bearers(t.NamedTuple):
    """The machines that a task names, and ``others`` that have the tag, where that matters."""

    wanted: t.Sequence[Machine] = ()
    without: t.Sequence[Machine] = ()
    others: t.Sequence[Machine] = ()


class Changes(t.NamedTuple):
    """Machines that get a tag, and that lose it."""

    added: tuple[Machine, ...]
    removed: tuple[Machine, ...]


def overlaid(wanted: WantedTag, found: Tag | None) -> Tag:
    """Return the tag as it will be."""
    said = {word: getattr(wanted, word) for word in WORDS if getattr(wanted, word) is not None}
    return dataclasses.replace(found or Tag(wanted.name), **said)


def refuse_by_hand(wanted: WantedTag, found: Tag | None) -> None:
    """Raise ``InvalidOption`` where MAAS itself decides about what the task asks for."""
    by_hand = next((option for option, is_said in _by_hand(wanted) if is_said), None)
    if wanted.name == KEPT_BY_MAAS and (wanted.absent or by_hand or wanted.definition):
        raise InvalidOption(
            f"name: {KEPT_BY_MAAS} is the tag that MAAS itself gives to virtual machines when it commissions them, so "
            "it would undo this; take a tag of another name.",
            option="name",
        )
    has_definition = bool(overlaid(wanted, found).definition)
    if by_hand and has_definition:
        raise InvalidOption(
            f"{by_hand}: {wanted.name} has a definition, so MAAS itself decides which machines have it; leave "
            f'{by_hand} out, or take the definition away with definition: "".',
            option=by_hand,
        )
    if wanted.rebuild and not has_definition:
        raise InvalidOption(
            f"rebuild: {wanted.name} has no definition that MAAS could evaluate; its machines are chosen by hand.",
            option="rebuild",
        )


def _by_hand(wanted: WantedTag) -> tuple[tuple[str, bool], ...]:
    return (
        ("machines", bool(wanted.machines)),
        ("without_machines", bool(wanted.without)),
        ("exclusive", wanted.exclusive),
    )


def membership(wanted: WantedTag, bearers: Bearers) -> Changes:
    """Return the machines that get the tag and that lose it."""
    has = [machine for machine in bearers.without if wanted.name in machine.tags]
    return Changes(
        tuple(machine for machine in bearers.wanted if wanted.name not in machine.tags),
        (*has, *(bearers.others if wanted.exclusive else ())),
    )


def decide(wanted: WantedTag, found: Tag | None, bearers: Bearers) -> list[Step]:
    """Return the steps, none where all is as the task wants it."""
    if wanted.absent:
        return [] if found is None else [_removal(found, bearers.others)]
    steps = _settings(wanted, found)
    steps += _members(membership(wanted, bearers))
    if wanted.rebuild and not evaluates(steps):
        steps.append(Step("rebuild", (_of_tag("rebuild", wanted.name),)))
    return steps


def evaluates(steps: t.Iterable[Step]) -> bool:
    """Tell whether MAAS looks for machines that match after these steps."""
    return any(step.verb == "rebuild" or step.form.get("definition") for step in steps)


def _settings(wanted: WantedTag, found: Tag | None) -> list[Step]:
    was, now = found or Tag(wanted.name), overlaid(wanted, found)
    before = {word: getattr(was, word) for word in WORDS if getattr(was, word) != getattr(now, word)}
    after = {word: getattr(now, word) for word in before}
    if found is None:
        form = {"name": wanted.name, **after}
        states: tuple[dict[str, t.Any], dict[str, t.Any]] = ({"state": "absent"}, {"state": "present", **after})
        return [Step("create", (_of_tag("create", wanted.name),), form, *states)]
    return [Step("update", (_of_tag("update", wanted.name),), after, before, after)] if after else []


def _members(changes: Changes) -> t.Iterator[Step]:
    """Yield steps for all machines, as few as MAAS can read."""
    every = [("add", machine) for machine in changes.added] + [("remove", machine) for machine in changes.removed]
    for start in range(0, len(every), MOST_OF_A_REQUEST):
        part = every[start : start + MOST_OF_A_REQUEST]
        ids = {
            word: [machine.system_id for which, machine in part if which == word]
            for word in ("add", "remove")
            if any(which == word for which, _machine in part)
        }
        yield Step(
            "update_nodes",
            tuple({"verb": f"{word}_tag", "kind": "machine", "name": machine.name} for word, machine in part),
            ids,
            {"machines": [machine.name for word, machine in part if word == "remove"]},
            {"machines": [machine.name for word, machine in part if word == "add"]},
        )


def _removal(found: Tag, bearers: t.Sequence[Machine]) -> Step:
    lost: dict[str, t.Any] = {word: getattr(found, word) for word in WORDS if getattr(found, word)}
    if bearers:
        lost["machines"] = sorted(machine.name for machine in bearers)
    return Step("delete", (_of_tag("delete", found.name),), {}, {"state": "present", **lost}, {"state": "absent"})


def _of_tag(verb: str, name: str) -> dict[str, str]:
    return {"verb": verb, "kind": "tag", "name": name}
