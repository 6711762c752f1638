# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of pods: conditions and container statuses, made from what is known. Nothing here reads or sends."""

from __future__ import annotations

import hashlib
import typing as t

from tests.cluster.nodes.addresses import node_address
from tests.cluster.nodes.objects import Object, condition, is_true, status, uid

NOT_READY = "ContainersNotReady"
COMPLETED = "PodCompleted"


def gates_open(pod: Object) -> bool:
    """Whether every readiness gate's condition is true."""
    return all(is_true(pod, gate["conditionType"]) for gate in pod["spec"].get("readinessGates") or [])


def conditions(pod: Object, now: str, *, ready: bool, initialized: bool = True, reason: str = "") -> list[Object]:
    """Return all conditions of a pod, the readiness gates of others included.

    ``ready`` speaks of the containers; ``reason`` says why they are not.
    """
    gated = ready and not gates_open(pod)
    own = [
        _condition(pod, "PodReadyToStartContainers", initialized, "", now),
        _condition(pod, "Initialized", initialized, "", now),
        _condition(pod, "Ready", ready and not gated, reason or ("ReadinessGatesNotReady" if gated else ""), now),
        _condition(pod, "ContainersReady", ready, reason, now),
        _condition(pod, "PodScheduled", True, "", now),
    ]
    kinds = {found["type"] for found in own}
    return own + [found for found in status(pod).get("conditions") or [] if found["type"] not in kinds]


def _condition(pod: Object, kind: str, value: bool, reason: str, now: str) -> Object:
    text, before = str(value), condition(pod, kind)
    since = before.get("lastTransitionTime") if before and before["status"] == text else None
    found = {"type": kind, "status": text, "lastProbeTime": None, "lastTransitionTime": since or now}
    return {**found, "reason": reason} if reason else found


def container(
    pod: Object, spec: Object, state: Object, *, ready: bool = False, started: bool = False, restarts: int = 0
) -> Object:
    """Return the status of one container; ``state`` is waiting, running or terminated with its details."""
    seed = f"{uid(pod)}/{spec['name']}/{restarts}".encode()
    return {
        "name": spec["name"],
        "image": spec["image"],
        "imageID": spec["image"].split("@")[0] + "@sha256:" + hashlib.sha256(spec["image"].encode()).hexdigest(),
        "containerID": "" if "waiting" in state else "simulated://" + hashlib.sha256(seed).hexdigest(),
        "ready": ready,
        "started": started,
        "restartCount": restarts,
        "state": state,
    }


def waiting(pod: Object, reason: str) -> list[Object]:
    """Return statuses of containers that wait, all for the same reason."""
    return [container(pod, spec, {"waiting": {"reason": reason}}) for spec in pod["spec"]["containers"]]


def pull_failed(pod: Object, broken: Object, reason: str, message: str) -> Object:
    """Return the part of a status that tells which image cannot be pulled."""
    initial, own = pod["spec"].get("initContainers") or [], pod["spec"]["containers"]
    others = "PodInitializing" if broken in initial else "ContainerCreating"

    def statuses(specs: t.Iterable[Object], other: str) -> list[Object]:
        failed = {"waiting": {"reason": reason, "message": message}}
        return [container(pod, spec, failed if spec is broken else {"waiting": {"reason": other}}) for spec in specs]

    return {"containerStatuses": statuses(own, others), "initContainerStatuses": statuses(initial, "PodInitializing")}


def running(pod: Object, address: str, now: str, containers: list[Object], *, ready: bool) -> Object:
    """Return the status of a pod whose containers run, ``now`` being also when they began."""
    host = node_address(pod["spec"]["nodeName"])
    return {
        "phase": "Running",
        "hostIP": host,
        "hostIPs": [{"ip": host}],
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": now,
        "conditions": conditions(pod, now, ready=ready, reason="" if ready else NOT_READY),
        "containerStatuses": containers,
    }


def ended(pod: Object, now: str, *, code: int = 0, message: str = "") -> Object:
    """Return the status of a running pod whose containers have all ended, with the termination message of the first."""
    before = status(pod)
    finished: Object = {"exitCode": code, "reason": "Error" if code else "Completed", "finishedAt": now}
    finished["startedAt"] = before.get("startTime") or now
    first = {**finished, "message": message} if message else finished
    down = {"ready": False, "started": False}
    # A container that restarts always (a sidecar) is an init container, and is stopped after the others.
    stopped = {**down, "state": {"terminated": {**finished, "exitCode": 0, "reason": "Completed"}}}
    return {
        "phase": "Failed" if code else "Succeeded",
        "containerStatuses": [
            {**container, **down, "state": {"terminated": finished if place else first}}
            for place, container in enumerate(before.get("containerStatuses") or [])
        ],
        "initContainerStatuses": [
            {**container, **stopped} if "running" in (container.get("state") or {}) else container
            for container in before.get("initContainerStatuses") or []
        ],
        "conditions": [
            {**found, "status": "False", "reason": COMPLETED, "lastTransitionTime": now}
            if found["type"] in ("Ready", "ContainersReady")
            else found
            for found in before.get("conditions") or []
        ],
    }
