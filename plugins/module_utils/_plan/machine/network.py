# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the interfaces that are there to those that shall be, in the order that MAAS needs. Private to vmo.core.

Names of network cards first, since later steps use them; then links that go, while they are still there; then what is
removed or made anew, from the top down; then changes, then what is made, from the bottom up; then links, and last the
default gateway.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.interface import LOGICAL
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.layout import Target, Targets, masters
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.links import (
    is_met,
    link_form,
    missing_links,
    surplus_links,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.machine.plan import Step

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.interface import Interface
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import Gateway
    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import Surroundings

    Tree = dict[str, t.Any]

_CREATE = {"bond": "create_bond", "vlan": "create_vlan", "bridge": "create_bridge"}


def network_steps(targets: Targets) -> list[Step]:
    """Return the writes that bring the interfaces there; parents in a form are names."""
    every = targets.interfaces
    ordered = _bottom_up(every)
    going = _going(targets)
    made = [each for each in ordered if each.is_anew and each.kind in LOGICAL]
    kept = [each for each in ordered if not each.is_anew]
    steps = [_interface("update", old, {"name": new}) for old, new in targets.renamed.items()]
    for each in kept:
        steps += [_interface("unlink_subnet", each.name, {"id": link.id}) for link in surplus_links(each, every)]
    steps += [_interface("delete", name) for name in going]
    for each in kept:
        form = {**_changes(each), **_vlan_of_members(each, every)}
        if form:
            steps.append(_interface("update", each.name, form))
    steps += [_interface(_CREATE[each.kind], each.name, _creation(each)) for each in made]
    for each in ordered:
        steps += [_interface("link_subnet", each.name, link_form(link)) for link in missing_links(each, every)]
    return steps


def gateway_step(
    gateway: Gateway, targets: Targets, machine: Machine, around: Surroundings, *, moves: bool
) -> list[Step]:
    """Return the step that sets the default gateway, none if it is set; ``moves`` tells that links change as well."""
    target = targets.interfaces.get(gateway.interface)
    if target is None:
        raise InvalidOption(
            f"default_gateway: {machine.name} has no interface {gateway.interface}.", option="default_gateway"
        )
    found = target.found.links if target.found else ()
    links = [(link.subnet, link.id) for link in found if link.mode != "link_up"]
    wanted = links if target.links is None else [(link.subnet, None) for link in target.links if link.mode != "link_up"]
    named = around.subnet(gateway.subnet) if gateway.subnet else None
    usable = [
        subnet
        for subnet, _link in wanted
        if subnet is not None and (gateway.subnet is None or (named is not None and subnet.id == named.id))
    ]
    routed = [each for each in usable if _gateway_of(each.id, around) or each.gateway]
    if len(routed) != 1:
        why = "no subnet with a gateway" if not routed else "several of them; name the subnet"
        raise InvalidOption(
            f"default_gateway: {gateway.interface} of {machine.name} is linked to {why}.", option="default_gateway"
        )
    subnet = routed[0]
    kept = {link_id for link_subnet, link_id in links if link_subnet is not None and link_subnet.id == subnet.id}
    is_explicit = machine.gateway_link is not None and machine.gateway_link in kept and not target.is_anew
    address = _gateway_of(subnet.id, around) or subnet.gateway
    is_implicit = machine.gateway_link is None and machine.gateway == address and not moves
    if is_explicit or is_implicit:
        return []
    return [_interface("set_default_gateway", gateway.interface, {"link_of": subnet.id})]


def words(targets: Targets) -> tuple[Tree, Tree]:
    """Return the interfaces that the task names, before and after, in the words of its options."""
    before, after = [], []
    former = {new: old for old, new in targets.renamed.items()}
    for target in targets.interfaces.values():
        if target.item is None:
            continue
        found = target.found
        if found is not None:
            before.append(_words(target, _found_values(target, found), former.get(target.name)))
        after.append(_words(target, _wanted_values(target), target.name if target.name in former else None))
    gone = targets.removed.values()
    before += [{"name": each.name, "type": each.kind, "parents": list(each.parents)} for each in gone]
    return {"interfaces": before}, {"interfaces": after}


def _interface(verb: str, name: str, form: Tree | None = None) -> Step:
    return Step(verb, "interfaces", name, form or {})


def _gateway_of(subnet: int | None, around: Surroundings) -> str | None:
    return next((each.gateway for each in around.subnets if each.id == subnet), None)


def _bottom_up(targets: t.Mapping[str, Target]) -> list[Target]:
    ordered: dict[str, Target] = {}

    def visit(target: Target, above: frozenset[str]) -> None:
        for parent in target.parents:
            if parent in targets and parent not in above:
                visit(targets[parent], above | {target.name})
        ordered.setdefault(target.name, target)

    for target in targets.values():
        visit(target, frozenset())
    return list(ordered.values())


def _going(targets: Targets) -> list[str]:
    """Return what is deleted, the upper ones first."""
    anew = {each.name: each.found for each in targets.interfaces.values() if each.is_anew and each.found}
    going = {**targets.removed, **anew}
    ordered: list[str] = []
    while going:
        carrying = {parent for found in going.values() for parent in found.parents}
        free = [name for name in going if name not in carrying] or list(going)
        ordered += free
        going = {name: found for name, found in going.items() if name not in free}
    return ordered


def _changes(target: Target) -> Tree:
    """Return the fields of an interface that stays and that differ."""
    item, found = target.item, target.found
    if item is None:
        return {}
    form: Tree = {}
    params = (found.params if found else None) or {}
    form.update({name: value for name, value in item.params.items() if not _same(params.get(name), value)})
    if item.mtu is not None and item.mtu != _own_mtu(found):
        form["mtu"] = item.mtu
    if item.vid is not None and target.vlan is not None and target.vlan.id != (_vlan_id(found) if found else None):
        form["vlan"] = target.vlan.id
    if target.kind == "bond" and found is not None and set(target.parents) != set(found.parents):
        form["parents"] = sorted(target.parents)
    if target.kind in ("bond", "bridge") and found is not None and item.mac is not None and item.mac != found.mac:
        form["mac_address"] = item.mac
    return form


def _vlan_of_members(target: Target, targets: t.Mapping[str, Target]) -> Tree:
    """Return the VLAN that a card has to be on before a bond can take it in: MAAS wants one for all members."""
    if target.found is None:
        return {}
    for bond in masters(targets, target.name):
        is_new_member = bond.found is None or bond.is_anew or target.name not in bond.found.parents
        current = _vlan_id(target.found)
        if bond.kind == "bond" and is_new_member and bond.vlan is not None and bond.vlan.id != current:
            return {"vlan": bond.vlan.id}
    return {}


def _own_mtu(found: Interface | None) -> int | None:
    own = found.param("mtu") if found else None
    return own if own is not None or found is None else found.mtu


def _vlan_id(found: Interface) -> int | None:
    return found.vlan.id if found.vlan else None


def _same(was: t.Any, now: t.Any) -> bool:
    return was is not None and str(was).lower() == str(now).lower()


def _creation(target: Target) -> Tree:
    parents = sorted(target.parents)
    form: Tree = {"name": target.name, "parent" if target.kind == "vlan" else "parents": parents, **target.params}
    if target.vlan is not None and target.kind != "bridge":
        form["vlan"] = target.vlan.id
    item = target.item
    if item is not None and item.mac is not None and target.kind != "vlan":
        form["mac_address"] = item.mac
    if target.mtu is not None:
        form["mtu"] = target.mtu
    if target.tags:
        form["tags"] = ",".join(target.tags)
    return form


def _found_values(target: Target, found: Interface) -> Tree:
    links = [
        {"mode": link.mode, "subnet": link.subnet.cidr if link.subnet else None, "address": link.address}
        for link in found.links
        if link.mode != "link_up"
    ]
    if target.links is not None and is_met(target):
        # what MAAS chose within what is asked for is no difference
        links = _wanted_links(target)
    params = found.params or {}
    # a value of the task that means the same is shown as the task has it
    asked = target.item.params if target.item else {}
    same = {name: value for name, value in asked.items() if _same(params.get(name), value)}
    return {
        "type": found.kind,
        "parents": sorted(found.parents),
        "mac_address": found.mac,
        "mtu": _own_mtu(found),
        "vid": found.vlan.vid if found.vlan else None,
        "fabric": found.vlan.fabric if found.vlan else None,
        "links": links,
        **params,
        **same,
    }


def _wanted_links(target: Target) -> list[Tree]:
    return [
        {"mode": link.mode, "subnet": link.subnet.cidr if link.subnet else None, "address": link.address}
        for link in target.links or ()
        if link.mode != "link_up"
    ]


def _wanted_values(target: Target) -> Tree:
    return {
        "type": target.kind,
        "parents": sorted(target.parents),
        "mac_address": target.mac,
        "mtu": target.mtu,
        "vid": target.vlan.vid if target.vlan else None,
        "fabric": target.vlan.fabric if target.vlan else None,
        "links": _wanted_links(target),
        **target.params,
    }


def _words(target: Target, values: Tree, former: str | None) -> Tree:
    """Return those values that the task speaks of, under the names of its options."""
    item = target.item
    said: Tree = {"name": target.name}
    if item is None:
        return said
    if former is not None:
        said["interface"] = former
    for word, is_said in (
        ("type", item.kind is not None),
        ("parents", item.parents is not None),
        ("mac_address", item.mac is not None and target.kind != "physical"),
        ("mtu", item.mtu is not None),
        ("vid", item.vid is not None),
        ("fabric", item.vid is not None and item.fabric is not None),
        ("links", item.links is not None),
    ):
        if is_said:
            said[word] = values[word]
    for kind in ("bond", "bridge"):
        part = {name[len(kind) + 1 :]: values.get(name) for name in item.params if name.startswith(f"{kind}_")}
        if part:
            said[kind] = part
    return said
