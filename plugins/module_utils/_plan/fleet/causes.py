# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What many VMs have in common, in few words. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

SHOWN = 5


class Said(t.NamedTuple):
    """A sentence about one VM. ``code`` is that of a failure, empty for a warning."""

    namespace: str
    name: str
    code: str
    message: str


class Cause(t.NamedTuple):
    """What is said of several VMs: the sentence of the first of them, and all their names."""

    code: str
    message: str
    vms: list[str]


def causes_of(said: t.Sequence[Said]) -> list[Cause]:
    """Return the sentences that differ in more than the name of the VM, those about most VMs first."""
    found: dict[tuple[str, str], Cause] = {}
    for each in said:
        cause = found.setdefault((each.code, _without_name(each)), Cause(each.code, each.message, []))
        cause.vms.append(each.name)
    return sorted(found.values(), key=lambda cause: -len(cause.vms))


def _without_name(said: Said) -> str:
    """Return the sentence without what is of this VM alone: its name, names that begin with it, and how far it is."""
    # behind a namespace, in quotes, or within a generated name; a VM may be called as a word of the sentence
    text = re.sub(rf"""(?<=[/"'-]){re.escape(said.name)}(?!\w)[-.\w]*""", "*", said.message)
    return re.sub(r"\d[\d.]*%", "%", text)


def failure_sentence(causes: t.Sequence[Cause], count: int, skipped: int) -> str:
    """Return one message about all VMs that failed."""
    failed = sum(len(cause.vms) for cause in causes)
    parts = [f"{failed} of {count} {_vms(count)} failed."]
    parts += [f"{listed(cause.vms)}: {cause.message}" for cause in causes]
    if skipped:
        parts.append(f"{skipped} {_vms(skipped)} of later groups {'was' if skipped == 1 else 'were'} not begun.")
    return " ".join(parts)


def warning_of(cause: Cause) -> str:
    """Return one warning about all VMs that it concerns."""
    others = len(cause.vms) - 1
    if not others:
        return cause.message
    return f"{cause.message} The same holds for {others} more {_vms(others)}: {listed(cause.vms[1:])}."


def listed(names: t.Sequence[str]) -> str:
    """Return the names, the first few of many."""
    if len(names) <= SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more"


def _vms(count: int) -> str:
    return "VM" if count == 1 else "VMs"
