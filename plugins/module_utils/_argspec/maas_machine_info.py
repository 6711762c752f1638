# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``maas_machine_info``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup, flag, texts
from ansible_collections.vmo.core.plugins.module_utils._model.machine_status import STATUSES

MAAS_MACHINE_INFO = OptionGroup(
    {
        "system_ids": texts(),
        "hostnames": texts(),
        "mac_addresses": texts(),
        "pools": texts(),
        "zones": texts(),
        "tags": texts(),
        "without_tags": texts(),
        "status": texts(choices=list(STATUSES)),
        "with_objects": flag(default=False),
    }
)
