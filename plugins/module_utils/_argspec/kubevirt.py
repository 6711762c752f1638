# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``vmo_kubevirt``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import (
    OptionGroup,
    flag,
    mapping,
    number,
    text,
    texts,
)

KUBEVIRT = OptionGroup(
    {
        "product": text(choices=["KubeVirt", "CDI", "SnapshotController"]),
        "state": text(default="present", choices=["present", "absent"]),
        "version": text(),
        "default_version": text(),
        "manifest": {"type": "raw"},
        "registries": mapping(),
        "image_pull_secrets": texts(no_log=False),
        "decide_only": flag(default=False),
        "on_managed": text(default="warn", choices=["warn", "fail", "ignore"]),
        "delete_crds": flag(default=False),
        "delete_namespaces": flag(default=False),
        "wait_timeout": number(default=600),
        "failure_grace": number(default=30),
    }
)
