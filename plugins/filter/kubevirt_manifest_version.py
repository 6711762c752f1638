# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kubevirt_manifest_version
short_description: The version that a manifest of KubeVirt or CDI brings
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - Tells the version that the operator in a manifest brings, as the operator itself would find it out.
positional: _input
options:
  _input:
    description:
      - The objects, as P(vmo.core.kubevirt_manifest#filter) returns them.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: The manifest has to be the one that is wanted
  ansible.builtin.assert:
    that: objects | vmo.core.kubevirt_manifest_version == 'v1.8.0'
"""

RETURN = r"""
_value:
  description:
    - The version, empty where there is no operator in the manifest that tells one.
  type: str
  sample: v1.8.0
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.operators import version_among

_NAME = "vmo.core.kubevirt_manifest_version"


def kubevirt_manifest_version(objects: t.Any) -> str:
    """Return the version of a manifest; raises ``AnsibleFilterError`` for what is no list of objects."""
    if not isinstance(objects, (list, tuple)) or not all(isinstance(item, dict) and "kind" in item for item in objects):
        raise AnsibleFilterError(f"{_NAME}: a list of objects is needed.")
    return version_among(objects) or ""


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"kubevirt_manifest_version": kubevirt_manifest_version}
