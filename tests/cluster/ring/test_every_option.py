# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``vmo_vm`` goes through strict validation: no field that it writes is unknown to the server.

The cases are held against the argument spec: a new option without a case fails a test.
"""

from __future__ import annotations

import typing as t

import pytest

from tests.cluster.ring.machine import BODY, ROOT, VM
from tests.unit.modules.bench import Bench

Tree = dict[str, t.Any]

# Stands for the namespace of the test.
NAMESPACE = "{namespace}"
_IMAGE = {"image": "registry.example/fedora:42"}


def _disks(*disks: Tree) -> Tree:
    return {"disks": [ROOT, *disks]}


def _volume(**source: t.Any) -> Tree:
    return _disks({"name": "data", "size": "1Gi", **source})


def _networks(**network: t.Any) -> Tree:
    return {"networks": [{"name": "first", **network}]}


_POD_AFFINITY = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "shop"}}}
        ]
    }
}
CASES: dict[str, Tree] = {
    "metadata": {
        "labels": {"app": "shop"},
        "annotations": {"example.com/contact": "shop"},
        "template_labels": {"app": "shop"},
        "template_annotations": {"example.com/contact": "shop"},
    },
    "cpu": {
        "cpu": {
            "cores": 2,
            "sockets": 2,
            "threads": 1,
            "max_sockets": 4,
            "model": "host-model",
            "features": [{"name": "vmx", "state": "present", "policy": "optional"}],
        }
    },
    "dedicated cpus": {"cpu": {"cores": 2, "dedicated": True, "isolate_emulator_thread": True}},
    "memory": {"memory": "2Gi", "max_memory": "4Gi", "requests": {"memory": "2Gi"}, "limits": {"memory": "3Gi"}},
    "huge pages": {"memory": "2Gi", "hugepages": "2Mi"},
    "instance type": {
        "memory": None,
        "instancetype": {"name": "u1.small", "kind": "VirtualMachineClusterInstancetype"},
        "preference": {"name": "fedora", "kind": "VirtualMachineClusterPreference"},
    },
    "inferred instance type": {
        "memory": None,
        "instancetype": {"infer_from_volume": "root", "infer_from_volume_failure_policy": "Ignore"},
        "preference": {"infer_from_volume": "root", "infer_from_volume_failure_policy": "Ignore"},
    },
    "container disk": {
        "disks": [
            {
                "name": "root",
                "state": "present",
                "container_disk": {
                    **_IMAGE,
                    "path": "/disk/fedora.qcow2",
                    "pull_policy": "IfNotPresent",
                    "pull_secret": "pull",
                },
            }
        ]
    },
    "disk": _volume(
        blank={},
        type="disk",
        storage_class="ceph-rbd",
        access_modes=["ReadWriteMany"],
        volume_mode="Block",
        bus="virtio",
        boot_order=2,
        serial="shop-data",
        cache="none",
        io="native",
        shareable=False,
        dedicated_io_thread=True,
    ),
    "read-only disk": _volume(blank={}, read_only=True, bus="scsi"),
    "registry": _volume(
        registry={"url": "docker://r.example/i:1", "secret": "s", "cert_config_map": "c", "pull_method": "pod"}
    ),
    "http": _volume(http={"url": "https://images.example.com/i", "secret": "s", "cert_config_map": "c"}),
    "s3": _volume(s3={"url": "https://s3.example.com/b/i", "secret": "s", "cert_config_map": "c"}),
    "clone": _volume(clone={"name": "golden", "namespace": NAMESPACE}),
    "snapshot": _volume(snapshot={"name": "golden", "namespace": NAMESPACE}),
    "data source": _volume(data_source={"name": "golden", "namespace": NAMESPACE}),
    "claim": _disks({"name": "data", "pvc": {"name": "theirs", "read_only": True}}),
    "data volume": _disks({"name": "data", "data_volume": {"name": "theirs"}}),
    "config map and secret": _disks(
        {"name": "one", "config_map": {"name": "theirs"}}, {"name": "two", "secret": {"name": "theirs"}}
    ),
    "exclusive": {"exclusive": ["disks", "networks"], "networks": [{"name": "default", "pod": {}}]},
    "pod network": _networks(
        pod={"cidr": "10.1.2.0/24"},
        state="present",
        binding="masquerade",
        model="virtio",
        mac="02:00:00:12:34:56",
        ports=[{"port": 80, "protocol": "TCP", "name": "http", "state": "present"}],
        boot_order=3,
        pci_address="0000:81:00.1",
    ),
    "Multus network": _networks(multus="vlan20", binding="bridge", default=True),
    "network of a plugin": _networks(pod={}, plugin="passt"),
    "link state": _networks(multus="vlan20", link_state="down"),
    "cloud-init": {
        "cloud_init": {
            "user_data": {"packages": ["nginx"]},
            "network_data": {"version": 2},
            "type": "config_drive",
            "store": "inline",
        },
        "ssh_keys": ["ssh-ed25519 AAAA somebody"],
    },
    "cloud-init in secrets": {"cloud_init": {"secret": "theirs", "network_data_secret": "theirs"}},
    "sysprep from a config map": {"sysprep": {"config_map": "answers"}},
    "sysprep from a secret": {"sysprep": {"secret": "answers"}},
    "firmware": {
        "firmware": {
            "bootloader": "uefi",
            "secure_boot": True,
            "uuid": "5d307ca9-b3ef-428c-8861-06e72d69f223",
            "serial": "e4686d2c",
        }
    },
    "persistent state": {
        "firmware": {"bootloader": "uefi", "persistent": True},
        "tpm": {"enabled": True, "persistent": True},
    },
    "time zone": {"clock": {"timezone": "Europe/Berlin"}},
    "utc": {"clock": {"utc_offset": 3600}},
    "machine": {
        "machine_type": "q35",
        "architecture": "amd64",
        "rng": True,
        "graphics": False,
        "serial_console": False,
        "memory_balloon": False,
        "network_multiqueue": True,
        "block_multiqueue": True,
        "io_threads_policy": "auto",
        "watchdog": {"name": "dog", "model": "i6300esb", "action": "poweroff"},
    },
    "gpus": {"gpus": [{"name": "gpu", "state": "present", "device_name": "nvidia.com/T4", "tag": "one"}]},
    "host devices": {
        "host_devices": [{"name": "qat", "state": "present", "device_name": "intel.com/qat", "tag": "one"}]
    },
    "placement": {
        "node_selector": {"rack": "one"},
        "affinity": _POD_AFFINITY,
        "tolerations": [
            {
                "key": "dedicated",
                "operator": "Equal",
                "value": "batch",
                "effect": "NoExecute",
                "toleration_seconds": 60,
                "state": "present",
            }
        ],
        "priority_class": "system-cluster-critical",
        "scheduler_name": "default-scheduler",
    },
    "life": {
        "eviction_strategy": "LiveMigrate",
        "start_strategy": "Paused",
        "termination_grace_period": 60,
        "hostname": "shop",
        "subdomain": "shops",
        "update_volumes_strategy": "Migration",
    },
    "definition": {"definition": {"spec": {"template": {"spec": {"dnsPolicy": "ClusterFirst"}}}}},
}
# What a webhook refuses in a version, though the server knows its fields: for want of a feature gate, or altogether.
REFUSED: dict[str, dict[str, str]] = {
    "1.4": {
        "host devices": "Host Devices feature gate is not enabled",
        "network of a plugin": "",
        "persistent state": "VMPersistentState feature gate is not enabled",
        "link state": "interface state value is unsupported: down",
    },
    "1.8": {"host devices": "Host Devices feature gate is not enabled"},
}


def _options(spec: Tree, path: str = "") -> t.Iterator[str]:
    """Yield the path of every option that has none below it."""
    for name, option in spec.items():
        if option.get("options"):
            yield from _options(option["options"], f"{path}{name}.")
        else:
            yield path + name


def _used(value: t.Any, path: str, known: frozenset[str]) -> t.Iterator[str]:
    if path in known:
        yield path
    elif isinstance(value, list):
        for item in value:
            yield from _used(item, path, known)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _used(item, f"{path}.{name}".lstrip("."), known)


def test_every_option_has_a_case() -> None:
    from ansible_collections.vmo.core.plugins.module_utils._argspec.vm import VM_BODY  # noqa: PLC0415

    known = frozenset(_options(VM_BODY.options))
    used = {path for case in CASES.values() for path in _used({**BODY, **case}, "", known)}
    assert known - {path.removesuffix(".name") for path in used} - used == set()


@pytest.mark.parametrize("case", CASES)
def test_no_field_is_unknown(bench: Bench, case: str) -> None:
    bench.put(
        {
            "apiVersion": "cdi.kubevirt.io/v1beta1",
            "kind": "DataSource",
            "metadata": {"name": "golden"},
            "spec": {"source": {"pvc": {"namespace": bench.namespace, "name": "golden"}}},
        }
    )
    task = _filled({**BODY, **CASES[case]}, bench.namespace)
    refusal = REFUSED[bench.backend.version].get(case)
    if refusal is None:
        assert bench.run(VM, **task).verbs == ["create"]
        assert not bench.run(VM, **task).changed
    else:
        answer = bench.fail(VM, **task)
        assert answer.result["error"]["code"] == "invalid", answer.result
        assert refusal in answer.result["msg"]


def _filled(value: t.Any, namespace: str) -> t.Any:
    if isinstance(value, dict):
        return {name: _filled(item, namespace) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, namespace) for item in value]
    return namespace if value == NAMESPACE else value
