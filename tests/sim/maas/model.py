# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the region knows, as plain values that tests and planted faults may change at will."""

from __future__ import annotations

import dataclasses
import typing as t

Object = dict[str, t.Any]

# number -> (label, name of the filter); the labels cannot be derived from the names.
STATUSES = {
    0: ("New", "new"), 1: ("Commissioning", "commissioning"), 2: ("Failed commissioning", "failed_commissioning"),
    3: ("Missing", "missing"), 4: ("Ready", "ready"), 5: ("Reserved", "reserved"), 6: ("Deployed", "deployed"),
    7: ("Retired", "retired"), 8: ("Broken", "broken"), 9: ("Deploying", "deploying"), 10: ("Allocated", "allocated"),
    11: ("Failed deployment", "failed_deployment"), 12: ("Releasing", "releasing"),
    13: ("Releasing failed", "failed_releasing"), 14: ("Disk erasing", "disk_erasing"),
    15: ("Failed disk erasing", "failed_disk_erasing"), 16: ("Rescue mode", "rescue_mode"),
    17: ("Entering rescue mode", "entering_rescue_mode"),
    18: ("Failed to enter rescue mode", "failed_entering_rescue_mode"),
    19: ("Exiting rescue mode", "exiting_rescue_mode"),
    20: ("Failed to exit rescue mode", "failed_exiting_rescue_mode"),
    21: ("Testing", "testing"), 22: ("Failed testing", "failed_testing"),
}  # fmt: skip
STATUS = {name: number for number, (_label, name) in STATUSES.items()}

SCRIPT_STATUSES = {
    -1: "Unknown", 0: "Pending", 1: "Running", 2: "Passed", 3: "Failed", 4: "Timed out", 5: "Aborted", 6: "Degraded",
    7: "Installing dependencies", 8: "Failed installing dependencies", 9: "Skipped",
    10: "Applying custom network configuration", 11: "Failed to apply custom network configuration",
}  # fmt: skip
PENDING, RUNNING, PASSED, FAILED, TIMED_OUT, ABORTED = range(6)
HARDWARE_TYPES = {0: "Node", 1: "CPU", 2: "Memory", 3: "Storage", 4: "Network"}
COMMISSIONING, INSTALLATION, TESTING = range(3)


@dataclasses.dataclass
class User:
    """``key`` is the API key: consumer key, token key and token secret."""

    username: str
    is_superuser: bool
    key: tuple[str, str, str]


@dataclasses.dataclass
class Named:
    """A zone, resource pool, space or fabric."""

    id: int
    name: str
    description: str = ""


@dataclasses.dataclass
class Vlan:
    id: int
    fabric: int
    vid: int = 0
    name: str = "untagged"
    mtu: int = 1500
    dhcp_on: bool = False
    space: int | None = None
    primary_rack: str | None = None
    secondary_rack: str | None = None
    relay_vlan: int | None = None
    external_dhcp: str | None = None


@dataclasses.dataclass
class Subnet:
    """``gateway_ip`` and ``dns_servers`` are addresses; ``vlan`` is an id."""

    id: int
    name: str
    cidr: str
    vlan: int
    gateway_ip: str | None = None
    dns_servers: list[str] = dataclasses.field(default_factory=list)
    managed: bool = True
    allow_dns: bool = True
    allow_proxy: bool = True
    active_discovery: bool = False
    rdns_mode: int = 2
    description: str = ""


@dataclasses.dataclass
class IpRange:
    id: int
    type: str
    start_ip: str
    end_ip: str
    subnet: int
    comment: str = ""
    user: str | None = None


@dataclasses.dataclass
class StaticRoute:
    id: int
    source: int
    destination: int
    gateway_ip: str
    metric: int = 0


@dataclasses.dataclass
class Domain:
    id: int
    name: str
    authoritative: bool = True
    ttl: int | None = None


@dataclasses.dataclass
class DnsResource:
    id: int
    name: str
    domain: int
    ip_addresses: list[str]
    address_ttl: int | None = None


@dataclasses.dataclass
class Tag:
    """``definition`` is an XPath over lshw; MAAS evaluates it later, in a job of its own."""

    name: str
    comment: str = ""
    definition: str = ""
    kernel_opts: str = ""


@dataclasses.dataclass
class Controller:
    """``services`` maps a name to (status, info)."""

    system_id: str
    hostname: str
    node_type: int
    version: str
    services: dict[str, tuple[str, str]]


@dataclasses.dataclass
class Image:
    """A boot resource; ``sets`` maps a version to whether it is complete."""

    id: int
    name: str
    architecture: str
    type: str = "Synced"
    sets: dict[str, bool] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Notification:
    id: int
    ident: str
    category: str
    message: str
    dismissable: bool = True


@dataclasses.dataclass
class Event:
    id: int
    system_id: str
    hostname: str
    level: str
    type: str
    description: str
    created: float
    username: str = "unknown"


@dataclasses.dataclass
class Link:
    id: int
    mode: str
    subnet: int | None = None
    ip_address: str | None = None


@dataclasses.dataclass
class Interface:
    """``parents`` are ids; ``discovered`` are (subnet, address) seen while booting; ``switch`` is what LLDP tells."""

    id: int
    name: str
    type: str
    mac_address: str
    vlan: int | None = None
    parents: list[int] = dataclasses.field(default_factory=list)
    links: list[Link] = dataclasses.field(default_factory=list)
    params: Object = dataclasses.field(default_factory=dict)
    tags: list[str] = dataclasses.field(default_factory=list)
    enabled: bool = True
    link_connected: bool = True
    interface_speed: int = 0
    link_speed: int = 0
    numa_node: int | None = 0
    sriov_max_vf: int = 0
    vendor: str | None = None
    product: str | None = None
    firmware_version: str | None = None
    discovered: list[tuple[int, str]] | None = None
    switch: str = ""


@dataclasses.dataclass
class Partition:
    id: int
    size: int
    uuid: str
    bootable: bool = False
    filesystem: Object | None = None


@dataclasses.dataclass
class Disk:
    """A block device; sizes in bytes. ``type`` is physical, or virtual for a logical volume."""

    id: int
    name: str
    size: int
    tags: list[str]
    model: str = ""
    serial: str = ""
    id_path: str = ""
    numa_node: int = 0
    type: str = "physical"
    partitions: list[Partition] = dataclasses.field(default_factory=list)
    filesystem: Object | None = None


@dataclasses.dataclass
class Result:
    """The outcome of one script. Times are seconds since the epoch."""

    id: int
    name: str
    status: int
    hardware_type: int = 0
    script_id: int | None = None
    started: float | None = None
    ended: float | None = None
    exit_status: int | None = None
    suppressed: bool = False
    stdout: bytes = b""


@dataclasses.dataclass
class ScriptSet:
    id: int
    type: int
    results: list[Result]


@dataclasses.dataclass
class Failure:
    """What goes wrong with the machine in a stage (commissioning, timeout, testing, deploying, releasing, power)."""

    stage: str
    times: int = 1


@dataclasses.dataclass
class Machine:
    """``commissioned`` tells whether the region has ever seen the hardware; before, it shows none of it.

    ``unseen`` are interfaces that the first commissioning will find, ``planted`` the checks that must find something.
    """

    system_id: str
    hostname: str
    hardware_uuid: str | None
    description: str = ""
    domain: int = 0
    status: int = 4
    owner: str | None = None
    annotations: dict[str, str] = dataclasses.field(default_factory=dict)
    locked: bool = False
    status_action: str | None = None
    status_message: str | None = None
    error_description: str = ""
    power_type: str = "ipmi"
    power_state: str = "off"
    power_parameters: Object = dataclasses.field(default_factory=dict)
    architecture: str = "amd64/generic"
    cpu_count: int = 0
    cpu_speed: int = 2400
    cpu_flags: list[str] = dataclasses.field(default_factory=list)
    memory: int = 0
    numa_nodes: list[Object] = dataclasses.field(default_factory=list)
    hardware_info: dict[str, str] = dataclasses.field(default_factory=dict)
    pci_devices: list[Object] = dataclasses.field(default_factory=list)
    swap_size: int | None = None
    min_hwe_kernel: str | None = None
    hwe_kernel: str | None = None
    osystem: str = ""
    distro_series: str = ""
    netboot: bool = True
    ephemeral_deploy: bool = False
    bios_boot_method: str | None = "uefi"
    tags: list[str] = dataclasses.field(default_factory=list)
    pool: int = 0
    zone: int = 1
    enable_hw_sync: bool = False
    sync_interval: int | None = None
    last_sync: str | None = None
    virtualmachine_id: int | None = None
    is_dpu: bool = False
    default_gateway: tuple[str, int] | None = None
    interfaces: list[Interface] = dataclasses.field(default_factory=list)
    unseen: list[Interface] = dataclasses.field(default_factory=list)
    disks: list[Disk] = dataclasses.field(default_factory=list)
    layout: str = "flat"
    boot_interface: int | None = None
    boot_disk: int | None = None
    scripts: dict[int, ScriptSet] = dataclasses.field(default_factory=dict)
    history: list[ScriptSet] = dataclasses.field(default_factory=list)
    commissioned: bool = True
    previous_status: int = 4
    failures: list[Failure] = dataclasses.field(default_factory=list)
    planted: list[str] = dataclasses.field(default_factory=list)

    @property
    def state(self) -> str:
        """The status by the name that filters have for it."""
        return STATUSES[self.status][1]

    @property
    def label(self) -> str:
        return STATUSES[self.status][0]

    def fails(self, stage: str) -> bool:
        """Whether the stage fails this time; a failure with ``times`` below zero never wears off."""
        found = next((failure for failure in self.failures if failure.stage == stage and failure.times), None)
        if found is not None:
            found.times -= 1
        return found is not None

    def interface(self, key: str | int) -> Interface | None:
        """By id or by name, as the paths of the API allow."""
        return next((i for i in self.interfaces if str(key) in (str(i.id), i.name)), None)

    def children(self, interface: Interface) -> list[Interface]:
        return [found for found in self.interfaces if interface.id in found.parents]

    def disk(self, key: str | int) -> Disk | None:
        return next((d for d in self.disks if str(key) in (str(d.id), d.name)), None)

    def result(self, kind: int, name: str) -> Result:
        return next(found for found in self.scripts[kind].results if found.name == name)
