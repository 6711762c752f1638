# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a golden image is. Private to vmo.core."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents ``IMAGE_BODY`` of ``module_utils/_argspec/image.py``."""

    DOCUMENTATION = r"""
options:
  registry:
    description:
      - A disk image in a container image. Needs O(size).
      - A digest in the address, such as V(docker://registry.example.com/images/debian@sha256:...), makes sure that it
        is always the same image.
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
      - A disk image (raw or qcow2, also compressed) or ISO image on a web server. Needs O(size).
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
      checksum:
        description:
          - >-
            The checksum of the file as the server has it, such as V(sha256:...); C(md5), C(sha1), C(sha256) and
            C(sha512) are known. The import fails if it is another one. Needs CDI 1.65 or newer.
        type: str
  s3:
    description:
      - A disk image in an S3 bucket. Needs O(size).
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
      - An empty volume. It has no suboptions, so write C(blank) with an empty mapping as its value. Needs O(size).
    type: dict
    suboptions: {}
  clone:
    description:
      - A copy of a PersistentVolumeClaim or of a finished DataVolume, in any namespace.
      - From another namespace the user needs the right to create C(datavolumes/source) there.
    type: dict
    suboptions:
      name:
        description:
          - The name of the claim or DataVolume.
        type: str
        required: true
      namespace:
        description:
          - Its namespace. That of the image when it is left out.
        type: str
  snapshot:
    description:
      - A copy of a VolumeSnapshot, in any namespace. For rights see O(clone).
    type: dict
    suboptions:
      name:
        description:
          - The name of the VolumeSnapshot.
        type: str
        required: true
      namespace:
        description:
          - Its namespace. That of the image when it is left out.
        type: str
  data_source:
    description:
      - A copy of what a DataSource points to now. For rights see O(clone).
    type: dict
    suboptions:
      name:
        description:
          - The name of the DataSource.
        type: str
        required: true
      namespace:
        description:
          - Its namespace. That of the image when it is left out.
        type: str
  upload:
    description:
      - >-
        A file that is sent to the cluster through the upload proxy of CDI, as it is read: no more than a few mebibytes
        of it are ever in memory. The image can be raw (also ISO), qcow2, vmdk, vdi, vhd or vhdx, and packed with gz or
        xz.
      - >-
        The file is read before anything is made, and its checksum kept with the image (annotation
        C(vmo.core/upload-checksum)). An image that is there is not sent again, and its file is not read: it may be
        gone by then.
      - >-
        A connection that breaks, or a proxy that is busy, costs another attempt from the beginning of the file, within
        O(wait_timeout). A task that was interrupted goes on when it is run again: an image that waits for its file
        gets it.
    type: dict
    suboptions:
      src:
        description:
          - >-
            The file, where the task runs. With the connection C(local) it is looked for in C(files) of the role and
            beside the playbook, too. Nothing is copied to another host: delegate the task to the one that has it.
        type: path
        required: true
      checksum:
        description:
          - >-
            The checksum that the file shall have, V(sha256:...). With another one the task fails before anything is
            made. An image that is there and was made of another file is one that differs, see O(recreate); without
            this option it is not told from others.
        type: str
      proxy_url:
        description:
          - >-
            The address of the upload proxy, such as V(https://cdi-uploadproxy.example.com). What CDI says
            (C(uploadProxyURL) in the status of C(CDIConfig)) when it is left out; M(vmo.core.vmo_kubevirt_config)
            can set that.
          - It is reached as the cluster is, through O(proxy) if there is one.
        type: str
      ca_cert:
        description:
          - The file with the certificate of the authority that signed that of the upload proxy.
          - >-
            The authorities of the system, and the certificate of which CDI says that it is that of the proxy
            (C(uploadProxyCA)), when it is left out. That of a proxy without an ingress is in the ConfigMap
            C(cdi-uploadproxy-signer-bundle) in the namespace of CDI.
        type: path
      validate_certs:
        description:
          - >-
            Whether the certificate of the upload proxy is checked. Whoever poses as the proxy gets the file, and for
            five minutes the right to fill this image.
        type: bool
        default: true
  size:
    description:
      - >-
        The size of the volume, such as V(20Gi), at least the virtual size of the image. Copies of the image are at
        least as large. It is that of the source for a copy when it is left out, and that of the disk in the file for
        an upload of a raw or qcow2 image. What a file system needs is added by CDI.
    type: str
  storage_class:
    description:
      - >-
        The StorageClass. The default for virtual machines, or else the default of the cluster, when it is left out.
        Copies within one StorageClass are quick.
    type: str
  access_modes:
    description:
      - Who may use the volume at the same time. What the StorageProfile of the class says when it is left out.
    type: list
    elements: str
    choices: [ReadWriteMany, ReadWriteOnce, ReadOnlyMany, ReadWriteOncePod]
  volume_mode:
    description:
      - Whether the volume is a device or has a file system. What the StorageProfile says when it is left out.
    type: str
    choices: [Block, Filesystem]
  labels:
    description:
      - Labels of the image. Those that are left out are left alone, and a null value removes one.
    type: dict
  annotations:
    description:
      - Annotations of the image. Those that are left out are left alone, and a null value removes one.
      - >-
        A new image is marked to stay when it is done (C(cdi.kubevirt.io/storage.deleteAfterCompletion) is V(false)),
        as Palette would make it again and again otherwise.
    type: dict
  immediate_binding:
    description:
      - >-
        Whether the image is imported at once, although its StorageClass waits for a first consumer. A new image is,
        unless this says V(false), which does not go with O(upload); then it is imported when something uses it for the
        first time, and the task does not wait for that.
    type: bool
  default_instancetype:
    description:
      - >-
        The instance type of VMs that boot from the image and infer theirs from it (C(inferFromVolume)). It is set by
        labels on the image and on its volume.
    type: dict
    suboptions:
      name:
        description:
          - The name of the instance type.
        type: str
        required: true
      kind:
        description:
          - Its kind. KubeVirt takes C(VirtualMachineClusterInstancetype) when nothing is set.
        type: str
  default_preference:
    description:
      - The preference of VMs that boot from the image and infer theirs from it.
    type: dict
    suboptions:
      name:
        description:
          - The name of the preference.
        type: str
        required: true
      kind:
        description:
          - Its kind. KubeVirt takes C(VirtualMachineClusterPreference) when nothing is set.
        type: str
  publish_as:
    description:
      - >-
        The name of a DataSource in the same namespace that shall point to the image. VMs copy what it points to with
        C(data_source), whatever the image behind it is called, so a newer image takes over under the same name.
      - It is made, or turned to this image, when the import is done, with O(wait=false) at once.
      - With O(renew) it is the DataSource that CDI keeps. The name of the image when it is left out.
    type: str
  renew:
    description:
      - >-
        Import the image anew when there is a newer one in the registry. The image is a DataImportCron then, and each
        import has a volume with a name of its own; VMs find the newest by its DataSource, see O(publish_as).
      - Needs O(registry). The volumes go with the image when it is deleted.
    type: dict
    suboptions:
      schedule:
        description:
          - When to look for a newer image, in the notation of cron, such as V(0 3 * * 0).
        type: str
        required: true
      keep:
        description:
          - How many imports are kept. CDI keeps 3 when nothing is set.
        type: int
  clone_rights:
    description:
      - >-
        Which service accounts of other namespaces may copy the image, as CDI asks for. Those that are not listed are
        left alone.
      - >-
        They get a Role and a RoleBinding C(vmo-clone-NAME) for this image alone, with O(renew) for all volumes of the
        namespace, since each import has a new name. What VMO itself grants (C(vmo-role-golden-images),
        C(vmo-cdi-clone-source)) is left alone.
      - Who gives rights needs them, and the right to create Roles and RoleBindings.
    type: list
    elements: dict
    suboptions:
      namespace:
        description:
          - The namespace of the VMs.
        type: str
        required: true
      service_account:
        description:
          - The service account there. VMs without one of their own have V(default).
        type: str
        default: default
      state:
        description:
          - V(absent) takes the right away.
        type: str
        choices: [present, absent]
        default: present
"""
