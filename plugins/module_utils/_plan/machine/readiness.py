# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the state of a machine to the next step towards *ready* (facts about MAAS, section 4.3). Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model import machine as m
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import Refusal, Step

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedMachine

# Somebody has the machine, or it is on its way back. Elsewhere, MAAS shows whoever commissioned it as its owner.
HELD = m.TAKEN | {
    m.FAILED_DEPLOYMENT,
    m.RELEASING,
    m.FAILED_RELEASING,
    m.DISK_ERASING,
    m.FAILED_DISK_ERASING,
}
_LEAVES_BY_ITSELF = m.IN_PROGRESS - {m.DEPLOYING}
_IN_RESCUE = frozenset({m.RESCUE, m.FAILED_ENTERING_RESCUE, m.FAILED_EXITING_RESCUE})
_ERASE = {
    "none": {},
    "full": {"erase": True},
    "quick": {"erase": True, "quick_erase": True},
    "secure": {"erase": True, "secure_erase": True},
}
# what failed, and what to say next; the first part goes on after "worker-07"
_FAILED_WORK = {
    m.FAILED_DEPLOYMENT: ("failed_deployment", "could not be deployed"),
    m.FAILED_RELEASING: ("failed_releasing", "could not be released"),
    m.FAILED_DISK_ERASING: ("failed_disk_erasing", "could not have its disks erased"),
}


@dataclass(frozen=True)
class Turn:
    """What comes next: a step, patience (``busy``), a refusal, or nothing at all since the machine is ready."""

    step: Step | None = None
    busy: bool = False
    refusal: Refusal | None = None


def towards_ready(wanted: WantedMachine, machine: Machine, done: frozenset[str], me: str | None) -> Turn:
    """Return the turn of a machine; ``done`` are the operations that this task has begun, ``me`` who asks."""
    status = machine.status
    if status in _LEAVES_BY_ITSELF:
        return Turn(busy=True)
    if status in HELD:
        return _held(wanted, machine, done, me)
    if status in _IN_RESCUE:
        if "exit_rescue_mode" in done:
            return _refused("failed_rescue", f"{machine.name} does not leave rescue mode.", "events")
        return Turn(_operation("exit_rescue_mode", wanted))
    decide = _BY_STATUS.get(-1 if status is None else status)
    if decide is None:
        why = f"{machine.name} is {machine.status_name.lower()}; this has to be looked into by people."
        return _refused("needs_people", why)
    return decide(wanted, machine, done)


def is_foreign(wanted: WantedMachine, machine: Machine, me: str | None) -> bool:
    """Tell whether somebody else has the machine and the task may not touch it."""
    held_by = machine.owner if machine.status in HELD else None
    return held_by is not None and held_by != me and not wanted.permissions.change_owned


def foreign(machine: Machine) -> Refusal:
    """Return why the machine of somebody else is left alone."""
    return Refusal(
        "owned",
        f"{machine.name} belongs to {machine.owner} ({machine.status_name.lower()}); allow it with change_owned: true.",
    )


def commission(wanted: WantedMachine, machine: Machine) -> Turn:
    """Return the step that commissions and tests a machine."""
    if machine.power_type == "" and not (wanted.power and wanted.power.kind):
        return _refused("no_power_type", f"{machine.name} has no power type: tell MAAS with power.type.")
    how = wanted.commissioning
    form: dict[str, t.Any] = {
        "enable_ssh": how.enable_ssh or None,
        "skip_bmc_config": how.skip_bmc_config or None,
        "skip_networking": keeps_network(wanted, machine) or None,
        "skip_storage": keeps_storage(wanted, machine) or None,
        "commissioning_scripts": ",".join(how.scripts) if how.scripts else None,
        "testing_scripts": _tests(how.tests),
        **how.parameters,
    }
    return Turn(_operation("commission", wanted, form))


def keeps_network(wanted: WantedMachine, machine: Machine) -> bool:
    """Tell whether commissioning leaves the interfaces as they are configured."""
    asked = wanted.commissioning.skip_networking
    return is_known(machine) if asked is None else asked


def keeps_storage(wanted: WantedMachine, machine: Machine) -> bool:
    """Tell whether commissioning leaves the disks as they are configured."""
    asked = wanted.commissioning.skip_storage
    return is_known(machine) if asked is None else asked


def is_known(machine: Machine) -> bool:
    """Tell whether MAAS has seen the hardware: then somebody may have laid out network and disks."""
    return machine.cpu_count is not None


def _operation(verb: str, wanted: WantedMachine, form: t.Mapping[str, t.Any] | None = None) -> Step:
    said = {name: value for name, value in (form or {}).items() if value is not None}
    return Step(verb, "machines", wanted.name, said, begins=True)


def _refused(code: str, sentence: str, *ask: str) -> Turn:
    return Turn(refusal=Refusal(code, sentence, ask))


def _tests(tests: tuple[str, ...] | None) -> str | None:
    if tests is None:
        return None
    return ",".join(tests) or "none"


def _held(wanted: WantedMachine, machine: Machine, done: frozenset[str], me: str | None) -> Turn:
    code, what = _FAILED_WORK.get(machine.status or 0, ("in_use", f"is {machine.status_name.lower()}"))
    whose = f" (owner: {machine.owner})" if machine.owner else ""
    if "release" in done:
        return _refused(code, f"{machine.name} was released and {what}{whose}.", "events")
    if not wanted.permissions.release:
        free = "release: true lets it be released, what is on it is lost then."
        return _refused(code, f"{machine.name} {what}{whose}; {free}", *(["events"] if code != "in_use" else []))
    if is_foreign(wanted, machine, me):
        return Turn(refusal=foreign(machine))
    return Turn(_operation("release", wanted, _ERASE[wanted.permissions.erase]))


def _fresh(wanted: WantedMachine, machine: Machine, done: frozenset[str]) -> Turn:
    if "commission" not in done:
        return commission(wanted, machine)
    if machine.status == m.FAILED_COMMISSIONING:
        return _refused("failed_commissioning", f"{machine.name} failed commissioning.", "events", "commissioning")
    return _refused("aborted", f"Somebody ended the commissioning of {machine.name} before it was done.", "events")


def _ready(wanted: WantedMachine, machine: Machine, done: frozenset[str]) -> Turn:
    may = wanted.permissions
    if may.recommission and "commission" not in done:
        return commission(wanted, machine)
    if may.retest and not done & {"test", "commission"}:
        return _test(wanted)
    return Turn()


def _test(wanted: WantedMachine) -> Turn:
    how = wanted.commissioning
    form = {"enable_ssh": how.enable_ssh or None, "testing_scripts": ",".join(how.tests or ()) or None}
    return Turn(_operation("test", wanted, {**form, **how.parameters}))


def _failed_testing(wanted: WantedMachine, machine: Machine, done: frozenset[str]) -> Turn:
    may = wanted.permissions
    if may.retest and not done & {"test", "commission"}:
        return _test(wanted)
    if may.accept_failed_tests and "override_failed_testing" not in done:
        return Turn(_operation("override_failed_testing", wanted))
    advice = "repair it and test it anew with retest: true, or take it as it is with accept_failed_tests: true."
    return _refused("failed_testing", f"{machine.name} failed its tests; {advice}", "tests", "events")


def _broken(wanted: WantedMachine, machine: Machine, done: frozenset[str]) -> Turn:
    cure = wanted.permissions.broken
    if cure == "commission" and cure not in done:
        return commission(wanted, machine)
    if cure == "mark_fixed" and cure not in done:
        return Turn(_operation("mark_fixed", wanted))
    why = f": {machine.error_description}" if machine.error_description else ""
    advice = "repair it, then say broken: commission or broken: mark_fixed."
    return _refused("broken", f"{machine.name} is marked as broken{why}; {advice}")


_BY_STATUS: dict[int, Callable[[WantedMachine, Machine, frozenset[str]], Turn]] = {
    m.NEW: _fresh,
    m.FAILED_COMMISSIONING: _fresh,
    m.READY: _ready,
    m.FAILED_TESTING: _failed_testing,
    m.BROKEN: _broken,
}
