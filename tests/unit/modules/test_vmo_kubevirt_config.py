# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt_config`` by its entry point: settings and gates fresh, again, in check mode and with a diff."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.modules.bench import Bench
from tests.unit.modules.config_bench import ConfigBench, warnings_of
from tests.unit.modules.simulated import simulated_config

Tree = dict[str, t.Any]
READ = ["list kubevirts"]
PATCH = ["patch kubevirts/kubevirt"]


@pytest.fixture(name="config")
def make_config(bench: Bench) -> ConfigBench:
    return simulated_config(bench)


def dig(tree: t.Any, path: str) -> t.Any:
    for step in path.split("."):
        tree = tree.get(step) if isinstance(tree, dict) else None
    return tree


# An option, and what stands where in the object then. Every option of KubeVirt that all versions know is here.
SETTINGS: dict[str, tuple[Tree, Tree]] = {
    "overcommit": (
        {"cpu_allocation_ratio": 8, "memory_overcommit": 130, "pvc_less_space_percent": 5, "pvc_reserve_bytes": 65536},
        {
            "configuration.developerConfiguration.cpuAllocationRatio": 8,
            "configuration.developerConfiguration.memoryOvercommit": 130,
            "configuration.developerConfiguration.pvcTolerateLessSpaceUpToPercent": 5,
            "configuration.developerConfiguration.minimumReservePVCBytes": 65536,
        },
    ),
    "emulation": ({"use_emulation": True}, {"configuration.developerConfiguration.useEmulation": True}),
    "strategies": (
        {
            "eviction_strategy": "LiveMigrateIfPossible",
            "vm_rollout_strategy": "Stage",
            "uninstall_strategy": "BlockUninstallIfWorkloadsExist",
        },
        {
            "configuration.evictionStrategy": "LiveMigrateIfPossible",
            "configuration.vmRolloutStrategy": "Stage",
            "uninstallStrategy": "BlockUninstallIfWorkloadsExist",
        },
    ),
    "workload updates": (
        {"workload_updates": {"methods": ["LiveMigrate", "Evict"], "batch_size": 5, "batch_interval": "90s"}},
        {
            "workloadUpdateStrategy.workloadUpdateMethods": ["LiveMigrate", "Evict"],
            "workloadUpdateStrategy.batchEvictionSize": 5,
        },
    ),
    "migrations": (
        {
            "migrations": {
                "parallel_per_cluster": 6,
                "parallel_outbound_per_node": 3,
                "bandwidth": "64Mi",
                "completion_timeout_per_gib": 800,
                "progress_timeout": 200,
                "allow_auto_converge": True,
                "allow_post_copy": False,
                "disable_tls": True,
                "unsafe_override": False,
                "match_selinux_level": True,
                "node_drain_taint_key": "example.com/drain",
            }
        },
        {
            "configuration.migrations.parallelMigrationsPerCluster": 6,
            "configuration.migrations.parallelOutboundMigrationsPerNode": 3,
            "configuration.migrations.bandwidthPerMigration": "64Mi",
            "configuration.migrations.completionTimeoutPerGiB": 800,
            "configuration.migrations.progressTimeout": 200,
            "configuration.migrations.allowAutoConverge": True,
            "configuration.migrations.allowPostCopy": False,
            "configuration.migrations.disableTLS": True,
            "configuration.migrations.unsafeMigrationOverride": False,
            "configuration.migrations.matchSELinuxLevelOnMigration": True,
            "configuration.migrations.nodeDrainTaintKey": "example.com/drain",
        },
    ),
    "live updates": (
        {"live_updates": {"max_hotplug_ratio": 2, "max_cpu_sockets": 16, "max_memory": "64Gi"}},
        {
            "configuration.liveUpdateConfiguration.maxHotplugRatio": 2,
            "configuration.liveUpdateConfiguration.maxCpuSockets": 16,
            "configuration.liveUpdateConfiguration.maxGuest": "64Gi",
        },
    ),
    "host devices": (
        {
            "host_devices": {
                "pci": [{"vendor_selector": "10de:1eb8", "resource": "nvidia.com/TU104GL", "external_provider": True}],
                "mediated": [{"name_selector": "GRID T4-1Q", "resource": "nvidia.com/GRID_T4-1Q"}],
                "usb": [{"resource": "example.com/stick", "selectors": [{"vendor": "46f4", "product": "0001"}]}],
            }
        },
        {
            "configuration.permittedHostDevices.pciHostDevices": [
                {
                    "pciVendorSelector": "10de:1eb8",
                    "resourceName": "nvidia.com/TU104GL",
                    "externalResourceProvider": True,
                }
            ],
            "configuration.permittedHostDevices.mediatedDevices": [
                {"mdevNameSelector": "GRID T4-1Q", "resourceName": "nvidia.com/GRID_T4-1Q"}
            ],
            "configuration.permittedHostDevices.usb": [
                {"resourceName": "example.com/stick", "selectors": [{"vendor": "46f4", "product": "0001"}]}
            ],
        },
    ),
    "mediated devices": (
        {
            "mediated_devices": {
                "types": ["nvidia-222"],
                "nodes": [{"node_selector": {"gpu": "t4"}, "types": ["nvidia-223"]}],
            }
        },
        {
            "configuration.mediatedDevicesConfiguration.mediatedDeviceTypes": ["nvidia-222"],
            "configuration.mediatedDevicesConfiguration.nodeMediatedDeviceTypes": [
                {"nodeSelector": {"gpu": "t4"}, "mediatedDeviceTypes": ["nvidia-223"]}
            ],
        },
    ),
    "models": (
        {
            "cpu_model": "Haswell",
            "cpu_request": "200m",
            "obsolete_cpu_models": {"486": True, "Nehalem": True},
            "architectures": {
                "amd64": {"machine_type": "q35", "emulated_machines": ["q35*"], "ovmf_path": "/usr/share/OVMF"}
            },
        },
        {
            "configuration.cpuModel": "Haswell",
            "configuration.cpuRequest": "200m",
            "configuration.obsoleteCPUModels": {"486": True, "Nehalem": True},
            "configuration.architectureConfiguration.amd64": {
                "machineType": "q35",
                "emulatedMachines": ["q35*"],
                "ovmfPath": "/usr/share/OVMF",
            },
        },
    ),
    "memory pages": (
        {"ksm": {"enabled": True, "node_label_selector": {"matchLabels": {"ksm": "on"}}}},
        {"configuration.ksmConfiguration.nodeLabelSelector": {"matchLabels": {"ksm": "on"}}},
    ),
    "storage": ({"vm_state_storage_class": "cephfs"}, {"configuration.vmStateStorageClass": "cephfs"}),
    "images": ({"image_pull_policy": "Always"}, {"configuration.imagePullPolicy": "Always"}),
    "rate limits": (
        {
            "rate_limits": {
                "api": {"qps": 50, "burst": 100},
                "webhook": {"qps": 200, "burst": 400},
                "controller": {"qps": 200, "burst": 400},
                "handler": {"qps": 5.5, "burst": 10},
            }
        },
        {
            f"configuration.{part}Configuration.restClient.rateLimiter.tokenBucketRateLimiter": {
                "qps": qps,
                "burst": burst,
            }
            for part, qps, burst in (
                ("api", 50, 100),
                ("webhook", 200, 400),
                ("controller", 200, 400),
                ("handler", 5.5, 10),
            )
        },
    ),
    "logs": (
        {
            "log_verbosity": {
                "virt_api": 3,
                "virt_controller": 4,
                "virt_handler": 5,
                "virt_launcher": 6,
                "virt_operator": 3,
                "nodes": {"kv-node1": 7},
            }
        },
        {
            "configuration.developerConfiguration.logVerbosity": {
                "virtAPI": 3,
                "virtController": 4,
                "virtHandler": 5,
                "virtLauncher": 6,
                "virtOperator": 3,
                "nodeVerbosity": {"kv-node1": 7},
            }
        },
    ),
    "networks": (
        {
            "network": {
                "default_interface": "masquerade",
                "permit_bridge_on_pod_network": False,
                "bindings": {"passt": {"sidecarImage": "registry.example/passt:1"}},
            }
        },
        {
            "configuration.network.defaultNetworkInterface": "masquerade",
            "configuration.network.permitBridgeInterfaceOnPodNetwork": False,
            "configuration.network.binding.passt": {"sidecarImage": "registry.example/passt:1"},
        },
    ),
    "placement": (
        {
            "infra": {
                "replicas": 2,
                "node_selector": {"kubernetes.io/os": "linux"},
                "tolerations": [{"key": "control", "operator": "Exists", "effect": "NoSchedule"}],
            },
            "workloads": {"node_selector": {"kubernetes.io/arch": "amd64"}},
        },
        {
            "infra.replicas": 2,
            "infra.nodePlacement.nodeSelector": {"kubernetes.io/os": "linux"},
            "infra.nodePlacement.tolerations": [{"key": "control", "operator": "Exists", "effect": "NoSchedule"}],
            "workloads.nodePlacement.nodeSelector": {"kubernetes.io/arch": "amd64"},
        },
    ),
    "the rest": (
        {"configuration": {"memBalloonStatsPeriod": 30, "smbios": {"family": "shop"}}},
        {"configuration.memBalloonStatsPeriod": 30, "configuration.smbios.family": "shop"},
    ),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_setting_fresh_again_and_foreseen(config: ConfigBench, what: str) -> None:
    task, fields = SETTINGS[what]
    foreseen = config.run(check=True, **task)
    assert (foreseen.changed, foreseen.writes, foreseen.rehearsals) == (True, [], PATCH)
    before = config.kubevirt["spec"]
    assert any(dig(before, path) != value for path, value in fields.items())

    made = config.run(**task)
    assert (made.changed, made.reads, made.writes) == (True, READ, PATCH)
    assert {path: dig(config.kubevirt["spec"], path) for path in fields} == fields
    assert foreseen.result["diff"] == made.result["diff"]
    assert made.result["diff"]["after"].keys() == task.keys()

    again = config.run(**task)
    assert (again.changed, again.reads, again.writes) == (False, READ, [])
    assert again.result["diff"]["before"] == again.result["diff"]["after"] == {}
    assert not config.run(check=True, **task).changed
    # what nobody named is as it was
    kept = {field: value for field, value in before.items() if field not in {path.partition(".")[0] for path in fields}}
    assert {field: config.kubevirt["spec"].get(field) for field in kept} == kept


def test_values_that_mean_the_same_are_no_change(config: ConfigBench) -> None:
    config.run(migrations={"bandwidth": "1Gi"}, workload_updates={"methods": ["Evict", "LiveMigrate"]})
    config.run(workload_updates={"batch_interval": "1m30s"}, live_updates={"max_memory": "8Gi"})
    same: Tree = {"migrations": {"bandwidth": "1024Mi"}, "live_updates": {"max_memory": "8192Mi"}}
    answer = config.run(**same, workload_updates={"methods": ["LiveMigrate", "Evict"], "batch_interval": "90s"})
    assert (answer.changed, answer.writes) == (False, [])


def test_a_diff_speaks_the_words_of_the_options(config: ConfigBench) -> None:
    made = config.run(migrations={"parallel_per_cluster": 12}, cpu_allocation_ratio=8, eviction_strategy="LiveMigrate")
    assert made.result["diff"]["before"] == {"migrations": {"parallel_per_cluster": 10}}
    assert made.result["diff"]["after"] == {
        "cpu_allocation_ratio": 8,
        "eviction_strategy": "LiveMigrate",
        "migrations": {"parallel_per_cluster": 12},
    }


def test_null_brings_a_value_of_kubevirt_back(config: ConfigBench) -> None:
    config.run(cpu_allocation_ratio=8, ksm={"enabled": True}, network={"bindings": {"one": {}}})
    task: Tree = {
        "configuration": {"developerConfiguration": {"cpuAllocationRatio": None}},
        "ksm": {"enabled": False},
        "network": {"bindings": {"one": None}},
    }
    assert config.run(**task).changed
    spec = config.kubevirt["spec"]["configuration"]
    assert "cpuAllocationRatio" not in spec["developerConfiguration"]
    assert "ksmConfiguration" not in spec
    assert not dig(spec, "network.binding")
    assert not config.run(**task).changed


def test_devices_of_others_stay_unless_the_list_is_exclusive(config: ConfigBench) -> None:
    config.run(host_devices={"pci": [{"vendor_selector": "10DE:1EB8", "resource": "a/one"}]})
    config.run(host_devices={"pci": [{"vendor_selector": "8086:6f54", "resource": "a/two"}]})
    path = "spec.configuration.permittedHostDevices.pciHostDevices"
    assert [item["resourceName"] for item in dig(config.kubevirt, path)] == ["a/one", "a/two"]
    config.run(host_devices={"pci": [{"vendor_selector": "8086:6f54", "external_provider": True}]})
    assert dig(config.kubevirt, path)[1] == {
        "pciVendorSelector": "8086:6f54",
        "resourceName": "a/two",
        "externalResourceProvider": True,
    }
    config.run(host_devices={"pci": [{"vendor_selector": "8086:6f54"}]}, exclusive=["host_devices"])
    assert [item["resourceName"] for item in dig(config.kubevirt, path)] == ["a/two"]
    config.run(host_devices={"pci": [{"vendor_selector": "8086:6f54", "state": "absent"}]})
    assert not dig(config.kubevirt, path)


# Feature gates.


def test_gates_keep_their_order_and_their_neighbours(config: ConfigBench) -> None:
    before = config.gates
    made = config.run(feature_gates={"Sidecar": "enabled", "Snapshot": "enabled", "CPUManager": "enabled"})
    assert config.gates == [*before, "Sidecar", "CPUManager"]
    assert made.result["diff"]["after"] == {"feature_gates": {"CPUManager": "enabled", "Sidecar": "enabled"}}
    again = config.run(feature_gates={"CPUManager": "enabled", "Sidecar": "enabled"})
    assert (again.changed, again.reads, again.writes) == (False, READ, [])
    gone = config.run(feature_gates={"Sidecar": "absent", "LiveMigration": "absent"})
    assert config.gates == [name for name in [*before, "CPUManager"] if name != "LiveMigration"]
    assert gone.result["diff"]["before"] == {"feature_gates": {"LiveMigration": "enabled", "Sidecar": "enabled"}}
    assert gone.result["diff"]["after"] == {}


def test_exclusive_gates_are_the_only_ones(config: ConfigBench) -> None:
    config.run(feature_gates={"Sidecar": "enabled"})
    task: Tree = {"feature_gates": {"HotplugVolumes": "enabled", "Snapshot": "enabled", "Root": "absent"}}
    foreseen = config.run(check=True, exclusive=["feature_gates"], **task)
    assert foreseen.writes == []
    config.run(exclusive=["feature_gates"], **task)
    # in the order in which they were listed
    assert config.gates == ["Snapshot", "HotplugVolumes"]
    assert not config.run(exclusive=["feature_gates"], **task).changed


def test_disabled_is_listed_where_the_version_has_such_a_list(config: ConfigBench) -> None:
    task: Tree = {"feature_gates": {"VMExport": "disabled"}}
    made = config.run(**task)
    assert "VMExport" not in config.gates
    developer = config.kubevirt["spec"]["configuration"]["developerConfiguration"]
    assert developer.get("disabledFeatureGates", []) == ([] if config.version == "1.4" else ["VMExport"])
    assert made.result["feature_gates"]["VMExport"]["effective"] is False
    assert not config.run(**task).changed
    back = config.run(feature_gates={"VMExport": "enabled"})
    assert back.result["feature_gates"]["VMExport"] == {
        **made.result["feature_gates"]["VMExport"],
        "listed": "enabled",
        "effective": True,
        "reason": "listed",
    }


def test_each_gate_tells_what_it_means_here(config: ConfigBench) -> None:
    answer = config.run(feature_gates={"Sidecar": "absent", "snapshot": "absent", "VMPersistentState": "absent"})
    assert not answer.changed
    gates = answer.result["feature_gates"]
    assert set(config.gates) < set(gates)
    assert (gates["LiveMigration"]["state"], gates["LiveMigration"]["effective"]) == ("GA", True)
    assert (gates["Sidecar"]["known"], gates["Sidecar"]["effective"]) == (True, False)
    assert (gates["snapshot"]["known"], gates["snapshot"]["state"], gates["snapshot"]["effective"]) == (
        False,
        None,
        False,
    )
    always = config.version != "1.4"
    assert gates["VMPersistentState"]["effective"] is always
    assert gates["VMPersistentState"]["state"] == ("GA" if always else "Listed")
    assert f"KubeVirt {config.version}" in gates["VMPersistentState"]["reason"]


def test_what_the_server_says_of_gates_is_passed_on(config: ConfigBench) -> None:
    answer = config.run(check=True, feature_gates={"NUMA": "enabled", "Macvtap": "enabled", "Sidecar": "enabled"})
    said = warnings_of(answer)
    assert any("feature gate NUMA is deprecated" in text for text in said)
    assert any("Macvtap network binding is discontinued" in text for text in said)
    assert not any("Sidecar" in text for text in said)


def test_an_unknown_gate_is_told_and_stored(config: ConfigBench) -> None:
    answer = config.run(feature_gates={"snapshots": "enabled"})
    assert answer.changed
    assert any("does not know snapshots and ignores it. Is Snapshot meant?" in text for text in warnings_of(answer))
    assert config.gates[-1] == "snapshots"


def test_emulation_is_warned_of(config: ConfigBench) -> None:
    for _time in range(2):
        assert any("not for production" in text for text in warnings_of(config.run(use_emulation=True)))
    assert not any("not for production" in text for text in warnings_of(config.run(use_emulation=False)))


def test_the_preset_lists_what_the_version_needs(config: ConfigBench) -> None:
    made = config.run(preset="palette_vmo", migrations={"allow_auto_converge": False})
    gates = {"HotplugVolumes", "Snapshot", "VMExport", "ExpandDisks", "Sidecar", "CPUManager"}
    older = {"VMLiveUpdateFeatures", "VMPersistentState", "VolumeMigration", "VolumesUpdateStrategy"}
    assert gates | (older if config.version == "1.4" else set()) <= set(config.gates)
    assert "HotplugNICs" not in config.gates
    if config.version != "1.4":
        assert not older & set(config.gates)
    spec = config.kubevirt["spec"]
    assert spec["configuration"]["evictionStrategy"] == "LiveMigrate"
    assert spec["configuration"]["migrations"]["completionTimeoutPerGiB"] == 800
    assert spec["configuration"]["migrations"]["allowAutoConverge"] is False
    assert made.result["feature_gates"]["HotplugNICs"]["effective"] is True
    again = config.run(preset="palette_vmo", migrations={"allow_auto_converge": False})
    assert (again.changed, again.reads, again.writes) == (False, READ, [])
