#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_vm_info
short_description: Tell what virtual machines there are and how they are
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Tells of one, some or all virtual machines (VMs) of a Palette VMO or any other KubeVirt cluster what state they are
    in, where they run, which addresses they have, how their disks are doing and whether a restart is due.
  - >-
    The number of requests does not grow with the number of VMs: one list each of VMs, of their instances and of their
    DataVolumes, in pages.
extends_documentation_fragment:
  - vmo.core._attributes.info
  - vmo.core._attributes.action_group
  - vmo.core._connection
options:
  name:
    description:
      - The name of the VM. All VMs when it is left out.
      - It is no error if there is none of that name; RV(vms) is empty then.
    type: str
  namespace:
    description:
      - The namespace to look in. All namespaces when it is left out, for which the user needs rights in the whole
        cluster.
    type: str
  label_selectors:
    description:
      - >-
        Conditions on the labels of the VMs, such as V(app=web), V(tier in (front, back\)) or V(!retired). A VM is told
        of if it meets all of them.
    type: list
    elements: str
  field_selectors:
    description:
      - >-
        Conditions on fields of the VMs, such as V(metadata.name=web-01). A VM is told of if it meets all of them.
        KubeVirt knows C(metadata.name) and C(metadata.namespace).
    type: list
    elements: str
  with_objects:
    description:
      - Whether the objects themselves are told as well, as RV(vms[].vm) and RV(vms[].vmi). They are large.
    type: bool
    default: false
notes:
  - >-
    The user needs the rights C(get) and C(list) on C(virtualmachines) of C(kubevirt.io). With the same rights on
    C(virtualmachineinstances) of C(kubevirt.io) and on C(datavolumes) of C(cdi.kubevirt.io) the answer is complete;
    RV(unavailable) tells what was missing. The cluster role C(view) covers all of it where KubeVirt and CDI add to it,
    as they do unless told otherwise.
seealso:
  - module: vmo.core.vmo_vm
  - module: kubernetes.core.k8s_info
    description: For all other objects.
"""

EXAMPLES = r"""
# The tasks need the namespace shop. What VMs there are does not matter, but where a VM is named.

- name: Look at one VM
  vmo.core.vmo_vm_info:
    name: web-01
    namespace: shop
  register: web

- name: Tell how it is
  ansible.builtin.debug:
    msg: "{{ item.name }} is {{ item.status }} on {{ item.node | default('no node', true) }}"
  loop: "{{ web.vms }}"
  loop_control:
    label: "{{ item.name }}"

- name: Look at all VMs of an application
  vmo.core.vmo_vm_info:
    namespace: shop
    label_selectors:
      - app=web
      - tier in (front, back)
  register: application

- name: Tell the addresses of those that are ready
  ansible.builtin.debug:
    msg: "{{ application.vms | selectattr('ready') | items2dict(key_name='name', value_name='addresses') }}"

- name: Look at all VMs of the cluster
  vmo.core.vmo_vm_info:
  register: cluster

- name: Tell which VMs wait for a restart
  ansible.builtin.debug:
    msg: "{{ cluster.vms | selectattr('restart_required') | map(attribute='name') | list }}"

- name: Tell which VMs would stop the drain of a node
  ansible.builtin.debug:
    msg: "{{ cluster.vms | rejectattr('node', 'none') | rejectattr('live_migratable') | map(attribute='name') | list }}"

- name: Look at the objects themselves
  vmo.core.vmo_vm_info:
    name: web-01
    namespace: shop
    with_objects: true
"""

RETURN = r"""
vms:
  description: The VMs that were found, in the order in which the cluster lists them.
  type: list
  elements: dict
  returned: success
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
    uid:
      description: The UID of the VM object.
      type: str
      returned: always
      sample: 0d4e8a53-6a0a-4d16-9a2b-0c1f6b3f3a11
    created:
      description: When the VM object was made.
      type: str
      returned: always
      sample: "2026-01-31T08:15:00Z"
    status:
      description: The status that C(kubectl get vm) shows.
      type: str
      returned: always
      sample: Running
    ready:
      description: Whether the guest runs, with no request to stop or restart it under way.
      type: bool
      returned: always
      sample: true
    paused:
      description: Whether the guest is paused.
      type: bool
      returned: always
      sample: false
    run_strategy:
      description: What KubeVirt does when the guest ends.
      type: str
      returned: always
      sample: Always
    agent_connected:
      description: Whether the QEMU guest agent answers.
      type: bool
      returned: always
      sample: true
    restart_required:
      description: Whether KubeVirt says that a change waits for a restart.
      type: bool
      returned: always
      sample: false
    live_migratable:
      description: Whether the VM can move to another node while it runs. It counts only for a VM that does run.
      type: bool
      returned: always
      sample: true
    node:
      description: The node that the VM runs on, V(null) if it does not run.
      type: str
      returned: always
      sample: node-07
    phase:
      description: The phase of the running instance, V(null) if there is none.
      type: str
      returned: always
      sample: Running
    addresses:
      description:
        - The addresses of each network of the VM, without those that only the guest itself can use.
        - With masquerade it is the address of the pod, which changes with each start and each live migration.
        - Others are known only with a guest agent.
      type: dict
      returned: always
      sample: {default: [198.51.100.24], vlan20: [192.0.2.21, "2001:db8::21"]}
    guest_os:
      description: What the guest agent tells of the operating system. Empty without an agent.
      type: dict
      returned: always
      contains:
        id:
          description: A short name.
          type: str
          returned: when the agent tells it
          sample: ubuntu
        name:
          description: The name.
          type: str
          returned: when the agent tells it
          sample: Ubuntu
        version:
          description: The version.
          type: str
          returned: when the agent tells it
          sample: 22.04.5 LTS (Jammy Jellyfish)
        pretty_name:
          description: Name and version.
          type: str
          returned: when the agent tells it
          sample: Ubuntu 22.04.5 LTS
        kernel_release:
          description: The kernel.
          type: str
          returned: when the agent tells it
          sample: 5.15.0-130-generic
        machine:
          description: The processor architecture.
          type: str
          returned: when the agent tells it
          sample: x86_64
    disks:
      description: The volumes of the VM, those with cloud-init data and the like included.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: The name of the disk in the VM.
          type: str
          returned: always
          sample: root
        source:
          description: What the volume is, in the words of the API.
          type: str
          returned: always
          sample: dataVolume
        claim:
          description: The DataVolume or PersistentVolumeClaim, V(null) if the disk is neither.
          type: str
          returned: always
          sample: web-01-root
        phase:
          description: The phase of the DataVolume, V(null) if there is none. V(Succeeded) is a finished disk.
          type: str
          returned: always
          sample: ImportInProgress
        progress:
          description: How far the DataVolume has come, V(null) if there is none.
          type: str
          returned: always
          sample: 37.50%
        message:
          description: What CDI says about the work on the DataVolume, an error for example, V(null) if it says nothing.
          type: str
          returned: always
          sample: Import Complete
        capacity:
          description: The size of the volume, V(null) if the VM does not run.
          type: str
          returned: always
          sample: 40Gi
        target:
          description: The device in the guest, V(null) if the VM does not run.
          type: str
          returned: always
          sample: vda
        hotplugged:
          description: Whether the disk was plugged into the running VM.
          type: bool
          returned: always
          sample: false
    conditions:
      description: The conditions of the VM.
      type: list
      elements: dict
      returned: always
      contains:
        type:
          description: What the condition is about.
          type: str
          returned: always
          sample: LiveMigratable
        status:
          description: V(True), V(False) or V(Unknown).
          type: str
          returned: always
          sample: "False"
        reason:
          description: A word for the reason.
          type: str
          returned: when there is one
          sample: DisksNotLiveMigratable
        message:
          description: A sentence about it.
          type: str
          returned: when there is one
          sample: >-
            cannot migrate VMI: PVC web-01-root is not shared, live migration requires that all PVCs must be shared
    options:
      description:
        - The VM in the words of the options of M(vmo.core.vmo_vm), what these cannot say under C(definition).
        - cloud-init data is hidden.
      type: dict
      returned: always
      sample:
        memory: 8Gi
        cpu: {sockets: 4, max_sockets: 16}
        run_strategy: Always
        disks: [{name: root, type: disk, bus: virtio, clone: {namespace: vmo-golden-images, name: ubuntu-2204}}]
    vm:
      description: The VirtualMachine object. cloud-init data is hidden.
      type: dict
      returned: with O(with_objects=true)
      sample: {apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {name: web-01, namespace: shop}}
    vmi:
      description: The VirtualMachineInstance object, empty if there is none. cloud-init data is hidden.
      type: dict
      returned: with O(with_objects=true)
      sample: {apiVersion: kubevirt.io/v1, kind: VirtualMachineInstance, status: {phase: Running}}
unavailable:
  description:
    - >-
      What could not be read, since the user may not or CDI is not installed: V(virtualmachineinstances) or
      V(datavolumes). The values that come from there are empty.
  type: list
  elements: str
  returned: success
  sample: []
changed:
  description: Always V(false).
  type: bool
  returned: success
  sample: false
msg:
  description: What went wrong, in a sentence that names the object and the cause.
  type: str
  returned: failure
  sample: >-
    Cannot list VirtualMachine objects in the namespace shop: the user jane lacks the right to list virtualmachines of
    kubevirt.io in the namespace shop
error:
  description:
    - What went wrong, for playbooks to test. M(vmo.core.vmo_vm) lists all codes and what comes with them.
  type: dict
  returned: failure
  contains:
    code:
      description: A stable name for the kind of failure.
      type: str
      returned: always
      sample: forbidden
  sample:
    code: forbidden
    user: jane
    rule: {apiGroups: [kubevirt.io], resources: [virtualmachines], verbs: [list], namespace: shop}
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.vm_info import VM_INFO
from ansible_collections.vmo.core.plugins.module_utils._runner import run_on_cluster
from ansible_collections.vmo.core.plugins.module_utils._usecase.vm_info import run

SPEC = CONNECTION + VM_INFO


def main() -> None:
    """Run the task."""
    run_on_cluster(SPEC, run)


if __name__ == "__main__":
    main()
