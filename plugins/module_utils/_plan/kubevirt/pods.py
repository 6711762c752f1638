# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the components of KubeVirt and CDI are, and why their pods do not run. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.status import is_going
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

Tree = dict[str, t.Any]
_WAITING = frozenset(
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
    }
)


def trouble_of_pods(pods: t.Sequence[Tree]) -> str | None:
    """Return what keeps the first pod in trouble from running, ``None`` if none is."""
    for pod in sorted(pods, key=lambda item: str(item["metadata"]["name"])):
        if is_going(pod):
            continue
        for status in (*_statuses(pod, "initContainerStatuses"), *_statuses(pod, "containerStatuses")):
            waiting = dig(status, "state.waiting") or {}
            if waiting.get("reason") in _WAITING:
                return _sentence(pod, waiting["reason"], waiting.get("message"), _image(pod, status.get("name")))
        for condition in _statuses(pod, "conditions"):
            if condition.get("type") == "PodScheduled" and condition.get("reason") == "Unschedulable":
                return _sentence(pod, "Unschedulable", condition.get("message"))
    return None


def _statuses(pod: Tree, field: str) -> t.Sequence[Tree]:
    return dig(pod, f"status.{field}") or ()


def _image(pod: Tree, container: t.Any) -> str:
    for each in (*(dig(pod, "spec.initContainers") or ()), *(dig(pod, "spec.containers") or ())):
        if each.get("name") == container:
            return str(each.get("image") or "")
    return ""


def _sentence(pod: Tree, reason: str, message: t.Any, image: str = "") -> str:
    name = f"{pod['metadata'].get('namespace')}/{pod['metadata']['name']}"
    whose = f" with the image {image}" if image else ""
    return f"Pod {name}{whose} does not run, {reason}" + (f": {message}" if message else "")


def unfinished(components: t.Sequence[Tree]) -> str | None:
    """Return how far the first Deployment or DaemonSet is that still starts pods anew, ``None`` if none does."""
    for item in sorted(components, key=lambda found: str(found["metadata"]["name"])):
        status = item.get("status") or {}
        name = f"{item['kind']} {item['metadata']['name']}"
        if status.get("observedGeneration") != item["metadata"].get("generation"):
            return f"{name} is not looked at yet"
        if item["kind"] == "DaemonSet":
            wanted, updated = status.get("desiredNumberScheduled", 0), status.get("updatedNumberScheduled", 0)
            ready = wanted - status.get("numberUnavailable", 0)
        else:
            wanted, updated = dig(item, "spec.replicas", 1), status.get("updatedReplicas", 0)
            # old pods go when new ones serve
            ready = wanted - status.get("unavailableReplicas", 0)
        if updated < wanted or ready < wanted:
            return f"{name} has {updated} of {wanted} pods anew, {max(ready, 0)} of them serve"
    return None
