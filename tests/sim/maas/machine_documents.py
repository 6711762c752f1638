# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the region shows a machine, with the fields that its release has."""

from __future__ import annotations

import json
import typing as t
import uuid

from tests.sim.maas import network_documents as net
from tests.sim.maas.model import (
    COMMISSIONING,
    INSTALLATION,
    PASSED,
    SCRIPT_STATUSES,
    TESTING,
    Controller,
    Disk,
    Domain,
    Machine,
    Object,
    Partition,
    ScriptSet,
)

if t.TYPE_CHECKING:
    from tests.sim.maas.world import World

API = net.API
# The first release that has a field, and the last one that has it.
SINCE = {
    "enable_hw_sync": (3, 4), "ephemeral_deploy": (3, 5), "error_description": (3, 5),
    "enable_kernel_crash_dump": (3, 6), "is_dpu": (3, 7),
}  # fmt: skip
UNTIL = {"pod": (3, 7), "virtualmachine_id": (3, 7)}

HARDWARE_KEYS = (
    "system_vendor", "system_product", "system_family", "system_version", "system_sku", "system_serial", "cpu_model",
    "mainboard_vendor", "mainboard_product", "mainboard_serial", "mainboard_version", "mainboard_firmware_vendor",
    "mainboard_firmware_date", "mainboard_firmware_version", "chassis_vendor", "chassis_type", "chassis_serial",
    "chassis_version",
)  # fmt: skip
MIB, ALIGNMENT, TABLE = 2**20, 4 * 2**20, 5 * 2**20
# The first status that one of several results has is that of all, in the words of the second number.
_PRECEDENCE = {1: 1, 10: 1, 7: 1, 0: 0, 5: 5, 3: 3, 11: 3, 8: 3, 4: 3, 6: 6}
_KINDS = {"other": 0, "cpu": 1, "memory": 2, "storage": 3, "network": 4}


def text(world: World, machine: Machine) -> str:
    """The JSON of a machine; kept until something that it shows changes, since lists are long."""
    found = world.rendered.get(machine.system_id)
    if found is None:
        found = json.dumps(document(world, machine), separators=(",", ":"))
        if machine.system_id not in world.handed_out:
            world.rendered[machine.system_id] = found
    return found


def document(world: World, machine: Machine) -> Object:
    found = {**_identity(world, machine), **_hardware(machine), **_network(world, machine), **_storage(machine)}
    found |= _scripts(machine)
    gone = {name for name, first in SINCE.items() if world.release < first}
    gone |= {name for name, last in UNTIL.items() if world.release > last}
    return {name: value for name, value in found.items() if name not in gone}


def domain(found: Domain, records: int = 0) -> Object:
    return {
        "authoritative": found.authoritative, "ttl": found.ttl, "id": found.id, "name": found.name,
        "is_default": found.id == 0, "resource_record_count": records, "resource_uri": f"{API}domains/{found.id}/",
    }  # fmt: skip


def _identity(world: World, machine: Machine) -> Object:
    home = world.domains[machine.domain]
    zone = world.zone_of(machine)
    return {
        "system_id": machine.system_id, "hostname": machine.hostname, "fqdn": f"{machine.hostname}.{home.name}",
        "description": machine.description, "domain": domain(home), "owner": machine.owner,
        "owner_data": machine.annotations, "workload_annotations": machine.annotations, "locked": machine.locked,
        "status": machine.status, "status_name": machine.label, "status_action": machine.status_action,
        "status_message": machine.status_message, "error_description": machine.error_description,
        "power_type": machine.power_type, "power_state": machine.power_state, "osystem": machine.osystem,
        "distro_series": machine.distro_series, "hwe_kernel": machine.hwe_kernel,
        "min_hwe_kernel": machine.min_hwe_kernel, "netboot": machine.netboot,
        "ephemeral_deploy": machine.ephemeral_deploy, "enable_kernel_crash_dump": False,
        "bios_boot_method": machine.bios_boot_method, "swap_size": machine.swap_size, "tag_names": machine.tags,
        "pool": net.named(world.pools[machine.pool], "resourcepool"),
        "zone": net.named(zone, "zones", zone.name), "disable_ipv4": False, "address_ttl": None, "parent": None,
        "pod": None, "virtualmachine_id": machine.virtualmachine_id, "is_dpu": machine.is_dpu, "node_type": 0,
        "node_type_name": "Machine", "enable_hw_sync": machine.enable_hw_sync, "last_sync": machine.last_sync,
        "next_sync": machine.last_sync, "sync_interval": machine.sync_interval,
        "resource_uri": f"{API}machines/{machine.system_id}/",
    }  # fmt: skip


def _hardware(machine: Machine) -> Object:
    seen = machine.commissioned
    numa = machine.numa_nodes if seen else [{"memory": 0, "cores": [], "hugepages_set": []}]
    info = machine.hardware_info if seen else {}
    return {
        "hardware_uuid": machine.hardware_uuid, "architecture": machine.architecture,
        "cpu_count": machine.cpu_count if seen else 0, "cpu_speed": machine.cpu_speed if seen else 0,
        "memory": machine.memory if seen else 0, "hardware_info": hardware_info(info),
        "numanode_set": [{"index": index, **node} for index, node in enumerate(numa)],
    }  # fmt: skip


def hardware_info(known: dict[str, str]) -> dict[str, str]:
    return {key: known.get(key) or "Unknown" for key in HARDWARE_KEYS}


def _network(world: World, machine: Machine) -> Object:
    interfaces = [net.interface(world, machine, found) for found in machine.interfaces]
    by_id = {found["id"]: found for found in interfaces}
    addresses = [link.ip_address for i in machine.interfaces for link in i.links if link.ip_address]
    discovered = [address for i in machine.interfaces for _subnet, address in i.discovered or []]
    return {
        "interface_set": interfaces, "boot_interface": by_id.get(machine.boot_interface),
        "ip_addresses": addresses or discovered, "default_gateways": _gateways(world, machine),
    }  # fmt: skip


def _gateways(world: World, machine: Machine) -> Object:
    gateway, link_id = None, None
    if machine.default_gateway:
        gateway, link_id = machine.default_gateway
    else:
        links = (link for found in machine.interfaces for link in found.links if link.subnet is not None)
        routed = (world.subnets[t.cast(int, link.subnet)].gateway_ip for link in links)
        gateway = next((address for address in routed if address), None)
    nothing = {"gateway_ip": None, "link_id": None}
    return {"ipv4": {"gateway_ip": gateway, "link_id": link_id}, "ipv6": nothing}


def _storage(machine: Machine) -> Object:
    disks = [disk(machine, found) for found in machine.disks] if machine.commissioned else []
    boot = next((found for found in disks if found["id"] == machine.boot_disk), disks[0] if disks else None)
    physical = [found for found in disks if found["type"] == "physical"]
    nothing = ("raids", "bcaches", "cache_sets", "special_filesystems")
    return {
        "storage": sum(found["size"] for found in physical) / 1e6, "boot_disk": boot, "blockdevice_set": disks,
        "physicalblockdevice_set": physical, "virtualblockdevice_set": [d for d in disks if d["type"] == "virtual"],
        "volume_groups": volume_groups(machine), **{name: [] for name in nothing},
    }  # fmt: skip


def volume_groups(machine: Machine) -> list[Object]:
    """The group of the LVM layout; its one logical volume carries the root file system."""
    return [
        {
            "id": found.id, "name": "vgroot", "uuid": str(uuid.UUID(int=found.id)), "size": found.size,
            "available_size": 0, "used_size": found.size, "logical_volumes": [disk(machine, found)], "devices": [],
            "system_id": machine.system_id, "resource_uri": f"{API}nodes/{machine.system_id}/volume-group/{found.id}/",
        }
        for found in machine.disks
        if found.type == "virtual"
    ]  # fmt: skip


def disk(machine: Machine, found: Disk) -> Object:
    parts = [_partition(machine, found, number, part) for number, part in enumerate(found.partitions, 1)]
    used = sum(part.size for part in found.partitions) + TABLE if parts else found.size if found.filesystem else 0
    free = 0 if used else (found.size // ALIGNMENT - 1) * ALIGNMENT
    purpose = f"GPT partitioned with {len(parts)} partition{'s' if len(parts) > 1 else ''}" if parts else "Unused"
    return {
        "firmware_version": None, "tags": found.tags, "id_path": found.id_path or f"/dev/{found.name}",
        "model": found.model, "storage_pool": None, "partition_table_type": "GPT" if parts else None, "id": found.id,
        "serial": found.serial, "name": found.name, "used_size": used, "uuid": None,
        "path": f"/dev/disk/by-dname/{found.name}", "block_size": 512, "numa_node": found.numa_node,
        "used_for": _used_for(found.filesystem) if found.filesystem else purpose, "filesystem": found.filesystem,
        "available_size": free, "size": found.size, "type": found.type, "partitions": parts,
        "system_id": machine.system_id, "resource_uri": f"{API}nodes/{machine.system_id}/blockdevices/{found.id}/",
    }  # fmt: skip


def _partition(machine: Machine, on: Disk, number: int, found: Partition) -> Object:
    return {
        "uuid": found.uuid, "size": found.size, "bootable": found.bootable, "tags": [],
        "path": f"/dev/disk/by-dname/{on.name}-part{number}", "type": "partition", "system_id": machine.system_id,
        "used_for": _used_for(found.filesystem), "id": found.id, "device_id": on.id, "filesystem": found.filesystem,
        "resource_uri": f"{API}nodes/{machine.system_id}/blockdevices/{on.id}/partition/{found.id}",
    }  # fmt: skip


def _used_for(filesystem: Object | None) -> str:
    if filesystem is None:
        return "Unused"
    mounted = f" mounted at {filesystem['mount_point']}" if filesystem["mount_point"] else ""
    return f"{filesystem['fstype']} formatted filesystem{mounted}"


def status_of(found: ScriptSet | None, hardware_type: int | None = None) -> int:
    """Of the whole set, or of its results for one kind of hardware; what an administrator suppressed does not count."""
    results = [r for r in (found.results if found else []) if hardware_type in (None, r.hardware_type)]
    statuses = [result.status for result in results if not result.suppressed]
    return next((shown for status, shown in _PRECEDENCE.items() if status in statuses), PASSED if results else -1)


def _scripts(machine: Machine) -> Object:
    document: Object = {}
    names = {COMMISSIONING: "commissioning", INSTALLATION: "installation", TESTING: "testing"}
    for kind, name in names.items():
        found = machine.scripts.get(kind)
        document[f"current_{name}_result_id"] = found.id if found else None
        if kind != INSTALLATION:
            document[f"{name}_status"] = status_of(found)
    for name, hardware in _KINDS.items():
        document[f"{name}_test_status"] = status_of(machine.scripts.get(TESTING), hardware)
    document["interface_test_status"] = -1
    named = {f"{key}_name": SCRIPT_STATUSES[value] for key, value in document.items() if key.endswith("_status")}
    return {**document, **named}


_CONTROLLER_FIELDS = (
    "architecture", "commissioning_status", "commissioning_status_name", "cpu_count", "cpu_speed",
    "cpu_test_status", "cpu_test_status_name", "current_commissioning_result_id", "current_installation_result_id",
    "current_testing_result_id", "description", "distro_series", "domain", "fqdn", "hardware_info", "hardware_uuid",
    "hostname", "interface_set", "interface_test_status", "interface_test_status_name", "ip_addresses", "memory",
    "memory_test_status", "memory_test_status_name", "network_test_status", "network_test_status_name", "osystem",
    "other_test_status", "other_test_status_name", "power_state", "power_type", "status_action",
    "storage_test_status", "storage_test_status_name", "swap_size", "system_id", "tag_names", "testing_status",
    "testing_status_name", "zone",
)  # fmt: skip


def controller(world: World, found: Controller, path: str) -> Object:
    """A rack or region controller: less than a machine; services are shown by racks only."""
    known = str(uuid.uuid5(uuid.NAMESPACE_DNS, found.system_id)) if found.node_type == 2 else None
    body = Machine(found.system_id, found.hostname, known, power_type="", power_state="on", cpu_count=4, memory=8192)
    shown = document(world, body)
    kind = {2: "Rack controller", 3: "Region controller", 4: "Region and rack controller"}[found.node_type]
    services = [{"name": n, "status": s, "status_info": info} for n, (s, info) in found.services.items()]
    return {
        **{name: shown[name] for name in _CONTROLLER_FIELDS}, "node_type": found.node_type, "node_type_name": kind,
        "version": found.version, "resource_uri": f"{API}{path}/{found.system_id}/",
        **({"service_set": services} if path == "rackcontrollers" else _REGION_ONLY),
    }  # fmt: skip


# A region knows next to nothing of its own hardware.
_REGION_ONLY = {
    "architecture": None, "power_state": "unknown", "cpu_count": 0, "memory": 0, "current_commissioning_result_id": 1,
    "commissioning_status": 0, "commissioning_status_name": "Pending",
}  # fmt: skip
