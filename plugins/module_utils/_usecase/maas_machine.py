# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring machines of a MAAS to what a task wants, all of them together, and report each. Private to vmo.core."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    NotFound,
    Refused,
    VmoError,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.vmo.core.plugins.module_utils._model import machine as m
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, text, trees
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.decide import decide
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import Found
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine_act import carry_out
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine_find import by_id, find, look_around
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine_options import wanted_machines
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine_run import Run
from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import Surroundings
    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import Refusal
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Maas, Progress

# commissioning takes minutes: the first look is soon, later ones are seldom
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
_GROWTH = 1.5
_EVENTS_SHOWN = 5
# what MAAS was at before the task counts as begun by it: it will not be begun again
_AT_WORK = {m.COMMISSIONING: ("commission",), m.TESTING: ("commission", "test")}
_WENT_WRONG = frozenset({m.SCRIPT_FAILED, m.TIMED_OUT, m.ABORTED, m.DEGRADED, 8, 11})


def run(maas: Maas, params: dict[str, t.Any], clock: Clock, progress: Progress) -> dict[str, t.Any]:
    """Carry out a task of ``maas_machine``; raises a ``VmoError`` whose report holds every machine."""
    runs = [Run(wanted) for wanted in wanted_machines(params)]
    deadline = Deadline(clock, float(params["wait_timeout"]))
    around = _begin(maas, runs, mapping(params["foreseen"]) if maas.dry_run else {})
    settled = [each for each in runs if each.failure is None]
    if maas.dry_run:
        for each in _planned(maas, settled, around):
            each.foresee()
    else:
        _converge(maas, settled, around, deadline, progress, waits=params["wait"])
        _see_again(maas, runs)
    return _report(runs, foreseen=maas.dry_run)


def _begin(maas: Maas, runs: t.Sequence[Run], foreseen: t.Mapping[str, t.Any]) -> Surroundings:
    found = find(maas, [each.wanted for each in runs])
    known = []
    for each in runs:
        raw = found[each.wanted.name]
        if isinstance(raw, NotFound):
            each.failure = raw
        else:
            known.append((each, raw))
    around, power = look_around(maas, [(each.wanted, raw) for each, raw in known], foreseen)
    for each, raw in known:
        each.begin(raw, power.get(str(raw.get("system_id")), {}))
    return around


def _planned(maas: Maas, runs: t.Iterable[Run], around: Surroundings) -> list[Run]:
    """Decide about each machine; return those about which there is something to do or to wait for."""
    active = []
    for each in runs:
        each.done.update(_AT_WORK.get(each.status, ()))
        try:
            each.plan = decide(each.wanted, Found.of(each.raw, each.power), around, frozenset(each.done))
        except VmoError as failure:
            each.failure = failure
            continue
        each.resolve(each.plan.steps)
        if each.plan.refusal is not None:
            each.failure = _explained(maas, each, each.plan.refusal)
        elif each.plan.steps or each.plan.busy:
            active.append(each)
    return active


def _converge(
    maas: Maas,
    runs: t.Sequence[Run],
    around: Surroundings,
    deadline: Deadline,
    progress: Progress,
    *,
    waits: bool,
) -> None:
    """Decide and act on every machine that is not at work; wait for all others together, with one list a look."""
    pause = FIRST_PAUSE
    todo, waiting = list(runs), []
    while True:
        active = _planned(maas, todo, around)
        for each in active:
            each.promise()
        carry_out(maas, active)
        more = [each for each in active if each.failure is None and _goes_on(each)]
        waiting += [each for each in more if each.is_stale or each.status in m.IN_PROGRESS]
        todo = [each for each in more if each not in waiting]
        if todo:
            continue
        if not waits:
            waiting = [each for each in waiting if each.in_doubt is not None]
        if not waiting:
            return
        if deadline.left <= 0:
            _give_up(waiting, deadline)
            return
        progress.report(_seen(runs, waiting))
        deadline.clock.sleep(min(pause, deadline.left))
        pause = min(pause * _GROWTH, LONGEST_PAUSE)
        todo, waiting = _looked_at(maas, waiting)


def _goes_on(each: Run) -> bool:
    return (
        each.plan.busy
        or each.in_doubt is not None
        or any(step.begins and not step.foreseen for step in each.plan.steps)
    )


def _looked_at(maas: Maas, waiting: t.Sequence[Run]) -> tuple[list[Run], list[Run]]:
    """Read the machines once more; return those that came to rest, and the others."""
    seen = by_id(maas, [each.system_id for each in waiting])
    for each in waiting:
        raw = seen.get(each.system_id)
        if raw is None:
            each.failure = NotFound(f"Machine {each.wanted.name} is gone: somebody deleted it.", name=each.wanted.name)
            continue
        each.raw, each.is_stale = raw, False
        if each.in_doubt is not None and each.in_doubt.begins and each.status in m.IN_PROGRESS:
            each.resolve()
    left = [each for each in waiting if each.failure is None]
    rests = [each for each in left if each.status not in m.IN_PROGRESS]
    return rests, [each for each in left if each.status in m.IN_PROGRESS]


def _give_up(waiting: t.Iterable[Run], deadline: Deadline) -> None:
    for each in waiting:
        seen = _words(each)
        each.failure = WaitTimeout(
            f"{each.wanted.name} is not ready after {deadline.seconds:g} seconds; last seen: {seen}. The work goes on "
            f"in MAAS; run the task again to wait further.",
            awaited="ready",
            last_seen=seen,
        )


def _words(each: Run) -> str:
    machine = Machine.of(each.raw)
    return f"{machine.status_name}, {machine.status_message}" if machine.status_message else machine.status_name


def _seen(runs: t.Sequence[Run], waiting: t.Sequence[Run]) -> str:
    if len(runs) == 1:
        return f"machine {waiting[0].wanted.name}: {_words(waiting[0])}"
    counts = Counter(Machine.of(each.raw).status_name for each in waiting)
    at_work = ", ".join(f"{count} {name.lower()}" for name, count in sorted(counts.items()))
    failed = sum(each.failure is not None for each in runs)
    return f"{len(runs) - len(waiting) - failed} of {len(runs)} machines done, {failed} failed, {at_work}"


def _explained(maas: Maas, each: Run, refusal: Refusal) -> VmoError:
    """Return the refusal with what MAAS can tell about its cause."""
    told: dict[str, t.Any] = {}
    sentence = refusal.sentence
    for subject in refusal.ask:
        if subject == "events":
            told["events"] = _events(maas, each)
        else:
            told["failed_scripts"] = _failed_scripts(maas, each, "testing" if subject == "tests" else subject)
    if told.get("failed_scripts"):
        sentence += f" Failed: {', '.join(told['failed_scripts'])}."
    if told.get("events"):
        sentence += f" MAAS says: {'; '.join(told['events'])}."
    kind = WaitFailed if each.done else Refused
    details = {"diagnosis": told} if told else {}
    return kind(sentence, code=refusal.code, **details)


def _events(maas: Maas, each: Run) -> list[str]:
    """Return what MAAS logged of warnings and worse, the newest first; else what it shows beside the state."""
    try:
        asked = {"id": each.system_id, "level": "WARNING", "limit": _EVENTS_SHOWN}
        answer = mapping(maas.ask("events", "query", asked))
    except VmoError:
        # why it failed matters more than why that cannot be explained
        answer = {}
    found = [
        f"{text(event, 'type')}: {text(event, 'description')}" if text(event, "description") else text(event, "type")
        for event in trees(answer.get("events"))
    ]
    told = list(dict.fromkeys(line for line in found if line))
    message = text(each.raw, "status_message")
    return told or ([message] if message else [])


def _failed_scripts(maas: Maas, each: Run, kind: str) -> list[str]:
    try:
        answer = mapping(maas.get("results", f"current-{kind}", of=each.system_id))
    except VmoError:
        return []
    results = [result for result in trees(answer.get("results")) if not result.get("suppressed")]
    failed = [text(result, "name") or "?" for result in results if result.get("status") in _WENT_WRONG]
    return list(dict.fromkeys(failed))


def _see_again(maas: Maas, runs: t.Iterable[Run]) -> None:
    """Read the machines that were changed once more, for the report: the answers to steps are older."""
    changed = [each for each in runs if each.actions]
    if not changed:
        return
    try:
        seen = by_id(maas, [each.system_id for each in changed])
    except VmoError:
        # what was done is done; the report is a little older then
        return
    for each in changed:
        each.raw = seen.get(each.system_id, each.raw)


def _report(runs: t.Sequence[Run], *, foreseen: bool) -> dict[str, t.Any]:
    """Return the result; raises the failure of a machine, or one that counts several, with the result in it."""
    diffs = [diff for each in runs for diff in [each.diff(foreseen=foreseen)] if diff]
    result: dict[str, t.Any] = {
        "changed": any(each.actions for each in runs),
        "machines": [each.result(foreseen=foreseen) for each in runs],
        "diff": diffs,
        "check_mode": foreseen,
    }
    failed = [(each.wanted.name, each.failure) for each in runs if each.failure is not None]
    if not failed:
        return result
    failure = failed[0][1] if len(runs) == 1 else _together(failed, len(runs))
    failure.report = result
    raise failure


def _together(failed: t.Sequence[tuple[str, VmoError]], count: int) -> VmoError:
    codes = {failure.code for _name, failure in failed}
    lines = [f"{name}: {failure.message}" for name, failure in failed]
    return Refused(
        f"{len(failed)} of {count} machines failed. {' '.join(lines)}",
        code=codes.pop() if len(codes) == 1 else "several",
        machines=[name for name, _failure in failed],
    )
