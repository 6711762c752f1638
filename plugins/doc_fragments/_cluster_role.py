# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role of a cluster demands of its machines. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``ROLE`` of ``module_utils/_argspec/cluster_check.py``."""

    DOCUMENTATION = r"""
options:
  control_plane:
    description:
      - What machines of the control plane must have. What is left out comes from the O(preset), or is not demanded.
    type: dict
    suboptions: &role
      count:
        description:
          - How many machines there must be. When it is left out, one at least, and all that fit are counted.
        type: int
      spare:
        description:
          - >-
            How many machines that fit are to be left over before the deployment, for rolling upgrades. Fewer give a
            warning. It is 1 when it is left out, in the preset as well.
        type: int
      machines:
        description:
          - Names, names with the domain or C(system_id)s of the machines that may take the role. Others may not.
          - A machine that is named here and deployed already is a failure; else it is only not counted.
        type: list
        elements: str
      pool:
        description:
          - The resource pool of the machines that may take the role.
        type: str
      zones:
        description:
          - The zones of the machines that may take the role.
        type: list
        elements: str
      tags:
        description:
          - Tags that a machine must have, all of them, to take the role.
        type: list
        elements: str
      without_tags:
        description:
          - Tags that a machine must not have to take the role.
        type: list
        elements: str
      architecture:
        description:
          - The architecture of the machines, V(amd64) when it is left out. V(any) for any.
        type: str
      cores:
        description:
          - >-
            How many cores a machine must have. MAAS counts threads; with hardware details (O(read)) cores are counted,
            without them a number of threads that may be too few is a warning.
        type: int
      memory:
        description:
          - How much memory a machine must have, such as V(24Gi). O(thresholds) allow for a little less.
        type: str
      memory_recommended:
        description:
          - Less memory than this is a warning.
        type: str
      boot_disk:
        description:
          - How big the boot disk must be, such as V(60G).
        type: str
      boot_disk_recommended:
        description:
          - A smaller boot disk than this is a warning.
        type: str
      data_disks:
        description:
          - How many disks beside the boot disk a machine must have, for software-defined storage.
        type: int
      data_disk_size:
        description:
          - How big each of them must be, such as V(900G).
        type: str
      nics:
        description:
          - How many network interfaces a machine must have.
        type: int
      speed:
        description:
          - >-
            How fast the cards that carry data must be, in Mbit/s. These are the cards beneath the bridge, else those in
            bonds, else all in use.
        type: int
      bridge:
        description:
          - The name of the bridge that VMs are attached to.
        type: str
      bond_modes:
        description:
          - The modes that a bond beneath the bridge may have, such as V(802.3ad).
        type: list
        elements: str
      vlans:
        description:
          - Numbers of the VLANs that a machine must have interfaces for, on the bridge if there is to be one.
        type: list
        elements: int
      allow_virtual:
        description:
          - >-
            Whether the machines may be virtual. When it is left out, virtual workers are a failure and others are a
            warning.
        type: bool
      hardware_virtualization:
        description:
          - Whether VMs are to run here, so that the processors must offer it. Workers must when it is left out.
        type: bool
      hugepages:
        description:
          - How much memory must be in huge pages, such as V(64Gi). Less is a warning.
        type: str
      sriov:
        description:
          - Whether a network card must offer SR-IOV. False when it is left out.
        type: bool
      gpu:
        description:
          - Whether a machine must have a GPU. False when it is left out. O(read) must have V(devices) for it.
        type: bool
      passthrough:
        description:
          - Whether devices are to be passed to VMs, for which the kernel must turn the IOMMU on.
        type: bool
  worker:
    description:
      - What workers must have. What is left out comes from the O(preset), or is not demanded.
    type: dict
    suboptions: *role
"""
