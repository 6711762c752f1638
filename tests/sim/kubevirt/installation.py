# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""virt-operator and cdi-operator: what they do once their Deployment runs and there is an object that asks for it."""

from __future__ import annotations

import copy
import typing as t

from tests.sim.kubevirt import definitions, ownership, products, seed, workloads
from tests.sim.kubevirt.cluster import Cluster, Key
from tests.sim.kubevirt.documents import at, drop_condition, is_true, set_condition
from tests.sim.kubevirt.kinds import CDI_ITSELF, CRD, DAEMON_SET, DEPLOYMENT, KUBEVIRT_ITSELF, POD, Change, Kind, Object
from tests.sim.kubevirt.products import Product


class Release(t.NamedTuple):
    """What the operator that runs would install."""

    namespace: str
    registry: str
    version: str
    operator: str


class _Operator:
    """What both do alike. An object that says it is of the operator's version from the start is left alone."""

    kind: Kind
    product: Product
    finalizer: str

    def __init__(self, cluster: Cluster) -> None:
        self._cluster, self._store = cluster, cluster.store
        self._taken: set[str] = set()

    def concerned(self, change: Change, /) -> t.Iterable[Key]:
        if change.kind in (DEPLOYMENT, DAEMON_SET, CRD):
            for item in self._store.select(self.kind):
                yield item["metadata"].get("namespace", ""), item["metadata"]["name"]

    def reconcile(self, namespace: str, name: str) -> float | None:
        found, running = self._store.get(self.kind, namespace, name), self._running()
        if found is None or running is None:
            return None
        before = copy.deepcopy(found)
        again = self._work(found, running)
        if found != before and self._store.get(self.kind, namespace, name):
            self._cluster.write(found)
        return again

    def _work(self, found: Object, running: Release) -> float | None:
        metadata, status = found["metadata"], found.setdefault("status", {})
        if "deletionTimestamp" in metadata:
            return self._uninstall(found, running)
        if metadata["uid"] not in self._taken and status.get("operatorVersion") == running.operator:
            self._rest(found)
            return None
        self._taken.add(metadata["uid"])
        status["operatorVersion"] = running.operator
        metadata["finalizers"] = sorted({*metadata.get("finalizers", []), self.finalizer})
        wanted = self._wanted(found, running)
        left = self._cluster.remaining(self._cluster.timings.provision, metadata["uid"], wanted.version)
        ready = left <= 0 and self._bring(found, wanted)
        self._tell(found, wanted, ready=ready)
        return left if left > 0 else None

    def _running(self) -> Release | None:
        """The operator by its pod that is ready, of the newest template where there are two."""
        for item in self._store.select(DEPLOYMENT):
            if item["metadata"]["name"] != self.product.operator:
                continue
            namespace, template = item["metadata"]["namespace"], item["spec"]["template"]["spec"]
            labels = item["spec"]["selector"]["matchLabels"].items()
            pods = [pod for pod in self._store.select(POD, namespace) if labels <= pod["metadata"]["labels"].items()]
            ready = [pod["spec"] for pod in pods if is_true(pod, "Ready")]
            ready += [template] if not pods and at(item, "status.readyReplicas") else []
            same = [spec for spec in ready if spec["containers"][0]["image"] == template["containers"][0]["image"]]
            for spec in (same or ready)[:1]:
                return _release(namespace, spec["containers"][0])
        return None

    def _bring(self, found: Object, wanted: Release) -> bool:
        """Make what is missing, change what is of another version; tell whether all of it runs."""
        crds = [self._put(CRD, crd) for crd in products.definitions(self.product, legacy=self._cluster.legacy)]
        if not all(is_true(crd, "Established") for crd in crds):
            return False
        for kind, item in (*products.surroundings(self.product, wanted.namespace), *products.contents(self.product)):
            self._put(kind, item)
        replicas = at(found, "spec.infra.replicas", 2 if self.kind is KUBEVIRT_ITSELF else 1)
        parts = products.components(self.product, wanted.namespace, wanted.registry, wanted.version, replicas)
        there = [self._put(kind, item) for kind, item in parts]
        return all(map(workloads.is_rolled_out, there))

    def _put(self, kind: Kind, item: Object) -> Object:
        """Of what is there already, only a workload can be of another version."""
        there = self._store.get(kind, item["metadata"].get("namespace", ""), item["metadata"]["name"])
        if there is None:
            return self._store.create(kind, item)
        if kind in (DEPLOYMENT, DAEMON_SET) and there["spec"] != item["spec"]:
            return self._store.replace(kind, {**there, "spec": item["spec"]})
        return there

    def _uninstall(self, found: Object, running: Release) -> float | None:
        """The kinds go first, with everything that is of them; then what runs."""
        status = found["status"]
        if status.get("phase") != "Deleting":
            status["phase"] = "Deleting"
            self._tell_deletion(found)
            return self._cluster.timings.provision
        kinds = products.kinds(self.product, legacy=self._cluster.legacy)
        crds = [crd for kind in kinds if (crd := self._store.get(CRD, "", kind.resource))]
        for crd in crds:
            if "deletionTimestamp" not in crd["metadata"]:
                definitions.terminate(self._store, crd)
                self._store.delete(CRD, "", crd["metadata"]["name"])
        if crds:
            return None
        parts = products.components(self.product, running.namespace, running.registry, running.version, 1)
        for kind, item in (*parts, *products.surroundings(self.product, running.namespace)):
            place = (kind, item["metadata"].get("namespace", ""), item["metadata"]["name"])
            if self._store.get(*place):
                self._store.delete(*place)
        status["phase"] = "Deleted"
        found["metadata"]["finalizers"] = []
        return None

    def _rest(self, found: Object) -> None:
        """It has nothing to do but to say that it has seen a change."""

    def _wanted(self, found: Object, running: Release) -> Release:
        raise NotImplementedError

    def _tell(self, found: Object, wanted: Release, *, ready: bool) -> None:
        raise NotImplementedError

    def _tell_deletion(self, found: Object) -> None:
        """The conditions of an object that goes."""


class KubeVirtOperator(_Operator):
    """virt-operator."""

    kind: Kind = KUBEVIRT_ITSELF
    product = products.KUBEVIRT_PRODUCT
    finalizer = "foregroundDeleteKubeVirt"

    def _rest(self, found: Object) -> None:
        generation, status = found["metadata"]["generation"], found["status"]
        if status.get("phase") == "Deployed":
            status["observedGeneration"] = generation

    def _wanted(self, found: Object, running: Release) -> Release:
        spec = found["spec"]
        version = spec.get("imageTag") or running.version
        return running._replace(version=version, registry=spec.get("imageRegistry") or running.registry)

    def _tell(self, found: Object, wanted: Release, *, ready: bool) -> None:
        status, (_namespace, registry, version, _operator) = found["status"], wanted
        seen, seen_registry = status.get("observedKubeVirtVersion"), status.get("observedKubeVirtRegistry")
        status.setdefault("phase", "Deploying")
        status |= {"targetKubeVirtVersion": version, "targetKubeVirtRegistry": registry, "defaultArchitecture": "amd64"}
        if ready:
            seed.equip(self._store)
            status |= {"phase": "Deployed", "observedKubeVirtVersion": version, "observedKubeVirtRegistry": registry}
            status |= {"observedGeneration": found["metadata"]["generation"]}
            status.setdefault("outdatedVirtualMachineInstanceWorkloads", 0)
            set_condition(found, "Created", "True", "AllResourcesCreated", "All resources were created.", probed=True)
            self._conditions(found, "TFF", "AllComponentsReady", "All components are ready.")
        elif seen and (seen, seen_registry) != (version, registry):
            text = f"Transitioning from previous version {seen} with registry {seen_registry} to target version "
            self._conditions(found, "TTT", "UpdateInProgress", f"{text}{version} using registry {registry}")
        else:
            text = f"Deploying version {version} with registry {registry}"
            self._conditions(found, "FTF", "DeploymentInProgress", text)

    def _tell_deletion(self, found: Object) -> None:
        drop_condition(found, "Created")
        self._conditions(found, "FFT", "DeletionInProgress", "Deletion was triggered")

    @staticmethod
    def _conditions(found: Object, marks: str, reason: str, text: str) -> None:
        for kind, mark in zip(("Available", "Progressing", "Degraded"), marks):
            set_condition(found, kind, {"T": "True", "F": "False"}[mark], reason, text, probed=True)


class CdiOperator(_Operator):
    """cdi-operator. Its object is of the whole cluster; it installs where it runs itself."""

    kind: Kind = CDI_ITSELF
    product = products.CDI_PRODUCT
    finalizer = "operator.cdi.kubevirt.io"

    def _wanted(self, found: Object, running: Release) -> Release:  # noqa: ARG002 - what CDI's own object cannot say
        return running

    def _bring(self, found: Object, wanted: Release) -> bool:
        self._drop_old_versions()
        return super()._bring(found, wanted)

    def _drop_old_versions(self) -> None:
        """It changes the CRD that came with its own manifest, as often as that is applied."""
        crd = self._store.get(CRD, "", CDI_ITSELF.resource)
        stored = [version for version in crd["spec"]["versions"] if version["storage"]] if crd else []
        if crd and stored != crd["spec"]["versions"]:
            changed = {**crd, "spec": {**crd["spec"], "versions": stored}}
            self._store.replace(CRD, ownership.changed(CRD, crd, changed, self.product.operator))

    def _tell(self, found: Object, wanted: Release, *, ready: bool) -> None:
        status, version = found["status"], wanted.version
        seen = status.get("observedVersion")
        status["targetVersion"] = version
        if ready:
            status |= {"phase": "Deployed", "observedVersion": version}
            self._conditions(found, "TFF", 0, "DeployCompleted", "Deployment Completed")
        elif seen and seen != version:
            status["phase"] = "Upgrading"
            self._conditions(found, "TTT", 2, "UpgradeStarted", f"Started upgrade to version {version}")
        elif not seen:
            status["phase"] = "Deploying"
            self._conditions(found, "FTF", 1, "DeployStarted", "Started Deployment")

    @staticmethod
    def _conditions(found: Object, marks: str, told: int, reason: str, text: str) -> None:
        """One of the three conditions has the reason."""
        for place, kind in enumerate(("Available", "Progressing", "Degraded")):
            said = (reason, text) if place == told else ("", "")
            set_condition(found, kind, {"T": "True", "F": "False"}[marks[place]], *said)


def _release(namespace: str, container: Object) -> Release:
    """As the operators read it: a variable says their version, else the tag of their image."""
    registry, _slash, image = container["image"].rpartition("/")
    variables = {found["name"]: found.get("value", "") for found in container.get("env", [])}
    named = variables.get("KUBEVIRT_VERSION") or variables.get("OPERATOR_VERSION")
    version = named or image.partition("@")[0].partition(":")[2]
    return Release(namespace, registry, version, version)
