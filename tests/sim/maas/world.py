# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one region: everything it keeps, the ids it gives out, and the clock that moves machines on."""

from __future__ import annotations

import dataclasses
import ipaddress
import time
import typing as t

from tests.sim.maas.model import (
    Controller,
    DnsResource,
    Domain,
    Event,
    Image,
    Interface,
    IpRange,
    Link,
    Machine,
    Named,
    Notification,
    Object,
    StaticRoute,
    Subnet,
    Tag,
    Vlan,
)

# What each line of MAAS is taken to be; the newest patch releases, without known bugs.
RELEASES = {"3.3": "3.3.9", "3.4": "3.4.8", "3.5": "3.5.10", "3.6": "3.6.3", "3.7": "3.7.3"}

Flow = t.Generator[float, None, None]


@dataclasses.dataclass
class Timings:
    """Seconds that each stage of a machine takes. With ``polls`` they count GET requests instead of seconds."""

    power: float = 0.02
    commissioning: float = 0.05
    testing: float = 0.05
    deploying: float = 0.05
    releasing: float = 0.05
    erasing: float = 0.05
    rescue: float = 0.05
    aborting: float = 0.02
    tagging: float = 0.05
    polls: bool = False

    @classmethod
    def by_polls(cls, count: int = 2) -> Timings:
        """Each stage ends after so many GET requests: no test has to sleep."""
        stages = [field.name for field in dataclasses.fields(cls) if field.name != "polls"]
        waits: dict[str, t.Any] = dict.fromkeys(stages, float(count))
        return cls(**waits, polls=True)

    @classmethod
    def demo(cls) -> Timings:
        return cls(0.2, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 0.2, 0.5)


class World:
    """Everything by id or by name. The maker of a change calls ``forget`` for machines whose JSON it changed."""

    def __init__(self, version: str, timings: Timings) -> None:
        self.version = RELEASES.get(version, version)
        self.release = tuple(int(part) for part in self.version.split(".")[:2])
        self.timings = timings
        self.machines: dict[str, Machine] = {}
        self.pools: dict[int, Named] = {0: Named(0, "default", "Default pool")}
        self.zones: dict[str, Named] = {"default": Named(1, "default")}
        self.spaces: dict[int, Named] = {}
        self.fabrics: dict[int, Named] = {}
        self.vlans: dict[int, Vlan] = {}
        self.subnets: dict[int, Subnet] = {}
        self.ranges: dict[int, IpRange] = {}
        self.routes: dict[int, StaticRoute] = {}
        self.domains: dict[int, Domain] = {0: Domain(0, "maas")}
        self.dns: dict[int, DnsResource] = {}
        self.tags: dict[str, Tag] = {}
        self.racks: list[Controller] = []
        self.regions: list[Controller] = []
        self.images: dict[int, Image] = {}
        self.is_importing = False
        self.notifications: list[Notification] = []
        self.config: Object = {}
        self.events: list[Event] = []
        self.rendered: dict[str, str] = {}
        # Machines that a test holds in its hands, and may change at any time.
        self.handed_out: set[str] = set()
        self._flows: list[tuple[float, Machine | None, Flow]] = []
        self._ids = 5000
        self._polls = 0

    def new_id(self) -> int:
        self._ids += 1
        return self._ids

    def new_machine_id(self) -> str:
        letters, number = "4678abcdefghkmnpqrstwxy3", self.new_id() * 48271 % 24**6
        return "".join(letters[number // 24**place % 24] for place in range(6))

    def now(self) -> float:
        return float(self._polls) if self.timings.polls else time.monotonic()

    def poll(self) -> None:
        self._polls += 1
        self.advance()

    def advance(self) -> None:
        """Carry on with what is due by now. Called before each answer, so no thread of its own is needed."""
        due = [entry for entry in self._flows if entry[0] <= self.now()]
        self._flows = [entry for entry in self._flows if entry[0] > self.now()]
        for when, machine, flow in due:
            self._step(when, machine, flow)

    def start(self, machine: Machine | None, flow: Flow) -> None:
        """Run a flow: a generator that yields how long to wait before its next step."""
        self._step(self.now(), machine, flow)

    def settle(self) -> None:
        """Let everything that is under way come to its end at once."""
        while self._flows:
            _when, machine, flow = self._flows.pop(0)
            for _wait in flow:
                pass
            self.forget(machine)

    def stop(self, machine: Machine) -> None:
        self._flows = [entry for entry in self._flows if entry[1] is not machine]

    def _step(self, when: float, machine: Machine | None, flow: Flow) -> None:
        while when <= self.now():
            try:
                when += next(flow)
            except StopIteration:
                self.forget(machine)
                return
            self.forget(machine)
        self._flows.append((when, machine, flow))

    def forget(self, machine: Machine | None = None) -> None:
        """Drop the cached JSON of one machine, or of all."""
        if machine is None:
            self.rendered.clear()
        else:
            self.rendered.pop(machine.system_id, None)

    def note(self, machine: Machine, kind: str, description: str = "", level: str = "INFO") -> None:
        """Log an event; what is not for administrators only becomes the status message, too."""
        event = Event(self.new_id(), machine.system_id, machine.hostname, level, kind, description, time.time())
        self.events.append(event)
        if level != "AUDIT":
            machine.status_message = f"{kind} - {description}" if description else kind
            machine.status_action = ""

    def pool_named(self, name: str) -> Named | None:
        return next((pool for pool in self.pools.values() if pool.name == name), None)

    def zone_of(self, machine: Machine) -> Named:
        return next(zone for zone in self.zones.values() if zone.id == machine.zone)

    def domain_named(self, name: str) -> Domain | None:
        return next((domain for domain in self.domains.values() if name in (domain.name, str(domain.id))), None)

    def subnets_of(self, vlan: int) -> list[Subnet]:
        return [subnet for subnet in self.subnets.values() if subnet.vlan == vlan]

    def links(self) -> t.Iterator[tuple[Machine, Interface, Link]]:
        for machine in self.machines.values():
            for interface in machine.interfaces:
                for link in interface.links:
                    yield machine, interface, link

    def used_addresses(self) -> dict[str, tuple[Machine, Interface]]:
        return {link.ip_address: (m, i) for m, i, link in self.links() if link.ip_address}

    def free_address(self, subnet: Subnet) -> str | None:
        """The next address that MAAS would hand out: outside every range, not used, not the gateway."""
        used = self.used_addresses().keys() | {subnet.gateway_ip}
        held = [found for found in self.ranges.values() if found.subnet == subnet.id]
        spans = [(int(ipaddress.ip_address(r.start_ip)), int(ipaddress.ip_address(r.end_ip))) for r in held]
        for address in ipaddress.ip_network(subnet.cidr).hosts():
            if str(address) not in used and not any(low <= int(address) <= high for low, high in spans):
                return str(address)
        return None
