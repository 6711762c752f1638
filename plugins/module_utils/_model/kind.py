# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of object that this collection reads and writes. Private to vmo.core."""

from __future__ import annotations

import typing as t

# by this name the server knows whose the fields are that this collection applies
MANAGER = "vmo.core"


class Kind(t.NamedTuple):
    """A kind at the version that is served by every supported release, so that no discovery is needed.

    ``with_writers``: who wrote which field matters, so its objects keep their ``metadata.managedFields``.
    """

    group: str
    version: str
    plural: str
    name: str
    with_writers: bool = False

    @property
    def api_version(self) -> str:
        """Return the value of ``apiVersion``."""
        return f"{self.group}/{self.version}" if self.group else self.version


VM = Kind("kubevirt.io", "v1", "virtualmachines", "VirtualMachine")
VMI = Kind("kubevirt.io", "v1", "virtualmachineinstances", "VirtualMachineInstance")
DATA_VOLUME = Kind("cdi.kubevirt.io", "v1beta1", "datavolumes", "DataVolume")
DATA_SOURCE = Kind("cdi.kubevirt.io", "v1beta1", "datasources", "DataSource")
DATA_IMPORT_CRON = Kind("cdi.kubevirt.io", "v1beta1", "dataimportcrons", "DataImportCron")
UPLOAD_TOKEN_REQUEST = Kind("upload.cdi.kubevirt.io", "v1beta1", "uploadtokenrequests", "UploadTokenRequest")
CLAIM = Kind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
SECRET = Kind("", "v1", "secrets", "Secret")
POD = Kind("", "v1", "pods", "Pod")
EVENT = Kind("", "v1", "events", "Event")
KUBEVIRT = Kind("kubevirt.io", "v1", "kubevirts", "KubeVirt", with_writers=True)
CDI = Kind("cdi.kubevirt.io", "v1beta1", "cdis", "CDI", with_writers=True)
STORAGE_PROFILE = Kind("cdi.kubevirt.io", "v1beta1", "storageprofiles", "StorageProfile", with_writers=True)
SNAPSHOT = Kind("snapshot.kubevirt.io", "v1beta1", "virtualmachinesnapshots", "VirtualMachineSnapshot")
RESTORE = Kind("snapshot.kubevirt.io", "v1beta1", "virtualmachinerestores", "VirtualMachineRestore")
CLONE = Kind("clone.kubevirt.io", "v1alpha1", "virtualmachineclones", "VirtualMachineClone")
EXPORT = Kind("export.kubevirt.io", "v1beta1", "virtualmachineexports", "VirtualMachineExport")
BACKUP = Kind("backup.kubevirt.io", "v1alpha1", "virtualmachinebackups", "VirtualMachineBackup")
VM_TEMPLATE = Kind("spectrocloud.com", "v1", "vmtemplates", "VmTemplate")
UPSTREAM_TEMPLATE = Kind("template.kubevirt.io", "v1alpha1", "virtualmachinetemplates", "VirtualMachineTemplate")
CDI_CONFIG = Kind("cdi.kubevirt.io", "v1beta1", "cdiconfigs", "CDIConfig")
NAMESPACE = Kind("", "v1", "namespaces", "Namespace")
NODE = Kind("", "v1", "nodes", "Node")
SERVICE = Kind("", "v1", "services", "Service")
CONFIG_MAP = Kind("", "v1", "configmaps", "ConfigMap")
QUOTA = Kind("", "v1", "resourcequotas", "ResourceQuota")
DEPLOYMENT = Kind("apps", "v1", "deployments", "Deployment")
DAEMON_SET = Kind("apps", "v1", "daemonsets", "DaemonSet")
DATA_SOURCE = Kind("cdi.kubevirt.io", "v1beta1", "datasources", "DataSource")
VOLUME_SNAPSHOT = Kind("snapshot.storage.k8s.io", "v1", "volumesnapshots", "VolumeSnapshot")
CLUSTER_INSTANCETYPE = Kind(
    "instancetype.kubevirt.io", "v1beta1", "virtualmachineclusterinstancetypes", "VirtualMachineClusterInstancetype"
)
INSTANCETYPE = Kind("instancetype.kubevirt.io", "v1beta1", "virtualmachineinstancetypes", "VirtualMachineInstancetype")
CLUSTER_PREFERENCE = Kind(
    "instancetype.kubevirt.io", "v1beta1", "virtualmachineclusterpreferences", "VirtualMachineClusterPreference"
)
PREFERENCE = Kind("instancetype.kubevirt.io", "v1beta1", "virtualmachinepreferences", "VirtualMachinePreference")
STORAGE_CLASS = Kind("storage.k8s.io", "v1", "storageclasses", "StorageClass")
SNAPSHOT_CLASS = Kind("snapshot.storage.k8s.io", "v1", "volumesnapshotclasses", "VolumeSnapshotClass")
ATTACHMENT = Kind("k8s.cni.cncf.io", "v1", "network-attachment-definitions", "NetworkAttachmentDefinition")
NODE_NETWORK = Kind("nmstate.io", "v1beta1", "nodenetworkstates", "NodeNetworkState")
ADDRESS_POOL = Kind("metallb.io", "v1beta1", "ipaddresspools", "IPAddressPool")
API_SERVICE = Kind("apiregistration.k8s.io", "v1", "apiservices", "APIService")
DEFINITION = Kind(
    "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", with_writers=True
)
VALIDATING_WEBHOOKS = Kind(
    "admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration"
)
MUTATING_WEBHOOKS = Kind(
    "admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration"
)
CERTIFICATE = Kind("cert-manager.io", "v1", "certificates", "Certificate")
ROLE = Kind("rbac.authorization.k8s.io", "v1", "roles", "Role")
ROLE_BINDING = Kind("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")
ACCESS_REVIEW = Kind("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview")
