# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: outcome
short_description: What tasks about several things came to, in lines for people
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Returns a line that counts what was created, changed, deleted, left unchanged or failed, and a line for each that
    was not left unchanged. The roles of this collection end with it.
positional: _input, noun, foreseen
options:
  _input:
    description:
      - >-
        Results of the modules of this collection that tell their C(actions), as a loop over names registers them in
        C(results), or as a module for several things returns them, each with its C(name).
      - Several of one name count as one.
    type: list
    elements: dict
    required: true
  noun:
    description:
      - What they are called.
    type: str
    required: true
  foreseen:
    description:
      - Whether this was check mode, so that nothing was done.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Make two templates
  vmo.core.vmo_template:
    name: "{{ item }}"
    memory: 4Gi
    disks:
      - name: root
        container_disk:
          image: quay.io/containerdisks/{{ item }}:latest
  loop: [fedora, debian]
  register: made

- name: Tell what was done
  ansible.builtin.debug:
    msg: "{{ made.results | vmo.core.outcome('template', ansible_check_mode) }}"
"""

RETURN = r"""
_value:
  description:
    - The lines.
  type: list
  elements: str
  sample:
    - "2 templates: 1 created, 1 unchanged."
    - "fedora: created"
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._plan import outcome as plan


def outcome(results: t.Any, noun: str, foreseen: bool = False) -> list[str]:
    """Return the lines; raises ``AnsibleFilterError`` for what is no result."""
    if not isinstance(results, (list, tuple)) or not all(
        isinstance(each, dict) and (each.get("ansible_loop_var", "name") in each or each.get("skipped"))
        for each in results
    ):
        raise AnsibleFilterError("vmo.core.outcome: a list of results with names is needed.")
    return plan.outcome(results, noun, foreseen=foreseen)


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"outcome": outcome}
