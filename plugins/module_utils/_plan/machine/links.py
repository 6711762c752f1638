# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of an interface: which are there, which are missing, which are too many. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._plan.machine.layout import Target, TargetLink, masters

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.interface import Link

    Tree = dict[str, t.Any]


def missing_links(target: Target, targets: t.Mapping[str, Target]) -> list[TargetLink]:
    """Return the links to make, those that are there left out; none for what is part of a bond or a bridge."""
    if target.links is None or masters(targets, target.name):
        return []
    return _matched(target)[0]


def surplus_links(target: Target, targets: t.Mapping[str, Target]) -> list[Link]:
    """Return the links to take away. A mere link_up goes by itself, and comes by itself where no other is left.

    What becomes part of a bond or a bridge loses its links to that.
    """
    if target.links is None or masters(targets, target.name):
        return []
    return _matched(target)[1]


def is_met(target: Target) -> bool:
    """Tell whether all links that shall be are there, and no others."""
    return _matched(target) == ([], [])


def link_form(link: TargetLink) -> Tree:
    """Return the fields of ``link_subnet``."""
    form: Tree = {"mode": link.mode.upper()}
    if link.subnet is not None:
        form["subnet"] = link.subnet.id
    if link.address is not None:
        form["ip_address"] = link.address
    return form


def _matched(target: Target) -> tuple[list[TargetLink], list[Link]]:
    """Pair links that shall be with those that are; return what is left over of both."""
    has = (
        []
        if target.is_anew or target.found is None
        else [link for link in target.found.links if link.mode != "link_up"]
    )
    missing = []
    for wanted in target.links or ():
        if wanted.mode == "link_up":
            continue
        match = next((link for link in has if _serves(link, wanted)), None)
        if match is None:
            missing.append(wanted)
        else:
            has.remove(match)
    return missing, has


def _serves(link: Link, wanted: TargetLink) -> bool:
    subnet = link.subnet.id if link.subnet else None
    if link.mode != wanted.mode or (wanted.subnet is not None and wanted.subnet.id != subnet):
        return False
    return wanted.address is None or wanted.address == link.address
