# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VmTemplates of each shape that the public examples of Palette have (facts/palette-vmo.md 3.5)."""

from __future__ import annotations

import copy
import typing as t

Tree = dict[str, t.Any]

_PLAIN = "#cloud-config\npackages: [nginx]\n"
_WITH_PASSWORD = "#cloud-config\npassword: pl4nted\nchpasswd: {expire: false}\nssh_pwauth: true\n"
_ADDRESSES = (
    "version: 2\nethernets:\n  enp1s0:\n    addresses: [192.0.2.21/24]\n    routes: [{to: default, via: 192.0.2.1}]\n"
)


def _template(name: str, spec: Tree, **metadata: t.Any) -> Tree:
    head = {"apiVersion": "spectrocloud.com/v1", "kind": "VmTemplate"}
    return {**head, "metadata": {"name": name, **metadata}, "spec": spec}


def _machine(volumes: list[Tree], domain: Tree, *, network: Tree | None = None, **more: t.Any) -> Tree:
    disks = [{"name": volume["name"], "disk": {"bus": "virtio"}} for volume in volumes]
    net = {"name": "default", "pod": {}} if network is None else network
    binding: Tree = {"masquerade": {}} if "pod" in net else {"bridge": {}}
    devices = {"disks": disks, "interfaces": [{"name": net["name"], "model": "virtio", **binding}]}
    spec = {"domain": {**domain, "devices": devices}, "networks": [net], "volumes": volumes}
    return {
        "metadata": {
            "labels": {"kubevirt.io/size": "small"},
            "annotations": {"descheduler.alpha.kubernetes.io/evict": "true"},
        },
        "spec": {**spec, **more},
    }


def _cloned(kind: str) -> Tree:
    storage = {"resources": {"requests": {"storage": "50Gi"}}, "accessModes": ["ReadWriteMany"], "volumeMode": "Block"}
    source = {"pvc": {"name": "template-ubuntu-2204", "namespace": "vmo-golden-images"}}
    return {"metadata": {"name": "ubuntu-2204"}, "spec": {"source": source, kind: storage}}


CONTAINER_DISK = _template(
    "fedora-36",
    {
        "description": "a container disk that forgets",
        "displayName": "Fedora 36",
        "icon": "https://images.example.com/fedora.png",
        "running": False,
        "template": _machine(
            [
                {"name": "containerdisk", "containerDisk": {"image": "registry.example/fedora:36"}},
                {"name": "cloudinitdisk", "cloudInitNoCloud": {"userData": _WITH_PASSWORD}},
            ],
            {"resources": {"requests": {"memory": "1Gi", "cpu": 1}, "limits": {"memory": "2Gi", "cpu": 2}}},
        ),
    },
    labels={
        "app.kubernetes.io/name": "fedora-36",
        "app.kubernetes.io/part-of": "vmtemplate",
        "app.kubernetes.io/managed-by": "vm-operator",
    },
)
CLONED_BY_PVC = _template(
    "ubuntu-2204",
    {
        "displayName": "Ubuntu 22.04",
        "description": "cloned from a golden image",
        "running": False,
        "dataVolumeTemplates": [_cloned("pvc")],
        "template": _machine(
            [
                {"name": "datavolume-os", "dataVolume": {"name": "ubuntu-2204"}},
                {"name": "cloudinitdisk", "cloudInitNoCloud": {"userData": _PLAIN}},
            ],
            {"cpu": {"cores": 1, "sockets": 1, "threads": 1}, "machine": {"type": "q35"}, "memory": {"guest": "2Gi"}},
        ),
    },
)
CLONED_BY_STORAGE = {
    **copy.deepcopy(CLONED_BY_PVC),
    "metadata": {"name": "ubuntu-2204-storage"},
}
CLONED_BY_STORAGE["spec"]["dataVolumeTemplates"] = [_cloned("storage")]
BIG = _template(
    "ubuntu-2204-big",
    {
        "displayName": "Ubuntu 22.04",
        "icon": "https://images.example.com/ubuntu.png",
        "running": False,
        "dataVolumeTemplates": [
            {
                "metadata": {"name": "ubuntu-2204"},
                "spec": {
                    "source": {"pvc": {"name": "template-ubuntu-2204", "namespace": "vmo-golden-images"}},
                    "pvc": {
                        "accessModes": ["ReadWriteMany"],
                        "resources": {"requests": {"storage": "50Gi"}},
                        "volumeMode": "Block",
                        "storageClassName": "ceph-rbd",
                    },
                },
            }
        ],
        "template": _machine(
            [
                {"name": "datavolume-os", "dataVolume": {"name": "ubuntu-2204"}},
                {"name": "cloudinitdisk", "cloudInitNoCloud": {"userData": _WITH_PASSWORD + "# long\n" * 400}},
            ],
            {
                "cpu": {"cores": 4},
                "resources": {"requests": {"memory": "8Gi", "cpu": 4}, "limits": {"memory": "16Gi", "cpu": 8}},
            },
        ),
    },
)
STATIC_ADDRESS = _template(
    "ubuntu-static",
    {
        "displayName": "Ubuntu with an address",
        "running": True,
        "dataVolumeTemplates": [
            {
                "metadata": {"name": "ubuntu-static"},
                "spec": {
                    "source": {"registry": {"url": "docker://registry.example/ubuntu:22.04"}},
                    "storage": {"resources": {"requests": {"storage": "10Gi"}}},
                },
            }
        ],
        "template": _machine(
            [
                {"name": "root", "dataVolume": {"name": "ubuntu-static"}},
                {"name": "cloudinit", "cloudInitNoCloud": {"userData": _PLAIN, "networkData": _ADDRESSES}},
            ],
            {"cpu": {"cores": 1}, "memory": {"guest": "2Gi"}},
            network={"name": "vlan20", "multus": {"networkName": "vlan20"}},
        ),
    },
)
EXAMPLES = [CONTAINER_DISK, CLONED_BY_PVC, CLONED_BY_STORAGE, BIG, STATIC_ADDRESS]
# the same shape as a plain VirtualMachine, as one page of the documentation has it
AS_MACHINE: Tree = {
    **{field: value for field, value in copy.deepcopy(STATIC_ADDRESS).items() if field != "kind"},
    "apiVersion": "kubevirt.io/v1",
    "kind": "VirtualMachine",
}
AS_MACHINE["spec"] = {key: value for key, value in AS_MACHINE["spec"].items() if key != "displayName"}


def served(template: Tree, **metadata: t.Any) -> Tree:
    """Return a template as a cluster has it."""
    template = copy.deepcopy(template)
    template["metadata"] |= {"uid": "7d1e", "resourceVersion": "41", "generation": 1, **metadata}
    return template
