# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the use case of a module that fills images inside the Ansible worker. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._runner_images import open_images
from ansible_collections.vmo.core.plugins.plugin_utils._inprocess import InProcessAction


class InProcessImageAction(InProcessAction):
    """Base of the action plugins that fill images."""

    open_server = staticmethod(open_images)
