# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The region whose answers were recorded: 19 machines, one in each state, on one fabric."""

from __future__ import annotations

import typing as t

from tests.sim.maas.lifecycle import reset_network
from tests.sim.maas.model import (
    COMMISSIONING,
    FAILED,
    INSTALLATION,
    PASSED,
    PENDING,
    RUNNING,
    STATUS,
    TESTING,
    Controller,
    Disk,
    Event,
    Image,
    Interface,
    IpRange,
    Machine,
    Named,
    Notification,
    Result,
    ScriptSet,
    Subnet,
    Tag,
    Vlan,
)
from tests.sim.maas.scripts import new_set, select
from tests.sim.maas.storage import apply
from tests.sim.maas.world import World

GB = 10**9


class Row(t.NamedTuple):
    system_id: str
    status: str
    owner: str | None
    pool: int
    zone: int
    tags: str
    memory: int
    threads: int
    power_type: str
    disks: tuple[int, ...]


# node-01, node-02, ...
ROWS = (
    Row("pa8t4c", "ready", None, 0, 1, "kvm", 16384, 8, "virsh", (250,)),
    Row("aafsh8", "ready", None, 1, 2, "gpu nvme", 65536, 16, "ipmi", (500, 1000)),
    Row("6qa8fx", "ready", None, 0, 3, "", 8192, 4, "redfish", (120,)),
    Row("hecbnr", "new", None, 0, 1, "", 0, 0, "ipmi", ()),
    Row("r87gsa", "deployed", "admin", 2, 1, "kvm ci", 32768, 8, "virsh", (500,)),
    Row("s7bmet", "deployed", "user1", 2, 2, "nvme", 131072, 32, "ipmi", (960, 960)),
    Row("sqxcke", "failed_testing", None, 0, 2, "", 16384, 8, "ipmi", (250,)),
    Row("bnq86m", "allocated", "user1", 2, 1, "kvm", 8192, 4, "virsh", (250,)),
    Row("aerhef", "broken", "admin", 0, 3, "", 16384, 8, "ipmi", (250,)),
    Row("cpa6cy", "failed_commissioning", "admin", 0, 1, "", 4096, 2, "redfish", (120,)),
    Row("7q838e", "commissioning", "admin", 0, 1, "", 4096, 2, "virsh", (120,)),
    Row("efxppq", "deploying", "admin", 2, 1, "ci", 16384, 8, "virsh", (250,)),
    Row("thtgw7", "failed_deployment", "admin", 2, 1, "ci", 16384, 8, "ipmi", (250,)),
    Row("gtdyea", "rescue_mode", "admin", 0, 3, "", 16384, 8, "ipmi", (250,)),
    Row("krk7hf", "releasing", "user1", 2, 1, "", 16384, 8, "virsh", (250,)),
    Row("r38rcw", "testing", "admin", 0, 1, "", 16384, 8, "ipmi", (250,)),
    Row("t8dy33", "ready", None, 0, 1, "kvm", 4096, 2, "virsh", (60,)),
    Row("qeqkrr", "ready", None, 2, 3, "nvme", 49152, 12, "redfish", (250, 250)),
    Row("achspc", "new", None, 0, 1, "", 0, 0, "manual", ()),
)
_SERIES = {"node-05": "noble", "node-06": "jammy", "node-12": "noble", "node-13": "noble"}
_MESSAGES = {
    "node-07": "Failed testing - 1 test failed",
    "node-10": "Failed commissioning - Node operation 'Commissioning' timed out after 30 minutes.",
    "node-13": "Node installation failure - Node installation failure: curtin",
    "node-16": "Running test - smartctl-validate on sda",
}


def furnish(world: World) -> None:
    """Replace everything in the region."""
    world.pools = {n: Named(n, name) for n, name in enumerate(("default", "gpu", "general"))}
    world.pools[1].description = "GPU machines"
    world.zones = {name: Named(n, name) for n, name in enumerate(("default", "rack-a", "rack-b"), 1)}
    world.zones["rack-a"].description = "Row 1, rack A"
    world.tags = {name: Tag(name) for name in ("gpu", "nvme", "kvm", "ci", "virtual")}
    world.tags["gpu"] = Tag("gpu", "has a GPU", "", "nouveau.modeset=0")
    world.spaces = {1: Named(1, "lab-space")}
    world.fabrics = {0: Named(0, "fabric-0"), 1: Named(1, "lab"), 2: Named(2, "fabric-2")}
    world.vlans = {
        5001: Vlan(5001, 0), 5005: Vlan(5005, 2), 5003: Vlan(5003, 1, 10, "storage", 9000),
        5004: Vlan(5004, 1, 20, "tenant", space=1), 5002: Vlan(5002, 1, dhcp_on=True, space=1, primary_rack="bhkhab"),
    }  # fmt: skip
    world.subnets = {
        1: Subnet(1, "lab-pxe", "10.20.0.0/24", 5002, "10.20.0.1", ["10.20.0.1"]),
        2: Subnet(2, "lab-storage", "10.20.10.0/24", 5003),
        3: Subnet(3, "lab-tenant", "10.20.20.0/24", 5004, "10.20.20.1"),
    }
    world.ranges = {1: IpRange(1, "dynamic", "10.20.0.200", "10.20.0.250", 1, "PXE")}
    world.racks = [Controller("bhkhab", "rack01", 2, "3.7.3", {"rackd": ("unknown", ""), "dhcpd": ("unknown", "")})]
    world.regions = [Controller("wkx78b", "vm", 3, "3.7.3", {})]
    names = ("jammy amd64/ga-22.04", "jammy amd64/hwe-22.04", "noble amd64/ga-24.04", "noble arm64/ga-24.04")
    split = (name.split() for name in names)
    world.images = {n: Image(n, f"ubuntu/{name}", kernel) for n, (name, kernel) in enumerate(split, 1)}
    world.config["maas_name"] = "maas-test"
    world.notifications = [Notification(2, "deprecation_MD6_admins", "warning", "DHCP snippets are deprecated.")]
    world.machines = {}
    for number, row in enumerate(ROWS, 1):
        machine = world.machines[row.system_id] = _machine(world, number, row)
        if machine.hostname == "node-13":
            found = (row.system_id, machine.hostname, "ERROR", "Node installation failure", "Node installation failure")
            world.events.append(Event(world.new_id(), *found, 0.0))
        found = (row.system_id, machine.hostname, "INFO", "Script", "maas-lshw timed out")
        world.events.append(Event(world.new_id(), *found, 0.0))


def _machine(world: World, number: int, row: Row) -> Machine:
    name = f"node-{number:02}"
    machine = Machine(row.system_id, name, f"00000000-0000-4000-8000-{number:012}", owner=row.owner)
    machine.status, machine.pool, machine.zone = STATUS[row.status], row.pool, row.zone
    machine.tags, machine.memory, machine.cpu_count = row.tags.split(), row.memory, row.threads
    machine.power_type, machine.locked = row.power_type, name == "node-06"
    machine.power_parameters = {
        "power_user": "maas", "power_driver": "LAN_2_0", "power_address": f"10.20.0.{100 + number}",
        "cipher_suite_id": "17", "power_boot_type": "auto", "privilege_level": "OPERATOR",
        "workaround_flags": ["opensesspriv"], "power_pass": "secret",
    }  # fmt: skip
    is_new = row.status == "new"
    nics = [("eth0", 5002)] if is_new else [("enp1s0", 5002), ("enp2s0", 5005)]
    for index, (nic, vlan) in enumerate(nics, 1):
        mac = f"52:54:00:{index:02x}:00:{number:02x}"
        machine.interfaces.append(Interface(world.new_id(), nic, "physical", mac, vlan, link_speed=10000))
    machine.boot_interface = machine.interfaces[0].id
    machine.commissioned = not is_new
    machine.power_state = "unknown" if row.power_type == "manual" else _power(row.status)
    if is_new:
        machine.previous_status = STATUS["new"]
        return machine
    names = ("nvme0n1", "nvme1n1") if len(row.disks) > 1 else ("sda",)
    machine.disks = [Disk(world.new_id(), disk, size * GB, ["ssd"]) for disk, size in zip(names, row.disks)]
    machine.numa_nodes = [{"memory": row.memory, "cores": list(range(row.threads)), "hugepages_set": []}]
    reset_network(world, machine)
    apply(world, machine, "flat")
    machine.interfaces[0].discovered = [(1, f"10.20.0.{200 + number}")]
    _history(world, machine)
    if machine.hostname in _MESSAGES:
        machine.status_action, machine.status_message = "", _MESSAGES[name]
    if name in ("node-05", "node-06"):
        machine.annotations = {"deployed-by": str(row.owner), "purpose": "sample"}
    machine.error_description = "Marked broken: fan failure" if name == "node-09" else ""
    return machine


def _power(status: str) -> str:
    busy = ("deployed", "commissioning", "deploying", "failed_deployment", "rescue_mode", "releasing", "testing")
    return "on" if status in busy else "off"


def _history(world: World, machine: Machine) -> None:
    commissioning = {"node-10": FAILED, "node-11": RUNNING}.get(machine.hostname, PASSED)
    testing = {"node-07": FAILED, "node-11": PENDING, "node-16": RUNNING}.get(machine.hostname, PASSED)
    for kind, status in ((COMMISSIONING, commissioning), (TESTING, testing)):
        found = new_set(world, machine, kind, select("", [], kind), status)
        for result in found.results:
            result.started = result.ended = 1795369076.413574
    if machine.hostname in _SERIES:
        machine.osystem, machine.distro_series = "ubuntu", _SERIES[machine.hostname]
        machine.hwe_kernel = {"noble": "ga-24.04", "jammy": "ga-22.04"}[machine.distro_series]
        machine.scripts[INSTALLATION] = ScriptSet(world.new_id(), INSTALLATION, [Result(world.new_id(), "x", PASSED)])
        machine.interfaces[0].links[0].ip_address = f"10.20.0.{20 + int(machine.hostname[-2:])}"
