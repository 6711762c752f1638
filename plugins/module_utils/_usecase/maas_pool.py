# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a resource pool of a MAAS, and machines into it, to what a task wants. Private to vmo.core."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused, VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.group import DEFAULT_POOL, Pool, WantedPool
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.pool import decide, in_use, newcomers, overlaid
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_group import (
    carry_out,
    machines_named,
    names_of,
    refuse_touching,
    stripped,
    told_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.grouping.step import Step
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Maas, Progress

    Tree = dict[str, t.Any]

# MAAS answers one at a time anyway, and stumbles over bursts
AT_ONCE = 4
_NAME = re.compile(r"\w([\w -]{0,254}[\w-])?")


def run(maas: Maas, params: Tree, clock: Clock, progress: Progress) -> Tree:
    """Carry out a task of ``maas_pool``; a ``VmoError`` that it raises holds what was done before."""
    del clock
    pooling = _Pooling(maas, wanted_pool(params), progress, change_owned=params["change_owned"])
    return pooling.told(carry_out(pooling.decide, pooling.send, pooling.told, dry_run=maas.dry_run))


def wanted_pool(params: t.Mapping[str, t.Any]) -> WantedPool:
    """Return what the task wants; raises ``InvalidOption``."""
    name, absent = params["name"], params["state"] == "absent"
    if not _NAME.fullmatch(name):
        why = "1 to 256 letters, digits, blanks, _ and -, with no blank around them and no - before them"
        raise InvalidOption(f"name: {name!r} is no name of a pool: {why}.", option="name")
    if absent and name == DEFAULT_POOL:
        raise InvalidOption(f"name: {name} is the pool that MAAS cannot be without; it stays.", option="name")
    if absent and params["machines"]:
        raise InvalidOption(
            "machines: state: absent removes the pool itself, once it is empty; machines leave it by the machines of "
            "another pool, such as default.",
            option="machines",
        )
    return WantedPool(name, absent, stripped(params["description"]), names_of(params, "machines"))


class _Pooling:
    """One pool while it is worked on. ``pool`` is ``None`` for one that is not there."""

    def __init__(self, maas: Maas, wanted: WantedPool, progress: Progress, *, change_owned: bool) -> None:
        self._maas = maas
        self._wanted = wanted
        self._progress = progress
        self._change_owned = change_owned
        self._pool: Pool | None = None

    def decide(self) -> list[Step]:
        """Read what matters and return what is to do; in a dry run, the pool becomes what it would be."""
        wanted = self._wanted
        pools = [Pool.of(raw) for raw in self._maas.list_all("resourcepools")]
        self._pool = found = next((pool for pool in pools if pool.name == wanted.name), None)
        machines = self._machines(found)
        if not wanted.absent:
            refuse_touching(self._maas, newcomers(wanted, machines), change_owned=self._change_owned)
        steps = decide(wanted, found, machines)
        if self._maas.dry_run:
            self._pool = None if wanted.absent else overlaid(wanted, found)
        return steps

    def _machines(self, found: Pool | None) -> list[Machine]:
        """Return the machines that the task names, or those in a pool that is to go."""
        wanted = self._wanted
        if not wanted.absent:
            return list(machines_named(self._maas, wanted.machines).values())
        inside = self._maas.list_all("machines", {"pool": [wanted.name]}) if found else []
        return [Machine.of(raw) for raw in inside]

    def send(self, steps: list[Step], done: list[Step]) -> None:
        """Carry out what is about the pool, then move the machines, some at once."""
        for step in steps:
            if step.verb != "move":
                self._send_one(step)
                done.append(step)
        self._move([step for step in steps if step.verb == "move"], done)

    def _send_one(self, step: Step) -> None:
        key = "" if self._pool is None else str(self._pool.id)
        if step.verb == "create":
            self._pool = Pool.of(self._maas.create("resourcepools", step.form))
        elif step.verb == "update":
            self._pool = Pool.of(self._maas.update("resourcepools", key, step.form))
        else:
            try:
                self._maas.delete("resourcepools", key)
            except Refused:
                raise in_use(self._wanted.name, ()) from None
            self._pool = None

    def _move(self, steps: t.Sequence[Step], done: list[Step]) -> None:
        """Move each machine; one that cannot be moved does not hold up the others."""
        failed: dict[str, VmoError] = {}
        with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
            moves = [threads.submit(self._maas.update, "machines", step.machine, step.form) for step in steps]
            for number, (step, move) in enumerate(zip(steps, moves), 1):
                try:
                    move.result()
                except VmoError as failure:
                    failed[step.actions[0]["name"]] = failure
                else:
                    done.append(step)
                self._progress.report(f"pool {self._wanted.name}: {number} of {len(steps)} machines moved")
        if failed:
            raise _together(failed, len(steps))

    def told(self, steps: t.Sequence[Step]) -> Tree:
        """Return the result."""
        pool = None if self._pool is None else dataclasses.asdict(self._pool)
        return {**told_of(f"pool {self._wanted.name}", steps), "pool": pool}


def _together(failed: t.Mapping[str, VmoError], count: int) -> Refused:
    codes = {failure.code for failure in failed.values()}
    lines = " ".join(f"{name}: {failure.message.rstrip('.')}." for name, failure in failed.items())
    together = Refused(
        f"{len(failed)} of {count} machines could not be moved. {lines}",
        code=codes.pop() if len(codes) == 1 else "several",
        machines=list(failed),
    )
    together.is_perhaps_done = any(failure.is_perhaps_done for failure in failed.values())
    return together
