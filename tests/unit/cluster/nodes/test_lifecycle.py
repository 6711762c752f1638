# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a VMI, against an API server on loopback: who writes what, and in which order."""

from __future__ import annotations

import asyncio
import contextlib
import typing as t
from pathlib import Path

import pytest

from tests.cluster.nodes.handler.identity import SERVICE_ACCOUNT
from tests.cluster.nodes.handler.lifecycle import Lifecycle
from tests.cluster.nodes.objects import INSTANCES, PODS, Object, condition, is_true, path, phase, uid
from tests.cluster.nodes.tasks import Tasks
from tests.unit.cluster.nodes.apiserver import ApiServer
from tests.unit.cluster.nodes.builders import a_context, a_launcher, a_vmi

VERSIONS = pytest.mark.parametrize("version", ["1.4", "1.8"])
QUICK = '{"boot_delay": 0, "agent_delay": 0, "shutdown_delay": 0, "migration_seconds": 0}'
MIGRATION = {"migrationUid": "m1", "targetNode": "kv-node2", "targetPod": "virt-launcher-web-pod-2"}


class Scene:
    """One VMI with its launcher pods, and the virt-handler that sees them."""

    def __init__(self, server: ApiServer, lifecycle: Lifecycle, vmi: Object) -> None:
        self.server, self.lifecycle, self._path = server, lifecycle, path(INSTANCES, vmi)

    @property
    def vmi(self) -> Object:
        return self.server.objects[self._path]

    def pod(self, number: int) -> Object:
        return self.server.objects[path(PODS, a_launcher(uid=f"pod-{number}"))]

    def change(self, **changes: t.Any) -> None:
        """Change parts of the VMI as somebody else would."""
        for part, value in changes.items():
            self.vmi[part] = {**self.vmi[part], **value}
        self.vmi["metadata"]["resourceVersion"] = str(int(self.vmi["metadata"]["resourceVersion"]) + 1)

    async def step(self, times: int = 1) -> float | None:
        """Reconcile as often as told, with what is stored."""
        pause = None
        for _time in range(times):
            self.lifecycle.instances.remember(self.vmi)
            pods = [found for found in self.server.objects.values() if found.get("kind") == "Pod"]
            self.lifecycle.instances.pods.update({uid(pod): pod for pod in pods})
            pause = await self.lifecycle.reconcile(self.vmi)
        return pause

    def events(self) -> list[str]:
        return [found.body["reason"] for found in self.server.writes("/events")]


@contextlib.asynccontextmanager
async def scene(
    directory: Path, vmi: Object, *pods: Object, version: str = "1.4", knobs: str = QUICK
) -> t.AsyncIterator[Scene]:
    server = ApiServer()
    server.objects[path(INSTANCES, vmi)] = vmi
    server.objects.update({path(PODS, pod): pod for pod in pods or (a_launcher(),)})
    async with server.serving() as api:
        yield Scene(server, Lifecycle(a_context(api, directory, version, knobs), Tasks()), vmi)


Act = t.Callable[[Scene], t.Awaitable[None]]


def play(act: Act, directory: Path, vmi: Object, *pods: Object, version: str = "1.4") -> None:
    async def run() -> None:
        async with scene(directory, vmi, *pods, version=version) as found:
            await act(found)

    asyncio.run(run())


@VERSIONS
def test_a_scheduled_vmi_boots_and_gets_its_agent(tmp_path: Path, version: str) -> None:
    async def act(found: Scene) -> None:
        await found.step()
        assert phase(found.vmi) == "Running"
        assert found.vmi["status"]["interfaces"][0]["ipAddress"] == "10.99.16.10"
        await found.step()
        assert is_true(found.vmi, "AgentConnected")
        assert found.events() == ["Created", "Started"]
        assert found.vmi["status"]["phaseTransitionTimestamps"][0]["phase"] == "Running"

    play(act, tmp_path, a_vmi(phase="Scheduled"), version=version)


def test_only_virt_handler_writes_for_virt_handler(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await found.step(2)
        writes = found.server.writes()
        assert writes
        assert {(write.user, write.node) for write in writes} == {(SERVICE_ACCOUNT, "kv-node1")}

    play(act, tmp_path, a_vmi(phase="Scheduled"))


def test_a_boot_takes_its_time(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        pause = await found.step()
        assert pause is not None
        assert 50 < pause <= 60
        assert not found.server.writes()

    play(act, tmp_path, a_vmi(phase="Scheduled", metadata={"annotations": {"sim/boot-delay": "60"}}))


@pytest.mark.parametrize(
    ("outcome", "reached", "events"),
    [("stuck", "Scheduled", []), ("fail", "Scheduled", ["SyncFailed"]), ("crash", "Failed", ["Stopped"])],
)
def test_a_boot_can_go_wrong(tmp_path: Path, outcome: str, reached: str, events: list[str]) -> None:
    async def act(found: Scene) -> None:
        await found.step(2)
        assert phase(found.vmi) == reached
        assert found.events() == events
        assert (condition(found.vmi, "Synchronized") is not None) is (outcome == "fail")

    play(act, tmp_path, a_vmi(phase="Scheduled", metadata={"annotations": {"sim/boot": outcome}}))


def test_a_vmi_that_is_told_to_start_paused_is(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await found.step(2)
        assert (condition(found.vmi, "Paused") or {})["reason"] == "PausedByUser"
        assert not condition(found.vmi, "AgentConnected")

    play(act, tmp_path, a_vmi(phase="Scheduled", spec={"startStrategy": "Paused"}))


@pytest.mark.parametrize(("action", "reached"), [("poweroff", "Succeeded"), ("crash", "Failed")])
def test_a_guest_can_end_by_itself(tmp_path: Path, action: str, reached: str) -> None:
    async def act(found: Scene) -> None:
        await found.step()
        assert phase(found.vmi) == phase(found.pod(1)) == reached
        annotate = found.server.writes("virtualmachineinstances")[0]
        assert (annotate.method, annotate.user) == ("PATCH", "")

    play(act, tmp_path, a_vmi(metadata={"annotations": {"sim/guest-action": action}}))


def test_a_guest_action_happens_once(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await found.step()
        assert (condition(found.vmi, "Paused") or {})["reason"] == "PausedIOError"
        assert "sim/guest-action" not in found.vmi["metadata"]["annotations"]

    play(act, tmp_path, a_vmi(metadata={"annotations": {"sim/guest-action": "ioerror"}}))


def test_a_deleted_vmi_shuts_down(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        await found.step()
        found.change(metadata={"deletionTimestamp": "now"})
        await found.step()
        assert phase(found.vmi) == "Succeeded"
        assert found.events() == ["ShuttingDown", "Deleted", "Stopped"]

    play(act, tmp_path, a_vmi())


def test_a_guest_that_ignores_acpi_is_killed_after_the_grace_period(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        pause = await found.step()
        assert pause is not None
        assert 0 < pause <= 1
        await asyncio.sleep(pause)
        await found.step()
        assert phase(found.vmi) == "Failed"

    metadata = {"deletionTimestamp": "now", "annotations": {"sim/shutdown": "hang"}}
    play(act, tmp_path, a_vmi(metadata=metadata, spec={"terminationGracePeriodSeconds": 1}))


def test_nothing_happens_on_a_node_that_is_cut_off(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        cut_off = tmp_path / "nodes" / "kv-node1.down"
        cut_off.touch()
        await found.step()
        assert not found.server.writes()
        cut_off.unlink()
        await found.step()
        assert phase(found.vmi) == "Running"

    play(act, tmp_path, a_vmi(phase="Scheduled"))


def test_a_conflict_is_tried_again_with_what_is_there_now(tmp_path: Path) -> None:
    async def act(found: Scene) -> None:
        found.server.answers.append(("PUT", path(INSTANCES, found.vmi), 409))
        await found.step()
        assert phase(found.vmi) == "Running"

    play(act, tmp_path, a_vmi(phase="Scheduled"))


def migrating(**metadata: t.Any) -> tuple[Object, Object, Object]:
    """Return a VMI that is to move to kv-node2, and its pods on both nodes."""
    labels = {"kubevirt.io/migrationTargetNodeName": "kv-node2"}
    vmi = a_vmi(metadata={"labels": labels, **metadata}, status={"migrationState": dict(MIGRATION)})
    return vmi, a_launcher(), a_launcher(node="kv-node2", uid="pod-2")


WRITERS = {
    # prepare, begin, ready (old only), acknowledge, finalize
    "1.4": ["kv-node2", "kv-node1", "kv-node2", "kv-node1", "kv-node2"],
    "1.8": ["kv-node2", "kv-node1", "kv-node2", "kv-node2"],
}


@VERSIONS
def test_a_migration_is_written_by_the_nodes_of_the_version(tmp_path: Path, version: str) -> None:
    async def act(found: Scene) -> None:
        await found.step(6)
        state = found.vmi["status"]["migrationState"]
        assert (state["completed"], state.get("failed")) == (True, None)
        assert found.vmi["status"]["nodeName"] == "kv-node2"
        writes = [write for write in found.server.writes("virtualmachineinstances") if write.method == "PUT"]
        assert [write.node for write in writes][: len(WRITERS[version])] == WRITERS[version]
        assert {write.user for write in writes} == {SERVICE_ACCOUNT}
        assert (phase(found.pod(1)), phase(found.pod(2))) == ("Succeeded", "Running")
        expected = ["PreparingTarget", "PreparingTarget", "Migrating", "Migrated"]
        assert [reason for reason in found.events() if reason in expected] == expected

    play(act, tmp_path, *migrating(), version=version)


@VERSIONS
def test_a_migration_can_fail(tmp_path: Path, version: str) -> None:
    async def act(found: Scene) -> None:
        await found.step(5)
        state = found.vmi["status"]["migrationState"]
        assert state["failed"]
        assert "simulated migration failure" in state["failureReason"]
        assert found.vmi["status"]["nodeName"] == "kv-node1"
        assert (phase(found.pod(1)), phase(found.pod(2))) == ("Running", "Succeeded")

    play(act, tmp_path, *migrating(annotations={"sim/migration": "fail"}), version=version)


@VERSIONS
def test_a_hanging_migration_can_be_aborted(tmp_path: Path, version: str) -> None:
    async def act(found: Scene) -> None:
        await found.step(4)
        state = found.vmi["status"]["migrationState"]
        assert not state.get("completed")
        found.change(status={"migrationState": {**state, "abortRequested": True}})
        await found.step()
        state = found.vmi["status"]["migrationState"]
        assert (state["abortStatus"], state["completed"]) == ("Succeeded", True)
        assert (phase(found.pod(1)), phase(found.pod(2))) == ("Running", "Succeeded")

    play(act, tmp_path, *migrating(annotations={"sim/migration": "hang"}), version=version)


@VERSIONS
def test_a_second_migration_starts_from_the_beginning(tmp_path: Path, version: str) -> None:
    async def act(found: Scene) -> None:
        await found.step(6)
        pod = a_launcher(node="kv-node1", uid="pod-3")
        found.server.objects[path(PODS, pod)] = pod
        back = {"migrationUid": "m2", "targetNode": "kv-node1", "targetPod": "virt-launcher-web-pod-3"}
        found.change(status={"migrationState": back})
        await found.step(6)
        assert found.vmi["status"]["nodeName"] == "kv-node1"
        assert [phase(found.pod(number)) for number in (1, 2, 3)] == ["Succeeded", "Succeeded", "Running"]

    play(act, tmp_path, *migrating(), version=version)
