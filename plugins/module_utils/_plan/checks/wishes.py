# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the options of a task to demands. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.demands import (
    CONTROL_PLANE,
    WORKER,
    Demands,
    RoleDemands,
    Thresholds,
)
from ansible_collections.vmo.core.plugins.module_utils._model.fleet import parse_version
from ansible_collections.vmo.core.plugins.module_utils._model.network import network
from ansible_collections.vmo.core.plugins.module_utils._model.presets import PRESETS
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import require_quantity
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.catalogue import CATALOGUE
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.choice import ids_of, overrides_of

Params = t.Mapping[str, t.Any]
ROLES = (CONTROL_PLANE, WORKER)
MEMORY = ("memory", "memory_recommended", "hugepages")
DISKS = ("boot_disk", "boot_disk_recommended", "data_disk_size")
LISTS = ("machines", "zones", "tags", "without_tags", "bond_modes", "vlans")
MEBIBYTE = 1024**2
ANY_ARCHITECTURE = "any"


def demands_of(params: Params) -> Demands:
    """Return what a task asks for: a preset, and over it what the task names itself.

    Raises ``InvalidOption`` for what cannot be: no role at all, a size that is none, a check that does not exist.
    """
    preset = params["preset"]
    base = PRESETS[preset].roles if preset else {}
    roles = tuple(
        _role(name, base.get(name, {}), params[name] or {})
        for name in ROLES
        if name in base or params[name] is not None
    )
    if not roles:
        raise InvalidOption("Name a preset, control_plane or worker: nothing is demanded of machines.", option="preset")
    return Demands(
        roles=roles,
        mode=params["mode"],
        preset=preset,
        image=params["image"],
        domain=params["domain"],
        networks=_list(params["networks"]),
        pods=_cidr(params, "pod_cidr"),
        services=_cidr(params, "service_cidr"),
        vips=_list(params["vips"]),
        preferred_subnets=_list(params["preferred_subnets"]),
        owner=params["owner"],
        cluster_name=params["cluster_name"],
        api_endpoint=params["api_endpoint"],
        vm_memory=_mebibytes(params["vm_memory"], "vm_memory"),
        live_migration=params["live_migration"],
        nested=params["nested"],
        in_memory=params["in_memory"],
        lxd_hosts=params["lxd_hosts"],
        sets_swap=params["provisioner_disables_swap"],
        startup_timeout=params["startup_timeout"],
        nodes=None if params["nodes"] is None else tuple(params["nodes"]),
        thresholds=_thresholds(params["thresholds"]),
        overrides=overrides_of(CATALOGUE, params),
        only=ids_of(CATALOGUE, params, "only"),
        ignore=ids_of(CATALOGUE, params, "ignore"),
    )


def _role(name: str, base: Params, given: Params) -> RoleDemands:
    said: dict[str, t.Any] = {}
    for option, value in given.items():
        if value is None:
            continue
        if option in MEMORY:
            said[option] = _mebibytes(value, f"{name}.{option}")
        elif option in DISKS:
            said[option] = int(require_quantity(value, f"{name}.{option}"))
        elif option in LISTS:
            said[option] = _list(value)
        elif option == "architecture":
            said[option] = None if value == ANY_ARCHITECTURE else value
        else:
            said[option] = value
    return RoleDemands(name, **{**base, **said})


def _list(value: t.Any) -> tuple[t.Any, ...]:
    return tuple(value or ())


def _mebibytes(value: t.Any, option: str) -> int | None:
    return None if value is None else int(require_quantity(value, option) / MEBIBYTE)


def _cidr(params: Params, option: str) -> str | None:
    value = params[option]
    if value is not None and network(value) is None:
        raise InvalidOption(f"{option}: {value} is no network such as 100.64.0.0/18.", option=option)
    return t.cast("str | None", value)


def _thresholds(given: Params) -> Thresholds:
    version = parse_version(given["minimum_version"])
    if version is None:
        said = given["minimum_version"]
        raise InvalidOption(f"thresholds.minimum_version: {said} is no version such as 3.5.", option="thresholds")
    return Thresholds(**{**given, "minimum_version": version})
