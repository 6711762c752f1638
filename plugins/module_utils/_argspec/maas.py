# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options for the connection to a MAAS. Private to vmo.core."""

from __future__ import annotations

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup, flag, number, text

MAAS_CONNECTION = OptionGroup(
    {
        "maas_url": text(fallback=(env_fallback, ["MAAS_URL", "MAAS_ENDPOINT"])),
        "maas_api_key": text(no_log=True, fallback=(env_fallback, ["MAAS_API_KEY"])),
        "validate_certs": flag(default=True),
        "ca_cert": text(),
        "timeout": number(default=120),
    },
    hidden=frozenset({"maas_api_key"}),
)
