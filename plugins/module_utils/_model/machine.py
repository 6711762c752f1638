# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A MAAS machine as a value: every field may be unknown. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.disk import Disk
from ansible_collections.vmo.core.plugins.module_utils._model.interface import Interface, Layout
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import (
    Tree,
    flag,
    known_list,
    mapping,
    positive,
    text,
    texts,
    tree,
    trees,
    whole,
)

# Numbers of the field ``status``; the labels cannot be derived from the names of filters, so numbers are compared.
NEW, COMMISSIONING, FAILED_COMMISSIONING, MISSING, READY, RESERVED, DEPLOYED, RETIRED, BROKEN = range(9)
DEPLOYING, ALLOCATED, FAILED_DEPLOYMENT, RELEASING, FAILED_RELEASING, DISK_ERASING, FAILED_DISK_ERASING = range(9, 16)
RESCUE, ENTERING_RESCUE, FAILED_ENTERING_RESCUE, EXITING_RESCUE, FAILED_EXITING_RESCUE = range(16, 21)
TESTING, FAILED_TESTING = 21, 22
FAILED = frozenset(
    {
        FAILED_COMMISSIONING,
        FAILED_DEPLOYMENT,
        FAILED_RELEASING,
        FAILED_DISK_ERASING,
        FAILED_ENTERING_RESCUE,
        FAILED_EXITING_RESCUE,
        FAILED_TESTING,
    }
)
IN_PROGRESS = frozenset({COMMISSIONING, DEPLOYING, RELEASING, DISK_ERASING, ENTERING_RESCUE, EXITING_RESCUE, TESTING})
TAKEN = frozenset({RESERVED, ALLOCATED, DEPLOYED, DEPLOYING})

# Numbers of the status of scripts.
PASSED, SCRIPT_FAILED, TIMED_OUT, ABORTED, DEGRADED, SKIPPED = 2, 3, 4, 5, 6, 9
NEVER_RAN = -1

TEST_KINDS = ("cpu", "memory", "network", "storage", "interface", "other")


@dataclass(frozen=True)
class NumaNode:
    """A NUMA node: ``cpus`` logical CPUs, ``memory`` MiB, ``hugepages`` page size in bytes to number of pages."""

    index: int | None
    cpus: int | None
    memory: int | None
    hugepages: t.Mapping[int, int]

    @classmethod
    def of(cls, raw: Tree) -> NumaNode:
        """Read an item of ``numanode_set``."""
        cpus = known_list(raw, "cores")
        pages = {
            size: whole(page, "total") or 0
            for page in trees(raw.get("hugepages_set"))
            for size in [positive(page, "page_size")]
            if size is not None
        }
        return cls(whole(raw, "index"), None if cpus is None else len(cpus), whole(raw, "memory"), pages)


@dataclass(frozen=True)
class Machine:
    """A machine. ``None`` is "not known", an empty tuple "none"; ``fields`` names what the server told at all.

    Units: ``memory`` MiB, ``cpu_count`` threads, ``swap_size`` bytes, disks bytes, interfaces Mbit/s.
    """

    system_id: str
    fields: frozenset[str] = frozenset()
    hostname: str | None = None
    fqdn: str | None = None
    hardware_uuid: str | None = None
    domain: str | None = None
    owner: str | None = None
    locked: bool | None = None
    status: int | None = None
    status_name: str = "of unknown status"
    status_message: str | None = None
    error_description: str | None = None
    power_type: str | None = None
    power_state: str | None = None
    cpu_count: int | None = None
    memory: int | None = None
    swap_size: int | None = None
    architecture: str | None = None
    boot_method: str | None = None
    osystem: str | None = None
    distro_series: str | None = None
    hwe_kernel: str | None = None
    min_hwe_kernel: str | None = None
    ephemeral_deploy: bool | None = None
    tags: frozenset[str] = frozenset()
    pool: str | None = None
    zone: str | None = None
    addresses: tuple[str, ...] = ()
    gateway: str | None = None
    gateway_link: int | None = None
    boot_interface: Interface | None = None
    layout: Layout = field(default_factory=Layout)
    boot_disk: Disk | None = None
    disks: tuple[Disk, ...] = ()
    virtual_disks: tuple[Disk, ...] = ()
    numa: tuple[NumaNode, ...] = ()
    hardware: t.Mapping[str, str] = field(default_factory=dict)
    commissioning_status: int | None = None
    testing_status: int | None = None
    tests: t.Mapping[str, int] = field(default_factory=dict)
    annotations: t.Mapping[str, str] = field(default_factory=dict)
    hardware_sync: bool | None = None
    last_sync: str | None = None
    sync_interval: int | None = None
    is_dpu: bool | None = None
    is_composed: bool = False

    @classmethod
    def of(cls, raw: Tree) -> Machine:
        """Read an item of ``machines/`` of any supported version."""
        return cls(
            system_id=text(raw, "system_id") or "?",
            fields=frozenset(name for name in raw if isinstance(name, str)),
            **_identity(raw),
            **_state(raw),
            **_hardware(raw),
            **_network(raw),
            **_storage(raw),
        )

    @property
    def name(self) -> str:
        """Return what people call the machine."""
        return self.hostname or self.fqdn or self.system_id

    @property
    def names(self) -> frozenset[str]:
        """Return every name by which an option may mean the machine, in lower case."""
        return frozenset(name.lower() for name in (self.system_id, self.hostname, self.fqdn) if name)

    @property
    def arch(self) -> str | None:
        """Return the architecture without its flavour."""
        return self.architecture.split("/")[0] if self.architecture else None

    def tells(self, name: str) -> bool:
        """Tell whether the server said something about a field, be it "none"."""
        return name in self.fields

    @property
    def spare_disks(self) -> tuple[Disk, ...]:
        """Return physical disks that are neither the boot disk nor removable, whatever is on them."""
        boot = self.boot_disk.name if self.boot_disk else None
        return tuple(
            disk
            for disk in self.disks
            if disk.kind == "physical" and disk.name != boot and "removable" not in disk.tags
        )


def _identity(raw: Tree) -> dict[str, t.Any]:
    tags = raw.get("tag_names")
    return {
        "hostname": text(raw, "hostname"),
        "fqdn": text(raw, "fqdn"),
        "hardware_uuid": (text(raw, "hardware_uuid") or "").lower() or None,
        "domain": text(tree(raw, "domain"), "name"),
        "tags": frozenset(texts(tags)),
        "pool": text(tree(raw, "pool"), "name"),
        "zone": text(tree(raw, "zone"), "name"),
        "annotations": {
            str(key): str(value)
            for key, value in (tree(raw, "workload_annotations") or tree(raw, "owner_data")).items()
        },
    }


def _state(raw: Tree) -> dict[str, t.Any]:
    power_type = raw.get("power_type")
    tests = {kind: whole(raw, f"{kind}_test_status") for kind in TEST_KINDS}
    return {
        "owner": text(raw, "owner"),
        "locked": flag(raw, "locked"),
        "status": whole(raw, "status"),
        "status_name": text(raw, "status_name") or "of unknown status",
        "status_message": text(raw, "status_message"),
        "error_description": text(raw, "error_description"),
        # an empty power type is a statement: none is set
        "power_type": power_type if isinstance(power_type, str) else None,
        "power_state": text(raw, "power_state"),
        "osystem": text(raw, "osystem"),
        "distro_series": text(raw, "distro_series"),
        "ephemeral_deploy": flag(raw, "ephemeral_deploy"),
        "commissioning_status": whole(raw, "commissioning_status"),
        "testing_status": whole(raw, "testing_status"),
        "tests": {kind: status for kind, status in tests.items() if status is not None},
        "hardware_sync": flag(raw, "enable_hw_sync"),
        "last_sync": text(raw, "last_sync"),
        "sync_interval": positive(raw, "sync_interval"),
    }


def _hardware(raw: Tree) -> dict[str, t.Any]:
    found = tree(raw, "hardware_info")
    told = {name: text(found, name) for name in found}
    return {
        "cpu_count": positive(raw, "cpu_count"),
        "memory": positive(raw, "memory"),
        "swap_size": whole(raw, "swap_size"),
        "architecture": text(raw, "architecture"),
        "boot_method": text(raw, "bios_boot_method"),
        "hwe_kernel": text(raw, "hwe_kernel"),
        "min_hwe_kernel": text(raw, "min_hwe_kernel"),
        "numa": tuple(NumaNode.of(node) for node in trees(raw.get("numanode_set"))),
        "hardware": {name: value for name, value in told.items() if value is not None},
        "is_dpu": flag(raw, "is_dpu"),
        "is_composed": bool(raw.get("pod")) or whole(raw, "virtualmachine_id") is not None,
    }


def _network(raw: Tree) -> dict[str, t.Any]:
    boot = mapping(raw.get("boot_interface"))
    gateway = tree(tree(raw, "default_gateways"), "ipv4")
    return {
        "addresses": texts(raw.get("ip_addresses")),
        "gateway": text(gateway, "gateway_ip"),
        "gateway_link": whole(gateway, "link_id"),
        "boot_interface": Interface.of(boot) if boot else None,
        "layout": Layout(tuple(Interface.of(item) for item in trees(raw.get("interface_set")))),
    }


def _storage(raw: Tree) -> dict[str, t.Any]:
    boot = tree(raw, "boot_disk")
    field_of_disks = "physicalblockdevice_set" if "physicalblockdevice_set" in raw else "blockdevice_set"
    disks = tuple(Disk.of(item) for item in trees(raw.get(field_of_disks)))
    return {
        "boot_disk": Disk.of(boot) if boot else None,
        "disks": tuple(disk for disk in disks if disk.kind == "physical"),
        "virtual_disks": tuple(Disk.of(item) for item in trees(raw.get("virtualblockdevice_set"))),
    }
