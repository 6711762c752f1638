# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``nodes/{system_id}/interfaces/``: physical interfaces, bonds, VLANs, bridges and their links."""

from __future__ import annotations

import re
import typing as t

from tests.sim.maas.model import STATUS, Interface, Link, Machine, Object, Vlan
from tests.sim.maas.network_documents import interface
from tests.sim.maas.wire import ROUTES, Call, Form, invalid, missing, state_violation
from tests.sim.maas.world import World

_ALLOWED = {STATUS[name] for name in ("new", "ready", "failed_testing", "allocated", "broken")}
_MODES = ("balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb")
Change = t.Callable[[Call, Machine, Interface], None]
_LONGEST_NAME = 15
# Name of the field -> (default, whether it is a number).
_BOND: dict[str, tuple[str | int, bool]] = {
    "bond_mode": ("balance-rr", False), "bond_miimon": (100, True), "bond_updelay": (0, True),
    "bond_downdelay": (0, True), "bond_lacp_rate": ("fast", False), "bond_num_grat_arp": (1, True),
    "bond_xmit_hash_policy": ("layer2", False),
}  # fmt: skip
_PATH = "nodes/{system_id}/interfaces/"
ONE = _PATH + "{name}/"


@ROUTES.on(f"GET {_PATH}")
def list_interfaces(call: Call, system_id: str) -> list[Object]:
    machine = call.machine(system_id)
    return [interface(call.world, machine, found) for found in machine.interfaces]


@ROUTES.on(f"GET {ONE}")
def read_interface(call: Call, system_id: str, name: str) -> Object:
    machine = call.machine(system_id)
    return interface(call.world, machine, named(machine, name))


def named(machine: Machine, name: str) -> Interface:
    found = machine.interface(name)
    if found is None:
        raise missing("Interface")
    return found


def editable(call: Call, system_id: str, what: str) -> Machine:
    machine = call.machine(system_id, "admin")
    if machine.status not in _ALLOWED:
        text = f"Cannot {what} interface because the machine is not New, Ready, Allocated, or Broken."
        raise state_violation(text)
    return machine


def on_interface(signature: str, doing: str = "") -> t.Callable[[Change], Change]:
    """Register a change of one interface, which it answers with; ``doing`` is refused where the layout is fixed."""

    def keep(change: Change) -> Change:
        def handler(call: Call, system_id: str, name: str) -> Object:
            machine = editable(call, system_id, doing) if doing else call.machine(system_id, "admin")
            found = named(machine, name)
            change(call, machine, found)
            return interface(call.world, machine, found)

        ROUTES.on(signature)(handler)
        return change

    return keep


def _check_name(call: Call, machine: Machine, name: str, own: Interface | None = None) -> None:
    if not name:
        raise invalid({"name": "This field is required."})
    if len(name) > _LONGEST_NAME:
        text = f"Ensure this value has at most {_LONGEST_NAME} characters (it has {len(name)})."
        raise invalid({"name": text})
    other = machine.interface(name)
    if other is not None and other is not own and not name.isdigit():
        home = call.world.domains[machine.domain].name
        owner = f"{machine.system_id} ({machine.hostname}.{home})"
        raise invalid({"name": f"Node {owner} already has an interface named '{name}'."})


def _vlan(world: World, form: Form) -> Vlan | None:
    wanted = form.get("vlan")
    if not wanted:
        return None
    found = world.vlans.get(int(wanted)) if wanted.isdigit() else None
    if found is None:
        raise invalid({"vlan": "Select a valid choice. That choice is not one of the available choices."})
    return found


def _parents(machine: Machine, form: Form, field: str) -> list[Interface]:
    found = []
    for key in form.all("parents") or form.all("parent"):
        parent = machine.interface(key)
        if parent is None:
            raise invalid({field: f"Select a valid choice. {key} is not one of the available choices."})
        found.append(parent)
    return found


def _params(form: Form, fields: dict[str, tuple[str | int, bool]], known: Object) -> Object:
    params = dict(known)
    for name, (default, is_number) in fields.items():
        if name in form:
            params[name] = form.number(name) if is_number else form.get(name)
        else:
            params.setdefault(name, default)
    return params


def _common(call: Call, found: Interface) -> None:
    form = call.data
    if "tags" in form:
        found.tags = form.split("tags")
    if "enabled" in form:
        found.enabled = form.true("enabled")
    if form.get("mtu"):
        found.params = {**found.params, "mtu": form.number("mtu")}
    for name in ("interface_speed", "link_speed"):
        if name in form:
            setattr(found, name, form.number(name))
    if "link_connected" in form:
        found.link_connected = form.true("link_connected")


@ROUTES.on(f"POST {_PATH} create_physical")
def create_physical(call: Call, system_id: str) -> Object:
    machine = editable(call, system_id, "create")
    mac = call.data.get("mac_address")
    if not mac:
        raise invalid({"mac_address": "This field is required."})
    if not re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", mac.lower()):
        raise invalid({"mac_address": f"'{mac}' is not a valid MAC address."})
    if any(mac.lower() == i.mac_address for m in call.world.machines.values() for i in m.interfaces):
        raise invalid({"mac_address": "This MAC address is already in use by another interface."})
    name = call.data.get("name") or f"eth{len(machine.interfaces)}"
    _check_name(call, machine, name)
    within = _vlan(call.world, call.data)
    found = Interface(call.world.new_id(), name, "physical", mac.lower(), within.id if within else None)
    return _add(call, machine, found)


def _add(call: Call, machine: Machine, found: Interface) -> Object:
    """Put it in; a logical one starts with one link that is just up, and takes the links of its parents away."""
    _common(call, found)
    if found.type != "physical":
        found.links = [Link(call.world.new_id(), "link_up")]
        found.link_connected = False
    if found.type in ("bond", "bridge"):
        for parent in machine.interfaces:
            if parent.id in found.parents:
                parent.links = []
    machine.interfaces.append(found)
    return interface(call.world, machine, found)


@ROUTES.on(f"POST {_PATH} create_bond")
def create_bond(call: Call, system_id: str) -> Object:
    machine = editable(call, system_id, "create bond")
    parents = _parents(machine, call.data, "parents")
    if not parents:
        blank = ["This field cannot be blank."]
        raise invalid({"parents": ["A bond interface must have one or more parents."], "mac_address": blank})
    _check_bond_mode(call.data)
    in_use = [parent.name for parent in parents if machine.children(parent)]
    if in_use:
        raise invalid({"parents": f"Interfaces already in-use: {', '.join(sorted(in_use))}."})
    _check_name(call, machine, call.data.get("name"))
    within = _vlan(call.world, call.data)
    vlan = within.id if within else parents[0].vlan
    for parent in parents:
        parent.vlan = vlan
    mac = call.data.get("mac_address") or parents[0].mac_address
    found = Interface(call.world.new_id(), call.data.get("name"), "bond", mac, vlan, [p.id for p in parents])
    found.params = _params(call.data, _BOND, {})
    return _add(call, machine, found)


def _check_bond_mode(form: Form) -> None:
    mode = form.get("bond_mode")
    if mode and mode not in _MODES:
        choices = ", ".join(f"'{name}'" for name in _MODES)
        raise invalid({"bond_mode": f"'{mode}' is not a valid bond_mode.  It should be one of: {choices}."})


@ROUTES.on(f"POST {_PATH} create_vlan")
def create_vlan(call: Call, system_id: str) -> Object:
    machine = editable(call, system_id, "create VLAN")
    parents = _parents(machine, call.data, "parent")
    if len(parents) != 1:
        raise invalid({"parent": "A VLAN interface must have exactly one parent."})
    (parent,) = parents
    within = _vlan(call.world, call.data)
    if within is None:
        raise invalid({"vlan": "A VLAN interface must be connected to a tagged VLAN."})
    if within.vid == 0:
        raise invalid({"vlan": "A VLAN interface can only belong to a tagged VLAN."})
    if parent.type == "vlan":
        raise invalid({"parent": "A VLAN interface can't have another VLAN interface as parent."})
    if any(child.type == "bond" for child in machine.children(parent)):
        raise invalid({"parent": "A VLAN interface can't have a parent that is already in a bond."})
    above = call.world.vlans.get(parent.vlan) if parent.vlan is not None else None
    if above is not None and above.fabric != within.fabric:
        text = "A VLAN interface can only belong to a tagged VLAN on the same fabric as its parent interface."
        raise invalid({"vlan": text})
    name = call.data.get("name") or f"{parent.name}.{within.vid}"
    _check_name(call, machine, name)
    found = Interface(call.world.new_id(), name, "vlan", parent.mac_address, within.id, [parent.id])
    return _add(call, machine, found)


@ROUTES.on(f"POST {_PATH} create_bridge")
def create_bridge(call: Call, system_id: str) -> Object:
    machine = editable(call, system_id, "create bridge")
    parents = _parents(machine, call.data, "parent")
    blank = ["This field cannot be blank."]
    if len(parents) != 1:
        raise invalid({"mac_address": blank, "parent": ["A bridge interface must have exactly one parent."]})
    (parent,) = parents
    if any(child.type in ("bond", "bridge") for child in machine.children(parent)):
        text = "A bridge interface can't have a parent that is already in a bond or a bridge."
        raise invalid({"mac_address": blank, "parent": [text]})
    if parent.type == "bridge":
        raise invalid({"parent": "A bridge interface can't have another bridge interface as parent."})
    _check_name(call, machine, call.data.get("name"))
    within = _vlan(call.world, call.data)
    if within is not None:
        _move(machine, parent, within.id)
    mac = call.data.get("mac_address") or parent.mac_address
    found = Interface(call.world.new_id(), call.data.get("name"), "bridge", mac, parent.vlan, [parent.id])
    found.params = _bridge_params(call.data, {})
    return _add(call, machine, found)


def _bridge_params(form: Form, known: Object) -> Object:
    params = {"bridge_fd": 15, "bridge_stp": False, "bridge_type": "standard", **known}
    if "bridge_fd" in form:
        params["bridge_fd"] = form.number("bridge_fd")
    if "bridge_stp" in form:
        params["bridge_stp"] = form.true("bridge_stp")
    if form.get("bridge_type"):
        params["bridge_type"] = form.get("bridge_type")
    return params


def _move(machine: Machine, found: Interface, vlan: int) -> None:
    """Move an interface and everything below it to a VLAN, as the region does without a word."""
    found.vlan = vlan
    for parent in machine.interfaces:
        if parent.id in found.parents and found.type != "vlan":
            _move(machine, parent, vlan)


@on_interface(f"PUT {ONE}", "update")
def update_interface(call: Call, machine: Machine, found: Interface) -> None:
    form = call.data
    if form.get("name"):
        _check_name(call, machine, form.get("name"), found)
        found.name = form.get("name")
    if form.get("mac_address"):
        found.mac_address = form.get("mac_address").lower()
    if found.type == "bond":
        _check_bond_mode(form)
        found.params = _params(form, _BOND, found.params)
    if found.type == "bridge":
        found.params = _bridge_params(form, found.params)
    if "parents" in form or "parent" in form:
        found.parents = [parent.id for parent in _parents(machine, form, "parents")]
    within = _vlan(call.world, form)
    if within is not None and found.type == "vlan" and within.vid == 0:
        raise invalid({"vlan": "A VLAN interface can only belong to a tagged VLAN."})
    if within is not None:
        _move(machine, found, within.id)
    elif "vlan" in form:
        found.vlan, found.links = None, []
    before = found.params.get("mtu")
    _common(call, found)
    if found.params.get("mtu") != before:
        _propagate_mtu(machine, found)


def _propagate_mtu(machine: Machine, found: Interface) -> None:
    """Parents that have less are raised, children that have more are lowered."""
    mtu = found.params["mtu"]
    for parent in machine.interfaces:
        if parent.id in found.parents and parent.params.get("mtu", 1500) < mtu:
            parent.params = {**parent.params, "mtu": mtu}
            _propagate_mtu(machine, parent)
    for child in machine.children(found):
        if child.params.get("mtu", 0) > mtu:
            child.params = {**child.params, "mtu": mtu}
            _propagate_mtu(machine, child)


@ROUTES.on(f"DELETE {ONE}")
def delete_interface(call: Call, system_id: str, name: str) -> None:
    """Goes even under a bridge; VLANs on it go, too."""
    machine = editable(call, system_id, "delete")
    found = named(machine, name)
    for child in machine.children(found):
        child.parents = [parent for parent in child.parents if parent != found.id]
        if child.type == "vlan":
            machine.interfaces.remove(child)
    machine.interfaces.remove(found)


@on_interface(f"POST {ONE} add_tag")
def add_tag(call: Call, _machine: Machine, found: Interface) -> None:
    if call.post.get("tag") and call.post.get("tag") not in found.tags:
        found.tags = [*found.tags, call.post.get("tag")]


@on_interface(f"POST {ONE} remove_tag")
def remove_tag(call: Call, _machine: Machine, found: Interface) -> None:
    found.tags = [tag for tag in found.tags if tag != call.post.get("tag")]
