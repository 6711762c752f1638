# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task with a template begins with: a new machine, one that is there, or one that follows its template.

Private to vmo.core.
"""

from __future__ import annotations

import copy
import typing as t
from dataclasses import replace

from ansible_collections.vmo.core.plugins.module_utils._errors import NotFound
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.template import TRACE, TRACE_DIGEST, TRACE_VALUES
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, named, plant, take
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import merge
from ansible_collections.vmo.core.plugins.module_utils._plan.power import HALTED
from ansible_collections.vmo.core.plugins.module_utils._plan.template.instantiate import (
    disk_names,
    instantiate,
    with_kept_values,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.vm_shape import VM_SHAPE
from ansible_collections.vmo.core.plugins.module_utils._words.disks import storage_field
from ansible_collections.vmo.core.plugins.module_utils._words.guest_config import (
    inline_documents,
    is_guest_config,
    keeps_own_secret,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.template import Blueprint
    from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm

Tree = dict[str, t.Any]
_TEMPLATE = "spec.template.spec"
_DOMAIN = f"{_TEMPLATE}.domain"
_DEVICES = f"{_DOMAIN}.devices"
_VOLUMES = f"{_TEMPLATE}.volumes"
_REFERENCES = {"user_data": "secret", "network_data": "network_data_secret"}
_MEMORY_OF_POD = (
    ("requests", f"{_DOMAIN}.resources.requests.memory"),
    ("limits", f"{_DOMAIN}.resources.limits.memory"),
)


class Start(t.NamedTuple):
    """What the options of a task are laid over.

    ``unmade`` names the disks that are only described yet. ``secret`` is what the Secret with cloud-init must hold at
    least, if the template put it there: empty, so that it is only kept.
    """

    base: Tree
    options: t.Mapping[str, t.Any]
    unmade: frozenset[str] = frozenset()
    secret: dict[str, str] | None = None


def begin(wanted: WantedVm, found: Tree | None) -> Start:
    """Return what a task begins with; raises ``NotFound`` for a new VM whose template is not there."""
    blueprint = wanted.blueprint
    if blueprint is None:
        return Start(found or {}, wanted.options)
    if found is None:
        return _new(wanted, blueprint)
    if wanted.template_update and has_drifted(wanted, found):
        return follow(wanted, found)
    return Start(found, wanted.options, secret=_kept_secret(wanted, found))


def has_drifted(wanted: WantedVm, found: Tree) -> bool:
    """Tell whether the template is another one than the VM was made from, as far as anybody knows."""
    blueprint = wanted.blueprint
    if blueprint is None or blueprint.body is None:
        return False
    there = dig(found, "metadata.annotations") or {}
    return any(there.get(name) != value for name, value in blueprint.trace.items())


def lack_of(wanted: WantedVm) -> tuple[str, ...]:
    """Return a sentence for a VM that is there while its template is not."""
    blueprint = wanted.blueprint
    if blueprint is None or blueprint.body is not None:
        return ()
    return (f"{blueprint.lack} {wanted.subject} is there, so nothing of the template is needed.",)


def with_power(wanted: WantedVm, found: Tree | None) -> WantedVm:
    """Return the wish with what the template says of the power of a new VM, where the task leaves it open."""
    strategy = wanted.blueprint.run_strategy if wanted.blueprint is not None else None
    if found is not None or strategy is None or wanted.run_strategy is not None:
        return wanted
    if wanted.state != "present" and strategy == HALTED:
        return wanted
    return replace(wanted, run_strategy=strategy)


def without_trace(vm: Tree) -> Tree:
    """Return the VM without what it tells of its template."""
    vm = copy.deepcopy(vm)
    for name in (TRACE, TRACE_DIGEST, TRACE_VALUES):
        (dig(vm, "metadata.annotations") or {}).pop(name, None)
    if dig(vm, "metadata.annotations") == {}:
        take(vm, "metadata.annotations")
    return vm


def _new(wanted: WantedVm, blueprint: Blueprint) -> Start:
    if blueprint.body is None:
        raise NotFound(f"{blueprint.lack} {wanted.subject} cannot be made from it.", kind="VmTemplate")
    base = instantiate(blueprint, wanted.namespace, wanted.name)
    options = _with_documents(wanted.options, base)
    _make_room(base, wanted)
    return Start(base, options, disk_names(base))


def _make_room(base: Tree, wanted: WantedVm) -> None:
    """Let go of what the template says and KubeVirt would refuse beside what the task says."""
    options = wanted.options
    if options.get("instancetype"):
        # an instance type is the whole size (facts/kubevirt.md 4.7)
        for path in ("cpu", "memory.guest", "memory.maxGuest", "resources"):
            take(base, f"{_DOMAIN}.{path}")
    memory = parse_quantity(options.get("memory"))
    for option, path in _MEMORY_OF_POD:
        there = parse_quantity(dig(base, path))
        if memory is None or there is None or "memory" in (options.get(option) or {}):
            continue
        if (there < memory) if option == "limits" else (there > memory):
            plant(base, path, str(options["memory"]))


def _with_documents(options: t.Mapping[str, t.Any], base: Tree) -> t.Mapping[str, t.Any]:
    """Treat cloud-init data of the template as the task's own, so that secrets and long ones move to a Secret."""
    wanted = options.get("cloud_init") or {}
    open_ones = {
        word: document
        for word, document in inline_documents(base).items()
        if wanted.get(word) is None and wanted.get(_REFERENCES[word]) is None
    }
    return {**options, "cloud_init": {**wanted, **open_ones}} if open_ones else options


def _kept_secret(wanted: WantedVm, found: Tree) -> dict[str, str] | None:
    """A task that was cut short may have left the Secret without its owner; its content is not looked at again."""
    there = dig(found, "metadata.annotations") or {}
    return {} if TRACE in there and keeps_own_secret(wanted.name, found) else None


def follow(wanted: WantedVm, found: Tree) -> Start:
    """Return the VM with what its template says now; what was made for the VM is kept, and disks only grow."""
    blueprint = with_kept_values(t.cast("Blueprint", wanted.blueprint), found)
    wish = instantiate(blueprint, wanted.namespace, wanted.name)
    unmade = disk_names(wish) - disk_names(found)
    kept = {volume["name"] for volume in dig(found, _VOLUMES) or () if _is_made(volume)}
    _keep_volumes(wish, found, kept)
    for interface in dig(wish, f"{_DEVICES}.interfaces") or ():
        there = named(dig(found, f"{_DEVICES}.interfaces"), interface["name"]) or {}
        if there.get("state"):
            interface["state"] = there["state"]
    base = merge(found, wish, VM_SHAPE)
    is_configured = any(map(is_guest_config, dig(found, _VOLUMES) or ()))
    options = wanted.options if is_configured else _with_documents(wanted.options, base)
    return Start(base, options, unmade, _kept_secret(wanted, found))


def _is_made(volume: Tree) -> bool:
    return "dataVolume" in volume or "persistentVolumeClaim" in volume or is_guest_config(volume)


def _keep_volumes(wish: Tree, found: Tree, kept: set[str]) -> None:
    sizes = {item["metadata"]["name"]: item for item in dig(wish, "spec.dataVolumeTemplates") or ()}
    own = {item["metadata"]["name"]: item for item in dig(found, "spec.dataVolumeTemplates") or ()}
    templates: list[Tree] = []
    volumes: list[Tree] = []
    for volume in dig(wish, _VOLUMES) or ():
        template = sizes.get(dig(volume, "dataVolume.name"))
        if volume["name"] not in kept:
            volumes.append(volume)
            templates += [] if template is None else [template]
            continue
        there = own.get(dig(named(dig(found, _VOLUMES), volume["name"]), "dataVolume.name"))
        if template is not None and there is not None:
            templates += _growth(there, template)
    config = {volume["name"] for volume in dig(found, _VOLUMES) or () if is_guest_config(volume)}
    if config:
        # a guest reads its first configuration once
        volumes = [volume for volume in volumes if not is_guest_config(volume)]
    used = {volume["name"] for volume in (*volumes, *(dig(found, _VOLUMES) or ()))}
    disks = [disk for disk in dig(wish, f"{_DEVICES}.disks") or () if disk["name"] in used]
    for path, items in (
        ("spec.dataVolumeTemplates", templates),
        (_VOLUMES, volumes),
        (f"{_DEVICES}.disks", disks),
    ):
        take(wish, path)
        if items:
            plant(wish, path, items)


def _growth(there: Tree, template: Tree) -> list[Tree]:
    was = dig(there, f"spec.{storage_field(there)}.resources.requests.storage")
    now = dig(template, f"spec.{storage_field(template)}.resources.requests.storage")
    if (parse_quantity(now) or 0) <= (parse_quantity(was) or 0):
        return []
    wish: Tree = {"metadata": {"name": there["metadata"]["name"]}}
    plant(wish, f"spec.{storage_field(there)}.resources.requests.storage", now)
    return [wish]
