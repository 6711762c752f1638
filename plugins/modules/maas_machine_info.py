#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: maas_machine_info
short_description: Tell what machines MAAS has and how they are
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Tells of some or all machines of a MAAS what state they are in, what hardware they have and how their network and
    their disks are laid out.
  - It is one request, however many machines there are. MAAS itself picks the machines that the options choose.
  - Power parameters are neither asked for nor shown.
extends_documentation_fragment:
  - vmo.core._attributes.info
  - vmo.core._maas.action_group
  - vmo.core._maas
options:
  system_ids:
    description:
      - The C(system_id) of each machine. It is no error if there is no such machine.
    type: list
    elements: str
  hostnames:
    description:
      - The host names of the machines, or their names with the domain. It is no error if there is no such machine.
    type: list
    elements: str
  mac_addresses:
    description:
      - MAC addresses. A machine is told of if one of its interfaces has one of them.
    type: list
    elements: str
  pools:
    description:
      - Names of resource pools. A machine is told of if it is in one of them.
    type: list
    elements: str
  zones:
    description:
      - Names of zones. A machine is told of if it is in one of them.
    type: list
    elements: str
  tags:
    description:
      - Names of tags. A machine is told of if it has all of them.
    type: list
    elements: str
  without_tags:
    description:
      - Names of tags. A machine is told of if it has none of them.
    type: list
    elements: str
  status:
    description:
      - States. A machine is told of if it is in one of them.
    type: list
    elements: str
    choices:
      - new
      - commissioning
      - failed_commissioning
      - missing
      - ready
      - reserved
      - deployed
      - retired
      - broken
      - deploying
      - allocated
      - failed_deployment
      - releasing
      - failed_releasing
      - disk_erasing
      - failed_disk_erasing
      - rescue_mode
      - entering_rescue_mode
      - failed_entering_rescue_mode
      - exiting_rescue_mode
      - failed_exiting_rescue_mode
      - testing
      - failed_testing
  with_objects:
    description:
      - >-
        Whether the machines are told as MAAS tells them as well, as RV(machines[].machine). That is about 15 kB a
        machine.
    type: bool
    default: false
notes:
  - Several options narrow the choice together. All machines are told of when none is given.
  - A list that is empty, where something must be in it, chooses no machine.
  - >-
    To a user who is no administrator, MAAS shows only machines that nobody owns and the user's own. RV(machines) is
    that part then.
  - >-
    What MAAS does not know is V(null). The hardware, and whether cables are plugged in, is known as of the last
    commissioning.
"""

EXAMPLES = r"""
# MAAS_URL and MAAS_API_KEY are set. MAAS has a pool kubernetes and a tag worker; what machines it has does not matter.

- name: Look at the machines that can be taken
  vmo.core.maas_machine_info:
    pools: [kubernetes]
    tags: [worker]
    status: [ready]
  register: free

- name: Tell how many there are in each zone
  ansible.builtin.debug:
    msg: "{{ free.machines | selectattr('zone', '==', item) | length }} in {{ item }}"
  loop: "{{ free.machines | map(attribute='zone') | unique }}"

- name: Look at one machine, as MAAS tells it
  vmo.core.maas_machine_info:
    hostnames: [worker-07.example.com]
    with_objects: true

- name: Look at a machine by what is printed on its network card
  vmo.core.maas_machine_info:
    mac_addresses: ["02:00:00:12:34:56"]

- name: Look at what did not work
  vmo.core.maas_machine_info:
    status: [failed_commissioning, failed_testing, failed_deployment, broken]
  register: failed

- name: Tell why
  ansible.builtin.debug:
    msg: "{{ item.hostname }}: {{ item.error_description or item.status_message }}"
  loop: "{{ failed.machines }}"
  loop_control:
    label: "{{ item.hostname }}"
"""

RETURN = r"""
machines:
  description: The machines that were found, in the order in which MAAS lists them.
  type: list
  elements: dict
  returned: success
  contains:
    system_id:
      description: What MAAS calls the machine. It never changes.
      type: str
      returned: always
      sample: aafsh8
    hostname:
      description: The host name.
      type: str
      returned: always
      sample: worker-07
    fqdn:
      description: The host name with the domain.
      type: str
      returned: always
      sample: worker-07.example.com
    domain:
      description: The domain.
      type: str
      returned: always
      sample: example.com
    description:
      description: What people wrote about the machine, V(null) if nothing.
      type: str
      returned: always
      sample: "Row 3, second from the top"
    hardware_uuid:
      description: The UUID that the firmware tells, in lower case. Kubernetes shows it as C(systemUUID).
      type: str
      returned: always
      sample: 4c4c4544-0031-4410-8057-b4c04f4d3532
    pool:
      description: The resource pool.
      type: str
      returned: always
      sample: kubernetes
    zone:
      description: The zone.
      type: str
      returned: always
      sample: rack-a
    tags:
      description: The tags, in alphabetical order.
      type: list
      elements: str
      returned: always
      sample: [nvme, worker]
    annotations:
      description: The workload annotations.
      type: dict
      returned: always
      sample: {cluster: shop}
    status:
      description: The state, as a word that O(status) takes; V(null) for one that is newer than this collection.
      type: str
      returned: always
      sample: failed_testing
    status_name:
      description: The state, as the web interface of MAAS shows it.
      type: str
      returned: always
      sample: Failed testing
    status_message:
      description: What happened last, V(null) if MAAS does not say.
      type: str
      returned: always
      sample: Failed testing - 1 test failed
    error_description:
      description: What is wrong, V(null) if MAAS does not say. It is not known before MAAS 3.5.
      type: str
      returned: always
      sample: The fan is loud
    owner:
      description: The user who has the machine, V(null) if nobody.
      type: str
      returned: always
      sample: palette
    locked:
      description: Whether the machine is locked. It cannot be changed or released then.
      type: bool
      returned: always
      sample: false
    power_type:
      description: How MAAS switches the machine on and off, V(null) if it cannot.
      type: str
      returned: always
      sample: redfish
    power_state:
      description: V(on), V(off) or V(error), V(null) if MAAS does not know. It may be some minutes old.
      type: str
      returned: always
      sample: "off"
    commissioning:
      description: How the last commissioning went, V(null) if there was none. V(passed) is a good one.
      type: str
      returned: always
      sample: passed
    testing:
      description: How the last tests went, V(null) if there were none.
      type: str
      returned: always
      sample: failed
    tests:
      description: How the tests of each part went, V(null) where there were none.
      type: dict
      returned: always
      sample: {cpu: passed, memory: passed, network: null, storage: failed, interface: null, other: null}
    osystem:
      description: The operating system that is or was deployed, V(null) if there was none.
      type: str
      returned: always
      sample: custom
    distro_series:
      description: The release or image that is or was deployed, V(null) if there was none.
      type: str
      returned: always
      sample: u-2204-0-k-1335-0
    architecture:
      description: The architecture and its flavour.
      type: str
      returned: always
      sample: amd64/generic
    cpu_threads:
      description: The number of logical CPUs, V(null) before the first commissioning.
      type: int
      returned: always
      sample: 64
    memory:
      description: The memory in MiB, V(null) before the first commissioning.
      type: int
      returned: always
      sample: 262144
    swap_size:
      description: The swap that a deployment makes, in bytes. V(0) is none, V(null) the default of the release.
      type: int
      returned: always
      sample: 0
    boot_method:
      description: How the firmware boots from the network, such as V(uefi) or V(pxe).
      type: str
      returned: always
      sample: uefi
    numa_nodes:
      description: The number of NUMA nodes.
      type: int
      returned: always
      sample: 2
    hardware:
      description: What the firmware tells of vendor, product, board, chassis and CPU, without what it does not know.
      type: dict
      returned: always
      sample: {system_vendor: Example Inc., system_product: R6525, cpu_model: Example 7543 32-Core}
    boot_disk:
      description: The name of the disk that is booted from, V(null) if there is none.
      type: str
      returned: always
      sample: sda
    disks:
      description: The physical disks.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: The name.
          type: str
          returned: always
          sample: sda
        size:
          description: The size in bytes.
          type: int
          returned: always
          sample: 480103981056
        available:
          description: The bytes that no partition has.
          type: int
          returned: always
          sample: 0
        model:
          description: The model.
          type: str
          returned: always
          sample: Example SSD 480
        path:
          description: A path that stays the same.
          type: str
          returned: always
          sample: /dev/disk/by-id/wwn-0x5002538e4092f3f1
        tags:
          description: What MAAS saw of it, such as V(ssd), V(rotary) or V(removable).
          type: list
          elements: str
          returned: always
          sample: [ssd, sata]
        partitions:
          description: The number of partitions that a deployment makes.
          type: int
          returned: always
          sample: 2
        mounts:
          description: Where the disk and its partitions are mounted.
          type: list
          elements: str
          returned: always
          sample: [/boot/efi, /]
    boot_interface:
      description: The name of the interface that boots from the network, V(null) if there is none.
      type: str
      returned: always
      sample: eno1
    interfaces:
      description: The interfaces, those with other interfaces beneath them included.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: The name.
          type: str
          returned: always
          sample: bond_data
        type:
          description: V(physical), V(bond), V(bridge) or V(vlan).
          type: str
          returned: always
          sample: bond
        mac_address:
          description: The MAC address, in lower case.
          type: str
          returned: always
          sample: "02:00:00:12:34:56"
        enabled:
          description: Whether it is used.
          type: bool
          returned: always
          sample: true
        parents:
          description: The names of the interfaces that it stands on.
          type: list
          elements: str
          returned: always
          sample: [ens1f0, ens1f1]
        connected:
          description: Whether a cable was plugged in. It is V(null) for all but physical interfaces.
          type: bool
          returned: always
          sample: null
        link_speed:
          description: The speed of the cable in Mbit/s, V(null) if MAAS does not know.
          type: int
          returned: always
          sample: null
        mtu:
          description: The largest packet in bytes.
          type: int
          returned: always
          sample: 9000
        fabric:
          description: The fabric that it is on, V(null) if it is on none.
          type: str
          returned: always
          sample: data
        vid:
          description: The number of the VLAN, V(0) for the untagged one.
          type: int
          returned: always
          sample: 0
        links:
          description: Its addresses, and the promises of such.
          type: list
          elements: dict
          returned: always
          contains:
            mode:
              description: V(auto), V(static), V(dhcp) or V(link_up).
              type: str
              returned: always
              sample: static
            address:
              description: The address, V(null) if there is none yet.
              type: str
              returned: always
              sample: 192.0.2.27
            subnet:
              description: The subnet, V(null) if there is none.
              type: str
              returned: always
              sample: 192.0.2.0/24
        bond:
          description: How a bond works, with V(null) for what is not set.
          type: dict
          returned: for a bond
          sample: {mode: 802.3ad, miimon: 100, lacp_rate: fast, xmit_hash_policy: layer3+4}
        bridge:
          description: How a bridge works, with V(null) for what is not set.
          type: dict
          returned: for a bridge
          sample: {type: standard, stp: false, fd: 15}
    addresses:
      description: All addresses that MAAS knows of the machine.
      type: list
      elements: str
      returned: always
      sample: [192.0.2.27]
    gateway:
      description: The default gateway of IPv4, V(null) if there is none.
      type: str
      returned: always
      sample: 192.0.2.1
    machine:
      description: The machine as MAAS tells it.
      type: dict
      returned: with O(with_objects=true)
      sample: {system_id: aafsh8, status: 22, status_name: Failed testing}
changed:
  description: Always V(false).
  type: bool
  returned: success
  sample: false
msg:
  description: What went wrong, in a sentence that names the cause and what to do.
  type: str
  returned: failure
  sample: >-
    Cannot list machines: this machine's clock differs too much from that of MAAS; set the time by NTP on both (by 3600
    seconds)
error:
  description:
    - What went wrong, for playbooks to test. M(vmo.core.vmo_vm) lists all codes.
  type: dict
  returned: failure
  contains:
    code:
      description: A stable name for the kind of failure.
      type: str
      returned: always
      sample: unauthorized
    cause:
      description: >-
        What is wrong with the API key or the connection to it: V(clock), V(nonce), V(unknown_key), V(wrong_secret) or
        V(not_logged_in), for example.
      type: str
      returned: with some codes
      sample: clock
    seconds:
      description: How far the clocks are apart.
      type: int
      returned: with the cause V(clock)
      sample: 3600
    fields:
      description: What MAAS did not like, by C(field) and C(message).
      type: list
      elements: dict
      returned: with the code V(invalid)
      sample: [{field: pool, message: "No such pool(s): kubernets"}]
    status:
      description: The status of the answer.
      type: int
      returned: with some codes
      sample: 503
  sample:
    code: unauthorized
    cause: clock
    seconds: 3600
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.maas import MAAS_CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.maas_machine_info import MAAS_MACHINE_INFO
from ansible_collections.vmo.core.plugins.module_utils._runner_maas import run_on_maas
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine_info import run

SPEC = MAAS_CONNECTION + MAAS_MACHINE_INFO


def main() -> None:
    """Run the task."""
    run_on_maas(SPEC, run)


if __name__ == "__main__":
    main()
