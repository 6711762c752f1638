# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kubevirt_failure
short_description: Why a module for generic objects failed, in a sentence
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    M(kubernetes.core.k8s) and its neighbours repeat an answer of the API server as it came over the line. This filter
    tells what it is about, and whether the same may go well a little later.
positional: _input
options:
  _input:
    description:
      - The result of a failed task.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Repeat what may pass
  kubernetes.core.k8s:
    definition: "{{ object }}"
  register: applied
  until: applied is not failed or not (applied | vmo.core.kubevirt_failure).transient
  retries: 5
  delay: 2
"""

RETURN = r"""
_value:
  description:
    - Why it failed.
  type: dict
  contains:
    sentence:
      description: The reason, in a sentence; the server's own words where nothing better is known.
      type: str
      sample: The user jane lacks the right to patch clusterroles of rbac.authorization.k8s.io in the whole cluster.
    transient:
      description: >-
        Whether the same may go well a little later, as with a webhook that starts anew, a server that is busy, or a
        kind that has just been made.
      type: bool
      sample: false
  sample:
    sentence: The user jane lacks the right to patch clusterroles of rbac.authorization.k8s.io in the whole cluster.
    transient: false
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.failure import explained

_NAME = "vmo.core.kubevirt_failure"


def kubevirt_failure(result: t.Any) -> dict[str, t.Any]:
    """Return why a task failed; raises ``AnsibleFilterError`` for what is no result."""
    if not isinstance(result, dict):
        raise AnsibleFilterError(f"{_NAME}: the result of a task is needed, not {type(result).__name__}.")
    failure = explained(str(result.get("msg") or ""))
    return {"sentence": failure.sentence, "transient": failure.is_passing}


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filter by its name."""
        return {"kubevirt_failure": kubevirt_failure}
