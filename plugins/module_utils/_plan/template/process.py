# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VirtualMachine that a template stands for, as KubeVirt's ``process`` gives it. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.kind import VM
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.template.parameters import (
    Choose,
    as_texts,
    fill,
    message_of,
    rendered,
)
from ansible_collections.vmo.core.plugins.module_utils._words.parameterized import has_parameters
from ansible_collections.vmo.core.plugins.module_utils._words.template import machine_of

Tree = dict[str, t.Any]
_OPTION = "parameters"
_KEPT = ("labels", "annotations")


def process(plain: t.Mapping[str, t.Any], parameters: t.Mapping[str, t.Any] | None, choose: Choose) -> Tree:
    """Return ``vm``, and the ``message`` of the template, ``None`` if it has none; raises ``InvalidOption``.

    Nothing is added by which ``vmo_vm`` makes VMs of one template differ: their names are up to the parameters.
    """
    given = as_texts(parameters)
    head = {"apiVersion": VM.api_version, "kind": VM.name}
    if has_parameters(plain):
        values = fill(plain, given, {}, choose, _OPTION).values
        return {"vm": {**rendered(plain, values), **head}, "message": message_of(plain, values)}
    if given:
        raise InvalidOption(f"{_OPTION}: {dig(plain, 'metadata.name')} takes none.", option=_OPTION)
    machine = machine_of(plain)
    metadata = {field: value for field, value in (machine.get("metadata") or {}).items() if field in _KEPT}
    return {"vm": {**head, "metadata": metadata, "spec": machine["spec"]}, "message": None}
