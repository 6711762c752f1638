# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual machine that a template makes. Private to vmo.core.

It is what Palette's dashboard does (facts/palette-vmo.md 3.3), but for names that are the same in every run.
"""

from __future__ import annotations

import copy
import hashlib
import json
import typing as t
from dataclasses import replace

from ansible_collections.vmo.core.plugins.module_utils._model.template import (
    CATALOGUE,
    TRACE_VALUES,
    Blueprint,
    Filling,
    is_of_a_tool,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig, plant, take
from ansible_collections.vmo.core.plugins.module_utils._plan.template.parameters import rendered, visible
from ansible_collections.vmo.core.plugins.module_utils._words.disks import volume_name
from ansible_collections.vmo.core.plugins.module_utils._words.shape import check_machine
from ansible_collections.vmo.core.plugins.module_utils._words.template import run_strategy_of
from ansible_collections.vmo.core.plugins.module_utils._words.text import HIDDEN, holds_secret

Tree = dict[str, t.Any]
_TEMPLATE = "spec.template.spec"
_DEVICES = f"{_TEMPLATE}.domain.devices"
_VOLUMES = f"{_TEMPLATE}.volumes"
_DOCUMENTS = ("userData", "userDataBase64", "networkData", "networkDataBase64")
_PCI_HOLE = "kubevirt.io/disablePCIHole64"
VM_LABEL = "kubevirt.io/vm"
_DIGITS = 16


def blueprint_of(name: str, template: t.Mapping[str, t.Any]) -> Blueprint:
    """Return what a template gives its machines; it has neither a catalogue nor a power state any more."""
    body = _body_of(template)
    return Blueprint(name, body, _digest(body), run_strategy_of(template))


def filled_blueprint(name: str, plain: t.Mapping[str, t.Any], filling: Filling) -> Blueprint:
    """Return what a template with parameters gives its machines; raises ``InvalidOption``.

    The digest is that of the template and of what was chosen, not of what was generated, nor of the VM's name.
    """
    machine = rendered(plain, filling.values)
    check_machine(machine)
    body = _body_of(machine)
    open_ones = {parameter: f"${{{parameter}}}" for parameter in (*filling.generated, *filling.own)}
    digest = _digest(_body_of(rendered(plain, {**filling.values, **open_ones})))
    kept = {parameter: filling.values[parameter] for parameter in sorted(filling.generated & visible(plain))}
    said = json.dumps(kept, sort_keys=True) if kept else ""
    return Blueprint(name, body, digest, run_strategy_of(machine), source=plain, filling=filling, kept=said)


def with_kept_values(blueprint: Blueprint, found: Tree) -> Blueprint:
    """Return the blueprint with those generated values that the VM has already."""
    if blueprint.source is None:
        return blueprint
    remembered = _remembered((dig(found, "metadata.annotations") or {}).get(TRACE_VALUES))
    kept = {name: value for name, value in remembered.items() if name in blueprint.filling.generated}
    filling = replace(blueprint.filling, values={**blueprint.filling.values, **kept})
    return filled_blueprint(blueprint.name, blueprint.source, filling)


def _remembered(said: t.Any) -> dict[str, str]:
    try:
        values = json.loads(said or "{}")
    except ValueError:
        # somebody has edited the annotation
        return {}
    return {str(name): str(value) for name, value in values.items()} if isinstance(values, dict) else {}


def _body_of(template: t.Mapping[str, t.Any]) -> Tree:
    body: Tree = {"spec": copy.deepcopy(dict(template.get("spec") or {}))}
    for field in (*CATALOGUE, "running", "runStrategy"):
        take(body, f"spec.{field}")
    for field in ("labels", "annotations"):
        kept = {
            key: value for key, value in (dig(template, f"metadata.{field}") or {}).items() if not is_of_a_tool(key)
        }
        if kept:
            plant(body, f"metadata.{field}", kept)
    return body


def _digest(body: Tree) -> str:
    # whoever may read a VM must not learn from it what a short password is not
    said = json.dumps(_without_secrets(body), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()[:_DIGITS]


def _without_secrets(tree: t.Any) -> t.Any:
    if isinstance(tree, dict):
        return {key: _document(key, value) for key, value in tree.items()}
    return [_without_secrets(item) for item in tree] if isinstance(tree, list) else tree


def _document(field: str, value: t.Any) -> t.Any:
    if field not in _DOCUMENTS or not isinstance(value, str):
        return _without_secrets(value)
    return HIDDEN if field.endswith("Base64") or holds_secret(value) else value


def instantiate(blueprint: Blueprint, namespace: str, name: str) -> Tree:
    """Return the VirtualMachine ``namespace``/``name`` that the template makes, without its name and power state."""
    vm = copy.deepcopy(dict(blueprint.body or {}))
    annotations = {**(dig(vm, "metadata.annotations") or {}), **blueprint.marks}
    plant(vm, "metadata.annotations", annotations)
    plant_label(vm, name)
    if _PCI_HOLE in annotations:
        # KubeVirt reads it from the instance
        there = dig(vm, "spec.template.metadata.annotations") or {}
        plant(vm, "spec.template.metadata.annotations", {_PCI_HOLE: annotations[_PCI_HOLE], **there})
    for path in (
        "spec.template.metadata.creationTimestamp",
        f"{_TEMPLATE}.domain.firmware.uuid",
        f"{_TEMPLATE}.domain.firmware.serial",
        "spec.instancetype.revisionName",
        "spec.preference.revisionName",
    ):
        take(vm, path)
    for interface in dig(vm, f"{_DEVICES}.interfaces") or ():
        interface.pop("macAddress", None)
    own_disks(vm, name)
    for template in dig(vm, "spec.dataVolumeTemplates") or ():
        name_namespace(template["spec"], namespace)
    return vm


def plant_label(vm: Tree, name: str) -> None:
    """Let the instances of a VM be found by its name, as those that the dashboard makes."""
    plant(vm, "spec.template.metadata.labels", {**(dig(vm, "spec.template.metadata.labels") or {}), VM_LABEL: name})


def own_disks(vm: Tree, name: str) -> None:
    """Give each dataVolumeTemplate a name of this VM, and let the volumes follow; one that none uses goes."""
    templates = take(vm, "spec.dataVolumeTemplates")
    by_name = {} if templates is MISSING else {item["metadata"]["name"]: item for item in templates}
    owned: dict[str, Tree] = {}
    for volume in dig(vm, _VOLUMES) or ():
        for path in ("dataVolume.name", "persistentVolumeClaim.claimName"):
            was = dig(volume, path)
            if was in by_name:
                own = owned.setdefault(was, _renamed(by_name[was], volume_name(name, volume["name"])))
                plant(volume, path, own["metadata"]["name"])
    if owned:
        vm["spec"]["dataVolumeTemplates"] = list(owned.values())


def _renamed(template: Tree, name: str) -> Tree:
    kept = {
        field: template["metadata"][field] for field in ("labels", "annotations") if template["metadata"].get(field)
    }
    return {"metadata": {"name": name, **kept}, "spec": template["spec"]}


def name_namespace(spec: Tree, namespace: str) -> None:
    """Let an image that a DataVolume names without its namespace be in this one."""
    for path in ("source.pvc", "source.snapshot", "sourceRef"):
        source = dig(spec, path)
        if isinstance(source, dict) and not source.get("namespace"):
            source["namespace"] = namespace


def disk_names(vm: t.Mapping[str, t.Any]) -> frozenset[str]:
    """Return the names of all disks and volumes."""
    items = [*(dig(vm, f"{_DEVICES}.disks") or ()), *(dig(vm, _VOLUMES) or ())]
    return frozenset(item["name"] for item in items)
