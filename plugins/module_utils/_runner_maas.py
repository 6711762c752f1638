# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a task to a result, on a MAAS. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._maas.connect import connect
from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._runner import run_module
from ansible_collections.vmo.core.plugins.module_utils._wait import SystemClock

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._argspec.group import OptionGroup
    from ansible_collections.vmo.core.plugins.module_utils._ports import Maas
    from ansible_collections.vmo.core.plugins.module_utils._runner import UseCase


def run_on_maas(group: OptionGroup, use_case: UseCase[Maas]) -> None:
    """Run a use case on the MAAS that the task names, and end the process with its report."""
    run_module(group, use_case, open_maas)


def open_maas(params: t.Mapping[str, t.Any], *, check_mode: bool) -> Maas:
    """Return the MAAS that the connection options name; in check mode one that cannot be written to."""
    who = Credentials(
        url=params["maas_url"],
        api_key=params["maas_api_key"],
        validate_certs=params["validate_certs"],
        ca_cert=params["ca_cert"],
        timeout=float(params["timeout"]),
    )
    patience = float(params.get("wait_timeout") or who.timeout)
    return connect(who, SystemClock(), patience=patience, read_only=check_mode)
