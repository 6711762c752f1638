# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt`` where it only decides, and where it leaves something to somebody else."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from tests.sim.kubevirt import Simulator
from tests.sim.kubevirt.manifests import PRODUCTS, manifest
from tests.unit.modules.bench import Answer, Bench
from tests.unit.modules.config_bench import forget_warnings, warnings_of
from tests.unit.modules.simulated import Simulated

Tree = dict[str, t.Any]
MODULE = "vmo_kubevirt"
HELM = {
    "labels": {"app.kubernetes.io/managed-by": "Helm"},
    "annotations": {"meta.helm.sh/release-name": "vms", "meta.helm.sh/release-namespace": "ops"},
}
MACHINE = {
    "apiVersion": "kubevirt.io/v1",
    "kind": "VirtualMachine",
    "metadata": {"name": "web-01", "namespace": "shop"},
}
pytestmark = pytest.mark.simulator_only("it looks at a cluster with next to nothing in it")


@pytest.fixture(name="simulator")
def make_simulator() -> Iterator[Simulator]:
    with Simulator(version="1.8") as simulator:
        yield simulator


@pytest.fixture(name="empty")
def make_empty() -> Iterator[Simulator]:
    with Simulator(version="1.8", stage="empty") as simulator:
        yield simulator


def run(simulator: Simulator, **params: t.Any) -> Answer:
    check = params.pop("check", False)
    forget_warnings()
    return Bench(Simulated(simulator, "1.8")).run(MODULE, check=check, namespace=None, **params)


def fail(simulator: Simulator, **params: t.Any) -> Answer:
    return Bench(Simulated(simulator, "1.8")).fail(MODULE, namespace=None, **params)


def operator(version: str) -> str:
    return manifest(PRODUCTS["kubevirt"], version)


@pytest.mark.parametrize("check", [False, True])
def test_a_decision_costs_one_read_whatever_the_manifest_holds(empty: Simulator, check: bool) -> None:
    answer = run(empty, product="KubeVirt", manifest=operator("v1.7.0"), decide_only=True, check=check)
    told = {name: answer.result[name] for name in ("action", "version", "installed", "check_mode", "actions")}
    assert told == {"action": "install", "version": "v1.7.0", "installed": False, "check_mode": check, "actions": []}
    assert (answer.changed, answer.writes, answer.rehearsals, len(answer.reads)) == (False, [], [], 1)


def test_what_would_be_refused_is_refused(simulator: Simulator) -> None:
    running = run(simulator, product="KubeVirt", default_version="1.8.0").result["version"]
    assert running == "v1.8.0"
    far = fail(simulator, product="KubeVirt", manifest=operator("v1.10.0"), decide_only=True)
    assert far.result["error"]["code"] == "no_way"
    assert "have the newest 1.9 installed first" in far.result["msg"]
    simulator.put({**MACHINE, "spec": {"runStrategy": "Halted", "template": {"spec": {"domain": {"devices": {}}}}}})
    lost = fail(simulator, product="KubeVirt", state="absent", default_version="1.8.0")
    assert lost.result["error"] == {"code": "in_use", "kinds": ["VirtualMachine"]}
    assert "shop/web-01" in lost.result["msg"]
    assert lost.writes == lost.rehearsals == []


def test_a_removal_that_goes_on_is_no_trouble(simulator: Simulator) -> None:
    answer = run(simulator, product="KubeVirt", state="absent", manifest=operator("v1.8.0"), failure_grace=0)
    assert ("delete", "KubeVirt") in {(action["verb"], action["kind"]) for action in answer.result["actions"]}
    assert simulator.read("kubevirts", "kubevirt", "kubevirt") is None


def test_a_removal_says_nothing_of_kinds_that_are_old(simulator: Simulator) -> None:
    assert simulator.read("customresourcedefinitions", "", "virtualmachineinstancepresets.kubevirt.io") is not None
    answer = run(simulator, product="KubeVirt", state="absent", default_version="1.8.0")
    assert "list virtualmachineinstancepresets" in answer.reads
    assert warnings_of(answer) == []


@pytest.mark.parametrize("wanted", ["1.8.0", "1.9.0"])
def test_what_somebody_else_manages_stays(simulator: Simulator, wanted: str) -> None:
    found = simulator.read("kubevirts", "kubevirt", "kubevirt")
    assert found is not None
    del found["metadata"]["resourceVersion"]
    simulator.put({**found, "metadata": {**found["metadata"], **HELM}})
    task: Tree = {"product": "KubeVirt", "version": wanted, "manifest": operator(f"v{wanted}")}
    warned, quiet = run(simulator, **task), run(simulator, on_managed="ignore", **task)
    for answer in (warned, quiet):
        told = (answer.result["action"], answer.result["version"], answer.result["managed_by"]["by"])
        assert told == ("none", "v1.8.0", "helm")
        assert (answer.changed, answer.writes) == (False, [])
    assert warnings_of(quiet) == []
    if wanted == "1.8.0":
        # it is as it is wanted
        assert warnings_of(warned) == []
        assert not run(simulator, on_managed="fail", **task).changed
        return
    assert "it stays v1.8.0, and does not become v1.9.0 here" in warnings_of(warned)[0]
    refused = fail(simulator, on_managed="fail", **task)
    assert refused.result["error"]["code"] == "managed_elsewhere"


def controller(kind: str, namespace: str, name: str, image: str) -> Tree:
    pod = {"containers": [{"name": "it", "image": image}]}
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}},
    }


OWN = controller(
    "Deployment", "kube-system", "snapshot-controller", "registry.k8s.io/sig-storage/snapshot-controller:v8"
)


@pytest.mark.parametrize(
    "other",
    [
        controller("Deployment", "storage", "csi-snapshot-controller", "example.com/by-digest@sha256:0"),
        controller("Deployment", "kube-system", "snapshots", "example.com/csi/snapshot-controller:v7"),
        controller("DaemonSet", "kube-system", "snapshot-controller", "example.com/other:v7"),
    ],
    ids=["by its name", "by its image", "of another kind"],
)
def test_a_second_snapshot_controller_is_refused(empty: Simulator, other: Tree) -> None:
    empty.put(other)
    place = f"{other['metadata']['namespace']}/{other['metadata']['name']}"
    for decide_only in (True, False):
        answer = fail(empty, product="SnapshotController", manifest=[OWN], decide_only=decide_only)
        assert answer.result["error"]["code"] == "already_there"
        assert answer.result["msg"].startswith(f"{place} is a snapshot controller already")
        assert answer.writes == answer.rehearsals == []


def test_the_same_snapshot_controller_is_brought_again(empty: Simulator) -> None:
    empty.put(controller("Deployment", "shop", "web", "example.com/web:v1"))
    assert run(empty, product="SnapshotController", manifest=[OWN]).changed
    assert not run(empty, product="SnapshotController", manifest=[OWN]).changed
    assert run(empty, product="SnapshotController", manifest=[OWN], state="absent").changed
    assert "manifest" in fail(empty, product="SnapshotController").result["msg"]
