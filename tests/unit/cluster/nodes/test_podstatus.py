# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of pods."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.cluster.nodes.kubelet import podstatus, pulling
from tests.cluster.nodes.kubelet.faked import init_container, network_status, wanted_networks
from tests.cluster.nodes.objects import Object
from tests.unit.cluster.nodes.builders import a_pod

NOW, BEFORE = "2026-01-02T03:04:05Z", "2026-01-01T00:00:00Z"
GATE = "kubevirt.io/virtual-machine-unpaused"


def by_type(conditions: list[Object]) -> dict[str, Object]:
    return {found["type"]: found for found in conditions}


def gated(**status: t.Any) -> Object:
    return a_pod(spec={"readinessGates": [{"conditionType": GATE}]}, status=status)


def test_a_pod_with_ready_containers_is_ready() -> None:
    found = by_type(podstatus.conditions(a_pod(), NOW, ready=True))

    assert found["Ready"]["status"] == found["ContainersReady"]["status"] == "True"
    assert "reason" not in found["Ready"]


def test_a_closed_readiness_gate_keeps_a_pod_unready() -> None:
    found = by_type(podstatus.conditions(gated(), NOW, ready=True))

    assert found["Ready"]["status"] == "False"
    assert found["Ready"]["reason"] == "ReadinessGatesNotReady"
    assert found["ContainersReady"]["status"] == "True"


def test_conditions_of_others_are_kept_and_open_the_gate() -> None:
    found = by_type(podstatus.conditions(gated(conditions=[{"type": GATE, "status": "True"}]), NOW, ready=True))

    assert found["Ready"]["status"] == "True"
    assert found[GATE] == {"type": GATE, "status": "True"}


def test_a_transition_is_stamped_once() -> None:
    pod = a_pod(status={"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": BEFORE}]})
    still, changed = (by_type(podstatus.conditions(pod, NOW, ready=ready)) for ready in (True, False))

    assert still["Ready"]["lastTransitionTime"] == BEFORE
    assert changed["Ready"]["lastTransitionTime"] == NOW


def test_a_container_keeps_its_id_until_it_is_restarted() -> None:
    pod, state = a_pod(), {"running": {"startedAt": NOW}}
    spec = pod["spec"]["containers"][0]
    first, again = (podstatus.container(pod, spec, state) for _time in range(2))
    restarted = podstatus.container(pod, spec, state, restarts=1)

    assert first == again
    assert restarted["containerID"] != first["containerID"]
    assert podstatus.waiting(pod, "ContainerCreating")[0]["containerID"] == ""


@pytest.mark.parametrize(("code", "phase", "reason"), [(0, "Succeeded", "Completed"), (1, "Failed", "Error")])
def test_a_pod_ends_with_all_its_containers(code: int, phase: str, reason: str) -> None:
    running = {"running": {"startedAt": BEFORE}}
    status = {
        "phase": "Running",
        "startTime": BEFORE,
        "containerStatuses": [{"name": "compute", "state": running}, {"name": "side", "state": running}],
        "initContainerStatuses": [{"name": "sidecar", "state": running}, {"name": "done", "state": {"terminated": {}}}],
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "PodScheduled", "status": "True"}],
    }
    found = podstatus.ended(a_pod(status=status), NOW, code=code, message="told")

    first, second = (container["state"]["terminated"] for container in found["containerStatuses"])
    assert found["phase"] == phase
    assert (first["exitCode"], first["reason"], first["message"]) == (code, reason, "told")
    assert "message" not in second
    assert [container["state"]["terminated"].get("exitCode") for container in found["initContainerStatuses"]] == [
        0,
        None,
    ]
    conditions = by_type(found["conditions"])
    assert (conditions["Ready"]["status"], conditions["PodScheduled"]["status"]) == ("False", "True")


def test_a_pull_fails_in_two_stages() -> None:
    reasons = [pulling.failure("registry.example/x", attempt)[0] for attempt in range(3)]

    assert reasons == ["ErrImagePull", "ImagePullBackOff", "ImagePullBackOff"]


def test_only_the_broken_container_tells_of_the_pull() -> None:
    pod = a_pod(spec={"initContainers": [{"name": "disk", "image": "bad"}]})
    found = podstatus.pull_failed(pod, pod["spec"]["initContainers"][0], "ErrImagePull", "no such image")

    assert found["initContainerStatuses"][0]["state"]["waiting"]["message"] == "no such image"
    assert found["containerStatuses"][0]["state"] == {"waiting": {"reason": "PodInitializing"}}


def test_init_containers_have_ended_and_sidecars_run() -> None:
    pod = a_pod()
    ended = init_container(pod, {"name": "init", "image": "i"}, NOW)
    sidecar = init_container(pod, {"name": "side", "image": "i", "restartPolicy": "Always"}, NOW)

    assert ended["state"]["terminated"]["exitCode"] == 0
    assert "running" in sidecar["state"]
    assert sidecar["started"]


def test_multus_reports_the_pod_network_first() -> None:
    other = {"name": "vlan30", "namespace": "nets", "mac": "02:11:22:33:44:55"}
    wanted = json.dumps([{"name": "vlan20", "interface": "pod123"}, other])
    pod = a_pod(metadata={"annotations": {"k8s.v1.cni.cncf.io/networks": wanted}})
    default, first, second = network_status(pod, "10.99.17.10", wanted_networks(pod))

    assert (default["default"], default["ips"]) == (True, ["10.99.17.10"])
    assert (first["name"], first["interface"]) == ("shop/vlan20", "pod123")
    assert (second["name"], second["interface"], second["mac"]) == ("nets/vlan30", "net2", "02:11:22:33:44:55")
    assert first["mac"].startswith("02:00:01")


def test_a_pod_without_secondary_networks_asks_for_none() -> None:
    assert wanted_networks(a_pod()) == []
