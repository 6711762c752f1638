# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of KubeVirt. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``KUBEVIRT_BODY`` of ``module_utils/_argspec/kubevirt_config.py``."""

    DOCUMENTATION = r"""
options:
  preset:
    description:
      - A set of values that count where the task itself says nothing.
      - >-
        V(palette_vmo) - What the VMO pack of Palette sets: LiveMigrate as eviction strategy and for workload updates,
        LiveUpdate as rollout strategy, migrations that converge by themselves and may take 800 seconds for each GiB, no
        emulation, and the feature gates LiveMigration, HotplugVolumes, Snapshot, VMExport, ExpandDisks, HotplugNICs,
        VMLiveUpdateFeatures, VMPersistentState, Sidecar, VolumeMigration, VolumesUpdateStrategy and CPUManager. Where
        the running version has one of these always on, it is not listed, as that would have no effect but a warning:
        RV(feature_gates) tells what each means there.
      - Of O(cdi) it sets the overhead of file systems to 0.08 and the resources of CDI's pods, if the task has O(cdi).
    type: str
    choices: [palette_vmo]
  feature_gates:
    description:
      - A mapping of names of feature gates to V(enabled), V(disabled) or V(absent); RV(feature_gates) has the outcome.
      - Gates that are left out are left alone, see O(exclusive). The order of those that are listed is kept.
      - V(enabled) - The gate is listed as enabled.
      - >-
        V(disabled) - The gate is not listed as enabled and, from KubeVirt 1.8 on, listed as disabled. That counts from
        1.9 on, where beta gates are on unless they are disabled.
      - V(absent) - The gate is in neither list.
      - >-
        A name that the running version does not know is no error, as the next version may know it: KubeVirt stores it
        and ignores it, and the task warns.
      - >-
        A gate that something in the cluster needs is not taken away, unless O(force) says so: Snapshot as long as there
        are snapshots, HotplugVolumes as long as a disk is attached by it, and many more.
    type: dict
  use_emulation:
    description:
      - >-
        Whether guests may run by software emulation, many times slower, where a node has no C(/dev/kvm). It is for
        trials; the task warns of it.
      - It counts for guests that start from then on.
    type: bool
  cpu_allocation_ratio:
    description:
      - How many virtual CPUs share a CPU of a node, where a VM does not ask for CPU itself. 1 or more; KubeVirt has 10.
    type: int
  memory_overcommit:
    description:
      - >-
        The memory of a guest in percent of the memory that its pod asks for, where a VM does not ask for memory itself.
        With V(150), a guest of 3 GiB asks for 2 GiB. KubeVirt has 100, and newer versions want 10 at least.
    type: int
  pvc_less_space_percent:
    description:
      - By how many percent the volume of a disk in a file may be smaller than asked for. 1 to 100; KubeVirt has 10.
    type: int
  pvc_reserve_bytes:
    description:
      - How many bytes are kept free on the volume of a disk in a file. 1 or more; KubeVirt has 131072.
    type: int
  eviction_strategy:
    description:
      - What becomes of VMs on a node that is drained, where they do not say so themselves.
    type: str
    choices: [None, LiveMigrate, LiveMigrateIfPossible, External]
  vm_rollout_strategy:
    description:
      - >-
        Whether a change of a VM waits for its next start (V(Stage)) or goes live where it can (V(LiveUpdate)). KubeVirt
        has V(Stage) up to 1.5 and V(LiveUpdate) from 1.6 on.
    type: str
    choices: [Stage, LiveUpdate]
  workload_updates:
    description:
      - How running VMs get what only a new pod brings, after an update of KubeVirt or a change that goes live.
    type: dict
    suboptions:
      methods:
        description:
          - What may be done, all of it; V([]) leaves running VMs alone. Live migration is always tried first.
        type: list
        elements: str
        choices: [LiveMigrate, Evict]
      batch_size:
        description:
          - How many VMs are evicted at a time. KubeVirt has 10.
        type: int
      batch_interval:
        description:
          - How long to wait between two batches of evictions, such as V(1m30s). KubeVirt has 1m.
        type: str
  migrations:
    description:
      - How VMs are live-migrated, where no MigrationPolicy says otherwise. What is left out is left alone.
    type: dict
    suboptions:
      parallel_per_cluster:
        description:
          - How many migrations run at a time. KubeVirt has 5.
        type: int
      parallel_outbound_per_node:
        description:
          - How many migrations leave a node at a time. KubeVirt has 2.
        type: int
      bandwidth:
        description:
          - Bytes per second for each migration, such as V(64Mi). V(0) is without a limit, as KubeVirt has it.
        type: str
      completion_timeout_per_gib:
        description:
          - Seconds for each GiB after which a migration is given up, or made to end. KubeVirt has 150.
        type: int
      progress_timeout:
        description:
          - Seconds without progress after which a migration is given up. KubeVirt has 150.
        type: int
      utility_volumes_timeout:
        description:
          - Seconds to wait until utility volumes are detached. From KubeVirt 1.8 on.
        type: int
      max_downtime_ms:
        description:
          - Milliseconds that a guest may stand still at the end of its migration. From KubeVirt 1.9 on.
        type: int
      allow_auto_converge:
        description:
          - Whether a guest that changes its memory too fast is slowed down.
        type: bool
      allow_post_copy:
        description:
          - Whether a guest may go on at its target before all of its memory is there. If that fails, the guest is lost.
        type: bool
      allow_workload_disruption:
        description:
          - Whether a migration that takes too long may pause the guest. From KubeVirt 1.5 on.
        type: bool
      disable_tls:
        description:
          - Whether memory travels unencrypted.
        type: bool
      unsafe_override:
        description:
          - Whether VMs are migrated that are not safe to migrate.
        type: bool
      match_selinux_level:
        description:
          - Whether the target pod gets the SELinux level of the source.
        type: bool
      node_drain_taint_key:
        description:
          - The key of the taint that makes VMs leave a node. KubeVirt has C(kubevirt.io/drain).
        type: str
      network:
        description:
          - The NetworkAttachmentDefinition, in the namespace of KubeVirt, of the network over which memory travels.
          - A change starts KubeVirt's components anew.
        type: str
  live_updates:
    description:
      - How far CPUs and memory of VMs can grow while they run, where VMs do not say so themselves.
    type: dict
    suboptions:
      max_hotplug_ratio:
        description:
          - How many times its first size a VM can grow. 1 or more; KubeVirt has 4.
        type: int
      max_cpu_sockets:
        description:
          - The most sockets that a VM can have.
        type: int
      max_memory:
        description:
          - The most memory that a VM can have, such as V(64Gi).
        type: str
  host_devices:
    description:
      - >-
        Devices of nodes that VMs may have. Needs the feature gate HostDevices, but for GPUs. Devices that are left out
        are left alone, see O(exclusive).
    type: dict
    suboptions:
      pci:
        description:
          - PCI devices.
        type: list
        elements: dict
        suboptions:
          vendor_selector:
            description:
              - Vendor and product, such as V(10de:1eb8).
            type: str
            required: true
          resource:
            description:
              - The name under which VMs ask for it, such as V(nvidia.com/TU104GL). A new device needs it.
            type: str
          external_provider:
            description:
              - Whether another device plug-in offers it.
            type: bool
          state:
            description:
              - V(absent) takes the device from the list; VMs that have it keep it until they stop.
            type: str
            default: present
            choices: [present, absent]
      mediated:
        description:
          - Mediated devices, such as virtual GPUs.
        type: list
        elements: dict
        suboptions:
          name_selector:
            description:
              - The name of the type, such as V(GRID T4-1Q).
            type: str
            required: true
          resource:
            description:
              - The name under which VMs ask for it. A new device needs it.
            type: str
          external_provider:
            description:
              - Whether another device plug-in offers it.
            type: bool
          state:
            description:
              - V(absent) takes the device from the list.
            type: str
            default: present
            choices: [present, absent]
      usb:
        description:
          - USB devices.
        type: list
        elements: dict
        suboptions:
          resource:
            description:
              - The name under which VMs ask for it.
            type: str
            required: true
          selectors:
            description:
              - The devices that stand behind the name, all of them. A new one needs them.
            type: list
            elements: dict
            suboptions:
              vendor:
                description:
                  - The vendor, such as V(46f4).
                type: str
                required: true
              product:
                description:
                  - The product, such as V("0001").
                type: str
                required: true
          external_provider:
            description:
              - Whether another device plug-in offers it.
            type: bool
          state:
            description:
              - V(absent) takes the device from the list.
            type: str
            default: present
            choices: [present, absent]
  mediated_devices:
    description:
      - Which mediated devices KubeVirt makes on nodes.
    type: dict
    suboptions:
      types:
        description:
          - Their types, such as V(nvidia-222), the whole list.
        type: list
        elements: str
      nodes:
        description:
          - Other types for some nodes, the whole list.
        type: list
        elements: dict
        suboptions:
          node_selector:
            description:
              - Labels of the nodes.
            type: dict
            required: true
          types:
            description:
              - Their types.
            type: list
            elements: str
            required: true
      enabled:
        description:
          - Whether KubeVirt makes any. From KubeVirt 1.6 on.
        type: bool
  cpu_model:
    description:
      - The CPU model of VMs that do not say so themselves. KubeVirt has C(host-model).
    type: str
  cpu_request:
    description:
      - What the pods of VMs ask for where neither the VM nor O(cpu_allocation_ratio) says it, such as V(100m).
    type: str
  obsolete_cpu_models:
    description:
      - A mapping of CPU models to V(true) where they shall not be offered. V(null) removes a model from the mapping.
    type: dict
  architectures:
    description:
      - Machine types by architecture of guests.
    type: dict
    suboptions:
      amd64: &architecture
        description:
          - For guests of this architecture.
        type: dict
        suboptions:
          machine_type:
            description:
              - The machine type of VMs that do not say so themselves, such as V(q35).
            type: str
          emulated_machines:
            description:
              - Patterns of the machine types that VMs may have, the whole list.
            type: list
            elements: str
          ovmf_path:
            description:
              - Where the files of UEFI are in the image of the launcher.
            type: str
      arm64: *architecture
      s390x: *architecture
  ksm:
    description:
      - Kernel same-page merging, which stores equal pages of memory of guests once.
    type: dict
    suboptions:
      enabled:
        description:
          - Whether KubeVirt looks after it. V(false) removes what is set.
        type: bool
      node_label_selector:
        description:
          - The nodes on which it is turned on, as a label selector in the words of the API. V({}) are all nodes.
        type: dict
  vm_state_storage_class:
    description:
      - The StorageClass for the state of TPM and UEFI that outlives a restart. It needs volumes with file systems.
    type: str
  vms_per_node:
    description:
      - How many VMs a node takes. KubeVirt has 110. A change starts virt-handler anew.
    type: int
  image_pull_policy:
    description:
      - When the image of the launcher is pulled.
    type: str
    choices: [Always, IfNotPresent, Never]
  rate_limits:
    description:
      - How many requests KubeVirt's components send to the API server. Raise it where many VMs are made at a time.
    type: dict
    suboptions:
      api: &rate_limit
        description:
          - For this component.
        type: dict
        suboptions:
          qps:
            description:
              - Requests a second, more than 0.
            type: float
            required: true
          burst:
            description:
              - How many may come at once, 1 or more.
            type: int
            required: true
      webhook: *rate_limit
      controller: *rate_limit
      handler: *rate_limit
  log_verbosity:
    description:
      - How much KubeVirt's components tell in their logs, from 1 to 9. KubeVirt has 2.
    type: dict
    suboptions:
      virt_api:
        description:
          - For virt-api.
        type: int
      virt_controller:
        description:
          - For virt-controller.
        type: int
      virt_handler:
        description:
          - For virt-handler.
        type: int
      virt_launcher:
        description:
          - For the pods of VMs that start from then on.
        type: int
      virt_operator:
        description:
          - For virt-operator.
        type: int
      nodes:
        description:
          - A mapping of names of nodes to what counts for virt-handler there. V(null) removes a node from it.
        type: dict
  network:
    description:
      - Networks of VMs.
    type: dict
    suboptions:
      default_interface:
        description:
          - How a VM that names no interface is bound to the network of its pod. KubeVirt has V(bridge).
        type: str
        choices: [bridge, masquerade]
      permit_bridge_on_pod_network:
        description:
          - Whether VMs may be bound to the network of their pod by a bridge. Such VMs cannot be migrated.
        type: bool
      bindings:
        description:
          - >-
            Network bindings by plug-ins: a mapping of their names to what they are in the words of the API. Those that
            are left out are left alone. V(null) removes one.
        type: dict
  uninstall_strategy:
    description:
      - What becomes of VMs when somebody deletes KubeVirt.
    type: str
    choices: [RemoveWorkloads, BlockUninstallIfWorkloadsExist]
  infra:
    description:
      - How virt-api and virt-controller run. A change starts them anew.
    type: dict
    suboptions:
      replicas:
        description:
          - How many of each, 1 or more.
        type: int
      node_selector: &node_selector
        description:
          - Labels of the nodes. Those that are left out are left alone. A label goes with the value V(null).
        type: dict
      affinity: &affinity
        description:
          - Affinity in the words of the API.
        type: dict
      tolerations: &tolerations
        description:
          - Taints of nodes that are tolerated. Those that are left out are left alone.
        type: list
        elements: dict
        suboptions:
          key:
            description:
              - The key of the taint.
            type: str
          operator:
            description:
              - Whether the value matters.
            type: str
            choices: [Exists, Equal]
          value:
            description:
              - The value of the taint.
            type: str
          effect:
            description:
              - The effect of the taint; all effects if it is left out.
            type: str
            choices: [NoSchedule, PreferNoSchedule, NoExecute]
          toleration_seconds:
            description:
              - For how long V(NoExecute) is tolerated.
            type: int
          state:
            description:
              - V(absent) removes the toleration.
            type: str
            default: present
            choices: [present, absent]
  workloads:
    description:
      - On which nodes virt-handler, and so VMs, run. A change starts virt-handler anew.
    type: dict
    suboptions:
      node_selector: *node_selector
      affinity: *affinity
      tolerations: *tolerations
  exclusive:
    description:
      - What the task names completely. What it does not name there is removed.
    type: list
    elements: str
    choices: [feature_gates, cdi_feature_gates, host_devices]
  configuration:
    description:
      - >-
        What has no option, as a part of C(spec.configuration) in the words of the API. It is laid over what is there;
        V(null) removes a field, also one that has an option, so that KubeVirt's own value counts again.
      - It must not disagree with an option of the task. Feature gates cannot stand here.
    type: dict
"""
