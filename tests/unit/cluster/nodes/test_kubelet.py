# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that are a status only, and nodes, against an API server on loopback."""

from __future__ import annotations

import asyncio
import typing as t
from pathlib import Path

import pytest

from tests.cluster.nodes.kubelet.kubelet import Kubelet
from tests.cluster.nodes.kubelet.registration import LEASES, Registration
from tests.cluster.nodes.objects import PODS, Object, is_true, path, phase
from tests.unit.cluster.nodes.apiserver import ApiServer
from tests.unit.cluster.nodes.builders import a_context, a_pod

QUICK = '{"pod_start_delay": 0}'
GATE = "kubevirt.io/virtual-machine-unpaused"
NODE = "/api/v1/nodes/kv-node2"


class Scene:
    """One pod and the kubelet."""

    def __init__(self, server: ApiServer, kubelet: Kubelet, pod: Object) -> None:
        self.server, self.kubelet, self._path = server, kubelet, path(PODS, pod)

    @property
    def pod(self) -> Object:
        return self.server.objects[self._path]

    async def until(self, wanted: t.Callable[[], bool]) -> None:
        """Return when something has become true. Raises TimeoutError."""

        async def poll() -> None:
            while True:
                if wanted():
                    return
                await asyncio.sleep(0.02)

        await asyncio.wait_for(poll(), 10)

    async def tell(self) -> None:
        await self.kubelet.handle("MODIFIED", self.pod)

    def events(self) -> list[str]:
        return [found.body["message"] for found in self.server.writes("/events")]


def play(act: t.Callable[[Scene], t.Awaitable[None]], directory: Path, pod: Object) -> None:
    async def run() -> None:
        server = ApiServer()
        server.objects[path(PODS, pod)] = pod
        async with server.serving() as api:
            found = Scene(server, Kubelet(a_context(api, directory, knobs=QUICK), "v1.34.4"), pod)
            await found.tell()
            await act(found)
            await found.kubelet.close()

    asyncio.run(run())


def test_a_pod_runs(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await found.until(lambda: phase(found.pod) == "Running")
        assert is_true(found.pod, "Ready")
        assert found.pod["status"]["podIP"] == "10.99.17.10"
        assert found.pod["status"]["hostIP"] == "10.99.1.2"

    play(act, tmp_path, a_pod())


def test_a_pod_waits_for_its_secret_and_says_so(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await found.until(lambda: bool(found.events()))
        assert found.events() == ['MountVolume.SetUp failed for volume "v" : secret "key" not found']
        assert phase(found.pod) == "Pending"
        found.server.objects["/api/v1/namespaces/shop/secrets/key"] = {"metadata": {"name": "key"}}
        await found.until(lambda: phase(found.pod) == "Running")

    play(act, tmp_path, a_pod(spec={"volumes": [{"name": "v", "secret": {"secretName": "key"}}]}))


def test_a_pod_does_not_wait_for_what_is_optional(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await found.until(lambda: phase(found.pod) == "Running")

    play(act, tmp_path, a_pod(spec={"volumes": [{"name": "v", "configMap": {"name": "c", "optional": True}}]}))


def test_a_claim_must_be_bound(tmp_path: Path) -> None:
    claim = "/api/v1/namespaces/shop/persistentvolumeclaims/disk"

    async def act(found: Scene) -> None:
        found.server.objects[claim] = {"metadata": {"name": "disk"}, "status": {"phase": "Pending"}}
        await found.until(lambda: "PVC disk not bound" in found.events())
        found.server.objects[claim]["status"]["phase"] = "Bound"
        await found.until(lambda: phase(found.pod) == "Running")

    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "disk"}}]
    play(act, tmp_path, a_pod(spec={"volumes": volumes}))


@pytest.mark.parametrize("name", ["x", "virt-operator:v1.4.0"])
def test_an_image_that_cannot_be_pulled(tmp_path: Path, name: str) -> None:
    async def act(found: Scene) -> None:
        await found.until(lambda: "containerStatuses" in found.pod["status"])
        waiting = found.pod["status"]["containerStatuses"][0]["state"]["waiting"]
        assert waiting["reason"] == "ErrImagePull"
        assert "401 Unauthorized" in waiting["message"]

    play(act, tmp_path, a_pod(image=f"registry.example/does-not-exist/{name}"))


def test_a_network_that_is_not_defined_keeps_a_pod_from_starting(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await found.until(lambda: bool(found.events()))
        assert "cannot find a network-attachment-definition (vlan20) in namespace (shop)" in found.events()[0]
        assert phase(found.pod) == "Pending"

    wanted = {"k8s.v1.cni.cncf.io/networks": '[{"name": "vlan20"}]'}
    play(act, tmp_path, a_pod(metadata={"annotations": wanted}))


def test_a_readiness_gate_is_followed(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await found.until(lambda: phase(found.pod) == "Running")
        assert not is_true(found.pod, "Ready")
        found.pod["status"]["conditions"].append({"type": GATE, "status": "True"})
        # Told of the pod after it has been started, as the watch does.
        await asyncio.sleep(0.05)
        await found.tell()
        assert is_true(found.pod, "Ready")

    play(act, tmp_path, a_pod(spec={"readinessGates": [{"conditionType": GATE}]}))


@pytest.mark.parametrize("node", ["kv-node2", None])
def test_a_deleted_pod_goes(tmp_path: Path, node: str | None) -> None:
    async def act(found: Scene) -> None:
        await found.until(lambda: not found.server.objects)
        assert found.server.writes()[-1].body["gracePeriodSeconds"] == 0

    metadata = {"deletionTimestamp": "now", "deletionGracePeriodSeconds": 0}
    play(act, tmp_path, a_pod(metadata=metadata, spec={"nodeName": node}))


def test_a_launcher_is_given_its_grace_period(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await asyncio.sleep(0.5)
        assert not [write for write in found.server.writes() if write.method == "DELETE"]
        found.pod["status"]["phase"] = "Succeeded"
        await found.tell()
        await found.until(lambda: not found.server.objects)

    labels = {"kubevirt.io": "virt-launcher"}
    metadata = {"labels": labels, "deletionTimestamp": "now", "deletionGracePeriodSeconds": 30}
    play(act, tmp_path, a_pod(metadata=metadata, status={"phase": "Running"}))


def test_a_node_registers_and_renews_its_lease(tmp_path: Path) -> None:
    async def run() -> ApiServer:
        server, present = ApiServer(), False

        async def returned() -> None:
            return

        async with server.serving() as api:
            outages = a_context(api, tmp_path).outages
            found = Registration(api, "kv-node2", "v1.34.4", outages, devices=lambda: present, returned=returned)
            await found.beat()
            assert "devices.kubevirt.io/kvm" not in server.objects[NODE]["status"]["capacity"]
            posted = len(server.writes("/status"))
            await found.beat()
            assert len(server.writes("/status")) == posted
            present = True
            await found.beat()
        return server

    server = asyncio.run(run())
    assert server.objects[NODE]["status"]["capacity"]["devices.kubevirt.io/kvm"] == "1k"
    assert server.objects[f"{LEASES}/kv-node2"]["spec"]["holderIdentity"] == "kv-node2"


def test_a_node_that_is_cut_off_is_silent_and_comes_back(tmp_path: Path) -> None:
    async def run() -> tuple[int, int]:
        server, returns = ApiServer(), 0

        async def returned() -> None:
            nonlocal returns
            returns += 1

        async with server.serving() as api:
            outages = a_context(api, tmp_path).outages
            found = Registration(api, "kv-node2", "v1.34.4", outages, devices=lambda: True, returned=returned)
            cut_off = tmp_path / "nodes" / "kv-node2.down"
            cut_off.touch()
            await found.beat()
            silent = len(server.requests)
            cut_off.unlink()
            await found.beat()
            await found.beat()
        return silent, returns

    assert asyncio.run(run()) == (0, 1)
