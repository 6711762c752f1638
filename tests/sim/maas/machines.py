# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``machines/``: lists, allocation, changes and what a machine tells about itself."""

from __future__ import annotations

import re
import struct

from tests.sim.maas import filters, hardware, lifecycle
from tests.sim.maas.machine_documents import document
from tests.sim.maas.model import STATUS, Interface, Machine, Object
from tests.sim.maas.operations import start_commissioning
from tests.sim.maas.wire import ROUTES, Answer, Call, invalid, refuse

_ONE = "machines/{system_id}/"
_ARCHITECTURES = ("amd64/generic", "arm64/generic")
_POWER_TYPES = {
    "amt", "apc", "dli", "eaton", "hmc", "hmcz", "ipmi", "lxd", "manual", "moonshot", "mscm", "msftocs", "nova",
    "openbmc", "proxmox", "raritan", "recs_box", "redfish", "sm15k", "ucsm", "virsh", "vmware", "webhook", "wedge", "",
}  # fmt: skip
_CHOICE = "Select a valid choice. That choice is not one of the available choices."


@ROUTES.on("GET machines/")
def list_machines(call: Call) -> list[Machine]:
    return filters.select(call.world, call.visible_machines(), call.query)


@ROUTES.on("GET machines/ list_allocated")
def list_allocated(call: Call) -> list[Machine]:
    mine = (m for m in call.visible_machines() if m.owner == call.user.username)
    return [m for m in mine if m.status == STATUS["allocated"]]


@ROUTES.on("GET machines/ power_parameters", admin=True)
def all_power_parameters(call: Call) -> Object:
    chosen = call.query.all("id")
    return {m.system_id: m.power_parameters for m in call.visible_machines() if not chosen or m.system_id in chosen}


@ROUTES.on("POST machines/ allocate")
def allocate(call: Call) -> Object:
    if call.is_json:
        raise refuse(500, "'dict' object has no attribute 'lists'")
    machine = filters.allocatable(call.world, call.visible_machines(), call.data)
    if not call.post.true("dry_run"):
        lifecycle.acquire(call.world, machine, call.user.username)
    return {**document(call.world, machine), "constraints_by_type": {}}


@ROUTES.on("POST machines/ set_zone", admin=True)
def set_zone(call: Call) -> None:
    zone = call.world.zones.get(call.data.get("zone"))
    if zone is None:
        raise invalid({"zone": _CHOICE})
    for system_id in call.data.all("nodes"):
        call.machine(system_id, "admin").zone = zone.id


@ROUTES.on("POST machines/", admin=True)
def create(call: Call) -> Machine:
    form, world = call.data, call.world
    architecture = form.get("architecture")
    errors = _wrong_architecture(architecture if "/" in architecture else f"{architecture}/generic")
    macs = [mac.lower() for mac in form.all("mac_addresses")]
    for mac in macs:
        if not re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", mac):
            errors["mac_addresses"] = f"'{mac}' is not a valid MAC address."
    if errors:
        raise invalid(errors)
    hostname = form.get("hostname") or f"node-{world.new_id()}"
    machine = Machine(world.new_machine_id(), hostname, None, status=0, commissioned=False, bios_boot_method=None)
    machine.interfaces = [Interface(world.new_id(), f"eth{n}", "physical", mac) for n, mac in enumerate(macs)]
    machine.boot_interface = machine.interfaces[0].id if macs else None
    machine.power_type, machine.power_state = form.get("power_type"), "unknown"
    machine.power_parameters, machine.previous_status = _power_parameters(call), STATUS["new"]
    machine.description = form.get("description")
    world.machines[machine.system_id] = machine
    if form.get("commission", "true").lower() in ("true", "1"):
        start_commissioning(call, machine)
    return machine


def _wrong_architecture(name: str) -> dict[str, str | list[str]]:
    if name in _ARCHITECTURES:
        return {}
    choices = ", ".join(f"'{known}'" for known in _ARCHITECTURES)
    return {"architecture": f"'{name}' is not a valid architecture.  It should be one of: {choices}."}


def _power_parameters(call: Call) -> Object:
    prefix = "power_parameters_"
    given = (name for name in call.data.values if name.startswith(prefix) and not name.endswith("skip_check"))
    return {name.removeprefix(prefix): call.data.get(name) for name in given}


@ROUTES.on(f"GET {_ONE}")
def read(call: Call, system_id: str) -> Machine:
    return call.machine(system_id)


@ROUTES.on(f"PUT {_ONE}")
def update(call: Call, system_id: str) -> Machine:
    machine, form, world = call.machine(system_id, "admin"), call.data, call.world
    errors: dict[str, str | list[str]] = {}
    if "architecture" in form:
        errors |= _wrong_architecture(form.get("architecture"))
    pool = world.pool_named(form.get("pool")) if "pool" in form else world.pools[machine.pool]
    zone = world.zones.get(form.get("zone")) if "zone" in form else world.zone_of(machine)
    domain = world.domain_named(form.get("domain")) if "domain" in form else world.domains[machine.domain]
    errors |= {name: _CHOICE for name, v in (("pool", pool), ("zone", zone), ("domain", domain)) if v is None}
    if form.get("power_type") not in _POWER_TYPES:
        errors["power_type"] = f"Select a valid choice. {form.get('power_type')} is not one of the available choices."
    errors |= _wrong_hostname(call, machine)
    if errors or pool is None or zone is None or domain is None:
        raise invalid(errors)
    machine.pool, machine.zone, machine.domain = pool.id, zone.id, domain.id
    for name in ("hostname", "description", "architecture", "min_hwe_kernel", "power_type"):
        if name in form:
            setattr(machine, name, form.get(name))
    for name in ("cpu_count", "memory"):
        if form.get(name):
            setattr(machine, name, form.number(name))
    if "swap_size" in form:
        machine.swap_size = _bytes(form.get("swap_size"))
    machine.power_parameters |= _power_parameters(call)
    return machine


def _wrong_hostname(call: Call, machine: Machine) -> dict[str, str | list[str]]:
    name = call.data.get("hostname", machine.hostname)
    if any(other.hostname == name for other in call.world.machines.values() if other is not machine):
        return {"hostname": "Node with this Hostname already exists."}
    if "hostname" in call.data and not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", name):
        return {"hostname": f"Invalid hostname: Label fails to parse: '{name}'."}
    return {}


def _bytes(text: str) -> int | None:
    """Bytes, with a decimal suffix or none; empty is the default of the deployment."""
    if not text:
        return None
    match = re.fullmatch(r"(\d+)([KMGT]?)", text)
    if match is None:
        raise invalid({"swap_size": f"Invalid size for swap: {text}"})
    return int(match[1]) * int(1000 ** " KMGT".index(match[2] or " "))


@ROUTES.on(f"DELETE {_ONE}")
def delete(call: Call, system_id: str) -> None:
    del call.world.machines[call.machine(system_id, "admin").system_id]


@ROUTES.on(f"GET {_ONE} power_parameters")
def power_parameters(call: Call, system_id: str) -> Object:
    return call.machine(system_id, "admin" if not call.user.is_superuser else "view").power_parameters


@ROUTES.on(f"GET {_ONE} query_power_state")
def query_power_state(call: Call, system_id: str) -> Object:
    machine = call.machine(system_id)
    if any(failure.stage == "power" and failure.times for failure in machine.failures):
        raise refuse(503, "Power state could not be queried: could not contact node's BMC")
    return {"state": machine.power_state}


@ROUTES.on(f"GET {_ONE} details")
def details(call: Call, system_id: str) -> Answer:
    """BSON with two binary fields, null before the first commissioning."""
    machine = call.machine(system_id)
    parts = {"lshw": hardware.lshw(machine), "lldp": hardware.lldp(machine)} if machine.commissioned else {}
    body = b""
    for name in ("lldp", "lshw"):
        found = parts.get(name)
        if found is None:
            body += b"\x0a" + name.encode() + b"\x00"
        else:
            body += b"\x05" + name.encode() + b"\x00" + struct.pack("<iB", len(found), 0) + found
    return Answer(200, struct.pack("<i", len(body) + 5) + body + b"\x00", "application/bson")
