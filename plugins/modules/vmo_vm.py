#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_vm
short_description: Create, change, power and delete a KubeVirt virtual machine
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Keeps one virtual machine (VM) on a Palette VMO or any other KubeVirt cluster as the task describes it: its size,
    disks, networks, first configuration, placement and power state.
  - >-
    Only what the task names is managed. What it leaves out is left alone, the power state included, so a task that
    gives O(memory) and nothing else changes the memory and nothing else.
  - >-
    One task is one request when there is nothing to do. What has to change is sent as one patch, and decided anew if
    somebody else was faster.
  - >-
    The task waits until the VM is what was asked for, and ends early, with the cause, when that will not happen: an
    image that does not exist, no node with enough memory, an import that fails.
extends_documentation_fragment:
  - vmo.core._attributes
  - vmo.core._attributes.action_group
  - vmo.core._connection
  - vmo.core._vm_body
  - vmo.core._vm_wait
attributes:
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: partial
    details:
      - O(state=restarted) restarts a running VM each time. All other tasks are idempotent.
options:
  name:
    description:
      - The name of the VM. Lower-case letters, digits, C(-) and C(.), 63 characters at most.
    type: str
    required: true
  namespace:
    description:
      - The namespace of the VM. It must exist.
    type: str
    required: true
  state:
    description:
      - What the VM shall be.
      - >-
        V(present) - The VM exists as described. Its power state is left alone. A new VM stays stopped, unless
        O(run_strategy) or O(template) starts it.
      - >-
        V(absent) - The VM does not exist. A guest that runs is shut down first. The disks that belong to the VM are
        kept unless O(delete_disks) says otherwise. Options that describe the VM are not looked at.
      - V(running) - The VM exists as described and runs. It is started if it is stopped, and unpaused if it is paused.
      - V(stopped) - The VM exists as described and is shut down. See O(grace_period) and O(force).
      - V(restarted) - The VM exists as described and has been restarted by this task. It is started if it is stopped.
      - >-
        V(paused) - The VM exists as described and its guest is frozen, with its memory kept. It is started first if
        need be.
    type: str
    default: present
    choices: [present, absent, running, stopped, restarted, paused]
  run_strategy:
    description:
      - What KubeVirt does when the guest ends.
      - V(Always) - The VM runs, and is started again whenever it ends.
      - V(Halted) - The VM does not run.
      - V(Manual) - The VM starts and stops only on request.
      - V(RerunOnFailure) - The VM is started again after a failure, but not after a shutdown from within.
      - V(Once) - The VM runs once and is not started again.
      - >-
        When it is left out, the run strategy of an existing VM is left alone, except where the power state needs
        another one: V(Halted) becomes V(Always) when the VM is started, and V(Always) and V(Once) become V(Halted) when
        it is stopped. A new VM gets V(Halted), or V(Always) if it is to run.
      - >-
        V(Halted) cannot be combined with O(state=running), O(state=restarted) and O(state=paused). With
        O(state=stopped), V(Always) and V(Once) are not looked at.
    type: str
    choices: [Always, Halted, Manual, RerunOnFailure, Once]
  restart:
    description:
      - Whether a running VM is restarted for changes that wait for its next start.
      - V(never) - It is not. The task warns of what waits.
      - >-
        V(if_required) - It is if KubeVirt says that a change waits for a restart, be it of this task or of an earlier
        one, and if this task changed which disks there are, of which KubeVirt does not always say so.
      - V(always) - It is if this task changed anything that concerns the guest.
      - The option does nothing to a VM that is stopped. See RV(restart_required) and RV(live_changes).
      - >-
        After a restart the task waits until the VM is ready again, with O(state=present) as well. See O(wait) and
        O(wait_for).
    type: str
    default: never
    choices: [never, if_required, always]
  delete_disks:
    description:
      - >-
        What becomes of the volumes that belong to the VM when the VM goes with O(state=absent), or when a disk goes
        with O(disks[].state=absent) or O(exclusive).
      - >-
        V(false) keeps them: they are DataVolumes without an owner from then on, and O(disks[].data_volume) can bring
        them back. V(true) deletes them with all data.
      - >-
        It concerns the volumes that were made for the VM. Claims and DataVolumes that the VM only uses are always kept.
    type: bool
    default: false
  grace_period:
    description:
      - >-
        Seconds that the guest has to shut down with O(state=stopped) before it is powered off. V(0) powers it off at
        once. That of the VM, O(termination_grace_period), when it is left out.
      - >-
        With O(state=restarted) and with O(restart), V(0) powers the guest off at once; KubeVirt knows no other value
        there, so any other value is not looked at.
    type: int
  force:
    description:
      - >-
        Whether a guest that is still there when the grace period of O(state=stopped) is over is powered off by a
        request of its own. It helps where a shutdown hangs. Data that the guest has not written is lost.
    type: bool
    default: false
  template:
    description:
      - >-
        What a new VM begins as. Any other option counts more than the template: O(memory), O(cpu), the O(disks[].size)
        of a disk of the template, another network.
      - >-
        The name of a C(VmTemplate) of Palette VMO, or of a C(VirtualMachineTemplate) of KubeVirt 1.8 and newer, as
        C(NAMESPACE/NAME) where a cluster keeps templates in namespaces other than that of the VM; or the template
        itself, as a mapping or as the content of an exported file. A C(VirtualMachine) will do, too. What is given must
        have C(spec.template.spec), or that in C(spec.virtualMachine).
      - >-
        Palette's templates are looked for first. KubeVirt's are where the cluster has none of Palette's, or where
        O(template_api_version) says so. In a variable or a file both work on any cluster.
      - >-
        Disks get names of the VM, C(VM-DISK), the same in every run. MAC addresses, firmware UUIDs and serial numbers
        are not copied. Labels and annotations of the template are, but for those of Helm, Argo CD, Flux, kubectl and
        Palette's packs. Instances get the label C(kubevirt.io/vm).
      - >-
        cloud-init data of the template that looks as if it held a secret, or that is too long for the VM, moves to the
        VM's Secret, see O(cloud_init.store).
      - >-
        The VM remembers the template in its annotations C(vmo.core/template) and C(vmo.core/template-digest). The
        digest leaves cloud-init data out that looks as if it held a secret.
      - >-
        A VM that is there is not changed by its template, also if that was changed meanwhile or is another one:
        RV(template_drift) tells it, and O(template_update) lets the VM follow.
      - >-
        What a new VM refers to and is not there, such as a network, a storage class, a golden image or a preference, is
        named before anything is made. It takes a request for each of them.
      - A task with a template takes one request more. It is never shown as the invocation in a result.
    type: raw
  template_api_version:
    description:
      - The C(apiVersion) of templates on this cluster. See O(vmo.core.vmo_template#module:api_version).
    type: str
  template_parameters:
    description:
      - >-
        Values for the parameters of a C(VirtualMachineTemplate), by their names. What is left out has its default or is
        generated. Numbers and flags are written as they are, and V(null) counts as left out.
      - >-
        A parameter that alone is the name or the namespace of the VM in the template, such as C(NAME) in
        C(metadata.name: ${NAME}), has that of the task.
      - >-
        A missing one that is required, or one that the template does not have, is an error before anything is changed.
      - >-
        What was generated for a VM stays, also with O(template_update): the VM remembers it in its annotation
        C(vmo.core/template-values), but for what stands in cloud-init data alone, such as passwords, which is not made
        again. Check mode generates values of its own.
      - >-
        Other values than those that a VM was made with are a RV(template_drift). A template is rendered by the rules of
        KubeVirt, and C(process) and C(create) of C(subresources.template.kubevirt.io) are not asked.
      - >-
        They are never shown as the invocation in a result. Where they stand in the VM outside of cloud-init data, they
        show.
    type: dict
  template_update:
    description:
      - Whether a VM that is there follows its template, or takes on the one that the task names.
      - >-
        What the template says is laid over the VM. What it does not say is left alone: MAC addresses, further disks,
        labels. Disks that were made are kept and only grow, and cloud-init data stays as the guest has read it. See
        O(restart) for changes that wait for a restart.
      - The power state of the VM is left alone.
    type: bool
    default: false
requirements:
  - KubeVirt 1.4 or newer on the cluster, and CDI for disks that are copied or made
notes:
  - >-
    B(Live or at the next start.) A running VM follows at once when it gets more CPU sockets or memory (within the
    limits of its start), a bridge or SR-IOV network more or less, a larger disk, or other rules for placement.
    Everything else waits for its next start. The cluster has the last word (C(vmRolloutStrategy) in the KubeVirt
    configuration), and RV(restart_required) tells what it said.
  - >-
    B(cloud-init) in the guest reads its data at the first start only. To apply another one to an existing guest, let
    the guest forget the first with C(cloud-init clean), or make the VM anew.
  - >-
    cloud-init data that looks as if it held a password, a key or a token, or that is longer than 2048 bytes, goes to a
    Secret C(NAME-cloud-init) in the VM's namespace. It belongs to the VM and is deleted together with it. See
    O(cloud_init.store).
  - >-
    B(Items of lists) such as O(disks), O(networks) and O(tolerations) are merged by their name. An item leaves with
    V(absent) in its own C(state), never by being left out, unless O(exclusive) names the list.
  - >-
    B(Defaults of new things.) A new VM without O(networks) gets the pod network with masquerade. A new disk is
    connected by virtio, a CD-ROM drive by sata, a LUN by scsi. A new pod network gets masquerade, a new Multus network
    a bridge. UEFI without O(firmware.secure_boot) gets no secure boot. Nothing of this touches what is there.
  - >-
    B(Progress.) A task with the connection C(local), as the implicit C(localhost) has it, is carried out inside the
    Ansible worker and shows the progress of long waits. The variable C(vmo_fast_path) with the value V(false) turns
    that off. With another connection, C(become), C(async) or C(environment) the module runs as modules do, without
    progress. The result is the same.
  - >-
    B(Minimal rights) of the user, all in the VM's namespace: C(get), C(watch), C(create), C(patch) and C(delete) on
    C(virtualmachines), and C(get) and C(watch) on C(virtualmachineinstances), both of C(kubevirt.io).
  - >-
    As far as tasks need them: C(update) on C(virtualmachines/start), C(virtualmachines/stop),
    C(virtualmachines/restart), C(virtualmachineinstances/pause) and C(virtualmachineinstances/unpause) of
    C(subresources.kubevirt.io); C(get), C(patch) and C(delete) on C(datavolumes) of C(cdi.kubevirt.io) to keep or
    delete disks; C(patch) on C(persistentvolumeclaims) to let them grow; C(get), C(create), C(patch) and C(delete) on
    C(secrets) for cloud-init data.
  - >-
    With O(template), C(get) on C(vmtemplates) of C(spectrocloud.com) in the whole cluster, or on
    C(virtualmachinetemplates) of C(template.kubevirt.io) in the namespace of the template. What a new VM from a
    template refers to is looked at where the user may C(get) it: C(persistentvolumeclaims), C(datavolumes) and
    C(datasources) with images, C(storageclasses), C(network-attachment-definitions), instance types, preferences,
    C(secrets) and C(configmaps).
  - >-
    To tell why a VM does not start, the module also gets and lists C(datavolumes), C(persistentvolumeclaims), C(pods)
    and C(events). It does without what it may not read, and then tells less.
  - >-
    The cluster role C(edit) covers all of this where KubeVirt and CDI add to it, as they do unless told otherwise.
seealso:
  - module: vmo.core.vmo_vm_info
  - module: vmo.core.vmo_template
    description: Keeps what O(template) names.
  - module: kubernetes.core.k8s
    description: For all other objects, such as namespaces and NetworkAttachmentDefinitions.
  - name: KubeVirt user guide
    description: What a virtual machine on KubeVirt can be.
    link: https://kubevirt.io/user-guide/
  - name: Containerized Data Importer
    description: Where disks come from, and in which formats.
    link: https://github.com/kubevirt/containerized-data-importer/tree/main/doc
"""

EXAMPLES = r"""
# The tasks work one after the other. The first one of each VM also works by itself.
# All of them need the namespace shop; what else one needs is said above it.

- name: Smallest VM there is, from a container disk
  vmo.core.vmo_vm:
    name: hello
    namespace: shop
    state: running
    memory: 1Gi
    disks:
      - name: root
        container_disk:
          image: quay.io/containerdisks/fedora:42

# The service account shop/default may clone the golden image vmo-golden-images/ubuntu-2204, a volume of 40Gi or less.
# The StorageClass ceph-rbd and the NetworkAttachmentDefinition shop/vlan20 exist.
- name: Shop front, running, on the data VLAN
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    state: running
    cpu: {sockets: 4, max_sockets: 16}
    memory: 8Gi
    max_memory: 32Gi
    disks:
      - name: root
        clone: {namespace: vmo-golden-images, name: ubuntu-2204}
        size: 40Gi # class, access and volume mode: from the StorageProfile unless given
      - name: data
        blank: {}
        size: 100Gi
        storage_class: ceph-rbd
      - name: scratch
        state: absent # leaves the VM if it is there
    networks:
      - name: default
        pod: {} # masquerade
      - name: vlan20
        multus: vlan20 # a NetworkAttachmentDefinition; "other-namespace/vlan20" works, too
        mac: "02:00:00:12:34:56"
    cloud_init:
      user_data: {packages: [nginx, qemu-guest-agent]}
      network_data: {version: 2, ethernets: {eth0: {dhcp4: true}}}
    ssh_keys: ["{{ lookup('ansible.builtin.file', '~/.ssh/id_ed25519.pub') }}"]
    eviction_strategy: LiveMigrate
    wait_for: [ready, agent, address]
    wait_timeout: 600

- name: Look at what a change would do, without doing it
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    cpu: {cores: 2}
  check_mode: true
  diff: true

- name: More memory, and nothing else
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    memory: 12Gi

- name: One more disk; the others are left alone
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    disks:
      - name: logs
        blank: {}
        size: 20Gi

- name: Restart it, but only if a change waits for that
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    state: running
    restart: if_required

- name: A larger disk
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    disks:
      - name: data
        size: 150Gi

- name: A disk less, and its data deleted
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    state: running
    disks:
      - name: logs
        state: absent
    delete_disks: true
    restart: if_required

- name: Exactly these networks
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    state: running
    networks:
      - name: default
        pod: {}
    exclusive: [networks]
    restart: if_required

- name: Shut down within two minutes, or power off
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    state: stopped
    grace_period: 120
    force: true

- name: Start again
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    state: running

- name: Restart now, in any case
  vmo.core.vmo_vm:
    name: web-01
    namespace: shop
    state: restarted

- name: Freeze the guest; its memory is kept
  vmo.core.vmo_vm:
    name: hello
    namespace: shop
    state: paused

- name: A database with fixed addresses and a password; cloud-init goes to the Secret db-01-cloud-init
  vmo.core.vmo_vm:
    name: db-01
    namespace: shop
    run_strategy: Manual
    state: running
    memory: 4Gi
    disks:
      - name: root
        registry: {url: "docker://quay.io/containerdisks/ubuntu:24.04"}
        size: 20Gi
    networks:
      - name: default
        pod: {}
        ports: [{name: postgres, port: 5432}]
    cloud_init:
      user_data:
        chpasswd:
          expire: false
          users: [{name: ubuntu, type: text, password: "{{ db_password }}"}]
      network_data:
        version: 2
        ethernets:
          eth0:
            addresses: [192.0.2.21/24, "2001:db8::21/64"]
            routes: [{to: default, via: 192.0.2.1}]
  vars:
    db_password: "{{ vault_db_password | default('to be changed') }}"

# The cluster instance type u1.medium and the cluster preference fedora exist.
- name: A worker of a standard size, away from the other workers
  vmo.core.vmo_vm:
    name: worker-01
    namespace: shop
    state: running
    instancetype: {name: u1.medium}
    preference: {name: fedora}
    template_labels: {app: worker}
    disks:
      - name: root
        container_disk: {image: "quay.io/containerdisks/fedora:42"}
    affinity:
      podAntiAffinity:
        preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 100
            podAffinityTerm:
              topologyKey: kubernetes.io/hostname
              labelSelector: {matchLabels: {app: worker}}
    tolerations:
      - {key: dedicated, value: batch, effect: NoSchedule}

# To start it, the ConfigMap win-01-answers with the key autounattend.xml must exist.
- name: A Windows VM with UEFI, secure boot and TPM that installs itself; it is not started yet
  vmo.core.vmo_vm:
    name: win-01
    namespace: shop
    cpu: {sockets: 1, cores: 4}
    memory: 8Gi
    disks:
      - name: root
        blank: {}
        size: 80Gi
        boot_order: 1
      - name: installation
        type: cdrom
        http: {url: "https://images.example.com/windows-server-2025.iso"}
        size: 8Gi
        boot_order: 2
      - name: drivers
        type: cdrom
        container_disk: {image: quay.io/kubevirt/virtio-container-disk}
    networks:
      - name: default
        pod: {}
        model: e1000e
    firmware: {bootloader: uefi, secure_boot: true}
    tpm: {enabled: true}
    clock: {timezone: Europe/Berlin}
    sysprep: {config_map: win-01-answers}

# This needs the VmTemplate ubuntu-2204.
- name: Make a VM from a template of Palette VMO, with more memory
  vmo.core.vmo_vm:
    name: shop-01
    namespace: shop
    template: ubuntu-2204
    state: running
    memory: 8Gi

- name: Tell what has changed in the template since
  vmo.core.vmo_vm:
    name: shop-01
    namespace: shop
    template: ubuntu-2204
  register: shop # shop.template_drift is the difference

- name: Let the VM follow its template if that has changed
  vmo.core.vmo_vm:
    name: shop-01
    namespace: shop
    template: ubuntu-2204
    template_update: true

# This needs the VirtualMachineTemplate small of KubeVirt.
- name: Make a VM from a template with parameters
  vmo.core.vmo_vm:
    name: shop-03
    namespace: shop
    template: small
    template_api_version: template.kubevirt.io/v1alpha1
    template_parameters:
      MEMORY: 4Gi
      TEAM: blue

- name: Make a VM from a template in a variable
  vmo.core.vmo_vm:
    name: shop-02
    namespace: shop
    template:
      metadata:
        name: tiny
      spec:
        template:
          spec:
            domain:
              memory:
                guest: 1Gi
              devices:
                disks:
                  - {name: root, disk: {bus: virtio}}
            volumes:
              - {name: root, containerDisk: {image: "registry.example/cirros:0.6"}}

- name: What has no option of its own goes through the definition
  vmo.core.vmo_vm:
    name: worker-01
    namespace: shop
    definition:
      spec:
        template:
          spec:
            domain:
              devices:
                inputs:
                  - {name: tablet, type: tablet, bus: usb}
            dnsPolicy: ClusterFirst

- name: And leaves through it
  vmo.core.vmo_vm:
    name: worker-01
    namespace: shop
    definition:
      spec:
        template:
          spec:
            domain:
              devices:
                inputs:
                  - {name: tablet, $patch: delete}
            dnsPolicy: null

- name: Delete a VM and keep its disks
  vmo.core.vmo_vm:
    name: db-01
    namespace: shop
    state: absent

- name: Make the VM anew on the disk that was kept
  vmo.core.vmo_vm:
    name: db-01
    namespace: shop
    state: running
    memory: 4Gi
    disks:
      - name: root
        data_volume: {name: db-01-root}

- name: Delete VMs with all their data
  vmo.core.vmo_vm:
    name: "{{ item }}"
    namespace: shop
    state: absent
    delete_disks: true
  loop: [web-01, worker-01, win-01, hello, db-01, shop-01, shop-02]
"""

RETURN = r"""
changed:
  description:
    - Whether anything was sent to the cluster, or would be in check mode.
    - A task that failed may have changed something, too. RV(actions) tells what it did before it failed.
  type: bool
  returned: success and failure
  sample: true
vm:
  description:
    - >-
      The VirtualMachine object as the cluster serves it at the end of the task, in check mode as the cluster says it
      would be. cloud-init data is hidden. Empty when there is no VM.
  type: dict
  returned: success
  contains:
    apiVersion:
      description: The version of the API.
      type: str
      returned: when the VM exists
      sample: kubevirt.io/v1
    kind:
      description: The kind of object.
      type: str
      returned: when the VM exists
      sample: VirtualMachine
    metadata:
      description: Name, namespace, UID, labels, annotations and so on.
      type: dict
      returned: when the VM exists
      sample: {name: web-01, namespace: shop, generation: 2, uid: 0d4e8a53-6a0a-4d16-9a2b-0c1f6b3f3a11}
    spec:
      description: What the VM shall be.
      type: dict
      returned: when the VM exists
      sample: {runStrategy: Always, template: {spec: {domain: {memory: {guest: 8Gi}}}}}
    status:
      description: What the VM is.
      type: dict
      returned: when the VM exists
      sample: {printableStatus: Running, ready: true, created: true, runStrategy: Always}
actions:
  description:
    - What was sent to the cluster, in this order; in check mode what would be sent. Empty if there was nothing to do.
    - >-
      After a failure, what was done before it. A failure before the first request has neither RV(actions) nor RV(diff).
  type: list
  elements: dict
  returned: success and failure
  contains:
    verb:
      description: >-
        V(create), V(patch) or V(delete), or an action of KubeVirt: V(start), V(stop), V(restart), V(pause) or
        V(unpause).
      type: str
      returned: always
      sample: patch
    kind:
      description: The kind of object.
      type: str
      returned: always
      sample: VirtualMachine
    name:
      description: The name of the object, in the namespace of the VM.
      type: str
      returned: always
      sample: web-01
  sample:
    - {verb: patch, kind: PersistentVolumeClaim, name: web-01-data}
    - {verb: patch, kind: VirtualMachine, name: web-01}
diff:
  description:
    - What differs before and after the task, in the words of the options. Of a list only the items that differ.
    - >-
      What the options cannot say is under C(definition), in the words of the API. The power state is C(state). Secrets
      are hidden.
    - >-
      After a failure, what the task had set out to change until then. That includes the change that failed; RV(actions)
      tells what was done.
  type: dict
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
      sample: {memory: 8Gi, disks: [{name: data, size: 100Gi}]}
    after:
      description: What differs, as it is now, or would be in check mode.
      type: dict
      returned: always
      sample: {memory: 12Gi, disks: [{name: data, size: 150Gi}]}
restart_required:
  description:
    - >-
      Whether KubeVirt says that a change waits for a restart of the VM, be it of this task or of an earlier one. A VM
      that does not run needs none.
  type: bool
  returned: success
  sample: false
template_drift:
  description:
    - >-
      What O(template_update) would change, since the template is another one than the VM was made from, or was changed
      since. V(null) if it is not, if the VM is new, or if the template is gone.
    - Both sides are empty if the change makes no difference for this VM. cloud-init data is hidden.
  type: dict
  returned: success, with O(template)
  contains:
    template:
      description: The name of the template.
      type: str
      returned: always
      sample: ubuntu-2404
    before:
      description: What the VM has, in the words of the options, as far as it differs.
      type: dict
      returned: always
      sample: {memory: 4Gi}
    after:
      description: What it would have.
      type: dict
      returned: always
      sample: {memory: 8Gi}
live_changes:
  description:
    - What this task changed and the running VM is expected to follow at once, in the words of the options.
  type: list
  elements: str
  returned: success
  sample: [cpu.sockets, memory, networks.vlan20]
warnings:
  description:
    - >-
      What a human should know: changes that wait for a restart, wishes that cannot be followed any more, and what the
      cluster itself warned of.
  type: list
  elements: str
  returned: when there is one
  sample: ["VirtualMachine shop/web-01 is expected to follow at its next start: cpu.cores."]
msg:
  description: What went wrong, in a sentence that names the object and the cause.
  type: str
  returned: failure
  sample: >-
    VirtualMachine shop/web-01 does not start: An image of VirtualMachine shop/web-01 cannot be pulled.
error:
  description:
    - What went wrong, for playbooks to test.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - A stable name for the kind of failure. Sentences may change from release to release, codes do not.
        - "V(invalid_option): the task asks for something that cannot be; nothing was changed."
        - "V(configuration_failed): the kubeconfig or the credentials cannot be used; no request was sent."
        - "V(missing_library): a Python library is missing where the task runs."
        - "V(connection_failed): no usable answer came from the server: name, network, TLS, proxy or time."
        - "V(unauthorized): the server does not accept the credentials."
        - "V(forbidden): the user lacks a right; RV(error.rule) tells which."
        - "V(quota_exceeded): a ResourceQuota or LimitRange refused the request."
        - "V(not_found): something that the task needs is not there, the namespace for example."
        - "V(api_missing): KubeVirt or CDI is not installed, or is too old."
        - "V(invalid): the cluster rejected the VM; RV(error.fields) tells why."
        - "V(unknown_field): the version of KubeVirt on the cluster does not know a field that the task needs."
        - "V(refused): the VM is in a state that does not allow what the task asks."
        - "V(conflict) and V(already_exists): somebody else kept changing the VM at the same time."
        - "V(not_owned): a Secret of the name that the task needs exists, and this collection did not make it."
        - "V(unavailable): the cluster, or a webhook of it, did not answer within O(wait_timeout)."
        - "V(unexpected_answer): what answers is no Kubernetes API."
        - "V(wait_timeout): the VM did not come to the wanted state in time; RV(error.last_seen) tells how far it came."
        - "V(stopped) and V(deleted): somebody else, or the guest itself, ended the VM while the task waited for it."
        - "V(bug_write_in_check_mode): a bug in this collection; nothing was changed. Please report it."
        - "A VM that does not start has the cause as its code. Rules of the cluster:"
        - "V(quota_exceeded): it does not fit into a ResourceQuota."
        - "V(quota_needs_limits): a ResourceQuota wants limits that the VM does not give."
        - "V(limit_range_violated): a LimitRange does not allow its size."
        - "V(pod_security_violation): the Pod Security level of the namespace does not allow VMs."
        - "V(pod_refused): the pod of the VM is refused for another reason."
        - "V(service_account_not_found): its service account does not exist."
        - "Nodes:"
        - "V(no_kvm_device): no node has a free C(/dev/kvm)."
        - "V(unschedulable): no node can take it; RV(msg) tells what each lacks."
        - "V(resources_not_guaranteed): it does not get CPUs of its own."
        - "V(node_unresponsive): its node does not answer."
        - "V(launcher_evicted): its node turned it away."
        - "What it refers to:"
        - "V(instancetype_not_found), V(preference_not_found): the instance type or preference does not exist."
        - "V(network_attachment_not_found): a NetworkAttachmentDefinition does not exist."
        - "V(missing_secret), V(missing_config_map): a Secret or ConfigMap does not exist."
        - "V(pvc_not_found), V(data_volume_not_found): a claim or DataVolume of O(disks) does not exist."
        - "V(image_pull_failed): an image cannot be pulled."
        - "Disks:"
        - "V(no_storage_class): the StorageClass does not exist, or there is no default."
        - "V(access_mode_unknown): the StorageProfile names no access mode, so the disk has to."
        - "V(claim_not_valid): no claim can be made as the disk is described."
        - "V(claim_exists): a claim of the name of the disk exists and belongs to something else."
        - "V(claim_lost): the volume of a disk is gone."
        - "V(provisioning_failed): the storage cannot provide the volume."
        - "V(volume_attach_failed): a volume cannot be attached to the node."
        - "V(import_failed): a disk cannot be filled from its source."
        - "V(clone_not_allowed): the service account of the VM may not clone from that namespace."
        - "V(clone_source_not_found), V(clone_source_in_use), V(clone_not_valid): a disk cannot be cloned."
        - "V(data_volume_refused): the cluster refuses the DataVolume of a disk."
        - "V(backend_storage_failed): the volume for the state of TPM or UEFI cannot be made."
        - "V(paused_io_error): the guest is paused since its storage failed."
        - "The start itself:"
        - "V(pod_network_failed): the network of the pod cannot be set up."
        - "V(container_failed): a container of the pod cannot be created."
        - "V(launcher_oom_killed): the pod took more memory than its limit."
        - "V(sync_failed), V(start_failed): KubeVirt cannot start the guest for another reason."
        - "V(crash_loop): the guest crashes at each start."
        - "V(guest_crashed), V(guest_powered_off): the guest ended, and its run strategy does not start it again."
      type: str
      returned: always
      sample: image_pull_failed
    option:
      description: The option that is wrong.
      type: str
      returned: with the codes V(invalid_option) and V(configuration_failed)
      sample: disks
    missing:
      description: What a new VM needs of its template, and what is not there.
      type: list
      elements: dict
      returned: with the code V(not_found), for a new VM from a template
      contains:
        kind:
          description: The kind of the object.
          type: str
          returned: always
          sample: NetworkAttachmentDefinition
        namespace:
          description: The namespace of the object, V(null) if it is for the whole cluster.
          type: str
          returned: always
          sample: shop
        name:
          description: The name of the object.
          type: str
          returned: always
          sample: vlan20
        purpose:
          description: What the VM needs it for.
          type: str
          returned: always
          sample: network vlan20
    fields:
      description: What the cluster rejected.
      type: list
      elements: dict
      returned: with the codes V(invalid) and V(unknown_field)
      contains:
        field:
          description: The path of the field in the VM.
          type: str
          returned: always
          sample: spec.template.spec.domain.devices.disks[0].name
        message:
          description: What is wrong with it.
          type: str
          returned: always
          sample: "spec.template.spec.domain.devices.disks[0].name 'root' not found."
    webhook:
      description: The webhook that rejected the request, or did not answer.
      type: str
      returned: when a webhook was involved
      sample: virtualmachine-validator.kubevirt.io
    rule:
      description: The right that is missing, in the form of a rule of a Role.
      type: dict
      returned: with the code V(forbidden), where it is known
      sample:
        apiGroups: [subresources.kubevirt.io]
        resources: [virtualmachines/start]
        verbs: [update]
        namespace: shop
    user:
      description: The user who lacks the right.
      type: str
      returned: with the code V(forbidden), where it is known
      sample: system:serviceaccount:awx:deployer
    reason:
      description: The words in which KubeVirt refused an action.
      type: str
      returned: with the code V(refused)
      sample: VM is not running
    server:
      description: The URL of the server that does not answer.
      type: str
      returned: with the code V(connection_failed)
      sample: https://192.0.2.10:6443
    cause:
      description: What the connection failed of.
      type: str
      returned: with the code V(connection_failed)
      sample: refused
    status:
      description: The HTTP status of the answer.
      type: int
      returned: with the codes V(unavailable) and V(unexpected_answer)
      sample: 503
    awaited:
      description: What the task waited for.
      type: str
      returned: with the code V(wait_timeout)
      sample: ready
    last_seen:
      description: What the task saw last.
      type: str
      returned: with the code V(wait_timeout)
      sample: Provisioning, web-01-root ImportInProgress 37.50%
    library:
      description: The Python library that is missing.
      type: str
      returned: with the code V(missing_library)
      sample: kubernetes
    api_version:
      description: The API that is not served.
      type: str
      returned: with the code V(api_missing)
      sample: kubevirt.io/v1
    kind:
      description: The kind of the object that somebody else made.
      type: str
      returned: with the code V(not_owned)
      sample: Secret
    name:
      description: The name of the object that somebody else made.
      type: str
      returned: with the code V(not_owned)
      sample: web-01-cloud-init
diagnosis:
  description:
    - What the cluster says about a VM that did not start in time, or will not start. It holds no secret.
  type: dict
  returned: when a start fails
  contains:
    status:
      description: The status that C(kubectl get vm) shows.
      type: str
      returned: always
      sample: DataVolumeError
    reason:
      description:
        - The cause, as a code of RV(error.code).
        - >-
          After V(wait_timeout) also what merely takes long. Disks: V(import_running), V(import_not_starting),
          V(clone_running), V(upload_awaited), V(claim_pending), V(claim_not_created), V(volume_mount_failed). The VM:
          V(launcher_not_starting), V(guest_not_starting), V(guest_not_stopping), V(deletion_blocked), V(not_started),
          V(no_guest_agent), V(no_address).
        - V(null) if none was found.
      type: str
      returned: always
      sample: import_failed
    message:
      description: The cause in a sentence, V(null) if none was found.
      type: str
      returned: always
      sample: >-
        The image of DataVolume shop/web-01-root is not there: Unable to connect to http data source: expected status
        code 200, got 404. Status: 404 Not Found.
    hints:
      description: What to do next.
      type: list
      elements: str
      returned: always
      sample: ["The server was reached; correct the address of the image."]
    conditions:
      description: The conditions of the VM and of its running instance.
      type: list
      elements: dict
      returned: always
      contains:
        type:
          description: What the condition is about.
          type: str
          returned: always
          sample: Ready
        status:
          description: V(True), V(False) or V(Unknown).
          type: str
          returned: always
          sample: "False"
        reason:
          description: A word for the reason, empty if there is none.
          type: str
          returned: always
          sample: GuestNotRunning
        message:
          description: A sentence about it, empty if there is none.
          type: str
          returned: always
          sample: Guest VM is not reported as running
    data_volumes:
      description: The DataVolumes of the VM.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: The name of the DataVolume.
          type: str
          returned: always
          sample: web-01-root
        phase:
          description: Its phase.
          type: str
          returned: always
          sample: ImportInProgress
        progress:
          description: How far it has come.
          type: str
          returned: always
          sample: 37.50%
        restarts:
          description: How often the pod that fills it was started again.
          type: int
          returned: always
          sample: 3
        message:
          description: What CDI says about it, empty if it says nothing.
          type: str
          returned: always
          sample: "Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found"
    pod:
      description: The pod of the VM, V(null) if there is none.
      type: dict
      returned: always
      contains:
        name:
          description: The name of the pod.
          type: str
          returned: always
          sample: virt-launcher-web-01-7xk2p
        phase:
          description: Its phase.
          type: str
          returned: always
          sample: Pending
        reason:
          description: A word for what it waits for or died of, empty if there is none.
          type: str
          returned: always
          sample: Unschedulable
        message:
          description: A sentence about it, empty if there is none.
          type: str
          returned: always
          sample: "0/3 nodes are available: 3 Insufficient memory."
    events:
      description: The newest events about all of these, ten at most, the newest first.
      type: list
      elements: dict
      returned: always
      contains:
        time:
          description: When it was seen last.
          type: str
          returned: always
          sample: "2026-01-31T08:15:00Z"
        object:
          description: What it is about.
          type: str
          returned: always
          sample: DataVolume/web-01-root
        type:
          description: V(Normal) or V(Warning).
          type: str
          returned: always
          sample: Warning
        reason:
          description: A word for what happened.
          type: str
          returned: always
          sample: Error
        message:
          description: What happened.
          type: str
          returned: always
          sample: Unable to process data
    unavailable:
      description: >-
        What could not be read: V(virtual_machine_instance), V(pods), V(data_volumes), V(persistent_volume_claims) or
        V(events).
      type: list
      elements: str
      returned: always
      sample: []
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.vm import VM
from ansible_collections.vmo.core.plugins.module_utils._runner import run_on_cluster
from ansible_collections.vmo.core.plugins.module_utils._usecase.vm_task import run

SPEC = CONNECTION + VM


def main() -> None:
    """Run the task."""
    run_on_cluster(SPEC, run)


if __name__ == "__main__":
    main()
