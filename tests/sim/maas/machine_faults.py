# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of machines: state, compute, storage, and how they stand together (catalogue 7.3 to 7.6 and 7.8)."""

from __future__ import annotations

import time

from tests.sim.maas import storage
from tests.sim.maas.fleet import VM_VLANS
from tests.sim.maas.model import (
    COMMISSIONING,
    FAILED,
    STATUS,
    TESTING,
    Disk,
    DnsResource,
    Event,
    Failure,
    Link,
    Machine,
    Partition,
    Tag,
)
from tests.sim.maas.planting import another, change, fault, named
from tests.sim.maas.world import World


def boot_disk(machine: Machine) -> Disk:
    found = storage.boot_disk(machine)
    if found is None:
        raise KeyError("boot disk")
    return found


change("m.status", status=STATUS["retired"])
change("m.locked", locked=True)
change("m.owner", owner="user1")
change("m.error", error_description="fan failure")
change("m.power", power_state="error")
change("m.hwsync", enable_hw_sync=True, sync_interval=900, last_sync="Thu, 01 Jan. 2026 00:00:00")
change("m.annotations", annotations={"cluster": "another-cluster"})
change("c.arch", architecture="arm64/generic")
change("c.boot_mode", bios_boot_method="pxe")
change("c.swap", swap_size=None)
change("c.ephemeral", ephemeral_deploy=True)
change("c.kernel", min_hwe_kernel="hwe-22.04")
change("c.dpu", is_dpu=True)
change("n.pxe", boot_interface=None)


@fault("m.events")
def _events(world: World, machine: Machine) -> None:
    text = "Failed to power on: could not contact node's BMC"
    found = (machine.system_id, machine.hostname, "ERROR", "Failed to power on node", text, time.time() - 60)
    world.events.append(Event(world.new_id(), *found))


@fault("m.commissioned")
def _commissioned(_world: World, machine: Machine) -> None:
    for result in machine.scripts[COMMISSIONING].results:
        result.started = result.ended = time.time() - 120 * 86400


@fault("m.tests")
def _tests(_world: World, machine: Machine) -> None:
    machine.result(TESTING, "stress-ng-memory-short").status = FAILED


@fault("m.power_live")
def _power_live(_world: World, machine: Machine) -> None:
    machine.failures.append(Failure("power", -1))


@fault("m.bmc_shared")
def _bmc_shared(world: World, machine: Machine) -> None:
    machine.power_parameters["power_address"] = another(world, machine).power_parameters["power_address"]


@fault("m.hostname")
def _hostname(_world: World, machine: Machine) -> None:
    machine.hostname = f"{machine.hostname}_Old"


@fault("m.dup_uuid")
def _dup_uuid(world: World, machine: Machine) -> None:
    machine.hardware_uuid = another(world, machine).hardware_uuid


@fault("c.bare_metal")
def _bare_metal(_world: World, machine: Machine) -> None:
    machine.tags = [*machine.tags, "virtual"]


@fault("c.virt")
def _virt(_world: World, machine: Machine) -> None:
    machine.cpu_flags.remove("vmx")


@fault("c.iommu", surroundings=True)
def _iommu(world: World, _machine: Machine) -> None:
    world.config["kernel_opts"] = ""


@fault("c.cpu")
def _cpu(_world: World, machine: Machine) -> None:
    machine.cpu_count = 4
    for index, node in enumerate(machine.numa_nodes):
        node["cores"] = [index, index + 2]


@fault("c.memory")
def _memory(_world: World, machine: Machine) -> None:
    machine.memory = 16384
    for node in machine.numa_nodes:
        node["memory"] = 8192


@fault("c.numa")
def _numa(_world: World, machine: Machine) -> None:
    machine.numa_nodes[0]["memory"], machine.numa_nodes[1]["memory"] = machine.memory, 0


@fault("c.hugepages")
def _hugepages(_world: World, machine: Machine) -> None:
    for node in machine.numa_nodes:
        node["hugepages_set"] = [{"page_size": 2**30, "total": 0}]


@fault("c.firmware")
def _firmware(_world: World, machine: Machine) -> None:
    machine.hardware_info["mainboard_firmware_version"] = "1.2.4"


@fault("s.boot_disk")
def _boot_disk(world: World, machine: Machine) -> None:
    boot_disk(machine).size = 32 * 10**9
    storage.apply(world, machine, "flat")


@fault("s.boot_ssd")
def _boot_ssd(_world: World, machine: Machine) -> None:
    boot_disk(machine).tags = ["rotary", "7200rpm", "sata"]


@fault("s.boot_san")
def _boot_san(_world: World, machine: Machine) -> None:
    found = boot_disk(machine)
    found.tags, found.model = [*found.tags, "multipath"], "FlashArray"
    found.id_path = "/dev/disk/by-id/wwn-0x624a9370"


@fault("s.layout")
def _layout(world: World, machine: Machine) -> None:
    storage.apply(world, machine, "blank")


@fault("s.smart")
def _smart(_world: World, machine: Machine) -> None:
    machine.result(TESTING, "smartctl-validate").status = FAILED


@fault("s.data_disks")
def _data_disks(_world: World, machine: Machine) -> None:
    machine.disks = [boot_disk(machine)]


@fault("s.data_clean")
def _data_clean(world: World, machine: Machine) -> None:
    disk = machine.disks[1]
    content = storage.filesystem(world, "xfs", "old-data", None)
    disk.partitions = [Partition(world.new_id(), disk.size - 2**23, storage.new_uuid(world), filesystem=content)]


@fault("s.removable")
def _removable(_world: World, machine: Machine) -> None:
    boot_disk(machine).tags.append("removable")


@fault("set.count", surroundings=True)
def _set_count(world: World, machine: Machine) -> None:
    for found in world.machines.values():
        if found is not machine and found.hostname.startswith("worker-"):
            found.pool = 0


@fault("set.last_tag", surroundings=True)
def _last_tag(world: World, machine: Machine) -> None:
    """A machine of another pool's kind that has the last tag of the role, and none of the others."""
    world.tags["fast-disk"] = Tag("fast-disk")
    for found in world.machines.values():
        if found is machine or "worker" in found.tags:
            found.tags = [*found.tags, "fast-disk"]
    machine.tags = ["fast-disk"]


@fault("set.overlap")
def _overlap(_world: World, machine: Machine) -> None:
    machine.tags = ["worker", "control-plane"]


@fault("set.zones", surroundings=True)
def _zones(world: World, _machine: Machine) -> None:
    for found in world.machines.values():
        found.zone = 2 if found.hostname.startswith("cp-") else found.zone


@fault("set.homogeneous")
def _homogeneous(_world: World, machine: Machine) -> None:
    machine.hardware_info["cpu_model"] = "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz"


@fault("set.pool", surroundings=True)
def _pool(world: World, _machine: Machine) -> None:
    for found in world.machines.values():
        found.pool = 0


@fault("p.timeout", surroundings=True)
def _timeout(world: World, machine: Machine) -> None:
    now = time.time()
    for kind, ago in (("Deploying", 4000), ("Deployed", 1000)):
        world.events.append(Event(world.new_id(), machine.system_id, machine.hostname, "INFO", kind, "", now - ago))


@fault("p.multi_nic_ip")
def _multi_nic_ip(world: World, machine: Machine) -> None:
    subnet = world.subnets_of(VM_VLANS[20])[0]
    named(machine, "br0.20").links = [Link(world.new_id(), "auto", subnet.id)]


@fault("p.erase", surroundings=True)
def _erase(world: World, _machine: Machine) -> None:
    world.config["enable_disk_erasing_on_release"] = True


@fault("p.dns_ttl", surroundings=True)
def _dns_ttl(world: World, _machine: Machine) -> None:
    number = world.new_id()
    world.dns[number] = DnsResource(number, "vmo-api", 0, ["10.20.1.1"], 10)


@fault("p.maint_tags")
def _maint_tags(world: World, machine: Machine) -> None:
    world.tags["maas-lxd-host-maintenance"] = Tag("maas-lxd-host-maintenance")
    machine.tags = [*machine.tags, "maas-lxd-host-maintenance"]
