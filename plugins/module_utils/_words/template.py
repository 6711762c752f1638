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
from ansible_collections.vmo.core.plugins.module_utils._model.template import CATALOGUE, TEMPLATE
from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig, plant, take
from ansible_collections.vmo.core.plugins.module_utils._words import text
from ansible_collections.vmo.core.plugins.module_utils._words.fields import Tree, Word, describe, render
from ansible_collections.vmo.core.plugins.module_utils._words.vm import TEMPLATE as MACHINE
from ansible_collections.vmo.core.plugins.module_utils._words.vm import describe_vm, render_vm

CARD_WORDS = (
    Word("display_name", "spec.displayName"),
    Word("description", "spec.description"),
    Word("icon", "spec.icon"),
    Word("running", "spec.running"),
    Word("run_strategy", "spec.runStrategy"),
)
_VM = "VirtualMachine"
_CLOUD_INIT = ("cloudInitNoCloud", "cloudInitConfigDrive")
_DOCUMENTS = (("userData", False), ("userDataBase64", True), ("networkData", False), ("networkDataBase64", True))


def render_template(options: t.Mapping[str, t.Any], name: str, found: Tree) -> Tree:
    """Return what the options ask of the template ``found`` (empty for a new one)."""
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
    body = render_vm(options, "", name, found, running=False, unmade={disk["name"] for disk in devices}).body
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
    said: Tree = {}
    describe(CARD_WORDS, rest, said)
    return {**said, **describe_vm(rest)}


def machine_of(template: t.Mapping[str, t.Any]) -> Tree:
    """Return the VirtualMachine that a template describes, with the template's labels and annotations."""
    machine = copy.deepcopy(dict(template))
    for field in CATALOGUE:
        take(machine, f"spec.{field}")
    return machine


def documents(machine: t.Mapping[str, t.Any]) -> list[str]:
    """Return all documents of cloud-init that stand in a machine."""
    found = []
    for volume in dig(machine, f"{MACHINE}.volumes") or ():
        for source in _CLOUD_INIT:
            for field, encoded in _DOCUMENTS:
                document = dig(volume, f"{source}.{field}")
                if document:
                    found.append(_decoded(str(document)) if encoded else str(document))
    return found


def holds_secret(machine: t.Mapping[str, t.Any]) -> bool:
    """Tell whether a document of cloud-init in a machine looks as if it held a password or a key."""
    return any(map(text.holds_secret, documents(machine)))


def _decoded(encoded: str) -> str:
    try:
        return base64.b64decode(encoded).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return encoded


def read_template(content: t.Any, name: str, option: str) -> Tree:
    """Return the template in an exported document, as text or as a value: a VmTemplate, else a VirtualMachine.

    Of many documents it is the one of that name, or the only one of its kind. Raises ``InvalidOption``.
    """
    try:
        values = text.parse_all(content) if isinstance(content, str) else [content]
    except ValueError as error:
        raise InvalidOption(f"{option}: {error}.", option=option) from None
    found = [item for value in values for item in _items(value)]
    for kind in (TEMPLATE, _VM, None):
        fitting = [item for item in found if item.get("kind") == kind and isinstance(item.get("spec"), dict)]
        same = [item for item in fitting if dig(item, "metadata.name") == name]
        if len(same) == 1 or len(fitting) == 1:
            return _checked((same or fitting)[0], option)
        if fitting:
            named = ", ".join(sorted(str(dig(item, "metadata.name")) for item in fitting))
            raise InvalidOption(
                f"{option}: it holds {len(fitting)} templates, {named}, and not one of them is {name}.", option=option
            )
    kinds = ", ".join(sorted({str(item.get("kind")) for item in found})) or "nothing"
    raise InvalidOption(
        f"{option}: it holds neither a {TEMPLATE} nor a {_VM}, nor a mapping with spec, but {kinds}.", option=option
    )


def _items(value: t.Any) -> list[Tree]:
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        return [item for item in value["items"] if isinstance(item, dict)]
    return [value] if isinstance(value, dict) else []


def _checked(template: Tree, option: str) -> Tree:
    """Return a copy with nothing in it that belongs to another cluster; what cannot be a machine is refused."""
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
