# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a webhook that does not answer will, and what a server says of its service."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._model.webhook import service_of
from ansible_collections.vmo.core.plugins.module_utils._plan.webhook import (
    LASTING_SECONDS,
    LOOK_SECONDS,
    Behind,
    reason_of_silence,
)

Tree = dict[str, t.Any]
LABELS = {"kubevirt.io": "virt-operator"}
SERVICE: Tree = {"metadata": {"name": "webhook", "namespace": "kubevirt"}, "spec": {"selector": LABELS}}
READY = [{"type": "Ready", "status": "True"}]
PULLING = {"name": "c", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}
IDLE = "Deployment kubevirt/virt-operator, which is to answer, is told to run no pods"
NO_QUOTA = [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: q"}]


def pod(*, going: bool = False, **status: t.Any) -> Tree:
    metadata: Tree = {"name": "p", "namespace": "kubevirt", "labels": LABELS}
    if going:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return {"metadata": metadata, "spec": {"containers": [{"name": "c", "image": "i"}]}, "status": status}


def deployment(replicas: int = 1, *, seen: bool = True, labels: Tree | None = None, **status: t.Any) -> Tree:
    return {
        "kind": "Deployment",
        "metadata": {"name": "virt-operator", "namespace": "kubevirt", "generation": 2},
        "spec": {"replicas": replicas, "template": {"metadata": {"labels": labels or {**LABELS, "a": "b"}}}},
        "status": {"observedGeneration": 2 if seen else 1, **status},
    }


OTHER = {"kubevirt.io": "virt-api"}
# what is behind the service, what is plain at the first look, and what is when it has lasted
CASES: dict[str, tuple[list[Tree], list[Tree], str | None, str | None]] = {
    "told to run no pods": ([], [deployment(0)], IDLE, IDLE),
    "its last pod is going": ([pod(going=True, conditions=READY)], [deployment(0)], IDLE, IDLE),
    "it is just being told so": ([], [deployment(0, seen=False)], None, None),
    "one of two is told so": ([], [deployment(0), deployment(1)], None, None),
    "pods that serve": ([pod(conditions=READY)], [deployment()], None, None),
    "pods that start": ([pod()], [deployment(unavailableReplicas=1)], None, None),
    "a roll-out whose pods are not there yet": ([], [deployment(unavailableReplicas=1)], None, None),
    "no image": ([pod(containerStatuses=[PULLING])], [deployment()], None, "ImagePullBackOff: no such image"),
    "one of them serves": ([pod(containerStatuses=[PULLING]), pod(conditions=READY)], [deployment()], None, None),
    "no place": ([], [deployment(conditions=NO_QUOTA)], None, "cannot start pods: exceeded quota: q"),
    "nothing at all": ([], [], None, "there is no pod behind the service kubevirt/webhook"),
    "others alone": ([], [deployment(0, labels=OTHER)], None, "there is no pod behind the service kubevirt/webhook"),
    "a pod that nobody looks after": ([pod()], [], None, None),
}


@pytest.mark.parametrize("name", CASES)
def test_patience_is_for_what_may_pass(name: str) -> None:
    pods, deployments, at_once, at_last = CASES[name]
    behind = Behind(SERVICE, pods, deployments)
    for seconds, expected in ((LOOK_SECONDS, at_once), (LASTING_SECONDS - 0.1, at_once), (LASTING_SECONDS, at_last)):
        reason = reason_of_silence(behind, seconds)
        assert (reason is None) == (expected is None)
        assert (expected or "") in (reason or "")


@pytest.mark.parametrize(
    ("message", "service"),
    [
        (
            'failed calling webhook "v": Post "https://kubevirt-operator-webhook.kubevirt.svc:443/x?timeout=10s": EOF',
            ("kubevirt", "kubevirt-operator-webhook"),
        ),
        (r'{"message":"Post \"https://cdi-api.cdi.svc/x\": EOF"}', ("cdi", "cdi-api")),
        ('failed calling webhook "a.example": Post "https://hooks.example.com/x": EOF', None),
        ("failed calling webhook", None),
    ],
)
def test_a_server_names_the_service_that_it_could_not_reach(message: str, service: tuple[str, str] | None) -> None:
    assert service_of(message) == service
