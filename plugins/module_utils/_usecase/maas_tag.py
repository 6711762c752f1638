# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a tag of a MAAS, and who has it, to what a task wants. Private to vmo.core."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused, VmoError, WaitTimeout
from ansible_collections.vmo.core.plugins.module_utils._model.group import Tag, WantedTag
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, trees, whole
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.tag import (
    Bearers,
    decide,
    evaluates,
    membership,
    overlaid,
    refuse_by_hand,
)
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_group import (
    carry_out,
    machines_named,
    names_of,
    refuse_touching,
    stripped,
    told_of,
)
from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.step import Step
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Maas, Progress

    Tree = dict[str, t.Any]

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,256}")
# a request line has its limits
_MOST_IN_A_QUERY = 100
_OF_MEMBERS = ("machines", "without_machines", "exclusive", "rebuild")


def run(maas: Maas, params: Tree, clock: Clock, progress: Progress) -> Tree:
    """Carry out a task of ``maas_tag``; a ``VmoError`` that it raises holds what was done before."""
    wanted = wanted_tag(params)
    deadline = Deadline(clock, float(params["wait_timeout"]))
    tagging = _Tagging(maas, wanted, change_owned=params["change_owned"])
    steps = carry_out(tagging.decide, tagging.send, tagging.told, dry_run=maas.dry_run)
    result = tagging.told(steps)
    if params["wait"] and evaluates(steps) and not maas.dry_run:
        try:
            result["machines"] = _at_rest(maas, wanted.name, float(params["settle_time"]), deadline, progress)
        except VmoError as failure:
            failure.report = result
            raise
    elif wanted.exclusive:
        result["machines"] = tagging.members
    return result


def wanted_tag(params: t.Mapping[str, t.Any]) -> WantedTag:
    """Return what the task wants; raises ``InvalidOption``."""
    _check(params)
    return WantedTag(
        name=params["name"],
        absent=params["state"] == "absent",
        comment=stripped(params["comment"]),
        definition=stripped(params["definition"]),
        kernel_opts=stripped(params["kernel_opts"]),
        machines=names_of(params, "machines"),
        without=names_of(params, "without_machines"),
        exclusive=params["exclusive"],
        rebuild=params["rebuild"],
    )


def _check(params: t.Mapping[str, t.Any]) -> None:
    name = params["name"]
    if not _NAME.fullmatch(name):
        raise _invalid("name", f"{name!r} is no name of a tag: 1 to 256 letters, digits, _ and -.")
    if params["state"] == "absent":
        said = next((option for option in _OF_MEMBERS if params[option]), None)
        if said:
            why = "state: absent removes the tag itself, from all machines"
            raise _invalid(said, f"{why}; without_machines takes it from some while it is present.")
    if params["exclusive"] and params["machines"] is None:
        raise _invalid("exclusive", "say which machines have the tag; an empty list is none.")
    if params["exclusive"] and params["without_machines"]:
        raise _invalid("without_machines", "exclusive takes the tag from all other machines already.")
    both = sorted(set(names_of(params, "machines")) & set(names_of(params, "without_machines")))
    if both:
        raise _invalid("machines", f"{both[0]} is in machines and in without_machines.")
    if params["settle_time"] < 1 or params["wait_timeout"] < params["settle_time"]:
        raise _invalid("settle_time", "it must be at least a second, and no more than wait_timeout.")


def _invalid(option: str, sentence: str) -> InvalidOption:
    return InvalidOption(f"{option}: {sentence}", option=option)


class _Tagging:
    """One tag while it is worked on. ``tag`` is ``None`` for one that is not there."""

    def __init__(self, maas: Maas, wanted: WantedTag, *, change_owned: bool) -> None:
        self._maas = maas
        self._wanted = wanted
        self._change_owned = change_owned
        self._tag: Tag | None = None
        self.members: list[str] = []

    def decide(self) -> list[Step]:
        """Read what matters and return what is to do; in a dry run, the tag becomes what it would be."""
        wanted = self._wanted
        raw = self._maas.get("tags", wanted.name)
        found = None if raw is None else Tag.of(raw)
        refuse_by_hand(wanted, found)
        bearers = self._bearers(found)
        if not wanted.absent:
            changes = membership(wanted, bearers)
            refuse_touching(self._maas, [*changes.added, *changes.removed], change_owned=self._change_owned)
        self.members = sorted(machine.name for machine in bearers.wanted)
        self._tag = found
        steps = decide(wanted, found, bearers)
        if self._maas.dry_run:
            self._tag = None if wanted.absent else overlaid(wanted, found)
        return steps

    def _bearers(self, found: Tag | None) -> Bearers:
        wanted = self._wanted
        if wanted.absent:
            nodes = trees(self._maas.ask("tags", "nodes", name=wanted.name)) if found else ()
            return Bearers(others=[Machine.of(raw) for raw in nodes])
        named = machines_named(self._maas, (*wanted.machines, *wanted.without))
        others = self._others([machine.system_id for machine in named.values()]) if found and wanted.exclusive else []
        return Bearers([named[name] for name in wanted.machines], [named[name] for name in wanted.without], others)

    def _others(self, named: t.Sequence[str]) -> list[Machine]:
        """Return the machines that have the tag and are not named; MAAS leaves most of the named ones out."""
        filters = {"tags": [self._wanted.name], "not_id": named[:_MOST_IN_A_QUERY]}
        found = [Machine.of(raw) for raw in self._maas.list_all("machines", filters)]
        return [machine for machine in found if machine.system_id not in named]

    def send(self, steps: list[Step], done: list[Step]) -> None:
        """Carry out the steps one after the other."""
        name = self._wanted.name
        for step in steps:
            if step.verb == "create":
                self._tag = Tag.of(self._maas.create("tags", step.form))
            elif step.verb == "update":
                self._tag = Tag.of(self._maas.update("tags", name, step.form))
            elif step.verb == "delete":
                self._maas.delete("tags", name)
                self._tag = None
            else:
                answer = self._maas.invoke("tags", step.verb, step.form, name=name)
                _check_counts(name, step, mapping(answer))
            done.append(step)

    def told(self, steps: t.Sequence[Step]) -> Tree:
        """Return the result."""
        tag = None if self._tag is None else dataclasses.asdict(self._tag)
        return {**told_of(f"tag {self._wanted.name}", steps), "tag": tag}


def _check_counts(tag: str, step: Step, answer: t.Mapping[str, t.Any]) -> None:
    """MAAS passes over machines that it does not know, without a word."""
    for word, counted in (("add", "added"), ("remove", "removed")):
        asked, count = len(step.form.get(word, ())), whole(answer, counted)
        if asked and count is not None and count < asked:
            raise Refused(
                f"MAAS {counted} tag {tag} on {count} of {asked} machines; the others were deleted meanwhile. Run the "
                "task again.",
                tag=tag,
            )


def _at_rest(maas: Maas, tag: str, settle_time: float, deadline: Deadline, progress: Progress) -> list[str]:
    """Return the machines that have the tag, once two looks at them, some seconds apart, are the same.

    MAAS evaluates a definition in the background, and tells nobody when it is done.
    """
    seen = _having(maas, tag)
    while True:
        progress.report(f"tag {tag}: on {len(seen)} machines so far")
        if deadline.left <= 0:
            raise WaitTimeout(
                f"Which machines have tag {tag} still changes after {deadline.seconds:g} seconds; last seen: "
                f"{len(seen)}. MAAS goes on, or machines are being commissioned.",
                awaited="evaluated",
                last_seen=f"{len(seen)} machines",
            )
        deadline.clock.sleep(min(settle_time, deadline.left))
        before, seen = seen, _having(maas, tag)
        if seen == before:
            return seen


def _having(maas: Maas, tag: str) -> list[str]:
    return sorted(Machine.of(raw).name for raw in maas.list_all("machines", {"tags": [tag]}))
