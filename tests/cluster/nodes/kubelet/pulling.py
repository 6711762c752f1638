# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: nothing is ever pulled, but some cannot be."""

from __future__ import annotations

import asyncio
import typing as t

from tests.cluster.nodes.kubelet import podstatus
from tests.cluster.nodes.kubelet.pod import Pod
from tests.cluster.nodes.objects import Object, timestamp


async def pull(pod: Pod) -> None:
    """Return when all images of a pod can be had; each attempt that fails is in its status, and an event."""
    attempt = 0
    while True:
        broken = _broken_image(pod)
        if broken is None:
            return
        reason, message, event = failure(broken["image"], attempt)
        conditions = podstatus.conditions(
            pod.latest, timestamp(), ready=False, initialized=False, reason=podstatus.NOT_READY
        )
        status = podstatus.pull_failed(pod.latest, broken, reason, message)
        await pod.set_status({"conditions": conditions, **status})
        await pod.recorder.warning(pod.latest, "Failed", event)
        await asyncio.sleep(4 if attempt else 2)
        attempt += 1


def _broken_image(pod: Pod) -> Object | None:
    spec = pod.latest["spec"]
    if pod.knobs.text("image-pull", pod.latest) == "fail":
        return t.cast("Object", spec["containers"][0])
    containers = [*(spec.get("initContainers") or []), *spec["containers"]]
    return next((found for found in containers if pod.knobs.matches("imagepull-fail-regex", found["image"])), None)


def failure(image: str, attempt: int) -> tuple[str, str, str]:
    """Return reason, message and event of a failed attempt to pull; the first one names the cause."""
    if attempt == 0:
        cause = (
            f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": '
            "unexpected status from HEAD request: 401 Unauthorized"
        )
        return "ErrImagePull", cause, f'Failed to pull image "{image}": {cause}'
    return "ImagePullBackOff", f'Back-off pulling image "{image}"', "Error: ImagePullBackOff"
