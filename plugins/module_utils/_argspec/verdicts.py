# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that all checks share. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup, flag, mapping, text, texts

VERDICTS = OptionGroup(
    {
        "severity_overrides": mapping(),
        "only": texts(),
        "ignore": texts(),
        "fail_on": text(default="fail", choices=["fail", "warn", "never"]),
        "with_passed": flag(default=False),
    }
)
