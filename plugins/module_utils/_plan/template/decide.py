# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to a VM template. Private to vmo.core."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.status import is_going
from ansible_collections.vmo.core.plugins.module_utils._model.template import (
    CATALOGUE,
    PARAMETERIZED,
    TEMPLATE,
    is_parameterized,
    is_system_annotation,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, plant
from ansible_collections.vmo.core.plugins.module_utils._plan.defaults import with_defaults
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import differences
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import (
    disagreements,
    merge,
    merge_patch,
    settle,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan, Step
from ansible_collections.vmo.core.plugins.module_utils._plan.template.adopt import (
    adopt,
    adopt_definition,
    check_options,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.template.parameters import check_references
from ansible_collections.vmo.core.plugins.module_utils._plan.vm import drop_unused_templates
from ansible_collections.vmo.core.plugins.module_utils._plan.vm_shape import VM_SHAPE
from ansible_collections.vmo.core.plugins.module_utils._words.parameterized import (
    has_parameters,
    name_machine,
    open_values,
    plain_of,
    served_as,
)
from ansible_collections.vmo.core.plugins.module_utils._words.shape import check_machine
from ansible_collections.vmo.core.plugins.module_utils._words.template import (
    describe_template,
    holds_secret,
    machine_of,
    render_template,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._model.template import WantedTemplate

Tree = dict[str, t.Any]
_MACHINE = "spec.template.spec"
_SHAPE = VM_SHAPE._replace(keys={**VM_SHAPE.keys, "spec.parameters": {"name": None}})


def check_definition(wanted: WantedTemplate, api_version: str | None) -> None:
    """Refuse a definition that is about another object."""
    definition = wanted.definition
    kinds = (TEMPLATE, PARAMETERIZED)
    for path, own in (("kind", kinds), ("metadata.name", (wanted.name,)), ("apiVersion", (api_version,))):
        said = dig(definition, path)
        if said is not None and own != (None,) and said not in own:
            raise InvalidOption(
                f"definition: {path} is {said}, but the task is about {' or '.join(map(str, own))}.",
                option="definition",
            )
    if "status" in definition:
        raise InvalidOption("definition: status cannot stand here; the cluster writes it.", option="definition")


def check_annotations(option: str, annotations: t.Mapping[str, t.Any] | None) -> None:
    """Refuse annotations that Palette keeps."""
    for name in annotations or ():
        if is_system_annotation(str(name)):
            raise InvalidOption(f"{option}: {name} belongs to Palette, so it is left alone.", option=option)


def decide_removal(found: Tree | None, kind: Kind) -> Plan:
    """Return how the template goes; machines that were made from it stay."""
    if found is None or is_going(found):
        return Plan("none")
    metadata = found["metadata"]
    before, after = differences(describe_template(plain_of(kind, found)), {})
    return Plan("delete", before, after, (Step("delete", kind, metadata["name"], {"uid": metadata["uid"]}),))


def decide(wanted: WantedTemplate, found: Tree | None, kind: Kind, namespace: str | None) -> Plan:
    """Return what brings the template to what the task asks; raises ``InvalidOption``."""
    there = None if found is None else plain_of(kind, found)
    after = _wanted_object(wanted, there, kind)
    if found is None and dig(after, _MACHINE) is None:
        raise InvalidOption(
            f"definition: {wanted.subject} does not exist yet, and the task does not say which machine it is for.",
            option="definition",
        )
    if is_parameterized(kind) and found is None:
        name_machine(after, wanted.name)
    notes = _judge_secrets(wanted, after)
    patch = merge_patch(found or {}, served_as(kind, after, found))
    if not patch:
        # what is open is told when it is written, not each time it is seen
        return Plan("none")
    if is_parameterized(kind):
        check_references(after)
    if found is None:
        metadata = {**(after.get("metadata") or {}), "name": wanted.name}
        body = {**after, "metadata": {**metadata, **({"namespace": namespace} if namespace else {})}}
        before, diff = differences({}, describe_template(body))
        step = Step("create", kind, wanted.name, served_as(kind, body))
        return Plan("create", before, diff, (step,), notes=notes)
    patch.setdefault("metadata", {})["resourceVersion"] = found["metadata"]["resourceVersion"]
    before, diff = differences(describe_template(there or {}), describe_template(after))
    return Plan("update", before, diff, (Step("patch", kind, wanted.name, patch),), notes=notes)


def _wanted_object(wanted: WantedTemplate, found: Tree | None, kind: Kind) -> Tree:
    check_options(wanted.options, kind)
    base = copy.deepcopy(found or {})
    is_import = wanted.whole is not None
    if wanted.whole is not None and (found is None or wanted.update == "always"):
        base = _import(base, adopt(wanted.whole, kind, wanted.name))
    check_machine({"spec": {"template": {"spec": {}}}, **base})
    wish = render_template(wanted.options, wanted.name, base, parameterized=is_parameterized(kind))
    definition = adopt_definition(wanted.definition, kind)
    clash = disagreements(wish, definition, _SHAPE)
    if clash:
        raise InvalidOption(
            f"definition: it disagrees with the options of {wanted.subject} about {', '.join(clash)}.",
            option="definition",
        )
    complete = with_defaults(base, wish, definition, is_new=found is None and not is_import and _has_machine(wish))
    after = merge(merge(complete, wish, _SHAPE), definition, _SHAPE)
    drop_unused_templates(base, after)
    return t.cast("Tree", settle(found, after, _SHAPE))


def _has_machine(wish: Tree) -> bool:
    return dig(wish, _MACHINE) is not None


def _import(base: Tree, whole: t.Mapping[str, t.Any]) -> Tree:
    """Lay a whole template over what is there: its machine is all of it, its card and its marks join what is there."""
    there, spec = base.get("spec") or {}, copy.deepcopy(whole["spec"])
    base["spec"] = {**{field: there[field] for field in CATALOGUE if field in there}, **spec}
    is_new = dig(base, "metadata.name") is None
    for field in ("labels", "annotations"):
        said = dig(whole, f"metadata.{field}") or {}
        marks = {name: value for name, value in said.items() if is_new or not is_system_annotation(name)}
        if marks:
            plant(base, f"metadata.{field}", {**(dig(base, f"metadata.{field}") or {}), **marks})
    return base


def _judge_secrets(wanted: WantedTemplate, after: Tree) -> tuple[str, ...]:
    """Whoever may read templates can read the documents of cloud-init in them, and what parameters have by default."""
    suspects = ["cloud-init data"] if holds_secret(machine_of(after), parameterized=has_parameters(after)) else []
    suspects += [f"the value of parameter {name}" for name in open_values(after)]
    if not suspects:
        return ()
    text = (
        f"{' and '.join(suspects)} of {wanted.subject} looks as if it held a password or a key, and everybody who may "
        f"read templates can read it"
    )
    if not wanted.allow_inline_secrets:
        raise InvalidOption(
            f"{text}; name a Secret in cloud_init.secret, or set allow_inline_secrets.", option="allow_inline_secrets"
        )
    return (f"{text}.",)
