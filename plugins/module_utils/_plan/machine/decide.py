# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a task wants of a machine and what is there to what must happen. Private to vmo.core.

The order: unlock; names, zone, swap, power; ready (commissioned and tested); disks; network; then, last of all, tags
and the pool, so that nobody who looks for machines by these takes one that is not laid out yet; lock.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.vmo.core.plugins.module_utils._model import machine as m
from ansible_collections.vmo.core.plugins.module_utils._model.interface import Layout, Link
from ansible_collections.vmo.core.plugins.module_utils._model.machine_status import status_word
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import differences
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.layout import target_layout
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.network import gateway_step, network_steps, words
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import MachinePlan, Refusal, Step
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.readiness import (
    HELD,
    foreign,
    is_foreign,
    is_known,
    keeps_network,
    keeps_storage,
    towards_ready,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.settings import (
    NOT_WHEN_DEPLOYED,
    pool,
    settings,
    tags,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.storage import plan_storage

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.interface import Interface
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedMachine
    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import Found, Surroundings

    Tree = dict[str, t.Any]

# where MAAS lets interfaces be changed, and where storage layouts and boot disks
NETWORK_STATES = frozenset({m.NEW, m.READY, m.FAILED_TESTING, m.ALLOCATED, m.BROKEN})
STORAGE_STATES = frozenset({m.READY})
_INSTALLED = frozenset({m.DEPLOYED, m.DEPLOYING})
# ready by way of release, rescue mode, tests and commissioning, at most
_LONGEST_WAY = 6


@dataclass
class _Draft:
    """A plan in the making."""

    steps: list[Step] = field(default_factory=list)
    before: Tree = field(default_factory=dict)
    after: Tree = field(default_factory=dict)
    later: set[str] = field(default_factory=set)

    def add(self, steps: t.Iterable[Step], before: Tree, after: Tree, *, foreseen: bool = False) -> None:
        self.steps += [replace(step, foreseen=True) for step in steps] if foreseen else steps
        self.before.update(before)
        self.after.update(after)
        if foreseen:
            self.later |= before.keys() | after.keys()


class _Way(t.NamedTuple):
    """How a machine becomes ready: the steps, the machine afterwards, and what stands in the way."""

    steps: tuple[Step, ...]
    found: Found
    busy: bool = False
    refusal: Refusal | None = None


def decide(wanted: WantedMachine, found: Found, around: Surroundings, done: frozenset[str]) -> MachinePlan:
    """Return the plan; ``done`` are the long operations that this task has begun. Raises ``InvalidOption``."""
    machine = found.machine
    way = _way(wanted, found, around, done) if wanted.ready else _Way((), found)
    if way.refusal is not None:
        return MachinePlan(refusal=way.refusal)
    later = way.busy or bool(way.steps)
    draft = _Draft()
    if wanted.locked is False and machine.locked:
        draft.add([Step("unlock", "machines", wanted.name)], {"locked": True}, {"locked": False})
    early = settings(wanted, found, done)
    if early.form:
        draft.add([Step("update", "machines", wanted.name, early.form)], early.before, early.after)
    draft.add(way.steps, {}, {})
    if way.found.machine.status != machine.status:
        status = {"status": status_word(machine.status)}
        draft.add([], status, {"status": status_word(way.found.machine.status)}, foreseen=True)
    refusal = _lay_out(draft, wanted, way.found, around, foreseen=later)
    _group(draft, wanted, way.found, foreseen=later)
    if wanted.locked and not machine.locked:
        draft.add([Step("lock", "machines", wanted.name)], {"locked": False}, {"locked": True}, foreseen=later)
    refusal = refusal or _objection(wanted, machine, way.found.machine, draft, around.me)
    if refusal is not None:
        return MachinePlan(refusal=refusal)
    before, after = differences(draft.before, draft.after)
    return MachinePlan(tuple(draft.steps), before, after, busy=way.busy, later=frozenset(draft.later))


def _lay_out(
    draft: _Draft, wanted: WantedMachine, found: Found, around: Surroundings, *, foreseen: bool
) -> Refusal | None:
    """Add what is to do about disks and network; return why it cannot be done in the state of the machine."""
    machine = found.machine
    if wanted.storage is not None:
        plan = plan_storage(wanted.storage, found.storage, wanted.name, is_known=is_known(machine))
        draft.add(plan.steps, plan.before, plan.after, foreseen=foreseen)
        if plan.steps and machine.status not in STORAGE_STATES:
            return _wrong_state(machine, "Its disks can be laid out", "ready")
    if not wanted.interfaces and wanted.gateway is None:
        return None
    known = is_known(machine)
    targets = target_layout(wanted.interfaces, machine.layout, around, machine.name, is_known=known)
    steps = network_steps(targets)
    before, after = words(targets)
    if wanted.gateway is not None and (known or wanted.gateway.interface in targets.interfaces):
        gateway = gateway_step(wanted.gateway, targets, machine, around, moves=bool(steps))
        if gateway:
            before = {**before, "default_gateway": _gateway_interface(machine)}
            after = {**after, "default_gateway": wanted.gateway.interface}
        steps += gateway
    if not steps:
        return None
    draft.add(steps, before, after, foreseen=foreseen)
    if machine.status not in NETWORK_STATES:
        return _wrong_state(machine, "Its network can be laid out", "new, ready, allocated or broken")
    return None


def _gateway_interface(machine: Machine) -> str | None:
    for interface in machine.layout.interfaces:
        if any(link.id is not None and link.id == machine.gateway_link for link in interface.links):
            return interface.name
    return None


def _group(draft: _Draft, wanted: WantedMachine, found: Found, *, foreseen: bool) -> None:
    added, removed, before, after = tags(wanted, found)
    steps = [Step("add_tag", "tags", tag) for tag in added] + [Step("remove_tag", "tags", tag) for tag in removed]
    draft.add(steps, before, after, foreseen=foreseen)
    change = pool(wanted, found)
    if change.form:
        step = Step("update", "machines", wanted.name, change.form)
        draft.add([step], change.before, change.after, foreseen=foreseen)


def _objection(
    wanted: WantedMachine, machine: Machine, later: Machine, draft: _Draft, me: str | None
) -> Refusal | None:
    """Return why nothing of the plan may be done."""
    if not draft.steps:
        return None
    if machine.locked and wanted.locked is not False:
        return Refusal("locked", f"{machine.name} is locked; unlock it with locked: false.")
    if is_foreign(wanted, machine, me):
        return foreign(machine)
    if later.status in _INSTALLED:
        for word in NOT_WHEN_DEPLOYED:
            if word in draft.after:
                sentence = f"{machine.name} is {machine.status_name.lower()}, so its {word} cannot change any more;"
                return Refusal("in_use", f"{sentence} leave {word} out, or release the machine first.")
    if wanted.locked and not machine.locked and later.status not in _INSTALLED:
        return _wrong_state(later, "It can be locked", "deployed")
    return None


def _wrong_state(machine: Machine, what: str, states: str) -> Refusal:
    held = machine.status in HELD
    advice = "release it first (state: ready, release: true)" if held else "state: ready waits until it is"
    return Refusal(
        "in_use" if held else "wrong_state",
        f"{machine.name} is {machine.status_name.lower()}. {what} only while it is {states}; {advice}.",
    )


def _way(wanted: WantedMachine, found: Found, around: Surroundings, done: frozenset[str]) -> _Way:
    """Walk the way to ready in mind: the first step is certain, those after it are foreseen."""
    steps: list[Step] = []
    first = turn = towards_ready(wanted, found.machine, done, around.me)
    for _turn in range(_LONGEST_WAY):
        if turn.refusal is not None and (turn is first or turn.refusal.code != "in_use"):
            return _Way((), found, refusal=turn.refusal)
        if turn.step is None and not turn.busy:
            break
        if turn.step is not None:
            steps.append(replace(turn.step, foreseen=turn is not first))
            done = done | {turn.step.verb}
        found = _afterwards(wanted, found, around, turn.step.verb if turn.step else None)
        turn = towards_ready(wanted, found.machine, done, around.me)
    return _Way(tuple(steps), found, busy=first.busy)


def _afterwards(wanted: WantedMachine, found: Found, around: Surroundings, verb: str | None) -> Found:
    """Return the machine as it will be if all goes well; ``None`` is the work that MAAS is at already."""
    machine = replace(found.machine, status=m.READY, status_name="Ready", owner=None)
    commissions = verb == "commission" or (verb is None and found.machine.status == m.COMMISSIONING)
    if not commissions:
        return replace(found, machine=machine)
    if not keeps_network(wanted, machine):
        machine = _with_default_network(machine, around)
    if not keeps_storage(wanted, machine):
        layout = replace(found.storage, layout=around.default_layout, root_size=None, boot_size=None, lv_size=None)
        found = replace(found, storage=replace(layout, root_device=layout.boot_disk))
    return replace(found, machine=machine)


def _with_default_network(machine: Machine, around: Surroundings) -> Machine:
    """Return the machine with cards only, of which the one that it boots from has an address."""
    boot = machine.boot_interface.name if machine.boot_interface else None
    cards = [each for each in machine.layout.interfaces if each.is_physical]
    interfaces = tuple(_as_commissioned(each, around, boots=each.name == boot) for each in cards)
    return replace(machine, layout=Layout(interfaces), gateway=None, gateway_link=None)


def _as_commissioned(card: Interface, around: Surroundings, *, boots: bool) -> Interface:
    vlan = card.vlan.id if card.vlan else None
    subnet = next((each for each in around.subnets if each.vlan is not None and each.vlan == vlan), None)
    links = (Link(None, around.boot_link, None, subnet),) if boots and subnet is not None else ()
    return replace(card, children=(), links=links, params={})
