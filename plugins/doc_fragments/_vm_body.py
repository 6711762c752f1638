# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that make up a virtual machine. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``VM_BODY`` of ``module_utils/_argspec/vm.py``."""

    DOCUMENTATION = r"""
options:
  labels:
    description:
      - Labels of the VM object. They take effect at once.
      - Keys that are left out are left alone. A key goes with the value V(null).
      - Labels of the running instance and its pod are in O(template_labels).
    type: dict
  annotations:
    description:
      - Annotations of the VM object. They take effect at once.
      - Keys that are left out are left alone. A key goes with the value V(null).
    type: dict
  template_labels:
    description:
      - Labels of the instances that the VM starts, and of their pods. Services and policies select by them.
      - They take effect at the next start.
      - Keys that are left out are left alone. A key goes with the value V(null).
    type: dict
  template_annotations:
    description:
      - Annotations of the instances that the VM starts, and of their pods. They take effect at the next start.
      - Keys that are left out are left alone. A key goes with the value V(null).
    type: dict
  cpu:
    description:
      - The processor of the VM. The guest sees O(cpu.sockets) times O(cpu.cores) times O(cpu.threads) virtual CPUs.
      - Whatever is left out is left alone. A new VM that says nothing has one virtual CPU.
      - More sockets take effect at once, everything else at the next start.
      - It cannot be combined with O(instancetype).
    type: dict
    suboptions:
      cores:
        description:
          - Cores of each socket. Takes effect at the next start.
        type: int
      sockets:
        description:
          - Number of sockets.
          - >-
            An increase takes effect at once, up to O(cpu.max_sockets): KubeVirt live-migrates the VM for it. A decrease
            takes effect at the next start.
        type: int
      threads:
        description:
          - Threads of each core. Takes effect at the next start.
        type: int
      max_sockets:
        description:
          - How far O(cpu.sockets) can grow without a restart. Takes effect at the next start.
          - KubeVirt reserves four times the sockets of the start when nothing is set.
        type: int
      model:
        description:
          - The CPU model that the guest sees, such as V(host-model), V(host-passthrough) or V(Skylake-Server).
          - V(host-passthrough) can keep a VM from live migration. Takes effect at the next start.
        type: str
      dedicated:
        description:
          - >-
            Whether each virtual CPU has a physical one for itself. The nodes need the static CPU manager policy. Takes
            effect at the next start.
        type: bool
      isolate_emulator_thread:
        description:
          - >-
            Whether the emulator runs on a physical CPU of its own. Needs O(cpu.dedicated=true). Takes effect at the
            next start.
        type: bool
      features:
        description:
          - CPU features that the guest must or must not see. They take effect at the next start.
          - Features that are not listed are left alone.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - The feature, in the spelling of libvirt, such as V(vmx).
            type: str
            required: true
          state:
            description:
              - V(absent) takes the feature off the list.
            type: str
            choices: [present, absent]
            default: present
          policy:
            description:
              - How much the feature matters. KubeVirt takes V(require) when nothing is set.
              - V(force) - The guest sees it, whether the host has it or not.
              - V(require) - The guest sees it, and the VM runs only where the host has it.
              - V(optional) - The guest sees it if the host has it.
              - V(disable) - The guest does not see it.
              - V(forbid) - The VM does not run where the host has it.
            type: str
            choices: [force, require, optional, disable, forbid]
  memory:
    description:
      - The memory that the guest sees, such as V(8Gi) or V(512Mi).
      - A new VM needs it, or an O(instancetype). The two cannot be combined.
      - >-
        An increase takes effect at once, up to O(max_memory), if the VM can be live-migrated and had at least 1 GiB at
        its start. A decrease takes effect at the next start.
    type: str
  max_memory:
    description:
      - How far O(memory) can grow without a restart, such as V(32Gi). Takes effect at the next start.
      - KubeVirt reserves four times the memory of the start when nothing is set.
    type: str
  hugepages:
    description:
      - >-
        The size of the huge pages that hold the guest's memory, V(2Mi) or V(1Gi) as a rule. The nodes must have such
        pages. Takes effect at the next start.
    type: str
  requests:
    description:
      - What the scheduler reserves for the VM, for example C(cpu) and C(memory). Takes effect at the next start.
      - KubeVirt works it out when nothing is set; most VMs need nothing here.
      - Keys that are left out are left alone. A key goes with the value V(null).
    type: dict
  limits:
    description:
      - What the pod of the VM may use at most, for example C(cpu) and C(memory). Takes effect at the next start.
      - Keys that are left out are left alone. A key goes with the value V(null).
    type: dict
  instancetype:
    description:
      - An instance type that gives the VM its CPUs and memory, instead of O(cpu) and O(memory).
      - >-
        A change takes effect at once as far as it adds sockets or memory, and otherwise at the next start.
    type: dict
    suboptions:
      name:
        description:
          - The name of the instance type.
        type: str
      kind:
        description:
          - V(VirtualMachineClusterInstancetype) or V(VirtualMachineInstancetype), which lives in the VM's namespace.
          - KubeVirt takes V(VirtualMachineClusterInstancetype) when nothing is set.
        type: str
      infer_from_volume:
        description:
          - The name of the disk whose image names its instance type in labels. KubeVirt puts the name it found in
            O(instancetype.name). For new VMs only.
        type: str
      infer_from_volume_failure_policy:
        description:
          - What happens when that disk names no instance type. KubeVirt takes V(Reject) when nothing is set.
          - V(Reject) - The VM is refused.
          - V(Ignore) - The VM is made without an instance type.
        type: str
        choices: [Reject, Ignore]
  preference:
    description:
      - A preference, which sets what suits an operating system, for example the bus of disks, where the VM does not.
      - Takes effect at the next start.
    type: dict
    suboptions:
      name:
        description:
          - The name of the preference.
        type: str
      kind:
        description:
          - V(VirtualMachineClusterPreference) or V(VirtualMachinePreference), which lives in the VM's namespace.
          - KubeVirt takes V(VirtualMachineClusterPreference) when nothing is set.
        type: str
      infer_from_volume:
        description:
          - The name of the disk whose image names its preference in labels. KubeVirt puts the name it found in
            O(preference.name). For new VMs only.
        type: str
      infer_from_volume_failure_policy:
        description:
          - What happens when that disk names no preference. KubeVirt takes V(Reject) when nothing is set.
          - V(Reject) - The VM is refused.
          - V(Ignore) - The VM is made without a preference.
        type: str
        choices: [Reject, Ignore]
  disks:
    description:
      - The disks of the VM, each known by its name. Of a disk that is there, whatever is left out is left alone.
      - >-
        A disk that is not listed is left alone, whoever added it. A disk leaves the VM with O(disks[].state=absent), or
        with O(exclusive).
      - >-
        A new disk needs one source: O(disks[].container_disk), O(disks[].registry), O(disks[].http), O(disks[].s3),
        O(disks[].blank), O(disks[].clone), O(disks[].snapshot), O(disks[].data_source), O(disks[].pvc),
        O(disks[].data_volume), O(disks[].config_map) or O(disks[].secret).
      - >-
        All sources but O(disks[].container_disk), O(disks[].pvc), O(disks[].data_volume), O(disks[].config_map) and
        O(disks[].secret) make a volume for this VM: a DataVolume called after the VM and the disk, C(web-01-root) for
        the disk C(root) of the VM C(web-01). It is made once. A later change of its source changes nothing on the disk;
        the task warns of it.
      - >-
        A disk that is added to, changed in or taken from a running VM takes effect at the next start. Only a larger
        O(disks[].size) takes effect at once.
      - The disk with cloud-init data or a sysprep answer file is not one of these; see O(cloud_init) and O(sysprep).
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the disk in the VM. It must be unique there.
        type: str
        required: true
      state:
        description:
          - V(absent) takes the disk from the VM. What becomes of its volume is up to the module's other options.
        type: str
        choices: [present, absent]
        default: present
      type:
        description:
          - What the guest sees. V(disk) for a new one. Takes effect at the next start.
          - V(disk) - A disk.
          - V(cdrom) - A CD-ROM drive with the source as its disc.
          - V(lun) - A disk that passes SCSI commands on to the storage.
        type: str
        choices: [disk, cdrom, lun]
      container_disk:
        description:
          - >-
            A disk image in a container image, fetched by the node. Whatever the guest writes to it is lost when the VM
            stops. Good for tests and for installation media.
          - A change takes effect at the next start.
        type: dict
        suboptions:
          image:
            description:
              - The container image, such as V(quay.io/containerdisks/fedora:42).
            type: str
            required: true
          path:
            description:
              - The path of the disk image in the container image. KubeVirt looks in C(/disk) when nothing is set.
            type: str
          pull_policy:
            description:
              - When the node fetches the image. Kubernetes decides by the tag when nothing is set.
            type: str
            choices: [Always, IfNotPresent, Never]
          pull_secret:
            description:
              - The name of the Secret with the credentials for the registry.
            type: str
      registry:
        description:
          - A disk image in a container image, copied to a volume of this VM. Needs O(disks[].size).
        type: dict
        suboptions:
          url:
            description:
              - >-
                The image with its scheme, such as V(docker://quay.io/containerdisks/fedora:42), or an C(oci-archive://)
                URL.
            type: str
            required: true
          secret:
            description:
              - The name of the Secret with C(accessKeyId) (user name) and C(secretKey) (password).
            type: str
          cert_config_map:
            description:
              - The name of the ConfigMap with the certificate of the authority to trust.
            type: str
          pull_method:
            description:
              - Who fetches the image. CDI takes V(pod) when nothing is set.
              - V(pod) - CDI's own importer.
              - V(node) - The node, with its registry settings and its cache.
            type: str
            choices: [pod, node]
      http:
        description:
          - >-
            A disk image (raw or qcow2, also compressed) or ISO image on a web server, copied to a volume of this VM.
            Needs O(disks[].size).
        type: dict
        suboptions:
          url:
            description:
              - The address of the image, such as V(https://images.example.com/debian-13.qcow2).
            type: str
            required: true
          secret:
            description:
              - The name of the Secret with C(accessKeyId) (user name) and C(secretKey) (password).
            type: str
          cert_config_map:
            description:
              - The name of the ConfigMap with the certificate of the authority to trust.
            type: str
      s3:
        description:
          - A disk image in an S3 bucket, copied to a volume of this VM. Needs O(disks[].size).
        type: dict
        suboptions:
          url:
            description:
              - The address of the object, such as V(https://s3.example.com/images/debian-13.qcow2).
            type: str
            required: true
          secret:
            description:
              - The name of the Secret with C(accessKeyId) and C(secretKey).
            type: str
          cert_config_map:
            description:
              - The name of the ConfigMap with the certificate of the authority to trust.
            type: str
      blank:
        description:
          - An empty volume of this VM. It has no suboptions, so write C(blank) with an empty mapping as its value.
          - Needs O(disks[].size).
        type: dict
        suboptions: {}
      clone:
        description:
          - >-
            A copy of a PersistentVolumeClaim or of a finished DataVolume, in any namespace. A golden image, for
            example.
          - >-
            From another namespace the service account of the VM, C(default) as a rule, needs the right to create
            C(datavolumes/source) there.
        type: dict
        suboptions:
          name:
            description:
              - The name of the claim or DataVolume.
            type: str
            required: true
          namespace:
            description:
              - Its namespace. That of the VM when it is left out.
            type: str
      snapshot:
        description:
          - A copy of a VolumeSnapshot, in any namespace. For rights see O(disks[].clone).
        type: dict
        suboptions:
          name:
            description:
              - The name of the VolumeSnapshot.
            type: str
            required: true
          namespace:
            description:
              - Its namespace. That of the VM when it is left out.
            type: str
      data_source:
        description:
          - >-
            A copy of what a DataSource points to, such as the newest golden image of an operating system. For rights
            see O(disks[].clone).
        type: dict
        suboptions:
          name:
            description:
              - The name of the DataSource.
            type: str
            required: true
          namespace:
            description:
              - Its namespace. That of the VM when it is left out.
            type: str
      pvc:
        description:
          - A PersistentVolumeClaim that exists. It does not belong to the VM, and stays when the VM goes.
        type: dict
        suboptions:
          name:
            description:
              - The name of the claim, in the VM's namespace.
            type: str
            required: true
          read_only:
            description:
              - Whether the claim is mounted for reading only.
            type: bool
      data_volume:
        description:
          - A DataVolume that exists. It does not belong to the VM, and stays when the VM goes.
        type: dict
        suboptions:
          name:
            description:
              - The name of the DataVolume, in the VM's namespace.
            type: str
            required: true
      config_map:
        description:
          - A ConfigMap whose entries are files on the disk.
        type: dict
        suboptions:
          name:
            description:
              - The name of the ConfigMap, in the VM's namespace.
            type: str
            required: true
      secret:
        description:
          - A Secret whose entries are files on the disk.
        type: dict
        suboptions:
          name:
            description:
              - The name of the Secret, in the VM's namespace.
            type: str
            required: true
      size:
        description:
          - The size of the volume, such as V(40Gi).
          - >-
            Needed with O(disks[].registry), O(disks[].http), O(disks[].s3) and O(disks[].blank). With O(disks[].clone),
            O(disks[].snapshot) and O(disks[].data_source) it is that of the source when it is left out, and must not be
            smaller. Not possible with the other sources.
          - >-
            A larger size than before makes the volume grow, at once if its storage class can do that. The guest sees
            it, but has to grow its file system itself. A volume cannot shrink.
        type: str
      storage_class:
        description:
          - >-
            The StorageClass of the volume. When it is left out, it is the default class for VMs, else the default class
            of the cluster.
          - Counts when the volume is made. A later change changes nothing; the task warns of it.
        type: str
      access_modes:
        description:
          - Who may mount the volume. When it is left out, the StorageProfile of the storage class decides.
          - V(ReadWriteMany) - Many nodes may read and write.
          - V(ReadWriteOnce) - One node may read and write.
          - V(ReadOnlyMany) - Many nodes may read.
          - V(ReadWriteOncePod) - One pod may read and write.
          - Live migration needs V(ReadWriteMany).
          - Counts when the volume is made. A later change changes nothing; the task warns of it.
        type: list
        elements: str
        choices: [ReadWriteMany, ReadWriteOnce, ReadOnlyMany, ReadWriteOncePod]
      volume_mode:
        description:
          - How the volume is used. When it is left out, the StorageProfile of the storage class decides.
          - V(Block) - The volume is the disk.
          - V(Filesystem) - The disk is a file on the volume.
          - Counts when the volume is made. A later change changes nothing; the task warns of it.
        type: str
        choices: [Block, Filesystem]
      bus:
        description:
          - How the disk is connected. Takes effect at the next start.
          - >-
            A new disk of the type V(disk) gets V(virtio), a V(cdrom) V(sata) and a V(lun) V(scsi) when it is left out.
        type: str
        choices: [virtio, sata, scsi, usb]
      boot_order:
        description:
          - >-
            The place of the disk in the boot order, from 1. Networks have a place in the same order, see
            O(networks[].boot_order). Takes effect at the next start.
        type: int
      serial:
        description:
          - The serial number by which the guest can tell the disk. Takes effect at the next start.
        type: str
      cache:
        description:
          - The cache mode of the disk. KubeVirt chooses when nothing is set. Takes effect at the next start.
        type: str
        choices: [none, writethrough, writeback]
      io:
        description:
          - >-
            How the emulator reads and writes the disk. KubeVirt chooses when nothing is set. Takes effect at the next
            start.
        type: str
        choices: [native, threads]
      shareable:
        description:
          - >-
            Whether several VMs may use the volume at the same time, as clusters do. The guests must know how to share
            it. Takes effect at the next start.
        type: bool
      read_only:
        description:
          - Whether the guest may only read the disk. Takes effect at the next start.
        type: bool
      dedicated_io_thread:
        description:
          - Whether the disk has an I/O thread for itself. Takes effect at the next start.
        type: bool
  networks:
    description:
      - The networks of the VM, each known by its name. Of a network that is there, whatever is left out is left alone.
      - >-
        A network that is not listed is left alone, whoever added it. A network leaves the VM with
        O(networks[].state=absent), or with O(exclusive).
      - A new network needs O(networks[].pod) or O(networks[].multus).
      - >-
        A new VM gets the pod network with masquerade when this option is left out. An empty list makes a VM without any
        network.
      - >-
        A network with a bridge or SR-IOV binding comes and goes at once: KubeVirt live-migrates the VM for it. All
        other changes take effect at the next start, but for O(networks[].link_state).
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the network in the VM. It must be unique there.
        type: str
        required: true
      state:
        description:
          - V(absent) takes the network from the VM.
        type: str
        choices: [present, absent]
        default: present
      pod:
        description:
          - The network of the cluster's pods. A VM can have it once.
          - An empty mapping as its value is enough.
        type: dict
        suboptions:
          cidr:
            description:
              - >-
                The addresses that the guest sees behind masquerade, such as V(192.0.2.0/24). KubeVirt takes
                V(10.0.2.0/24) when nothing is set.
            type: str
      multus:
        description:
          - >-
            A NetworkAttachmentDefinition, such as V(vlan20) for one in the VM's namespace or V(networks/vlan20) for one
            in the namespace V(networks).
        type: str
      default:
        description:
          - Whether O(networks[].multus) takes the place of the pod network.
        type: bool
      binding:
        description:
          - >-
            How the guest is connected. A new pod network gets V(masquerade) and a new Multus network V(bridge) when it
            is left out.
          - >-
            V(masquerade) - The guest has an address of its own and reaches out under that of its pod. For
            O(networks[].pod) only, and what lets such a VM be live-migrated.
          - V(bridge) - The guest is a member of the network.
          - V(sriov) - The guest has a virtual function of a network card.
          - A change takes effect at the next start.
        type: str
        choices: [masquerade, bridge, sriov]
      plugin:
        description:
          - >-
            A network binding plugin of the KubeVirt configuration, instead of O(networks[].binding). A change takes
            effect at the next start.
        type: str
      model:
        description:
          - The card that the guest sees. KubeVirt takes V(virtio) when nothing is set. Takes effect at the next start.
        type: str
        choices: [virtio, e1000, e1000e, ne2k_pci, pcnet, rtl8139]
      mac:
        description:
          - >-
            The MAC address, such as V(02:00:00:12:34:56). When it is left out, the cluster gives one, which may change
            with each start unless kubemacpool is installed. Takes effect at the next start.
          - Put it in quotes. YAML reads some addresses as numbers.
        type: str
      ports:
        description:
          - >-
            The ports that lead to the guest behind masquerade. All ports do when none is listed. Ports that are not
            listed here, but are there, are left alone.
          - Take effect at the next start.
        type: list
        elements: dict
        suboptions:
          port:
            description:
              - The port.
            type: int
            required: true
          protocol:
            description:
              - The protocol. KubeVirt takes V(TCP) when nothing is set.
            type: str
            choices: [TCP, UDP]
          name:
            description:
              - A name for the port.
            type: str
          state:
            description:
              - V(absent) takes the port off the list.
            type: str
            choices: [present, absent]
            default: present
      boot_order:
        description:
          - The place of the network in the boot order, from 1. Disks have a place in the same order. Takes effect at
            the next start.
        type: int
      link_state:
        description:
          - Whether the guest sees a plugged cable. Takes effect at once. Needs KubeVirt 1.5.
        type: str
        choices: [up, down]
      pci_address:
        description:
          - The PCI address of the card in the guest, such as V(0000:81:00.1). Takes effect at the next start.
        type: str
  exclusive:
    description:
      - The lists that are complete. Whatever the VM has and such a list does not name leaves the VM.
      - V(disks) - O(disks) names all disks.
      - V(networks) - O(networks) names all networks.
      - >-
        Mind what others added, a disk that was plugged in by hand for example: it goes, too.
      - The task must give each list that is named here, an empty one if need be.
      - The disk with cloud-init data or a sysprep answer file stays.
      - When it is left out, items that are not listed are left alone.
    type: list
    elements: str
    choices: [disks, networks]
  cloud_init:
    description:
      - What cloud-init in the guest is told. The guest's image must have cloud-init.
      - >-
        A guest reads it at its first start only. A later change is stored, and reaches the VM at its next start, but
        cloud-init then leaves most of it undone.
      - Whatever is left out is left alone. The content is never shown in a result, a diff or a log.
    type: dict
    suboptions:
      user_data:
        description:
          - >-
            The user data, as a mapping, which becomes a C(#cloud-config) document, or as a text, which is passed on as
            it is and may be a script.
          - A mapping that says the same as what is there, in another order or layout, is no change.
        type: raw
      network_data:
        description:
          - The network configuration, as a mapping or as a text.
        type: raw
      type:
        description:
          - The kind of disk that the guest finds it on. A new VM gets V(no_cloud).
          - V(no_cloud) - Labelled C(cidata). What most images expect.
          - V(config_drive) - Labelled C(config-2), as with OpenStack.
        type: str
        choices: [no_cloud, config_drive]
      store:
        description:
          - Where user data and network data are kept.
          - >-
            V(auto) - In a Secret if they look as if they held a password, a key or a token, or if one of them is longer
            than 2048 bytes, else in the VM. What is in the Secret once stays there.
          - >-
            V(inline) - In the VM, where everyone who may read the VM can read them. KubeVirt refuses more than 2048
            bytes.
          - V(secret) - In the Secret C(NAME-cloud-init). It belongs to the VM and is deleted together with it.
        type: str
        default: auto
        choices: [auto, inline, secret]
      secret:
        description:
          - The name of a Secret of yours that has the user data under the key C(userdata), instead of
            O(cloud_init.user_data) and O(ssh_keys).
        type: str
      network_data_secret:
        description:
          - The name of a Secret of yours that has the network data under the key C(networkdata), instead of
            O(cloud_init.network_data).
        type: str
  ssh_keys:
    description:
      - Public SSH keys that cloud-init gives to the default user of the guest, at the first start only.
      - >-
        They are added to C(ssh_authorized_keys) of O(cloud_init.user_data), which must be a mapping or a
        C(#cloud-config) text then.
      - >-
        Without O(cloud_init.user_data) they join the user data that is there. Where that is kept in a Secret, the task
        is refused, and needs O(cloud_init.user_data) as well.
    type: list
    elements: str
  sysprep:
    description:
      - The answer files for the first start of a Windows guest, on a CD-ROM. Takes effect at the next start.
      - >-
        The ConfigMap or Secret has them under the keys C(autounattend.xml), for an installation, and C(unattend.xml),
        for an image that was generalized. Use one of the two.
    type: dict
    suboptions:
      config_map:
        description:
          - The name of the ConfigMap.
        type: str
      secret:
        description:
          - The name of the Secret. The better place if a password is in the files.
        type: str
  firmware:
    description:
      - The firmware of the VM. Takes effect at the next start. Whatever is left out is left alone.
    type: dict
    suboptions:
      bootloader:
        description:
          - How the VM boots. KubeVirt takes V(bios) when nothing is set, unless a preference says otherwise.
          - A VM that is changed to V(uefi) gets no secure boot unless O(firmware.secure_boot) asks for it.
        type: str
        choices: [bios, uefi]
      secure_boot:
        description:
          - >-
            Whether UEFI starts only what is signed. V(true) also turns on system management mode, without which
            KubeVirt refuses it. Needs O(firmware.bootloader=uefi).
        type: bool
      persistent:
        description:
          - >-
            Whether the variables of UEFI survive a stop, boot entries for example. The cluster needs a storage class
            for the state of VMs. Needs O(firmware.bootloader=uefi).
        type: bool
      uuid:
        description:
          - >-
            The UUID that the guest sees. Some guests tie their licence to it. When it is left out, KubeVirt makes one
            and keeps it.
        type: str
      serial:
        description:
          - The serial number that the guest sees.
        type: str
  clock:
    description:
      - The clock of the VM. It runs in UTC when nothing is set. Takes effect at the next start.
    type: dict
    suboptions:
      timezone:
        description:
          - The time zone of the clock, such as V(Europe/Berlin). Windows guests expect local time.
          - Mutually exclusive with O(clock.utc_offset).
        type: str
      utc_offset:
        description:
          - Seconds between UTC and the clock at the start.
          - Mutually exclusive with O(clock.timezone).
        type: int
  machine_type:
    description:
      - The machine that the guest sees, such as V(q35). The cluster's default when nothing is set. Takes effect at the
        next start.
    type: str
  architecture:
    description:
      - >-
        The processor architecture, V(amd64), V(arm64) or V(s390x). The cluster's default when nothing is set. For new
        VMs: KubeVirt does not change it later.
    type: str
  rng:
    description:
      - >-
        Whether the guest has a device that gives it random numbers from the node. When it is left out, it is left
        alone. Takes effect at the next start.
    type: bool
  tpm:
    description:
      - A TPM 2.0 for the guest. Takes effect at the next start.
    type: dict
    suboptions:
      enabled:
        description:
          - Whether the guest has a TPM.
        type: bool
        default: true
      persistent:
        description:
          - >-
            Whether the TPM keeps its content when the VM stops. Windows and disk encryption need that. The cluster
            needs a storage class for the state of VMs.
        type: bool
  graphics:
    description:
      - >-
        Whether the VM has a graphics card. Without one there is no VNC. KubeVirt takes V(true) when nothing is set.
        Takes effect at the next start.
    type: bool
  serial_console:
    description:
      - >-
        Whether the VM has a serial console. KubeVirt takes V(true) when nothing is set. Takes effect at the next start.
    type: bool
  memory_balloon:
    description:
      - >-
        Whether the VM has a memory balloon, which also reports the memory that the guest uses. KubeVirt takes V(true)
        when nothing is set. Takes effect at the next start.
    type: bool
  network_multiqueue:
    description:
      - >-
        Whether each virtio network card has a queue for each virtual CPU. KubeVirt takes V(false) when nothing is set.
        Takes effect at the next start.
    type: bool
  block_multiqueue:
    description:
      - >-
        Whether each virtio disk has a queue for each virtual CPU. KubeVirt takes V(false) when nothing is set. Takes
        effect at the next start.
    type: bool
  io_threads_policy:
    description:
      - How disks share I/O threads. There are no I/O threads when nothing is set. Takes effect at the next start.
      - V(shared) - All disks share one thread, but those with O(disks[].dedicated_io_thread).
      - V(auto) - KubeVirt spreads the disks over a number of threads that suits the virtual CPUs.
      - >-
        V(supplementalPool) - All disks share a pool of threads with CPUs of its own. Its size goes through
        O(definition). Needs KubeVirt 1.5.
    type: str
    choices: [shared, auto, supplementalPool]
  watchdog:
    description:
      - A watchdog device. When the guest no longer feeds it, its action is taken. Takes effect at the next start.
    type: dict
    suboptions:
      name:
        description:
          - The name of the device. A new watchdog is called V(watchdog) when it is left out.
        type: str
      model:
        description:
          - The device that the guest sees. A new watchdog needs it.
          - V(i6300esb) - For amd64.
          - V(diag288) - For s390x.
        type: str
        choices: [i6300esb, diag288]
      action:
        description:
          - What is done to the guest. Needs O(watchdog.model). V(reset) when it is left out.
        type: str
        choices: [reset, poweroff, shutdown]
  gpus:
    description:
      - >-
        GPUs of the node that are handed to the guest, each known by its name. GPUs that are not listed are left alone.
      - Take effect at the next start. A VM with one cannot be live-migrated.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the device in the VM.
        type: str
        required: true
      state:
        description:
          - V(absent) takes the device from the VM.
        type: str
        choices: [present, absent]
        default: present
      device_name:
        description:
          - The resource that nodes offer, such as V(nvidia.com/TU104GL_Tesla_T4). A new device needs it.
        type: str
      tag:
        description:
          - A tag by which the guest can tell the device, through cloud-init's config drive.
        type: str
  host_devices:
    description:
      - >-
        Other devices of the node that are handed to the guest, each known by its name. Devices that are not listed are
        left alone.
      - Take effect at the next start. A VM with one cannot be live-migrated.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name of the device in the VM.
        type: str
        required: true
      state:
        description:
          - V(absent) takes the device from the VM.
        type: str
        choices: [present, absent]
        default: present
      device_name:
        description:
          - The resource that nodes offer, such as V(intel.com/qat). A new device needs it.
        type: str
      tag:
        description:
          - A tag by which the guest can tell the device, through cloud-init's config drive.
        type: str
  node_selector:
    description:
      - Labels that a node must have to run the VM.
      - Takes effect at once, that is at the next live migration or start. A running VM is not moved because of it.
      - Keys that are left out are left alone. A key goes with the value V(null).
    type: dict
  affinity:
    description:
      - >-
        Rules for the nodes, and for the neighbours of the VM on them, in the words of Kubernetes (C(nodeAffinity),
        C(podAffinity), C(podAntiAffinity)).
      - Takes effect at once, that is at the next live migration or start. A running VM is not moved because of it.
      - A list in it replaces the list that is there.
    type: dict
  tolerations:
    description:
      - The taints of nodes that do not keep the VM away. Tolerations that are not listed are left alone.
      - >-
        They are told apart by O(tolerations[].key), O(tolerations[].operator), O(tolerations[].value) and
        O(tolerations[].effect) together.
      - Take effect at once, that is at the next live migration or start.
    type: list
    elements: dict
    suboptions:
      key:
        description:
          - The key of the taint. Every taint is tolerated when it is left out together with
            O(tolerations[].operator=Exists).
        type: str
      operator:
        description:
          - How the taint is compared. Kubernetes takes V(Equal) when nothing is set.
          - V(Exists) - The taint only has to have the key.
          - V(Equal) - The taint has to have the key and the value.
        type: str
        choices: [Exists, Equal]
      value:
        description:
          - The value of the taint.
        type: str
      effect:
        description:
          - The effect of the taint. Every effect is tolerated when it is left out.
        type: str
        choices: [NoSchedule, PreferNoSchedule, NoExecute]
      toleration_seconds:
        description:
          - Seconds for which a taint with V(NoExecute) is tolerated. Without it, for ever.
        type: int
      state:
        description:
          - V(absent) takes the toleration off the list.
        type: str
        choices: [present, absent]
        default: present
  priority_class:
    description:
      - The name of the PriorityClass of the VM's pod. Takes effect at the next start.
    type: str
  scheduler_name:
    description:
      - The scheduler that chooses the node. Kubernetes' own when nothing is set. Takes effect at the next start.
    type: str
  eviction_strategy:
    description:
      - What happens to the VM when its node is drained. The cluster's default when nothing is set. Takes effect at the
        next start.
      - V(None) - The VM is shut down.
      - V(LiveMigrate) - The VM is live-migrated. If it cannot be, the drain waits, for ever if need be.
      - V(LiveMigrateIfPossible) - The VM is live-migrated if it can be, else shut down.
      - V(External) - Another controller takes care of it.
    type: str
    choices: [None, LiveMigrate, LiveMigrateIfPossible, External]
  start_strategy:
    description:
      - V(Paused) starts the VM with a guest that does not run until it is unpaused. Takes effect at the next start.
    type: str
    choices: [Paused]
  termination_grace_period:
    description:
      - >-
        Seconds that the guest has to shut down before it is powered off, whoever stops it. KubeVirt takes 30 when
        nothing is set. Takes effect at the next start.
    type: int
  hostname:
    description:
      - The host name that the guest gets. The name of the VM when nothing is set. Takes effect at the next start.
    type: str
  subdomain:
    description:
      - >-
        The subdomain of the guest in the cluster's DNS, where a headless Service has this name. Takes effect at the
        next start.
    type: str
  update_volumes_strategy:
    description:
      - >-
        What happens when a running VM gets another volume for a disk. KubeVirt takes V(Replacement) when nothing is
        set.
      - V(Replacement) - The VM uses the new volume from its next start.
      - V(Migration) - The content is copied to the new volume while the VM runs.
    type: str
    choices: [Replacement, Migration]
  definition:
    description:
      - >-
        Any other part of the VirtualMachine object, in the words of its API: a mapping with C(metadata) and C(spec).
        With it, nothing of the API is out of reach.
      - >-
        It is merged with what is there under the rules of the options. What it leaves out is left alone, and the value
        V(null) removes a field, also one that an option stands for.
      - >-
        Lists whose items have a name, such as C(disks), C(volumes), C(interfaces), C(networks), C(inputs) and
        C(filesystems), are merged by that name. An item goes with C($patch: delete) beside its name. All other lists
        are replaced.
      - >-
        The name, the namespace, C(status), C(spec.runStrategy) and C(spec.running) cannot be in it. A definition that
        contradicts another option is an error.
      - It is never shown as the invocation in a result, as it may hold cloud-init data.
    type: dict
"""
