# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which VMs a task about a fleet means, and what it asks of each. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.addresses import assign, with_address
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.causes import listed
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.overlay import overlay
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.table import rows_of

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.addresses import Interface

Tree = dict[str, t.Any]
MOST = 1000
# what a task says once, and a VM may say for itself
SHARED = ("namespace", "state", "wait", "wait_for", "wait_timeout", "failure_grace")
_ONLY_HERE = ("group", "address")
_NUMBER = re.compile(r"%(0?\d*)d")


@dataclass(frozen=True)
class Member:
    """One VM of a fleet. ``options`` are those of ``vmo_vm``, not checked yet; they may hold secrets."""

    name: str
    group: int
    address: str | None
    options: Tree = field(repr=False)


def members_of(params: t.Mapping[str, t.Any]) -> list[Member]:
    """Return the VMs of a task in its order; raises ``InvalidOption``."""
    defaults = params["defaults"] or {}
    if "name" in defaults:
        raise _refusal("defaults", "name cannot stand here, since each VM has its own")
    if defaults.get("address") is not None:
        raise _refusal("defaults", "address cannot stand here; see addresses")
    shared = {option: params[option] for option in SHARED if params.get(option) is not None}
    base = overlay(shared, defaults)
    rows = [overlay(base, row) for row in _rows(params, defaults)]
    settings = params["addresses"] or {}
    addresses = assign(settings, [row.get("address") for row in rows])
    found = [_member(row, address, settings) for row, address in zip(rows, addresses)]
    _require_unique(found)
    return found


def _rows(params: t.Mapping[str, t.Any], defaults: t.Mapping[str, t.Any]) -> list[Tree]:
    own = [_named(item, number) for number, item in enumerate(params["vms"] or (), 1)]
    made: list[Tree] | None = None
    if params["pattern"] is not None and params["count"] is None:
        raise _refusal("pattern", "it makes names together with count only")
    if params["count"] is not None:
        made = [{"name": name} for name in names_of(params["pattern"], params["start"], params["count"])]
    elif params["csv"] is not None:
        made = rows_of(params["csv"], defaults)
    if made is None:
        if params["vms"] is None:
            raise _refusal("vms", "name the VMs, or give count with pattern, or csv")
        return own
    return _overridden(made, own, "count" if params["count"] is not None else "csv")


def _named(item: t.Any, number: int) -> Tree:
    if not isinstance(item, dict) or not item.get("name"):
        raise _refusal("vms", f"item {number} has no name")
    return {**item, "name": str(item["name"])}


def _overridden(made: t.Sequence[Tree], own: t.Sequence[Tree], source: str) -> list[Tree]:
    names = [row["name"] for row in made]
    strangers = sorted({item["name"] for item in own} - set(names))
    if strangers:
        raise _refusal("vms", f"beside {source} it changes VMs of that only, and these are none: {listed(strangers)}")
    _refuse_twice("vms", [item["name"] for item in own], "VM")
    over = {item["name"]: item for item in own}
    return [overlay(row, over.get(row["name"], {})) for row in made]


def names_of(pattern: str | None, start: int, count: int) -> list[str]:
    """Return ``count`` names from a pattern with one number in it, such as ``web-%02d``."""
    if not 1 <= count <= MOST:
        raise _refusal("count", f"{count} is not between 1 and {MOST}")
    if start < 0:
        raise _refusal("start", f"{start} is less than 0")
    numbers = _NUMBER.findall(pattern or "")
    if pattern is None or len(numbers) != 1 or pattern.count("%") != 1:
        raise _refusal("pattern", f"{pattern!r} must have one number in it, as web-%d or web-%02d have")
    return [pattern % number for number in range(start, start + count)]


def _member(row: Tree, address: Interface | None, settings: t.Mapping[str, t.Any]) -> Member:
    name = str(row["name"])
    group = _whole(row.get("group"), name)
    options = {option: value for option, value in row.items() if option not in _ONLY_HERE}
    if options.get("namespace") is None:
        raise _refusal("namespace", f"{name} has none; give one for all, or one to each VM")
    if address is not None and options.get("state") != "absent":
        options = _of_vm(name, lambda: with_address(options, address, settings))
    return Member(name, group, None if address is None else str(address), options)


def _of_vm(name: str, work: t.Callable[[], Tree]) -> Tree:
    try:
        return work()
    except InvalidOption as error:
        raise InvalidOption(f"{name}: {error.message}", **error.details) from None


def _whole(said: t.Any, name: str) -> int:
    try:
        group = int(str(1 if said is None else said))
    except ValueError:
        group = -1
    if group < 0:
        raise _refusal("group", f"{said!r} of {name} is no whole number from 0 on")
    return group


def _require_unique(members: t.Sequence[Member]) -> None:
    _refuse_twice("name", [f"{member.options['namespace']}/{member.name}" for member in members], "VM")
    staying = [member for member in members if member.options.get("state") != "absent"]
    _refuse_twice("address", [member.address.partition("/")[0] for member in staying if member.address], "address")
    macs = [
        str(network["mac"]).replace("-", ":").lower()
        for member in staying
        for network in _mappings(member.options.get("networks"))
        if network.get("mac") and network.get("state") != "absent"
    ]
    _refuse_twice("networks", macs, "MAC address")


def _mappings(items: t.Any) -> list[Tree]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _refuse_twice(option: str, said: t.Sequence[str], what: str) -> None:
    twice = [each for each, times in Counter(said).items() if times > 1]
    if twice:
        raise _refusal(option, f"the {what} {listed(twice)} is asked for twice")


def _refusal(option: str, sentence: str) -> InvalidOption:
    return InvalidOption(f"{option}: {sentence}.", option=option)
