# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource pools, zones and tags: how machines are grouped."""

from __future__ import annotations

import re
import typing as t

from tests.sim.maas import network_documents as documents
from tests.sim.maas import scripts
from tests.sim.maas.model import Machine, Named, Object, Tag
from tests.sim.maas.wire import ROUTES, Call, invalid, missing, refuse, state_violation

if t.TYPE_CHECKING:
    from tests.sim.maas.world import Flow, World

_REQUIRED = "This field is required."


def _text(call: Call, field: str, default: str = "") -> str:
    """A text as Django's forms keep it: without blanks and line ends around it."""
    return call.data.get(field, default).strip()


def _new_name(call: Call, known: t.Iterable[str], kind: str, pattern: str) -> str:
    name = _text(call, "name")
    if not name:
        raise invalid({"name": _REQUIRED})
    if not re.fullmatch(pattern, name):
        raise invalid({"name": "Enter a valid value."})
    if name in known:
        raise invalid({"name": f"{kind} with this Name already exists."})
    return name


@ROUTES.on("GET resourcepools/")
def list_pools(call: Call) -> list[Object]:
    return [documents.named(pool, "resourcepool") for pool in call.world.pools.values()]


@ROUTES.on("POST resourcepools/", admin=True)
def create_pool(call: Call) -> Object:
    names = [pool.name for pool in call.world.pools.values()]
    name = _new_name(call, names, "Resource pool", r"\w[ \w-]*")
    pool = Named(max(call.world.pools) + 1, name, _text(call, "description"))
    call.world.pools[pool.id] = pool
    return documents.named(pool, "resourcepool")


def _pool(call: Call, key: str) -> Named:
    found = call.world.pools.get(int(key)) if key.isdigit() else None
    if found is None:
        raise missing("ResourcePool")
    return found


@ROUTES.on("GET resourcepool/{key}/")
def read_pool(call: Call, key: str) -> Object:
    return documents.named(_pool(call, key), "resourcepool")


@ROUTES.on("PUT resourcepool/{key}/", admin=True)
def update_pool(call: Call, key: str) -> Object:
    pool = _pool(call, key)
    pool.name = call.data.get("name") or pool.name
    pool.description = _text(call, "description", pool.description)
    return documents.named(pool, "resourcepool")


@ROUTES.on("DELETE resourcepool/{key}/", admin=True)
def delete_pool(call: Call, key: str) -> None:
    if key == "0":
        raise refuse(400, "This is the default pool, it cannot be deleted.")
    pool = _pool(call, key)
    if any(machine.pool == pool.id for machine in call.world.machines.values()):
        raise refuse(400, "Pool has machines in it, it cannot be deleted.")
    del call.world.pools[pool.id]


@ROUTES.on("GET zones/")
def list_zones(call: Call) -> list[Object]:
    return [documents.named(zone, "zones", zone.name) for zone in call.world.zones.values()]


@ROUTES.on("POST zones/", admin=True)
def create_zone(call: Call) -> Object:
    name = _new_name(call, call.world.zones, "Physical zone", r"[\w.-][\w .-]*")
    last = max(zone.id for zone in call.world.zones.values())
    call.world.zones[name] = zone = Named(last + 1, name, call.data.get("description"))
    return documents.named(zone, "zones", name)


def _zone(call: Call, name: str) -> Named:
    found = call.world.zones.get(name)
    if found is None:
        raise missing("Zone")
    return found


@ROUTES.on("GET zones/{name}/")
def read_zone(call: Call, name: str) -> Object:
    return documents.named(_zone(call, name), "zones", name)


@ROUTES.on("DELETE zones/{name}/", admin=True)
def delete_zone(call: Call, name: str) -> None:
    """Machines of the zone fall back to the default one."""
    zone = _zone(call, name)
    if name == "default":
        raise refuse(400, "This zone is the default zone, it cannot be deleted.")
    for machine in call.world.machines.values():
        machine.zone = 1 if machine.zone == zone.id else machine.zone
    del call.world.zones[name]


def _tag_document(tag: Tag) -> Object:
    return {
        "name": tag.name, "definition": tag.definition, "comment": tag.comment, "kernel_opts": tag.kernel_opts,
        "resource_uri": f"{documents.API}tags/{tag.name}/",
    }  # fmt: skip


def _tag(call: Call, name: str) -> Tag:
    found = call.world.tags.get(name)
    if found is None:
        raise missing("Tag")
    return found


@ROUTES.on("GET tags/")
def list_tags(call: Call) -> list[Object]:
    return [_tag_document(tag) for tag in call.world.tags.values()]


@ROUTES.on("POST tags/", admin=True)
def create_tag(call: Call) -> Object:
    name = _new_name(call, call.world.tags, "Tag", r"[a-zA-Z0-9_-]{1,256}")
    _check_definition(call.data.get("definition"))
    tag = Tag(name, *(_text(call, field) for field in ("comment", "definition", "kernel_opts")))
    call.world.tags[name] = tag
    _evaluate(call.world, tag)
    return _tag_document(tag)


def _check_definition(definition: str) -> None:
    try:
        if definition:
            scripts.matches(definition, Machine("", "none", None))
    except ValueError as why:
        raise invalid({"definition": f"Invalid XPath expression: {why}"}) from why


def _evaluate(world: World, tag: Tag) -> None:
    """Give the tag to the machines that match, later: the answer to the request comes first."""
    if not tag.definition:
        return

    def flow() -> Flow:
        yield world.timings.tagging
        for machine in world.machines.values():
            scripts.retag(world, machine, tag.name)
        world.forget()

    world.start(None, flow())


def _set(machine: Machine, tag: str, present: bool) -> bool:
    """Add or remove a tag; True when that changed something."""
    if (tag in machine.tags) == present:
        return False
    machine.tags = [*machine.tags, tag] if present else [name for name in machine.tags if name != tag]
    return True


@ROUTES.on("GET tags/{name}/")
def read_tag(call: Call, name: str) -> Object:
    return _tag_document(_tag(call, name))


@ROUTES.on("PUT tags/{name}/", admin=True)
def update_tag(call: Call, name: str) -> Object:
    tag, form = _tag(call, name), call.data
    _check_definition(form.get("definition"))
    before = tag.definition
    for field in ("name", "comment", "definition", "kernel_opts"):
        if field in form:
            setattr(tag, field, _text(call, field))
    if tag.name != name:
        call.world.tags = {found.name: found for found in call.world.tags.values()}
        for machine in call.world.machines.values():
            machine.tags = [tag.name if found == name else found for found in machine.tags]
    if tag.definition != before:
        _evaluate(call.world, tag)
    return _tag_document(tag)


@ROUTES.on("DELETE tags/{name}/", admin=True)
def delete_tag(call: Call, name: str) -> None:
    del call.world.tags[_tag(call, name).name]
    for machine in call.world.machines.values():
        _set(machine, name, present=False)


@ROUTES.on("GET tags/{name}/ machines")
@ROUTES.on("GET tags/{name}/ nodes")
def tagged_machines(call: Call, name: str) -> list[Machine]:
    tag = _tag(call, name)
    return [machine for machine in call.visible_machines() if tag.name in machine.tags]


@ROUTES.on("POST tags/{name}/ update_nodes", admin=True, stale="own")
def update_nodes(call: Call, name: str) -> Object:
    """Unknown machines are passed over without a word: the counts tell."""
    tag = _tag(call, name)
    if "definition" in call.data and call.data.get("definition") != tag.definition:
        text = (
            f"Definition supplied '{call.data.get('definition')}' doesn't match current definition '{tag.definition}'"
        )
        raise state_violation(text)
    counts = {}
    for field, present in (("add", True), ("remove", False)):
        found = [call.world.machines[i] for i in call.data.all(field) if i in call.world.machines]
        counts["added" if present else "removed"] = len(found)
        for machine in found:
            _set(machine, name, present=present)
            call.world.forget(machine)
    return counts


@ROUTES.on("POST tags/{name}/ rebuild", admin=True)
def rebuild(call: Call, name: str) -> Object:
    tag = _tag(call, name)
    _evaluate(call.world, tag)
    return {"rebuilding": tag.name}
