# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fault for each check: what is altered in a healthy fleet, and the one verdict that has to come of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from tests.unit.plan.checks.builders import (
    a_node,
    control_plane,
    demands,
    deployed,
    healthy_answers,
    running,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.demands import Demands

Tree = dict[str, t.Any]


ODD = "w-07"  # the machine that most faults are planted in


@dataclass(frozen=True)
class Fault:
    """``alter`` changes the answers; ``wanted`` are the demands; then ``id`` says ``status`` of ``subject``."""

    id: str
    status: str
    subject: str
    alter: t.Callable[[Tree], t.Any] = lambda _answers: None
    wanted: Demands = field(default_factory=demands)
    gaps: t.Mapping[str, str] = field(default_factory=dict)
    after: bool = False
    # what follows from the fault, as (id, subject)
    also: frozenset[tuple[str, str]] = frozenset()

    def answers(self) -> Tree:
        """Return the altered answers."""
        found = deployed(healthy_answers()) if self.after else healthy_answers()
        self.alter(found)
        return found


def machine(answers: Tree, name: str = ODD) -> Tree:
    """Return a machine of the fleet."""
    return next(item for item in answers["machines"] if item["hostname"] == name)


def card(answers: Tree, name: str, of: str = ODD) -> Tree:
    """Return an interface of a machine."""
    return next(item for item in machine(answers, of)["interface_set"] if item["name"] == name)


def put(**values: t.Any) -> t.Callable[[Tree], None]:
    """Return an alteration of the odd machine."""
    return lambda answers: machine(answers).update(values)


def put_card(name: str, **values: t.Any) -> t.Callable[[Tree], None]:
    """Return an alteration of an interface of the odd machine."""
    return lambda answers: card(answers, name).update(values)


def put_param(name: str, **values: t.Any) -> t.Callable[[Tree], None]:
    """Return an alteration of the parameters of a bond or bridge of the odd machine."""
    return lambda answers: card(answers, name)["params"].update(values)


def put_free(number: int) -> t.Callable[[Tree], None]:
    """Return an alteration of the number of free addresses in the data subnet."""
    return lambda answers: answers["statistics"][2].update(num_available=number)


def put_answer(**values: t.Any) -> t.Callable[[Tree], None]:
    """Return an alteration of answers; underscores stand for hyphens."""
    return lambda answers: answers.update({name.replace("_", "-"): value for name, value in values.items()})


def put_vlan(**values: t.Any) -> t.Callable[[Tree], None]:
    """Return an alteration of the boot VLAN."""
    return lambda answers: answers["fabrics"][0]["vlans"][0].update(values)


def put_config(**values: t.Any) -> t.Callable[[Tree], None]:
    """Return an alteration of settings."""
    return lambda answers: answers["config"].update(values)


def add_card(*more: Tree) -> t.Callable[[Tree], None]:
    """Return an alteration that adds interfaces to the odd machine."""
    return lambda answers: machine(answers)["interface_set"].extend(more)


def service(kind: str, name: str, status: str) -> t.Callable[[Tree], None]:
    """Return an alteration of a service of the first controller."""

    def alter(answers: Tree) -> None:
        found = answers[kind][0]["service_set"]
        next(item for item in found if item["name"] == name)["status"] = status

    return alter


def result(kind: int, name: str, status: int, **more: t.Any) -> Tree:
    return {"type": kind, "status": status, "results": [{"name": name, "status": status, **more}]}


def odd(answers: Tree, name: str, value: t.Any) -> None:
    answers[name]["sys007"] = value


def all_of(answers: Tree, prefix: str, **values: t.Any) -> None:
    for item in answers["machines"]:
        if item["hostname"].startswith(prefix):
            item.update(values)


CP = control_plane()


def nodes_with(alter: t.Callable[[dict[str, Tree]], t.Any]) -> Demands:
    """Return demands on a running cluster whose nodes, by name, were altered."""
    found = {item["hostname"]: a_node(item) for item in deployed(healthy_answers())["machines"]}
    alter(found)
    return replace(running(), nodes=tuple(found.values()))
