#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_kubevirt
short_description: Install, upgrade and remove KubeVirt and CDI
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Brings KubeVirt, the Containerized Data Importer (CDI), or what another manifest describes to a cluster, and takes
    it away again. The role P(vmo.core.kubevirt#role) reads the manifests, and hands them to this module.
  - >-
    It decides which version there shall be, and refuses what has no way, such as an upgrade of KubeVirt that leaves out
    a minor version. Without O(manifest) it only tells that decision.
  - >-
    An object of the manifest that is as it is described costs one request, and is not written. All others are applied
    on the server's side, by the field manager C(vmo.core), which takes the fields over from others. A field that was
    applied so and is not in the manifest any more is removed.
  - >-
    The object that tells the operator what to install is made where there is none. Where there is one, only
    O(image_pull_secrets) that it lacks are added. M(vmo.core.vmo_kubevirt_config) looks after what is in it, and waits
    for the version.
  - >-
    What Palette, Helm, or the HyperConverged operator has installed is neither installed nor upgraded, and its removal
    is refused.
  - >-
    KubeVirt and CDI are removed only while no object of any of their kinds is there, beside those that they brought
    themselves. With KubeVirt all VMs would go, and with CDI the data of their disks. Migrations, clones, restores and
    transfers that have ended are history, and keep nothing.
notes:
  - >-
    The user needs the rights to V(get), V(create), V(patch) and, to remove it, V(delete) all that is in the manifest,
    and the objects of kind C(KubeVirt) or C(CDI).
  - >-
    To remove a product, V(list) on C(customresourcedefinitions) of C(apiextensions.k8s.io) and on each kind of the
    product. What may not be listed is not taken for missing.
  - >-
    In check mode, objects whose kind or namespace is not there yet cannot be judged by the server. They are foreseen.
seealso:
  - module: vmo.core.vmo_kubevirt_config
extends_documentation_fragment:
  - vmo.core._attributes
  - vmo.core._attributes.action_group
  - vmo.core._connection
attributes:
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: full
options:
  product:
    description:
      - What the manifest brings.
      - >-
        When it is left out, O(manifest) is needed and stands for itself, such as that of Multus. It has no version,
        nobody is told to install anything, and nothing is guarded but the kinds that O(delete_crds) would delete.
      - >-
        V(SnapshotController) is such a manifest, too. A cluster has one snapshot controller at most, and distributions
        bring it under a name of their own. Where another one than that of O(manifest) is there, it is refused.
    type: str
    choices: [KubeVirt, CDI, SnapshotController]
  state:
    description:
      - What the cluster shall be.
      - V(present) - The product is installed, at the version that is wanted, as O(manifest) has it.
      - V(absent) - It is not installed.
    type: str
    default: present
    choices: [present, absent]
  version:
    description:
      - The version that there shall be, such as V(1.8.0).
      - When it is left out, it is that of O(manifest). Without one, what runs stays.
    type: str
  default_version:
    description:
      - The version that is installed where none runs and no other one is named.
    type: str
  manifest:
    description:
      - The text of the manifest of the operator, a list of such texts, or a list of objects.
      - When it is left out, nothing is changed. The result tells what would be decided.
    type: raw
  decide_only:
    description:
      - >-
        Whether to change nothing and ask for no object of O(manifest), but to tell what is decided, and to refuse what
        would be refused.
    type: bool
    default: false
  on_managed:
    description:
      - What to do when a version is wanted that is not there, and somebody else manages the product.
      - V(warn) - Leave it as it is, and warn.
      - V(fail) - Fail with the code V(managed_elsewhere).
      - V(ignore) - Leave it as it is.
    type: str
    default: warn
    choices: [warn, fail, ignore]
  registries:
    description:
      - >-
        Where images are pulled from instead, by where the manifest has them, such as C(quay.io/kubevirt), a registry
        alone, or one image. Neither has a scheme. The longest match counts.
      - Images that an operator learns from its environment are moved, too.
    type: dict
  image_pull_secrets:
    description:
      - Secrets with which the images are pulled, by name. They are not made here.
    type: list
    elements: str
  delete_crds:
    description:
      - Whether V(absent) also deletes the definitions of kinds that are in the manifest.
    type: bool
    default: false
  delete_namespaces:
    description:
      - Whether V(absent) also deletes the namespaces that are in the manifest, with everything that is in them.
    type: bool
    default: false
  wait_timeout:
    description:
      - For how many seconds new kinds and deletions are waited for.
    type: int
    default: 600
  failure_grace:
    description:
      - >-
        For how many seconds an operator may say that it cannot remove its product, may not be there or may not run,
        before the task gives up.
    type: int
    default: 30
"""

EXAMPLES = r"""
- name: See which version there would be
  vmo.core.vmo_kubevirt:
    product: KubeVirt
    default_version: 1.8.0
  register: decided

- name: Install it
  vmo.core.vmo_kubevirt:
    product: KubeVirt
    version: "{{ decided.version }}"
    manifest: "{{ lookup('ansible.builtin.file', 'kubevirt-operator-' ~ decided.version ~ '.yaml') }}"
    registries:
      quay.io/kubevirt: registry.example/kubevirt

- name: Wait until it runs
  vmo.core.vmo_kubevirt_config:
    version: "{{ decided.version }}"

- name: Have CDI from a private registry that wants a secret
  vmo.core.vmo_kubevirt:
    product: CDI
    manifest: "{{ lookup('ansible.builtin.url', 'https://mirror.example/cdi-operator.yaml', split_lines=false) }}"
    registries:
      quay.io/kubevirt: mirror.example:5000/kubevirt
    image_pull_secrets: [mirror]

- name: Have what belongs to no product
  vmo.core.vmo_kubevirt:
    manifest: "{{ lookup('ansible.builtin.file', 'multus-daemonset.yaml') }}"

- name: Remove KubeVirt, as long as nobody would lose a VM
  vmo.core.vmo_kubevirt:
    product: KubeVirt
    state: absent
    manifest: "{{ lookup('ansible.builtin.file', 'kubevirt-operator-v1.8.0.yaml') }}"
"""

RETURN = r"""
action:
  description: What was decided, V(none), V(install), V(upgrade) or V(uninstall). A plain manifest has V(none).
  type: str
  returned: always
  sample: upgrade
version:
  description: The version that there shall be, or that is removed; C(null) for a plain manifest.
  type: str
  returned: always
  sample: v1.5.0
previous_version:
  description: The version that there was, C(null) where there was none.
  type: str
  returned: always
  sample: v1.4.0
installed:
  description: Whether there was an object that tells the operator what to install.
  type: bool
  returned: always
  sample: true
check_mode:
  description: Whether this was check mode, whoever has turned it on.
  type: bool
  returned: always
  sample: false
managed_by:
  description: As RV(vmo.core.vmo_kubevirt_config#module:managed_by).
  type: dict
  returned: always
  sample:
actions:
  description: What was written, in this order, or would be in check mode.
  type: list
  elements: dict
  returned: always
  sample:
    - verb: apply
      kind: Deployment
      name: virt-operator
      namespace: kubevirt
      foreseen: false
  contains:
    verb:
      description: V(create), V(apply), V(patch) or V(delete).
      type: str
      returned: always
      sample: apply
    kind:
      description: The kind of the object.
      type: str
      returned: always
      sample: Deployment
    name:
      description: The name of the object.
      type: str
      returned: always
      sample: virt-operator
    namespace:
      description: The namespace of the object.
      type: str
      returned: for objects that are in one
      sample: kubevirt
    foreseen:
      description: Whether the server could not judge it yet, as its kind or namespace is not there.
      type: bool
      returned: always
      sample: false
error:
  description: Why the task failed; RV(error.code) as that of M(vmo.core.vmo_kubevirt_config), and some of its own.
  type: dict
  returned: on failure
  sample: {code: in_use, kinds: [VirtualMachine]}
  contains:
    code:
      description:
        - What kind of failure it is.
        - V(no_way) - There is no way from the version that runs to the one that is wanted, or somebody else manages it.
        - V(in_use) - Objects would be lost with it, or nobody can look whether there are any.
        - V(managed_elsewhere) - Somebody else manages it, and O(on_managed) is V(fail).
        - V(already_there) - The cluster has a snapshot controller already.
        - V(being_deleted) - It is being deleted.
        - V(not_removed) - The operator cannot remove it, is not there, or does not run.
      type: str
      returned: always
      sample: in_use
    reason:
      description: >-
        What the operator says or what is the matter with it, or why a webhook does not answer, as far as the user may
        look.
      type: str
      returned: with the code V(not_removed), and perhaps with V(unavailable)
      sample: there is no operator of CDI to remove it
    kinds:
      description: The kinds of which there are objects.
      type: list
      elements: str
      returned: with the code V(in_use)
      sample: [VirtualMachine]
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.kubevirt import KUBEVIRT
from ansible_collections.vmo.core.plugins.module_utils._runner import run_on_cluster
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_install import run

SPEC = CONNECTION + KUBEVIRT


def main() -> None:
    """Run the task."""
    run_on_cluster(SPEC, run)


if __name__ == "__main__":
    main()
