#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_cluster_check
short_description: Tell whether a Kubernetes cluster is ready for VMs
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Judges a Kubernetes cluster with Palette VMO or any other KubeVirt by some fifty checks: its nodes, KubeVirt and the
    Containerized Data Importer (CDI), storage and snapshots, networks, quotas, the rights of the user, the VMs that are
    there, and certificates. It fails if the cluster is not ready for what O(for) says.
  - >-
    It only reads. Every verdict has a remedy, and the first lines of the message are meant to suffice. The page
    C(docs/cluster_checks.md) of the collection lists all checks.
  - >-
    What the user may not read, or the cluster does not tell, is V(unknown) with the rule that is missing, never a
    failure. A cluster without KubeVirt gives a failed verdict that says so, and the checks that need it are skipped.
  - >-
    It costs one list for each kind of object, in pages, however many VMs there are, and one question for each right
    that O(for) needs.
extends_documentation_fragment:
  - vmo.core._attributes.info
  - vmo.core._attributes.action_group
  - vmo.core._connection
  - vmo.core._verdicts
options:
  for:
    description:
      - What the cluster is to be good for. Some checks are made for one of these only.
      - V(run) - to make, start and stop VMs.
      - V(migrate) - to move running VMs to other nodes, and so to drain nodes.
      - V(snapshot) - to take snapshots of VMs and to restore them.
      - V(hotplug) - to plug disks into running VMs.
      - V(clone) - to make disks from golden images.
      - V(import) - to import disks from elsewhere.
      - V(upload) - to upload disks.
    type: list
    elements: str
    choices: [run, migrate, snapshot, hotplug, clone, import, upload]
    default: [run, migrate]
  namespace:
    description:
      - >-
        The namespace that the VMs are, or are to be, in. Rights are asked for and quotas are looked at there; who may
        not see VMs, services and networks of the whole cluster has those of the namespace judged.
      - All namespaces when it is left out.
    type: str
  images_namespace:
    description:
      - >-
        The namespace of the golden images. With V(clone) in O(for) it must exist, and the user must have the right to
        clone from there.
    type: str
  storage_classes:
    description:
      - >-
        Names of the StorageClasses that must be fit for VMs. When it is left out, the one that disks of VMs get by
        themselves.
    type: list
    elements: str
  nodes:
    description:
      - How many nodes must take VMs. One when it is left out, and two with V(migrate) in O(for).
    type: int
  bridge:
    description:
      - >-
        The name of the bridge of the nodes that VMs are attached to, such as V(br0). NetworkAttachmentDefinitions on
        other bridges give a warning.
    type: str
  vlans:
    description:
      - Numbers of the VLANs that must have a NetworkAttachmentDefinition.
    type: list
    elements: int
  networks:
    description:
      - >-
        Names of the NetworkAttachmentDefinitions that must be there, such as V(vlan20) in the O(namespace), or
        V(default) if there is none, or V(other-namespace/vlan20). The others are not judged then.
    type: list
    elements: str
  load_balancer:
    description:
      - >-
        Whether services are to have addresses of a load balancer. Services that wait for one are a failure in any case.
    type: bool
    default: false
  thresholds:
    description:
      - Where a number begins to matter.
    type: dict
    suboptions:
      minimum_kubernetes:
        description: The oldest Kubernetes that will do.
        type: str
        default: "1.28"
      minimum_kubevirt:
        description: The oldest KubeVirt that will do.
        type: str
        default: "1.4"
      minimum_cdi:
        description: The oldest CDI that goes without a warning.
        type: str
        default: "1.61"
      heartbeat_minutes:
        description: Minutes of silence of virt-handler that are a warning.
        type: int
        default: 5
      quota_used:
        description: The part of a quota from which it is nearly used up.
        type: float
        default: 0.9
      certificate_left:
        description: The part of its life in which a certificate that is renewed by itself should have been.
        type: float
        default: 0.1
notes:
  - The module never changes anything, neither here nor in the cluster, so RV(changed) is always V(false).
  - >-
    The rights of the user are asked for with a C(SelfSubjectAccessReview), which everybody may do and which stores
    nothing; the module sends it in check mode, too.
  - >-
    The cluster role C(cluster-reader) of some distributions shows everything. Elsewhere the user needs the rights
    C(list) on C(nodes), C(services) and C(resourcequotas), C(deployments) and C(daemonsets) of C(apps),
    C(storageclasses) of C(storage.k8s.io), C(volumesnapshotclasses) of C(snapshot.storage.k8s.io), C(apiservices) of
    C(apiregistration.k8s.io), C(network-attachment-definitions) of C(k8s.cni.cncf.io), C(ipaddresspools) of
    C(metallb.io), C(nodenetworkstates) of C(nmstate.io), C(certificates) of C(cert-manager.io), C(cdis) of
    C(cdi.kubevirt.io), C(virtualmachines) and C(virtualmachineinstances) of C(kubevirt.io), and C(get) on C(namespaces)
    and on the C(configmaps) of KubeVirt and CDI for a complete answer. RV(unavailable) tells what was missing. The rest
    KubeVirt and CDI show to everybody.
seealso:
  - module: vmo.core.vmo_vm_info
  - module: vmo.core.maas_cluster_check
    description: For the machines below the cluster.
"""

EXAMPLES = r"""
# K8S_AUTH_KUBECONFIG is set, and the tasks need the namespace shop. What else is there does not matter.

- name: Is the cluster ready to run VMs and to move them?
  vmo.core.vmo_cluster_check:
    fail_on: never
  register: check

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ check.summary }}"

- name: Can the user of this task work in a namespace, with everything that VMs can do?
  vmo.core.vmo_cluster_check:
    for: [run, migrate, snapshot, hotplug, clone, import]
    namespace: shop
    images_namespace: vmo-golden-images
    storage_classes: [ceph-rbd]
    fail_on: never

- name: Look at the networks of VMs only
  vmo.core.vmo_cluster_check:
    namespace: shop
    bridge: br0
    vlans: [20, 30]
    networks: [vlan20, default/vlan30]
    only: [net]
    fail_on: never

- name: Before a node is drained, see whether a VM would block that
  vmo.core.vmo_cluster_check:
    only: [vm.drain, node.count]
    nodes: 3
    fail_on: never
  register: before

- name: Name the VMs
  ansible.builtin.debug:
    msg: "{{ before.verdicts | selectattr('id', '==', 'vm.drain') | map(attribute='subject') | list }}"

- name: Take slow storage for granted, and VMs that wait for a restart for a failure
  vmo.core.vmo_cluster_check:
    ignore: [sc.cloning, cert]
    severity_overrides:
      sc.rwx: warn
      vm.restart: fail
    fail_on: never
"""

RETURN = r"""
status:
  description: The worst verdict.
  type: str
  returned: when the cluster could be read, on failure as well
  sample: fail
summary:
  description: The report in lines, the most urgent first. On failure RV(msg) has the same lines.
  type: list
  elements: str
  returned: when the cluster could be read, on failure as well
  sample:
    - "NOT READY to run, migrate; 1 failed and 1 warning verdicts."
    - >-
      FAIL sc.rwx hostpath offers no ReadWriteMany (ReadWriteOnce Filesystem): VMs with its disks do not migrate. ->
      Take a class with ReadWriteMany, such as Ceph RBD in block mode, or correct the StorageProfile.
    - >-
      WARN node.cordoned node-07 is cordoned: no new VM starts there. -> Uncordon the node when its maintenance is over.
verdicts:
  description:
    - The verdicts, in the order of the checks. Those that passed or were skipped only with O(with_passed=true).
  type: list
  elements: dict
  returned: when the cluster could be read, on failure as well
  contains:
    id:
      description: The check.
      type: str
      returned: always
      sample: sc.rwx
    scope:
      description: >-
        What it is about: V(cluster), V(node), V(storage), V(network), V(namespace) or V(vm).
      type: str
      returned: always
      sample: storage
    subject:
      description: The name, with the namespace before a slash where there is one.
      type: str
      returned: always
      sample: hostpath
    role:
      description: Always V(null); verdicts of M(vmo.core.maas_cluster_check) have the role of a machine here.
      type: str
      returned: always
      sample: null
    status:
      description: V(pass), V(warn), V(fail), V(skip) or V(unknown).
      type: str
      returned: always
      sample: fail
    message:
      description: What was found, to be read after the subject.
      type: str
      returned: always
      sample: "offers no ReadWriteMany (ReadWriteOnce Filesystem): VMs with its disks do not migrate."
    evidence:
      description:
        - The values it was judged by. Where a right was missing, C(rule) or C(rules) are what a role would need.
      type: dict
      returned: always
      sample: {access: [ReadWriteOnce Filesystem]}
    remediation:
      description: What to do. Empty if nothing is to be done.
      type: str
      returned: always
      sample: Take a class with ReadWriteMany, such as Ceph RBD in block mode, or correct the StorageProfile.
counts:
  description: The number of verdicts of each status, those that passed included.
  type: dict
  returned: when the cluster could be read, on failure as well
  sample: {fail: 1, warn: 1, unknown: 0, skip: 12, pass: 37}
versions:
  description: The versions that run, V(null) where that is not known.
  type: dict
  returned: when the cluster could be read, on failure as well
  contains:
    kubernetes:
      description: The version of the API server.
      type: str
      returned: always
      sample: v1.32.2
    kubevirt:
      description: The version of KubeVirt.
      type: str
      returned: always
      sample: v1.4.0
    cdi:
      description: The version of CDI.
      type: str
      returned: always
      sample: v1.61.0
unavailable:
  description: What could not be read, and why. What the cluster does not serve at all is not meant.
  type: dict
  returned: when the cluster could be read, on failure as well
  sample:
    nodes: "Cannot list Node objects: the user jane lacks the right to list nodes in the whole cluster"
changed:
  description: Always V(false).
  type: bool
  returned: success
  sample: false
msg:
  description: The lines of RV(summary), or what went wrong before there were any.
  type: str
  returned: failure
  sample: "NOT READY to run, migrate; 1 failed and 1 warning verdicts."
error:
  description:
    - What went wrong, for playbooks to test. M(vmo.core.vmo_vm) lists all codes but V(checks_failed).
  type: dict
  returned: failure
  contains:
    code:
      description: A stable name for the kind of failure, V(checks_failed) if verdicts are as bad as O(fail_on) says.
      type: str
      returned: always
      sample: checks_failed
  sample:
    code: checks_failed
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.vmo_cluster_check import VMO_CLUSTER_CHECK
from ansible_collections.vmo.core.plugins.module_utils._runner import run_on_cluster
from ansible_collections.vmo.core.plugins.module_utils._usecase.cluster_check import run

SPEC = CONNECTION + VMO_CLUSTER_CHECK


def main() -> None:
    """Run the task."""
    run_on_cluster(SPEC, run)


if __name__ == "__main__":
    main()
