# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces of a machine as they shall be: what is there, overlaid with what the task names. Private to vmo.core.

Nothing is decided about steps here. Every function raises ``InvalidOption`` for a layout that cannot be.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.interface import LOGICAL, Interface, Layout

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.network import Subnet, Vlan
    from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedInterface, WantedLink
    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import Surroundings

# what may stand on an interface only alone, and takes its links away
MASTERS = ("bond", "bridge")


class TargetLink(t.NamedTuple):
    """A link as it shall be; without an address, any will do."""

    mode: str
    subnet: Subnet | None
    address: str | None


@dataclass(frozen=True)
class Target:
    """An interface as it shall be. ``found`` is the one that is there, ``item`` what the task says of it.

    ``links`` are all of its links, ``None`` for those that it has. ``is_anew`` tells that it is made, be there one of
    that name or not.
    """

    name: str
    kind: str
    parents: tuple[str, ...] = ()
    params: t.Mapping[str, t.Any] = field(default_factory=dict)
    vlan: Vlan | None = None
    mtu: int | None = None
    mac: str | None = None
    tags: tuple[str, ...] = ()
    links: tuple[TargetLink, ...] | None = None
    found: Interface | None = None
    item: WantedInterface | None = None
    is_anew: bool = False


@dataclass(frozen=True)
class Targets:
    """All interfaces that shall be, by name; those that go, as found; cards that get another name, old to new."""

    interfaces: t.Mapping[str, Target]
    removed: t.Mapping[str, Interface]
    renamed: t.Mapping[str, str]


def target_layout(
    items: t.Sequence[WantedInterface], layout: Layout, around: Surroundings, machine: str, *, is_known: bool
) -> Targets:
    """Return the layout; while MAAS has not seen the hardware (``is_known``), network cards are taken to be there."""
    renamed = _renames(items, layout, machine)
    layout = _with_names(layout, renamed)
    targets = {found.name: _as_found(found) for found in layout.interfaces}
    removed = {}
    for item in items:
        found = layout.named(item.name)
        if not item.absent:
            continue
        if found is not None and found.kind not in LOGICAL:
            raise _invalid(f"{item.name} of {machine} is a network card; only bonds, VLANs and bridges can be absent")
        if found is not None:
            del targets[item.name]
            removed[item.name] = found
    for item in _bottom_up(items, machine):
        found = layout.named(item.name)
        targets[item.name] = _overlaid(item, found, targets, around, machine, is_known=is_known)
    targets = _with_replaced(targets)
    _check_structure(targets, machine)
    for name, target in targets.items():
        if target.item is not None and target.item.links is not None:
            links = tuple(_link(link, target, around, machine) for link in target.item.links)
            targets[name] = replace(target, links=links)
    return Targets(targets, removed, renamed)


def masters(targets: t.Mapping[str, Target], name: str) -> list[Target]:
    """Return the bonds and bridges that an interface is part of."""
    return [each for each in targets.values() if each.kind in MASTERS and name in each.parents]


def _invalid(sentence: str) -> InvalidOption:
    return InvalidOption(f"interfaces: {sentence}.", option="interfaces")


def _renames(items: t.Iterable[WantedInterface], layout: Layout, machine: str) -> dict[str, str]:
    renamed = {}
    for item in items:
        if item.mac is None or item.kind not in (None, "physical"):
            continue
        card = next((each for each in layout.interfaces if each.is_physical and each.mac == item.mac), None)
        if card is not None and card.name != item.name:
            renamed[card.name] = item.name
    for old, new in renamed.items():
        if layout.named(new) is not None:
            raise _invalid(f"{old} of {machine} cannot be called {new}: that is another interface; rename it first")
    return renamed


def _with_names(layout: Layout, renamed: t.Mapping[str, str]) -> Layout:
    if not renamed:
        return layout

    def new(name: str) -> str:
        return renamed.get(name, name)

    return Layout(
        tuple(
            replace(
                each,
                name=new(each.name),
                parents=tuple(map(new, each.parents)),
                children=tuple(map(new, each.children)),
            )
            for each in layout.interfaces
        )
    )


def _as_found(found: Interface) -> Target:
    params = dict(found.params or {})
    mtu = params.pop("mtu", None)
    return Target(
        name=found.name,
        kind=found.kind,
        parents=found.parents,
        params=params,
        vlan=found.vlan,
        mtu=mtu,
        mac=found.mac,
        tags=found.tags,
        found=found,
    )


def _bottom_up(items: t.Sequence[WantedInterface], machine: str) -> list[WantedInterface]:
    """Return the items that shall be, each after those of its parents that are named, too."""
    named = {item.name: item for item in items if not item.absent}
    if len({item.name for item in items}) < len(items):
        raise _invalid("an interface is named twice")
    ordered: list[WantedInterface] = []

    def visit(item: WantedInterface, above: tuple[str, ...]) -> None:
        if item.name in above:
            raise _invalid(f"{' on '.join((*above, item.name))} of {machine} is a circle")
        for parent in item.parents or ():
            if parent in named:
                visit(named[parent], (*above, item.name))
        if item not in ordered:
            ordered.append(item)

    for item in named.values():
        visit(item, ())
    return ordered


def _overlaid(
    item: WantedInterface,
    found: Interface | None,
    targets: t.Mapping[str, Target],
    around: Surroundings,
    machine: str,
    *,
    is_known: bool,
) -> Target:
    kind = item.kind or (found.kind if found else "physical")
    if kind == "physical" and found is None and is_known:
        cards = ", ".join(each.name for each in targets.values() if each.kind == "physical") or "none"
        raise _invalid(f"{machine} has no network card {item.name}; it has: {cards}")
    if found is not None and found.kind != kind and "physical" in (kind, found.kind):
        raise _invalid(f"{item.name} of {machine} is a {found.kind} interface and cannot become a {kind} one")
    base = _as_found(found) if found is not None and found.kind == kind else Target(item.name, kind, found=found)
    if found is not None and found.kind != kind:
        base = replace(base, is_anew=True)
    parents = base.parents if item.parents is None else item.parents
    _check_parents(item.name, kind, parents, targets, machine, is_known=is_known)
    is_other = kind in ("vlan", "bridge") and found is not None and set(parents) != set(base.parents)
    target = replace(
        base,
        parents=parents,
        params={**base.params, **item.params},
        mtu=base.mtu if item.mtu is None else item.mtu,
        mac=item.mac or base.mac,
        item=item,
        is_anew=base.is_anew or found is None or is_other,
    )
    if kind == "physical" and found is None:
        target = replace(target, is_anew=False)
    if kind == "bond" and found is None and "bond_mode" not in target.params:
        raise _invalid(f"say the bond_mode of {item.name}: there is no good default for all switches")
    return replace(target, vlan=_vlan(target, targets, around, machine, is_known=is_known))


def _check_parents(
    name: str,
    kind: str,
    parents: tuple[str, ...],
    targets: t.Mapping[str, Target],
    machine: str,
    *,
    is_known: bool,
) -> None:
    if kind == "physical":
        if parents:
            raise _invalid(f"{name} of {machine} is a network card and has no parents")
        return
    if not parents:
        raise _invalid(f"say the parents of {name}: {machine} has no such {kind}")
    if kind in ("vlan", "bridge") and len(parents) != 1:
        raise _invalid(f"{name} is a {kind} and has exactly one parent")
    missing = [parent for parent in parents if parent not in targets]
    if missing and is_known:
        raise _invalid(f"{machine} has no interface {missing[0]} for {name} to stand on")


def _vlan(
    target: Target, targets: t.Mapping[str, Target], around: Surroundings, machine: str, *, is_known: bool
) -> Vlan | None:
    """Return the VLAN that an interface is on: the one that is named, else its own, else that of what is below."""
    item = t.cast("WantedInterface", target.item)
    below = next((targets[name].vlan for name in target.parents if name in targets and targets[name].vlan), None)
    if item.vid is None:
        own = None if target.is_anew and target.kind != "vlan" else target.vlan
        if target.kind == "vlan" and own is None:
            raise _invalid(f"say the vid of {target.name}")
        return own or below
    near = below or target.vlan
    fabric = item.fabric or (near.fabric if near else None)
    found = around.vlan(item.vid, fabric)
    if found is None and not is_known and fabric is None and any(each.vid == item.vid for each in around.vlans):
        return None  # which of them, the first commissioning will tell
    if found is None:
        where = f"Fabric {fabric}" if fabric else "MAAS"
        what = f"no VLAN {item.vid}" if fabric else f"no single VLAN {item.vid}; name its fabric"
        raise _invalid(f"{target.name} of {machine} cannot be on VLAN {item.vid}: {where} has {what}")
    if target.kind == "bridge" and below is not None and below.id != found.id:
        raise _invalid(
            f"{target.name} of {machine} cannot be on VLAN {found.label}, what it stands on is on {below.label}; "
            f"put {target.parents[0]} there, or a VLAN interface between"
        )
    return found


def _with_replaced(targets: t.Mapping[str, Target]) -> dict[str, Target]:
    """Mark what stands on something that is made anew: it is made anew, too, with the links that it has."""
    result = dict(targets)
    todo = True
    while todo:
        todo = False
        for name, target in result.items():
            below = [result[parent] for parent in target.parents if parent in result]
            if not target.is_anew and target.kind in LOGICAL and any(p.is_anew and p.found for p in below):
                result[name] = replace(target, is_anew=True)
                todo = True
    return {
        name: replace(target, links=_carried(target.found))
        if target.is_anew and target.found and target.found.kind == target.kind
        else target
        for name, target in result.items()
    }


def _carried(found: Interface) -> tuple[TargetLink, ...]:
    return tuple(
        TargetLink(link.mode, link.subnet, link.address if link.mode == "static" else None)
        for link in found.links
        if link.mode != "link_up"
    )


def _check_structure(targets: t.Mapping[str, Target], machine: str) -> None:
    for target in targets.values():
        for parent in target.parents:
            if parent not in targets and target.item is None:
                raise _invalid(f"{target.name} of {machine} stands on {parent}; name it, too, as absent or elsewhere")
    for name, target in targets.items():
        above = masters(targets, name)
        if len(above) > 1:
            raise _invalid(f"{name} of {machine} cannot be in {above[0].name} and in {above[1].name} at once")
        in_bond = [each for each in above if each.kind == "bond"]
        beside = [each for each in targets.values() if name in each.parents and each.kind == "vlan"]
        if in_bond and beside:
            raise _invalid(
                f"{name} of {machine} cannot be in {in_bond[0].name} while {beside[0].name} stands on it; name "
                f"{beside[0].name}, too, as absent or with another parent"
            )
        if above and target.item is not None and target.item.links:
            raise _invalid(f"{name} of {machine} is in {above[0].name} and cannot have links of its own")


def _link(link: WantedLink, target: Target, around: Surroundings, machine: str) -> TargetLink:
    if link.subnet is None:
        if link.mode in ("auto", "static"):
            raise _invalid(f"a link of {target.name} with mode {link.mode} needs a subnet")
        return TargetLink(link.mode, None, None)
    subnet = around.subnet(link.subnet)
    if subnet is None:
        raise _invalid(f"MAAS has no subnet {link.subnet} for {target.name}")
    if target.vlan is not None and subnet.vlan != target.vlan.id:
        raise _invalid(
            f"{target.name} of {machine} is on VLAN {target.vlan.label}, and subnet {subnet.label} is on another one; "
            f"say the vid of {target.name}"
        )
    return TargetLink(link.mode, subnet, link.address)
