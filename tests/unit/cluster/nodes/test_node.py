# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes say about themselves: as kubelet, and as virt-handler."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cluster.nodes.handler import behaviour, heartbeat
from tests.cluster.nodes.handler.identity import SERVICE_ACCOUNT, Identity
from tests.cluster.nodes.kubelet import node
from tests.unit.cluster.nodes.apiserver import ApiServer
from tests.unit.cluster.nodes.builders import a_context

NOW = "2026-01-02T03:04:05Z"


def test_a_node_registers_without_labels_of_kubevirt() -> None:
    labels = node.registration("kv-node2")["metadata"]["labels"]

    assert labels["kubernetes.io/hostname"] == "kv-node2"
    assert labels["topology.kubernetes.io/zone"] == "zone-2"
    assert "node-role.kubernetes.io/control-plane" not in labels
    assert not [label for label in labels if "kubevirt" in label]


def test_the_first_node_carries_the_control_plane() -> None:
    assert "node-role.kubernetes.io/control-plane" in node.labels("kv-node1")


@pytest.mark.parametrize("devices", [True, False])
def test_devices_are_announced_with_virt_handler(devices: bool) -> None:
    status = node.status("kv-node1", "v1.34.4", NOW, devices=devices)

    assert ("devices.kubevirt.io/kvm" in status["allocatable"]) is devices
    assert status["allocatable"]["memory"] == "64Gi"
    assert {found["type"]: found["status"] for found in status["conditions"]}["Ready"] == "True"


@pytest.mark.parametrize(("version", "machines"), [((1, 4), False), ((1, 8), True)])
def test_the_node_labeller_of_each_version(version: tuple[int, int], machines: bool) -> None:
    labels = heartbeat.labels(behaviour.of(version))

    assert labels["cpu-model.node.kubevirt.io/Haswell"] == "true"
    assert labels["host-model-cpu.node.kubevirt.io/Cascadelake-Server"] == "true"
    assert ("machine-type.node.kubevirt.io/q35" in labels) is machines


@pytest.mark.parametrize(("schedulable", "text"), [(True, "true"), (False, "false")])
def test_a_heartbeat_says_whether_the_node_takes_instances(schedulable: bool, text: str) -> None:
    metadata = heartbeat.beat(schedulable=schedulable, now=NOW)["metadata"]

    assert metadata["labels"]["kubevirt.io/schedulable"] == text
    assert metadata["annotations"] == {"kubevirt.io/heartbeat": NOW}


def test_a_node_takes_instances_while_virt_handler_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "LOOK", 0.01)
    path, present = "/api/v1/nodes/kv-node2", True

    async def run() -> ApiServer:
        nonlocal present
        server = ApiServer()
        server.objects[path] = node.registration("kv-node2")
        async with server.serving() as api:
            found = heartbeat.Heartbeat(a_context(api, tmp_path), Identity(api), lambda _node: present)
            task = asyncio.create_task(found.run("kv-node2"))
            await asyncio.sleep(0.2)
            present = False
            await asyncio.sleep(0.2)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return server

    server = asyncio.run(run())
    states = [write.body["metadata"]["labels"]["kubevirt.io/schedulable"] for write in server.writes()]
    assert states == ["true", "false"]
    assert {(write.user, write.node) for write in server.writes()} == {(SERVICE_ACCOUNT, "kv-node2")}
    assert "cpu-model.node.kubevirt.io/Haswell" in server.objects[path]["metadata"]["labels"]
