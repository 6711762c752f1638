# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes objects as they come from the API server, and the parts of them that every simulator reads."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

Object = dict[str, t.Any]

PODS = "/api/v1/pods"
CLAIMS = "/api/v1/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
INSTANCES = "/apis/kubevirt.io/v1/virtualmachineinstances"
STORAGE_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1/volumesnapshots"
SNAPSHOT_CONTENTS = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents"
SNAPSHOT_CLASSES = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses"
NETWORKS = "/apis/k8s.cni.cncf.io/v1/network-attachment-definitions"

ENDED = ("Succeeded", "Failed")


def timestamp() -> str:
    """Return the time as Kubernetes writes it, to the second."""
    return dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def precise_timestamp() -> str:
    """Return the time to the microsecond, as leases have it."""
    return dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def namespaced(collection: str, namespace: str, name: str = "") -> str:
    """Return the path of a collection in one namespace, or of one object in it."""
    parent, plural = collection.rsplit("/", 1)
    return f"{parent}/namespaces/{namespace}/{plural}" + (f"/{name}" if name else "")


def path(collection: str, item: Object) -> str:
    """Return the path of an object, of which metadata is enough."""
    metadata = item["metadata"]
    if "namespace" in metadata:
        return namespaced(collection, metadata["namespace"], metadata["name"])
    return f"{collection}/{metadata['name']}"


def uid(item: Object) -> str:
    return str(item["metadata"]["uid"])


def name(item: Object) -> str:
    return str(item["metadata"]["name"])


def namespace(item: Object) -> str:
    return str(item["metadata"]["namespace"])


def key(item: Object) -> str:
    """Return ``namespace/name``."""
    return f"{namespace(item)}/{name(item)}"


def labels_of(item: Object) -> dict[str, str]:
    return item["metadata"].get("labels") or {}


def annotations_of(item: Object) -> dict[str, str]:
    return item["metadata"].get("annotations") or {}


def status(item: Object) -> Object:
    return item.get("status") or {}


def phase(item: Object) -> str:
    return str(status(item).get("phase", ""))


def ended(item: Object) -> bool:
    """Whether a pod or VMI is in a phase that it never leaves."""
    return phase(item) in ENDED


def deleted(item: Object) -> bool:
    """Whether somebody asked for the deletion, and it is not done yet."""
    return bool(item["metadata"].get("deletionTimestamp"))


def condition(item: Object, kind: str) -> Object | None:
    """Return the condition of that type."""
    conditions: list[Object] = status(item).get("conditions") or []
    return next((found for found in conditions if found["type"] == kind), None)


def is_true(item: Object, kind: str) -> bool:
    return (condition(item, kind) or {}).get("status") == "True"


def image_name(image: str) -> str:
    """Return the last part of an image reference without tag and digest."""
    return re.split("[@:]", image.rpartition("/")[2])[0]


def images(pod: Object) -> set[str]:
    return {image_name(container["image"]) for container in pod["spec"]["containers"]}
