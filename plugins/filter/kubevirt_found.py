# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kubevirt_found
short_description: What there is of KubeVirt or CDI
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Tells of the one KubeVirt or CDI object of a cluster what P(vmo.core.kubevirt_release#filter) needs to know. It has
    to be read with its managed fields, which tell who wrote it.
positional: _input
options:
  _input:
    description:
      - The objects of that kind, as M(kubernetes.core.k8s_info) returns them, of which there may be one at most.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: What there is of CDI
  kubernetes.core.k8s_info:
    api_version: cdi.kubevirt.io/v1beta1
    kind: CDI
  register: cdis

- name: What has to be done
  ansible.builtin.set_fact:
    release: >-
      {{ cdis.resources | vmo.core.kubevirt_found | vmo.core.kubevirt_release(product='CDI', pinned='1.65.0') }}
"""

RETURN = r"""
_value:
  description:
    - What there is, empty if there is no such object.
  type: dict
  contains:
    installed:
      description: Always true.
      type: bool
      sample: true
    name:
      description: The name of the object.
      type: str
      sample: kubevirt
    namespace:
      description: Its namespace, none for CDI.
      type: str
      sample: kubevirt
    version:
      description: As RV(vmo.core.vmo_kubevirt_config#module:version).
      type: str
      sample: v1.4.0
    target_version:
      description: As RV(vmo.core.vmo_kubevirt_config#module:target_version).
      type: str
      sample: v1.4.0
    managed_by:
      description: As RV(vmo.core.vmo_kubevirt_config#module:managed_by).
      type: dict
      sample:
        by: helm
        name: release kubevirt in namespace kubevirt
        advice: change the values of the release, too
    deleting:
      description: Whether it is being deleted.
      type: bool
      sample: false
  sample:
    installed: true
    name: kubevirt
    namespace: kubevirt
    version: v1.4.0
    target_version: v1.4.0
    managed_by: null
    deleting: false
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import subject_of, target_of, version_of
from ansible_collections.vmo.core.plugins.module_utils._model.status import is_going
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.owner import owner_of

_NAME = "vmo.core.kubevirt_found"
_KINDS = ("KubeVirt", "CDI")


def kubevirt_found(resources: t.Any) -> dict[str, t.Any]:
    """Return what there is; raises ``AnsibleFilterError`` for more than one, and for objects of another kind."""
    if not isinstance(resources, (list, tuple)):
        raise AnsibleFilterError(f"{_NAME}: a list of objects is needed, not {type(resources).__name__}.")
    for item in resources:
        if not isinstance(item, dict) or item.get("kind") not in _KINDS:
            raise AnsibleFilterError(f"{_NAME}: {item!r} is neither a KubeVirt nor a CDI object.")
    if not resources:
        return {}
    if len(resources) > 1:
        names = ", ".join(sorted(map(subject_of, resources)))
        raise AnsibleFilterError(f"{_NAME}: there are {names}, and one of them alone is obeyed: delete the other ones.")
    (found,) = resources
    owner = owner_of(found)
    return {
        "installed": True,
        "name": found["metadata"]["name"],
        "namespace": found["metadata"].get("namespace"),
        "version": version_of(found),
        "target_version": target_of(found),
        "managed_by": None if owner is None else owner._asdict(),
        "deleting": is_going(found),
    }


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"kubevirt_found": kubevirt_found}
