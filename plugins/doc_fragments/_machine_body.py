# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be said of a machine, and of each of several. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents the body of ``module_utils/_argspec/maas_machine.py``."""

    DOCUMENTATION = r"""
options:
  hostname: &hostname
    description:
      - >-
        The host name that the machine shall have, without its domain. Name the machine by its C(system_id) or a MAC
        address then: its old name means nothing afterwards.
      - A machine that is deployed keeps its name.
    type: str
  domain: &domain
    description:
      - The domain of the machine. It must exist.
    type: str
  description: &description
    description:
      - What people shall read about the machine. An empty text takes it away.
    type: str
  pool: &pool
    description:
      - >-
        The resource pool. It must exist. The machine goes there when all else is done, so that nobody who looks for
        machines in that pool takes it before its network is laid out.
    type: str
  zone: &zone
    description:
      - The zone. It must exist.
    type: str
  tags: &tags
    description:
      - >-
        Tags that the machine shall have. They must exist, and must not be tags that MAAS sets from a definition. Other
        tags of the machine stay.
    type: list
    elements: str
  without_tags: &without_tags
    description:
      - Tags that the machine shall not have.
    type: list
    elements: str
  swap_size: &swap_size
    description:
      - >-
        The swap that a deployment makes: V(0) for none, as Kubernetes wants it, a number of bytes, or a size with a
        decimal unit such as V(8G). V(default) leaves it to the release.
    type: str
  locked: &locked
    description:
      - >-
        Whether the machine is locked. Only a deployed machine can be locked. V(false) unlocks it before anything else
        is done; without it, a locked machine is refused.
    type: bool
  power: &power
    description:
      - How MAAS switches the machine on and off.
    type: dict
    suboptions:
      type:
        description:
          - The kind of power control, such as V(ipmi), V(redfish) or V(manual).
        type: str
      parameters:
        description:
          - >-
            Its parameters that are no secrets, such as C(power_address) and C(power_user). Only those that are named
            are compared with what MAAS has.
        type: dict
      secrets:
        description:
          - >-
            Its parameters that are secrets, such as C(power_pass). They are never shown and never compared: MAAS gets
            them when O(power.type) or one of O(power.parameters) changes, or when O(power.renew_secrets) asks for it.
        type: dict
      renew_secrets:
        description:
          - Whether to send the secrets in any case. Such a task is always C(changed).
        type: bool
      skip_check:
        description:
          - >-
            Whether MAAS shall take the parameters without a look at them. It forgets parameters that are not given
            then, the secrets included.
        type: bool
  storage: &storage
    description:
      - >-
        How the disks are laid out. The machine must be ready. What was configured on all of its disks is replaced when
        something differs; nothing is written to a disk before a deployment.
    type: dict
    suboptions:
      layout:
        description:
          - >-
            V(flat) is one root partition, V(lvm) a logical volume, V(blank) nothing at all. MAAS does not tell what
            layout a machine has: it is recognized by where the root file system is.
        type: str
        choices: [flat, lvm, blank]
      boot_disk:
        description:
          - The name of the disk to boot from.
        type: str
      root_device:
        description:
          - The name of the disk for the root file system, the boot disk when it is left out.
        type: str
      boot_size:
        description:
          - The size of a partition for C(/boot), such as V(1G).
        type: str
      root_size:
        description:
          - The size of the root partition, the rest of the disk when it is left out.
          - >-
            Sizes are bytes or have a unit, decimal (V(100G)) or binary (V(100Gi)). MAAS rounds them: 16 MiB or one per
            cent are no difference.
        type: str
      vg_name:
        description:
          - The name of the volume group of V(lvm).
        type: str
      lv_name:
        description:
          - The name of the logical volume of V(lvm).
        type: str
      lv_size:
        description:
          - The size of the logical volume of V(lvm).
        type: str
  interfaces: &interfaces
    description:
      - >-
        Interfaces by name, as they shall be. What is not named stays as it is: other interfaces, and of a named one
        whatever the task does not say.
      - >-
        They can be given in any order; what stands on what decides. The machine must be new, ready, allocated to the
        user of the API key, or broken.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name, 15 characters at most.
        type: str
        required: true
      type:
        description:
          - >-
            What it is. It need not be said of what is there, nor with O(interfaces[].bond) or O(interfaces[].bridge). A
            bond, VLAN or bridge of another type is replaced.
        type: str
        choices: [physical, bond, vlan, bridge]
      state:
        description:
          - >-
            V(absent) removes a bond, VLAN or bridge. What stands on it must be named, too. V(present) is meant when it
            is left out.
        type: str
        choices: [present, absent]
      mac_address:
        description:
          - >-
            Of a network card, the address that it is known by: the card gets the name O(interfaces[].name) if it has
            another one. Of a bond or bridge, the address that it shall have.
        type: str
      parents:
        description:
          - >-
            The names of what it stands on: the members of a bond, one interface for a VLAN or a bridge. They are needed
            for one that is not there yet. These are all members: one that is not named leaves the bond.
          - >-
            A VLAN or bridge that shall stand on something else is made anew, and what stands on it as well. Links and
            tags that the task does not name are taken over.
        type: list
        elements: str
      bond:
        description:
          - Parameters of a bond. What is not named stays.
        type: dict
        suboptions:
          mode:
            description:
              - The mode. It must be said of a new bond, since what MAAS takes otherwise does not suit most switches.
            type: str
            choices: [balance-rr, active-backup, balance-xor, broadcast, 802.3ad, balance-tlb, balance-alb]
          miimon:
            description:
              - Milliseconds between two looks at the link of a member.
            type: int
          updelay:
            description:
              - Milliseconds before a member that is up again is used.
            type: int
          downdelay:
            description:
              - Milliseconds before a member that is down is not used any more.
            type: int
          lacp_rate:
            description:
              - How often LACP packets are asked for.
            type: str
            choices: [slow, fast]
          xmit_hash_policy:
            description:
              - What decides which member a packet takes.
            type: str
            choices: [layer2, layer2+3, layer3+4, encap2+3, encap3+4]
          num_grat_arp:
            description:
              - How many gratuitous ARPs are sent after a failover.
            type: int
      bridge:
        description:
          - Parameters of a bridge. What is not named stays.
        type: dict
        suboptions:
          type:
            description:
              - V(standard) is a bridge of the Linux kernel, V(ovs) one of Open vSwitch.
            type: str
            choices: [standard, ovs]
          stp:
            description:
              - Whether it speaks the spanning tree protocol.
            type: bool
          fd:
            description:
              - The forward delay in seconds.
            type: int
      vid:
        description:
          - >-
            The number of the VLAN that it is on. It must be said of a VLAN interface. Of others, V(0) is the untagged
            VLAN of a fabric; when it is left out, they stay where they are, or are on that of what they stand on.
        type: int
      fabric:
        description:
          - >-
            The name of the fabric of O(interfaces[].vid), that of what it stands on, or its own one, when it is left
            out.
        type: str
      mtu:
        description:
          - >-
            The largest packet in bytes. MAAS raises what is below, and lowers what is above.
        type: int
      links:
        description:
          - >-
            All links of the interface: one that is there and not named is removed. Without this option links stay as
            they are. An empty list leaves the interface up without an address.
        type: list
        elements: dict
        suboptions:
          mode:
            description:
              - >-
                V(auto) has MAAS choose an address at deployment, V(static) at once unless
                O(interfaces[].links[].address) gives it, V(dhcp) leaves it to a DHCP server, and V(link_up) is a link
                without an address.
            type: str
            required: true
            choices: [auto, dhcp, static, link_up]
          subnet:
            description:
              - The subnet by name, CIDR or id. V(auto) and V(static) need one. It must be on the VLAN of the interface.
            type: str
          address:
            description:
              - The address of a V(static) link.
            type: str
  default_gateway: &default_gateway
    description:
      - Over which interface the default route of IPv4 goes.
    type: dict
    suboptions:
      interface:
        description:
          - The name of the interface. It has a link to a subnet with a gateway.
        type: str
        required: true
      subnet:
        description:
          - The subnet by name, CIDR or id, where the interface has links to several.
        type: str
  machines:
    description:
      - >-
        Machines with options of their own. What is said here goes before what the task says of all: O(interfaces) and
        what is in them are matched by name, words of O(power) and O(storage) by themselves, anything else is replaced.
      - Give O(name) or O(machines), or both.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The machine, in any of the ways of O(name).
        type: str
        required: true
      hostname: *hostname
      domain: *domain
      description: *description
      pool: *pool
      zone: *zone
      tags: *tags
      without_tags: *without_tags
      swap_size: *swap_size
      locked: *locked
      power: *power
      storage: *storage
      interfaces: *interfaces
      default_gateway: *default_gateway
"""
