# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: picked
short_description: Items of a list, each of which may begin as one of a catalogue
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Returns the options of each item, as the roles C(vm_templates) and C(vm_images) give them to
    M(vmo.core.vmo_template) and M(vmo.core.vmo_image).
  - >-
    What an item says goes before the defaults, and these go before the catalogue. Mappings are merged, lists whose
    items have a C(name) are merged by it, anything else is replaced.
positional: _input, catalogue, defaults
options:
  _input:
    description:
      - >-
        Items, each a name in the catalogue, or a mapping with C(name) and options. With C(from) a mapping begins as
        that one of the catalogue, and has its name unless it has one of its own.
    type: list
    elements: raw
    required: true
  catalogue:
    description:
      - Mappings with C(name) and options. Of two with one name the last one counts.
    type: list
    elements: dict
    default: []
  defaults:
    description:
      - Options of all items.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: One template as it is, and one with more memory
  ansible.builtin.debug:
    msg: "{{ wanted | vmo.core.picked(known, {'cpu': {'cores': 2}}) }}"
  vars:
    wanted:
      - debian
      - from: debian
        name: web
        memory: 8Gi
    known:
      - name: debian
        memory: 2Gi
"""

RETURN = r"""
_value:
  description:
    - The items as mappings.
  type: list
  elements: dict
  sample:
    - name: web
      memory: 8Gi
      cpu: {cores: 2}
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan import picked as plan


def picked(wanted: t.Any, catalogue: t.Any = (), defaults: t.Any = None) -> list[dict[str, t.Any]]:
    """Return the options of each item; raises ``AnsibleFilterError`` for what is no item."""
    if not isinstance(wanted, (list, tuple)):
        raise AnsibleFilterError(f"vmo.core.picked: a list is needed, not {wanted!r}.")
    if not isinstance(defaults or {}, dict):
        raise AnsibleFilterError(f"vmo.core.picked: the defaults are {defaults!r}, and must be a mapping.")
    named = [each for each in catalogue if isinstance(each, dict) and isinstance(each.get("name"), str)]
    if len(named) < len(catalogue):
        raise AnsibleFilterError("vmo.core.picked: the catalogue must be mappings with a name.")
    try:
        return plan.picked(wanted, named, defaults or {})
    except InvalidOption as error:
        raise AnsibleFilterError(f"vmo.core.picked: {error.message}") from None


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"picked": picked}
