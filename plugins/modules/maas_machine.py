#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: maas_machine
short_description: Bring MAAS machines to a wanted condition
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Keeps one or many machines of a MAAS as the task describes them: commissioned and tested, in a pool and a zone, with
    tags, with their disks laid out, and with bonds, bridges, VLANs and links on their network cards.
  - >-
    Only what the task names is managed. It is compared with what is there, and changed step by step in the order that
    MAAS needs. Whatever interrupts a task, the next run goes on.
  - >-
    Many machines are worked on together: all are commissioned at once, and one list is read a look, whatever their
    number. Each goes on as soon as it is ready, and one that fails does not hold up the others. RV(machines) tells of
    each.
  - >-
    A machine that is locked, deployed or somebody else's is refused before anything of it is changed, unless an option
    says otherwise: O(locked), O(release), O(change_owned).
extends_documentation_fragment:
  - vmo.core._maas.action_group
  - vmo.core._machine_body
  - vmo.core._maas
attributes:
  check_mode:
    description: Can run in C(check_mode) and tell what it would change, without changing it.
    support: full
    details:
      - >-
        MAAS cannot judge a change without carrying it out. What would be done is planned from what is there, and
        nothing is sent.
      - >-
        What comes after a first commissioning is foreseen: network cards that MAAS has not seen yet are taken to be
        there, on the VLAN that they shall be on.
  diff_mode:
    description: Returns what changed, or would change in check mode, when it runs in diff mode.
    support: full
    details:
      - The difference is in the words of the options, and holds no secret. There is one for each machine that changes.
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: partial
    details:
      - >-
        O(recommission), O(retest) and O(power.renew_secrets) do what they say each time. All other tasks are
        idempotent.
options:
  name:
    description:
      - >-
        The machines. Each by its host name, with or without its domain, by its C(system_id), or by the MAC address of
        one of its interfaces.
    type: list
    elements: str
    aliases: [names]
  state:
    description:
      - What the machines shall be.
      - V(present) - They are as described. Nothing is commissioned, tested or released.
      - >-
        V(ready) - They are as described, and ready: commissioned, tested, and nobody's. A new machine, and one whose
        commissioning failed, is commissioned. One that MAAS is at work on is waited for. A machine in rescue mode
        leaves it. Machines that are missing or retired are left to people.
    type: str
    choices: [present, ready]
    default: present
  commissioning:
    description:
      - How machines are commissioned and tested on the way to O(state=ready).
    type: dict
    suboptions:
      scripts:
        description:
          - Names or tags of further commissioning scripts.
        type: list
        elements: str
      testing_scripts:
        description:
          - >-
            Names or tags of the tests, those that MAAS runs by itself when it is left out. An empty list is no tests.
        type: list
        elements: str
      parameters:
        description:
          - >-
            Parameters of scripts, such as V({internet-connectivity_url: "https://example.com"}). They are shown, so no
            secret belongs here.
        type: dict
      enable_ssh:
        description:
          - Whether the machine stays on afterwards, and lets the user of the API key in.
        type: bool
      skip_bmc_config:
        description:
          - Whether the BMC is left as it is.
        type: bool
      skip_networking:
        description:
          - >-
            Whether interfaces stay as they are configured. When it is left out, they do so on a machine whose hardware
            MAAS has seen before: otherwise commissioning throws bonds, bridges, VLANs and links away.
        type: bool
      skip_storage:
        description:
          - >-
            Whether disks stay as they are configured. When it is left out, they do so on a machine whose hardware MAAS
            has seen before.
        type: bool
  recommission:
    description:
      - >-
        Whether a machine that is ready is commissioned once more. One that is being commissioned already is not begun
        anew.
    type: bool
    default: false
  retest:
    description:
      - Whether a machine that is ready, or failed its tests, is tested once more.
    type: bool
    default: false
  accept_failed_tests:
    description:
      - Whether a machine that failed its tests is taken as it is.
    type: bool
    default: false
  broken:
    description:
      - >-
        What becomes of a machine that somebody marked as broken: it is refused, it is commissioned and tested, or it is
        marked as fixed.
    type: str
    choices: [refuse, commission, mark_fixed]
    default: refuse
  release:
    description:
      - >-
        Whether O(state=ready) may release a machine that is allocated, deployed or being deployed, or whose deployment,
        release or erasing failed. What is on it is lost. That of another user needs O(change_owned) as well.
    type: bool
    default: false
  erase:
    description:
      - How disks are erased when a machine is released.
      - V(none) - not at all, unless MAAS does so by itself.
      - V(quick) - their beginning and their end.
      - V(full) - the whole of them.
      - V(secure) - by the disks themselves, where they can.
    type: str
    choices: [none, quick, full, secure]
    default: none
  change_owned:
    description:
      - Whether a machine that another user has may be changed, tagged or locked, for example.
    type: bool
    default: false
  foreseen:
    description:
      - >-
        What an earlier task of the same run makes. In check mode that task has made nothing, and a name in these lists
        is taken to be there. Otherwise it makes no difference.
    type: dict
    suboptions:
      pools:
        description:
          - Names of resource pools.
        type: list
        elements: str
      tags:
        description:
          - Names of tags, none that MAAS sets from a definition.
        type: list
        elements: str
  wait:
    description:
      - >-
        Whether to wait for what takes its time. Otherwise it is begun, and what has to come after it, told as
        RV(machines[].pending), is left to a later run.
    type: bool
    default: true
  wait_timeout:
    description:
      - >-
        How many seconds all machines together may take. The work in MAAS goes on after that, and the next run waits
        further. Commissioning takes 5 to 20 minutes, tests of memory can take hours.
    type: int
    default: 3600
seealso:
  - module: vmo.core.maas_machine_info
notes:
  - >-
    A task with nothing to do reads one list of machines, whatever their number; two more lists where O(interfaces) or
    O(default_gateway) are given, one answer more for O(power.parameters), and one where somebody has a machine. Names
    of different kinds are looked up one kind at a time. It writes nothing.
  - >-
    The user of the API key must be an administrator, or have the right to edit the machines of the pool.
"""

EXAMPLES = r"""
# MAAS_URL and MAAS_API_KEY are set.

- name: Three machines, ready for Kubernetes with virtual machines
  vmo.core.maas_machine:
    name: [worker-01, worker-02, worker-03]
    state: ready
    commissioning:
      testing_scripts: [smartctl-validate, stress-ng-cpu-short, stress-ng-memory-short]
    pool: vmo
    zone: rack-a
    tags: [worker]
    swap_size: "0"
    storage:
      layout: flat
    interfaces:
      - name: bond_mgmt
        parents: [enp1s0f0, enp65s0f0]
        bond: {mode: 802.3ad, xmit_hash_policy: layer3+4}
        links:
          - {mode: auto, subnet: pxe}
      - name: bond_data
        parents: [enp1s0f1, enp65s0f1]
        bond: {mode: 802.3ad, xmit_hash_policy: layer3+4}
        mtu: 9000
      - name: br0
        type: bridge
        parents: [bond_data]
      - name: br0.20
        type: vlan
        parents: [br0]
        vid: 20
    default_gateway:
      interface: bond_mgmt
  register: prepared

- name: Tell of each machine what was done
  ansible.builtin.debug:
    msg: "{{ item.hostname }} is {{ item.status }}: {{ item.actions | map(attribute='verb') | join(', ') }}"
  loop: "{{ prepared.machines }}"
  loop_control:
    label: "{{ item.name }}"

- name: The same layout, each machine with an address of its own
  vmo.core.maas_machine:
    machines:
      - name: worker-01
        interfaces:
          - name: bond_mgmt
            links: [{mode: static, subnet: 10.20.0.0/19, address: 10.20.1.11}]
      - name: worker-02
        interfaces:
          - name: bond_mgmt
            links: [{mode: static, subnet: 10.20.0.0/19, address: 10.20.1.12}]
    interfaces:
      - name: bond_mgmt
        bond: {lacp_rate: fast}

- name: Another BMC, whose password is not shown anywhere
  vmo.core.maas_machine:
    name: worker-03
    power:
      type: redfish
      parameters:
        power_address: 192.0.2.103
        power_user: maas
      secrets:
        power_pass: "{{ bmc_password }}"

- name: Test a machine once more after its repair
  vmo.core.maas_machine:
    name: worker-02
    state: ready
    retest: true
    commissioning:
      testing_scripts: [memtester]

- name: Back from a deployment, with its disks erased
  vmo.core.maas_machine:
    name: worker-04.maas
    state: ready
    release: true
    erase: quick

- name: Keep deployed machines from being released by accident
  vmo.core.maas_machine:
    names: "{{ deployed_machines }}"
    change_owned: true
    locked: true
"""

RETURN = r"""
changed:
  description:
    - Whether anything was sent to MAAS, or would be in check mode.
    - A task that failed may have changed something, too. RV(machines) tells what.
  type: bool
  returned: success and failure
  sample: true
check_mode:
  description:
    - Whether all of this is foreseen only, and nothing was sent to MAAS.
  type: bool
  returned: when the machines were looked for
  sample: false
machines:
  description: What became of each machine, in the order of the task.
  type: list
  elements: dict
  returned: when the machines were looked for
  contains:
    name:
      description: The machine as the task names it.
      type: str
      returned: always
      sample: worker-07
    system_id:
      description: What MAAS calls it, V(null) if there is none.
      type: str
      returned: always
      sample: aafsh8
    hostname:
      description: The host name at the end.
      type: str
      returned: always
      sample: worker-07
    fqdn:
      description: The host name with the domain.
      type: str
      returned: always
      sample: worker-07.example.com
    status:
      description: >-
        The state at the end, in check mode the one that it is in, as a word that M(vmo.core.maas_machine_info) takes.
      type: str
      returned: always
      sample: ready
    changed:
      description: Whether anything was done, or would be in check mode.
      type: bool
      returned: always
      sample: true
    actions:
      description:
        - >-
          What was done, in this order; in check mode what would be done. After a failure, what was done before it.
      type: list
      elements: dict
      returned: always
      contains:
        verb:
          description: >-
            V(update), V(delete), V(add_tag) or V(remove_tag), or an operation of MAAS such as V(commission),
            V(create_bond) or V(link_subnet).
          type: str
          returned: always
          sample: create_bond
        kind:
          description: V(machine), V(interface), V(disk) or V(tag).
          type: str
          returned: always
          sample: interface
        name:
          description: The name of the machine, the interface or the tag, or of the disk.
          type: str
          returned: always
          sample: bond_mgmt
      sample:
        - {verb: commission, kind: machine, name: worker-07}
        - {verb: create_bond, kind: interface, name: bond_mgmt}
        - {verb: update, kind: machine, name: worker-07}
    pending:
      description: What could not be done yet, since MAAS is still at work on the machine.
      type: list
      elements: dict
      returned: when something is left
      sample: [{verb: create_bond, kind: interface, name: bond_mgmt}]
    failed:
      description: Whether it failed.
      type: bool
      returned: always
      sample: false
    msg:
      description: What went wrong with this machine.
      type: str
      returned: when it failed
      sample: worker-07 failed its tests; repair it and test it anew with retest true.
    error:
      description: The same for playbooks to test, as RV(error).
      type: dict
      returned: when it failed
      sample: {code: failed_testing}
    diagnosis:
      description: What MAAS tells about the cause.
      type: dict
      returned: when something failed in MAAS
      contains:
        events:
          description: The last events of the machine that are warnings or worse.
          type: list
          elements: str
          returned: when they were asked for
          sample: ["Failed testing: 1 test failed"]
        failed_scripts:
          description: The scripts that failed.
          type: list
          elements: str
          returned: when they were asked for
          sample: [smartctl-validate]
      sample: {failed_scripts: [smartctl-validate], events: ["Failed testing: 1 test failed"]}
diff:
  description:
    - >-
      What differs before and after the task, one item for each machine that changes, in the words of the options. Of a
      list only the items that differ. The state of the machine is C(status), a new name of a network card C(interface).
  type: list
  elements: dict
  returned: when the machines were looked for
  contains:
    before_header:
      description: The machine.
      type: str
      returned: always
      sample: machine worker-07
    after_header:
      description: The machine.
      type: str
      returned: always
      sample: machine worker-07
    before:
      description: What differs, as it was.
      type: dict
      returned: always
      sample: {status: new, pool: default}
    after:
      description: What differs, as it is now, or would be in check mode.
      type: dict
      returned: always
      sample: {status: ready, pool: vmo}
msg:
  description: >-
    What went wrong, in a sentence that names the machine, the cause and what to do; one sentence each where several
    failed.
  type: str
  returned: failure
  sample: "worker-07 is deployed (owner: palette); release: true lets it be released, what is on it is lost then."
error:
  description: What went wrong, for playbooks to test.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - A stable name for the kind of failure.
        - >-
          Of a machine that is left alone: V(locked), V(owned) (another user has it), V(in_use) (allocated or deployed),
          V(broken), V(needs_people) (missing or retired), V(no_power_type), V(wrong_state).
        - >-
          Of work that failed in MAAS, before the task or during it: V(failed_commissioning), V(failed_testing),
          V(failed_deployment), V(failed_releasing), V(failed_disk_erasing), V(failed_rescue), V(aborted).
        - >-
          V(several) where machines failed for different reasons. Others are V(wait_timeout), V(not_found),
          V(invalid_option) and those that M(vmo.core.vmo_vm) lists.
      type: str
      returned: always
      sample: in_use
    machines:
      description: The machines that failed, as the task names them.
      type: list
      elements: str
      returned: when the task names several
      sample: [worker-03, worker-07]
    option:
      description: The option that cannot be followed.
      type: str
      returned: with the code V(invalid_option)
      sample: interfaces
  sample: {code: in_use, machines: [worker-07]}
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.maas import MAAS_CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.maas_machine import MAAS_MACHINE
from ansible_collections.vmo.core.plugins.module_utils._runner_maas import run_on_maas
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine import run

SPEC = MAAS_CONNECTION + MAAS_MACHINE


def main() -> None:
    """Run the task."""
    run_on_maas(SPEC, run)


if __name__ == "__main__":
    main()
