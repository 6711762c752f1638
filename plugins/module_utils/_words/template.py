# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a VM template: those of a virtual machine and those of its card. Private to vmo.core."""

from __future__ import annotations

import base64
import binascii
import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.template import PARAMETERIZED, TEMPLATE
from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig, plant
from ansible_collections.vmo.core.plugins.module_utils._words import text
from ansible_collections.vmo.core.plugins.module_utils._words.fields import Items, Tree, Word, describe, render
from ansible_collections.vmo.core.plugins.module_utils._words.parameterized import (
    REFERENCE,
    definition_of,
    is_whole,
    name_of_machine,
    to_plain,
    without_machine,
)
from ansible_collections.vmo.core.plugins.module_utils._words.shape import fault_of
from ansible_collections.vmo.core.plugins.module_utils._words.vm import TEMPLATE as MACHINE
from ansible_collections.vmo.core.plugins.module_utils._words.vm import describe_vm, render_vm

_PARAMETER = Items(
    {
        "name": "name",
        "display_name": "displayName",
        "description": "description",
        "value": "value",
        "generate": "generate",
        "from": "from",
        "required": "required",
    }
)
CARD_WORDS = (
    Word("display_name", "spec.displayName"),
    Word("description", "spec.description"),
    Word("icon", "spec.icon"),
    Word("usage_message", "spec.message"),
    Word("parameters", "spec.parameters", _PARAMETER),
    Word("running", "spec.running"),
    Word("run_strategy", "spec.runStrategy"),
)
_VM = "VirtualMachine"
_CLOUD_INIT = ("cloudInitNoCloud", "cloudInitConfigDrive")
_DOCUMENTS = (("userData", False), ("userDataBase64", True), ("networkData", False), ("networkDataBase64", True))


def render_template(options: t.Mapping[str, t.Any], name: str, found: Tree, *, parameterized: bool = False) -> Tree:
    """Return what the options ask of the template ``found`` (empty for a new one).

    The disks of one with parameters are named after the VM that is made of it, by whomever.
    """
    cloud_init = options.get("cloud_init")
    if cloud_init:
        if cloud_init.get("store") == "secret":
            raise InvalidOption(
                "cloud_init: store: a template has no Secret of its own; name one in cloud_init.secret, or let the "
                "data stand in the template: VMs that are made from it keep secret data in a Secret.",
                option="cloud_init",
            )
        options = {**options, "cloud_init": {**cloud_init, "store": "inline"}}
    devices = dig(found, f"{MACHINE}.domain.devices.disks") or ()
    named_after = name_of_machine(found) if parameterized else name
    body = render_vm(options, "", named_after, found, running=False, unmade={disk["name"] for disk in devices}).body
    render(CARD_WORDS, options, body)
    if options.get("run_strategy") is not None:
        # the API takes one of both
        body["spec"]["running"] = None
    elif options.get("running") is not None:
        body["spec"]["runStrategy"] = None
    return body


def describe_template(template: t.Mapping[str, t.Any]) -> Tree:
    """Return a template in the words of its options; what these cannot say is under ``definition``.

    Documents of cloud-init are returned as they are: hide them with ``_plan.diff`` before anybody sees them.
    """
    rest = copy.deepcopy(dict(template))
    fault = fault_of(rest)
    if fault:
        # a parameter may stand for whole parts of a machine
        return definition_of({"definition": {"spec": rest.get("spec") or {}}})
    said: Tree = {}
    describe(CARD_WORDS, rest, said)
    return definition_of({**said, **describe_vm(rest)})


def machine_of(template: t.Mapping[str, t.Any]) -> Tree:
    """Return the VirtualMachine that a template describes, with the labels and annotations of its VMs."""
    return without_machine(copy.deepcopy(dict(template)))


def documents(machine: t.Mapping[str, t.Any]) -> list[str]:
    """Return all documents of cloud-init that stand in a machine."""
    found: list[str] = []
    if fault_of(machine):
        return found
    for volume in dig(machine, f"{MACHINE}.volumes") or ():
        for source in _CLOUD_INIT:
            for field, encoded in _DOCUMENTS:
                document = dig(volume, f"{source}.{field}")
                if document:
                    found.append(_decoded(str(document)) if encoded else str(document))
    return found


def holds_secret(machine: t.Mapping[str, t.Any], *, parameterized: bool = False) -> bool:
    """Tell whether a document of cloud-init in a machine looks as if it held a password or a key.

    With parameters, a line in which one stands holds none: its value comes with the VM.
    """
    for document in documents(machine):
        own = [line for line in document.splitlines() if not (parameterized and REFERENCE.search(line))]
        if text.holds_secret("\n".join(own)):
            return True
    return False


def _decoded(encoded: str) -> str:
    try:
        return base64.b64decode(encoded).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return encoded


def read_template(content: t.Any, name: str, option: str) -> Tree:
    """Return the template in an exported document, as text or as a value, in the common form.

    It is a VmTemplate or one of KubeVirt's, else a VirtualMachine. Of many documents it is the one of that name, or the
    only one of its kind. Raises ``InvalidOption``.
    """
    try:
        values = text.parse_all(content) if isinstance(content, str) else [content]
    except ValueError as error:
        raise InvalidOption(f"{option}: {error}.", option=option) from None
    found = [item for value in values for item in _items(value)]
    for kinds in ((TEMPLATE, PARAMETERIZED), (_VM,), (None,)):
        fitting = [item for item in found if item.get("kind") in kinds and isinstance(item.get("spec"), dict)]
        same = [item for item in fitting if dig(item, "metadata.name") == name]
        if len(same) == 1 or len(fitting) == 1:
            return _checked((same or fitting)[0], option)
        if fitting:
            named = ", ".join(sorted(str(dig(item, "metadata.name")) for item in fitting))
            raise InvalidOption(
                f"{option}: it holds {len(fitting)} templates, {named}, and not one of them is {name}.", option=option
            )
    held = ", ".join(sorted({str(item.get("kind")) for item in found})) or "nothing"
    raise InvalidOption(
        f"{option}: it holds neither a {TEMPLATE}, a {PARAMETERIZED} nor a {_VM}, nor a mapping with spec, but {held}.",
        option=option,
    )


def _items(value: t.Any) -> list[Tree]:
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        return [item for item in value["items"] if isinstance(item, dict)]
    return [value] if isinstance(value, dict) else []


def _checked(template: Tree, option: str) -> Tree:
    """Return a copy with nothing in it that belongs to another cluster; what cannot be a machine is refused."""
    template = to_plain(template) if is_whole(template) else template
    if not isinstance(dig(template, MACHINE), dict):
        raise InvalidOption(f"{option}: it has no {MACHINE}, so it describes no machine.", option=option)
    body: Tree = {"spec": copy.deepcopy(template["spec"])}
    for field in ("labels", "annotations"):
        value = dig(template, f"metadata.{field}")
        if value:
            plant(body, f"metadata.{field}", dict(value))
    for annotation in list(dig(body, "metadata.annotations") or ()):
        if annotation.startswith("kubectl.kubernetes.io/"):
            del body["metadata"]["annotations"][annotation]
    if dig(template, "metadata.name"):
        plant(body, "metadata.name", str(dig(template, "metadata.name")))
    return body


def run_strategy_of(template: t.Mapping[str, t.Any]) -> str | None:
    """Return what a template says of the power state of its VMs, ``None`` if it says nothing."""
    spec = template.get("spec") or {}
    if spec.get("runStrategy"):
        return str(spec["runStrategy"])
    running = spec.get("running", MISSING)
    return None if running in (MISSING, None) else "Always" if running else "Halted"
