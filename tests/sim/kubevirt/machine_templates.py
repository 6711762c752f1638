# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VirtualMachineTemplate: what its schema and its webhook refuse, and its controller, which calls each one ready."""

from __future__ import annotations

import re
import typing as t

from tests.sim.kubevirt import refusals
from tests.sim.kubevirt.cluster import Cluster, Key
from tests.sim.kubevirt.documents import at, set_condition
from tests.sim.kubevirt.kinds import MACHINE_TEMPLATE, Change, Kind, Object
from tests.sim.kubevirt.refusals import Cause

_WEBHOOK = "vvirtualmachinetemplate-v1alpha1.kb.io"
_REFERENCE = re.compile(r"\$\{([a-zA-Z0-9_]+)\}|^\$\{\{([a-zA-Z0-9_]+)\}\}\Z")
_FROM = re.compile(r"\[([a-zA-Z0-9\-\\]+)\](\{(\w+)\})")


def judge(item: Object) -> list[str]:
    """Return the warnings; raises the refusal."""
    spec = item.get("spec") or {}
    name = at(item, "metadata.name", "")
    causes = []
    if not isinstance(spec.get("virtualMachine"), dict):
        causes.append(refusals.required("Required value", "spec.virtualMachine"))
    for index, parameter in enumerate(spec.get("parameters") or ()):
        place = f"spec.parameters[{index}]"
        if parameter.get("generate", "expression") != "expression":
            causes.append(Cause("FieldValueNotSupported", 'supported values: "expression"', f"{place}.generate"))
        if not _FROM.search(parameter.get("from", "[a]{1}")):
            causes.append(refusals.invalid("Invalid value: should match the pattern", f"{place}.from"))
    if causes:
        raise refusals.unprocessable(MACHINE_TEMPLATE, name, causes)
    return _judge_references(spec)


def _judge_references(spec: Object) -> list[str]:
    declared = [parameter["name"] for parameter in spec.get("parameters") or ()]
    used = _references([spec["virtualMachine"], spec.get("message", "")])
    unknown = sorted(used - set(declared))
    if unknown:
        said = [f'spec.virtualMachine: Invalid value: "{one}": references undefined parameter {one}' for one in unknown]
        text = said[0] if len(said) == 1 else f"[{', '.join(said)}]"
        raise refusals.Refusal(403, "Forbidden", f'admission webhook "{_WEBHOOK}" denied the request: {text}')
    return [
        f"spec.parameters[{index}].name: {one} is defined but never referenced"
        for index, one in enumerate(declared)
        if one not in used
    ]


def _references(tree: t.Any) -> set[str]:
    if isinstance(tree, dict):
        return set().union(*map(_references, tree), *map(_references, tree.values()))
    if isinstance(tree, list):
        return set().union(*map(_references, tree))
    return {one or other for one, other in _REFERENCE.findall(tree)} if isinstance(tree, str) else set()


class MachineTemplateController:
    """Whatever the webhook let pass is ready."""

    kind: Kind = MACHINE_TEMPLATE

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, _change: Change, /) -> t.Iterable[Key]:
        return ()

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(MACHINE_TEMPLATE, namespace, name)
        if found is None:
            return None
        generation = found["metadata"].get("generation")
        conditions = at(found, "status.conditions", [])
        if not any(item.get("observedGeneration") == generation for item in conditions):
            set_condition(
                found, "Ready", "True", "Reconciled", "VirtualMachineTemplate is ready to be processed", times={}
            )
            found["status"]["conditions"][0]["observedGeneration"] = generation
            self._cluster.write(found)
        return None
