# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what machines MAAS has and how they are, with one request. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import text
from ansible_collections.vmo.core.plugins.module_utils._model.machine import TEST_KINDS, Machine
from ansible_collections.vmo.core.plugins.module_utils._model.machine_status import script_word, status_word

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.disk import Disk
    from ansible_collections.vmo.core.plugins.module_utils._model.interface import Interface, Link
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Form, JsonObject, Maas, Progress

# an option, and the filter of MAAS that it becomes
_FILTERS = {
    "system_ids": "id",
    "mac_addresses": "mac_address",
    "pools": "pool",
    "zones": "zone",
    "tags": "tags",
    "without_tags": "not_tags",
    "status": "status",
}
# MAAS does not put them into a machine; should it ever do so, they go no further
_NEVER_SHOWN = ("power_parameters",)
_BOND = ("mode", "miimon", "lacp_rate", "xmit_hash_policy", "updelay", "downdelay", "num_grat_arp")
_BRIDGE = ("type", "stp", "fd")


def run(maas: Maas, params: dict[str, t.Any], _clock: Clock, _progress: Progress) -> dict[str, t.Any]:
    """Carry out a task of ``maas_machine_info``."""
    names = {name.lower() for name in params["hostnames"] or ()}
    listed = [] if _excludes_all(params) else maas.list_all("machines", filters_of(params))
    found = [(raw, Machine.of(raw)) for raw in listed]
    chosen = [(raw, machine) for raw, machine in found if not names or machine.names & names]
    return {
        "changed": False,
        "machines": [_summary(raw, machine, with_objects=params["with_objects"]) for raw, machine in chosen],
    }


def filters_of(params: t.Mapping[str, t.Any]) -> Form:
    """Return the options that choose machines as filters of MAAS.

    MAAS looks for the host name alone: whoever asks for a name with a domain picks from the answer.
    """
    filters: dict[str, t.Any] = {word: params[option] for option, word in _FILTERS.items() if params[option]}
    if "mac_address" in filters:
        filters["mac_address"] = [re.sub("[-.]", ":", mac.lower()) for mac in filters["mac_address"]]
    if params["hostnames"]:
        filters["hostname"] = sorted({name.lower().partition(".")[0] for name in params["hostnames"]})
    return filters


def _excludes_all(params: t.Mapping[str, t.Any]) -> bool:
    """Tell whether an option is a list without members: nobody means all machines by that."""
    return any(params[option] == [] for option in (*_FILTERS, "hostnames") if option not in ("tags", "without_tags"))


def _summary(raw: JsonObject, machine: Machine, *, with_objects: bool) -> dict[str, t.Any]:
    """Return a machine in our words; sizes of disks are bytes, of memory MiB, speeds Mbit/s."""
    summary = {
        **_identity(raw, machine),
        **_state(machine),
        **_hardware(machine),
        "boot_disk": machine.boot_disk.name if machine.boot_disk else None,
        "disks": [_disk(disk) for disk in machine.disks],
        "boot_interface": machine.boot_interface.name if machine.boot_interface else None,
        "interfaces": [_interface(interface) for interface in machine.layout.interfaces],
        "addresses": list(machine.addresses),
        "gateway": machine.gateway,
    }
    if with_objects:
        summary["machine"] = {name: value for name, value in raw.items() if name not in _NEVER_SHOWN}
    return summary


def _identity(raw: JsonObject, machine: Machine) -> dict[str, t.Any]:
    return {
        "system_id": machine.system_id,
        "hostname": machine.hostname,
        "fqdn": machine.fqdn,
        "domain": machine.domain,
        "description": text(raw, "description"),
        "hardware_uuid": machine.hardware_uuid,
        "pool": machine.pool,
        "zone": machine.zone,
        "tags": sorted(machine.tags),
        "annotations": dict(machine.annotations),
    }


def _state(machine: Machine) -> dict[str, t.Any]:
    return {
        "status": status_word(machine.status),
        "status_name": machine.status_name,
        "status_message": machine.status_message,
        "error_description": machine.error_description,
        "owner": machine.owner,
        "locked": machine.locked,
        "power_type": machine.power_type or None,
        "power_state": machine.power_state,
        "commissioning": script_word(machine.commissioning_status),
        "testing": script_word(machine.testing_status),
        "tests": {kind: script_word(machine.tests.get(kind)) for kind in TEST_KINDS},
        "osystem": machine.osystem,
        "distro_series": machine.distro_series,
    }


def _hardware(machine: Machine) -> dict[str, t.Any]:
    return {
        "architecture": machine.architecture,
        "cpu_threads": machine.cpu_count,
        "memory": machine.memory,
        "swap_size": machine.swap_size,
        "boot_method": machine.boot_method,
        "numa_nodes": len(machine.numa),
        "hardware": dict(machine.hardware),
    }


def _disk(disk: Disk) -> dict[str, t.Any]:
    return {
        "name": disk.name,
        "size": disk.size,
        "available": disk.available,
        "model": disk.model,
        "path": disk.path,
        "tags": list(disk.tags),
        "partitions": disk.partitions,
        "mounts": list(disk.mounts),
    }


def _interface(interface: Interface) -> dict[str, t.Any]:
    summary: dict[str, t.Any] = {
        "name": interface.name,
        "type": interface.kind,
        "mac_address": interface.mac,
        "enabled": interface.enabled,
        "parents": list(interface.parents),
        "connected": interface.connected,
        "link_speed": interface.link_speed,
        "mtu": interface.mtu,
        "fabric": interface.vlan.fabric if interface.vlan else None,
        "vid": interface.vlan.vid if interface.vlan else None,
        "links": [_link(link) for link in interface.links],
    }
    for kind, words in (("bond", _BOND), ("bridge", _BRIDGE)):
        if interface.kind == kind:
            summary[kind] = {word: interface.param(f"{kind}_{word}") for word in words}
    return summary


def _link(link: Link) -> dict[str, t.Any]:
    subnet = link.subnet
    return {"mode": link.mode, "address": link.address, "subnet": subnet.cidr if subnet else None}
