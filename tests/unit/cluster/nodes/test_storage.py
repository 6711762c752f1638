# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSI drivers: what a claim needs, which volume it gets, and the provisioner and the snapshotter at work."""

from __future__ import annotations

import asyncio
import typing as t
from pathlib import Path

import pytest

from tests.cluster.nodes.objects import CLAIMS, SNAPSHOT_CLASSES, SNAPSHOTS, VOLUMES, Object, path
from tests.cluster.nodes.storage.classes import Need, Source, need, source, to_reclaim, volume
from tests.cluster.nodes.storage.provisioner import Provisioner
from tests.cluster.nodes.storage.snapshotter import Snapshotter
from tests.cluster.nodes.tasks import Tasks
from tests.unit.cluster.nodes.apiserver import ApiServer
from tests.unit.cluster.nodes.builders import a_claim, a_class, a_context

QUICK = '{"provision_delay": 0, "snapshot_delay": 0, "resize_delay": 0}'
BOUND: Object = {"phase": "Bound", "capacity": {"storage": "5Gi"}}
WAITS = {"volumeBindingMode": "WaitForFirstConsumer"}
SELECTED = {
    "volume.kubernetes.io/storage-provisioner": "rancher.io/local-path",
    "volume.kubernetes.io/selected-node": "kv-node2",
}


def grown(size: str) -> Object:
    return {"resources": {"requests": {"storage": size}}}


@pytest.mark.parametrize(
    ("claim", "storage_class", "expected"),
    [
        (a_claim(), a_class(), Need.VOLUME),
        (a_claim(), None, Need.NOTHING),
        (a_claim(), a_class("csi.example.com"), Need.NOTHING),
        (a_claim(), a_class(**WAITS), Need.NOTHING),
        (a_claim(metadata={"deletionTimestamp": "now"}), a_class(), Need.NOTHING),
        (a_claim(spec={"volumeName": "pv"}), a_class(), Need.NOTHING),
        (a_claim(metadata={"annotations": {}}), a_class(), Need.NOTHING),
        (a_claim(metadata={"annotations": SELECTED}), a_class("rancher.io/local-path", **WAITS), Need.VOLUME),
        (a_claim(status=BOUND), a_class(allowVolumeExpansion=True), Need.NOTHING),
        (a_claim(status=BOUND, spec=grown("8Gi")), a_class(allowVolumeExpansion=True), Need.GROWTH),
        (a_claim(status=BOUND, spec=grown("8Gi")), a_class(), Need.NOTHING),
        (a_claim(status=BOUND, spec=grown("1Gi")), a_class(allowVolumeExpansion=True), Need.NOTHING),
    ],
)
def test_what_a_claim_needs(claim: Object, storage_class: Object | None, expected: Need) -> None:
    assert need(claim, storage_class) is expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (None, Source()),
        ({"kind": "PersistentVolumeClaim", "name": "golden"}, Source("PersistentVolumeClaim", "shop", "golden")),
        (
            {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "s", "namespace": "images"},
            Source("VolumeSnapshot", "images", "s"),
        ),
        ({"apiGroup": "cdi.kubevirt.io", "kind": "VolumeImportSource", "name": "i"}, Source("other")),
    ],
)
def test_what_a_volume_begins_with(reference: Object | None, expected: Source) -> None:
    assert source(a_claim(spec={"dataSourceRef": reference})) == expected


def test_a_csi_volume_fits_its_claim() -> None:
    found = volume(a_claim(), a_class())

    assert found["metadata"]["name"] == "pvc-claim-1"
    assert found["spec"]["capacity"] == {"storage": "5Gi"}
    assert found["spec"]["accessModes"] == ["ReadWriteMany"]
    assert found["spec"]["csi"] == {"driver": "rook-ceph.rbd.csi.ceph.com", "volumeHandle": "claim-1"}
    assert "nodeAffinity" not in found["spec"]


def test_a_local_volume_is_on_the_selected_node() -> None:
    found = volume(a_claim(metadata={"annotations": SELECTED}), a_class("rancher.io/local-path"))

    terms = found["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert terms[0]["matchExpressions"][0]["values"] == ["kv-node2"]


@pytest.mark.parametrize(("policy", "gone"), [("Delete", True), ("Retain", False)])
def test_a_released_volume_goes_if_its_class_says_so(policy: str, gone: bool) -> None:
    found = {**volume(a_claim(), a_class(reclaimPolicy=policy)), "status": {"phase": "Released"}}

    assert to_reclaim(found) is gone
    assert not to_reclaim({**found, "status": {"phase": "Bound"}})


def provision(directory: Path, claim: Object, knobs: str = QUICK, **objects: Object) -> ApiServer:
    """Let the provisioner see a claim, and stop when it is done or has been refused."""

    async def run() -> ApiServer:
        server, tasks = ApiServer(), Tasks()
        server.objects.update({found.get("path") or path(CLAIMS, found): found for found in (claim, *objects.values())})
        async with server.serving() as api:
            provisioner = Provisioner(a_context(api, directory, knobs=knobs), tasks)
            await provisioner.handle_class("MODIFIED", a_class(allowVolumeExpansion=True))
            await provisioner.handle_claim("MODIFIED", claim)
            await settled(server)
            await tasks.close()
        return server

    return asyncio.run(run())


async def settled(server: ApiServer) -> None:
    """Return when nothing more is written."""
    seen = -1
    while seen != len(server.requests):
        seen = len(server.requests)
        await asyncio.sleep(0.15)


def reasons(server: ApiServer) -> list[str]:
    return [found.body["reason"] for found in server.writes("/events")]


def test_a_volume_is_provisioned(tmp_path: Path) -> None:
    server = provision(tmp_path, a_claim())

    assert f"{VOLUMES}/pvc-claim-1" in server.objects
    assert reasons(server) == ["Provisioning", "ProvisioningSucceeded"]


@pytest.mark.parametrize(
    ("knobs", "told"),
    [('{"provision_fail_regex": "di.k"}', "ResourceExhausted"), ('{"max_volume": "1Gi"}', "exceeds pool")],
)
def test_a_refused_volume_is_an_event(tmp_path: Path, knobs: str, told: str) -> None:
    server = provision(tmp_path, a_claim(), knobs)

    assert reasons(server) == ["ProvisioningFailed"]
    assert told in server.writes("/events")[0].body["message"]
    assert not server.writes(VOLUMES)


def test_a_volume_waits_for_the_snapshot_that_it_is_made_from(tmp_path: Path) -> None:
    reference = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "s"}
    server = provision(tmp_path, a_claim(spec={"dataSourceRef": reference}))

    assert not server.writes()


def test_a_claim_grows(tmp_path: Path) -> None:
    claim = a_claim(status=BOUND, spec={**grown("8Gi"), "volumeName": "pvc-1"})
    server = provision(tmp_path, claim)

    assert server.objects[path(CLAIMS, claim)]["status"]["capacity"] == {"storage": "8Gi"}
    assert reasons(server) == ["FileSystemResizeSuccessful"]


def a_snapshot(**more: t.Any) -> Object:
    spec = {"source": {"persistentVolumeClaimName": "disk"}, "volumeSnapshotClassName": "ceph"}
    metadata = {"name": "snap", "namespace": "shop", "uid": "snap-1", **more}
    return {"metadata": metadata, "spec": spec}


def take(directory: Path, snapshot: Object) -> Object:
    """Return what becomes of a snapshot of a bound claim."""

    async def run() -> Object:
        server, tasks = ApiServer(), Tasks()
        claim = a_claim(status=BOUND, spec={"volumeName": "pvc-claim-1"})
        ceph = {"metadata": {"name": "ceph"}, "driver": "rook-ceph.rbd.csi.ceph.com", "deletionPolicy": "Delete"}
        server.objects = {path(CLAIMS, claim): claim, path(SNAPSHOTS, snapshot): snapshot}
        server.objects[path(SNAPSHOT_CLASSES, ceph)] = ceph
        async with server.serving() as api:
            await Snapshotter(a_context(api, directory, knobs=QUICK), tasks, {}).handle("MODIFIED", snapshot)
            await settled(server)
            await tasks.close()
        return {**server.objects[path(SNAPSHOTS, snapshot)]["status"], "contents": len(server.writes("contents"))}

    return asyncio.run(run())


def test_a_snapshot_becomes_ready_with_its_content(tmp_path: Path) -> None:
    status = take(tmp_path, a_snapshot())

    assert status["readyToUse"]
    assert status["boundVolumeSnapshotContentName"] == "snapcontent-snap-1"
    assert status["restoreSize"] == str(5 * 2**30)
    assert status["contents"] == 2


def test_a_failed_snapshot_says_why(tmp_path: Path) -> None:
    status = take(tmp_path, a_snapshot(annotations={"sim/snapshot": "fail"}))

    assert not status["readyToUse"]
    assert "Failed to take snapshot" in status["error"]["message"]
    assert status["contents"] == 0
