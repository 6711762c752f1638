# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_image`` inside the Ansible worker."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.errors import AnsibleError

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.image import IMAGE
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_task import run as keep
from ansible_collections.vmo.core.plugins.plugin_utils._inprocess_images import InProcessImageAction


class ActionModule(InProcessImageAction):
    """Run the module's use case here."""

    group = CONNECTION + IMAGE
    use_case = staticmethod(keep)

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Carry the task out, with a file that stands beside the playbook or in the role."""
        upload = self._task.args.get("upload")
        src = upload.get("src") if isinstance(upload, dict) else None
        if src and self._connection.transport == "local":
            # where it is not found, the use case tells that it is not there
            with contextlib.suppress(AnsibleError):
                found = self._find_needle("files", src)
                self._task.args = {**self._task.args, "upload": {**upload, "src": found}}
        return super().run(tmp, task_vars)
