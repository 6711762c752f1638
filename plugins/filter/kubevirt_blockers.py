# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kubevirt_blockers
short_description: What would be lost with KubeVirt or CDI
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - Returns one sentence for each kind of which there are objects, with the names of the first five of them.
positional: _input
options:
  _input:
    description:
      - A mapping of kinds to the objects of each, as M(kubernetes.core.k8s_info) returns them.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: KubeVirt stays as long as there are VMs
  ansible.builtin.assert:
    that: not blockers
    fail_msg: "{{ blockers | join(' ') }}"
  vars:
    blockers: "{{ {'VirtualMachine': machines.resources} | vmo.core.kubevirt_blockers }}"
"""

RETURN = r"""
_value:
  description:
    - The sentences, none if there is nothing.
  type: list
  elements: str
  sample:
    - "There are 2 VirtualMachine objects: shop/web-01 and shop/web-02."
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.blockers import blockers

_NAME = "vmo.core.kubevirt_blockers"


def kubevirt_blockers(found: t.Any) -> list[str]:
    """Return what is there, in sentences; raises ``AnsibleFilterError`` for what holds no objects."""
    if not isinstance(found, dict):
        raise AnsibleFilterError(f"{_NAME}: a mapping of kinds to objects is needed, not a {type(found).__name__}.")
    for kind, objects in found.items():
        if not isinstance(objects, (list, tuple)) or not all(isinstance(item, dict) for item in objects):
            raise AnsibleFilterError(f"{_NAME}: {kind}: a list of objects is needed.")
    return blockers(found)


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"kubevirt_blockers": kubevirt_blockers}
