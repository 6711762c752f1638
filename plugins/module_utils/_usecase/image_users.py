# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what may need a golden image, as far as one may. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, Forbidden
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import CRON_LABEL
from ansible_collections.vmo.core.plugins.module_utils._model.kind import (
    DATA_SOURCE,
    DATA_VOLUME,
    UPSTREAM_TEMPLATE,
    VM,
    VM_TEMPLATE,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.image.users import Surroundings, own_data_sources, users_of

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._plan.image.decide import Found
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject


class Users(t.NamedTuple):
    """What needs an image; ``own`` are the DataSources that go with it.

    ``unseen`` names the kinds of which not even those beside the image could be read; ``notes`` tell what else could
    not be seen.
    """

    names: tuple[str, ...]
    own: tuple[JsonObject, ...]
    unseen: tuple[str, ...]
    notes: tuple[str, ...]


class Reading:
    """Lists of the whole cluster, or of one namespace where that is all that one may see."""

    def __init__(self, cluster: Cluster, namespace: str | None) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self.elsewhere: list[str] = []
        self.unseen: list[str] = []

    def all_of(self, kind: Kind) -> list[JsonObject]:
        """Return what there is of a kind; nothing where the cluster does not know it."""
        try:
            return self._cluster.list_all(kind).items
        except ApiMissing:
            return []
        except Forbidden:
            self.elsewhere.append(kind.plural)
        if self._namespace is None:
            self.unseen.append(kind.plural)
            return []
        try:
            return self._cluster.list_all(kind, self._namespace).items
        except (Forbidden, ApiMissing):
            self.unseen.append(kind.plural)
            return []

    def surroundings(self) -> Surroundings:
        """Return all that may need an image."""
        templates = [item for kind in (VM_TEMPLATE, UPSTREAM_TEMPLATE) for item in self.all_of(kind)]
        return Surroundings(self.all_of(VM), self.all_of(DATA_VOLUME), self.all_of(DATA_SOURCE), templates)


def look_around(cluster: Cluster, wanted: WantedImage, found: Found) -> Users:
    """Return what needs the image that was found."""
    reading = Reading(cluster, wanted.namespace)
    around = reading.surroundings()
    if found.cron is None:
        images = {(wanted.namespace, wanted.name)}
        own = own_data_sources(around, images)
        places = {(wanted.namespace, str(dig(item, "metadata.name"))) for item in own}
    else:
        images = volumes_of(wanted.namespace, wanted.name, around.volumes)
        own = []
        places = {(wanted.namespace, str(dig(found.cron, "spec.managedDataSource")))}
    # a right on VMs and volumes beside the image is a must: what uses its volume as a disk is there
    unseen = tuple(plural for plural in reading.unseen if plural in (VM.plural, DATA_VOLUME.plural))
    notes = []
    if reading.elsewhere:
        notes.append(
            f"Whether something outside the namespace {wanted.namespace} needs the {wanted.subject} is not known: the "
            f"user may not list {', '.join(reading.elsewhere)} of the whole cluster."
        )
    return Users(tuple(users_of(around, images, places)), tuple(own), unseen, tuple(notes))


def volumes_of(namespace: str, cron: str, volumes: t.Sequence[JsonObject]) -> set[tuple[str, str]]:
    """Return the DataVolumes that a DataImportCron has made."""
    return {
        (namespace, str(dig(volume, "metadata.name")))
        for volume in volumes
        if dig(volume, "metadata.namespace") == namespace
        and (dig(volume, "metadata.labels") or {}).get(CRON_LABEL) == cron
    }
