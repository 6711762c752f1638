# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.4, second part: power control, names, and who claims a machine. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    FAIL,
    MACHINE,
    WARN,
    Check,
    Finding,
    fail,
    good,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import text
from ansible_collections.vmo.core.plugins.module_utils._model.moment import moment
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
# Here a shared address is one machine too many; behind chassis, hypervisors and power bars many share one.
ONE_MACHINE_EACH = frozenset({"ipmi", "redfish", "amt", "openbmc", "wedge"})
# Power types whose state MAAS cannot ask for.
WITHOUT_STATE = frozenset({"apc", "dli", "eaton", "raritan", "msftocs"})
SYNCS_MISSED = 3
HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def _power(machine: Machine, _ground: Ground) -> Findings:
    if machine.power_type is None:
        yield unknown("MAAS does not tell the power type.")
    elif not machine.power_type:
        yield fail("has no power type: MAAS cannot start it.", lack="a power type")
    elif machine.power_state == "error":
        yield fail("MAAS cannot reach its power control.", lack="working power control", type=machine.power_type)
    elif machine.power_type == "manual":
        yield warn("is started by hand: it cannot be recovered remotely.")
    elif machine.power_state is None and machine.tells("power_state") and machine.power_type not in WITHOUT_STATE:
        yield warn("Its power state is unknown.", type=machine.power_type)
    elif machine.power_state is None:
        yield unknown("MAAS does not tell the power state.")


def _power_live(machine: Machine, ground: Ground) -> Findings:
    found = ground.fleet.about("power-states", machine.system_id)
    if not isinstance(found, dict):
        yield ground.missing("power-states", machine.system_id)
    elif found.get("error") or found.get("state") == "error":
        why = text(found, "error") or "the query ended in an error"
        yield fail(f"Its power control does not answer: {why}", lack="working power control")
    else:
        yield good(f"Its power control answers: {found.get('state')}.")


def _bmc_shared(machine: Machine, ground: Ground) -> Findings:
    power = ground.fleet.about("power-addresses", machine.system_id)
    if not isinstance(power, str):
        yield ground.missing("power-addresses", machine.system_id)
        return
    others = [name for name in ground.census.power.get(power.strip().lower(), ()) if name != machine.name]
    if others and machine.power_type in ONE_MACHINE_EACH:
        yield fail(f"shares its power control {power} with {several(others)}.", lack="a power control of its own")


def _hostname(machine: Machine, ground: Ground) -> Findings:
    name = machine.hostname
    if name is None:
        yield unknown("MAAS does not tell the hostname.")
        return
    same = len(ground.census.hostnames.get(name.lower(), ()))
    if not HOSTNAME.fullmatch(name):
        yield fail(
            f"{name} is no valid node name (RFC 1123, lower case, at most 63 characters).", lack="a valid hostname"
        )
    elif same > 1:
        yield fail(f"{same} machines are called {name}.", lack="a hostname of its own")


def _dup_uuid(machine: Machine, ground: Ground) -> Findings:
    if not machine.tells("hardware_uuid"):
        yield unknown("MAAS does not tell the hardware UUID.")
    elif machine.hardware_uuid is None:
        yield warn("has no hardware UUID: its firmware tells none.")
    else:
        others = [name for name in ground.census.uuids.get(machine.hardware_uuid, ()) if name != machine.name]
        if others:
            yield warn(f"has the hardware UUID of {several(others)}.", uuid=machine.hardware_uuid)


def _hwsync(machine: Machine, ground: Ground) -> Findings:
    if ground.before or not machine.hardware_sync:
        yield skip("Hardware is not synchronized.")
        return
    last, interval = moment(machine.last_sync), machine.sync_interval
    if last is None or interval is None:
        yield unknown("MAAS does not tell the last synchronization.")
    elif ground.now - last > SYNCS_MISSED * interval:
        yield warn(
            f"last told of its hardware {int((ground.now - last) // 60)} minutes ago; every {interval} s is set."
        )


def claims(machine: Machine) -> dict[str, str]:
    """Return the workload annotations that name a cluster."""
    return {key: value for key, value in machine.annotations.items() if "cluster" in key.lower() and value}


def _annotations(machine: Machine, ground: Ground) -> Findings:
    if not machine.tells("workload_annotations") and not machine.tells("owner_data"):
        yield unknown("MAAS does not tell the workload annotations.")
        return
    name = ground.demands.cluster_name
    if name is None and not ground.before:
        yield skip("The cluster has no name to compare with.")
        return
    for key, value in claims(machine).items():
        if value != name:
            yield warn(f"is annotated for another cluster: {key}={value}.", annotation=key)


CHECKS = (
    Check(
        "m.power",
        MACHINE,
        "MAAS can switch it on and off",
        FAIL,
        ("power_type", "power_state"),
        "Configure its power control (BMC).",
        _power,
    ),
    Check(
        "m.power_live",
        MACHINE,
        "Its power control answers now",
        FAIL,
        ("query_power_state",),
        "Check address, user and password of the BMC.",
        _power_live,
    ),
    Check(
        "m.bmc_shared",
        MACHINE,
        "It has a power control of its own",
        FAIL,
        ("power_parameters.power_address",),
        "Correct the power address: two machines would be switched at once.",
        _bmc_shared,
    ),
    Check(
        "m.hostname",
        MACHINE,
        "Its hostname can be a node name, and is its own",
        FAIL,
        ("hostname",),
        "Rename it before the deployment; a later change breaks the match with the node.",
        _hostname,
    ),
    Check(
        "m.dup_uuid",
        MACHINE,
        "Its hardware UUID is its own",
        WARN,
        ("hardware_uuid",),
        "Set the UUID in the firmware; nodes are then matched by name.",
        _dup_uuid,
    ),
    Check(
        "m.hwsync",
        MACHINE,
        "Its hardware synchronization is not overdue",
        WARN,
        ("enable_hw_sync", "last_sync", "sync_interval"),
        "Look at maas_hardware_sync on the machine.",
        _hwsync,
    ),
    Check(
        "m.annotations",
        MACHINE,
        "No other cluster claims it",
        WARN,
        ("workload_annotations",),
        "Release it there, or choose another machine.",
        _annotations,
    ),
)
