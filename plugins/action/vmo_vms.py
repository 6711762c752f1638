# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_vms`` inside the Ansible worker."""

from __future__ import annotations

import functools

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.vm import VM
from ansible_collections.vmo.core.plugins.module_utils._argspec.vms import VMS
from ansible_collections.vmo.core.plugins.module_utils._usecase.vms import run
from ansible_collections.vmo.core.plugins.plugin_utils._inprocess import InProcessFleetAction


class ActionModule(InProcessFleetAction):
    """Run the module's use case here."""

    group = CONNECTION + VMS
    use_case = functools.partial(run, checked=VM.checker())
