# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``maas_tag`` and ``maas_pool``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup, flag, number, text, texts

_GROUP = OptionGroup(
    {
        "name": text(required=True),
        "state": text(choices=["present", "absent"], default="present"),
        "machines": texts(),
        "change_owned": flag(default=False),
    }
)

MAAS_TAG = _GROUP + OptionGroup(
    {
        "comment": text(),
        "definition": text(),
        "kernel_opts": text(),
        "without_machines": texts(),
        "exclusive": flag(default=False),
        "rebuild": flag(default=False),
        "wait": flag(default=True),
        "settle_time": number(default=5),
        "wait_timeout": number(default=300),
    }
)
MAAS_POOL = _GROUP + OptionGroup({"description": text()})
