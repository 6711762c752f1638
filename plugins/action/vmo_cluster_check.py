# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_cluster_check`` inside the Ansible worker."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.vmo_cluster_check import VMO_CLUSTER_CHECK
from ansible_collections.vmo.core.plugins.module_utils._usecase.cluster_check import run
from ansible_collections.vmo.core.plugins.plugin_utils._inprocess import InProcessAction


class ActionModule(InProcessAction):
    """Run the module's use case here."""

    group = CONNECTION + VMO_CLUSTER_CHECK
    use_case = staticmethod(run)
