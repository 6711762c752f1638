# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what somebody wrote has the form of a VirtualMachine, as far as the words go into it. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

_TEMPLATE = "spec.template.spec"
_STRUCTS = (
    "metadata",
    "metadata.labels",
    "metadata.annotations",
    "spec",
    "spec.template",
    "spec.template.metadata",
    "spec.instancetype",
    "spec.preference",
    _TEMPLATE,
    f"{_TEMPLATE}.domain",
    f"{_TEMPLATE}.domain.devices",
)
_LISTS = {
    "spec.dataVolumeTemplates": "metadata.name",
    f"{_TEMPLATE}.volumes": "name",
    f"{_TEMPLATE}.networks": "name",
    f"{_TEMPLATE}.domain.devices.disks": "name",
    f"{_TEMPLATE}.domain.devices.interfaces": "name",
}


def fault_of(machine: t.Mapping[str, t.Any]) -> str:
    """Return the first path that is not what a VirtualMachine has there, empty if there is none."""
    for path in _STRUCTS:
        if not isinstance(dig(machine, path) or {}, dict):
            return path
    for path, key in _LISTS.items():
        items = dig(machine, path) or []
        if not isinstance(items, list) or not all(isinstance(dig(item, key), str) for item in items):
            return path
    return ""


def check_machine(machine: t.Mapping[str, t.Any]) -> None:
    """Refuse what is no VirtualMachine, with the place that tells it; raises ``InvalidOption``."""
    fault = fault_of(machine) or ("" if isinstance(dig(machine, _TEMPLATE), dict) else _TEMPLATE)
    if fault:
        raise InvalidOption(
            f"template: {fault} is not what a VirtualMachine has there, so it describes no machine.", option="template"
        )
