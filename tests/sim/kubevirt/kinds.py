# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds this API server serves, and how each behaves where kinds differ."""

from __future__ import annotations

import typing as t

Object = dict[str, t.Any]


class Kind(t.NamedTuple):
    """One served resource.

    ``status`` says that it has a status subresource: then the main endpoint cannot write status, and only other
    changes count as a new generation. ``deprecation``: what the server says of it whenever it is asked for.
    """

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    status: bool = False
    deprecation: str = ""

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def custom(self) -> bool:
        """Whether a CRD defines it: then the items of a list tell their kind."""
        return self.group not in _BUILT_IN

    @property
    def counted(self) -> bool:
        """Whether it has metadata.generation."""
        return self.custom or self.group in _COUNTED

    @property
    def resource(self) -> str:
        """The name that error texts use."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


# The groups that every API server serves, and those of them whose objects count their generations.
_COUNTED = ("apps", "apiextensions.k8s.io", "admissionregistration.k8s.io", "scheduling.k8s.io", "policy")
_RBAC = "rbac.authorization.k8s.io"
_BUILT_IN = ("", *_COUNTED, _RBAC, "apiregistration.k8s.io", "networking.k8s.io", "storage.k8s.io")

KUBEVIRT, CDI, INSTANCETYPE = "kubevirt.io", "cdi.kubevirt.io", "instancetype.kubevirt.io"

VM = Kind(KUBEVIRT, "v1", "VirtualMachine", "virtualmachines", status=True)
VMI = Kind(KUBEVIRT, "v1", "VirtualMachineInstance", "virtualmachineinstances")
DV = Kind(CDI, "v1beta1", "DataVolume", "datavolumes", status=True)
DATA_SOURCE = Kind(CDI, "v1beta1", "DataSource", "datasources")
IMPORT_CRON = Kind(CDI, "v1beta1", "DataImportCron", "dataimportcrons")
PROFILE = Kind(CDI, "v1beta1", "StorageProfile", "storageprofiles", namespaced=False)
KUBEVIRT_ITSELF = Kind(KUBEVIRT, "v1", "KubeVirt", "kubevirts", status=True)
CDI_ITSELF = Kind(CDI, "v1beta1", "CDI", "cdis", namespaced=False)
SNAPSHOT = Kind("snapshot.kubevirt.io", "v1beta1", "VirtualMachineSnapshot", "virtualmachinesnapshots", status=True)
CDI_CONFIG = Kind(CDI, "v1beta1", "CDIConfig", "cdiconfigs", namespaced=False)
NAMESPACE = Kind("", "v1", "Namespace", "namespaces", namespaced=False, status=True)
SECRET = Kind("", "v1", "Secret", "secrets")
CONFIG_MAP = Kind("", "v1", "ConfigMap", "configmaps")
PVC = Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", status=True)
POD = Kind("", "v1", "Pod", "pods", status=True)
EVENT = Kind("", "v1", "Event", "events")
NODE = Kind("", "v1", "Node", "nodes", namespaced=False, status=True)
QUOTA = Kind("", "v1", "ResourceQuota", "resourcequotas", status=True)
STORAGE_CLASS = Kind("storage.k8s.io", "v1", "StorageClass", "storageclasses", namespaced=False)
SERVICE = Kind("", "v1", "Service", "services", status=True)
DEPLOYMENT = Kind("apps", "v1", "Deployment", "deployments", status=True)
DAEMON_SET = Kind("apps", "v1", "DaemonSet", "daemonsets", status=True)
API_SERVICE = Kind("apiregistration.k8s.io", "v1", "APIService", "apiservices", namespaced=False, status=True)
REPLICA_SET = Kind("apps", "v1", "ReplicaSet", "replicasets", status=True)
CRD = Kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", False, status=True)
CLUSTER_ROLE = Kind(_RBAC, "v1", "ClusterRole", "clusterroles", namespaced=False)
VALIDATING = Kind(
    "admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", False
)
MUTATING = Kind(
    "admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", False
)
SNAPSHOT_CLASS = Kind("snapshot.storage.k8s.io", "v1", "VolumeSnapshotClass", "volumesnapshotclasses", namespaced=False)
NAD = Kind("k8s.cni.cncf.io", "v1", "NetworkAttachmentDefinition", "network-attachment-definitions")
CLUSTER_INSTANCETYPE = Kind(
    INSTANCETYPE, "v1beta1", "VirtualMachineClusterInstancetype", "virtualmachineclusterinstancetypes", namespaced=False
)
CLUSTER_PREFERENCE = Kind(
    INSTANCETYPE, "v1beta1", "VirtualMachineClusterPreference", "virtualmachineclusterpreferences", namespaced=False
)
# Palette's; its schema is not published, so it is taken as it is
VM_TEMPLATE = Kind("spectrocloud.com", "v1", "VmTemplate", "vmtemplates", namespaced=False)
# KubeVirt's, behind the feature gate Template from 1.8 on: a test lets it be served
MACHINE_TEMPLATE = Kind(
    "template.kubevirt.io", "v1alpha1", "VirtualMachineTemplate", "virtualmachinetemplates", status=True
)

KINDS = (
    VM, VMI, DV, PROFILE, NAMESPACE, SECRET, CONFIG_MAP, PVC, POD, EVENT, NODE, QUOTA, STORAGE_CLASS, NAD,
    CLUSTER_INSTANCETYPE, CLUSTER_PREFERENCE, KUBEVIRT_ITSELF, CDI_ITSELF, SNAPSHOT,
    CDI_CONFIG, VM_TEMPLATE, MACHINE_TEMPLATE, SERVICE, DEPLOYMENT, DAEMON_SET, API_SERVICE, SNAPSHOT_CLASS,
    DATA_SOURCE, IMPORT_CRON,
    REPLICA_SET, CRD, CLUSTER_ROLE, VALIDATING, MUTATING,
    # what a manifest brings, and nobody here looks at
    Kind("", "v1", "ServiceAccount", "serviceaccounts"),
    Kind(_RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False),
    Kind(_RBAC, "v1", "Role", "roles"),
    Kind(_RBAC, "v1", "RoleBinding", "rolebindings"),
    Kind("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", namespaced=False),
    Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", status=True),
    Kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
)  # fmt: skip

BY_PATH = {(kind.group, kind.version, kind.plural): kind for kind in KINDS}
BY_NAME = {(kind.api_version, kind.kind): kind for kind in KINDS}
BY_PLURAL = {kind.plural: kind for kind in KINDS}
SUBRESOURCES = "subresources.kubevirt.io"
# what a user may do; reviews are answered and never stored
AUTHORIZATION, ACCESS_REVIEWS = "authorization.k8s.io", "selfsubjectaccessreviews"


class Change(t.NamedTuple):
    """One entry of the history. ``before`` is None for a new object, ``after`` is the last state of a deleted one."""

    revision: int
    type: str
    kind: Kind
    before: Object | None
    after: Object
