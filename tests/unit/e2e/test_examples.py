# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of the documentation works."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.sim.kubevirt import Simulator
from tests.sim.kubevirt.kinds import MACHINE_TEMPLATE
from tests.sim.kubevirt.manifests import PRODUCTS, manifest
from tests.unit.e2e.playbook import Outcome, start, write

Tree = dict[str, t.Any]
MODULES = Path(__file__).parents[3] / "plugins" / "modules"
# its examples begin where nothing is installed
INSTALLER = "vmo_kubevirt"
MULTUS: Tree = {
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {"name": "multus", "namespace": "kube-system"},
}
# what the comments of the examples ask for
SCENE: list[Tree] = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "vmo-golden-images"}},
    {
        "apiVersion": "cdi.kubevirt.io/v1beta1",
        "kind": "DataVolume",
        "metadata": {"name": "ubuntu-2204", "namespace": "vmo-golden-images"},
        "spec": {"source": {"blank": {}}, "storage": {"resources": {"requests": {"storage": "10Gi"}}}},
    },
    {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "kind": "NetworkAttachmentDefinition",
        "metadata": {"name": "vlan20", "namespace": "shop"},
        "spec": {"config": "{}"},
    },
    {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "StorageProfile", "metadata": {"name": "nfs"}, "spec": {}},
    {
        "apiVersion": "spectrocloud.com/v1",
        "kind": "VmTemplate",
        "metadata": {"name": "ubuntu-2204"},
        "spec": {
            "displayName": "Ubuntu 22.04",
            "template": {
                "spec": {
                    "domain": {"memory": {"guest": "4Gi"}, "devices": {}},
                    "volumes": [{"name": "root", "containerDisk": {"image": "registry.example/ubuntu:22.04"}}],
                }
            },
        },
    },
    {
        "apiVersion": "template.kubevirt.io/v1alpha1",
        "kind": "VirtualMachineTemplate",
        "metadata": {"name": "small", "namespace": "shop"},
        "spec": {
            "parameters": [{"name": "NAME"}, {"name": "MEMORY", "value": "1Gi"}, {"name": "TEAM", "required": True}],
            "virtualMachine": {
                "metadata": {"name": "${NAME}", "labels": {"team": "${TEAM}"}},
                "spec": {"template": {"spec": {"domain": {"memory": {"guest": "${MEMORY}"}, "devices": {}}}}},
            },
        },
    },
]


# changes that wait for a restart or make one, and what KubeVirt says itself of a gate that it lists
WORTH_A_WARNING = (
    "needs a restart",
    "at its next start",
    "This change starts virt-api",
    "is deprecated (feature state",
)


def examples_of(module: str, here: t.Mapping[str, str] | None = None) -> list[Tree]:
    """Return the tasks under EXAMPLES, with what there is here in the place of what they name."""
    for node in ast.parse((MODULES / f"{module}.py").read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "EXAMPLES":
            text = ast.literal_eval(node.value)
            for named, there in (here or {}).items():
                text = text.replace(named, there)
            return t.cast("list[Tree]", yaml.safe_load(text))
    return []


def all_examples(here: t.Mapping[str, str]) -> list[Tree]:
    modules = sorted({path.stem for path in MODULES.glob("vmo_*.py")} - {INSTALLER})
    examples = {module: examples_of(module, here) for module in modules}
    assert all(examples.values())
    # the last example deletes what the others look at
    *made, deletion = examples.pop("vmo_vm")
    return [*made, *(task for of_module in examples.values() for task in of_module), deletion]


@pytest.mark.parametrize("version", ["1.4", "1.8"])
def test_the_examples_work_one_after_the_other(tmp_path: Path, version: str) -> None:
    running = f"{version}.0"
    key = tmp_path / ".ssh" / "id_ed25519.pub"
    key.parent.mkdir()
    key.write_text("ssh-ed25519 AAAA somebody\n")
    for name in ("appliance-7.qcow2", "appliance-8.raw.xz"):
        (tmp_path / name).write_text("test")
    with Simulator(version=version) as simulator:
        here = {
            "1.8.0": running,
            "/srv/images": str(tmp_path),
            "/exports": str(tmp_path),
            "https://uploads.example.com": simulator.open_upload_proxy(),
            "/etc/pki/tls/certs/example-ca.pem": str(simulator.upload_ca_file),
            "delegate_to: fileserver": "delegate_to: localhost",
        }
        tasks = all_examples(here)
        simulator.define(MACHINE_TEMPLATE)
        for item in SCENE:
            simulator.put(item)
        environment = {"K8S_AUTH_KUBECONFIG": str(simulator.kubeconfig), "HOME": str(tmp_path)}
        run = start(write(tmp_path / "play.yml", tasks), environment=environment).finish()
    check(run, tasks)


def test_the_examples_of_an_installation_work_where_nothing_is_installed(tmp_path: Path) -> None:
    (tmp_path / "kubevirt-operator-v1.8.0.yaml").write_text(manifest(PRODUCTS["kubevirt"], "v1.8.0"))
    (tmp_path / "multus-daemonset.yaml").write_text(yaml.safe_dump(MULTUS))
    with Simulator(version="1.8", stage="empty") as simulator:
        mirror = f"{simulator.url}/_sim/manifests/cdi/v1.65.0"
        tasks = examples_of(INSTALLER, {"https://mirror.example/cdi-operator.yaml": mirror})
        environment = {
            "K8S_AUTH_KUBECONFIG": str(simulator.kubeconfig),
            "ANSIBLE_LOOKUP_URL_CA_PATH": str(simulator.ca_file),
        }
        run = start(write(tmp_path / "play.yml", tasks), environment=environment).finish()
    check(run, tasks)


def check(run: Outcome, tasks: list[Tree]) -> None:
    assert run.status == 0, run.output
    warnings = " ".join(run.output.split()).split("[WARNING]: ")[1:]
    assert [text for text in warnings if not any(worth in text for worth in WORTH_A_WARNING)] == []
    assert "DEPRECAT" not in run.output
    assert run.recap["ok"] == len(tasks)
