# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A healthy data centre from a seed: two racks, bonds, a bridge for VMs with its VLANs, disks, tests that passed."""

from __future__ import annotations

import random
import time
import typing as t
import uuid

from tests.sim.maas import lifecycle, scripts
from tests.sim.maas.model import (
    COMMISSIONING,
    PASSED,
    TESTING,
    Controller,
    Disk,
    Image,
    Interface,
    IpRange,
    Link,
    Machine,
    Named,
    Subnet,
    Tag,
    Vlan,
)

if t.TYPE_CHECKING:
    from tests.sim.maas.world import World

PXE_SUBNET, PXE_VLAN, DATA_VLAN, VM_VLANS = 1, 5001, 5010, {20: 5020, 30: 5030}
_RACK_SERVICES = ("rackd", "tftp", "http", "dhcpd", "ntp_rack", "dns_rack", "proxy_rack", "syslog_rack", "agent")
_TESTS = ["smartctl-validate", "stress-ng-cpu-short", "stress-ng-memory-short", "ntp", "gateway-connectivity"]
_HARDWARE = {
    "system_vendor": "Dell Inc.", "system_product": "PowerEdge R650", "system_family": "PowerEdge",
    "system_version": "1.0", "system_sku": "SKU=0A6B", "cpu_model": "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz",
    "mainboard_vendor": "Dell Inc.", "mainboard_product": "0PYXKY", "mainboard_version": "A02",
    "mainboard_firmware_vendor": "Dell Inc.", "mainboard_firmware_date": "03/14/2026",
    "mainboard_firmware_version": "1.15.2", "chassis_vendor": "Dell Inc.", "chassis_type": "Rack Mount Chassis",
    "chassis_version": "1.0",
}  # fmt: skip
_FLAGS = ["fpu", "lm", "x86-64", "sse4_2", "aes", "avx2", "avx512f", "vmx"]
# name, PCI card, switch, member of
_NICS = (
    ("enp1s0f0", 0, "leaf-a", "bond_mgmt"), ("enp1s0f1", 0, "leaf-a", "bond_data"),
    ("enp65s0f0", 1, "leaf-b", "bond_mgmt"), ("enp65s0f1", 1, "leaf-b", "bond_data"),
)  # fmt: skip
_BOND = {
    "bond_mode": "802.3ad", "bond_miimon": 100, "bond_updelay": 0, "bond_downdelay": 0, "bond_lacp_rate": "fast",
    "bond_num_grat_arp": 1, "bond_xmit_hash_policy": "layer3+4",
}  # fmt: skip
_STAGES = ("new", "commissioned", "ready")


class Size(t.NamedTuple):
    """``memory`` in MiB, ``threads`` over two NUMA nodes."""

    threads: int
    memory: int
    data_disks: int


CONTROL_PLANE, WORKER = Size(32, 128 * 1024, 0), Size(64, 512 * 1024, 2)


def furnish(world: World) -> None:
    """All that is no machine."""
    release = f"{world.version}-18030-g.9122eee68"
    services = dict.fromkeys(_RACK_SERVICES, ("running", "")) | {"dhcpd6": ("off", "")}
    world.racks = [
        Controller(system_id, name, 2, release, dict(services))
        for system_id, name in (("aarack", "rack-01"), ("bbrack", "rack-02"))
    ]
    world.regions = [Controller("region", "region-01", 3, release, {})]
    for number, name in enumerate(("rack-a", "rack-b"), 2):
        world.zones[name] = Named(number, name)
    world.pools[1] = Named(1, "vmo", "Hosts of virtual machines")
    world.tags = {name: Tag(name) for name in ("control-plane", "worker", "virtual")}
    world.spaces = {1: Named(1, "management"), 2: Named(2, "vm")}
    world.fabrics = {0: Named(0, "management"), 1: Named(1, "data")}
    racks: t.Any = {"primary_rack": "aarack", "secondary_rack": "bbrack"}
    world.vlans[PXE_VLAN] = Vlan(PXE_VLAN, 0, dhcp_on=True, space=1, **racks)
    world.vlans[DATA_VLAN] = Vlan(DATA_VLAN, 1, mtu=9000, space=2)
    for number, (vid, vlan) in enumerate(VM_VLANS.items(), 2):
        world.vlans[vlan] = Vlan(vlan, 1, vid, f"vm-{vid}", mtu=9000, space=2)
        world.subnets[number] = Subnet(number, f"vm-{vid}", f"10.2{number}.0.0/22", vlan)
    world.subnets[PXE_SUBNET] = Subnet(PXE_SUBNET, "pxe", "10.20.0.0/19", PXE_VLAN, "10.20.0.1", ["10.20.0.1"])
    world.ranges[1] = IpRange(1, "dynamic", "10.20.24.0", "10.20.31.240", PXE_SUBNET, "PXE")
    world.ranges[2] = IpRange(2, "reserved", "10.20.0.10", "10.20.0.59", PXE_SUBNET, "API and load balancers")
    synced = (("jammy", "ga-22.04"), ("jammy", "hwe-22.04"), ("noble", "ga-24.04"), ("noble", "hwe-24.04"))
    for number, (name, kernel) in enumerate(synced, 1):
        world.images[number] = Image(number, f"ubuntu/{name}", f"amd64/{kernel}", sets={_today(): True})
    world.images[5] = Image(5, "u-2204-0-k-1335-0", "amd64/generic", "Uploaded", {_today(): True})
    world.config = _config()


def _today() -> str:
    return time.strftime("%Y%m%d", time.gmtime())


def _config() -> dict[str, t.Any]:
    return {
        "maas_name": "maas-sim", "default_osystem": "ubuntu", "default_distro_series": "noble",
        "commissioning_distro_series": "noble", "commissioning_osystem": "ubuntu", "default_min_hwe_kernel": "",
        "kernel_opts": "intel_iommu=on iommu=pt", "default_storage_layout": "flat", "node_timeout": 30,
        "ntp_servers": "ntp.ubuntu.com", "ntp_external_only": False, "upstream_dns": "10.20.0.2",
        "dnssec_validation": "auto", "http_proxy": "", "enable_http_proxy": True,
        "enable_disk_erasing_on_release": False, "disk_erase_with_quick_erase": False,
        "disk_erase_with_secure_erase": False, "default_boot_interface_link_type": "auto",
        "hardware_sync_interval": "15m", "subnet_ip_exhaustion_threshold_count": 16, "curtin_verbose": True,
    }  # fmt: skip


def add_machines(world: World, count: int, seed: int, stage: str = "ready") -> None:
    """Add healthy machines: from six on the first three are control planes, all others are workers.

    ``stage``: new (never commissioned), commissioned (Ready, with the network that commissioning leaves), or ready
    (with bonds, bridge and VLANs, too).
    """
    if stage not in _STAGES:
        raise ValueError(f"{stage} is none of {', '.join(_STAGES)}")
    chance = random.Random(seed)
    planes = 3 if count >= 6 else 0
    for number in range(1, count + 1):
        is_plane = number <= planes
        name = f"cp-{number:02}" if is_plane else f"worker-{number - planes:02}"
        machine = _machine(world, number, name, CONTROL_PLANE if is_plane else WORKER, chance)
        machine.tags = ["control-plane" if is_plane else "worker"] if stage == "ready" else []
        world.machines[machine.system_id] = machine
        if stage == "new":
            machine.status = machine.previous_status = 0
            machine.commissioned, machine.status_message = False, None
            machine.unseen, machine.interfaces = machine.interfaces[1:], machine.interfaces[:1]
        else:
            _examine(world, machine, chance)
        if stage == "ready":
            machine.pool, machine.zone, machine.swap_size = 1, 2 + number % 2, 0
            lay_out(world, machine)


def _machine(world: World, number: int, name: str, size: Size, chance: random.Random) -> Machine:
    machine = Machine(world.new_machine_id(), name, str(uuid.UUID(int=chance.getrandbits(128), version=4)))
    high, low = divmod(number, 250)
    machine.power_parameters = {
        "power_address": f"10.30.{high}.{low + 1}", "power_user": "maas", "power_pass": f"bmc-secret-{number}",
        "power_driver": "LAN_2_0", "power_boot_type": "efi", "cipher_suite_id": "17", "privilege_level": "OPERATOR",
        "workaround_flags": ["opensesspriv"],
    }  # fmt: skip
    serial = f"{chance.getrandbits(32):07X}"[:7]
    machine.hardware_info = {**_HARDWARE, "system_serial": serial} | {
        f"{part}_serial": f"{serial}.{number:05}" for part in ("mainboard", "chassis")
    }
    machine.cpu_count, machine.memory, machine.cpu_flags = size.threads, size.memory, list(_FLAGS)
    machine.min_hwe_kernel = "ga-22.04"
    threads = list(range(size.threads))
    pages = {"page_size": 2**30, "total": 16}
    machine.numa_nodes = [
        {"memory": size.memory // 2, "cores": threads[index::2], "hugepages_set": [dict(pages)]} for index in (0, 1)
    ]
    machine.interfaces = [_nic(world, number, index) for index in range(len(_NICS))]
    machine.boot_interface = machine.interfaces[0].id
    machine.disks = [
        Disk(world.new_id(), f"nvme{index}n1", 480 * 10**9 if index == 0 else 3840 * 10**9, ["ssd"],
             "Dell NVMe P5600", f"S{serial}{index}", f"/dev/disk/by-id/nvme-S{serial}{index}", numa_node=index % 2)
        for index in range(size.data_disks + 1)
    ]  # fmt: skip
    machine.boot_disk = machine.disks[0].id
    return machine


def _nic(world: World, number: int, index: int) -> Interface:
    name, card, switch, bond = _NICS[index]
    mac = f"b4:96:91:{number >> 8:02x}:{number & 255:02x}:{index:02x}"
    found = Interface(world.new_id(), name, "physical", mac, PXE_VLAN if bond == "bond_mgmt" else DATA_VLAN)
    found.interface_speed = found.link_speed = 25000
    found.vendor, found.product = "Intel Corporation", "Ethernet Controller E810-XXV for SFP"
    found.firmware_version, found.numa_node, found.switch = "4.40 0x8001c7d4 1.3534.0", card, switch
    found.sriov_max_vf, found.tags = 64, ["sriov"]
    if index == 0:
        high, low = divmod(number, 240)
        found.discovered = [(PXE_SUBNET, f"10.20.{24 + high}.{low + 1}")]
    return found


def _examine(world: World, machine: Machine, chance: random.Random) -> None:
    """As after a commissioning some days ago."""
    for kind, chosen in ((COMMISSIONING, []), (TESTING, _TESTS)):
        found = scripts.new_set(world, machine, kind, scripts.select("", chosen, kind), PASSED)
        ended = time.time() - chance.uniform(1, 20) * 86400
        for result in found.results:
            result.started, result.ended = ended - 60, ended
    machine.status_action, machine.status_message = "", "Ready"
    lifecycle.discover(world, machine, ())


def lay_out(world: World, machine: Machine) -> None:
    """Bonds over both cards, br0 on the data bond, a VLAN interface for each network of VMs."""
    nics = machine.interfaces
    for name, vlan, mtu in (("bond_mgmt", PXE_VLAN, 1500), ("bond_data", DATA_VLAN, 9000)):
        members = [nic for nic, plan in zip(nics, _NICS) if plan[3] == name]
        bond = _logical(world, machine, name, "bond", vlan, members)
        bond.params = {**_BOND, "mtu": mtu}
        for member in members:
            member.links, member.params = [], {"mtu": mtu}
    bridge = _logical(world, machine, "br0", "bridge", DATA_VLAN, machine.interfaces[-1:])
    bridge.params = {"bridge_fd": 15, "bridge_stp": False, "bridge_type": "standard", "mtu": 9000}
    for vid, vlan in VM_VLANS.items():
        _logical(world, machine, f"br0.{vid}", "vlan", vlan, [bridge]).params = {"mtu": 9000}
    mgmt = next(found for found in machine.interfaces if found.name == "bond_mgmt")
    mgmt.links = [Link(world.new_id(), "auto", PXE_SUBNET)]
    for found in machine.interfaces:
        is_member = any(child.type != "vlan" for child in machine.children(found))
        if found.type != "physical" and not found.links and not is_member:
            found.links = [Link(world.new_id(), "link_up")]


def _logical(world: World, machine: Machine, name: str, kind: str, vlan: int, parents: list[Interface]) -> Interface:
    ids = [parent.id for parent in parents]
    found = Interface(world.new_id(), name, kind, parents[0].mac_address, vlan, ids, link_connected=False)
    machine.interfaces.append(found)
    return found
