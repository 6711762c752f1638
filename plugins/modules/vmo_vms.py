#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_vms
short_description: Create, change, power and delete many KubeVirt virtual machines at once
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Keeps a fleet of virtual machines (VMs) as the task describes it. It does for each of them what M(vmo.core.vmo_vm)
    does for one, with the same options and the same rules, but works on all of them together.
  - >-
    The VMs are a list, a number of them with a pattern for their names, or the lines of a CSV file. What all have in
    common is said once, and each may say something else.
  - >-
    Requests are few: all VMs of a namespace are read as one list and waited for by one watch, and what several of them
    refer to, such as a template, a network or an image, is looked at once. A fleet that needs no change is one list,
    page by page.
  - >-
    One VM that fails does not hold up the others. The task fails at the end, with one message that tells which VMs
    failed and why, and RV(vms) tells of each.
extends_documentation_fragment:
  - vmo.core._attributes
  - vmo.core._attributes.action_group
  - vmo.core._connection
  - vmo.core._vm_wait
attributes:
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: partial
    details:
      - >-
        The state V(restarted) restarts a running VM each time. All other tasks are idempotent. A task that was
        interrupted is completed by the next run, and makes no VM twice.
options:
  namespace:
    description:
      - The namespace of all VMs that name none themselves. It must exist.
    type: str
  state:
    description:
      - What the VMs shall be, where they do not say it themselves. See O(vmo.core.vmo_vm#module:state).
    type: str
    default: present
    choices: [present, absent, running, stopped, restarted, paused]
  vms:
    description:
      - >-
        The VMs, or with O(count) or O(csv) those of them that are to be something else than O(defaults) and the table
        say.
      - >-
        Each item is a mapping with the C(name) of the VM and any other option of M(vmo.core.vmo_vm) but those of the
        connection, and with C(group) and C(address).
      - >-
        C(group) is a whole number, V(1) when it is left out. The VMs of a group are begun when all of the groups before
        it are what they shall be: ready, if they are to run. VMs that are to be absent or stopped come before all
        others, and their highest group comes first. A group in which a VM fails is the last that is begun. Without
        groups all VMs are worked on at once.
      - >-
        C(address) is an IP address of the VM, with its prefix length unless O(addresses.first) has it. It takes the
        place of the one that O(addresses) would give.
      - >-
        What is said here counts more than a line of O(csv), that more than O(defaults), and these more than the options
        O(namespace), O(state), O(wait), O(wait_for), O(wait_timeout) and O(failure_grace) of the task. Mappings are
        merged at all depths, and lists such as C(disks) and C(networks) by the C(name) of their items; other lists are
        replaced. V(null) takes away what O(defaults) say.
      - The list is never shown as the invocation in a result, since it may hold secrets.
    type: list
    elements: dict
  count:
    description:
      - The number of VMs, from 1 to 1000. It takes O(pattern).
    type: int
  pattern:
    description:
      - >-
        The names of O(count) VMs, with one place for their number: V(web-%d) makes C(web-1), and V(web-%02d) makes
        C(web-01).
    type: str
  start:
    description:
      - The number of the first of O(count) VMs.
    type: int
    default: 1
  csv:
    description:
      - >-
        The VMs as the content of a CSV file, one in each line below a line with the names of columns. An empty cell
        says nothing.
      - >-
        The columns are those of Palette's dashboard: C(vmName), C(templateName), C(templateNamespace), C(namespace),
        C(cpuCores), C(memory), C(diskSize), C(storageClass), C(runStrategy), C(guestOS) and C(labels) (as in
        V(tier=front;stage=test)); and further C(state), C(group), C(address), C(diskName) and C(mac).
      - >-
        C(diskSize) and C(storageClass) are of the disk C(diskName), which is the first one of O(defaults) when it is
        left out, or else C(root). C(mac) is of the first network of O(defaults), or else of C(default). C(guestOS)
        becomes the annotation C(vm.kubevirt.io/os) of the instance. Sizes have a unit, such as V(4Gi).
    type: str
  defaults:
    description:
      - >-
        What all VMs have in common: any option of M(vmo.core.vmo_vm) but its C(name) and those of the connection, and
        C(group). See O(vms) for what counts more.
      - It is never shown as the invocation in a result, since it may hold secrets.
    type: dict
  addresses:
    description:
      - >-
        Static addresses of the guests, by cloud-init. They are added to the C(cloud_init.network_data) of each VM, in
        the form of netplan, version 2.
      - A guest reads them at its first start only. A VM that is to be absent has an address, too, but does not use it.
    type: dict
    suboptions:
      first:
        description:
          - >-
            The address of the first VM that names none itself, with the prefix length of its network: V(192.0.2.10/24).
            Each further one gets the next.
          - >-
            None is passed over but for those in O(addresses.exclude). The task is refused where the network ends too
            early, where the gateway or the address of another VM is in the way, and where the network's own address or
            its broadcast address would be given.
        type: str
      gateway:
        description:
          - The address of the default gateway.
        type: str
      nameservers:
        description:
          - The addresses of name servers.
        type: list
        elements: str
      search:
        description:
          - The domains in which short names are looked for.
        type: list
        elements: str
      interface:
        description:
          - >-
            The name of the interface in the guest. V(enp1s0) when it is left out, which is the first network of a Linux
            guest with the machine type q35.
        type: str
      exclude:
        description:
          - Addresses that no VM gets.
        type: list
        elements: str
  parallel:
    description:
      - >-
        How many requests may be under way at once, from 1 to 200. The limit falls by itself while the server says that
        it is overloaded, and rises again when it answers.
      - VMs that are merely waited for do not count.
    type: int
    default: 10
  with_objects:
    description:
      - Whether RV(vms[].vm) is returned. It is several kilobytes for each VM.
    type: bool
    default: false
  wait:
    description:
      - >-
        Whether the task ends only when the VMs are in the wanted state, and a group is begun only when those before it
        are. Check mode never waits.
      - >-
        A running VM is awaited until it is ready, a stopped one until it is down, and an absent one until it is gone
        together with the disks that are deleted with it.
      - >-
        Of VMs that are to be V(present) nothing is awaited, unless C(restart) restarts the VM or O(wait_for) says so.
    type: bool
    default: true
  wait_for:
    description:
      - What a running VM must be before the task ends. All that is listed must hold.
      - V(ready) - The guest has been started. What runs in it may still be booting.
      - V(agent) - The QEMU guest agent in the guest answers. It never comes if the agent is not installed.
      - >-
        V(address) - The guest has an IP address that others can reach, on any of its networks. It includes V(ready).
        RV(vms[].addresses) tells them.
      - >-
        It cannot be used with VMs that are to be V(stopped) or V(absent), and means nothing for V(paused) ones. See
        O(vmo.core.vmo_vm#module:wait_for).
    type: list
    elements: str
    choices: [ready, agent, address]
  wait_timeout:
    description:
      - >-
        Seconds that each VM may take, from the moment at which it is begun. A VM that takes longer fails, and stays as
        it is. No more than 200 VMs are on their way at once.
      - Requests that the server turns down because it is busy are repeated within this time, too.
    type: int
    default: 600
requirements:
  - KubeVirt 1.4 or newer on the cluster, and CDI for disks that are copied or made
notes:
  - >-
    B(Bad input) is refused before anything is sent: a name, an address or a MAC address that is asked for twice, an
    option that M(vmo.core.vmo_vm) does not know, a pattern without a number.
  - >-
    B(Check mode) asks the cluster to judge what would be sent for each VM, and waits for nothing. Groups make no
    difference then.
  - >-
    B(Progress.) A task with the connection C(local), as the implicit C(localhost) has it, is carried out inside the
    Ansible worker and tells now and then how many VMs are done. See M(vmo.core.vmo_vm) for when it is not.
  - >-
    B(Minimal rights) of the user are those that M(vmo.core.vmo_vm) needs, and C(list) on C(virtualmachines) of
    C(kubevirt.io); with V(address) in O(wait_for) C(list) on C(virtualmachineinstances), too. Who may not C(watch) them
    in the whole namespace waits by listing them again and again.
seealso:
  - module: vmo.core.vmo_vm
    description: All options of a VM.
  - module: vmo.core.vmo_vm_info
  - module: vmo.core.vmo_template
"""

EXAMPLES = r"""
# All of them need the namespace shop; what else one needs is said above it.

- name: Twenty web servers, all alike
  vmo.core.vmo_vms:
    namespace: shop
    state: running
    count: 20
    pattern: front-%02d
    defaults:
      memory: 1Gi
      cpu: {sockets: 2}
      labels: {tier: front}
      disks:
        - name: root
          container_disk: {image: "quay.io/containerdisks/fedora:42"}

- name: The same, but the first one has more memory and another label
  vmo.core.vmo_vms:
    namespace: shop
    state: running
    count: 20
    pattern: front-%02d
    defaults:
      memory: 1Gi
      cpu: {sockets: 2}
      labels: {tier: front}
      disks:
        - name: root
          container_disk: {image: "quay.io/containerdisks/fedora:42"}
    vms:
      - name: front-01
        memory: 2Gi
        labels: {role: leader}

# The NetworkAttachmentDefinition shop/vlan20 exists.
- name: A database, and the servers that need it once it is ready, with addresses from 192.0.2.10 on
  vmo.core.vmo_vms:
    namespace: shop
    state: running
    defaults:
      memory: 1Gi
      disks:
        - name: root
          container_disk: {image: "quay.io/containerdisks/fedora:42"}
      networks:
        - {name: vlan20, multus: vlan20}
    addresses:
      first: 192.0.2.10/24
      gateway: 192.0.2.1
      nameservers: [192.0.2.53]
    vms:
      - {name: db, memory: 2Gi, group: 1}
      - {name: app-1, group: 2}
      - {name: app-2, group: 2, address: 192.0.2.50}

# The VmTemplate ubuntu-2204 exists.
- name: The VMs of a table
  vmo.core.vmo_vms:
    namespace: shop
    csv: |
      vmName,templateName,cpuCores,memory,runStrategy,labels
      site-01,ubuntu-2204,2,4Gi,Halted,tier=front;stage=test
      site-02,ubuntu-2204,1,2Gi,Halted,tier=back;stage=test
  register: shop

- name: Delete them all with their data, the application before its database
  vmo.core.vmo_vms:
    namespace: shop
    state: absent
    defaults: {delete_disks: true}
    vms:
      - {name: db, group: 1}
      - {name: app-1, group: 2}
      - {name: app-2, group: 2}
      - {name: site-01}
      - {name: site-02}

- name: Delete the web servers
  vmo.core.vmo_vms:
    namespace: shop
    state: absent
    count: 20
    pattern: front-%02d
"""

RETURN = r"""
changed:
  description:
    - Whether anything was sent to the cluster for any VM, or would be in check mode.
    - A task that failed may have changed something, too. RV(vms) tells what was done for each VM.
  type: bool
  returned: success and failure
  sample: true
vms:
  description:
    - The VMs in the order of the task. A failure before the first request has none of them.
  type: list
  elements: dict
  returned: success and failure
  contains:
    name:
      description: The name of the VM.
      type: str
      returned: always
      sample: web-01
    namespace:
      description: The namespace of the VM.
      type: str
      returned: always
      sample: shop
    group:
      description: The group of the VM.
      type: int
      returned: always
      sample: 1
    changed:
      description: Whether anything was sent to the cluster for it, or would be in check mode.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether it failed.
      type: bool
      returned: always
      sample: false
    skipped:
      description: Whether it was not begun, since a VM of a group before it failed.
      type: bool
      returned: always
      sample: false
    actions:
      description: What was sent for it, as RV(vmo.core.vmo_vm#module:actions).
      type: list
      elements: dict
      returned: always
      contains:
        verb:
          description: What was done.
          type: str
          returned: always
          sample: create
        kind:
          description: The kind of object.
          type: str
          returned: always
          sample: VirtualMachine
        name:
          description: The name of the object.
          type: str
          returned: always
          sample: web-01
      sample: [{verb: create, kind: VirtualMachine, name: web-01}]
    restart_required:
      description: Whether KubeVirt says that a change waits for a restart.
      type: bool
      returned: always
      sample: false
    live_changes:
      description: What was changed and the running VM is expected to follow at once.
      type: list
      elements: str
      returned: always
      sample: [memory]
    warnings:
      description: What a human should know about it.
      type: list
      elements: str
      returned: always
      sample: []
    uid:
      description: The UID of the VM, V(null) if there is none.
      type: str
      returned: always
      sample: 0d4e8a53-6a0a-4d16-9a2b-0c1f6b3f3a11
    status:
      description: The status that C(kubectl get vm) shows, V(null) if there is no VM or it failed.
      type: str
      returned: always
      sample: Running
    ready:
      description: Whether the guest has been started.
      type: bool
      returned: always
      sample: true
    run_strategy:
      description: The run strategy, V(null) if there is no VM or it failed.
      type: str
      returned: always
      sample: Always
    address:
      description: The address with its prefix length that the task gives it, V(null) if it gives none.
      type: str
      returned: always
      sample: 192.0.2.10/24
    addresses:
      description: The IP addresses that its guest has. Empty unless O(wait_for) has V(address).
      type: list
      elements: str
      returned: always
      sample: [10.244.1.17]
    template_drift:
      description: What its template would change, as RV(vmo.core.vmo_vm#module:template_drift).
      type: dict
      returned: success, with a template
      sample: {template: ubuntu-2404, before: {memory: 4Gi}, after: {memory: 8Gi}}
    vm:
      description: The VirtualMachine object, as RV(vmo.core.vmo_vm#module:vm).
      type: dict
      returned: with O(with_objects)
      sample: {apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {name: web-01, namespace: shop}}
    msg:
      description: What went wrong with it.
      type: str
      returned: when it failed
      sample: VirtualMachine shop/web-01 is not ready after 600 seconds; last seen Provisioning.
    error:
      description: The same for playbooks to test, as RV(vmo.core.vmo_vm#module:error).
      type: dict
      returned: when it failed
      sample: {code: wait_timeout, awaited: ready, last_seen: Provisioning}
    diagnosis:
      description: What the cluster says about it, as RV(vmo.core.vmo_vm#module:diagnosis).
      type: dict
      returned: when its start failed
      sample: {status: DataVolumeError, reason: import_failed}
diff:
  description:
    - >-
      What differs before and after the task, one item for each VM that changes, in the words of the options. Secrets
      are hidden.
  type: list
  elements: dict
  returned: success and failure
  contains:
    before_header:
      description: The VM.
      type: str
      returned: always
      sample: VirtualMachine shop/web-01
    after_header:
      description: The VM.
      type: str
      returned: always
      sample: VirtualMachine shop/web-01
    before:
      description: What differs, as it was. Empty for a new VM.
      type: dict
      returned: always
      sample: {memory: 8Gi}
    after:
      description: What differs, as it is now, or would be in check mode.
      type: dict
      returned: always
      sample: {memory: 12Gi}
summary:
  description: How many VMs there are of each sort.
  type: dict
  returned: success and failure
  contains:
    total:
      description: All of them.
      type: int
      returned: always
      sample: 20
    changed:
      description: Those for which anything was sent.
      type: int
      returned: always
      sample: 2
    unchanged:
      description: Those that were what they shall be.
      type: int
      returned: always
      sample: 17
    failed:
      description: Those that failed.
      type: int
      returned: always
      sample: 1
    skipped:
      description: Those that were not begun.
      type: int
      returned: always
      sample: 0
    ready:
      description: Those whose guest has been started.
      type: int
      returned: always
      sample: 19
warnings:
  description: What a human should know, once for all VMs of which it is true.
  type: list
  elements: str
  returned: when there is one
  sample: ["VirtualMachine shop/web-01 is expected to follow at its next start: cpu.cores."]
msg:
  description: Which VMs failed and why, one sentence for each cause.
  type: str
  returned: failure
  sample: "2 of 20 VMs failed. web-03, web-07: VirtualMachine shop/web-03 cannot be made: there is no VLAN."
error:
  description: What went wrong, for playbooks to test.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - >-
          The code of all failures, as RV(vmo.core.vmo_vm#module:error.code); V(several) where VMs failed for reasons of
          different codes.
      type: str
      returned: always
      sample: not_found
    vms:
      description: The names of the VMs that failed.
      type: list
      elements: str
      returned: when VMs failed
      sample: [web-03, web-07]
    causes:
      description: Why they failed, the cause of most failures first.
      type: list
      elements: dict
      returned: when VMs failed
      contains:
        code:
          description: The code of the failure.
          type: str
          returned: always
          sample: not_found
        message:
          description: What went wrong with the first of these VMs.
          type: str
          returned: always
          sample: "VirtualMachine shop/web-03 cannot be made: there is no VLAN."
        vms:
          description: The VMs that failed of it.
          type: list
          elements: str
          returned: always
          sample: [web-03, web-07]
    option:
      description: The option that is wrong.
      type: str
      returned: with the code V(invalid_option), where nothing was sent
      sample: pattern
"""

import functools

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.vm import VM
from ansible_collections.vmo.core.plugins.module_utils._argspec.vms import VMS
from ansible_collections.vmo.core.plugins.module_utils._runner import run_on_clusters
from ansible_collections.vmo.core.plugins.module_utils._usecase.vms import run

SPEC = CONNECTION + VMS


def main() -> None:
    """Run the task."""
    run_on_clusters(SPEC, functools.partial(run, checked=VM.checker()))


if __name__ == "__main__":
    main()
