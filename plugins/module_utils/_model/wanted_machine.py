# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task wants of a MAAS machine; ``None`` is "not said" everywhere. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Params = t.Mapping[str, t.Any]
LONGEST_NAME = 15  # of an interface, in Linux


@dataclass(frozen=True)
class WantedLink:
    """A link of an interface. ``subnet`` is a name, a CIDR or an id; ``mode`` is auto, dhcp, static or link_up."""

    mode: str
    subnet: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class WantedInterface:
    """An interface by name. ``kind`` is physical, bond, vlan or bridge, ``None`` for whatever is there.

    ``params`` are fields of MAAS such as ``bond_mode``. ``vid`` and ``fabric`` name the VLAN that it is on. ``links``
    are all links that it shall have; ``mac`` finds a physical one that has another name yet.
    """

    name: str
    kind: str | None = None
    absent: bool = False
    mac: str | None = None
    parents: tuple[str, ...] | None = None
    params: Params = field(default_factory=dict)
    vid: int | None = None
    fabric: str | None = None
    mtu: int | None = None
    links: tuple[WantedLink, ...] | None = None


@dataclass(frozen=True)
class Gateway:
    """Where the default route goes: over a link of an interface, to that subnet if it has several."""

    interface: str
    subnet: str | None = None


@dataclass(frozen=True)
class WantedStorage:
    """The storage layout. Sizes are bytes; ``root_device`` and ``boot_disk`` are names of disks."""

    layout: str | None = None
    boot_disk: str | None = None
    root_device: str | None = None
    boot_size: int | None = None
    root_size: int | None = None
    vg_name: str | None = None
    lv_name: str | None = None
    lv_size: int | None = None


@dataclass(frozen=True, repr=False)
class WantedPower:
    """How MAAS switches the machine. ``secrets`` are sent with a change of the rest, or always if ``renew``."""

    kind: str | None = None
    params: Params = field(default_factory=dict)
    secrets: Params = field(default_factory=dict)
    renew: bool = False
    skip_check: bool = False


@dataclass(frozen=True)
class Commissioning:
    """How to commission and test. ``tests`` is empty for none, ``None`` for what MAAS takes by itself."""

    scripts: tuple[str, ...] | None = None
    tests: tuple[str, ...] | None = None
    parameters: Params = field(default_factory=dict)
    enable_ssh: bool | None = None
    skip_bmc_config: bool | None = None
    skip_networking: bool | None = None
    skip_storage: bool | None = None


@dataclass(frozen=True)
class Permissions:
    """What the task may do beyond harmless changes; each is its option of the same name."""

    release: bool = False
    erase: str = "none"
    change_owned: bool = False
    accept_failed_tests: bool = False
    broken: str = "refuse"
    recommission: bool = False
    retest: bool = False


@dataclass(frozen=True)
class WantedMachine:
    """One machine of a task. ``name`` is a host name, with or without domain, a ``system_id`` or a MAC address."""

    name: str
    ready: bool = False
    hostname: str | None = None
    domain: str | None = None
    description: str | None = None
    pool: str | None = None
    zone: str | None = None
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    swap_size: str | None = None
    locked: bool | None = None
    power: WantedPower | None = None
    storage: WantedStorage | None = None
    interfaces: tuple[WantedInterface, ...] = ()
    gateway: Gateway | None = None
    commissioning: Commissioning = field(default_factory=Commissioning)
    permissions: Permissions = field(default_factory=Permissions)
