# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: maas_machines
short_description: Machines of a group, each with the settings of the group
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Returns a list for the option O(vmo.core.maas_machine#module:machines) of M(vmo.core.maas_machine), so that one task
    can work on groups of machines that differ in their settings.
  - >-
    What is said of a machine goes before the settings. Interfaces and what is in them are matched by name, words of
    C(power) and C(storage) by themselves, anything else is replaced.
positional: _input, settings
options:
  _input:
    description:
      - Machines, each by its name, or as a mapping with C(name) and options of its own.
    type: list
    elements: raw
    required: true
  settings:
    description:
      - What all of them have, in the words of O(vmo.core.maas_machine#module:machines).
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Control plane and workers, commissioned together
  vmo.core.maas_machine:
    state: ready
    machines: >-
      {{ ['cp-01', 'cp-02', 'cp-03'] | vmo.core.maas_machines({'zone': 'rack-a'})
         + ['worker-01', {'name': 'worker-02', 'zone': 'rack-c'}] | vmo.core.maas_machines({'zone': 'rack-b'}) }}
"""

RETURN = r"""
_value:
  description:
    - The machines as mappings.
  type: list
  elements: dict
  sample:
    - name: worker-02
      zone: rack-c
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._plan.machine.refine import refined


def maas_machines(machines: t.Any, settings: t.Any = None) -> list[dict[str, t.Any]]:
    """Return the machines with their settings; raises ``AnsibleFilterError`` for what is no machine."""
    if not isinstance(machines, (list, tuple)):
        raise AnsibleFilterError(f"vmo.core.maas_machines: a list of machines is needed, not {machines!r}.")
    if not isinstance(settings or {}, dict):
        raise AnsibleFilterError(f"vmo.core.maas_machines: the settings are {settings!r}, and must be a mapping.")
    return [refined(settings or {}, _machine(each)) for each in machines]


def _machine(said: t.Any) -> dict[str, t.Any]:
    machine = {"name": said} if isinstance(said, str) else said
    if not isinstance(machine, dict) or not isinstance(machine.get("name"), str):
        raise AnsibleFilterError(f"vmo.core.maas_machines: {said!r} is neither a name nor a mapping with a name.")
    return machine


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"maas_machines": maas_machines}
