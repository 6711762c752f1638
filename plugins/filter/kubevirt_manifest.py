# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kubevirt_manifest
short_description: Objects of a manifest, in the order in which a cluster can take them
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Reads the text of a manifest and returns its objects: namespaces, then the definitions of kinds, then the rest as it
    came. Empty documents are dropped, lists are opened.
  - On request the images come from other registries, and secrets for them are named.
positional: _input, registries, pull_secrets
options:
  _input:
    description:
      - The text, one YAML document or many.
    type: str
    required: true
  registries:
    description:
      - >-
        Where images are to be pulled from instead: a mapping of what their names begin with, such as
        V(quay.io/kubevirt), to what stands there then. Of several that fit, the longest counts. Each ends where a part
        of the name does.
      - >-
        It counts for all containers, and for variables of their environment that have C(IMAGE) in their name: operators
        read there what they are to start.
    type: dict
    default: {}
  pull_secrets:
    description:
      - >-
        Names of secrets with which images are pulled. They are added to whatever starts pods, and to KubeVirt and CDI
        objects, for the pods that their operators start.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: KubeVirt's operator from a private mirror
  kubernetes.core.k8s:
    definition: >-
      {{ lookup('ansible.builtin.file', 'kubevirt-operator.yaml', rstrip=false)
         | vmo.core.kubevirt_manifest(registries={'quay.io': 'registry.example.com/quay'}, pull_secrets=['mirror']) }}
"""

RETURN = r"""
_value:
  description:
    - The objects.
  type: list
  elements: dict
  sample:
    - apiVersion: v1
      kind: Namespace
      metadata: {name: kubevirt}
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.manifest import (
    objects_of,
    with_pull_secrets,
    with_registries,
)
from ansible_collections.vmo.core.plugins.module_utils._words.manifest import documents

_NAME = "vmo.core.kubevirt_manifest"


def kubevirt_manifest(text: t.Any, registries: t.Any = None, pull_secrets: t.Any = None) -> list[dict[str, t.Any]]:
    """Return the objects of a manifest; raises ``AnsibleFilterError`` for what is none."""
    if not isinstance(text, str):
        raise AnsibleFilterError(f"{_NAME}: the text of a manifest is needed, not {type(text).__name__}.")
    moves, secrets = registries or {}, pull_secrets or []
    if not isinstance(moves, dict) or not all(isinstance(place, str) for place in (*moves, *moves.values())):
        raise AnsibleFilterError(f"{_NAME}: registries: {moves!r} is no mapping of texts to texts.")
    if not isinstance(secrets, (list, tuple)) or not all(isinstance(name, str) for name in secrets):
        raise AnsibleFilterError(f"{_NAME}: pull_secrets: {secrets!r} is no list of names.")
    try:
        objects = objects_of(documents(text))
    except ValueError as error:
        raise AnsibleFilterError(f"{_NAME}: {error}.") from None
    except InvalidOption as error:
        raise AnsibleFilterError(f"{_NAME}: the text is no manifest: {error.message}") from None
    return [with_pull_secrets(with_registries(item, moves), secrets) for item in objects]


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"kubevirt_manifest": kubevirt_manifest}
