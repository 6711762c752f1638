# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: differing
short_description: Objects of Kubernetes that are not as wanted
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Returns those of the wanted objects that are not there, or of which a field is not there or is another one, so that
    a task that writes has only these. What an object does not say is no difference: what the server adds to it counts
    for nothing.
positional: _input, found
options:
  _input:
    description:
      - The wanted objects, with C(kind) and C(metadata.name).
    type: list
    elements: dict
    required: true
  found:
    description:
      - The objects that are there, as M(kubernetes.core.k8s_info) returns them in C(resources).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: See which Services there are
  kubernetes.core.k8s_info:
    kind: Service
    namespace: shop
  register: there

- name: Make or change only what is not as wanted
  kubernetes.core.k8s:
    definition: "{{ services | vmo.core.differing(there.resources) }}"
  when: services | vmo.core.differing(there.resources) | length > 0
  vars:
    services:
      - kind: Service
        apiVersion: v1
        metadata:
          name: shop
          namespace: shop
        spec:
          selector: {app: shop}
          ports: [{port: 80}]
"""

RETURN = r"""
_value:
  description:
    - The objects, as they were wanted.
  type: list
  elements: dict
  sample:
    - kind: Service
      metadata: {name: shop}
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.contents import missing_in

Tree = dict[str, t.Any]


def differing(wanted: t.Any, found: t.Any) -> list[Tree]:
    """Return the objects that are not as wanted; raises ``AnsibleFilterError`` for what is no object."""
    for each in (wanted, found):
        if not isinstance(each, (list, tuple)) or not all(_is_object(item) for item in each):
            raise AnsibleFilterError("vmo.core.differing: lists of objects with a kind and a name are needed.")
    there = {(item["kind"], item["metadata"]["name"]): item for item in found}
    return [item for item in wanted if _differs(there.get((item["kind"], item["metadata"]["name"])), item)]


def _is_object(item: t.Any) -> bool:
    return (
        isinstance(item, dict)
        and "kind" in item
        and isinstance(item.get("metadata"), dict)
        and "name" in item["metadata"]
    )


def _differs(found: Tree | None, wanted: Tree) -> bool:
    # Kubernetes keeps what is its own without a group of the name of somebody's domain.
    builtin = "." not in str(wanted.get("apiVersion", "")).partition("/")[0]
    return found is None or missing_in(found, wanted, builtin=builtin) != []


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"differing": differing}
