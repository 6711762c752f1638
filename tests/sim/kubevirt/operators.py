# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KubeVirt's and CDI's operators: their own objects, the webhook that judges changes, and that changes are seen."""

from __future__ import annotations

import copy
import typing as t

from tests.sim.kubevirt.cluster import Cluster, Key
from tests.sim.kubevirt.documents import at
from tests.sim.kubevirt.kinds import CDI_ITSELF, DV, KUBEVIRT_ITSELF, PROFILE, VM, Change, Kind, Object
from tests.sim.kubevirt.refusals import Cause, denied, denied_plainly
from tests.sim.kubevirt.store import Store

VALIDATOR = "kubevirt-update-validator.kubevirt.io"
_DEVELOPER = "spec.configuration.developerConfiguration"
_GATES, _DISABLED = f"{_DEVELOPER}.featureGates", f"{_DEVELOPER}.disabledFeatureGates"

# What the webhook says of gates: those that are always on by version, and the others by name.
_ALWAYS_ON = {
    "1.4": "BochsDisplayForEFIGuests CPUNodeDiscovery CommonInstancetypesDeploymentGate GPU HotplugNICs LiveMigration "
    "NUMA NonRoot PSA SRIOVLiveMigration",
    "1.8": "AutoResourceLimitsGate BochsDisplayForEFIGuests CPUNodeDiscovery ClusterProfiler "
    "CommonInstancetypesDeploymentGate DisableCustomSELinuxPolicy DynamicPodInterfaceNaming "
    "EnableVirtioFsConfigVolumes GPU HotplugNICs InstancetypeReferencePolicy LiveMigration NUMA NetworkBindingPlugins "
    "NonRoot PSA SRIOVLiveMigration VMLiveUpdateFeatures VMPersistentState VolumeMigration VolumesUpdateStrategy",
}
_ALWAYS_ON_TEXT = (
    'feature gate {name} is deprecated (feature state is "General Availability"), therefore it can be safely removed '
    "and is redundant. For more info, please look at: "
    "https://github.com/kubevirt/kubevirt/blob/main/docs/deprecation.md"
)
_BINDING = "{name} network binding is discontinued since v1.3. Please refer to Kubevirt user guide for alternatives."
_SAID = {
    "1.4": {
        "DockerSELinuxMCSWorkaround": "DockerSELinuxMCSWorkaround has been deprecated since v1.4.",
        "Macvtap": _BINDING,
        "Passt": _BINDING,
    },
    "1.8": {
        "DisableMDEVConfiguration": "DisableMDEVConfiguration has been deprecated since v1.8.0",
        "DockerSELinuxMCSWorkaround": "DockerSELinuxMCSWorkaround has been deprecated since v1.4.",
        "Macvtap": _BINDING,
        "MultiArchitecture": "MultiArchitecture has been deprecated since v1.8.0",
        "Passt": _BINDING,
    },
}
_LISTED = ("LiveMigration", "Snapshot", "HotplugVolumes", "ExpandDisks", "VMExport")
_ALSO = {
    "1.4": ("VMLiveUpdateFeatures", "VolumesUpdateStrategy", "VolumeMigration"),
    "1.8": ("NodeRestriction",),
}
_READY = {"reason": "AllComponentsReady", "message": "All components are ready."}


def kubevirt(version: str) -> Object:
    """The object of a fresh cluster lab."""
    release = f"v{version}.0"
    conditions = [
        {"type": "Available", "status": "True", **_READY},
        {"type": "Progressing", "status": "False", **_READY},
        {"type": "Degraded", "status": "False", **_READY},
        {
            "type": "Created",
            "status": "True",
            "reason": "AllResourcesCreated",
            "message": "All resources were created.",
        },
    ]
    configuration = {
        "developerConfiguration": {"featureGates": [*_LISTED, *_ALSO[version]]},
        "vmRolloutStrategy": "LiveUpdate",
        "migrations": {"parallelMigrationsPerCluster": 10, "parallelOutboundMigrationsPerNode": 5},
    }
    return {
        "apiVersion": KUBEVIRT_ITSELF.api_version,
        "kind": KUBEVIRT_ITSELF.kind,
        "metadata": {"name": "kubevirt", "namespace": "kubevirt", "finalizers": ["foregroundDeleteKubeVirt"]},
        "spec": {
            "certificateRotateStrategy": {},
            "configuration": configuration,
            "customizeComponents": {},
            "imagePullPolicy": "IfNotPresent",
            "infra": {"replicas": 1},
            "workloadUpdateStrategy": {"workloadUpdateMethods": ["LiveMigrate"]},
        },
        "status": {
            "phase": "Deployed",
            "conditions": conditions,
            "defaultArchitecture": "amd64",
            "observedGeneration": 1,
            "observedKubeVirtVersion": release,
            "targetKubeVirtVersion": release,
            "operatorVersion": release,
            "outdatedVirtualMachineInstanceWorkloads": 0,
        },
    }


def cdi() -> Object:
    """The object of a fresh cluster lab."""
    kinds = (("Available", "True"), ("Progressing", "False"), ("Degraded", "False"))
    return {
        "apiVersion": CDI_ITSELF.api_version,
        "kind": CDI_ITSELF.kind,
        "metadata": {"name": "cdi", "finalizers": ["operator.cdi.kubevirt.io"]},
        "spec": {
            "config": {"featureGates": ["HonorWaitForFirstConsumer", "WebhookPvcRendering"]},
            "customizeComponents": {},
            "imagePullPolicy": "IfNotPresent",
            "infra": {"nodeSelector": {"kubernetes.io/os": "linux"}},
            "workload": {"nodeSelector": {"kubernetes.io/os": "linux"}},
        },
        "status": {
            "phase": "Deployed",
            "conditions": [{"type": kind, "status": status} for kind, status in kinds],
            "observedVersion": "v1.65.0",
            "operatorVersion": "v1.65.0",
            "targetVersion": "v1.65.0",
        },
    }


def plant(store: Store, version: str) -> None:
    store.create(KUBEVIRT_ITSELF, kubevirt(version))
    store.create(CDI_ITSELF, cdi())


def judge(item: Object, old: Object | None, version: str) -> list[str]:
    """Returns the warnings of KubeVirt's webhook on a change, or raises its refusal."""
    if old is None:
        return []
    causes = []
    if at(item, "spec.infra.replicas", 1) == 0:
        causes.append(Cause("FieldValueInvalid", "infra replica count can't be 0", ""))
    gates, disabled = at(item, _GATES, []), at(item, _DISABLED, [])
    warnings: list[str] = []
    if gates != at(old, _GATES, []) or disabled != at(old, _DISABLED, []):
        causes += [_in_both(name) for name in gates if name in disabled]
        warnings = [text for name in gates for text in _warnings(name, version)]
    if causes:
        refusal = denied(VALIDATOR, causes)
        refusal.warnings = warnings
        raise refusal
    return warnings


def judge_deletion(item: Object, store: Store) -> None:
    """Raises the refusal of KubeVirt's or CDI's webhook while there is something that would be lost."""
    if at(item, "spec.uninstallStrategy") != "BlockUninstallIfWorkloadsExist":
        return
    advice = "or change the uninstall strategy before uninstalling"
    told = "the uninstall request, since there are still"
    if item["kind"] == KUBEVIRT_ITSELF.kind and store.select(VM):
        work = "KubeVirt related workloads"
        text = f"Rejecting {told} Virtual Machines present. Either delete all {work} {advice} KubeVirt."
        raise denied_plainly("kubevirt-validator.kubevirt.io", text)
    if item["kind"] == CDI_ITSELF.kind and (count := len(store.select(DV))):
        text = f"rejecting {told} {count} DataVolumes present. Either delete all DataVolumes {advice} CDI"
        raise denied_plainly("cdi-validate.cdi.kubevirt.io", text)


def _in_both(name: str) -> Cause:
    text = f'feature gate "{name}" exists on both "FeatureGates" and "DisabledFeatureGates"'
    return Cause("FieldValueForbidden", text, _GATES)


def _warnings(name: str, version: str) -> t.Iterator[str]:
    if name in _ALWAYS_ON[version].split():
        yield _ALWAYS_ON_TEXT.format(name=name)
    elif name in _SAID[version]:
        yield _SAID[version][name].format(name=name)


class ProfileController:
    """CDI shows in the status of a StorageProfile what counts; what its spec does not say stays CDI's own choice."""

    kind: Kind = PROFILE

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store

    def concerned(self, _change: Change, /) -> t.Iterable[Key]:
        return ()

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(PROFILE, namespace, name)
        if found is not None:
            wanted = copy.deepcopy(found.get("spec") or {})
            status = {**found.get("status", {}), **{field: value for field, value in wanted.items() if value}}
            if status != found.get("status"):
                found["status"] = status
                self._cluster.write(found)
        return None
