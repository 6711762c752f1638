# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of CDI and of StorageProfiles. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``CDI_BODY`` of ``module_utils/_argspec/kubevirt_config.py``."""

    DOCUMENTATION = r"""
options:
  cdi:
    description:
      - Settings of the Containerized Data Importer (CDI). What is left out is left alone.
      - It is not shown in the invocation, as the address of a proxy may tell a password.
    type: dict
    suboptions:
      version:
        description:
          - >-
            The version that CDI has to reach, such as V(1.65.0), as O(version) is for KubeVirt. CDI does not go down to
            an older one.
        type: str
      feature_gates:
        description:
          - >-
            A mapping of names of feature gates of CDI to V(enabled), V(disabled) or V(absent), of which the last two
            are the same here. Gates that are left out are left alone, see O(exclusive). CDI ignores names it does not
            know.
        type: dict
      filesystem_overhead:
        description:
          - The share of a volume with a file system that a disk does not get, from 0 to 1 with three digits at most.
        type: dict
        suboptions:
          default:
            description:
              - For all StorageClasses. CDI has 0.06.
            type: str
          storage_classes:
            description:
              - A mapping of StorageClasses to a share of their own. V(null) removes one from it.
            type: dict
      scratch_storage_class:
        description:
          - The StorageClass of the volumes on which images are converted. CDI takes that of the disk.
        type: str
      import_proxy:
        description:
          - The proxy for imports.
        type: dict
        suboptions:
          http:
            description:
              - The URL of the proxy for HTTP. A user and a password in it are never shown.
            type: str
          https:
            description:
              - The URL of the proxy for HTTPS. A user and a password in it are never shown.
            type: str
          no_proxy:
            description:
              - Names and addresses for which no proxy is asked, separated by commas.
            type: str
          trusted_ca:
            description:
              - The ConfigMap in the namespace of CDI with the authorities that sign for the proxy.
            type: str
      insecure_registries:
        description:
          - Registries, as C(host:port), whose certificates are not verified, the whole list.
        type: list
        elements: str
      upload_proxy_url:
        description:
          - The address at which users reach the upload proxy.
        type: str
      preallocation:
        description:
          - Whether disks get all of their space at once, where they do not say so themselves.
        type: bool
      log_verbosity:
        description:
          - How much CDI tells in its logs.
        type: int
      pod_resources:
        description:
          - Resources of the pods that fill disks.
        type: dict
        suboptions:
          requests:
            description:
              - What they ask for, such as V(cpu) and V(memory). V(null) removes one.
            type: dict
          limits:
            description:
              - What they may take at most. V(null) removes one.
            type: dict
      configuration:
        description:
          - >-
            What has no option, as a part of C(spec.config) in the words of the API. V(null) removes a field. It must
            not disagree with an option.
        type: dict
  storage_profiles:
    description:
      - What CDI shall know of StorageClasses that it does not recognize, or know otherwise. Each must exist.
      - StorageProfiles that are left out are left alone.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the StorageProfile, which is that of its StorageClass.
        type: str
        required: true
      claim_property_sets:
        description:
          - >-
            What claims of this class can be, the first one being what disks get that say nothing; the whole list, of
            eight at most. V([]) leaves it to CDI.
        type: list
        elements: dict
        suboptions:
          access_modes:
            description:
              - The access modes.
            type: list
            elements: str
            required: true
            choices: [ReadWriteMany, ReadWriteOnce, ReadOnlyMany, ReadWriteOncePod]
          volume_mode:
            description:
              - The volume mode.
            type: str
            required: true
            choices: [Block, Filesystem]
      clone_strategy:
        description:
          - How disks are cloned.
        type: str
        choices: [copy, snapshot, csi-clone]
      data_import_cron_source_format:
        description:
          - How images that are imported again and again are kept.
        type: str
        choices: [pvc, snapshot]
      snapshot_class:
        description:
          - The VolumeSnapshotClass for it.
        type: str
"""
