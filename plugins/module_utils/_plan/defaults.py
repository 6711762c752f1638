# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task that is silent gets on something new. Nothing here ever changes what is there. Private to vmo.core."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.tree import DELETE, DIRECTIVE, append, dig, named, plant
from ansible_collections.vmo.core.plugins.module_utils._words.disks import device_type
from ansible_collections.vmo.core.plugins.module_utils._words.guest_config import SYSPREP_NAME

Tree = dict[str, t.Any]
_TEMPLATE = "spec.template.spec"
_DOMAIN = _TEMPLATE + ".domain"
_DEVICES = _DOMAIN + ".devices"
_BUS = {"disk": "virtio", "cdrom": "sata", "lun": "scsi"}


def with_defaults(found: Tree | None, wish: Tree, definition: t.Mapping[str, t.Any], *, is_new: bool) -> Tree:
    """Return ``found`` with defaults for the disks, interfaces and devices that the task adds to it.

    ``is_new``: there is no VM yet, though a template may say what it begins as.
    """
    base = copy.deepcopy(found or {})
    for item in _new(found, wish, definition, f"{_DEVICES}.disks"):
        kind = "cdrom" if item["name"] == SYSPREP_NAME else device_type(item)
        append(base, f"{_DEVICES}.disks", {"name": item["name"], kind: {"bus": _BUS[kind]}})
    for item in _new(found, wish, definition, f"{_DEVICES}.interfaces"):
        network = _network(item["name"], wish, definition)
        # the pod network behind a bridge cannot be live migrated (facts/kubevirt.md 9.6)
        binding = "masquerade" if "pod" in network else "bridge"
        append(base, f"{_DEVICES}.interfaces", {"name": item["name"], binding: {}})
    for tree in (wish, definition):
        efi = dig(tree, f"{_DOMAIN}.firmware.bootloader.efi")
        if efi is not None and "secureBoot" not in efi and dig(base, f"{_DOMAIN}.firmware.bootloader.efi") is None:
            # KubeVirt turns secure boot on, and then refuses a VM without system management mode
            plant(base, f"{_DOMAIN}.firmware.bootloader.efi", {"secureBoot": False})
        if dig(tree, f"{_DEVICES}.watchdog") and dig(base, f"{_DEVICES}.watchdog.name") is None:
            plant(base, f"{_DEVICES}.watchdog.name", "watchdog")
    if is_new and not any(map(_names_networks, (wish, definition, found or {}))):
        plant(base, f"{_DEVICES}.interfaces", [{"name": "default", "masquerade": {}}])
        plant(base, f"{_TEMPLATE}.networks", [{"name": "default", "pod": {}}])
    return base


def _new(found: Tree | None, wish: Tree, definition: t.Mapping[str, t.Any], path: str) -> list[Tree]:
    there = dig(found or {}, path)
    items: dict[str, Tree] = {}
    for tree in (wish, definition):
        for item in dig(tree, path) or ():
            if item.get(DIRECTIVE) != DELETE and named(there, item["name"]) is None:
                items[item["name"]] = {**items.get(item["name"], {}), **item}
    return list(items.values())


def _network(name: str, *trees: t.Mapping[str, t.Any]) -> Tree:
    for tree in trees:
        network = named(dig(tree, f"{_TEMPLATE}.networks"), name)
        if network is not None:
            return t.cast("Tree", network)
    return {}


def _names_networks(tree: t.Mapping[str, t.Any]) -> bool:
    return (
        dig(tree, f"{_DEVICES}.interfaces") is not None
        or dig(tree, f"{_TEMPLATE}.networks") is not None
        or dig(tree, f"{_DEVICES}.autoattachPodInterface") is not None
    )
