# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a task about a virtual machine waits, and for what. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``VM_WAIT`` of ``module_utils/_argspec/vm.py``."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether the task ends only when the VM is in the wanted state. Check mode never waits.
      - >-
        A running VM is awaited until it is ready, a stopped one until it is down, and an absent one until it is gone
        together with the disks that are deleted with it.
      - With O(state=present) nothing is awaited, unless O(restart) restarts the VM or O(wait_for) says so.
    type: bool
    default: true
  wait_for:
    description:
      - What a running VM must be before the task ends. All that is listed must hold.
      - V(ready) - The guest has been started. What runs in it may still be booting.
      - V(agent) - The QEMU guest agent in the guest answers. It never comes if the agent is not installed.
      - V(address) - The guest has an IP address that others can reach, on any of its networks. It includes V(ready).
      - >-
        When it is left out, V(ready) is awaited with O(state=running) and O(state=restarted), and nothing with
        O(state=present), but for V(ready) after a restart that O(restart) asks for.
      - With O(state=present) it counts only if the VM runs, or is made to run by its run strategy.
      - It cannot be used with O(state=stopped) and O(state=absent), and means nothing with O(state=paused).
    type: list
    elements: str
    choices: [ready, agent, address]
  wait_timeout:
    description:
      - >-
        Seconds that the whole task may take. At the end of them the task fails and tells what it saw last. The VM stays
        as it is.
      - Requests that the server turns down because it is busy are repeated within this time, too.
    type: int
    default: 600
  failure_grace:
    description:
      - >-
        Seconds for which the cause of a failed start must last before the task gives up. A wrong image, for example, is
        reported after these seconds and not after O(wait_timeout).
      - >-
        A cause may go away by itself: a node joins, a claim is created a little later. Raise the value if that takes
        longer in your cluster.
    type: int
    default: 10
"""
