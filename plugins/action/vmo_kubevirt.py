# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt`` inside the Ansible worker."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.kubevirt import KUBEVIRT
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_install import run
from ansible_collections.vmo.core.plugins.plugin_utils._inprocess import InProcessAction


class ActionModule(InProcessAction):
    """Run the module's use case here."""

    group = CONNECTION + KUBEVIRT
    use_case = staticmethod(run)
