# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be said of the machines of a tag or a pool. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents what the groups in ``module_utils/_argspec/maas_group.py`` have in common."""

    DOCUMENTATION = r"""
options:
  machines:
    description:
      - >-
        The machines that belong to it. Each by its host name, with or without its domain, by its C(system_id), or by
        the MAC address of one of its interfaces. All of them must exist, or nothing is changed.
      - Machines that are not named stay as they are.
      - A machine that is locked is refused before anything is changed.
    type: list
    elements: str
  change_owned:
    description:
      - >-
        Whether machines that another user has, allocated or deployed for example, may be changed. Without it, the task
        is refused before anything is changed.
    type: bool
    default: false
notes:
  - >-
    The user of the API key must be an administrator.
  - >-
    MAAS cannot judge a change without carrying it out: what check mode tells is planned from what is there, and nothing
    is sent.
"""
