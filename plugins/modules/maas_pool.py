#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: maas_pool
short_description: Keep a resource pool of MAAS and put machines into it
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Makes, changes and removes a resource pool of a MAAS, and puts machines into it. A machine is in one pool, and who
    makes clusters mostly takes machines of one.
  - Only what the task names is managed.
extends_documentation_fragment:
  - vmo.core._maas.action_group
  - vmo.core._group_body
  - vmo.core._maas
attributes:
  check_mode:
    description: Can run in C(check_mode) and tell what it would change, without changing it.
    support: full
  diff_mode:
    description: Returns what changed, or would change in check mode, when it runs in diff mode.
    support: full
    details:
      - The difference is in the words of the options, and tells of each machine that moves which pool it was in.
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: full
options:
  name:
    description:
      - >-
        The name of the pool, 1 to 256 letters, digits, blanks, C(_) and C(-). It does not begin with a blank or C(-). A
        pool is not renamed.
    type: str
    required: true
  state:
    description:
      - What becomes of the pool.
      - V(present) - It is as described, and O(machines) are in it.
      - >-
        V(absent) - It is gone. A pool with machines in it is refused, and they are named: what becomes of them is for
        the task to say. The pool V(default) always stays.
    type: str
    choices: [present, absent]
    default: present
  description:
    description:
      - What people shall read about the pool. An empty text takes it away.
    type: str
  machines:
    description:
      - >-
        Machines that go into the pool, whichever pool they are in; the difference tells which one that was. Each by its
        host name, with or without its domain, by its C(system_id), or by the MAC address of one of its interfaces. All
        of them must exist, or nothing is changed.
      - >-
        Other machines of the pool stay there. A machine leaves a pool when another one names it, such as the pool
        V(default).
      - A machine that is locked is refused before anything is changed.
seealso:
  - module: vmo.core.maas_machine
  - module: vmo.core.maas_machine_info
  - module: vmo.core.maas_tag
notes:
  - >-
    A task with nothing to do makes one request, and one more for each hundred machines that it names (names of
    different kinds are looked up one kind at a time). It writes nothing. MAAS moves machines one by one: that is a
    request for each machine that moves.
"""

EXAMPLES = r"""
# MAAS_URL and MAAS_API_KEY are set.

- name: A pool with three machines
  vmo.core.maas_pool:
    name: shop
    description: Hosts of the shop
    machines: [worker-01, worker-02.maas, worker-03]

- name: Take a machine out of it
  vmo.core.maas_pool:
    name: default
    machines: [worker-03]

- name: Take all machines out of it
  vmo.core.maas_machine_info:
    pools: [shop]
  register: in_the_pool

- name: They go to the default pool
  vmo.core.maas_pool:
    name: default
    machines: "{{ in_the_pool.machines | map(attribute='system_id') }}"

- name: Remove the pool
  vmo.core.maas_pool:
    name: shop
    state: absent
"""

RETURN = r"""
changed:
  description:
    - Whether anything was sent to MAAS, or would be in check mode.
    - A task that failed may have changed something, too. RV(actions) tells what.
  type: bool
  returned: always
  sample: true
pool:
  description: The pool at the end, in check mode as it would be. V(null) if there is none.
  type: dict
  returned: when the pool was looked for
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: shop
    description:
      description: What people read about it.
      type: str
      returned: always
      sample: Hosts of the shop
    id:
      description: Its number, V(null) in check mode for a pool that is not there yet.
      type: int
      returned: always
      sample: 2
  sample: {name: shop, description: Hosts of the shop, id: 2}
actions:
  description: What was done, in this order; in check mode what would be done. After a failure, what was done.
  type: list
  elements: dict
  returned: when the pool was looked for
  contains:
    verb:
      description: V(create), V(update) or V(delete).
      type: str
      returned: always
      sample: update
    kind:
      description: V(pool), or V(machine) for one that moves.
      type: str
      returned: always
      sample: machine
    name:
      description: The name of the pool or of the machine.
      type: str
      returned: always
      sample: worker-01
  sample:
    - {verb: create, kind: pool, name: shop}
    - {verb: update, kind: machine, name: worker-01}
diff:
  description:
    - What differs before and after the task, in the words of the options; an empty list if nothing does.
    - Of machines only those that move, each with its pool.
  type: list
  elements: dict
  returned: when the pool was looked for
  contains:
    before_header:
      description: The pool.
      type: str
      returned: always
      sample: pool shop
    after_header:
      description: The pool.
      type: str
      returned: always
      sample: pool shop
    before:
      description: What differs, as it was.
      type: dict
      returned: always
      sample: {state: absent, machines: {worker-01: default, worker-02: lab}}
    after:
      description: What differs, as it is now, or would be in check mode.
      type: dict
      returned: always
      sample: {state: present, machines: {worker-01: shop, worker-02: shop}}
msg:
  description: What went wrong, in a sentence that names the cause and what to do.
  type: str
  returned: failure
  sample: >-
    Pool shop has 2 machines (worker-01, worker-02) in it; put them into another pool first, such as default.
error:
  description: What went wrong, for playbooks to test.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - A stable name for the kind of failure.
        - >-
          V(invalid_option), V(in_use) (machines are in a pool that is to go), V(not_found) (a machine is not there),
          V(locked) and V(owned) (a machine is locked, or another user has it), V(forbidden), V(several) where machines
          could not be moved for different reasons, and those that M(vmo.core.vmo_vm) lists.
      type: str
      returned: always
      sample: in_use
    option:
      description: The option that cannot be followed.
      type: str
      returned: with the code V(invalid_option)
      sample: name
    machines:
      description: The machines that it is about.
      type: list
      elements: str
      returned: where it is about machines
      sample: [worker-01, worker-02]
  sample: {code: in_use, machines: [worker-01, worker-02]}
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.maas import MAAS_CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.maas_group import MAAS_POOL
from ansible_collections.vmo.core.plugins.module_utils._runner_maas import run_on_maas
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_pool import run

SPEC = MAAS_CONNECTION + MAAS_POOL


def main() -> None:
    """Run the task."""
    run_on_maas(SPEC, run)


if __name__ == "__main__":
    main()
