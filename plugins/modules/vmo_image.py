#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_image
short_description: Import, publish, renew and delete a golden image
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Keeps one golden image, a volume that virtual machines (VMs) are copied from, on a Palette VMO or any other KubeVirt
    cluster. It is imported from a registry, a web server or S3, copied from another volume, or filled with a file
    (O(upload)), by the Containerized Data Importer (CDI).
  - >-
    Only what the task names is managed. An image that is as the task describes it costs one read and no write; what it
    names beside the image, O(publish_as) and O(clone_rights), one or two reads more.
  - >-
    The task waits until the import is done, shows how far it is in per cent, and ends early, with the cause, when it
    will not be done: an address that does not exist, a volume that is too small, a StorageClass that is not there.
  - >-
    The data of an image does not change. A task that asks for another source or size is refused, unless O(recreate)
    says that the image may be deleted and made anew. VMs that were copied from it stay as they are.
extends_documentation_fragment:
  - vmo.core._attributes
  - vmo.core._attributes.action_group
  - vmo.core._connection
  - vmo.core._image_body
attributes:
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: full
options:
  name:
    description:
      - The name of the image. Lower-case letters, digits, C(-) and C(.), 63 characters at most.
    type: str
    required: true
  namespace:
    description:
      - The namespace of the image, such as V(vmo-golden-images). It must exist.
    type: str
    required: true
  state:
    description:
      - V(present) - The image exists as described.
      - >-
        V(absent) - The image does not exist, nor its volume, nor what the module made for it: the DataSource of
        O(publish_as) and the rights of O(clone_rights). It is refused while something needs the image, see O(force).
        Options that describe the image are not looked at.
    type: str
    default: present
    choices: [present, absent]
  recreate:
    description:
      - Whether an image that differs in what cannot be changed is deleted and made anew.
      - V(never) - The task is refused.
      - V(unfinished) - It is if its import never came to an end, so that nothing is lost. Else the task is refused.
      - V(always) - It is. There is no image until the new import is done.
      - Like O(state=absent) it is refused while something needs the image, see O(force).
    type: str
    default: unfinished
    choices: [never, unfinished, always]
  force:
    description:
      - >-
        Whether an image is deleted, or made anew, although something still needs it: a VM that uses its volume as a
        disk, a copy that is not done, a DataSource that somebody else made, a template. VMs whose disks were copied
        from it do not need it any more.
    type: bool
    default: false
  wait:
    description:
      - Whether the task ends only when the import is done, or the image is gone. Check mode never waits.
      - A file (O(upload)) is sent in any case; without waiting the task ends before CDI has converted it.
    type: bool
    default: true
  wait_timeout:
    description:
      - >-
        Seconds that the whole task may take. At the end of them the task fails and tells what it saw last. The import
        goes on.
      - Requests that the server turns down because it is busy are repeated within this time, too.
    type: int
    default: 1800
  failure_grace:
    description:
      - Seconds for which the cause of a failed import must last before the task gives up.
      - What cannot heal by itself, such as an address that does not exist, is reported after three seconds at most.
    type: int
    default: 10
requirements:
  - CDI on the cluster
notes:
  - >-
    B(Minimal rights) of the user in the namespace of the image: C(get), C(watch), C(create), C(patch) and C(delete) on
    C(datavolumes), with O(renew) the same on C(dataimportcrons), else C(get) on them, both of C(cdi.kubevirt.io).
  - >-
    As far as tasks need them: C(get), C(create), C(patch) and C(delete) on C(datasources); C(get), C(create), C(patch)
    and C(delete) on C(roles) and C(rolebindings) of C(rbac.authorization.k8s.io); C(get) and C(patch) on
    C(persistentvolumeclaims) for labels; C(get) on C(pods) and C(list) on C(events) to tell why an import fails.
  - >-
    To upload, C(create) on C(uploadtokenrequests) of C(upload.cdi.kubevirt.io), and C(get) on C(cdiconfigs) of
    C(cdi.kubevirt.io), which all users have.
  - >-
    To delete an image, C(list) on C(virtualmachines) of C(kubevirt.io) and on C(datavolumes), and as far as possible on
    C(datasources) and on templates, in the whole cluster. Where the user may list in the namespace of the image alone,
    the task looks there, and warns.
seealso:
  - module: vmo.core.vmo_image_info
  - module: vmo.core.vmo_vm
  - name: Containerized Data Importer
    description: Where images come from, and in which formats.
    link: https://github.com/kubevirt/containerized-data-importer/tree/main/doc
"""

EXAMPLES = r"""
# All tasks need the namespace vmo-golden-images; what else one needs is said above it.

- name: An image from a registry, that VMs of the namespace shop may copy
  vmo.core.vmo_image:
    name: ubuntu-2404
    namespace: vmo-golden-images
    registry: {url: "docker://quay.io/containerdisks/ubuntu:24.04"}
    size: 20Gi
    clone_rights:
      - namespace: shop

# CDI 1.65 or newer, the StorageClass ceph-rbd.
- name: An image with a checksum, under a name that stays
  vmo.core.vmo_image:
    name: debian-13-20260101
    namespace: vmo-golden-images
    http:
      url: https://images.example.com/debian-13-20260101.qcow2
      checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    size: 10Gi
    storage_class: ceph-rbd
    default_instancetype: {name: u1.medium}
    default_preference: {name: debian}
    publish_as: debian-13

# The namespace shop exists, and its service account default may copy the image (clone_rights).
- name: A VM from it
  vmo.core.vmo_vm:
    name: web-02
    namespace: shop
    memory: 2Gi
    disks:
      - name: root
        data_source: {namespace: vmo-golden-images, name: debian-13}

- name: An image that is imported anew on Sundays if there is a newer one
  vmo.core.vmo_image:
    name: fedora
    namespace: vmo-golden-images
    registry: {url: "docker://quay.io/containerdisks/fedora:latest"}
    size: 10Gi
    renew: {schedule: "0 3 * * 0", keep: 2}

# The user may copy from the namespace shop, and the VM web-01 does not run.
- name: An image made of the disk of a VM
  vmo.core.vmo_image:
    name: shop-front-v2
    namespace: vmo-golden-images
    clone: {namespace: shop, name: web-01-root}

# CDI's upload proxy can be reached, and CDIConfig tells where.
- name: An image from a file of the Ansible controller
  vmo.core.vmo_image:
    name: appliance-7
    namespace: vmo-golden-images
    upload:
      src: /srv/images/appliance-7.qcow2
      checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

- name: An image from a file of another host, to a proxy that CDI does not tell of
  vmo.core.vmo_image:
    name: appliance-8
    namespace: vmo-golden-images
    size: 40Gi
    upload:
      src: /exports/appliance-8.raw.xz
      proxy_url: https://uploads.example.com
      ca_cert: /etc/pki/tls/certs/example-ca.pem
  delegate_to: fileserver

- name: Delete an image; refused while something needs it
  vmo.core.vmo_image:
    name: ubuntu-2404
    namespace: vmo-golden-images
    state: absent
"""

RETURN = r"""
changed:
  description:
    - Whether anything was sent to the cluster, or would be in check mode.
    - A task that failed may have changed something, too. RV(actions) tells what it did before it failed.
  type: bool
  returned: success and failure
  sample: true
image:
  description:
    - >-
      The DataVolume, with O(renew) the DataImportCron, as the cluster serves it at the end of the task, in check mode
      as the cluster says it would be. Empty when there is no image.
  type: dict
  returned: success
  contains:
    apiVersion:
      description: The version of the API.
      type: str
      returned: when the image exists
      sample: cdi.kubevirt.io/v1beta1
    kind:
      description: The kind of object.
      type: str
      returned: when the image exists
      sample: DataVolume
    metadata:
      description: Name, namespace, UID, labels, annotations and so on.
      type: dict
      returned: when the image exists
      sample: {name: ubuntu-2204, namespace: vmo-golden-images}
    spec:
      description: What the image was made of.
      type: dict
      returned: when the image exists
      sample: {source: {registry: {url: "docker://quay.io/containerdisks/ubuntu:22.04"}}}
    status:
      description: What it is.
      type: dict
      returned: when the image exists
      sample: {phase: Succeeded, progress: 100.0%}
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
      description: V(create), V(patch), V(delete), or V(upload) for a file that was sent.
      type: str
      returned: always
      sample: create
    kind:
      description: The kind of object.
      type: str
      returned: always
      sample: DataVolume
    name:
      description: The name of the object, in the namespace of the image.
      type: str
      returned: always
      sample: ubuntu-2204
diff:
  description:
    - What differs before and after the task, in the words of the options.
  type: dict
  returned: success and failure
  contains:
    before_header:
      description: The image.
      type: str
      returned: always
      sample: image vmo-golden-images/ubuntu-2204
    after_header:
      description: The image.
      type: str
      returned: always
      sample: image vmo-golden-images/ubuntu-2204
    before:
      description: What differs, as it was. Empty for a new image.
      type: dict
      returned: always
      sample: {publish_as: {debian-13: vmo-golden-images/debian-13-20251201}}
    after:
      description: What differs, as it is now, or would be in check mode.
      type: dict
      returned: always
      sample: {publish_as: {debian-13: vmo-golden-images/debian-13-20260101}}
warnings:
  description:
    - What a human should know, such as what needs an image that was deleted by force.
  type: list
  elements: str
  returned: when there is one
  sample: ["DataVolume vmo-golden-images/ubuntu-2204 is deleted although VirtualMachine shop/web-01 still need it."]
msg:
  description: What went wrong, in a sentence that names the object and the cause.
  type: str
  returned: failure
  sample: >-
    The image of DataVolume vmo-golden-images/ubuntu-2204 is not there: Unable to connect to http data source: expected
    status code 200, got 404. The server was reached; correct the address of the image.
error:
  description:
    - What went wrong, for playbooks to test.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - A stable name for the kind of failure. Sentences may change from release to release, codes do not.
        - "V(image_differs): the image is another one than the task asks for; RV(error.words) tells in what."
        - "V(image_in_use): something needs the image that is to be deleted; RV(error.used_by) tells what."
        - >-
          V(import_failed), V(image_pull_failed), V(no_storage_class), V(access_mode_unknown), V(claim_not_valid),
          V(claim_exists), V(claim_lost), V(provisioning_failed), V(quota_exceeded), V(quota_needs_limits),
          V(limit_range_violated), V(unschedulable), V(clone_not_allowed), V(clone_source_not_found),
          V(clone_source_in_use), V(clone_not_valid): why the import or the copy fails, as for M(vmo.core.vmo_vm).
        - "V(wrong_checksum): the file does not have the checksum that the task names. Nothing was made."
        - "V(file_changed): the file changed while it was sent. The image waits for another one."
        - "V(upload_refused): the upload proxy, or what stands before it, does not take the file, and says why."
        - "V(upload_failed): CDI took the file, but could not make a volume of it."
        - "V(upload_waits_for_consumer): somebody made the image without O(immediate_binding)."
        - "V(not_owned): an object of a name that the task needs exists, and this collection did not make it."
        - "V(deleted): somebody else deleted the image while the task waited for it."
        - "V(wait_timeout): the import was not done in time; RV(error.last_seen) tells how far it came."
        - "V(unknown_field): the version of CDI does not know what the task asks for, a checksum for example."
        - >-
          V(invalid_option), V(forbidden), V(not_found), V(api_missing), V(invalid), V(conflict), V(already_exists),
          V(configuration_failed), V(missing_library), V(connection_failed), V(unauthorized), V(unavailable),
          V(unexpected_answer), V(bug_write_in_check_mode): as for M(vmo.core.vmo_vm).
      type: str
      returned: always
      sample: import_failed
    option:
      description: The option that is wrong.
      type: str
      returned: with the codes V(invalid_option) and V(configuration_failed)
      sample: size
    words:
      description: The options in which the image differs.
      type: list
      elements: str
      returned: with the code V(image_differs)
      sample: [http, size]
    used_by:
      description: What needs the image.
      type: list
      elements: str
      returned: with the code V(image_in_use)
      sample: [VirtualMachine vmo-golden-images/builder, DataSource vmo-golden-images/stable]
    last_seen:
      description: What the task saw last.
      type: str
      returned: with the code V(wait_timeout)
      sample: ImportInProgress 37.50%
    fields:
      description: What the cluster rejected.
      type: list
      elements: dict
      returned: with the codes V(invalid) and V(unknown_field)
      contains:
        field:
          description: The path of the field in the object.
          type: str
          returned: always
          sample: spec.source.http.checksum
        message:
          description: What is wrong with it.
          type: str
          returned: always
          sample: unknown field
    rule:
      description: The right that is missing, in the form of a rule of a Role.
      type: dict
      returned: with the code V(forbidden), where it is known
      sample: {apiGroups: [cdi.kubevirt.io], resources: [datavolumes], verbs: [create], namespace: vmo-golden-images}
diagnosis:
  description:
    - >-
      What the cluster says about an import that failed or did not end in time, as C(diagnosis) of M(vmo.core.vmo_vm);
      C(status) is the phase of the DataVolume. It holds no secret.
  type: dict
  returned: when an import fails
  sample:
    status: ImportInProgress
    reason: import_failed
    hints: ["The server was reached; correct the address of the image."]
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.image import IMAGE
from ansible_collections.vmo.core.plugins.module_utils._runner_images import run_on_images
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_task import run

SPEC = CONNECTION + IMAGE


def main() -> None:
    """Run the task."""
    run_on_images(SPEC, run)


if __name__ == "__main__":
    main()
