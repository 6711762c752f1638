# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs that are made from templates."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.template import Blueprint
from ansible_collections.vmo.core.plugins.module_utils._plan.template.instantiate import blueprint_of
from tests.unit.builders import plan, the_step, wanted

Tree = dict[str, t.Any]


def blueprint(template: Tree) -> Blueprint:
    return blueprint_of(template["metadata"]["name"], template)


def made(template: Tree, state: str = "present", name: str = "web-01", **given_options: t.Any) -> Tree:
    """Return the VM that a task with a template creates."""
    wish = wanted(state, name=name, blueprint=blueprint(template), **given_options)
    return the_step(plan(wish, None), "create").body


def changed(template: Tree, path: str, value: t.Any) -> Tree:
    template = copy.deepcopy(template)
    *way, last = path.split(".")
    place = template
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[last] = value
    return template
