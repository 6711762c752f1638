# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that make up a virtual machine. Private to vmo.core."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._argspec.group import (
    OptionGroup,
    flag,
    items,
    mapping,
    number,
    text,
    texts,
)
from ansible_collections.vmo.core.plugins.module_utils._model.vm import STATES

_STATE = text(default="present", choices=["present", "absent"])
_MATCHER = {
    "name": text(),
    "kind": text(),
    "infer_from_volume": text(),
    "infer_from_volume_failure_policy": text(choices=["Reject", "Ignore"]),
}
_NAMED = {"name": text(required=True)}
_ELSEWHERE = {"name": text(required=True), "namespace": text()}
DOWNLOAD = {"url": text(required=True), "secret": text(no_log=False), "cert_config_map": text()}
# where the data of a volume comes from, and what the volume is like
DATA_SOURCES = {
    "registry": mapping({**DOWNLOAD, "pull_method": text(choices=["pod", "node"])}),
    "http": mapping(DOWNLOAD),
    "s3": mapping(DOWNLOAD),
    "blank": mapping({}),
    "clone": mapping(_ELSEWHERE),
    "snapshot": mapping(_ELSEWHERE),
    "data_source": mapping(_ELSEWHERE),
}
STORAGE = {
    "size": text(),
    "storage_class": text(),
    "access_modes": texts(choices=["ReadWriteMany", "ReadWriteOnce", "ReadOnlyMany", "ReadWriteOncePod"]),
    "volume_mode": text(choices=["Block", "Filesystem"]),
}
_DISK = {
    "name": text(required=True),
    "state": _STATE,
    "type": text(choices=["disk", "cdrom", "lun"]),
    "container_disk": mapping(
        {
            "image": text(required=True),
            "path": text(),
            "pull_policy": text(choices=["Always", "IfNotPresent", "Never"]),
            "pull_secret": text(no_log=False),
        }
    ),
    **DATA_SOURCES,
    "pvc": mapping({**_NAMED, "read_only": flag()}),
    "data_volume": mapping(_NAMED),
    "config_map": mapping(_NAMED),
    "secret": mapping(_NAMED, no_log=False),
    **STORAGE,
    "bus": text(choices=["virtio", "sata", "scsi", "usb"]),
    "boot_order": number(),
    "serial": text(),
    "cache": text(choices=["none", "writethrough", "writeback"]),
    "io": text(choices=["native", "threads"]),
    "shareable": flag(),
    "read_only": flag(),
    "dedicated_io_thread": flag(),
}
_NETWORK = {
    "name": text(required=True),
    "state": _STATE,
    "pod": mapping({"cidr": text()}),
    "multus": text(),
    "default": flag(),
    "binding": text(choices=["masquerade", "bridge", "sriov"]),
    "plugin": text(),
    "model": text(choices=["virtio", "e1000", "e1000e", "ne2k_pci", "pcnet", "rtl8139"]),
    "mac": text(),
    "ports": items(
        {
            "port": number(required=True),
            "protocol": text(choices=["TCP", "UDP"]),
            "name": text(),
            "state": _STATE,
        }
    ),
    "boot_order": number(),
    "link_state": text(choices=["up", "down"]),
    "pci_address": text(),
}
_HOST_DEVICE = items({"name": text(required=True), "state": _STATE, "device_name": text(), "tag": text()})
_CPU = {
    "cores": number(),
    "sockets": number(),
    "threads": number(),
    "max_sockets": number(),
    "model": text(),
    "dedicated": flag(),
    "isolate_emulator_thread": flag(),
    "features": items(
        {
            "name": text(required=True),
            "state": _STATE,
            "policy": text(choices=["force", "require", "optional", "disable", "forbid"]),
        }
    ),
}
_CLOUD_INIT = {
    "user_data": {"type": "raw"},
    "network_data": {"type": "raw"},
    "type": text(choices=["no_cloud", "config_drive"]),
    "store": text(default="auto", choices=["auto", "inline", "secret"]),
    "secret": text(no_log=False),
    "network_data_secret": text(no_log=False),
}

VM_BODY = OptionGroup(
    {
        "labels": mapping(),
        "annotations": mapping(),
        "template_labels": mapping(),
        "template_annotations": mapping(),
        "cpu": mapping(_CPU),
        "memory": text(),
        "max_memory": text(),
        "hugepages": text(),
        "requests": mapping(),
        "limits": mapping(),
        "instancetype": mapping(_MATCHER),
        "preference": mapping(_MATCHER),
        "disks": items(_DISK),
        "networks": items(_NETWORK),
        "exclusive": texts(choices=["disks", "networks"]),
        "cloud_init": mapping(_CLOUD_INIT),
        "ssh_keys": texts(no_log=False),
        "sysprep": mapping({"config_map": text(), "secret": text(no_log=False)}),
        "firmware": mapping(
            {
                "bootloader": text(choices=["bios", "uefi"]),
                "secure_boot": flag(),
                "persistent": flag(),
                "uuid": text(),
                "serial": text(),
            }
        ),
        "clock": mapping({"timezone": text(), "utc_offset": number()}, mutually_exclusive=[("timezone", "utc_offset")]),
        "machine_type": text(),
        "architecture": text(),
        "rng": flag(),
        "tpm": mapping({"enabled": flag(default=True), "persistent": flag()}),
        "graphics": flag(),
        "serial_console": flag(),
        "memory_balloon": flag(),
        "network_multiqueue": flag(),
        "block_multiqueue": flag(),
        "io_threads_policy": text(choices=["shared", "auto", "supplementalPool"]),
        "watchdog": mapping(
            {
                "name": text(),
                "model": text(choices=["i6300esb", "diag288"]),
                "action": text(choices=["reset", "poweroff", "shutdown"]),
            }
        ),
        "gpus": _HOST_DEVICE,
        "host_devices": _HOST_DEVICE,
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
        "priority_class": text(),
        "scheduler_name": text(),
        "eviction_strategy": text(choices=["None", "LiveMigrate", "LiveMigrateIfPossible", "External"]),
        "start_strategy": text(choices=["Paused"]),
        "termination_grace_period": number(),
        "hostname": text(),
        "subdomain": text(),
        "update_volumes_strategy": text(choices=["Replacement", "Migration"]),
        "definition": mapping(),
    },
    hidden=frozenset({"cloud_init", "definition"}),
)

VM_TASK = OptionGroup(
    {
        "name": text(required=True),
        "namespace": text(required=True),
        "state": text(default="present", choices=list(STATES)),
        "run_strategy": text(choices=["Always", "Halted", "Manual", "RerunOnFailure", "Once"]),
        "restart": text(default="never", choices=["never", "if_required", "always"]),
        "delete_disks": flag(default=False),
        "grace_period": number(),
        "force": flag(default=False),
        "template": {"type": "raw"},
        "template_api_version": text(),
        "template_parameters": mapping(),
        "template_update": flag(default=False),
    },
    required_by={"template_parameters": ["template"]},
    hidden=frozenset({"template", "template_parameters"}),
)

VM_WAIT = OptionGroup(
    {
        "wait": flag(default=True),
        "wait_for": texts(choices=["ready", "agent", "address"]),
        "wait_timeout": number(default=600),
        "failure_grace": number(default=10),
    }
)

VM = VM_TASK + VM_BODY + VM_WAIT
