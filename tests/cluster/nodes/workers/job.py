# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker pod is to do, read from its manifest. Nothing here reads or sends."""

from __future__ import annotations

import json
import re
import typing as t

from tests.cluster.nodes.knobs import Knobs
from tests.cluster.nodes.objects import Object, image_name, name

IMPORTER, CLONER, UPLOAD_SERVER = "cdi-importer", "cdi-cloner", "cdi-uploadserver"
WORKERS = (IMPORTER, CLONER, UPLOAD_SERVER)
CLONE_TARGET = ("k8s.io/CloneRequest", "cdi.kubevirt.io/clonePopulator", "cdi.kubevirt.io/cloneType")
"""A claim with one of these annotations gets its data from a cloner, and not from a user."""

SLOW = re.compile(r"slow(?:[-=](\d+))?")
SLOW_SECONDS = 60.0
_DETECTED_SIZE = str(1 << 30)


class Job(t.NamedTuple):
    """``image`` says what kind of worker; ``endpoint`` is the URL to import from; ``owner`` the uid for metrics."""

    image: str
    endpoint: str
    owner: str
    claims: list[str]
    detects_size: bool

    @classmethod
    def of(cls, pod: Object) -> Job | None:
        """Return the job of a pod, None where it is no worker."""
        container = pod["spec"]["containers"][0]
        image = image_name(container["image"])
        if image not in WORKERS:
            return None
        environment = {entry["name"]: entry.get("value") or "" for entry in container.get("env") or []}
        owners = [owner["uid"] for owner in pod["metadata"].get("ownerReferences") or []]
        references = [volume.get("persistentVolumeClaim") or {} for volume in pod["spec"].get("volumes") or []]
        return cls(
            image,
            environment.get("IMPORTER_ENDPOINT", ""),
            environment.get("OWNER_UID") or (owners[0] if owners else ""),
            [reference["claimName"] for reference in references if reference],
            # The pod that measures a source claim before it is cloned to another volume mode.
            "size-detection" in name(pod),
        )

    @property
    def hangs(self) -> bool:
        return "hang" in self.endpoint

    def fails(self, knobs: Knobs) -> bool:
        return knobs.matches("import-fail-regex", self.endpoint)

    def seconds(self, knobs: Knobs, pod: Object) -> float:
        """Return how long it takes: the pod's own knob, then the URL, then the knobs file."""
        slow = SLOW.search(self.endpoint)
        if slow and not knobs.turned("import-seconds", pod):
            return float(slow[1] or SLOW_SECONDS)
        return knobs.seconds("import-seconds", pod)

    def failure(self) -> str:
        """Return the termination message of a failed import from a web server."""
        code, text = (404, "Not Found") if "404" in self.endpoint else (500, "Internal Server Error")
        return (
            "Unable to process data: Unable to connect to http data source: "
            f"expected status code 200, got {code}. Status: {code} {text}"
        )

    def success(self, *, clone: bool = False) -> str:
        """Return the termination message that cdi-controller parses; ``clone``: an upload from a cloner."""
        if self.detects_size:
            return _DETECTED_SIZE
        done = "Import" if self.image == IMPORTER else "Clone" if clone or self.image == CLONER else "Upload"
        return json.dumps({"preallocationApplied": False, "message": f"{done} Complete"})
