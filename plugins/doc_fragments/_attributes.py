# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of this collection promise. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes that modules share; a module says itself how far it is idempotent."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and tell what it would change, without changing it.
    support: full
    details:
      - >-
        What would be sent is sent with C(dryRun=All). The API server and the webhooks of KubeVirt and CDI judge it as
        they would the real thing, so a task that check mode accepts is valid. Nothing is stored.
      - The user needs the same rights as for the real change. Check mode does not wait for anything.
  diff_mode:
    description: Returns what changed, or would change in check mode, when it runs in diff mode.
    support: full
    details:
      - The difference is in the words of the options, and holds no secret.
"""

    # A module that only reads.
    INFO = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and tell what it would change, without changing it.
    support: full
    details:
      - The module only reads. It does the same in check mode.
  diff_mode:
    description: Returns what changed, or would change in check mode, when it runs in diff mode.
    support: N/A
    details:
      - The module changes nothing.
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: full
    details:
      - The module changes nothing.
"""

    ACTION_GROUP = r"""
attributes:
  action_group:
    description: Use C(group/vmo.core.vmo) in C(module_defaults) to set options of all modules at once.
    support: full
    membership:
      - vmo.core.vmo
"""
