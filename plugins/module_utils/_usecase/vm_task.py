# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of ``vmo_vm`` as a value. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm
from ansible_collections.vmo.core.plugins.module_utils._usecase.vm import ensure

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, Progress

# KubeVirt puts the name into a label and a host name (RFC 1123)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
NAME_LIMIT = 63


def run(cluster: Cluster, params: dict[str, t.Any], clock: Clock, progress: Progress) -> dict[str, t.Any]:
    """Carry out the task that the options of ``vmo_vm`` describe."""
    return ensure(cluster, wanted_vm(params), clock, progress)


def wanted_vm(params: t.Mapping[str, t.Any]) -> WantedVm:
    """Return what the options ask for; raises ``InvalidOption``."""
    name, state = params["name"], params["state"]
    if not _NAME.fullmatch(name) or len(name) > NAME_LIMIT:
        raise InvalidOption(
            f"name: {name!r} is not a name for a VirtualMachine: lower-case letters, digits, '-' and '.', at most "
            f"{NAME_LIMIT} characters, a letter or digit at both ends.",
            option="name",
        )
    if params["wait_for"] and state in ("absent", "stopped"):
        raise InvalidOption(
            f"wait_for: a VM that is to be {state} will not be {params['wait_for'][0]}.", option="wait_for"
        )
    for option, least in (("grace_period", 0), ("wait_timeout", 1), ("failure_grace", 0)):
        if params[option] is not None and params[option] < least:
            raise InvalidOption(f"{option}: {params[option]} is less than {least} seconds.", option=option)
    return WantedVm(
        namespace=params["namespace"],
        name=name,
        state=state,
        run_strategy=params["run_strategy"],
        options=params,
        definition=params["definition"] or {},
        restart=params["restart"],
        delete_disks=params["delete_disks"],
        grace_period=params["grace_period"],
        force=params["force"],
        wait=params["wait"],
        wait_for=None if params["wait_for"] is None else tuple(params["wait_for"]),
        wait_timeout=params["wait_timeout"],
        failure_grace=params["failure_grace"],
        template=params["template"],
        template_api_version=params["template_api_version"],
        template_parameters=params["template_parameters"] or {},
        template_update=params["template_update"],
    )
