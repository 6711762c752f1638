# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task can say about KubeVirt's own object, and back. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import (
    DISABLED,
    DISABLED_GATES,
    ENABLED,
    GATES,
    disabled_gates,
    listed_gates,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import DELETE, DIRECTIVE, MISSING, dig, plant, take
from ansible_collections.vmo.core.plugins.module_utils._words.fields import (
    TEXT,
    TEXT_MAP,
    Items,
    Word,
    describe,
    render,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Tree = dict[str, t.Any]
CONFIGURATION = "spec.configuration"
DEVELOPER = f"{CONFIGURATION}.developerConfiguration"
DEVICES = f"{CONFIGURATION}.permittedHostDevices"
KSM = f"{CONFIGURATION}.ksmConfiguration"
_TOLERATION = {
    "key": "key",
    "operator": "operator",
    "value": "value",
    "effect": "effect",
    "toleration_seconds": "tolerationSeconds",
}
_COMPONENTS = {
    "api": "apiConfiguration",
    "webhook": "webhookConfiguration",
    "controller": "controllerConfiguration",
    "handler": "handlerConfiguration",
}
# option of ``host_devices``: its list in the API, and the words of an item, the natural key first
HOST_DEVICES = {
    "pci": ("pciHostDevices", {"vendor_selector": "pciVendorSelector"}),
    "mediated": ("mediatedDevices", {"name_selector": "mdevNameSelector"}),
    "usb": ("usb", {}),
}


def _at(option: str, path: str, **fields: str) -> Iterator[Word]:
    """Yield one word for each field of a struct."""
    for word, field in fields.items():
        yield Word(f"{option}.{word}" if option else word, f"{path}.{field}")


def _placement(option: str, path: str) -> Iterator[Word]:
    yield Word(f"{option}.node_selector", f"{path}.nodePlacement.nodeSelector", TEXT_MAP)
    yield Word(f"{option}.affinity", f"{path}.nodePlacement.affinity")
    yield Word(f"{option}.tolerations", f"{path}.nodePlacement.tolerations", Items(_TOLERATION, keys=4))


def _host_devices() -> Iterator[Word]:
    for option, (field, key) in HOST_DEVICES.items():
        rest = {"resource": "resourceName", "selectors": "selectors", "external_provider": "externalResourceProvider"}
        yield Word(f"host_devices.{option}", f"{DEVICES}.{field}", Items({**key, **rest}))


WORDS: tuple[Word, ...] = (
    *_at(
        "",
        DEVELOPER,
        use_emulation="useEmulation",
        cpu_allocation_ratio="cpuAllocationRatio",
        memory_overcommit="memoryOvercommit",
        pvc_less_space_percent="pvcTolerateLessSpaceUpToPercent",
        pvc_reserve_bytes="minimumReservePVCBytes",
    ),
    *_at(
        "log_verbosity",
        f"{DEVELOPER}.logVerbosity",
        virt_api="virtAPI",
        virt_controller="virtController",
        virt_handler="virtHandler",
        virt_launcher="virtLauncher",
        virt_operator="virtOperator",
        nodes="nodeVerbosity",
    ),
    *_at(
        "",
        CONFIGURATION,
        eviction_strategy="evictionStrategy",
        vm_rollout_strategy="vmRolloutStrategy",
        cpu_model="cpuModel",
        obsolete_cpu_models="obsoleteCPUModels",
        vm_state_storage_class="vmStateStorageClass",
        image_pull_policy="imagePullPolicy",
        vms_per_node="virtualMachineInstancesPerNode",
    ),
    Word("cpu_request", f"{CONFIGURATION}.cpuRequest", TEXT),
    *_at(
        "migrations",
        f"{CONFIGURATION}.migrations",
        parallel_per_cluster="parallelMigrationsPerCluster",
        parallel_outbound_per_node="parallelOutboundMigrationsPerNode",
        completion_timeout_per_gib="completionTimeoutPerGiB",
        progress_timeout="progressTimeout",
        utility_volumes_timeout="utilityVolumesTimeout",
        max_downtime_ms="maxDowntimeMs",
        allow_auto_converge="allowAutoConverge",
        allow_post_copy="allowPostCopy",
        allow_workload_disruption="allowWorkloadDisruption",
        disable_tls="disableTLS",
        unsafe_override="unsafeMigrationOverride",
        match_selinux_level="matchSELinuxLevelOnMigration",
        node_drain_taint_key="nodeDrainTaintKey",
        network="network",
    ),
    Word("migrations.bandwidth", f"{CONFIGURATION}.migrations.bandwidthPerMigration", TEXT),
    *_at(
        "live_updates",
        f"{CONFIGURATION}.liveUpdateConfiguration",
        max_hotplug_ratio="maxHotplugRatio",
        max_cpu_sockets="maxCpuSockets",
    ),
    Word("live_updates.max_memory", f"{CONFIGURATION}.liveUpdateConfiguration.maxGuest", TEXT),
    *_at(
        "workload_updates",
        "spec.workloadUpdateStrategy",
        methods="workloadUpdateMethods",
        batch_size="batchEvictionSize",
        batch_interval="batchEvictionInterval",
    ),
    *_host_devices(),
    *_at(
        "mediated_devices",
        f"{CONFIGURATION}.mediatedDevicesConfiguration",
        types="mediatedDeviceTypes",
        enabled="enabled",
    ),
    Word(
        "mediated_devices.nodes",
        f"{CONFIGURATION}.mediatedDevicesConfiguration.nodeMediatedDeviceTypes",
        Items({"node_selector": "nodeSelector", "types": "mediatedDeviceTypes"}),
    ),
    *(
        word
        for architecture in ("amd64", "arm64", "s390x")
        for word in _at(
            f"architectures.{architecture}",
            f"{CONFIGURATION}.architectureConfiguration.{architecture}",
            machine_type="machineType",
            emulated_machines="emulatedMachines",
            ovmf_path="ovmfPath",
        )
    ),
    *(
        word
        for component, field in _COMPONENTS.items()
        for word in _at(
            f"rate_limits.{component}",
            f"{CONFIGURATION}.{field}.restClient.rateLimiter.tokenBucketRateLimiter",
            qps="qps",
            burst="burst",
        )
    ),
    *_at(
        "network",
        f"{CONFIGURATION}.network",
        default_interface="defaultNetworkInterface",
        permit_bridge_on_pod_network="permitBridgeInterfaceOnPodNetwork",
        bindings="binding",
    ),
    Word("uninstall_strategy", "spec.uninstallStrategy"),
    Word("infra.replicas", "spec.infra.replicas"),
    *_placement("infra", "spec.infra"),
    *_placement("workloads", "spec.workloads"),
)
_FIELD_OF = {word.field: word.option for word in WORDS}


def option_of(path: str) -> str:
    """Return the option that stands for a field, ``configuration`` for one that has none of its own."""
    return _FIELD_OF.get(path, "configuration")


def render_kubevirt(options: Mapping[str, t.Any], found: Tree, exclusive: t.Collection[str]) -> Tree:
    """Return what the options ask of the object ``found``."""
    body: Tree = {}
    render(WORDS, options, body)
    _keep_order(body, found)
    enabled, selector = dig(options, "ksm.enabled"), dig(options, "ksm.node_label_selector")
    if enabled is False:
        plant(body, KSM, None)
    elif enabled or selector is not None:
        plant(body, f"{KSM}.nodeLabelSelector", selector or {})
    if "host_devices" in exclusive:
        _take_others_away(body, found)
    return body


def _keep_order(body: Tree, found: Tree) -> None:
    # KubeVirt tries its methods in an order of its own
    path = "spec.workloadUpdateStrategy.workloadUpdateMethods"
    wanted, there = dig(body, path), dig(found, path)
    if wanted is not None and there is not None and set(wanted) == set(there):
        plant(body, path, there)


def _take_others_away(body: Tree, found: Tree) -> None:
    for field, key in HOST_DEVICES.values():
        name = next(iter(key.values()), "resourceName")
        path = f"{DEVICES}.{field}"
        wanted = dig(body, path) or []
        named = {item[name] for item in wanted}
        others = [
            {name: item[name], DIRECTIVE: DELETE} for item in dig(found, path) or () if item.get(name) not in named
        ]
        if others:
            plant(body, path, [*wanted, *others])


def describe_kubevirt(found: Tree) -> Tree:
    """Return an object in the words of the options; what they cannot say stands under ``configuration``."""
    rest: Tree = {"spec": _copied(found.get("spec", {}))}
    said: Tree = {}
    gates = dict.fromkeys(listed_gates(found), ENABLED)
    gates.update((name, DISABLED) for name in disabled_gates(found) if name not in gates)
    for path in (GATES, DISABLED_GATES):
        take(rest, path)
    if gates:
        said["feature_gates"] = gates
    selector = take(rest, f"{KSM}.nodeLabelSelector")
    if selector is not MISSING:
        said["ksm"] = {"enabled": True, **({"node_label_selector": selector} if selector else {})}
    describe(WORDS, rest, said)
    more = dig(rest, CONFIGURATION)
    if more:
        said["configuration"] = more
    return said


def _copied(tree: t.Any) -> t.Any:
    return {field: _copied(value) for field, value in tree.items()} if isinstance(tree, dict) else tree
