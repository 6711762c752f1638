#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: maas_tag
short_description: Keep a tag of MAAS and the machines that have it
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Makes, changes and removes a tag of a MAAS, and says which machines have it. A tag chooses machines, for a cluster
    for example, and can bring kernel options.
  - >-
    A tag with O(definition) is automatic: MAAS gives it to all machines whose hardware matches, and takes it from the
    others. A tag without one is given by hand, with O(machines) and O(without_machines).
  - Only what the task names is managed.
extends_documentation_fragment:
  - vmo.core._maas.action_group
  - vmo.core._group_body
  - vmo.core._maas
attributes:
  check_mode:
    description: Can run in C(check_mode) and tell what it would change, without changing it.
    support: full
    details:
      - Which machines O(definition) will choose is known to MAAS only, once it has the definition.
  diff_mode:
    description: Returns what changed, or would change in check mode, when it runs in diff mode.
    support: full
    details:
      - >-
        The difference is in the words of the options. Of O(machines) it holds those that lose the tag (before) and
        those that get it (after).
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: partial
    details:
      - O(rebuild) does what it says each time. All other tasks are idempotent.
options:
  name:
    description:
      - The name of the tag, 1 to 256 letters, digits, C(_) and C(-). A tag is not renamed.
    type: str
    required: true
  state:
    description:
      - What becomes of the tag.
      - V(present) - It is as described.
      - >-
        V(absent) - It is gone, also from everything that had it. The difference names what loses it: machines, and
        devices and controllers as well.
    type: str
    choices: [present, absent]
    default: present
  comment:
    description:
      - What people shall read about the tag. An empty text takes it away.
    type: str
  definition:
    description:
      - >-
        An XPath expression over what C(lshw) tells of the hardware. MAAS evaluates it when it changes, and for a
        machine when that is commissioned. A tag with a definition is refused together with O(machines),
        O(without_machines) and O(exclusive), since MAAS would undo what they say.
      - >-
        An empty text takes it away: the tag is given by hand from then on. Machines that have it keep it.
    type: str
  kernel_opts:
    description:
      - >-
        Kernel options that MAAS adds for machines with this tag, from the next time that it boots them for a deployment
        or a commissioning. Those of all tags of a machine are joined in the order of the names of the tags. An empty
        text takes them away.
    type: str
  without_machines:
    description:
      - Machines that shall not have the tag. They are named as in O(machines).
    type: list
    elements: str
  exclusive:
    description:
      - Whether O(machines) are the only machines that have the tag. With an empty list none has it.
    type: bool
    default: false
  rebuild:
    description:
      - >-
        Whether MAAS evaluates O(definition) once more. MAAS gives up an evaluation when another one begins, or when it
        is stopped: this makes up for that. Such a task is always C(changed).
    type: bool
    default: false
  wait:
    description:
      - >-
        Whether to wait for MAAS when it evaluates a definition. It does so in the background and tells nobody when it
        is done, so the task goes on once the machines that have the tag stayed the same for O(settle_time).
      - >-
        Tasks that make several automatic tags should wait: MAAS evaluates one definition at a time, and gives the last
        one up for the next.
    type: bool
    default: true
  settle_time:
    description:
      - >-
        How many seconds the machines must stay the same. A MAAS that is busy, or has very many machines, needs more of
        them.
    type: int
    default: 5
  wait_timeout:
    description:
      - How many seconds the wait may take. MAAS goes on after that.
    type: int
    default: 300
seealso:
  - module: vmo.core.maas_machine
  - module: vmo.core.maas_machine_info
  - module: vmo.core.maas_pool
notes:
  - >-
    A task with nothing to do makes one request, one more for each hundred machines that it names (names of different
    kinds are looked up one kind at a time), and another one with O(exclusive). It writes nothing. Up to 500 machines
    get or lose the tag with one request.
  - >-
    The tag V(virtual) belongs to MAAS, which gives it to virtual machines. It is not given or taken by hand.
"""

EXAMPLES = r"""
# MAAS_URL and MAAS_API_KEY are set.

- name: A tag for three machines, whoever else has it
  vmo.core.maas_tag:
    name: shop
    comment: Hosts of the shop
    kernel_opts: intel_iommu=on iommu=pt
    machines: [worker-01, worker-02.maas, worker-03]

- name: These machines have the tag, and no others
  vmo.core.maas_tag:
    name: shop
    machines: [worker-01, worker-02]
    exclusive: true

- name: Take it from a machine
  vmo.core.maas_tag:
    name: shop
    without_machines: [worker-02]

- name: Let MAAS tag all machines that can run virtual machines
  vmo.core.maas_tag:
    name: "cpu-{{ item }}"
    definition: '//node[@class="processor"]/capabilities/capability/@id="{{ item }}"'
  loop: [vmx, svm]

- name: Remove a tag
  vmo.core.maas_tag:
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
tag:
  description: The tag at the end, in check mode as it would be. V(null) if there is none.
  type: dict
  returned: when the tag was looked for
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: cpu-vmx
    comment:
      description: What people read about it.
      type: str
      returned: always
      sample: ""
    definition:
      description: The XPath expression that chooses its machines, empty where they are chosen by hand.
      type: str
      returned: always
      sample: //node[@class="processor"]/capabilities/capability/@id="vmx"
    kernel_opts:
      description: Its kernel options.
      type: str
      returned: always
      sample: ""
  sample:
    name: cpu-vmx
    comment: ""
    definition: //node[@class="processor"]/capabilities/capability/@id="vmx"
    kernel_opts: ""
machines:
  description: The names of all machines that have the tag at the end.
  type: list
  elements: str
  returned: with O(exclusive), and after MAAS was waited for
  sample: [worker-01, worker-02]
actions:
  description: What was done, in this order; in check mode what would be done. After a failure, what was done before it.
  type: list
  elements: dict
  returned: when the tag was looked for
  contains:
    verb:
      description: V(create), V(update), V(delete), V(rebuild), V(add_tag) or V(remove_tag).
      type: str
      returned: always
      sample: add_tag
    kind:
      description: V(tag), or V(machine) for one that gets or loses the tag.
      type: str
      returned: always
      sample: machine
    name:
      description: The name of the tag or of the machine.
      type: str
      returned: always
      sample: worker-01
  sample:
    - {verb: create, kind: tag, name: shop}
    - {verb: add_tag, kind: machine, name: worker-01}
diff:
  description:
    - What differs before and after the task, in the words of the options; an empty list if nothing does.
    - Of machines only those that get the tag or lose it.
  type: list
  elements: dict
  returned: when the tag was looked for
  contains:
    before_header:
      description: The tag.
      type: str
      returned: always
      sample: tag shop
    after_header:
      description: The tag.
      type: str
      returned: always
      sample: tag shop
    before:
      description: What differs, as it was.
      type: dict
      returned: always
      sample: {state: absent, machines: []}
    after:
      description: What differs, as it is now, or would be in check mode.
      type: dict
      returned: always
      sample: {state: present, machines: [worker-01]}
msg:
  description: What went wrong, in a sentence that names the cause and what to do.
  type: str
  returned: failure
  sample: >-
    machines: cpu-vmx has a definition, so MAAS itself decides which machines have it; leave machines out, or take the
    definition away with definition: "".
error:
  description: What went wrong, for playbooks to test.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - A stable name for the kind of failure.
        - >-
          V(invalid_option), V(not_found) (a machine is not there), V(locked) and V(owned) (a machine is locked, or
          another user has it), V(invalid) (MAAS does not understand the definition, for example), V(forbidden),
          V(wait_timeout), and those that M(vmo.core.vmo_vm) lists.
      type: str
      returned: always
      sample: invalid_option
    option:
      description: The option that cannot be followed.
      type: str
      returned: with the code V(invalid_option)
      sample: machines
    machines:
      description: The machines that it is about.
      type: list
      elements: str
      returned: with the codes V(not_found), V(locked) and V(owned)
      sample: [worker-07]
  sample: {code: invalid_option, option: machines}
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.maas import MAAS_CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.maas_group import MAAS_TAG
from ansible_collections.vmo.core.plugins.module_utils._runner_maas import run_on_maas
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_tag import run

SPEC = MAAS_CONNECTION + MAAS_TAG


def main() -> None:
    """Run the task."""
    run_on_maas(SPEC, run)


if __name__ == "__main__":
    main()
