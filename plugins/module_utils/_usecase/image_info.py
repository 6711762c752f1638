# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what golden images there are, how they are and who needs them. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, Forbidden
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import (
    CRON_LABEL,
    current_volume,
    is_filled,
    is_up_to_date,
    phase,
    shown,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DATA_IMPORT_CRON, DATA_SOURCE, DATA_VOLUME
from ansible_collections.vmo.core.plugins.module_utils._model.status import condition
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.image.users import users_of
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_users import Reading, volumes_of
from ansible_collections.vmo.core.plugins.module_utils._words.images import describe_image

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._plan.image.users import Surroundings
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, JsonObject, Progress

    Key = tuple[str, str]


def run(cluster: Cluster, params: dict[str, t.Any], _clock: Clock, _progress: Progress) -> dict[str, t.Any]:
    """Carry out a task of ``vmo_image_info``."""
    unavailable: list[str] = []
    volumes = _chosen(cluster, DATA_VOLUME, params, unavailable)
    by_name = params["name"] and params["namespace"]
    crons = [] if volumes and by_name else _chosen(cluster, DATA_IMPORT_CRON, params, unavailable)
    if crons and params["name"]:
        # the volumes of an image that renews have names of their own
        newest = ((_key(cron)[0], current_volume(cron)) for cron in crons)
        found = (cluster.get(DATA_VOLUME, namespace, name) for namespace, name in newest if name)
        volumes += [volume for volume in found if volume is not None]
    images = [*(volume for volume in volumes if _is_image(volume)), *crons]
    sources = _listed(cluster, DATA_SOURCE, params["namespace"], unavailable) if images else []
    around = None
    if params["with_users"] and images:
        reading = Reading(cluster, params["namespace"])
        around = reading.surroundings()
        unavailable += [plural for plural in reading.unseen if plural not in unavailable]
    filled = {_key(volume): volume for volume in volumes}
    return {
        "changed": False,
        "images": [
            _summary(image, filled, sources, around, with_objects=params["with_objects"])
            for image in sorted(images, key=_key)
        ],
        "unavailable": unavailable,
        "warnings": cluster.drain_warnings(),
    }


def _chosen(cluster: Cluster, kind: Kind, params: dict[str, t.Any], unavailable: list[str]) -> list[JsonObject]:
    """Return the objects that the task names; a refusal for the first kind is that of the task."""
    namespace, name = params["namespace"], params["name"]
    labels = ",".join(params["label_selectors"] or ()) or None
    try:
        if name and namespace and not labels:
            found = cluster.get(kind, namespace, name)
            return [] if found is None else [found]
        fields = f"metadata.name={name}" if name else None
        return cluster.list_all(kind, namespace, labels=labels, fields=fields).items
    except (Forbidden, ApiMissing):
        if kind is DATA_VOLUME:
            raise
        unavailable.append(kind.plural)
        return []


def _listed(cluster: Cluster, kind: Kind, namespace: str | None, unavailable: list[str]) -> list[JsonObject]:
    try:
        return cluster.list_all(kind, namespace).items
    except (Forbidden, ApiMissing):
        unavailable.append(kind.plural)
        return []


def _is_image(volume: JsonObject) -> bool:
    """Tell whether a DataVolume stands for itself: those of VMs, and of images that renew, do not."""
    metadata = volume["metadata"]
    return not metadata.get("ownerReferences") and not (metadata.get("labels") or {}).get(CRON_LABEL)


def _key(found: JsonObject) -> Key:
    return str(dig(found, "metadata.namespace")), str(dig(found, "metadata.name"))


def _summary(
    image: JsonObject,
    volumes: t.Mapping[Key, JsonObject],
    sources: t.Sequence[JsonObject],
    around: Surroundings | None,
    *,
    with_objects: bool,
) -> dict[str, t.Any]:
    namespace, name = _key(image)
    is_cron = image.get("kind") == DATA_IMPORT_CRON.name
    volume_name = current_volume(image) if is_cron else name
    volume = volumes.get((namespace, volume_name or ""))
    summary: dict[str, t.Any] = {
        "name": name,
        "namespace": namespace,
        "kind": image.get("kind"),
        "uid": dig(image, "metadata.uid"),
        "created": dig(image, "metadata.creationTimestamp"),
        "ready": is_up_to_date(image) if is_cron else is_filled(image),
        "volume": volume_name,
        "phase": phase(volume) or None,
        "progress": dig(volume or {}, "status.progress"),
        "message": condition(volume, "Running").get("message") or condition(image, "UpToDate").get("message") or None,
        "data_sources": sorted(_pointing(image, sources, volume_name, is_cron=is_cron)),
        "options": describe_image(image),
    }
    if around is not None:
        own = {(namespace, str(dig(image, "spec.managedDataSource")))} if is_cron else set()
        images = volumes_of(namespace, name, around.volumes) if is_cron else {(namespace, name)}
        summary["used_by"] = users_of(around, images, own)
    if with_objects:
        summary["image"] = shown(image)
    return summary


def _pointing(
    image: JsonObject, sources: t.Sequence[JsonObject], volume: str | None, *, is_cron: bool
) -> Iterator[str]:
    namespace, _name = _key(image)
    for source in sources:
        claim = dig(source, "spec.source.pvc") or dig(source, "spec.source.snapshot") or {}
        place = (claim.get("namespace") or _key(source)[0], claim.get("name"))
        managed = is_cron and _key(source) == (namespace, dig(image, "spec.managedDataSource"))
        if managed or place == (namespace, volume):
            yield "/".join(_key(source))
