# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine or a template from elsewhere as a template of the kind that the cluster has. Private to vmo.core."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.template import PARAMETERIZED, TEMPLATE, is_parameterized
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, plant, take
from ansible_collections.vmo.core.plugins.module_utils._plan.template.instantiate import VM_LABEL, own_disks
from ansible_collections.vmo.core.plugins.module_utils._words.parameterized import (
    OWN_NAME,
    has_parameters,
    is_whole,
    name_machine,
    to_plain,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind

Tree = dict[str, t.Any]
# fields of a template, and the options for them
_OF_PARAMETERIZED = {"parameters": "parameters", "message": "usage_message"}
_INSTANCE_LABELS = "spec.template.metadata.labels"


def adopt(whole: t.Mapping[str, t.Any], kind: Kind, name: str) -> Tree:
    """Return a template or a VM in the common form as one of this kind; raises ``InvalidOption``."""
    template: Tree = copy.deepcopy(dict(whole))
    if is_parameterized(kind):
        return template if has_parameters(template) else _with_parameters(template, name)
    if has_parameters(template):
        _check_without_parameters(dig(template, "spec"), "src")
        _give_marks(template, take(template, "spec.machine"))
    return template


def _with_parameters(template: Tree, name: str) -> Tree:
    """What the VMs get is in the machine there, and not in the template."""
    metadata = template.pop("metadata", {})
    marks = {field: metadata[field] for field in ("labels", "annotations") if metadata.get(field)}
    template["metadata"] = {field: metadata[field] for field in ("name",) if field in metadata}
    plant(template, "spec.machine.metadata", marks)
    own_disks(template, OWN_NAME)
    if VM_LABEL in (dig(template, _INSTANCE_LABELS) or {}):
        template["spec"]["template"]["metadata"]["labels"][VM_LABEL] = OWN_NAME
    name_machine(template, name)
    return template


def _give_marks(template: Tree, machine: t.Any) -> None:
    metadata = machine.get("metadata") or {} if isinstance(machine, dict) else {}
    for field in ("labels", "annotations"):
        if metadata.get(field):
            plant(template, f"metadata.{field}", {**(dig(template, f"metadata.{field}") or {}), **metadata[field]})


def adopt_definition(definition: t.Mapping[str, t.Any], kind: Kind) -> Tree:
    """Return a definition in the common form; that of a VmTemplate will do for both kinds. Raises ``InvalidOption``."""
    said = definition.get("kind")
    if said is not None and said != kind.name:
        raise InvalidOption(
            f"definition: kind is {said}, but the cluster keeps this template as {kind.name}.", option="definition"
        )
    own: Tree = copy.deepcopy(
        {field: value for field, value in definition.items() if field not in ("apiVersion", "kind")}
    )
    for path in ("metadata.name", "metadata.namespace"):
        take(own, path)
    if not is_whole(own):
        return own
    if not is_parameterized(kind):
        raise InvalidOption(
            f"definition: spec.virtualMachine is what a {PARAMETERIZED} has; a {TEMPLATE} has spec.template.",
            option="definition",
        )
    return to_plain(own)


def check_options(options: t.Mapping[str, t.Any], kind: Kind) -> None:
    """Refuse what templates of this kind do not have."""
    if not is_parameterized(kind):
        _check_without_parameters(options, "")


def _check_without_parameters(said: t.Any, option: str) -> None:
    for field, own_option in _OF_PARAMETERIZED.items():
        if (said or {}).get(field if option else own_option):
            raise InvalidOption(
                f"{option or own_option}: a {TEMPLATE} of Palette has no {field}; a {PARAMETERIZED} of KubeVirt has, "
                f"also one that vmo_vm takes from a file or a variable.",
                option=option or own_option,
            )
