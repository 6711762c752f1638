# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs the operators on an empty cluster, and finds out whether a cluster does what it should."""

from __future__ import annotations

import functools
import os
import subprocess
import time
import typing as t
from pathlib import Path

import yaml

from tests.cluster.api import Api, Object, Unreachable
from tests.cluster.errors import LabError
from tests.cluster.nodes import addresses
from tests.cluster.nodes.objects import is_true
from tests.cluster.places import MANIFESTS, State
from tests.cluster.progress import Progress

DEPLOYMENTS = (
    ("kubevirt", "virt-operator"),
    ("kubevirt", "virt-api"),
    ("kubevirt", "virt-controller"),
    ("cdi", "cdi-operator"),
    ("cdi", "cdi-apiserver"),
    ("cdi", "cdi-deployment"),
)
KUBEVIRT = "/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt"
CDI = "/apis/cdi.kubevirt.io/v1beta1/cdis/cdi"

NODES = "/api/v1/nodes"
# What a cluster without operators has no kind for.
SNAPSHOTS = "snapshot.storage.k8s.io/"

PAUSE = 0.2
# Each step takes seconds on a machine that has nothing else to do; this is for one that has too much.
PATIENCE = 600.0


def until(what: str, wanted: t.Callable[[], str], patience: float, alive: t.Callable[[], bool]) -> None:
    """Ask again until there is nothing left that is missing. Raises LabError with what was missing at last."""
    end = time.monotonic() + patience
    while missing := wanted():
        if not alive():
            raise LabError(f"The lab ended while it was waited for: {what}.")
        if time.monotonic() > end:
            raise LabError(f"Within {patience:.0f} s there was no {what}: {missing}.")
        time.sleep(PAUSE)


def bare_storage() -> list[Object]:
    """Return the storage of the lab without what needs a CustomResourceDefinition."""
    items: list[Object] = yaml.safe_load((MANIFESTS / "storage.yaml").read_text(encoding="utf-8"))["items"]
    return [item for item in items if not item["apiVersion"].startswith(SNAPSHOTS)]


class Cluster:
    """A running lab, as its installer sees it."""

    def __init__(self, state: State, api: Api, kubevirt: str, say: Progress, alive: t.Callable[[], bool]) -> None:
        self.state = state
        self.api = api
        self.kubevirt = kubevirt
        self.say = say
        self.alive = alive

    def wait_for_api(self) -> None:
        """Wait until the API server is ready, with all that it does right after its start."""
        until("API server that is ready", lambda: self._missing("/readyz"), PATIENCE, self.alive)
        # Its own first objects; an installation without them would be refused.
        until("namespace", lambda: self._missing("/api/v1/namespaces/default"), PATIENCE, self.alive)
        self.say("API server ready")

    def install(self) -> None:
        """Apply the operators and the objects that tell them what to do."""
        programs = self.state.programs
        kubevirt = programs / f"kubevirt-{self.kubevirt}/manifests"
        self._apply(*sorted((programs / "kube/manifests").iterdir()), kubevirt / "network-attachment-definitions.yaml")
        self._apply(kubevirt / "kubevirt-operator.yaml", programs / "cdi/manifests/cdi-operator.yaml")
        kinds = {
            "crd/kubevirts.kubevirt.io": "KubeVirt",
            "crd/cdis.cdi.kubevirt.io": "CDI",
            "crd/volumesnapshotclasses.snapshot.storage.k8s.io": "VolumeSnapshotClass",
        }
        self._kubectl("wait", "--for=condition=Established", *kinds, "--timeout=30s")
        own = [MANIFESTS / "storage.yaml", MANIFESTS / f"kubevirt-{self.kubevirt}.yaml"]
        self._apply(*own, programs / "cdi/manifests/cdi-cr.yaml")
        self.say("operators applied")
        until("KubeVirt", lambda: self._unavailable(KUBEVIRT), PATIENCE, self.alive)
        self.say(f"KubeVirt {self.kubevirt} deployed")
        until("CDI", lambda: self._unavailable(CDI), PATIENCE, self.alive)
        self.say("CDI deployed")

    def furnish(self) -> None:
        """Give a cluster without operators what it has from its makers: storage classes and nodes that are ready."""
        classes = self.state.directory / "storage.yaml"
        classes.write_text(yaml.safe_dump_all(bare_storage()), encoding="utf-8")
        self._apply(classes)
        until("nodes", self._lost_node, PATIENCE, self.alive)
        self.say("storage classes and nodes ready; neither KubeVirt nor CDI is there")

    def wait_until_ready(self) -> None:
        """Wait until all pods are ready and the webhooks let a virtual machine and a DataVolume pass, as a dry run."""
        until("KubeVirt and CDI", self._unready, PATIENCE, self.alive)
        self.say("virt-operator, virt-api, virt-controller and CDI ready")
        trials = yaml.safe_load((MANIFESTS / "trial.yaml").read_text(encoding="utf-8"))["items"]
        for document in trials:
            until(document["kind"], functools.partial(self._refusal, document), PATIENCE, self.alive)
        self.say("a virtual machine and a DataVolume pass the webhooks")

    def _missing(self, path: str) -> str:
        try:
            answer = self.api.request("GET", path)
        except Unreachable as error:
            return str(error)
        return "" if answer.code == 200 else f"{path} answers {answer.code}"

    def _object(self, path: str) -> Object | None:
        try:
            answer = self.api.request("GET", path)
        except Unreachable:
            return None
        return answer.document if answer.code == 200 else None

    def _unavailable(self, path: str) -> str:
        status = (self._object(path) or {}).get("status", {})
        conditions = {found["type"]: found["status"] for found in status.get("conditions", [])}
        if status.get("phase") == "Deployed" and conditions.get("Available") == "True":
            return ""
        return f"phase {status.get('phase')}, Available {conditions.get('Available')}"

    def _lost_node(self) -> str:
        items: list[Object] = (self._object(NODES) or {"items": []})["items"]
        ready = [node["metadata"]["name"] for node in items if is_true(node, "Ready")]
        return ", ".join(node for node in addresses.NODES if node not in ready)

    def _unready(self) -> str:
        for namespace, name in DEPLOYMENTS:
            found = self._object(f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}") or {}
            if not found.get("status", {}).get("readyReplicas"):
                return f"{name} has no ready pod"
        for group in ("subresources.kubevirt.io/v1", "upload.cdi.kubevirt.io/v1beta1"):
            if missing := self._missing(f"/apis/{group}"):
                return missing
        return ""

    def _refusal(self, document: Object) -> str:
        kind = f"{document['kind'].lower()}s"
        path = f"/apis/{document['apiVersion']}/namespaces/default/{kind}?dryRun=All"
        try:
            answer = self.api.request("POST", path, document)
        except Unreachable as error:
            return str(error)
        return "" if answer.code == 201 else answer.text[:500]

    def _apply(self, *files: Path) -> None:
        names = [option for file in files for option in ("--filename", str(file))]
        self._kubectl("apply", "--server-side", "--force-conflicts", *names)

    def _kubectl(self, *arguments: str) -> None:
        """Run kubectl, again where the API server does not know a new kind yet."""
        environment = os.environ | {
            "KUBECONFIG": str(self.state.kubeconfig),
            "KUBECACHEDIR": str(self.state.kubectl_cache),
        }
        command = [str(self.state.programs / "kube/kubectl"), *arguments]

        def failure() -> str:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            return done.stderr.strip()[-500:] if done.returncode else ""

        until(f"success of kubectl {arguments[0]}", failure, PATIENCE, self.alive)
