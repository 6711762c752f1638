# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``vmo_vms``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import (
    OptionGroup,
    flag,
    mapping,
    number,
    text,
    texts,
)
from ansible_collections.vmo.core.plugins.module_utils._argspec.vm import VM_WAIT
from ansible_collections.vmo.core.plugins.module_utils._model.vm import STATES

# what a VM is asked is checked as the options of vmo_vm are, once all that is said of it is put together
VMS = (
    OptionGroup(
        {
            "namespace": text(),
            "state": text(default="present", choices=list(STATES)),
            "vms": {"type": "list", "elements": "dict"},
            "count": number(),
            "pattern": text(),
            "start": number(default=1),
            "csv": text(),
            "defaults": mapping(),
            "addresses": mapping(
                {
                    "first": text(),
                    "gateway": text(),
                    "nameservers": texts(),
                    "search": texts(),
                    "interface": text(),
                    "exclude": texts(),
                }
            ),
            "parallel": number(default=10),
            "with_objects": flag(default=False),
        },
        mutually_exclusive=(("count", "csv"),),
        hidden=frozenset({"vms", "csv", "defaults"}),
    )
    + VM_WAIT
)
