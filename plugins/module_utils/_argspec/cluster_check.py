# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``maas_cluster_check``. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import (
    OptionGroup,
    flag,
    mapping,
    number,
    text,
    texts,
)
from ansible_collections.vmo.core.plugins.module_utils._argspec.verdicts import VERDICTS
from ansible_collections.vmo.core.plugins.module_utils._model.presets import PRESETS

SIZE = {"type": "str"}
ROLE = {
    "count": number(),
    "spare": number(),
    "machines": texts(),
    "pool": text(),
    "zones": texts(),
    "tags": texts(),
    "without_tags": texts(),
    "architecture": text(),
    "cores": number(),
    "memory": dict(SIZE),
    "memory_recommended": dict(SIZE),
    "boot_disk": dict(SIZE),
    "boot_disk_recommended": dict(SIZE),
    "data_disks": number(),
    "data_disk_size": dict(SIZE),
    "nics": number(),
    "speed": number(),
    "bridge": text(),
    "bond_modes": texts(),
    "vlans": {"type": "list", "elements": "int"},
    "allow_virtual": flag(),
    "hardware_virtualization": flag(),
    "hugepages": dict(SIZE),
    "sriov": flag(),
    "gpu": flag(),
    "passthrough": flag(),
}
THRESHOLDS = {
    "minimum_version": text(default="3.3"),
    "clock_skew_warn": number(default=60),
    "clock_skew_fail": number(default=240),
    "memory_tolerance": {"type": "float", "default": 0.97},
    "commissioning_days": number(default=90),
    "events_hours": number(default=24),
    "image_days": number(default=180),
    "free_addresses": number(default=16),
    "node_memory": {"type": "float", "default": 0.93},
    "join_minutes": number(default=30),
    "erase_disk_gb": number(default=1000),
    "heartbeat_minutes": number(default=5),
}
READINGS = ["hardware", "results", "devices", "power_state", "power_address", "allocation"]

CLUSTER_CHECK = VERDICTS + OptionGroup(
    {
        "preset": text(choices=list(PRESETS)),
        "mode": text(default="pre_deploy", choices=["pre_deploy", "post_deploy"]),
        "control_plane": mapping(ROLE),
        "worker": mapping(ROLE),
        "hostnames": texts(),
        "system_ids": texts(),
        "pools": texts(),
        "zones": texts(),
        "tags": texts(),
        "without_tags": texts(),
        "image": text(),
        "domain": text(),
        "networks": texts(),
        "pod_cidr": text(),
        "service_cidr": text(),
        "vips": texts(),
        "preferred_subnets": texts(),
        "owner": text(),
        "cluster_name": text(),
        "api_endpoint": text(),
        "vm_memory": dict(SIZE),
        "live_migration": flag(default=True),
        "nested": flag(default=False),
        "in_memory": flag(default=False),
        "lxd_hosts": flag(default=False),
        "provisioner_disables_swap": flag(default=True),
        "startup_timeout": number(),
        "nodes": {"type": "list", "elements": "dict"},
        "read": texts(default=["hardware"], choices=READINGS),
        "thresholds": mapping(THRESHOLDS, apply_defaults=True),
    }
)
