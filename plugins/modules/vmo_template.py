#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_template
short_description: Create, import, change and delete a VM template
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Keeps one VM template as the task describes it: the card that a dashboard shows, and the machine, in the words of
    M(vmo.core.vmo_vm).
  - >-
    It is a C(VmTemplate) where Palette VMO has these, else a C(VirtualMachineTemplate) of KubeVirt, which there is from
    KubeVirt 1.8 on with the feature gate C(Template). Where there are both, it is a C(VmTemplate), unless
    O(api_version) says otherwise. On a cluster with neither, M(vmo.core.vmo_vm) takes a template from a variable or a
    file.
  - >-
    The machine can also come from an exported file (O(src)) or from a VM (O(from_vm)). Options that describe the
    machine are laid over it.
  - >-
    Only what the task names is managed. What it leaves out is left alone. Annotations that Palette keeps,
    C(vmo-manager.spectrocloud.com/snapshot-policy), C(kubevirt.io/disablePCIHole64) and
    C(app.kubernetes.io/managed-by), are never changed.
  - One task is one request when there is nothing to do, two with O(from_vm).
  - >-
    VMs that were made from a template do not follow it. O(vmo.core.vmo_vm#module:template_update) lets them.
extends_documentation_fragment:
  - vmo.core._attributes
  - vmo.core._attributes.action_group
  - vmo.core._connection
  - vmo.core._vm_body
attributes:
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: full
options:
  name:
    description:
      - The name of the template.
    type: str
    required: true
  namespace:
    description:
      - The namespace of the template, on a cluster that keeps templates in namespaces, as KubeVirt does.
      - Known releases of Palette VMO keep them for the whole cluster. The namespace is not looked at there.
    type: str
  api_version:
    description:
      - The C(apiVersion) of templates on this cluster.
      - >-
        When it is left out, V(spectrocloud.com/v1) is asked for first, then V(virtualization.spectrocloud.com/v1beta1)
        and V(spectrocloud.com/v1beta1). What the cluster says decides whether templates are in namespaces. If there are
        none of these, KubeVirt's V(template.kubevirt.io/v1beta1) and V(template.kubevirt.io/v1alpha1) follow.
    type: str
  state:
    description:
      - What the template shall be.
      - V(present) - It exists as described.
      - V(absent) - It does not exist. VMs that were made from it stay. Other options are not looked at.
    type: str
    default: present
    choices: [present, absent]
  display_name:
    description:
      - The title of the card in the dashboard.
    type: str
  description:
    description:
      - The text of the card in the dashboard.
    type: str
  icon:
    description:
      - The URL of the picture of the card in the dashboard.
      - >-
        KubeVirt's templates have no card. O(display_name), O(description) and O(icon) are kept in their annotations
        C(vmo.core/display-name), C(vmo.core/description) and C(vmo.core/icon).
    type: str
  usage_message:
    description:
      - What is to be told to whoever makes a VM from the template, such as how to log in. KubeVirt's templates only.
    type: str
  parameters:
    description:
      - >-
        What is left open in the machine, and given when a VM is made from it, see
        O(vmo.core.vmo_vm#module:template_parameters). KubeVirt's templates only.
      - >-
        V(${NAME}) anywhere in a text of the machine stands for the value of the parameter V(NAME). V(${{NAME}}) as a
        whole text stands for a number, a flag or another JSON value. Options for sizes take V(${NAME}), the others that
        are no text leave it to O(definition).
      - >-
        All of V(${...}) is read so, in cloud-init data as well, and what is not declared is refused. Scripts there
        write their own variables as V($HOME). In a playbook, V(${{NAME}}) needs C(!unsafe) before its text, since
        Ansible would look for a variable.
      - >-
        A new template names its VMs V(${NAME}), and its disks V(${NAME}-DISK), so that C(virtctl) and the console can
        make VMs from it, too. V(NAME) is declared for that, and generated where nobody gives it.
      - Parameters are merged by their name. One that is left out is left alone.
      - They are never shown as the invocation in a result, as a value may be a password.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The name, of letters, digits and underscores.
        type: str
        required: true
      display_name:
        description:
          - The name for people.
        type: str
      description:
        description:
          - What it is for.
        type: str
      value:
        description:
          - >-
            The value where a VM says nothing. Everybody who may read templates can read it, see
            O(allow_inline_secrets).
        type: str
      generate:
        description:
          - How a value comes to be where nobody gives one.
        type: str
        choices: [expression]
      from:
        description:
          - >-
            What to generate. Each C([CHARACTERS]{LENGTH}) in it is replaced, as in V(web-[a-z0-9]{5}) or
            V([a-zA-Z0-9]{16}).
        type: str
      required:
        description:
          - Whether a VM needs a value.
        type: bool
      state:
        description:
          - V(absent) takes the parameter away.
        type: str
        default: present
        choices: [present, absent]
  running:
    description:
      - Whether VMs from this template are started, in the words of Palette VMO up to 4.9 (C(spec.running)).
    type: bool
  run_strategy:
    description:
      - What KubeVirt does when the guest of a VM from this template ends, and whether it starts a new one.
      - A VM that M(vmo.core.vmo_vm) makes from the template gets it, where the task there does not say otherwise.
    type: str
    choices: [Always, Halted, Manual, RerunOnFailure, Once]
  from_vm:
    description:
      - >-
        Save this VM as template. The template keeps its size, disks, networks, hardware, inline cloud-init data, labels
        and annotations.
      - >-
        It loses what belongs to one VM, see RV(removed): references to Secrets with cloud-init data, access
        credentials, MAC addresses, host name and subdomain, the run strategy, UUID and serial number of the firmware,
        revisions of instance type and preference, and annotations of KubeVirt, CDI and the dashboard.
      - >-
        The content of disks is not saved. A new VM gets its disks from where the VM got them: an image, a golden image.
      - >-
        It is the same for a template of KubeVirt: no C(VirtualMachineTemplateRequest) is made, which would take a
        snapshot and copy all disks. Labels and annotations of the VM go to its VMs there, not to the template.
    type: dict
    suboptions:
      name:
        description:
          - The name of the VM.
        type: str
        required: true
      namespace:
        description:
          - The namespace of the VM.
        type: str
        required: true
  src:
    description:
      - >-
        A file with an exported template, JSON or YAML, where the task runs. With the connection C(local) it is looked
        for in C(files) of the role and beside the playbook, too.
      - >-
        Of several documents the one of the name O(name) counts, else the only C(VmTemplate) or
        C(VirtualMachineTemplate), else the only C(VirtualMachine). The template gets the name O(name) in any case, and
        the form that the cluster has. One with parameters cannot become a C(VmTemplate).
    type: path
  update:
    description:
      - What O(src) and O(from_vm) do with a template that is there already.
      - >-
        V(always) - The machine of the template becomes that of the file or of the VM, all of it. Its labels and
        annotations are added to those of the template. A card that they say nothing about is left alone.
      - V(never) - Neither is looked at. Other options count all the same.
    type: str
    default: always
    choices: [always, never]
  allow_inline_secrets:
    description:
      - >-
        Whether cloud-init data in the template may look as if it held a password, a key or a token. Everybody who may
        read templates can read it. V(true) warns of it when the template is written, V(false) refuses it.
      - >-
        The same goes for O(parameters[].value) of a parameter whose name speaks of a password. A line of cloud-init
        data with a V(${NAME}) holds none.
      - Public SSH keys are no secret. O(cloud_init.secret) names a Secret that VMs find in their own namespace.
    type: bool
    default: true
  labels:
    description:
      - Labels of the template. Keys that are left out are left alone. A key goes with the value V(null).
      - >-
        VMs that M(vmo.core.vmo_vm) makes from a C(VmTemplate) get them, but for those of Helm, Argo CD, Flux, kubectl
        and Palette's packs. Those of a C(VirtualMachineTemplate) have what C(spec.virtualMachine.metadata) says.
    type: dict
  annotations:
    description:
      - Annotations of the template. Keys that are left out are left alone. A key goes with the value V(null).
      - >-
        VMs that M(vmo.core.vmo_vm) makes from a C(VmTemplate) get them, but for those of Helm, Argo CD, Flux, kubectl
        and Palette's packs. Those of a C(VirtualMachineTemplate) have what C(spec.virtualMachine.metadata) says.
    type: dict
  definition:
    description:
      - >-
        Any other part of the template, in the words of its API: a mapping with C(metadata) and C(spec). C(spec) is that
        of a VirtualMachine with the fields of the card. For a C(VirtualMachineTemplate) it can have C(virtualMachine),
        C(parameters) and C(message) (O(usage_message)) instead.
      - >-
        It is merged with what is there under the rules of the options. What it leaves out is left alone, and the value
        V(null) removes a field, also one that an option stands for.
      - >-
        Lists whose items have a name, such as C(disks), C(volumes), C(interfaces), C(networks), C(inputs) and
        C(filesystems), are merged by that name. An item goes with C($patch: delete) beside its name. All other lists
        are replaced.
      - >-
        A whole template can stand here: C(apiVersion), C(kind) and the name must fit the task then. A definition that
        contradicts another option is an error.
      - It is never shown as the invocation in a result, as it may hold cloud-init data.
    type: dict
notes:
  - >-
    The user needs C(get), C(create), C(patch) and C(delete) on C(vmtemplates) of C(spectrocloud.com) in the whole
    cluster. In Palette that is the role C(spectro-vm-admin), or the permission C(vmo:templates:write). O(from_vm) needs
    C(get) on C(virtualmachines) of C(kubevirt.io) in the namespace of the VM.
  - >-
    For templates of KubeVirt these are the same verbs on C(virtualmachinetemplates) of C(template.kubevirt.io) in the
    namespace O(namespace). Its subresources C(process) and C(create) are not used.
  - >-
    Disks of a template get their names for each VM. The name of a C(dataVolumeTemplate) in the template does not
    matter, so two templates may use the same.
seealso:
  - module: vmo.core.vmo_template_info
  - module: vmo.core.vmo_vm
    description: Makes a VM from a template.
"""

EXAMPLES = r"""
# The tasks need the namespace shop with the VM web-01.

- name: Offer Ubuntu from a golden image
  vmo.core.vmo_template:
    name: ubuntu-2404
    display_name: Ubuntu 24.04
    description: A small server. Log in with your SSH key.
    icon: https://images.example.com/ubuntu.png
    cpu:
      cores: 2
    memory: 4Gi
    disks:
      - name: root
        clone:
          namespace: vmo-golden-images
          name: ubuntu-2404
        size: 30Gi
    networks:
      - name: default
        pod: {}
    cloud_init:
      user_data:
        packages: [qemu-guest-agent]
        runcmd: [systemctl enable --now qemu-guest-agent]

- name: Change one thing of it
  vmo.core.vmo_template:
    name: ubuntu-2404
    memory: 8Gi

- name: Save a VM as template, if it is not there yet
  vmo.core.vmo_template:
    name: web
    display_name: Web server
    from_vm:
      namespace: shop
      name: web-01
    update: never
  register: saved

- name: Tell what the template does not have of the VM
  ansible.builtin.debug:
    var: saved.removed

- name: Write a template in the words of the API
  vmo.core.vmo_template:
    name: fedora
    allow_inline_secrets: false
    definition:
      spec:
        displayName: Fedora
        running: false
        template:
          spec:
            domain:
              cpu:
                cores: 1
              memory:
                guest: 2Gi
              devices:
                disks:
                  - name: root
                    disk:
                      bus: virtio
            volumes:
              - name: root
                containerDisk:
                  image: registry.example/fedora:42

# This needs KubeVirt 1.8 with the feature gate Template.
- name: Leave open how large a VM is and whose it is
  vmo.core.vmo_template:
    name: small
    namespace: shop
    api_version: template.kubevirt.io/v1alpha1
    memory: ${MEMORY}
    disks:
      - name: root
        container_disk:
          image: registry.example/fedora:42
    parameters:
      - name: MEMORY
        value: 2Gi
      - name: TEAM
        required: true
    usage_message: Log in to ${NAME} with your SSH key.
    definition:
      spec:
        virtualMachine:
          metadata:
            labels:
              team: ${TEAM}

- name: Withdraw a template; its VMs stay
  vmo.core.vmo_template:
    name: fedora
    state: absent
"""

RETURN = r"""
changed:
  description: Whether the template was changed, or would be in check mode.
  type: bool
  returned: always
  sample: true
diff:
  description: What differs, in the words of the options. cloud-init data is hidden.
  type: dict
  returned: always
  contains:
    before:
      description: What was there, as far as it differs.
      type: dict
      returned: always
      sample: {memory: 4Gi}
    after:
      description: What is there now, as far as it differs.
      type: dict
      returned: always
      sample: {memory: 8Gi}
actions:
  description: What was done.
  type: list
  elements: dict
  returned: always
  contains:
    verb:
      description: V(create), V(patch) or V(delete).
      type: str
      returned: always
      sample: patch
    kind:
      description: The kind of the object.
      type: str
      returned: always
      sample: VmTemplate
    name:
      description: The name of the object.
      type: str
      returned: always
      sample: ubuntu-2404
template:
  description: The template as the cluster has it, empty if it is absent. cloud-init data is hidden.
  type: dict
  returned: success
  sample: {apiVersion: spectrocloud.com/v1, kind: VmTemplate, metadata: {name: ubuntu-2404}}
removed:
  description:
    - What O(from_vm) left out, as it belongs to that VM alone, in the words of the options where there are such.
    - Empty without O(from_vm).
  type: list
  elements: str
  returned: success
  sample: [run_strategy, firmware.uuid, networks.default.mac, cloud_init.secret]
msg:
  description: What went wrong, in a sentence that names the object and the cause.
  type: str
  returned: failure
  sample: "src: web.json cannot be read: No such file or directory."
error:
  description:
    - What went wrong, for playbooks to test. M(vmo.core.vmo_vm) lists all codes and what comes with them.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - A stable name for the kind of failure.
        - V(api_missing) - The cluster knows no templates.
        - >-
          V(invalid_option) - The task asks for something that cannot be, such as a secret in cloud-init data with
          O(allow_inline_secrets=false).
      type: str
      returned: always
      sample: invalid_option
    option:
      description: The option that is wrong.
      type: str
      returned: with the code V(invalid_option)
      sample: src
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.template import TEMPLATE
from ansible_collections.vmo.core.plugins.module_utils._runner import run_on_cluster
from ansible_collections.vmo.core.plugins.module_utils._usecase.template import run

SPEC = CONNECTION + TEMPLATE


def main() -> None:
    """Run the task."""
    run_on_cluster(SPEC, run)


if __name__ == "__main__":
    main()
