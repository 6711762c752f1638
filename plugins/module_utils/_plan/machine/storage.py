# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the disks of a machine shall be laid out. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import Step

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedStorage
    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import FoundStorage

    Tree = dict[str, t.Any]

# MAAS rounds sizes to what fits on the disk
_SLACK_BYTES, _SLACK = 16 * 2**20, 0.01
_SIZES = ("boot_size", "root_size", "lv_size")
_NAMES = ("vg_name", "lv_name")


@dataclass(frozen=True)
class StoragePlan:
    """Steps, and differences in the words of the options."""

    steps: tuple[Step, ...] = ()
    before: Tree = field(default_factory=dict)
    after: Tree = field(default_factory=dict)


def plan_storage(wanted: WantedStorage, found: FoundStorage, machine: str, *, is_known: bool) -> StoragePlan:
    """Return what to do; before MAAS has seen the hardware (``is_known``), disks are taken to be there.

    Raises ``InvalidOption`` for a disk that the machine does not have.
    """
    for option in ("boot_disk", "root_device"):
        name = getattr(wanted, option)
        if name is not None and is_known and name not in found.disks:
            there = ", ".join(sorted(found.disks)) or "none"
            raise InvalidOption(
                f"storage.{option}: {machine} has no disk {name}; its disks are: {there}.", option="storage"
            )
    steps: list[Step] = []
    before: Tree = {}
    after: Tree = {}
    if wanted.boot_disk is not None and wanted.boot_disk != found.boot_disk:
        before["boot_disk"], after["boot_disk"] = found.boot_disk, wanted.boot_disk
        steps.append(Step("set_boot_disk", "blockdevices", wanted.boot_disk, {"id": found.disks.get(wanted.boot_disk)}))
    differing = _differing(wanted, found) if wanted.layout else {}
    if differing:
        before.update({word: was for word, (was, _now) in differing.items()})
        after.update({word: now for word, (_was, now) in differing.items()})
        steps.append(Step("set_storage_layout", "machines", machine, _form(wanted, found)))
    return StoragePlan(tuple(steps), {"storage": before} if steps else {}, {"storage": after} if steps else {})


def _differing(wanted: WantedStorage, found: FoundStorage) -> dict[str, tuple[t.Any, t.Any]]:
    """Return the words that differ, with what is and what shall be."""
    differing: dict[str, tuple[t.Any, t.Any]] = {}
    if wanted.layout != found.layout:
        differing["layout"] = (found.layout, wanted.layout)
    root = wanted.root_device or wanted.boot_disk
    if root is not None and found.root_device not in (None, root) and wanted.layout != "blank":
        differing["root_device"] = (found.root_device, root)
    for word in _SIZES:
        was, now = getattr(found, word), getattr(wanted, word)
        if now is not None and (was is None or abs(was - now) > max(_SLACK_BYTES, now * _SLACK)):
            differing[word] = (was, now)
    for word in _NAMES:
        was, now = getattr(found, word), getattr(wanted, word)
        if now is not None and was != now:
            differing[word] = (was, now)
    return differing


def _form(wanted: WantedStorage, found: FoundStorage) -> Tree:
    form: Tree = {word: getattr(wanted, word) for word in (*_SIZES, *_NAMES) if getattr(wanted, word) is not None}
    if wanted.root_device is not None:
        form["root_device"] = found.disks.get(wanted.root_device)
    return {"storage_layout": wanted.layout, **form}
