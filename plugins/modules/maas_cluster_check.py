#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: maas_cluster_check
short_description: Tell whether the machines of a MAAS can carry a Kubernetes cluster for VMs
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Judges the machines of a MAAS, their network, the images and MAAS itself by more than a hundred checks, tells which
    machines fit which role and what the others lack, and fails if the cluster cannot be built as it is, or is not as it
    should be.
  - >-
    It only reads. Every verdict has a remedy, and the first lines of the message are meant to suffice. The page
    C(docs/checks.md) of the collection lists all checks.
  - >-
    What MAAS does not know, or does not tell this user, is V(unknown), never a failure. A machine that was never
    commissioned gives one failure; a machine that is at work for somebody else is not counted, which is no fault.
extends_documentation_fragment:
  - vmo.core._attributes.info
  - vmo.core._maas.action_group
  - vmo.core._maas
  - vmo.core._cluster_role
  - vmo.core._verdicts
options:
  preset:
    description:
      - >-
        Demands of a product to begin with; O(control_plane) and O(worker) go over them. C(docs/checks.md) lists their
        numbers and where these come from.
      - One of O(preset), O(control_plane) and O(worker) is needed.
      - V(palette_vmo) - a cluster of Palette VMO on bare metal.
      - V(palette_pcg) - the Private Cloud Gateway of Palette.
      - V(lab) - two machines to try things out, virtual ones as well.
    type: str
    choices: [palette_vmo, palette_pcg, lab]
  mode:
    description:
      - Whether the machines are still to be deployed, or carry the cluster already.
      - V(pre_deploy) - machines must be Ready, nobody's and unlocked.
      - V(post_deploy) - machines must be Deployed, and should be locked.
    type: str
    choices: [pre_deploy, post_deploy]
    default: pre_deploy
  hostnames:
    description:
      - >-
        Host names of the machines to look at. What is left out here is not known to the module, so that for example a
        MAC address that such a machine has as well is not found.
    type: list
    elements: str
  system_ids:
    description:
      - C(system_id)s of the machines to look at.
    type: list
    elements: str
  pools:
    description:
      - Resource pools whose machines are looked at.
    type: list
    elements: str
  zones:
    description:
      - Zones whose machines are looked at.
    type: list
    elements: str
  tags:
    description:
      - Tags that a machine must have, all of them, to be looked at.
    type: list
    elements: str
  without_tags:
    description:
      - Tags of machines that are not looked at.
    type: list
    elements: str
  image:
    description:
      - The image that is deployed, with or without C(custom/), such as V(u-2204-0-k-1335-0) or V(ubuntu/jammy).
    type: str
  domain:
    description:
      - The DNS domain of the cluster.
    type: str
  networks:
    description:
      - >-
        Names or CIDRs of the subnets that the cluster uses. When it is left out, those that machines get addresses of
        MAAS from.
    type: list
    elements: str
  pod_cidr:
    description:
      - The network of the pods. With a preset of Palette it is V(192.168.0.0/16) when it is left out.
    type: str
  service_cidr:
    description:
      - The network of the services.
    type: str
  vips:
    description:
      - Addresses of the API and of load balancers, single ones or ranges such as V(192.0.2.10-192.0.2.19).
    type: list
    elements: str
  preferred_subnets:
    description:
      - CIDRs that the address of a node is to be taken from, where machines have several.
    type: list
    elements: str
  owner:
    description:
      - The MAAS user who deploys the cluster. The user of the API key when it is left out.
    type: str
  cluster_name:
    description:
      - The name of the cluster, as workload annotations in MAAS may tell it.
    type: str
  api_endpoint:
    description:
      - The DNS name of the API, to be compared with the addresses of the control plane after the deployment.
    type: str
  vm_memory:
    description:
      - How much memory all VMs together are to have, such as V(2Ti). They must fit without the biggest worker.
    type: str
  live_migration:
    description:
      - Whether VMs are to move between workers, so that processors of Intel and of AMD must not be mixed.
    type: bool
    default: true
  nested:
    description:
      - Whether VMs are to run VMs.
    type: bool
    default: false
  in_memory:
    description:
      - Whether machines are deployed to memory.
    type: bool
    default: false
  lxd_hosts:
    description:
      - Whether machines are to be LXD hosts.
    type: bool
    default: false
  provisioner_disables_swap:
    description:
      - Whether what deploys the machines turns swap off, as the Cluster API provider for MAAS does.
    type: bool
    default: true
  startup_timeout:
    description:
      - How many seconds a node may take to start. With V(results) in O(read) it is compared with past deployments.
    type: int
  nodes:
    description:
      - >-
        The Node objects of the cluster, as M(kubernetes.core.k8s_info) returns them, to be compared with the machines.
        An empty list means that there is no node.
    type: list
    elements: dict
  read:
    description:
      - >-
        What is read beside the lists. Each choice but V(power_address) costs a request for each machine that a role may
        take, V(allocation) one for each role.
      - >-
        V(hardware) - what commissioning saw of the processors of machines that are to run VMs and have no tag
        V(vmx) or V(svm).
      - V(results) - when commissioning, tests and deployment ended, and which scripts failed.
      - V(devices) - the devices, GPUs for example.
      - V(power_state) - whether the power control answers now, which can take a minute where it does not.
      - V(power_address) - whether two machines share a power control. The user must be an administrator.
      - V(allocation) - whether MAAS itself would allocate a machine; it is asked for a dry run and allocates nothing.
    type: list
    elements: str
    choices: [hardware, results, devices, power_state, power_address, allocation]
    default: [hardware]
  thresholds:
    description:
      - Where a number begins to matter.
    type: dict
    suboptions:
      minimum_version:
        description: The oldest MAAS that will do.
        type: str
        default: "3.3"
      clock_skew_warn:
        description: Seconds between the clocks from which there is a warning.
        type: int
        default: 60
      clock_skew_fail:
        description: Seconds between the clocks from which it is a failure; from 300 on MAAS refuses.
        type: int
        default: 240
      memory_tolerance:
        description: The part of the demanded memory that suffices, since firmware takes some.
        type: float
        default: 0.97
      commissioning_days:
        description: Days after which a commissioning is old.
        type: int
        default: 90
      events_hours:
        description: Hours for which an error in the events counts.
        type: int
        default: 24
      image_days:
        description: Days after which a synchronized image is old.
        type: int
        default: 180
      free_addresses:
        description: Fewer free addresses in a subnet than this are a warning.
        type: int
        default: 16
      node_memory:
        description: The part of a machine's memory that its node must have.
        type: float
        default: 0.93
      join_minutes:
        description: Minutes after the deployment in which a machine must become a node.
        type: int
        default: 30
      erase_disk_gb:
        description: The size of disks in GB from which erasing them takes long.
        type: int
        default: 1000
      heartbeat_minutes:
        description: Minutes of silence of virt-handler that are a warning.
        type: int
        default: 5
notes:
  - The module never changes anything, neither here nor in MAAS, so RV(changed) is always V(false).
  - >-
    To a user who is no administrator MAAS shows neither the controllers nor the machines of others; the checks that
    need them are V(unknown).
  - O(severity_overrides) decide which machines fit, too.
  - What is known of cables and cards is as of the last commissioning or hardware synchronization.
seealso:
  - module: vmo.core.maas_machine_info
  - module: vmo.core.vmo_cluster_check
    description: For the cluster, once it is there.
"""

EXAMPLES = r"""
# MAAS_URL and MAAS_API_KEY are set.

- name: Is there enough for a VMO cluster with six workers?
  vmo.core.maas_cluster_check:
    preset: palette_vmo
    control_plane:
      pool: vmo
      tags: [control-plane]
    worker:
      count: 6
      pool: vmo
      tags: [worker]
      vlans: [20, 30]
    image: u-2204-0-k-1335-0
    domain: maas
    pod_cidr: 100.64.0.0/18
    service_cidr: 100.64.64.0/18
    vips: [10.20.0.10-10.20.0.19]
    fail_on: never
  register: check

- name: Tell it
  ansible.builtin.debug:
    msg: "{{ check.summary }}"

- name: Which machines nearly fit, and what do they lack?
  ansible.builtin.debug:
    msg: "{{ check.near_misses | map(attribute='message') | list }}"

- name: Look at the network only, and take slow cards for a warning
  vmo.core.maas_cluster_check:
    worker:
      bridge: br0
      nics: 2
      speed: 10000
    only: [n]
    severity_overrides:
      n.speed: warn
    fail_on: never

- name: Read everything that can be read, and let old tests pass
  vmo.core.maas_cluster_check:
    preset: palette_vmo
    read: [hardware, results, devices, power_state, power_address, allocation]
    ignore: [m.tests]
    fail_on: never

- name: Do MAAS and Kubernetes agree on the nodes of a running cluster?
  vmo.core.maas_cluster_check:
    mode: post_deploy
    worker:
      tags: [worker]
    nodes: "{{ nodes.resources | default([]) }}"
    only: [x]
    fail_on: never
"""

RETURN = r"""
status:
  description: The worst verdict.
  type: str
  returned: when MAAS could be read, on failure as well
  sample: fail
summary:
  description: The report in lines, the most urgent first. On failure RV(msg) has the same lines.
  type: list
  elements: str
  returned: when MAAS could be read, on failure as well
  sample:
    - >-
      NOT READY: control_plane 3 of 3, worker 26 of 27; 3 failed and 1 warning verdicts on 30 machines.
    - "FAIL n.bridge worker-07 has no bridge br0. -> Create the bridge on the data bond (create_bridge)."
    - "Nearly fit: worker-07 misses 8 GiB of memory and br0 (worker)."
verdicts:
  description:
    - The verdicts, in the order of the checks. Those that passed or were skipped only with O(with_passed=true).
  type: list
  elements: dict
  returned: when MAAS could be read, on failure as well
  contains:
    id:
      description: The check.
      type: str
      returned: always
      sample: c.memory
    scope:
      description: >-
        What it is about: V(cluster), V(machine), V(machine:iface), V(image) or V(network).
      type: str
      returned: always
      sample: machine
    subject:
      description: The host name, with the interface behind a colon where it is about one; else another name.
      type: str
      returned: always
      sample: worker-07
    role:
      description: The role that the machine was judged for, V(null) if it is about no machine.
      type: str
      returned: always
      sample: worker
    status:
      description: V(pass), V(warn), V(fail), V(skip) or V(unknown).
      type: str
      returned: always
      sample: fail
    message:
      description: What was found, to be read after the subject.
      type: str
      returned: always
      sample: has 16 GiB of memory, 24 GiB are wanted.
    evidence:
      description: The values it was judged by.
      type: dict
      returned: always
      sample: {memory_mib: 16384}
    remediation:
      description: What to do. Empty if nothing is to be done.
      type: str
      returned: always
      sample: Add memory (after a failed module, replace it and commission again), or ask for less.
counts:
  description: The number of verdicts of each status, those that passed included.
  type: dict
  returned: when MAAS could be read, on failure as well
  sample: {fail: 3, warn: 1, unknown: 1, skip: 134, pass: 1688}
near_misses:
  description:
    - Machines that do not fit, those that lack least first.
    - At the end, where a role is short of machines, those that would fit and differ in one of pool, zone and tags only.
  type: list
  elements: dict
  returned: when MAAS could be read, on failure as well
  contains:
    machine:
      description: The host name.
      type: str
      returned: always
      sample: worker-07
    role:
      description: The role that it does not fit.
      type: str
      returned: always
      sample: worker
    misses:
      description: What it lacks, in a few words each.
      type: list
      elements: str
      returned: always
      sample: [8 GiB of memory, br0]
    checks:
      description: The checks that it does not pass.
      type: list
      elements: str
      returned: always
      sample: [c.memory, n.bridge]
    message:
      description: The same as a sentence.
      type: str
      returned: always
      sample: worker-07 misses 8 GiB of memory and br0
roles:
  description:
    - By the name of the role, the number C(wanted), the machines that C(fit), and of these the ones C(assigned) to it.
    - A machine can fit several roles and is assigned to one at most, such that as many places as possible are taken.
  type: dict
  returned: when MAAS could be read, on failure as well
  sample:
    worker:
      wanted: 1
      fit: [{system_id: abc123, hostname: worker-01}, {system_id: abc124, hostname: worker-02}]
      assigned: [{system_id: abc123, hostname: worker-01}]
machines:
  description: The number of machines that were looked at.
  type: int
  returned: when MAAS could be read, on failure as well
  sample: 30
unavailable:
  description: What MAAS did not tell, and why.
  type: dict
  returned: when MAAS could be read, on failure as well
  sample:
    rackcontrollers: this API key is not an administrator's, and MAAS shows such a user no controllers
changed:
  description: Always V(false).
  type: bool
  returned: success
  sample: false
msg:
  description: The lines of RV(summary), or what went wrong before there were any.
  type: str
  returned: failure
  sample: "NOT READY: control_plane 3 of 3, worker 26 of 27; 3 failed and 1 warning verdicts on 30 machines."
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

from ansible_collections.vmo.core.plugins.module_utils._argspec.cluster_check import CLUSTER_CHECK
from ansible_collections.vmo.core.plugins.module_utils._argspec.maas import MAAS_CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._runner_maas import run_on_maas
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_check import run

SPEC = MAAS_CONNECTION + CLUSTER_CHECK


def main() -> None:
    """Run the task."""
    run_on_maas(SPEC, run)


if __name__ == "__main__":
    main()
