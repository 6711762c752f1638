# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``vmo_image_info``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup, flag, text, texts

IMAGE_INFO = OptionGroup(
    {
        "name": text(),
        "namespace": text(),
        "label_selectors": texts(),
        "with_users": flag(default=False),
        "with_objects": flag(default=False),
    }
)
