# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kubevirt_foreseen
short_description: Which objects a cluster can judge by a dry run
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    A cluster judges no object whose namespace it does not have, or whose kind it does not know yet. This tells such
    objects from the others, so that check mode can ask of the others alone.
positional: _input, namespaces, crds
options:
  _input:
    description:
      - The objects, as P(vmo.core.kubevirt_manifest#filter) returns them.
    type: list
    elements: dict
    required: true
  namespaces:
    description:
      - Names of the namespaces that the cluster has.
    type: list
    elements: str
    required: true
  crds:
    description:
      - Names of the CustomResourceDefinitions that the cluster has, such as V(kubevirts.kubevirt.io).
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: What check mode can ask of the cluster
  kubernetes.core.k8s:
    definition: "{{ (objects | vmo.core.kubevirt_foreseen(namespaces=['default'], crds=[])).known }}"
  check_mode: true
"""

RETURN = r"""
_value:
  description:
    - The objects, in their order.
  type: dict
  contains:
    known:
      description: Those that the cluster can judge.
      type: list
      elements: dict
      sample:
        - apiVersion: v1
          kind: Namespace
          metadata: {name: kubevirt}
    foreseen:
      description: Those that it cannot judge yet.
      type: list
      elements: dict
      sample:
        - apiVersion: v1
          kind: ServiceAccount
          metadata: {name: kubevirt-operator, namespace: kubevirt}
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.foreseen import prospect_of

_NAME = "vmo.core.kubevirt_foreseen"


def kubevirt_foreseen(objects: t.Any, namespaces: t.Any, crds: t.Any) -> dict[str, list[dict[str, t.Any]]]:
    """Return which objects a cluster can judge; raises ``AnsibleFilterError`` for what is no object."""
    for name, value in (("objects", objects), ("namespaces", namespaces), ("crds", crds)):
        if not isinstance(value, (list, tuple)):
            raise AnsibleFilterError(f"{_NAME}: {name}: a list is needed, not a {type(value).__name__}.")
    for item in objects:
        if not isinstance(item, dict) or not {"apiVersion", "kind", "metadata"} <= item.keys():
            raise AnsibleFilterError(f"{_NAME}: {item!r} is no object of Kubernetes.")
    return prospect_of(objects, frozenset(namespaces), frozenset(crds))._asdict()


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"kubevirt_foreseen": kubevirt_foreseen}
