# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volumes of pods: what must exist before a pod starts, and the files of those that run as processes."""

from __future__ import annotations

import asyncio
import base64
import os
import time
import typing as t
from pathlib import Path

from tests.cluster.nodes.api import Api
from tests.cluster.nodes.events import Recorder
from tests.cluster.nodes.kubelet.downward import field
from tests.cluster.nodes.objects import CLAIMS, Object, name, namespace, namespaced, phase, uid

SECRETS, CONFIG_MAPS = "/api/v1/secrets", "/api/v1/configmaps"
# Half of the shortest life time that the API server gives to a token, with room for a slow machine.
TOKEN_AGE = 2400.0


async def missing(api: Api, pod: Object) -> str:
    """Return the kubelet's message about the first volume that cannot be mounted yet; empty where all can."""
    for volume in pod["spec"].get("volumes") or []:
        for collection, kind, source in sources(volume):
            target = source.get("secretName") or source.get("claimName") or source["name"]
            found = await api.get(namespaced(collection, namespace(pod), target))
            if found is None and not source.get("optional"):
                return f'MountVolume.SetUp failed for volume "{volume["name"]}" : {kind} "{target}" not found'
            if collection == CLAIMS and phase(found or {}) != "Bound":
                return f"PVC {target} not bound"
    return ""


def sources(volume: Object) -> t.Iterator[tuple[str, str, Object]]:
    """Yield collection, word and reference of every object that a volume needs, those of a projected one included."""
    for part in (volume, *(volume.get("projected") or {}).get("sources", [])):
        if "secret" in part:
            yield SECRETS, "secret", part["secret"]
        elif "configMap" in part:
            yield CONFIG_MAPS, "configmap", part["configMap"]
        elif "persistentVolumeClaim" in part:
            yield CLAIMS, "persistentvolumeclaim", part["persistentVolumeClaim"]


async def wait(api: Api, recorder: Recorder, pod: Object, report: t.Callable[[], t.Awaitable[None]]) -> None:
    """Return when all volumes can be mounted; each new reason why not is an event, and is reported."""
    last, attempts = "", 0
    while True:
        reason = await missing(api, pod)
        if not reason:
            return
        if reason != last:
            await recorder.warning(pod, "FailedMount", reason)
            await report()
        last, attempts = reason, attempts + 1
        await asyncio.sleep(0.5 if attempts < 20 else 2)


class VolumeFiles:
    """The volumes of one pod as directories, one a volume, below a directory of the pod."""

    def __init__(self, api: Api, pod: Object, directory: Path, address: str) -> None:
        self._api, self._pod, self._directory, self._address = api, pod, directory, address

    def path(self, volume: str) -> Path:
        return self._directory / volume

    async def write(self) -> None:
        """Bring the files up to date. Objects that are missing leave the files as they are."""
        for volume in self._pod["spec"].get("volumes") or []:
            directory = self.path(volume["name"])
            directory.mkdir(parents=True, exist_ok=True)
            for part in (volume, *(volume.get("projected") or {}).get("sources", [])):
                await self._project(part, directory)

    async def _project(self, part: Object, directory: Path) -> None:
        if "serviceAccountToken" in part:
            await self._write_token(part["serviceAccountToken"], directory)
        elif "downwardAPI" in part:
            for item in part["downwardAPI"].get("items") or []:
                value = field(self._pod, item["fieldRef"]["fieldPath"], self._address)
                write_if_changed(directory / item["path"], value.encode())
        else:
            for collection, _kind, source in sources(part):
                if collection != CLAIMS:
                    await self._write_data(collection, source, directory)

    async def _write_data(self, collection: str, source: Object, directory: Path) -> None:
        target = source.get("secretName") or source["name"]
        found = await self._api.get(namespaced(collection, namespace(self._pod), target)) or {}
        for file, content in data(found, secret=collection == SECRETS).items():
            for path in chosen(file, source.get("items")):
                write_if_changed(directory / path, content)

    async def _write_token(self, source: Object, directory: Path) -> None:
        path = directory / source["path"]
        if path.exists() and time.time() - path.stat().st_mtime < TOKEN_AGE:
            return
        account = self._pod["spec"].get("serviceAccountName") or "default"
        collection = namespaced("/api/v1/serviceaccounts", namespace(self._pod), account) + "/token"
        audience = source.get("audience")
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {
                "expirationSeconds": source.get("expirationSeconds", 3600),
                "audiences": [audience] if audience else [],
                "boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": name(self._pod), "uid": uid(self._pod)},
            },
        }
        answer = await self._api.create(collection, request) or {}
        write_if_changed(path, answer["status"]["token"].encode())
        os.utime(path)


def data(found: Object, *, secret: bool) -> dict[str, bytes]:
    """Return the content of a Secret or ConfigMap by key."""
    texts: dict[str, str] = found.get("data") or {}
    return {key: base64.b64decode(text) if secret else text.encode() for key, text in texts.items()}


def chosen(key: str, items: list[Object] | None) -> list[str]:
    """Return the paths that a key is written to; without items it is its own path."""
    return [item["path"] for item in items if item["key"] == key] if items else [key]


def write_if_changed(path: Path, content: bytes) -> None:
    """Replace a file at once, since programs watch it; no effect where it is the same."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)
