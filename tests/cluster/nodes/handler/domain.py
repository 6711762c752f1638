# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A libvirt domain: what virt-handler knows of a guest beside the VMI."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from tests.cluster.nodes.objects import Object, condition, is_true, name, status

ABSENT = "absent"


class Pause(t.NamedTuple):
    """Why a guest is paused, as the Paused condition tells it."""

    reason: str
    message: str


BY_USER = Pause("PausedByUser", "VMI was paused by user")
IO_ERROR = Pause("PausedIOError", "VMI was paused, low-level IO error detected")


class Step(enum.Enum):
    """Where a migration is; each step ends with one update of the VMI."""

    PREPARE = enum.auto()
    START = enum.auto()
    COPY = enum.auto()
    FINALIZE = enum.auto()
    DONE = enum.auto()


@dataclasses.dataclass
class Migration:
    """One live migration, by the uid of its VirtualMachineInstanceMigration."""

    uid: str
    step: Step = Step.PREPARE
    copying_since: float = 0.0
    sources: list[str] = dataclasses.field(default_factory=list)
    """The uids of the launcher pods that are left behind."""


@dataclasses.dataclass
class Domain:
    """Times are of the monotonic clock."""

    attached: set[str]
    """The names of volumes that the guest has, or will have with its next look at the bus."""
    interfaces: set[str]
    booted_at: float | None
    """When boot or reboot began; None where it was before this process."""
    targets: dict[str, str] = dataclasses.field(default_factory=dict)
    """Device names, such as vda, by volume."""
    agent: bool = False
    paused: Pause | None = None
    frozen: bool = False
    memory: str = ""
    """Guest memory after a hotplug; empty: as at boot."""
    shutdown_since: float | None = None
    migration: Migration | None = None

    @classmethod
    def new(cls, vmi: Object, now: float) -> Domain:
        """Return the domain of a VMI that boots now."""
        volumes = vmi["spec"].get("volumes") or []
        return cls({name for name in map(_plugged_at_boot, volumes) if name}, interfaces(vmi), now)

    @classmethod
    def recovered(cls, vmi: Object) -> Domain:
        """Return the domain of a VMI that runs already, as far as its status tells."""
        domain = cls.new(vmi, 0.0)
        domain.booted_at = None
        domain.agent = is_true(vmi, "AgentConnected")
        paused = condition(vmi, "Paused")
        if paused:
            domain.paused = Pause(paused.get("reason", ""), paused.get("message", ""))
        domain.frozen = status(vmi).get("fsFreezeStatus") == "frozen"
        domain.targets = {
            found["name"]: found["target"] for found in status(vmi).get("volumeStatus") or [] if found.get("target")
        }
        domain.attached |= set(domain.targets)
        return domain

    def reboot(self, now: float) -> None:
        """The guest starts again within its domain."""
        self.agent, self.booted_at = False, now

    def uptime(self, now: float) -> float:
        return float("inf") if self.booted_at is None else now - self.booted_at


def interfaces(vmi: Object) -> set[str]:
    """Return the names of the interfaces that a VMI is to have."""
    return {found["name"] for found in device_list(vmi, "interfaces") if found.get("state") != ABSENT}


def device_list(vmi: Object, kind: str) -> list[Object]:
    return list(vmi["spec"]["domain"]["devices"].get(kind) or [])


def volume_names(vmi: Object) -> set[str]:
    """Return the names of all volumes in the spec, utility volumes (1.8) included."""
    return {found["name"] for kind in ("volumes", "utilityVolumes") for found in vmi["spec"].get(kind) or []}


def _plugged_at_boot(volume: Object) -> str:
    source = volume.get("persistentVolumeClaim") or volume.get("dataVolume") or {}
    hotplugged = source.get("hotpluggable") or "memoryDump" in volume
    return "" if hotplugged else str(volume["name"])


def describe(vmi: Object) -> str:
    """Return the name for a log."""
    return f"{vmi['metadata']['namespace']}/{name(vmi)}"
