# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``vmo_template_info``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup, flag, mapping, text, texts

TEMPLATE_INFO = OptionGroup(
    {
        "name": text(),
        "namespace": text(),
        "api_version": text(),
        "label_selectors": texts(),
        "process": flag(default=False),
        "parameters": mapping(),
        "with_objects": flag(default=False),
        "with_documents": flag(default=False),
    },
    required_if=(("process", True, ["name"]),),
    hidden=frozenset({"parameters"}),
)
