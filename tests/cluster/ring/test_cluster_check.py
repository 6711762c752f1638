# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_cluster_check`` on the genuine cluster: what it says of a healthy one, of a broken one, and to whom it says it.

Tests that look at the whole cluster are alone with it; what other tests have left to the garbage collector is not told.
"""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.cluster_demands import PURPOSES, RIGHTS
from tests.cluster.ring import rights
from tests.cluster.ring.genuine import Genuine
from tests.cluster.ring.kubevirt import until_taken_up
from tests.cluster.ring.machine import BODY, RUNNING, VM
from tests.cluster.ring.rights import Right
from tests.unit.modules.bench import Answer, Bench

Tree = dict[str, t.Any]

CHECK = "vmo_cluster_check"
ALL: Tree = {"for": list(PURPOSES), "fail_on": "never"}
RUN: Tree = {"only": ["right"], "for": ["run"]}
RBAC = "/apis/rbac.authorization.k8s.io/v1"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses"
KUBEVIRT = "/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts/kubevirt"
DEFAULTS = ("storageclass.kubernetes.io/is-default-class", "storageclass.kubevirt.io/is-default-virt-class")
# The lab has no snapshot controller and no address for uploads, and KubeVirt 1.4 is older than its Kubernetes.
HEALTHY = {
    "1.4": {
        ("kv.support", "warn", "cluster"),
        ("cdi.exposed", "warn", "cluster"),
        ("snap.controller", "warn", "cluster"),
    },
    "1.8": {("cdi.exposed", "warn", "cluster"), ("snap.controller", "warn", "cluster")},
}
# What a user with the rights of the README on one namespace cannot be told.
UNKNOWN = {
    "node.kubelet", "node.ready", "node.cordoned", "node.pressure", "node.count", "node.schedulable", "node.handler",
    "node.kvm", "node.devices", "node.cpu_models", "kv.components", "kv.api", "cdi.installed", "cdi.healthy",
    "cdi.version", "cdi.api", "cdi.exposed", "cdi.scratch", "sc.default", "sc.profile", "sc.rwx", "sc.expansion",
    "sc.binding", "sc.cloning", "sc.present", "snap.api", "snap.class", "snap.controller", "net.multus",
    "net.attachments", "net.config", "net.bridge", "net.vlans", "net.load_balancer", "ns.present", "quota.room",
    "vm.drain", "vm.restart", "cert.kubevirt", "cert.cdi",
}  # fmt: skip


def troubles(answer: Answer, namespace: str) -> set[tuple[str, str, str]]:
    """Return check, status and subject of what is told, without VMs and networks of others."""
    found = {(one["id"], one["status"], one["subject"]) for one in answer.result["verdicts"]}
    return {
        (name, status, subject)
        for name, status, subject in found
        if "/" not in subject or subject.startswith((f"{namespace}/", "VLAN"))
    }


def all_rights() -> set[Right]:
    """Return every right that some purpose needs."""
    needed = {right for one_of in RIGHTS.values() for rights_ in one_of for right in rights_}
    return {Right(right.group, right.resource, right.verb) for right in needed}


@contextlib.contextmanager
def bound(cluster: Genuine, name: str, rules: list[Tree]) -> Iterator[None]:
    """Give the user rights in the whole cluster, and wait until the server knows."""
    role = f"{cluster.namespace}-{name}"
    subject = {"kind": "ServiceAccount", "name": "tester", "namespace": cluster.namespace}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    cluster.admin.must("POST", f"{RBAC}/clusterroles", {"metadata": {"name": role}, "rules": rules})
    binding = {"metadata": {"name": role}, "roleRef": reference, "subjects": [subject]}
    cluster.admin.must("POST", f"{RBAC}/clusterrolebindings", binding)
    wanted = {str(right) for right in rights.of_rules(rules)}
    cluster.admin.until(lambda: wanted <= {str(right) for right in cluster._rights_now()})
    try:
        yield
    finally:
        cluster.admin.delete("clusterrolebindings", role)
        cluster.admin.delete("clusterroles", role)


@pytest.fixture
def onlooker(bench: Bench, cluster: Genuine) -> Iterator[Bench]:
    """Yield a bench whose user sees the whole cluster, and may do in the namespace whatever a purpose needs."""
    cluster.grant(rights.of_readme() | all_rights())
    # Tests of other files change KubeVirt and put it back; the check tells how long the operator takes for that.
    until_taken_up(cluster.admin)
    with bound(cluster, "onlooker", [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}]):
        yield bench


@pytest.mark.disruptive
def test_the_healthy_lab_gets_exactly_these_verdicts(onlooker: Bench) -> None:
    answer = onlooker.run(CHECK, **ALL)
    assert troubles(answer, onlooker.namespace) == HEALTHY[onlooker.backend.version], answer.result["summary"]
    assert answer.result["unavailable"] == {}
    assert answer.result["versions"]["kubevirt"] == f"v{onlooker.backend.version}.0"
    checked = onlooker.run(CHECK, check=True, **ALL)
    assert troubles(checked, onlooker.namespace) == HEALTHY[onlooker.backend.version]
    for each in (answer, checked):
        assert (each.writes, each.rehearsals) == ([], [])
        assert len(each.reads) < 30


@pytest.mark.disruptive
def test_who_has_one_namespace_gets_answers_and_the_rules_that_are_missing(bench: Bench, cluster: Genuine) -> None:
    until_taken_up(cluster.admin)
    answer = bench.run(CHECK, with_passed=True, **ALL)
    found = answer.result["verdicts"]
    unknown = [one for one in found if one["status"] == "unknown"]
    assert {one["id"] for one in unknown} == UNKNOWN
    assert not answer.writes
    # The README has no rights for these.
    assert {one["id"] for one in found if one["status"] == "fail"} == {
        "right.migrate", "right.snapshot", "right.hotplug", "right.clone", "right.import", "right.upload"
    }  # fmt: skip
    assert {one["id"] for one in found if one["status"] == "pass"} >= {"kv.installed", "kv.healthy", "right.run"}
    rules = [one["evidence"]["rule"] for one in unknown]
    # A role of just these rules is enough: that is what they are told for. One rule may hide the next one.
    for _round in range(4):
        plain = [{key: rule[key] for key in ("apiGroups", "resources", "verbs")} for rule in rules]
        with bound(cluster, "told", plain):
            again = bench.run(CHECK, **ALL)
        missing = [one["evidence"]["rule"] for one in again.result["verdicts"] if one["status"] == "unknown"]
        if not missing:
            break
        rules += missing
    assert not missing
    assert again.result["unavailable"] == {}


def test_a_right_that_is_missing_is_named_with_its_rule(bench: Bench, cluster: Genuine) -> None:
    cluster.deny("update", "virtualmachines/restart")
    answer = bench.fail(CHECK, **RUN)
    (verdict,) = answer.result["verdicts"]
    assert (verdict["id"], verdict["subject"]) == ("right.run", bench.namespace)
    (rule,) = verdict["evidence"]["rules"]
    assert rule == {
        "apiGroups": ["subresources.kubevirt.io"],
        "resources": ["virtualmachines/restart"],
        "verbs": ["update"],
        "namespace": bench.namespace,
    }
    cluster.grant({*cluster.rights, Right("subresources.kubevirt.io", "virtualmachines/restart", "update")})
    assert bench.run(CHECK, **RUN).result["status"] == "pass"


def test_many_vms_cost_as_many_requests_as_none(onlooker: Bench) -> None:
    counts = []
    for number in range(3):
        counts.append(len(onlooker.run(CHECK, **ALL).reads))
        onlooker.run(VM, **{**BODY, "name": f"web-0{number}"})
    assert len(set(counts)) == 1


Undo = Callable[[], t.Any]


class Saboteur:
    """Breaks a cluster in its own way, and mends it again."""

    def __init__(self, cluster: Genuine, mending: contextlib.ExitStack) -> None:
        self._cluster, self._admin, self._mending = cluster, cluster.admin, mending

    def change(self, path: str, patch: Tree, back: Tree) -> None:
        """Patch an object, and undo it with another patch."""
        self._admin.must("PATCH", path, patch)
        self._mending.callback(self._admin.must, "PATCH", path, back)

    def make(self, path: str, name: str, marks: Tree | None = None, **rest: t.Any) -> None:
        """Make an object, and delete it again."""
        self._admin.must("POST", path, {"metadata": {"name": name, "annotations": marks or {}}, **rest})
        self._mending.callback(self._admin.ask, "DELETE", f"{path}/{name}")

    def cordon(self, node: str) -> None:
        """Let a node take no pods."""
        self.change(f"/api/v1/nodes/{node}", {"spec": {"unschedulable": True}}, {"spec": {"unschedulable": None}})

    def label(self, node: str, label: str) -> None:
        """Put a label on a node."""
        marks = [{"metadata": {"labels": {label: value}}} for value in ("true", None)]
        self.change(f"/api/v1/nodes/{node}", *marks)

    def without_default(self, name: str) -> None:
        """Take from a StorageClass that it is the default."""
        marks = [{"metadata": {"annotations": dict.fromkeys(DEFAULTS, value)}} for value in ("false", "true")]
        self.change(f"{CLASSES}/{name}", *marks)

    def without_gate(self, name: str) -> None:
        """Take a feature gate off KubeVirt's list."""
        place = "developerConfiguration"
        listed = self._admin.must("GET", KUBEVIRT)["spec"]["configuration"][place]["featureGates"]
        lists = [[gate for gate in listed if gate != name], listed]
        # Until KubeVirt has taken up a change, its mending too, the check says that it has not.
        self._mending.callback(until_taken_up, self._admin)
        self.change(KUBEVIRT, *({"spec": {"configuration": {place: {"featureGates": gates}}}} for gates in lists))
        until_taken_up(self._admin)

    def snapshot_controller(self, name: str) -> None:
        """Let one more snapshot controller be meant to run."""
        pods = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [_container("x/snapshot-controller:v8")]}}
        spec = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": pods}
        self.make(f"/apis/apps/v1/namespaces/{self._cluster.namespace}/deployments", name, spec=spec)

    def network(self, name: str, config: str) -> None:
        """Make a NetworkAttachmentDefinition."""
        path = f"/apis/k8s.cni.cncf.io/v1/namespaces/{self._cluster.namespace}/network-attachment-definitions"
        kind: Tree = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition"}
        self.make(path, name, spec={"config": config}, **kind)


def _container(image: str) -> Tree:
    return {"name": "main", "image": image}


def planted(namespace: str) -> set[tuple[str, str, str]]:
    """Return what the faults of the next test are to be told as."""
    return {
        ("node.cordoned", "warn", "kv-node3"),
        ("node.count", "fail", "cluster"),
        ("node.cpu_models", "fail", "cluster"),
        ("kv.gates", "fail", "cluster"),
        ("sc.present", "fail", "nothing"),
        ("sc.default", "fail", "storage classes"),
        ("sc.profile", "fail", "local-path"),
        ("sc.rwx", "fail", "hostpath"),
        ("sc.expansion", "warn", "hostpath"),
        ("sc.expansion", "warn", "local-path"),
        ("sc.binding", "warn", "hostpath"),
        ("sc.binding", "warn", "local-path"),
        ("sc.cloning", "warn", "hostpath"),
        ("sc.cloning", "warn", "local-path"),
        ("snap.class", "warn", "ceph-rbd"),
        ("snap.class", "fail", "hostpath"),
        ("snap.class", "fail", "local-path"),
        ("snap.controller", "fail", "cluster"),
        ("net.multus", "fail", "cluster"),
        ("net.attachments", "fail", f"{namespace}/missing"),
        ("net.config", "fail", f"{namespace}/broken"),
        ("net.config", "warn", f"{namespace}/node-local"),
        ("net.bridge", "warn", f"{namespace}/node-local"),
        ("net.vlans", "fail", "VLAN 30"),
        ("net.load_balancer", "fail", f"{namespace}/front"),
        ("ns.present", "fail", "not-there"),
        ("quota.room", "fail", f"{namespace}/full"),
        ("right.snapshot", "fail", namespace),
        ("right.clone", "fail", namespace),
        ("vm.restart", "warn", f"{namespace}/web-01"),
        ("vm.drain", "fail", f"{namespace}/db-01"),
    }


@pytest.mark.disruptive
def test_all_planted_faults_are_found_and_no_other(onlooker: Bench, cluster: Genuine) -> None:
    namespace = onlooker.namespace
    body = {**RUNNING, "wait_for": ["ready"]}
    onlooker.run(VM, **body)
    onlooker.run(VM, name="web-01", cpu={"model": "host-passthrough"})
    bridge = [{"name": "default", "pod": {}, "binding": "bridge"}]
    onlooker.run(VM, **{**body, "name": "db-01"}, eviction_strategy="LiveMigrate", networks=bridge)
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "full"}}
    onlooker.put({**quota, "spec": {"hard": {"count/virtualmachines.kubevirt.io": "2"}}})
    cluster.deny("create", "virtualmachinesnapshots")
    with contextlib.ExitStack() as mending:
        saboteur = Saboteur(cluster, mending)
        saboteur.cordon("kv-node3")
        saboteur.label("kv-node2", "host-model-required-features.node.kubevirt.io/amx-tile")
        saboteur.without_default("ceph-rbd")
        saboteur.without_gate("Snapshot")
        saboteur.snapshot_controller("one")
        saboteur.snapshot_controller("another")
        second: Tree = {"apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshotClass"}
        second |= {"deletionPolicy": "Delete", "driver": "rook-ceph.rbd.csi.ceph.com"}
        default = {"snapshot.storage.kubernetes.io/is-default-class": "true"}
        saboteur.make(SNAPSHOTS, f"second-{namespace}", default, **second)
        saboteur.network("broken", '{"cniVersion": "0.3.1", "type": "bridge", "bridge": "br0", "vlan": "20"}')
        saboteur.network("node-local", '{"type": "bridge", "bridge": "br7", "ipam": {"type": "host-local"}}')
        ports = {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": {"app": "web"}}
        saboteur.make(f"/api/v1/namespaces/{namespace}/services", "front", spec=ports)
        options: Tree = {
            "storage_classes": ["ceph-rbd", "hostpath", "local-path", "nothing"],
            "networks": ["broken", "node-local", "missing"],
            "bridge": "br0",
            "vlans": [30],
            "nodes": 3,
            "images_namespace": "not-there",
        }
        answer = onlooker.run(CHECK, **ALL, **options)
    found = troubles(answer, namespace) - HEALTHY[onlooker.backend.version]
    assert found == planted(namespace)
    mended = onlooker.run(CHECK, only=["node", "kv", "sc", "net", "snap"], **ALL)
    assert troubles(mended, namespace) == HEALTHY[onlooker.backend.version] - {("cdi.exposed", "warn", "cluster")}


def until_told(bench: Bench, cluster: Genuine, expected: set[tuple[str, str, str]], **options: t.Any) -> None:
    """Check again and again until exactly this is told."""
    cluster.admin.until(lambda: troubles(bench.run(CHECK, fail_on="never", **options), bench.namespace) == expected)


@pytest.mark.disruptive
def test_a_component_that_is_down_is_told_until_it_is_up_again(onlooker: Bench, cluster: Genuine) -> None:
    cluster.lab.kill("virt-controller")
    until_told(onlooker, cluster, {("kv.components", "fail", "virt-controller")}, only=["kv.components"])
    until_told(onlooker, cluster, set(), only=["kv.components"])


@pytest.mark.disruptive
def test_a_lost_node_is_told_until_it_is_back(onlooker: Bench, cluster: Genuine) -> None:
    looked_at = ["node.ready", "kv.healthy", "kv.components"]
    with cluster.lab.node_down("kv-node2"):
        until_told(onlooker, cluster, {("node.ready", "fail", "kv-node2")}, only=["node.ready"])
    until_told(onlooker, cluster, set(), only=looked_at)
