# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_machine`` inside the Ansible worker."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.maas import MAAS_CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.maas_machine import MAAS_MACHINE
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine import run
from ansible_collections.vmo.core.plugins.plugin_utils._inprocess_maas import InProcessMaasAction


class ActionModule(InProcessMaasAction):
    """Run the module's use case here."""

    group = MAAS_CONNECTION + MAAS_MACHINE
    use_case = staticmethod(run)
