#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_image_info
short_description: Tell what golden images there are and how they are
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Tells of one, some or all golden images of a Palette VMO or any other KubeVirt cluster what they were made of, how
    far their import is, by which DataSources VMs find them and, on request, what needs them.
  - >-
    An image is a DataVolume that belongs to nothing else, or a DataImportCron, which imports an image anew by a
    schedule. DataVolumes that belong to a VM are none; those that a deleted VM left behind are.
  - >-
    The number of requests does not grow with the number of images: one list each of DataVolumes, DataImportCrons and
    DataSources, in pages.
extends_documentation_fragment:
  - vmo.core._attributes.info
  - vmo.core._attributes.action_group
  - vmo.core._connection
options:
  name:
    description:
      - The name of the image. All images when it is left out.
      - It is no error if there is none of that name; RV(images) is empty then.
    type: str
  namespace:
    description:
      - The namespace to look in. All namespaces when it is left out, for which the user needs rights in the whole
        cluster.
    type: str
  label_selectors:
    description:
      - Conditions on the labels of the images, such as V(os=debian). An image is told of if it meets all of them.
    type: list
    elements: str
  with_users:
    description:
      - Whether it is told what needs each image, as RV(images[].used_by). It takes a list each of VMs and templates
        more.
    type: bool
    default: false
  with_objects:
    description:
      - Whether the objects themselves are told as well, as RV(images[].image).
    type: bool
    default: false
notes:
  - >-
    The user needs the rights C(get) and C(list) on C(datavolumes) of C(cdi.kubevirt.io). With the same rights on
    C(dataimportcrons) and C(datasources) the answer is complete; RV(unavailable) tells what was missing.
seealso:
  - module: vmo.core.vmo_image
"""

EXAMPLES = r"""
- name: Look at one image
  vmo.core.vmo_image_info:
    name: ubuntu-2204
    namespace: vmo-golden-images
  register: one

- name: Tell how far it is
  ansible.builtin.debug:
    msg: "{{ item.name }} is {{ item.phase }} {{ item.progress }}"
  loop: "{{ one.images }}"
  loop_control:
    label: "{{ item.name }}"

- name: Look at all images of a namespace, and at what needs them
  vmo.core.vmo_image_info:
    namespace: vmo-golden-images
    with_users: true
  register: all

- name: Tell which nothing needs
  ansible.builtin.debug:
    msg: "{{ all.images | rejectattr('used_by') | map(attribute='name') | list }}"
"""

RETURN = r"""
images:
  description: The images that were found, by namespace and name.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name of the image.
      type: str
      returned: always
      sample: ubuntu-2204
    namespace:
      description: The namespace of the image.
      type: str
      returned: always
      sample: vmo-golden-images
    kind:
      description: V(DataVolume), or V(DataImportCron) for an image that renews.
      type: str
      returned: always
      sample: DataVolume
    uid:
      description: The UID of the object.
      type: str
      returned: always
      sample: 0d4e8a53-6a0a-4d16-9a2b-0c1f6b3f3a11
    created:
      description: When the object was made.
      type: str
      returned: always
      sample: "2026-01-31T08:15:00Z"
    ready:
      description: Whether all data is there, for an image that renews that of the newest import.
      type: bool
      returned: always
      sample: true
    volume:
      description: The DataVolume with the data, V(null) if there is none yet.
      type: str
      returned: always
      sample: ubuntu-2204
    phase:
      description: The phase of that DataVolume, V(null) if it is not known.
      type: str
      returned: always
      sample: Succeeded
    progress:
      description: How far it has come, V(null) if it is not known.
      type: str
      returned: always
      sample: 100.0%
    message:
      description: What CDI says about the work on it, an error for example, V(null) if it says nothing.
      type: str
      returned: always
      sample: Import Complete
    data_sources:
      description: The DataSources that point to the image, with their namespaces.
      type: list
      elements: str
      returned: always
      sample: [vmo-golden-images/debian-13]
    used_by:
      description:
        - >-
          What needs the image: VMs that use its volume as a disk, copies that are not done, DataSources, templates. VMs
          whose disks were copied from it do not need it any more.
      type: list
      elements: str
      returned: with O(with_users=true)
      sample: [DataSource vmo-golden-images/debian-13]
    options:
      description: The image in the words of the options of M(vmo.core.vmo_image).
      type: dict
      returned: always
      sample: {registry: {url: "docker://quay.io/containerdisks/ubuntu:22.04"}, size: 20Gi, immediate_binding: true}
    image:
      description: The DataVolume or DataImportCron object, without the tokens that CDI keeps in it.
      type: dict
      returned: with O(with_objects=true)
      sample: {apiVersion: cdi.kubevirt.io/v1beta1, kind: DataVolume, metadata: {name: ubuntu-2204}}
unavailable:
  description:
    - >-
      What could not be read, since the user may not or it is not installed: V(dataimportcrons), V(datasources), with
      O(with_users) also V(virtualmachines), V(datavolumes), V(vmtemplates) and V(virtualmachinetemplates).
  type: list
  elements: str
  returned: success
  sample: []
changed:
  description: Always V(false).
  type: bool
  returned: success
  sample: false
msg:
  description: What went wrong, in a sentence that names the object and the cause.
  type: str
  returned: failure
  sample: >-
    Cannot list DataVolume objects in the namespace shop: the user jane lacks the right to list datavolumes of
    cdi.kubevirt.io in the namespace shop
error:
  description:
    - What went wrong, for playbooks to test. M(vmo.core.vmo_vm) lists all codes and what comes with them.
  type: dict
  returned: failure
  contains:
    code:
      description: A stable name for the kind of failure.
      type: str
      returned: always
      sample: forbidden
  sample:
    code: forbidden
    user: jane
    rule: {apiGroups: [cdi.kubevirt.io], resources: [datavolumes], verbs: [list], namespace: shop}
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.image_info import IMAGE_INFO
from ansible_collections.vmo.core.plugins.module_utils._runner import run_on_cluster
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_info import run

SPEC = CONNECTION + IMAGE_INFO


def main() -> None:
    """Run the task."""
    run_on_cluster(SPEC, run)


if __name__ == "__main__":
    main()
