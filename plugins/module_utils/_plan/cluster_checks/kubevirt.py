# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of KubeVirt. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    WARN,
    Check,
    fail,
    good,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import (
    GATES,
    HOTPLUG,
    MIGRATE,
    SNAPSHOT,
    Version,
)
from ansible_collections.vmo.core.plugins.module_utils._model.feature_gates import judge
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import mapping, texts, tree, whole
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import (
    name_of,
    namespace_of,
    place_of,
    says,
    version_of,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding
    from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground

    Findings = t.Iterator[Finding]

DEPLOYED = "Deployed"
COMPONENTS = ("virt-operator", "virt-api", "virt-controller")
HANDLER = "virt-handler"
SUBRESOURCES, UPLOADS = "subresources.kubevirt.io", "upload.cdi.kubevirt.io"
# KubeVirt 1.n is tested with Kubernetes 1.(n+25) to 1.(n+27), and vendors ship it with the one after.
OLDEST, NEWEST = 25, 28


def _installed(ground: Ground) -> Findings:
    gap = ground.survey.gaps.get("kubevirts")
    found = ground.survey.of("kubevirts")
    if gap and gap.is_absent:
        yield fail("KubeVirt is not installed.")
    elif gap:
        yield t.cast("Finding", ground.missing("kubevirts"))
    elif not found:
        yield fail("KubeVirt's operator may be there, but no KubeVirt object.")
    elif len(found) > 1:
        yield fail(f"There are {len(found)} KubeVirt objects ({several([place_of(one) for one in found])}).")


def health(raw: Tree, *, what: str) -> Findings:
    """Judge phase and conditions of a KubeVirt or CDI object."""
    status = tree(raw, "status")
    phase = status.get("phase")
    available, why = says(raw, "Available")
    moving, progress = says(raw, "Progressing")
    synchronized, trouble = says(raw, "Synchronized")
    degraded, reason = says(raw, "Degraded")
    if synchronized == "False":
        yield fail(f"{what} cannot be rolled out: {trouble}.", phase=phase)
    elif phase != DEPLOYED and phase is not None:
        yield fail(f"{what} is in phase {phase}{_because(why)}.", phase=phase)
    elif available == "False":
        yield fail(f"{what} is not available{_because(why)}.", phase=phase)
    elif available is None or phase is None:
        yield unknown(f"{what} does not tell how it is.", phase=phase)
    # While something is rolled out, KubeVirt calls itself degraded.
    elif moving == "True":
        yield warn(f"{what} is being rolled out{_because(progress)}.", phase=phase)
    elif degraded == "True":
        yield fail(f"{what} is degraded{_because(reason)}.", phase=phase)
    elif status.get("observedGeneration") not in (None, tree(raw, "metadata").get("generation")):
        yield warn(f"{what} has not taken up its last change yet.", phase=phase)


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _healthy(ground: Ground) -> Findings:
    yield from health(ground.kubevirt or {}, what="KubeVirt")


def version_told(
    what: str, running: t.Any, target: t.Any, least: Version, too_old: t.Callable[..., Finding]
) -> Findings:
    """Judge the version that runs: not too old, and the one that should run."""
    found = version_of(running)
    if found is None:
        yield unknown(f"{what} does not tell its version.")
    elif found < least:
        yield too_old(f"{what} is {found}, {least} is wanted at least.", version=running, minimum=str(least))
    elif target and target != running:
        yield warn(f"{what} is {running} and should be {target}.", version=running, target=target)
    else:
        yield good(f"{what} is {running}.", version=running)


def _version(ground: Ground) -> Findings:
    status = tree(ground.kubevirt or {}, "status")
    running, target = status.get("observedKubeVirtVersion"), status.get("targetKubeVirtVersion")
    yield from version_told("KubeVirt", running, target, ground.demands.thresholds.minimum_kubevirt, fail)


def _support(ground: Ground) -> Findings:
    kubevirt, kubernetes = ground.kubevirt_version, ground.kubernetes_version
    if kubevirt is None or kubernetes is None:
        yield unknown("The version of KubeVirt or of Kubernetes is not known.")
        return
    oldest, newest = Version(1, kubevirt.minor + OLDEST), Version(1, kubevirt.minor + NEWEST)
    if not oldest <= kubernetes <= newest:
        yield warn(
            f"KubeVirt {kubevirt} is made for Kubernetes {oldest} to {newest}, this is {kubernetes}.",
            kubevirt=str(kubevirt),
            kubernetes=str(kubernetes),
        )


def _components(ground: Ground) -> Findings:
    namespace = namespace_of(ground.kubevirt or {})
    found = {name_of(one): one for one in ground.survey.of("deployments") if namespace_of(one) == namespace}
    for name in COMPONENTS:
        if name not in found:
            yield fail(f"has no Deployment in the namespace {namespace}.", subject=name)
            continue
        wanted = whole(tree(found[name], "spec"), "replicas")
        yield from _ready(name, whole(tree(found[name], "status"), "availableReplicas") or 0, wanted)
    handler = [
        one for one in ground.survey.of("daemonsets") if (namespace_of(one), name_of(one)) == (namespace, HANDLER)
    ]
    if not handler:
        yield fail(f"has no DaemonSet in the namespace {namespace}.", subject=HANDLER)
    for one in handler:
        status = tree(one, "status")
        yield from _ready(HANDLER, whole(status, "numberReady") or 0, whole(status, "desiredNumberScheduled"))


def _ready(name: str, ready: int, wanted: int | None) -> Findings:
    if wanted is None or ready >= wanted:
        return
    said = f"has {ready} of {wanted} pods ready."
    yield warn(said, subject=name, ready=ready) if ready else fail(said, subject=name, ready=ready)


def served(ground: Ground, group: str) -> Findings:
    """Judge whether an aggregated API is available."""
    found = [one for one in ground.survey.of("apiservices") if dig(dict(one), "spec.group") == group]
    if not found:
        yield fail(f"No APIService serves {group}.")
    for one in found:
        status, why = says(one, "Available")
        if status != "True":
            yield fail(f"is not available{_because(why)}.", subject=name_of(one))


def _api(ground: Ground) -> Findings:
    yield from served(ground, SUBRESOURCES)


def _emulation(ground: Ground) -> Findings:
    if ground.emulates:
        yield warn("KubeVirt is set to emulate where there is no KVM; such VMs are many times slower.")


def _gates(ground: Ground) -> Findings:
    settings = mapping(ground.configured("developerConfiguration"))
    listed, disabled = texts(settings.get("featureGates")), texts(settings.get("disabledFeatureGates"))
    version = dig(ground.kubevirt, "status.observedKubeVirtVersion")
    if version_of(version) is None:
        yield unknown("KubeVirt does not tell its version, so that nobody can say which gates are open.")
        return
    for purpose in ground.demands.purposes:
        for one_of in GATES.get(purpose, ()):
            judged = {name: judge(name, version, listed, disabled) for name in one_of}
            if not any(found.effective for found in judged.values()):
                reasons = "; ".join(f"{name}: {found.reason}" for name, found in judged.items())
                said = f"{purpose} needs {' or '.join(one_of)} ({reasons})."
                yield fail(f"The purpose {said}", purpose=purpose, gates=list(one_of))


def _outdated(ground: Ground) -> Findings:
    count = whole(tree(ground.kubevirt or {}, "status"), "outdatedVirtualMachineInstanceWorkloads")
    if count:
        yield warn(f"{count} VMs still run in pods of an older KubeVirt.", count=count)


def _state_storage(ground: Ground) -> Findings:
    name = ground.configured("vmStateStorageClass")
    if not name:
        yield skip("No class is set for it.")
        return
    missing = ground.missing("storageclasses")
    found = next((one for one in ground.classes if one.name == name), None)
    if missing:
        yield missing
    elif found is None:
        yield fail(f"There is no StorageClass {name}, which is to keep the state of TPM and UEFI.")
    elif found.access is not None and not any(volume == "Filesystem" for _mode, volume in found.access):
        yield fail(f"The class {name} has no file systems, which the state of TPM and UEFI needs.")


CHECKS = (
    Check(
        "kv.installed",
        CLUSTER,
        "KubeVirt is installed, once",
        FAIL,
        ("(kubevirts)",),
        "Install KubeVirt; of several KubeVirt objects delete all but one.",
        _installed,
    ),
    Check(
        "kv.healthy",
        CLUSTER,
        "KubeVirt is deployed and available",
        FAIL,
        ("kubevirts.status",),
        "Follow the message; look at the log of virt-operator.",
        _healthy,
    ),
    Check(
        "kv.version",
        CLUSTER,
        "KubeVirt is new enough, and the version it should be",
        FAIL,
        ("kubevirts.status",),
        "Upgrade KubeVirt one minor version at a time; where that is under way, wait for its end.",
        _version,
    ),
    Check(
        "kv.support",
        CLUSTER,
        "KubeVirt and Kubernetes are made for each other",
        WARN,
        ("kubevirts.status", "version"),
        "Look into the support matrix of KubeVirt or of its vendor, and upgrade the older one.",
        _support,
    ),
    Check(
        "kv.components",
        CLUSTER,
        "All components of KubeVirt run",
        FAIL,
        ("kubevirts", "deployments.status", "daemonsets.status"),
        "Look at the pods of that component and at their events.",
        _components,
    ),
    Check(
        "kv.api",
        CLUSTER,
        "The API for starting, stopping and migrating answers",
        FAIL,
        ("kubevirts", "apiservices.status"),
        "Look at virt-api and at the network between the API server and its pods.",
        _api,
    ),
    Check(
        "kv.emulation",
        CLUSTER,
        "VMs are not emulated",
        WARN,
        ("kubevirts.spec.configuration",),
        "Turn useEmulation off where the nodes have KVM.",
        _emulation,
    ),
    Check(
        "kv.gates",
        CLUSTER,
        "The feature gates that the purposes need are open",
        FAIL,
        ("kubevirts.spec.configuration", "kubevirts.status"),
        "Add the gate to featureGates of KubeVirt, with the vendor's values where a product owns that object.",
        _gates,
        purposes=(MIGRATE, SNAPSHOT, HOTPLUG),
    ),
    Check(
        "kv.outdated",
        CLUSTER,
        "VMs run in pods of this version of KubeVirt",
        WARN,
        ("kubevirts.status",),
        "Migrate or restart these VMs, or let KubeVirt do it (workloadUpdateMethods).",
        _outdated,
    ),
    Check(
        "kv.state_storage",
        CLUSTER,
        "The class for the state of TPM and UEFI fits",
        FAIL,
        ("kubevirts.spec.configuration", "(storageclasses)", "(storageprofiles)"),
        "Set vmStateStorageClass to a class with file systems, shared ones where VMs are to move.",
        _state_storage,
    ),
)
