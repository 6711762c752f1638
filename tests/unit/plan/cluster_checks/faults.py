# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults for each check: what is altered in a healthy cluster, and the one verdict that has to come of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.right import Right
from ansible_collections.vmo.core.plugins.module_utils._model.survey import Gap
from tests.unit.plan.cluster_checks.builders import (
    Objects,
    Tree,
    condition,
    demands,
    healthy,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import ClusterDemands

NADS = "network-attachment-definitions"
ABSENT = Gap("the cluster does not serve it", is_absent=True)


@dataclass(frozen=True)
class Fault:
    """``alter`` changes the objects; ``wanted`` are the demands; then ``id`` says ``status`` of ``subject``."""

    id: str
    status: str
    subject: str
    alter: t.Callable[[Objects], t.Any] = lambda _objects: None
    wanted: ClusterDemands = field(default_factory=demands)
    version: str = "v1.34.1"
    denied: frozenset[Right] = frozenset()
    gaps: t.Mapping[str, Gap] = field(default_factory=dict)
    # what follows from the fault, as (id, subject)
    also: frozenset[tuple[str, str]] = frozenset()
    # a part of the message
    says: str = ""

    def objects(self) -> Objects:
        """Return the altered objects."""
        found = healthy()
        self.alter(found)
        return found


def one(objects: Objects, plural: str, name: str) -> Tree:
    """Return an object."""
    return next(item for item in objects[plural] if item["metadata"]["name"] == name)


def put(plural: str, name: str, path: str, value: t.Any) -> t.Callable[[Objects], None]:
    """Set a value of an object; dots part the path, and a dot in a name is written as a comma."""

    def alter(objects: Objects) -> None:
        *way, last = [step.replace(",", ".") for step in path.split(".")]
        place = one(objects, plural, name)
        for step in way:
            place = place.setdefault(step, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value

    return alter


def add(plural: str, *items: Tree) -> t.Callable[[Objects], None]:
    """Add objects."""
    return lambda objects: objects[plural].extend(items)


def drop(plural: str, name: str) -> t.Callable[[Objects], None]:
    """Remove an object."""
    return lambda objects: objects[plural].remove(one(objects, plural, name))


def empty(plural: str) -> t.Callable[[Objects], None]:
    """Remove all objects of a kind."""
    return lambda objects: objects[plural].clear()


def all_of(*alterations: t.Callable[[Objects], t.Any]) -> t.Callable[[Objects], None]:
    """Do several things."""

    def alter(objects: Objects) -> None:
        for each in alterations:
            each(objects)

    return alter


def ready(status: str) -> list[Tree]:
    """Return the conditions of a node."""
    return [condition("Ready", status)]


def kubevirt(path: str, value: t.Any) -> t.Callable[[Objects], None]:
    """Set a value of the KubeVirt object."""
    return put("kubevirts", "kubevirt", path, value)
