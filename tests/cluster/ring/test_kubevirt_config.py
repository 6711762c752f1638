# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of KubeVirt and CDI on the genuine cluster: the scenarios of tests/unit/modules, and sharper ones.

There is one KubeVirt object, and every test of a lab lives by it. So these tests are disruptive: each has the cluster
for itself, and leaves the objects as they were.
"""

from __future__ import annotations

import copy
import functools
import time
import typing as t
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.feature_gates import (
    DEPRECATED,
    DISCONTINUED,
    GA,
    NAMES,
    state_of,
)
from tests.cluster.ring import test_molecule
from tests.cluster.ring.api import path_of
from tests.cluster.ring.cluster_role import ClusterRole
from tests.cluster.ring.genuine import Genuine
from tests.cluster.ring.kubevirt import has_settled, kubevirt_of
from tests.cluster.ring.machine import RUNNING, VM
from tests.cluster.ring.shared import scenarios_of
from tests.unit.modules import test_vmo_kubevirt_config, test_vmo_kubevirt_config_limits
from tests.unit.modules.bench import Bench
from tests.unit.modules.config_bench import ConfigBench, warnings_of

Tree = dict[str, t.Any]
READ = ["list kubevirts"]
PATCH = ["patch kubevirts/kubevirt"]
OPERATOR = "/apis/apps/v1/namespaces/kubevirt/deployments/virt-operator"
COMPONENTS = ["list deployments", "list daemonsets"]
KUBEVIRT = path_of("kubevirts", "kubevirt", "kubevirt")
# What tests change, and whether it is in a namespace.
_SHARED = (("kubevirts", "kubevirt", "kubevirt"), ("cdis", "cdi", ""), ("storageprofiles", "local-path", ""))
_SETTLED = 240.0

globals().update(scenarios_of(test_vmo_kubevirt_config, test_vmo_kubevirt_config_limits))
pytestmark = pytest.mark.disruptive
environment = test_molecule.environment


@pytest.fixture(name="config")
def make_config(bench: Bench, cluster: Genuine) -> Iterator[ConfigBench]:
    admin = cluster.admin
    found = {place: admin.read(*place) for place in _SHARED}
    role = ClusterRole(cluster, "vmo-kubevirt-config")

    def read(plural: str, item: str) -> Tree | None:
        return admin.read(plural, item, "kubevirt" if plural == "kubevirts" else "")

    def write(plural: str, item: str, patch: Tree) -> None:
        admin.patch(plural, item, "kubevirt" if plural == "kubevirts" else "", patch)

    def apply(manager: str, spec: Tree) -> None:
        head = {"apiVersion": "kubevirt.io/v1", "kind": "KubeVirt"}
        admin.apply(manager, {**head, "metadata": {"name": "kubevirt", "namespace": "kubevirt"}, "spec": spec})

    role.grant()
    yield ConfigBench(bench, read, write, apply, role.deny)
    role.take_back()
    for place, before in found.items():
        _restore(cluster, place, before or {})
    if any(_rolls(answer.result) and answer.writes for answer in bench.answers):
        admin.until(lambda: has_settled(kubevirt_of(admin)), _SETTLED)


def _rolls(result: Tree) -> bool:
    return bool(result.get("restarted_components")) or result.get("error", {}).get("code") == "not_settled"


def _restore(cluster: Genuine, place: tuple[str, str, str], before: Tree) -> None:
    """Bring an object back to what it said before the test."""
    while True:
        now = t.cast("Tree", cluster.admin.read(*place))
        metadata = {**now["metadata"]}
        for field in ("labels", "annotations"):
            metadata.pop(field, None)
            if field in before["metadata"]:
                metadata[field] = before["metadata"][field]
        if now["spec"] == before["spec"] and metadata == now["metadata"]:
            return
        body = {**now, "metadata": metadata, "spec": before["spec"]}
        answer = cluster.admin.ask("PUT", path_of(*place), body)
        if answer.code != HTTPStatus.CONFLICT:
            assert answer.code == HTTPStatus.OK, answer.text
            return


# What the collection knows of gates.


def test_the_table_of_gates_is_that_of_this_version(config: ConfigBench, cluster: Genuine) -> None:
    developer = config.kubevirt["spec"]["configuration"]["developerConfiguration"]
    assert "disabledFeatureGates" not in developer
    warned = {}
    for name in (*sorted(NAMES), "NoGateOfThisName"):
        body = {"spec": {"configuration": {"developerConfiguration": {"featureGates": [name]}}}}
        answer = cluster.admin.ask("PATCH", f"{KUBEVIRT}?dryRun=All", body)
        assert answer.code == HTTPStatus.OK, answer.text
        warned[name] = answer.warnings
    expected = {name for name in NAMES if state_of(name, config.version) in (GA, DEPRECATED, DISCONTINUED)}
    assert {name for name, texts in warned.items() if texts} == expected
    always = {name for name, texts in warned.items() if any("General Availability" in text for text in texts)}
    assert always == {name for name in NAMES if state_of(name, config.version) == GA}


def test_every_gate_of_this_version_is_in_its_program(config: ConfigBench, cluster: Genuine) -> None:
    program = (cluster.lab.programs / f"kubevirt-{config.version}" / "virt-operator").read_bytes()
    known = {name for name in NAMES if state_of(name, config.version) is not None}
    assert {name for name in known if name.encode() not in program} == set()
    # short words are in every program
    telling = {name for name in NAMES - known if len(name) > 12}
    assert {name for name in telling if name.encode() in program} == set()


def test_a_gate_is_effective_when_it_is_said_to_be(config: ConfigBench, cluster: Genuine) -> None:
    snapshot = {
        "apiVersion": "snapshot.kubevirt.io/v1beta1",
        "kind": "VirtualMachineSnapshot",
        "metadata": {"name": "trial", "namespace": cluster.namespace},
        "spec": {"source": {"apiGroup": "kubevirt.io", "kind": "VirtualMachine", "name": "web-01"}},
    }
    path = path_of("virtualmachinesnapshots", "", cluster.namespace) + "?dryRun=All"

    def is_taken(wanted: bool = True) -> bool:
        answer = cluster.admin.ask("POST", path, snapshot)
        known = (HTTPStatus.CREATED, HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
        assert answer.code in known, answer.text
        return ("feature gate" not in answer.text) is wanted

    assert is_taken()
    for wish in ("absent", "enabled", "disabled"):
        # a snapshot of another test may still be on its way out
        told = config.run(feature_gates={"Snapshot": wish}, force=True).result["feature_gates"]["Snapshot"]
        assert told["effective"] is (wish == "enabled")
        cluster.admin.until(functools.partial(is_taken, wish == "enabled"))


# What only the genuine webhooks and operators do.


def test_the_api_takes_what_the_task_refuses(config: ConfigBench, cluster: Genuine) -> None:
    developer = {"cpuAllocationRatio": -1, "pvcTolerateLessSpaceUpToPercent": 200}
    network = {"defaultNetworkInterface": "tap"}
    wrong: Tree = {"developerConfiguration": developer, "network": network, "evictionStrategy": "Migrate"}
    answer = cluster.admin.ask(
        "PATCH", f"{KUBEVIRT}?dryRun=All&fieldValidation=Strict", {"spec": {"configuration": wrong}}
    )
    assert answer.code == HTTPStatus.OK
    assert config.fail(configuration=wrong).result["error"]["code"] == "invalid_option"


def test_the_prediction_comes_true(config: ConfigBench) -> None:
    task: Tree = {"preset": "palette_vmo", "memory_overcommit": 130, "feature_gates": {"LiveMigration": "absent"}}
    foreseen = config.run(check=True, **task)
    before = copy.deepcopy(config.kubevirt["spec"])
    made = config.run(**task)
    for word in ("diff", "feature_gates", "actions", "restarted_components", "managed_by"):
        assert foreseen.result[word] == made.result[word]
    assert foreseen.result["kubevirt"]["spec"] == made.result["kubevirt"]["spec"] == config.kubevirt["spec"]
    assert before != config.kubevirt["spec"]


def test_a_change_is_seen_by_the_operator(config: ConfigBench) -> None:
    answer = config.run(wait=True, cpu_allocation_ratio=9, wait_timeout=300)
    found = answer.result["kubevirt"]
    assert found["status"]["observedGeneration"] == found["metadata"]["generation"]
    again = config.run(wait=True, cpu_allocation_ratio=9)
    assert (again.changed, again.reads, again.writes) == (False, READ, [])


def test_a_placement_that_is_none_is_refused_by_the_webhook(config: ConfigBench) -> None:
    answer = config.fail(check=True, infra={"tolerations": [{"key": "no key", "operator": "Exists"}]})
    assert answer.result["error"]["code"] == "invalid", answer.result
    assert "placement-validation-webhook" in answer.result["msg"]


def test_components_that_find_no_node_are_told(config: ConfigBench) -> None:
    nowhere = {"node_selector": {"example.com/nowhere": "true"}}
    answer = config.fail(wait=True, infra=nowhere, failure_grace=3, wait_timeout=240)
    assert answer.result["error"]["code"] == "not_settled", answer.result
    assert "Unschedulable: 0/" in answer.result["msg"]
    assert answer.result["changed"] is True


def test_a_version_that_runs_is_seen_with_its_components(config: ConfigBench) -> None:
    running = {"version": config.kubevirt["status"]["observedKubeVirtVersion"]}
    # what another test has changed may not be seen yet
    config.run(wait=True, **running)
    answer = config.run(wait=True, **running)
    assert (answer.changed, answer.reads, answer.writes) == (False, [*READ, *COMPONENTS], [])
    cdi = {"version": config.cdi["status"]["observedVersion"].removeprefix("v")}
    both = config.run(wait=True, cdi=cdi, **running)
    assert both.reads == [*READ, "list cdis", *COMPONENTS, COMPONENTS[0], COMPONENTS[0]]
    assert both.result["cdi_version"] == both.result["cdi_target_version"] == f"v{cdi['version']}"


def test_a_version_that_nobody_brings_is_told(config: ConfigBench) -> None:
    answer = config.fail(wait=True, version=f"{config.version}.99", failure_grace=0)
    assert answer.result["error"]["code"] == "not_settled", answer.result
    assert f"Deployment kubevirt/virt-operator brings v{config.version}." in answer.result["msg"]
    down = config.fail(wait=True, cdi={"version": "1.0.0"}, failure_grace=0)
    assert "CDI does not go down from" in down.result["error"]["reason"]
    up = config.fail(wait=True, cdi={"version": "1.999.0"}, failure_grace=0)
    assert "Deployment cdi/cdi-operator brings" in up.result["error"]["reason"]


def test_an_operator_that_cannot_be_pulled_is_told_in_seconds(config: ConfigBench, cluster: Genuine) -> None:
    before = cluster.admin.must("GET", OPERATOR)["spec"]["template"]
    after = copy.deepcopy(before)
    container = after["spec"]["containers"][0]
    image = f"registry.example/does-not-exist/virt-operator:v{config.version}.99"
    wanted = {"VIRT_OPERATOR_IMAGE": image, "KUBEVIRT_VERSION": f"v{config.version}.99"}
    container["image"] = image
    for variable in container["env"]:
        if variable["name"] in wanted:
            variable["value"] = wanted[variable["name"]]
    cluster.admin.must("PATCH", OPERATOR, {"spec": {"template": after}})
    try:
        began = time.monotonic()
        answer = config.fail(wait=True, version=f"{config.version}.99", failure_grace=3, wait_timeout=240)
        assert time.monotonic() - began < 60
        reason = answer.result["error"]["reason"]
        assert reason.startswith("Pod kubevirt/virt-operator-")
        assert f"with the image {image} does not run, " in reason
        assert "ImagePull" in reason
    finally:
        cluster.admin.must("PATCH", OPERATOR, {"spec": {"template": before}})
    running = config.kubevirt["status"]["observedKubeVirtVersion"]
    config.run(wait=True, version=running, wait_timeout=240)
    found = cluster.admin.must("GET", OPERATOR)
    assert found["status"]["observedGeneration"] == found["metadata"]["generation"]
    assert found["status"]["updatedReplicas"] == found["status"]["replicas"] == found["status"]["readyReplicas"]


def test_a_gate_in_both_lists_is_moved_not_doubled(config: ConfigBench) -> None:
    if config.version == "1.4":
        assert config.run(feature_gates={"VMExport": "disabled"}).changed
        assert not config.run(feature_gates={"VMExport": "disabled"}).changed
        return
    for wish in ("disabled", "enabled", "disabled", "absent"):
        answer = config.run(feature_gates={"VMExport": wish})
        developer = config.kubevirt["spec"]["configuration"]["developerConfiguration"]
        assert ("VMExport" in developer["featureGates"]) is (wish == "enabled")
        assert ("VMExport" in developer.get("disabledFeatureGates", [])) is (wish == "disabled")
        counts_later = any("counts from 1.9 on alone" in text for text in warnings_of(answer))
        assert counts_later is (wish == "disabled")


def test_a_disk_that_is_attached_keeps_its_gate(bench: Bench, config: ConfigBench, cluster: Genuine) -> None:
    bench.run(VM, **RUNNING)
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    cluster.put(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data"},
            "spec": {**claim, "storageClassName": "ceph-rbd", "volumeMode": "Block"},
        }
    )
    source = {"persistentVolumeClaim": {"claimName": "data", "hotpluggable": True}}
    volume = {"name": "data", "disk": {"disk": {"bus": "scsi"}}, "volumeSource": source}
    machine = f"/apis/subresources.kubevirt.io/v1/namespaces/{cluster.namespace}/virtualmachineinstances/web-01"
    cluster.admin.must("PUT", f"{machine}/addvolume", volume)
    cluster.admin.until(lambda: _hotplugged(cluster))
    answer = config.fail(feature_gates={"HotplugVolumes": "absent"})
    assert f"VirtualMachineInstance {cluster.namespace}/web-01" in answer.result["error"]["dependants"]
    assert answer.writes == []
    assert "HotplugVolumes" in config.gates


def _hotplugged(cluster: Genuine) -> bool:
    found = cluster.read("virtualmachineinstances", "web-01") or {}
    return any("hotplugVolume" in volume for volume in found.get("status", {}).get("volumeStatus", ()))


def test_cdi_follows(config: ConfigBench, cluster: Genuine) -> None:
    answer = config.run(wait=True, cdi={"filesystem_overhead": {"default": "0.08"}})
    assert answer.changed
    path = "/apis/cdi.kubevirt.io/v1beta1/cdiconfigs/config"
    cluster.admin.until(lambda: cluster.admin.must("GET", path)["status"]["filesystemOverhead"].get("global") == "0.08")


def test_cdi_takes_a_profile_over(config: ConfigBench, cluster: Genuine) -> None:
    sets = [{"access_modes": ["ReadWriteOnce"], "volume_mode": "Filesystem"}]
    config.run(storage_profiles=[{"name": "local-path", "claim_property_sets": sets}])
    wanted = [{"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem"}]
    cluster.admin.until(lambda: config.profile("local-path")["status"].get("claimPropertySets") == wanted)
    # CDI's own fields are no drift
    assert not config.run(storage_profiles=[{"name": "local-path", "claim_property_sets": sets}]).changed


@pytest.mark.usefixtures("config")
def test_the_molecule_scenario(environment: dict[str, str]) -> None:
    test_molecule.test_a_scenario(environment, "vmo_kubevirt_config")
