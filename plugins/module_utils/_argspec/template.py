# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``vmo_template``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup, flag, items, mapping, text
from ansible_collections.vmo.core.plugins.module_utils._argspec.vm import VM_BODY
from ansible_collections.vmo.core.plugins.module_utils._model.template import UPDATES

TEMPLATE = (
    OptionGroup(
        {
            "name": text(required=True),
            "namespace": text(),
            "api_version": text(),
            "state": text(default="present", choices=["present", "absent"]),
            "display_name": text(),
            "description": text(),
            "icon": text(),
            "usage_message": text(),
            "parameters": items(
                {
                    "name": text(required=True),
                    "display_name": text(),
                    "description": text(),
                    "value": text(),
                    "generate": text(choices=["expression"]),
                    "from": text(),
                    "required": flag(),
                    "state": text(default="present", choices=["present", "absent"]),
                }
            ),
            "running": flag(),
            "run_strategy": text(choices=["Always", "Halted", "Manual", "RerunOnFailure", "Once"]),
            "from_vm": mapping({"name": text(required=True), "namespace": text(required=True)}),
            "src": {"type": "path"},
            "update": text(default="always", choices=list(UPDATES)),
            "allow_inline_secrets": flag(default=True),
        },
        mutually_exclusive=(("from_vm", "src"), ("running", "run_strategy")),
        hidden=frozenset({"parameters"}),
    )
    + VM_BODY
)
