#!/usr/bin/python
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmo_kubevirt_config
short_description: Configure KubeVirt, CDI and StorageProfiles
version_added: 0.1.0
author:
  - The vmo.core authors (@vmo-core)
description:
  - >-
    Changes the settings of the KubeVirt of a cluster: feature gates, migrations, overcommit, devices, and all others.
    It finds the one KubeVirt object by itself, in whatever namespace it is. On request it does the same for the
    Containerized Data Importer (CDI) and for StorageProfiles.
  - Only what the task names is managed. What it leaves out is left alone.
  - >-
    KubeVirt's API takes values that its components do not: of some they go on with their last good configuration as a
    whole, and tell it in their logs alone. The task refuses such values by name before anything is sent.
  - >-
    An unchanged KubeVirt is one request, with CDI two, with StorageProfiles one more each. What has to change is sent
    as one patch for each object, and decided anew if somebody else was faster. All of it is judged before the first of
    it is sent.
  - >-
    It waits for a version of KubeVirt or CDI that somebody else has installed, such as by a manifest, and tells why it
    does not come. It installs none itself.
  - >-
    KubeVirt reads most settings while it runs. Running VMs follow after a restart or a migration. The task tells which
    components a change starts anew.
notes:
  - >-
    The user needs the rights to V(list) C(kubevirts) of C(kubevirt.io), which everybody has that is logged in, and to
    V(get) and V(patch) them in the namespace of KubeVirt; to wait without asking again and again, V(watch).
  - >-
    With O(cdi), V(list), V(get), V(patch) and V(watch) on C(cdis) of C(cdi.kubevirt.io), in the whole cluster; with
    O(storage_profiles), V(get) and V(patch) on C(storageprofiles).
  - >-
    To take a feature gate away, V(list) in the whole cluster on what may need it, such as C(virtualmachines) and
    C(virtualmachineinstances) of C(kubevirt.io), C(virtualmachinesnapshots) and C(virtualmachinerestores) of
    C(snapshot.kubevirt.io), C(virtualmachineclones) of C(clone.kubevirt.io), C(virtualmachineexports) of
    C(export.kubevirt.io). RV(error.rule) names the first that is missing.
  - >-
    To wait for O(version) and for components that start anew, V(list) on C(deployments) and C(daemonsets) of C(apps) in
    the namespace of KubeVirt, for O(cdi.version) on C(deployments) in the whole cluster or in the namespace C(cdi); to
    tell why one does not start, V(list) on C(pods) there. The task does without, and warns of the first.
seealso:
  - name: KubeVirt user guide, cluster administration
    description: What the settings mean.
    link: https://kubevirt.io/user-guide/cluster_admin/customize_components/
extends_documentation_fragment:
  - vmo.core._attributes
  - vmo.core._attributes.action_group
  - vmo.core._connection
  - vmo.core._kubevirt_body
  - vmo.core._cdi_body
attributes:
  idempotent:
    description: Running the task again, with nothing else having changed, changes nothing.
    support: full
options:
  version:
    description:
      - >-
        The version that KubeVirt has to reach, such as V(1.8.0). The task installs nothing: somebody has to bring its
        operator, before or meanwhile.
      - >-
        With O(wait) the task ends when KubeVirt is at this version and all of its components are up, and fails as soon
        as it is plain that they cannot be: RV(error.reason) names the pod and the image that is in the way, or the
        operator that brings another version. It looks at them with two more requests.
      - >-
        Settings of the same task are sent first, as components may need them to start, and once more where they mean
        something else to the version that runs then.
      - Without O(wait), and in check mode, the task warns where another version runs.
    type: str
  on_managed:
    description:
      - >-
        What to do when something has to change that Palette, Helm, the HyperConverged operator, Argo CD or Flux
        manages, as the labels, annotations, owners and writers of the object tell.
      - V(warn) - Change it, and warn of who manages it and where to change it, too.
      - V(fail) - Change nothing, and fail with the code V(managed_elsewhere).
      - V(ignore) - Change it.
    type: str
    default: warn
    choices: [warn, fail, ignore]
  force:
    description:
      - Whether a feature gate is taken away although something in the cluster needs it, or nobody can tell.
    type: bool
    default: false
  wait:
    description:
      - >-
        Whether the task ends only when KubeVirt and, with O(cdi), CDI have followed: deployed, available, neither in
        progress nor degraded, at the wanted version, and the last change seen, of which CDI says nothing. Check mode
        never waits.
      - >-
        Components that the change starts anew, see RV(restarted_components), must have come up, too, with O(version)
        all components: KubeVirt calls itself ready as long as the old ones serve.
      - >-
        It waits after a change of its own, and for one that somebody else has begun. KubeVirt takes seconds to a minute
        to see a change, since it looks after all of its own objects first; its components follow at once.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds that the whole task may take. At the end of them it fails and tells what it saw last.
      - Requests that the server turns down because it is busy are repeated within this time, too.
    type: int
    default: 600
  failure_grace:
    description:
      - >-
        Seconds for which a trouble must last before the task gives up: KubeVirt says that it cannot do what its object
        asks, a pod of a component or of an operator does not start, or an operator brings another version than the one
        that is awaited.
    type: int
    default: 30
"""

EXAMPLES = r"""
- name: KubeVirt as Palette VMO sets it up
  vmo.core.vmo_kubevirt_config:
    preset: palette_vmo

- name: Snapshots, exports, and no sidecars
  vmo.core.vmo_kubevirt_config:
    feature_gates:
      Snapshot: enabled
      VMExport: enabled
      Sidecar: absent

- name: Exactly these feature gates
  vmo.core.vmo_kubevirt_config:
    feature_gates:
      Snapshot: enabled
      HotplugVolumes: enabled
    exclusive: [feature_gates]

- name: More VMs on a node, and migrations over a network of their own
  vmo.core.vmo_kubevirt_config:
    cpu_allocation_ratio: 8
    memory_overcommit: 130
    migrations:
      network: migration
      parallel_per_cluster: 10
      bandwidth: 512Mi
    on_managed: fail

- name: Wait until the operators have brought these versions
  vmo.core.vmo_kubevirt_config:
    version: 1.8.0
    cdi:
      version: 1.65.0
    wait_timeout: 1200

- name: GPUs for VMs, and a setting that has no option
  vmo.core.vmo_kubevirt_config:
    host_devices:
      pci:
        - vendor_selector: 10de:1eb8
          resource: nvidia.com/TU104GL
    configuration:
      memBalloonStatsPeriod: 30

- name: CDI behind a proxy, and a StorageClass that it does not know
  vmo.core.vmo_kubevirt_config:
    cdi:
      filesystem_overhead:
        default: "0.08"
      import_proxy:
        https: http://proxy.example.com:3128
        no_proxy: .example.com,10.0.0.0/8
      upload_proxy_url: https://upload.example.com
    storage_profiles:
      - name: nfs
        claim_property_sets:
          - access_modes: [ReadWriteMany]
            volume_mode: Filesystem
"""

RETURN = r"""
actions:
  description: The writes, in their order. In check mode those that would be made.
  type: list
  elements: dict
  returned: always
  contains:
    verb:
      description: V(patch).
      type: str
      returned: always
      sample: patch
    kind:
      description: The kind of the object.
      type: str
      returned: always
      sample: KubeVirt
    name:
      description: Its name.
      type: str
      returned: always
      sample: kubevirt
diff:
  description: What differs, in the words of the options; what has no option stands under C(configuration).
  type: dict
  returned: always
  contains:
    before:
      description: The old values.
      type: dict
      returned: always
      sample: {migrations: {parallel_per_cluster: 5}}
    after:
      description: The new values.
      type: dict
      returned: always
      sample: {migrations: {parallel_per_cluster: 10}}
version:
  description:
    - >-
      The version of KubeVirt that runs. Before one does, the one that its operator brings, and V(null) before that has
      begun.
  type: str
  returned: success
  sample: v1.4.0
target_version:
  description:
    - >-
      The version that KubeVirt's operator brings, another one than RV(version) while an upgrade is under way. V(null)
      before an operator has begun.
  type: str
  returned: success
  sample: v1.4.0
feature_gates:
  description:
    - The feature gates that the object lists and that the task or its preset names, by name. Of each
    - C(listed) - V(enabled), V(disabled) or V(absent).
    - C(known) - Whether this version of KubeVirt knows the name.
    - >-
      C(state) - Where the gate is in its life in this version, V(Alpha), V(Beta), V(GA), V(Deprecated) or
      V(Discontinued), V(Listed) where this version records no state, and V(null) where it does not know the gate.
    - C(effective) - Whether it has an effect.
    - C(reason) - Why it has, or has not.
    - C(purpose) - What it is about, empty for a name that nobody knows.
  type: dict
  returned: success
  sample:
    HotplugNICs:
      listed: absent
      known: true
      state: GA
      effective: true
      reason: always on in KubeVirt 1.4; listing or disabling it has no effect
      purpose: network interfaces attached to running VMs
managed_by:
  description: Who manages the KubeVirt object, V(null) if nobody does.
  type: dict
  returned: success
  contains: &owner
    by:
      description: V(palette), V(helm), V(hyperconverged), V(argocd) or V(flux).
      type: str
      returned: always
      sample: helm
    name:
      description: What it is called.
      type: str
      returned: always
      sample: release kubevirt in namespace kubevirt
    advice:
      description: Where a change has to be made, too.
      type: str
      returned: always
      sample: change the values of the release, too
writers:
  description: Who has written the KubeVirt object, as its managed fields tell; those who write its status are left out.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: What the writer calls itself.
      type: str
      returned: always
      sample: kubectl
    operation:
      description: V(Apply) or V(Update).
      type: str
      returned: always
      sample: Apply
    time:
      description: When it wrote last.
      type: str
      returned: always
      sample: "2026-01-31T08:15:00Z"
restarted_components:
  description: The components of KubeVirt that this change is expected to start anew.
  type: list
  elements: str
  returned: success
  sample: [virt-handler]
outdated_vms:
  description: How many running VMs are still on an older version of KubeVirt's launcher.
  type: int
  returned: success
  sample: 0
kubevirt:
  description: The KubeVirt object as it is now. In check mode as it would be.
  type: dict
  returned: success
  sample: {apiVersion: kubevirt.io/v1, kind: KubeVirt, metadata: {name: kubevirt, namespace: kubevirt}}
cdi:
  description: The CDI object as it is now, empty if the task has no O(cdi). It tells no user and password of a proxy.
  type: dict
  returned: success
  sample: {apiVersion: cdi.kubevirt.io/v1beta1, kind: CDI, metadata: {name: cdi}}
cdi_version:
  description: As RV(version), of CDI, V(null) if the task has no O(cdi).
  type: str
  returned: success
  sample: v1.65.0
cdi_target_version:
  description: As RV(target_version), of CDI, V(null) if the task has no O(cdi).
  type: str
  returned: success
  sample: v1.65.0
cdi_managed_by:
  description: Who manages the CDI object, V(null) if nobody does or the task has no O(cdi).
  type: dict
  returned: success
  contains: *owner
storage_profiles:
  description: The StorageProfiles of the task as they are now.
  type: list
  elements: dict
  returned: success
  sample: [{apiVersion: cdi.kubevirt.io/v1beta1, kind: StorageProfile, metadata: {name: nfs}}]
warnings:
  description:
    - >-
      What a human should know: who else manages the object, gates without an effect, components that start anew, and
      what the cluster itself warned of.
  type: list
  elements: str
  returned: when there is one
  sample: ["feature_gates: KubeVirt 1.4 does not know snapshot and ignores it. Is Snapshot meant?"]
msg:
  description: What went wrong, in a sentence that names the object and the cause.
  type: str
  returned: failure
  sample: >-
    The feature gate Snapshot stays, since VirtualMachineSnapshot shop/before-update needs it: remove them first, or use
    force.
error:
  description: What went wrong, for playbooks to test.
  type: dict
  returned: failure
  contains:
    code:
      description:
        - A stable name for the kind of failure.
        - "V(invalid_option): the task asks for something that cannot be; nothing was changed."
        - "V(not_found): there is no KubeVirt, no CDI or no StorageProfile of that name; RV(error.kind) tells which."
        - "V(several_objects): there are two KubeVirt or CDI objects; RV(error.names) tells which."
        - "V(being_deleted): the object is being deleted."
        - "V(managed_elsewhere): somebody else manages the object, and O(on_managed) is V(fail)."
        - "V(feature_gate_in_use): something needs a feature gate; RV(error.dependants) tells what."
        - "V(not_settled): KubeVirt or CDI cannot follow, or not reach a version; RV(error.reason) tells why."
        - "V(wait_timeout): it did not follow in time; RV(error.last_seen) tells how far it came."
        - "V(deleted): somebody deleted the object while the task waited."
        - "V(invalid) and V(unknown_field): the cluster rejected the change; RV(error.fields) tells why."
        - "V(forbidden): the user lacks a right; RV(error.rule) tells which."
        - "V(conflict): somebody else kept changing the object at the same time."
        - >-
          V(configuration_failed), V(missing_library), V(connection_failed), V(unauthorized), V(unavailable),
          V(unexpected_answer), V(bug_write_in_check_mode): as for M(vmo.core.vmo_vm).
      type: str
      returned: always
      sample: feature_gate_in_use
    kind:
      description: The kind of object that is not there, or of which there are several.
      type: str
      returned: with the codes V(not_found) and V(several_objects)
      sample: KubeVirt
    option:
      description: The option that is wrong.
      type: str
      returned: with the codes V(invalid_option) and V(configuration_failed)
      sample: cpu_allocation_ratio
    feature_gate:
      description: The gate that stays.
      type: str
      returned: with the code V(feature_gate_in_use)
      sample: Snapshot
    dependants:
      description: What needs it.
      type: list
      elements: str
      returned: with the code V(feature_gate_in_use)
      sample: [VirtualMachineSnapshot shop/before-update]
    managed_by:
      description: Who manages the object.
      type: str
      returned: with the code V(managed_elsewhere)
      sample: palette
    names:
      description: The objects, of which there may be one alone.
      type: list
      elements: str
      returned: with the code V(several_objects)
      sample: [kubevirt/kubevirt, other/kubevirt]
    reason:
      description: >-
        What KubeVirt, CDI or a pod of theirs says, or what is the matter with an operator or with what is behind a
        webhook that does not answer, as far as the user may look.
      type: str
      returned: with the code V(not_settled), and perhaps with V(unavailable)
      sample: >-
        Pod kubevirt/virt-operator-5d7 with the image registry.example.com/kubevirt/virt-operator:v1.8.0 does not run,
        ImagePullBackOff: Back-off pulling image
    last_seen:
      description: What the task saw last.
      type: str
      returned: with the codes V(wait_timeout) and V(not_settled)
      sample: Deployed, the last change is not seen yet
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
          sample: spec.configuration.developerConfiguration.memoryOvercommit
        message:
          description: What is wrong with it.
          type: str
          returned: always
          sample: should be greater than or equal to 10
    rule:
      description: The right that is missing, in the form of a rule of a Role.
      type: dict
      returned: with the code V(forbidden), where it is known
      sample: {apiGroups: [kubevirt.io], resources: [kubevirts], verbs: [patch], namespace: kubevirt}
"""

from ansible_collections.vmo.core.plugins.module_utils._argspec.connection import CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._argspec.kubevirt_config import KUBEVIRT_CONFIG
from ansible_collections.vmo.core.plugins.module_utils._runner import run_on_cluster
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_config_task import run

SPEC = CONNECTION + KUBEVIRT_CONFIG


def main() -> None:
    """Run the task."""
    run_on_cluster(SPEC, run)


if __name__ == "__main__":
    main()
