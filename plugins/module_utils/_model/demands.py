# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster wants of its machines. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

CONTROL_PLANE, WORKER = "control_plane", "worker"
PRE_DEPLOY, POST_DEPLOY = "pre_deploy", "post_deploy"


@dataclass(frozen=True)
class RoleDemands:
    """What machines of one role must have; ``None`` and empty is "no demand".

    ``machines``, ``pool``, ``zones``, ``tags`` and ``without_tags`` choose the candidates; the rest judges them.
    Units: ``cores`` physical cores, memory and ``hugepages`` MiB, disks bytes, ``speed`` Mbit/s. ``spare`` machines are
    to be left for rolling upgrades. Left to itself, ``allow_virtual`` forbids virtual workers and lets others pass with
    a warning, and ``hardware_virtualization`` is demanded of workers.
    """

    name: str
    count: int | None = None
    spare: int = 1
    machines: tuple[str, ...] = ()
    pool: str | None = None
    zones: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    architecture: str | None = "amd64"
    cores: int | None = None
    memory: int | None = None
    memory_recommended: int | None = None
    boot_disk: int | None = None
    boot_disk_recommended: int | None = None
    data_disks: int | None = None
    data_disk_size: int | None = None
    nics: int | None = None
    speed: int | None = None
    bridge: str | None = None
    bond_modes: tuple[str, ...] = ()
    vlans: tuple[int, ...] = ()
    allow_virtual: bool | None = None
    hardware_virtualization: bool | None = None
    hugepages: int | None = None
    sriov: bool = False
    gpu: bool = False
    passthrough: bool = False

    @property
    def is_selective(self) -> bool:
        """Tell whether candidates are chosen by anything."""
        return bool(self.machines or self.pool or self.zones or self.tags or self.without_tags)

    @property
    def runs_vms(self) -> bool:
        """Tell whether virtual machines are to run here."""
        return self.hardware_virtualization if self.hardware_virtualization is not None else self.name == WORKER


@dataclass(frozen=True)
class Thresholds:
    """Where a number begins to matter. Seconds, days, hours, parts of one."""

    minimum_version: tuple[int, int, int] = (3, 3, 0)
    clock_skew_warn: float = 60.0
    clock_skew_fail: float = 240.0
    memory_tolerance: float = 0.97
    commissioning_days: int = 90
    events_hours: int = 24
    image_days: int = 180
    free_addresses: int = 16
    node_memory: float = 0.93
    join_minutes: int = 30
    erase_disk_gb: int = 1000
    heartbeat_minutes: int = 5


@dataclass(frozen=True)
class Demands:
    """All that a cluster wants.

    ``networks`` are names or CIDRs of the subnets that its machines use, ``pods`` and ``services`` CIDRs, ``vips``
    addresses or ranges ``first-last``, ``nodes`` Kubernetes Node objects, ``vm_memory`` MiB of all VMs together,
    ``startup_timeout`` seconds, ``owner`` the MAAS user who deploys; ``sets_swap``: what deploys turns swap off by
    itself, as the Cluster API provider for MAAS does. ``overrides`` maps ids of checks to the
    severity that replaces fail and warn; ``only`` and ``ignore`` are ids, or areas such as ``n``.
    """

    roles: tuple[RoleDemands, ...] = ()
    mode: str = PRE_DEPLOY
    preset: str | None = None
    image: str | None = None
    domain: str | None = None
    networks: tuple[str, ...] = ()
    pods: str | None = None
    services: str | None = None
    vips: tuple[str, ...] = ()
    preferred_subnets: tuple[str, ...] = ()
    owner: str | None = None
    cluster_name: str | None = None
    api_endpoint: str | None = None
    vm_memory: int | None = None
    live_migration: bool = True
    nested: bool = False
    in_memory: bool = False
    lxd_hosts: bool = False
    sets_swap: bool = True
    startup_timeout: int | None = None
    nodes: tuple[t.Mapping[str, t.Any], ...] | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    overrides: t.Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def role(self, name: str) -> RoleDemands | None:
        """Return the demands of a role, ``None`` if there is no such role."""
        return next((role for role in self.roles if role.name == name), None)
