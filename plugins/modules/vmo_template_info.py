#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_template_info
short_description: Tell what VM templates there are
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Tells of one, some or all VM templates: their cards, the machine in the words of M(vmo.core.vmo_vm), and what has to
    be there before a VM can be made from them.
  - >-
    These are C(VmTemplate) objects where Palette VMO has them, else C(VirtualMachineTemplate) objects of KubeVirt.
    Where there are both, O(api_version) tells of the others.
  - On a cluster that knows no templates there are none, and RV(served) is V(false).
extends_documentation_fragment:
  - vmo.core._attributes.info
  - vmo.core._attributes.action_group
  - vmo.core._connection
options:
  name:
    description:
      - The name of the template. All templates when it is left out.
      - It is no error if there is none of that name; RV(templates) is empty then.
    type: str
  namespace:
    description:
      - The namespace of the templates, on a cluster that keeps them in namespaces. It is not looked at elsewhere.
      - All namespaces when it is left out and O(name), too.
    type: str
  api_version:
    description:
      - The C(apiVersion) of templates on this cluster. See O(vmo.core.vmo_template#module:api_version).
    type: str
  label_selectors:
    description:
      - Conditions on the labels of the templates, such as V(os=linux). A template is told of if it meets all of them.
    type: list
    elements: str
  process:
    description:
      - >-
        Whether the VM is told that the template O(name) stands for, as RV(templates[].processed), with O(parameters)
        put in. Nothing is made.
      - >-
        It is what C(virtctl template process) tells. M(vmo.core.vmo_vm) in check mode tells what it would make, with
        its own names of disks.
    type: bool
    default: false
  parameters:
    description:
      - >-
        Values for the parameters of the template O(name), with O(process=true). A missing one that is required, or one
        that the template does not have, is an error.
      - They are never shown as the invocation in a result.
    type: dict
  with_objects:
    description:
      - Whether the templates themselves are told as well, as RV(templates[].template).
    type: bool
    default: false
  with_documents:
    description:
      - >-
        Whether cloud-init data is told. It may hold passwords, so set C(no_log) as well. With O(with_objects),
        RV(templates[].template) is an export then that O(vmo.core.vmo_template#module:src) takes.
    type: bool
    default: false
notes:
  - >-
    The user needs C(get) and C(list) on C(vmtemplates) of C(spectrocloud.com) in the whole cluster. In Palette that is
    the binding C(spectro-list-vmtemplates), or the permission C(vmo:templates:read). For templates of KubeVirt it is
    the same on C(virtualmachinetemplates) of C(template.kubevirt.io), in the namespace or in all.
seealso:
  - module: vmo.core.vmo_template
  - module: vmo.core.vmo_vm
    description: Makes a VM from a template.
"""

EXAMPLES = r"""
# What templates there are does not matter.

- name: Look at all templates
  vmo.core.vmo_template_info:
  register: catalogue

- name: Tell their titles
  ansible.builtin.debug:
    msg: "{{ catalogue.templates | items2dict(key_name='name', value_name='display_name') }}"

- name: Tell which of them hold passwords that everybody can read
  ansible.builtin.debug:
    msg: "{{ catalogue.templates | selectattr('holds_inline_secrets') | map(attribute='name') | list }}"

- name: Look at the VM that a template with parameters stands for
  vmo.core.vmo_template_info:
    name: small
    namespace: shop
    api_version: template.kubevirt.io/v1alpha1
    process: true
    parameters:
      NAME: web-01
      TEAM: blue
  register: rendered # rendered.templates[0].processed.vm

- name: Export one
  vmo.core.vmo_template_info:
    name: ubuntu-2404
    with_objects: true
    with_documents: true
  register: exported
  no_log: true
"""

RETURN = r"""
templates:
  description: The templates that were found, in the order in which the cluster lists them.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: The name of the template.
      type: str
      returned: always
      sample: ubuntu-2404
    namespace:
      description: The namespace of the template, V(null) if it is for the whole cluster.
      type: str
      returned: always
      sample: null
    api_version:
      description: The C(apiVersion) of the template.
      type: str
      returned: always
      sample: spectrocloud.com/v1
    uid:
      description: The UID of the template.
      type: str
      returned: always
      sample: 0d4e8a53-6a0a-4d16-9a2b-0c1f6b3f3a11
    created:
      description: When the template was made.
      type: str
      returned: always
      sample: "2026-01-31T08:15:00Z"
    display_name:
      description: The title of the card, the name if it has none.
      type: str
      returned: always
      sample: Ubuntu 24.04
    description:
      description: The text of the card, V(null) if it has none.
      type: str
      returned: always
      sample: A small server.
    icon:
      description: The URL of the picture of the card, V(null) if it has none.
      type: str
      returned: always
      sample: https://images.example.com/ubuntu.png
    run_strategy:
      description: The run strategy of VMs from this template, V(null) if it says nothing.
      type: str
      returned: always
      sample: Halted
    message:
      description: What is to be told to whoever makes a VM, V(null) if there is nothing. Parameters stand in it.
      type: str
      returned: always
      sample: Log in to ${NAME} with your SSH key.
    parameters:
      description:
        - The parameters in the words of O(vmo.core.vmo_template#module:parameters). Palette's templates have none.
        - The value of one whose name speaks of a password is hidden.
      type: list
      elements: dict
      returned: always
      sample: [{name: MEMORY, value: 2Gi}, {name: TEAM, required: true}]
    ready:
      description: Whether KubeVirt says that the template can be used, V(null) if nobody says anything.
      type: bool
      returned: always
      sample: true
    processed:
      description: What the template stands for.
      type: dict
      returned: with O(process=true)
      contains:
        vm:
          description: The VirtualMachine. cloud-init data as O(with_documents) says.
          type: dict
          returned: always
          sample: {apiVersion: kubevirt.io/v1, kind: VirtualMachine, metadata: {name: web-01}}
        message:
          description: RV(templates[].message) for this VM, V(null) if there is none.
          type: str
          returned: always
          sample: Log in to web-01 with your SSH key.
    labels:
      description: The labels of the template.
      type: dict
      returned: always
      sample: {os: linux}
    annotations:
      description: The annotations of the template.
      type: dict
      returned: always
      sample: {vmo-manager.spectrocloud.com/snapshot-policy: nightly}
    holds_inline_secrets:
      description: >-
        Whether cloud-init data in the template, or the value of a parameter, looks as if it held a password, a key or a
        token.
      type: bool
      returned: always
      sample: false
    needs:
      description: >-
        What has to be there before a VM can be made: images, storage classes, networks, instance types, preferences,
        Secrets and ConfigMaps. Without a namespace it is looked for in that of the VM, or is for the whole cluster.
        What a parameter names is left out.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: The kind of the object.
          type: str
          returned: always
          sample: PersistentVolumeClaim
        namespace:
          description: The namespace of the object, V(null) if it is that of the VM, or none.
          type: str
          returned: always
          sample: vmo-golden-images
        name:
          description: The name of the object.
          type: str
          returned: always
          sample: ubuntu-2404
    options:
      description:
        - >-
          The template in the words of the options of M(vmo.core.vmo_template), what these cannot say under
          C(definition).
        - cloud-init data is hidden unless O(with_documents) is set.
      type: dict
      returned: always
      sample: {display_name: Ubuntu 24.04, memory: 4Gi, cpu: {cores: 2}}
    template:
      description: The template without what belongs to this cluster. cloud-init data as O(with_documents) says.
      type: dict
      returned: with O(with_objects=true)
      sample: {apiVersion: spectrocloud.com/v1, kind: VmTemplate, metadata: {name: ubuntu-2404}}
served:
  description: Whether the cluster knows templates.
  type: bool
  returned: success
  sample: true
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
    Cannot list VmTemplate objects: the user jane lacks the right to list vmtemplates of spectrocloud.com in the whole
    cluster
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
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.template_info import TEMPLATE_INFO
from ansible_collections.vmo.core.plugins.module_utils._runner import run_on_cluster
from ansible_collections.vmo.core.plugins.module_utils._usecase.template_info import run

SPEC = CONNECTION + TEMPLATE_INFO


def main() -> None:
    """Run the task."""
    run_on_cluster(SPEC, run)


if __name__ == "__main__":
    main()
