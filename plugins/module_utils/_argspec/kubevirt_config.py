# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``vmo_kubevirt_config``. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import (
    OptionGroup,
    flag,
    items,
    mapping,
    number,
    text,
    texts,
)

_STATE = text(default="present", choices=["present", "absent"])
_EXTERNAL = {"external_provider": flag(), "state": _STATE}
_PLACEMENT = {
    "node_selector": mapping(),
    "affinity": mapping(),
    "tolerations": items(
        {
            "key": text(no_log=False),
            "operator": text(choices=["Exists", "Equal"]),
            "value": text(),
            "effect": text(choices=["NoSchedule", "PreferNoSchedule", "NoExecute"]),
            "toleration_seconds": number(),
            "state": _STATE,
        }
    ),
}
_UNINSTALL = ["RemoveWorkloads", "BlockUninstallIfWorkloadsExist"]


def _rate_limit() -> dict[str, t.Any]:
    return mapping({"qps": {"type": "float", "required": True}, "burst": number(required=True)})


def _architecture() -> dict[str, t.Any]:
    return mapping({"machine_type": text(), "emulated_machines": texts(), "ovmf_path": text()})


KUBEVIRT_BODY = OptionGroup(
    {
        "preset": text(choices=["palette_vmo"]),
        "feature_gates": mapping(),
        "use_emulation": flag(),
        "cpu_allocation_ratio": number(),
        "memory_overcommit": number(),
        "pvc_less_space_percent": number(),
        "pvc_reserve_bytes": number(),
        "eviction_strategy": text(choices=["None", "LiveMigrate", "LiveMigrateIfPossible", "External"]),
        "vm_rollout_strategy": text(choices=["Stage", "LiveUpdate"]),
        "workload_updates": mapping(
            {
                "methods": texts(choices=["LiveMigrate", "Evict"]),
                "batch_size": number(),
                "batch_interval": text(),
            }
        ),
        "migrations": mapping(
            {
                "parallel_per_cluster": number(),
                "parallel_outbound_per_node": number(),
                "bandwidth": text(),
                "completion_timeout_per_gib": number(),
                "progress_timeout": number(),
                "utility_volumes_timeout": number(),
                "max_downtime_ms": number(),
                "allow_auto_converge": flag(),
                "allow_post_copy": flag(),
                "allow_workload_disruption": flag(),
                "disable_tls": flag(),
                "unsafe_override": flag(),
                "match_selinux_level": flag(),
                "node_drain_taint_key": text(no_log=False),
                "network": text(),
            }
        ),
        "live_updates": mapping({"max_hotplug_ratio": number(), "max_cpu_sockets": number(), "max_memory": text()}),
        "host_devices": mapping(
            {
                "pci": items({"vendor_selector": text(required=True), "resource": text(), **_EXTERNAL}),
                "mediated": items({"name_selector": text(required=True), "resource": text(), **_EXTERNAL}),
                "usb": items(
                    {
                        "resource": text(required=True),
                        "selectors": items({"vendor": text(required=True), "product": text(required=True)}),
                        **_EXTERNAL,
                    }
                ),
            }
        ),
        "mediated_devices": mapping(
            {
                "types": texts(),
                "nodes": items({"node_selector": mapping(required=True), "types": texts(required=True)}),
                "enabled": flag(),
            }
        ),
        "cpu_model": text(),
        "cpu_request": text(),
        "obsolete_cpu_models": mapping(),
        "architectures": mapping(
            {"amd64": _architecture(), "arm64": _architecture(), "s390x": _architecture()},
        ),
        "ksm": mapping({"enabled": flag(), "node_label_selector": mapping()}),
        "vm_state_storage_class": text(),
        "vms_per_node": number(),
        "image_pull_policy": text(choices=["Always", "IfNotPresent", "Never"]),
        "rate_limits": mapping(
            {
                "api": _rate_limit(),
                "webhook": _rate_limit(),
                "controller": _rate_limit(),
                "handler": _rate_limit(),
            }
        ),
        "log_verbosity": mapping(
            {
                "virt_api": number(),
                "virt_controller": number(),
                "virt_handler": number(),
                "virt_launcher": number(),
                "virt_operator": number(),
                "nodes": mapping(),
            }
        ),
        "network": mapping(
            {
                "default_interface": text(choices=["bridge", "masquerade"]),
                "permit_bridge_on_pod_network": flag(),
                "bindings": mapping(),
            }
        ),
        "uninstall_strategy": text(choices=_UNINSTALL),
        "infra": mapping({"replicas": number(), **_PLACEMENT}),
        "workloads": mapping(_PLACEMENT),
        "exclusive": texts(choices=["feature_gates", "cdi_feature_gates", "host_devices"]),
        "configuration": mapping(),
    }
)

CDI_BODY = OptionGroup(
    {
        "cdi": mapping(
            {
                "version": text(),
                "feature_gates": mapping(),
                "filesystem_overhead": mapping({"default": text(), "storage_classes": mapping()}),
                "scratch_storage_class": text(),
                "import_proxy": mapping(
                    {"http": text(), "https": text(), "no_proxy": text(), "trusted_ca": text()},
                ),
                "insecure_registries": texts(),
                "upload_proxy_url": text(),
                "preallocation": flag(),
                "log_verbosity": number(),
                "pod_resources": mapping({"requests": mapping(), "limits": mapping()}),
                "configuration": mapping(),
            }
        ),
        "storage_profiles": items(
            {
                "name": text(required=True),
                "claim_property_sets": items(
                    {
                        "access_modes": texts(
                            required=True,
                            choices=["ReadWriteMany", "ReadWriteOnce", "ReadOnlyMany", "ReadWriteOncePod"],
                        ),
                        "volume_mode": text(required=True, choices=["Block", "Filesystem"]),
                    }
                ),
                "clone_strategy": text(choices=["copy", "snapshot", "csi-clone"]),
                "data_import_cron_source_format": text(choices=["pvc", "snapshot"]),
                "snapshot_class": text(),
            }
        ),
    },
    # an address of a proxy may tell a password
    hidden=frozenset({"cdi"}),
)

KUBEVIRT_CONFIG_TASK = OptionGroup(
    {
        "version": text(),
        "on_managed": text(default="warn", choices=["warn", "fail", "ignore"]),
        "force": flag(default=False),
        "wait": flag(default=True),
        "wait_timeout": number(default=600),
        "failure_grace": number(default=30),
    }
)

KUBEVIRT_CONFIG = KUBEVIRT_BODY + CDI_BODY + KUBEVIRT_CONFIG_TASK
