# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of ``vmo_kubevirt_config`` as a value. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.duration import require_duration
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import ABSENT, ENABLED, WISHES, WantedConfig
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt_presets import PRESETS, Preset, under
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.release import require_release
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_config import configure

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, Progress

_NO_PRESET = Preset({}, (), {})
_QUANTITIES = ("cpu_request", "migrations.bandwidth", "live_updates.max_memory")


def run(cluster: Cluster, params: dict[str, t.Any], clock: Clock, progress: Progress) -> dict[str, t.Any]:
    """Carry out the task that the options of ``vmo_kubevirt_config`` describe."""
    return configure(cluster, wanted_config(params), clock, progress)


def wanted_config(params: t.Mapping[str, t.Any]) -> WantedConfig:
    """Return what the options ask for; raises ``InvalidOption``."""
    for option, least in (("wait_timeout", 1), ("failure_grace", 0)):
        if params[option] < least:
            raise InvalidOption(f"{option}: {params[option]} is less than {least} seconds.", option=option)
    preset = PRESETS[params["preset"]] if params["preset"] else _NO_PRESET
    gates = _wishes(params["feature_gates"], "feature_gates")
    cdi = params["cdi"]
    cdi_gates = _wishes((cdi or {}).get("feature_gates"), "cdi")
    version, cdi_version = params["version"], (cdi or {}).get("version")
    _check_quantities(params)
    return WantedConfig(
        options=under(preset.options, params),
        gates=gates,
        preset_gates=preset.gates,
        configuration=params["configuration"] or {},
        cdi=None if cdi is None else under(preset.cdi, cdi),
        cdi_gates=cdi_gates,
        profiles=tuple(params["storage_profiles"] or ()),
        exclusive=frozenset(params["exclusive"] or ()),
        version=None if version is None else require_release(version, "version"),
        cdi_version=None if cdi_version is None else require_release(cdi_version, "cdi: version"),
        force=params["force"],
        on_managed=params["on_managed"],
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        failure_grace=params["failure_grace"],
    )


def _wishes(given: t.Mapping[str, t.Any] | None, option: str) -> dict[str, str]:
    wishes = {}
    for name, value in (given or {}).items():
        # YAML reads on and off as booleans
        wish = ENABLED if value is True else ABSENT if value is None else value
        if wish not in WISHES:
            raise InvalidOption(
                f"{option}: {name}: {value!r} is none of {', '.join(WISHES)}.",
                option=option,
            )
        wishes[str(name)] = wish
    return wishes


def _check_quantities(params: t.Mapping[str, t.Any]) -> None:
    for option in _QUANTITIES:
        value = dig(params, option)
        number = None if value is None else parse_quantity(value)
        if value is not None and (number is None or number < 0):
            raise InvalidOption(
                f"{option}: {value!r} is not a quantity such as 64Mi or 100m.", option=option.partition(".")[0]
            )
    interval = dig(params, "workload_updates.batch_interval")
    if interval is not None:
        require_duration(interval, "workload_updates.batch_interval")
