# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kubevirt_release
short_description: What has to be done for a version of KubeVirt or CDI
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Compares the version that a cluster has with the one that it shall have, and tells what has to be done, or why that
    cannot be.
  - >-
    KubeVirt goes up one minor version at a time, and never down. CDI goes up to any newer version, and never down
    either.
  - What Palette, Helm, the HyperConverged operator, Argo CD or Flux manages is left to them.
positional: _input
options:
  _input:
    description:
      - What M(vmo.core.vmo_kubevirt_config) found. Empty where the product is not installed.
    type: dict
    required: true
    suboptions:
      version:
        description:
          - The version that runs. None where its operator has never run.
        type: str
      target_version:
        description:
          - The version that its operator brings.
        type: str
      managed_by:
        description:
          - Who manages it, as RV(vmo.core.vmo_kubevirt_config#module:managed_by) tells.
        type: dict
      installed:
        description:
          - Whether there is such an object at all. Without it there is one if anything else is said.
        type: bool
  product:
    description:
      - Which of the two it is.
    type: str
    default: KubeVirt
    choices: [KubeVirt, CDI]
  state:
    description:
      - Whether it shall be there.
    type: str
    default: present
    choices: [present, absent]
  version:
    description:
      - The version that is wanted, such as V(1.8.0). Without it the one that is there stays.
    type: str
  pinned:
    description:
      - The version that a cluster gets that has none, and for which none is wanted.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: What is there
  vmo.core.vmo_kubevirt_config:
    wait: false
  register: found
  failed_when: found is failed and found.error.code != 'not_found'

- name: What has to be done
  ansible.builtin.set_fact:
    release: "{{ ({} if found is failed else found) | vmo.core.kubevirt_release(version='1.5.0', pinned='1.8.0') }}"

- name: Where there is no way, say so
  ansible.builtin.assert:
    that: not release.refusal
    fail_msg: "{{ release.refusal }}"
"""

RETURN = r"""
_value:
  description:
    - What has to be done.
  type: dict
  contains:
    action:
      description: V(none), V(install), V(upgrade) or V(uninstall).
      type: str
      sample: upgrade
    version:
      description: The version whose manifest counts, be it to apply or to delete it.
      type: str
      sample: v1.5.0
    from:
      description: The version that runs, none where none does.
      type: str
      sample: v1.4.0
    foreign:
      description: Whether somebody else manages it, so that nothing of it may be applied or deleted.
      type: bool
      sample: false
    refusal:
      description: Why what is wanted cannot be done, empty if it can.
      type: str
      sample: ""
    note:
      description: What a human should know, empty if there is nothing.
      type: str
      sample: ""
  sample:
    action: upgrade
    version: v1.5.0
    from: v1.4.0
    foreign: false
    refusal: ""
    note: ""
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.owner import owner_named
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.release import (
    PRODUCTS,
    Installed,
    decide_release,
)

_NAME = "vmo.core.kubevirt_release"
_KEYS = ("version", "target_version", "managed_by")


def kubevirt_release(
    found: t.Any, product: str = "KubeVirt", state: str = "present", version: t.Any = None, pinned: t.Any = None
) -> dict[str, t.Any]:
    """Return what has to be done; raises ``AnsibleFilterError`` for what cannot be meant."""
    if not isinstance(found or {}, dict):
        raise AnsibleFilterError(f"{_NAME}: what was found is {found!r}, and must be a mapping.")
    if product not in PRODUCTS:
        raise AnsibleFilterError(f"{_NAME}: product: {product!r} is none of {', '.join(PRODUCTS)}.")
    try:
        decision = decide_release(
            PRODUCTS[product], _installed(found or {}), state=state, version=version, pinned=pinned
        )
    except InvalidOption as error:
        raise AnsibleFilterError(f"{_NAME}: {error.message}") from None
    return {
        "action": decision.action,
        "version": decision.version,
        "from": decision.previous,
        "foreign": decision.is_foreign,
        "refusal": decision.refusal,
        "note": decision.note,
    }


def _installed(found: t.Mapping[str, t.Any]) -> Installed | None:
    version, target, managed_by = (found.get(key) or None for key in _KEYS)
    if not found.get("installed", bool(version or target or managed_by)):
        return None
    owner = None if managed_by is None else owner_named(managed_by)
    return Installed(version and str(version), target and str(target), owner)


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"kubevirt_release": kubevirt_release}
