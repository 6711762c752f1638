# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KubeVirt's own templates in the form of Palette's, and back. Private to vmo.core.

Palette's VmTemplate is a VirtualMachine with a card in its ``spec``; that form is what all of ``_plan`` reads.
KubeVirt's VirtualMachineTemplate keeps the machine in ``spec.virtualMachine``. In the common form it has
``spec.parameters``, ``spec.message``, and ``spec.machine``, which is the machine without its ``spec``. It has no card:
that is kept in annotations.
"""

from __future__ import annotations

import copy
import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.template import (
    BESIDE_MACHINE,
    PARAMETERIZED,
    is_parameterized,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig, named, plant, take
from ansible_collections.vmo.core.plugins.module_utils._words.text import holds_secret

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind

Tree = dict[str, t.Any]
_CARD = {
    "displayName": "vmo.core/display-name",
    "description": "vmo.core/description",
    "icon": "vmo.core/icon",
}
_OWN = ("parameters", "message")
# by which a template says what its VM is called
NAME_PATHS = {"name": "machine.metadata.name", "namespace": "machine.metadata.namespace"}
_NAME = "NAME"
OWN_NAME = f"${{{_NAME}}}"
REFERENCE = re.compile(r"\$\{([a-zA-Z0-9_]+)\}")
VALUE_REFERENCE = re.compile(r"\$\{\{([a-zA-Z0-9_]+)\}\}")
_QUANTITIES = ("memory", "max_memory", "hugepages", "size")
_QUANTITY_MAPS = ("requests", "limits")


def is_whole(template: t.Mapping[str, t.Any]) -> bool:
    """Tell whether an object is one of KubeVirt's, by its kind or else by its form."""
    kind = template.get("kind")
    return kind == PARAMETERIZED if kind else dig(template, "spec.virtualMachine", MISSING) is not MISSING


def has_parameters(plain: t.Mapping[str, t.Any]) -> bool:
    """Tell whether a template in the common form is one of KubeVirt's."""
    return "machine" in (plain.get("spec") or {})


def to_plain(template: t.Mapping[str, t.Any]) -> Tree:
    """Return one of KubeVirt's templates, or a part of one, in the common form; raises ``InvalidOption``."""
    plain: Tree = copy.deepcopy(dict(template))
    spec = plain.pop("spec", None) or {}
    machine = spec.get("virtualMachine") or {}
    if not isinstance(machine, dict) or not isinstance(machine.get("spec") or {}, dict):
        raise InvalidOption(f"template: spec.virtualMachine of a {PARAMETERIZED} is no mapping.", option="template")
    card = {}
    annotations = dig(plain, "metadata.annotations")
    for field, annotation in _CARD.items():
        if annotation in (annotations or {}):
            card[field] = annotations.pop(annotation)
    own = {field: spec[field] for field in _OWN if field in spec}
    rest = {field: value for field, value in machine.items() if field != "spec"}
    plain["spec"] = {**(machine.get("spec") or {}), **card, **own, "machine": rest}
    return plain


def from_plain(plain: t.Mapping[str, t.Any], found: t.Mapping[str, t.Any] | None = None) -> Tree:
    """Return what ``to_plain`` was given, with whatever else ``found`` has in its ``spec``."""
    template: Tree = copy.deepcopy(dict(plain))
    spec = template.pop("spec", None) or {}
    machine = spec.pop("machine", None) or {}
    for field, annotation in _CARD.items():
        if field in spec:
            there = (template.setdefault("metadata", {})).get("annotations") or {}
            template["metadata"]["annotations"] = {**there, annotation: spec.pop(field)}
    own = {field: spec.pop(field) for field in _OWN if field in spec}
    others = {
        field: value for field, value in (dig(found, "spec") or {}).items() if field not in (*_OWN, "virtualMachine")
    }
    template["spec"] = {**others, **own, "virtualMachine": {**machine, **({"spec": spec} if spec else {})}}
    return template


def plain_of(kind: Kind, template: t.Mapping[str, t.Any]) -> Tree:
    """Return a template of the cluster in the common form."""
    return to_plain(template) if is_parameterized(kind) else dict(template)


def served_as(kind: Kind, plain: Tree, found: t.Mapping[str, t.Any] | None = None) -> Tree:
    """Return a template in the common form as the cluster wants it."""
    return from_plain(plain, found) if is_parameterized(kind) else plain


def source_of(plain: t.Mapping[str, t.Any]) -> Tree:
    """Return the VirtualMachine with its references that a template in the common form holds."""
    return t.cast("Tree", from_plain(plain)["spec"]["virtualMachine"])


def own_parameter(plain: t.Mapping[str, t.Any], what: str) -> str | None:
    """Return the parameter that is the whole name or namespace of the VM, if there is one."""
    said = dig(plain, f"spec.{NAME_PATHS[what]}")
    match = REFERENCE.fullmatch(said) if isinstance(said, str) else None
    return None if match is None else match[1]


def name_machine(plain: Tree, template: str) -> None:
    """Let other tools make VMs from a new template, too: each needs a name of its own."""
    if dig(plain, f"spec.{NAME_PATHS['name']}") is not None:
        return
    plant(plain, f"spec.{NAME_PATHS['name']}", OWN_NAME)
    declared = list(dig(plain, "spec.parameters") or ())
    if named(declared, _NAME) is None:
        generated = {"generate": "expression", "from": f"{template}-[a-z0-9]{{5}}"}
        declared.insert(0, {"name": _NAME, "description": "The name of the VM.", "required": True, **generated})
        plant(plain, "spec.parameters", declared)


def name_of_machine(plain: t.Mapping[str, t.Any]) -> str:
    """Return what stands for the name of the VM in the names of its disks."""
    return str(dig(plain, f"spec.{NAME_PATHS['name']}") or OWN_NAME)


def definition_of(words: Tree) -> Tree:
    """Return words of a template with their ``definition`` as KubeVirt's API has it."""
    definition = words.get("definition") or {}
    if not has_parameters(definition):
        return words
    served = from_plain(definition)
    for path in ("spec.virtualMachine", "spec"):
        if not dig(served, path, True):
            take(served, path)
    rest = {word: value for word, value in words.items() if word != "definition"}
    return {**rest, "definition": served} if served else rest


def without_references(options: t.Mapping[str, t.Any]) -> Tree:
    """Return options without those quantities in whose place a parameter stands."""
    kept: Tree = {}
    for option, value in options.items():
        if option in _QUANTITIES and isinstance(value, str) and REFERENCE.search(value):
            continue
        if option in _QUANTITY_MAPS and isinstance(value, dict):
            kept[option] = {name: one for name, one in value.items() if not REFERENCE.search(str(one))}
        elif option == "disks" and value:
            kept[option] = [without_references(item) for item in value]
        else:
            kept[option] = value
    return kept


def open_values(plain: t.Mapping[str, t.Any]) -> list[str]:
    """Return the parameters that look as if everybody could read a password in their default."""
    declared = dig(plain, "spec.parameters") or ()
    return [str(item["name"]) for item in declared if item.get("value") and holds_secret(str(item.get("name")))]


def without_machine(plain: Tree) -> Tree:
    """Take away what is not of the machine, but for its own labels and annotations."""
    machine = dig(plain, "spec.machine")
    for field in BESIDE_MACHINE:
        take(plain, f"spec.{field}")
    if machine is not None:
        plain["metadata"] = dict(machine.get("metadata") or {})
    return plain
