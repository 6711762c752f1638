# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt_config`` where it must not, cannot or need not do what a task asks; and CDI beside KubeVirt."""

from __future__ import annotations

import typing as t

import pytest

from tests.sim.kubevirt import Fault
from tests.unit.modules.bench import Bench
from tests.unit.modules.config_bench import ConfigBench, warnings_of
from tests.unit.modules.simulated import Simulated, simulated_config

Tree = dict[str, t.Any]
READ = ["list kubevirts"]
PATCH = ["patch kubevirts/kubevirt"]
PROXY = "http://jane:hunter2@proxy.example.com:3128"


@pytest.fixture(name="config")
def make_config(bench: Bench) -> ConfigBench:
    return simulated_config(bench)


WRONG: dict[str, tuple[Tree, str]] = {
    "a ratio of nothing": ({"cpu_allocation_ratio": 0}, "last good configuration"),
    "a negative overcommit": ({"memory_overcommit": -1}, "last good configuration"),
    "more than all space": ({"pvc_less_space_percent": 101}, "1 to 100"),
    "no space less": ({"pvc_less_space_percent": 0}, "not set"),
    "no reserve": ({"pvc_reserve_bytes": 0}, "not set"),
    "silence": ({"log_verbosity": {"virt_handler": 0}}, "not set"),
    "no growth": ({"live_updates": {"max_hotplug_ratio": 0}}, "not set"),
    "no requests": ({"rate_limits": {"api": {"qps": 0, "burst": 1}}}, "no more requests"),
    "a policy nobody knows": ({"configuration": {"imagePullPolicy": "Sometimes"}}, "imagePullPolicy: 'Sometimes'"),
    "an interface nobody knows": (
        {"configuration": {"network": {"defaultNetworkInterface": "tap"}}},
        "bridge or masquerade",
    ),
    "an eviction nobody knows": ({"configuration": {"evictionStrategy": "Migrate"}}, "take it for None"),
    "a ratio in other words": ({"configuration": {"developerConfiguration": {"cpuAllocationRatio": -2}}}, "1 or more"),
    "a model nobody looks at": ({"configuration": {"minCPUModel": "Penryn"}}, "does not look at it"),
    "a wish that is none": ({"feature_gates": {"Snapshot": "on"}}, "enabled, disabled, absent"),
    "gates in other words": (
        {"configuration": {"developerConfiguration": {"featureGates": ["Root"]}}},
        "use feature_gates",
    ),
    "no gates at all": ({"configuration": {"developerConfiguration": None}}, "since the feature gates stand there"),
    "two minds": (
        {"cpu_allocation_ratio": 8, "configuration": {"developerConfiguration": {"cpuAllocationRatio": 9}}},
        "disagrees with the option cpu_allocation_ratio",
    ),
    "no bandwidth at all": ({"migrations": {"bandwidth": "fast"}}, "not a quantity"),
    "no time": ({"workload_updates": {"batch_interval": "soon"}}, "not a duration"),
    "a list of nothing": ({"exclusive": ["feature_gates"]}, "does not say which feature_gates"),
    "devices of nothing": ({"exclusive": ["host_devices"]}, "does not say which host_devices"),
    "gates of nothing": ({"exclusive": ["cdi_feature_gates"], "cdi": {}}, "does not say which cdi_feature_gates"),
    "too great a share": ({"cdi": {"filesystem_overhead": {"default": "1.5"}}}, "no share"),
    "gates of CDI in other words": ({"cdi": {"configuration": {"featureGates": []}}}, "use feature_gates"),
    "a profile twice": ({"storage_profiles": [{"name": "a"}, {"name": "a"}]}, "listed twice"),
}


@pytest.mark.simulator_only("no cluster is asked, so none can show more")
@pytest.mark.parametrize("what", WRONG)
def test_what_nobody_could_follow_is_refused_before_anything_is_asked(config: ConfigBench, what: str) -> None:
    task, text = WRONG[what]
    answer = config.fail(**task)
    assert answer.result["error"]["code"] == "invalid_option", answer.result
    assert answer.result["error"]["option"] in {*task, "configuration"}
    assert text in answer.result["msg"]
    assert (answer.reads, answer.writes, answer.rehearsals) == ([], [], [])


def test_what_the_cluster_refuses_is_told_by_name(config: ConfigBench) -> None:
    replicas = config.fail(infra={"replicas": 0})
    assert replicas.result["error"]["code"] == "invalid", replicas.result
    assert "infra replica count can't be 0" in replicas.result["msg"]
    field = config.fail(check=True, configuration={"nonsense": 1})
    assert field.result["error"]["code"] == "unknown_field", field.result
    assert field.result["error"]["fields"][0]["field"] == "spec.configuration.nonsense"
    assert not replicas.changed
    if config.version == "1.4":
        younger = config.fail(migrations={"allow_workload_disruption": True})
        assert younger.result["error"]["code"] == "unknown_field"


def test_a_configuration_that_kubevirt_ignores_is_told(config: ConfigBench) -> None:
    config.change({"spec": {"configuration": {"developerConfiguration": {"memoryOvercommit": 100}}}})
    assert not warnings_of(config.run(eviction_strategy="None", on_managed="ignore"))
    config.change({"spec": {"configuration": {"network": {"defaultNetworkInterface": "tap"}}}})
    said = warnings_of(config.run(eviction_strategy="None", on_managed="ignore"))
    assert any("older configuration" in text and "'tap'" in text for text in said)


@pytest.mark.simulator_only("a genuine operator does not let go of its object")
@pytest.mark.parametrize("number", [0, 2])
def test_none_and_two_are_an_error(config: ConfigBench, number: int) -> None:
    assert isinstance(config.bench.backend, Simulated)
    found = config.kubevirt
    if number:
        metadata = {"name": "other", "namespace": "shop"}
        config.bench.backend.simulator.put({**found, "metadata": metadata})
    else:
        config.bench.backend.simulator.remove("kubevirts", "kubevirt", "kubevirt")
    answer = config.fail(cpu_allocation_ratio=8)
    assert (answer.reads, answer.writes) == (READ, [])
    error = answer.result["error"]
    assert error["code"] == ("several_objects" if number else "not_found")
    if number:
        assert error["names"] == ["kubevirt/kubevirt", "shop/other"]
        assert "kubevirt/kubevirt, shop/other" in answer.result["msg"]


# Others.

OWNERS: dict[str, tuple[Tree, str]] = {
    "helm": (
        {
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"meta.helm.sh/release-name": "virt", "meta.helm.sh/release-namespace": "kubevirt"},
        },
        "Helm (release virt in namespace kubevirt)",
    ),
    "palette": (
        {
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"meta.helm.sh/release-name": "virtual-machine-orche-virtual-machine-orche"},
        },
        "charts.virtual-machine-orchestrator.kubevirt.kubevirtResource",
    ),
    "hyperconverged": ({"labels": {"app.kubernetes.io/managed-by": "hco-operator"}}, "HyperConverged"),
}


@pytest.mark.parametrize("owner", OWNERS)
def test_an_owner_is_respected(config: ConfigBench, owner: str) -> None:
    metadata, text = OWNERS[owner]
    config.change({"metadata": metadata})
    refused = config.fail(cpu_allocation_ratio=8, on_managed="fail")
    assert refused.result["error"]["code"] == "managed_elsewhere"
    assert refused.result["error"]["managed_by"] == owner
    assert text in refused.result["msg"]
    assert (refused.reads, refused.writes) == (READ, [])
    warned = config.run(cpu_allocation_ratio=8)
    assert warned.changed
    assert any(text in warning for warning in warnings_of(warned))
    assert warned.result["managed_by"]["by"] == owner
    # nothing has to change, so nobody is in the way
    again = config.run(cpu_allocation_ratio=8, on_managed="fail")
    assert not any(text in warning for warning in warnings_of(again))
    quiet = config.run(cpu_allocation_ratio=9, on_managed="ignore")
    assert not any(text in warning for warning in warnings_of(quiet))


def test_who_wrote_the_object_is_told(config: ConfigBench) -> None:
    migrations = {"parallelMigrationsPerCluster": 9, "parallelOutboundMigrationsPerNode": 4}
    config.applier("kustomize", {"configuration": {"migrations": migrations}})
    answer = config.run(migrations={"parallel_per_cluster": 11})
    assert any(writer["name"] == "kustomize" and writer["operation"] == "Apply" for writer in answer.result["writers"])
    assert any("kustomize applies some of these fields" in text for text in warnings_of(answer))
    other = config.run(migrations={"progress_timeout": 200})
    assert not any("kustomize applies" in text for text in warnings_of(other))
    assert "managedFields" not in answer.result["kubevirt"]["metadata"]


def with_snapshot(config: ConfigBench) -> None:
    disk = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
    config.bench.run("vmo_vm", name="web-01", memory="1Gi", disks=[disk])
    config.bench.put(
        {
            "apiVersion": "snapshot.kubevirt.io/v1beta1",
            "kind": "VirtualMachineSnapshot",
            "metadata": {"name": "before-update"},
            "spec": {"source": {"apiGroup": "kubevirt.io", "kind": "VirtualMachine", "name": "web-01"}},
        }
    )


def test_a_gate_that_snapshots_need_stays(config: ConfigBench) -> None:
    with_snapshot(config)
    name = f"VirtualMachineSnapshot {config.bench.namespace}/before-update"
    for check in (True, False):
        answer = config.fail(check=check, feature_gates={"Snapshot": "absent"}, cpu_allocation_ratio=8)
        error = answer.result["error"]
        assert (error["code"], error["feature_gate"]) == ("feature_gate_in_use", "Snapshot")
        assert name in error["dependants"]
        assert name in answer.result["msg"]
        assert (answer.writes, answer.rehearsals) == ([], [])
    forced = config.run(feature_gates={"Snapshot": "absent"}, force=True)
    assert "Snapshot" not in config.gates
    assert any("taken away by force" in text and name in text for text in warnings_of(forced))


def test_a_gate_that_a_disk_hangs_on_stays(config: ConfigBench) -> None:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data", "hotpluggable": True}}]
    disks = [{"name": "data", "disk": {"bus": "scsi"}}]
    domain = {"devices": {"disks": disks}, "memory": {"guest": "1Gi"}}
    config.bench.put(
        {
            "apiVersion": "kubevirt.io/v1",
            "kind": "VirtualMachine",
            "metadata": {"name": "web-01"},
            "spec": {"runStrategy": "Halted", "template": {"spec": {"domain": domain, "volumes": volumes}}},
        }
    )
    answer = config.fail(feature_gates={"HotplugVolumes": "absent"})
    assert f"VirtualMachine {config.bench.namespace}/web-01" in answer.result["error"]["dependants"]
    # a gate that is not effective takes nothing away
    assert not config.run(feature_gates={"Sidecar": "absent"}).changed


def test_nothing_that_needs_it_lets_a_gate_go(config: ConfigBench) -> None:
    answer = config.run(feature_gates={"VMExport": "absent"})
    assert "VMExport" not in config.gates
    # the simulator has no exports, as a cluster without that API; it is asked for them
    assert answer.reads == [*READ, "list virtualmachineexports"]


# Rights and faults.


def test_a_right_that_is_missing_is_named(config: ConfigBench) -> None:
    config.deny("patch", "kubevirts")
    answer = config.fail(cpu_allocation_ratio=8)
    assert answer.result["error"]["code"] == "forbidden", answer.result
    rule = answer.result["error"]["rule"]
    assert (rule["resources"], rule["verbs"]) == (["kubevirts"], ["patch"])


def test_what_nobody_may_see_keeps_a_gate(config: ConfigBench) -> None:
    config.deny("list", "virtualmachinesnapshots")
    answer = config.fail(feature_gates={"Snapshot": "absent"})
    assert answer.result["error"]["code"] == "forbidden", answer.result
    assert "what needs Snapshot cannot be told" in answer.result["msg"]
    assert answer.writes == []
    assert config.run(feature_gates={"Snapshot": "absent"}, force=True).changed


def test_an_answer_that_is_lost_counts_once(config: ConfigBench) -> None:
    config.bench.backend.disturb(Fault("cut-after", method="PATCH"))
    answer = config.run(cpu_allocation_ratio=8)
    assert (answer.changed, answer.verbs) == (True, ["patch"])
    assert config.kubevirt["spec"]["configuration"]["developerConfiguration"]["cpuAllocationRatio"] == 8


def test_a_webhook_that_restarts_is_waited_for(config: ConfigBench) -> None:
    config.bench.backend.disturb(Fault("webhook", method="PATCH", times=2))
    assert config.run(cpu_allocation_ratio=8).changed


@pytest.mark.simulator_only("nobody else writes the object at that very moment")
def test_somebody_who_was_faster_is_not_overwritten(config: ConfigBench) -> None:
    conflict = "Operation cannot be fulfilled on kubevirts.kubevirt.io: the object has been modified"
    config.bench.backend.disturb(Fault("status", method="PATCH", code=409, message=conflict))
    answer = config.run(cpu_allocation_ratio=8)
    assert answer.reads == [*READ, "get kubevirts/kubevirt"]
    assert len(answer.writes) == 2
    assert answer.verbs == ["patch"]


# Waiting.


@pytest.mark.simulator_only("the genuine operator has no trouble, and takes half a minute to see a change")
def test_a_change_is_waited_for_and_trouble_ends_it(config: ConfigBench) -> None:
    made = config.run(wait=True, cpu_allocation_ratio=8)
    status = made.result["kubevirt"]["status"]
    assert status["observedGeneration"] == made.result["kubevirt"]["metadata"]["generation"]
    trouble = {"type": "Synchronized", "status": "False", "reason": "ExistingDeployment", "message": "no place"}
    config.change({"status": {"conditions": [trouble]}})
    failed = config.fail(wait=True, cpu_allocation_ratio=9, failure_grace=0)
    assert failed.result["error"]["code"] == "not_settled"
    assert failed.result["error"]["reason"] == "no place"
    assert failed.result["changed"] is True
    late = config.fail(wait=True, cpu_allocation_ratio=9, wait_timeout=1)
    assert late.result["error"]["code"] == "wait_timeout"
    assert "no place" in late.result["error"]["last_seen"]


@pytest.mark.simulator_only("its pods start")
def test_a_pod_that_does_not_start_is_told(config: ConfigBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{WAIT}.PODS_SECONDS", 0.1)
    config.change({"status": {"conditions": [{"type": "Available", "status": "False"}], "phase": "Deploying"}})
    waiting = {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}
    config.bench.put(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "virt-api-1", "namespace": "kubevirt", "labels": {"kubevirt.io": "virt-api"}},
            "status": {"containerStatuses": [{"name": "virt-api", "state": {"waiting": waiting}}]},
        }
    )
    answer = config.fail(wait=True, vms_per_node=50, failure_grace=1)
    assert answer.result["error"]["code"] == "not_settled"
    assert "Pod kubevirt/virt-api-1 does not run, ImagePullBackOff: Back-off" in answer.result["msg"]


@pytest.mark.simulator_only("its components come up: tests/cluster/ring has the one that does not")
def test_components_that_start_anew_are_waited_for(config: ConfigBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{WAIT}.ROLLOUT_SECONDS", 0.1)
    late = {"observedGeneration": 1, "updatedReplicas": 1, "readyReplicas": 1, "unavailableReplicas": 1}
    config.bench.put(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "virt-late", "namespace": "kubevirt", "labels": {"kubevirt.io": ""}},
            "spec": {"replicas": 1},
            "status": late,
        }
    )
    failed = config.fail(wait=True, vms_per_node=50, wait_timeout=1)
    assert failed.result["error"]["code"] == "wait_timeout"
    assert "virt-late has 1 of 1 pods anew, 0 of them serve" in failed.result["msg"]
    # what is read while it runs needs no new pods
    assert config.run(wait=True, cpu_allocation_ratio=8).changed
    config.deny("list", "deployments")
    blind = config.run(wait=True, vms_per_node=60)
    assert any("cannot be seen without the right" in text for text in warnings_of(blind))


WAIT = "ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_wait"


def test_what_starts_anew_is_told(config: ConfigBench) -> None:
    answer = config.run(check=True, vms_per_node=50)
    assert answer.result["restarted_components"] == ["virt-handler"]
    assert any("starts virt-handler anew" in text for text in warnings_of(answer))
    assert config.run(check=True, cpu_allocation_ratio=8).result["restarted_components"] == []


# CDI.

CDI: Tree = {
    "feature_gates": {"DataVolumeClaimAdoption": "enabled", "WebhookPvcRendering": "absent"},
    "filesystem_overhead": {"default": "0.08", "storage_classes": {"ceph-rbd": "0.1"}},
    "scratch_storage_class": "ceph-rbd",
    "import_proxy": {"http": PROXY, "no_proxy": ".example.com"},
    "insecure_registries": ["registry.example:5000"],
    "upload_proxy_url": "https://upload.example.com",
    "preallocation": True,
    "log_verbosity": 3,
    "pod_resources": {"limits": {"memory": "1Gi"}},
}


def test_cdi_fresh_again_and_foreseen(config: ConfigBench) -> None:
    foreseen = config.run(check=True, cdi=CDI)
    assert (foreseen.changed, foreseen.writes, foreseen.rehearsals) == (True, [], ["patch cdis/cdi"])
    made = config.run(cdi=CDI)
    assert (made.reads, made.writes) == ([*READ, "list cdis"], ["patch cdis/cdi"])
    found = config.cdi["spec"]["config"]
    assert found["featureGates"] == ["HonorWaitForFirstConsumer", "DataVolumeClaimAdoption"]
    assert found["filesystemOverhead"] == {"global": "0.08", "storageClass": {"ceph-rbd": "0.1"}}
    assert found["importProxy"]["HTTPProxy"] == PROXY
    assert found["podResourceRequirements"]["limits"] == {"memory": "1Gi"}
    assert made.result["diff"]["after"]["cdi"]["upload_proxy_url"] == "https://upload.example.com"
    assert made.result["diff"] == foreseen.result["diff"]
    again = config.run(cdi=CDI)
    assert (again.changed, again.reads, again.writes) == (False, [*READ, "list cdis"], [])
    for answer in (foreseen, made, again):
        assert "hunter2" not in str(answer.result)
        assert "jane" not in str(answer.result)


def test_the_preset_counts_for_cdi_only_where_the_task_has_it(config: ConfigBench) -> None:
    assert "list cdis" not in config.run(check=True, preset="palette_vmo").reads
    config.run(preset="palette_vmo", cdi={"log_verbosity": 1})
    assert config.cdi["spec"]["config"]["filesystemOverhead"]["global"] == "0.08"
    assert not config.run(preset="palette_vmo", cdi={}).changed


def test_a_storage_profile_fresh_again_and_foreseen(config: ConfigBench) -> None:
    sets = [{"access_modes": ["ReadWriteMany"], "volume_mode": "Filesystem"}]
    task: Tree = {"storage_profiles": [{"name": "local-path", "claim_property_sets": sets, "clone_strategy": "copy"}]}
    foreseen = config.run(check=True, **task)
    assert (foreseen.changed, foreseen.writes) == (True, [])
    made = config.run(**task)
    assert made.writes == ["patch storageprofiles/local-path"]
    assert config.profile("local-path")["spec"]["claimPropertySets"] == [
        {"accessModes": ["ReadWriteMany"], "volumeMode": "Filesystem"}
    ]
    assert made.result["diff"]["after"] == {
        "storage_profiles": [{"name": "local-path", "claim_property_sets": sets, "clone_strategy": "copy"}]
    }
    again = config.run(**task)
    assert (again.changed, again.reads) == (False, [*READ, "get storageprofiles/local-path"])
    missing = config.fail(storage_profiles=[{"name": "nowhere"}], cpu_allocation_ratio=8)
    assert missing.result["error"]["code"] == "not_found"
    assert missing.writes == []


def test_nothing_is_sent_when_one_object_cannot_follow(config: ConfigBench) -> None:
    with_snapshot(config)
    answer = config.fail(cdi={"log_verbosity": 3}, feature_gates={"Snapshot": "absent"})
    assert answer.result["error"]["code"] == "feature_gate_in_use"
    assert answer.writes == []
    assert "logVerbosity" not in config.cdi["spec"]["config"]
