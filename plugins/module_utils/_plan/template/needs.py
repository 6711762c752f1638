# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine refers to, so that it has to be there before the machine is made. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.kind import (
    ATTACHMENT,
    CLAIM,
    CLUSTER_INSTANCETYPE,
    CLUSTER_PREFERENCE,
    CONFIG_MAP,
    DATA_SOURCE,
    DATA_VOLUME,
    INSTANCETYPE,
    PREFERENCE,
    SECRET,
    STORAGE_CLASS,
    VOLUME_SNAPSHOT,
    Kind,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

Tree = dict[str, t.Any]
_TEMPLATE = "spec.template.spec"


class Need(t.NamedTuple):
    """An object that a machine refers to; ``kinds``: any of these of that name will do. ``purpose`` is for people."""

    kinds: tuple[Kind, ...]
    namespace: str | None
    name: str
    purpose: str

    @property
    def subject(self) -> str:
        """Return how messages call it."""
        return f"{self.kinds[0].name} " + "/".join(filter(None, (self.namespace, self.name)))


def needs_of(vm: t.Mapping[str, t.Any], namespace: str, own: t.Collection[str] = ()) -> list[Need]:
    """Return what a new VM in a namespace refers to; ``own`` names Secrets that are made together with it."""
    found = [*_sizes(vm, namespace), *_of_templates(vm, namespace), *_networks(vm, namespace)]
    found += [need for need in _of_volumes(vm, namespace) if need.kinds != (SECRET,) or need.name not in own]
    return list(dict.fromkeys(found))


def _sizes(vm: t.Mapping[str, t.Any], namespace: str) -> t.Iterator[Need]:
    for matcher, cluster, local, purpose in (
        ("instancetype", CLUSTER_INSTANCETYPE, INSTANCETYPE, "instance type"),
        ("preference", CLUSTER_PREFERENCE, PREFERENCE, "preference"),
    ):
        name = dig(vm, f"spec.{matcher}.name")
        kind = str(dig(vm, f"spec.{matcher}.kind") or cluster.name).lower().removesuffix("s")
        if name:
            is_local = kind == local.name.lower()
            yield Need((local if is_local else cluster,), namespace if is_local else None, name, purpose)


def _of_templates(vm: t.Mapping[str, t.Any], namespace: str) -> t.Iterator[Need]:
    for template in dig(vm, "spec.dataVolumeTemplates") or ():
        spec, disk = template["spec"], template["metadata"]["name"]
        storage_class = dig(spec, "storage.storageClassName") or dig(spec, "pvc.storageClassName")
        if storage_class:
            yield Need((STORAGE_CLASS,), None, storage_class, f"storage class of {disk}")
        for path, kinds in (
            # a DataVolume that is still being filled has no claim yet, and CDI waits for it
            ("source.pvc", (CLAIM, DATA_VOLUME)),
            ("source.snapshot", (VOLUME_SNAPSHOT,)),
            ("sourceRef", (DATA_SOURCE,)),
        ):
            source = dig(spec, path)
            if isinstance(source, dict) and source.get("name"):
                yield Need(kinds, source.get("namespace") or namespace, source["name"], f"image of {disk}")


def _networks(vm: t.Mapping[str, t.Any], namespace: str) -> t.Iterator[Need]:
    for network in dig(vm, f"{_TEMPLATE}.networks") or ():
        name = dig(network, "multus.networkName")
        if name:
            where, _slash, attachment = name.rpartition("/")
            yield Need((ATTACHMENT,), where or namespace, attachment, f"network {network['name']}")


def _of_volumes(vm: t.Mapping[str, t.Any], namespace: str) -> t.Iterator[Need]:
    made = {item["metadata"]["name"] for item in dig(vm, "spec.dataVolumeTemplates") or ()}
    for volume in dig(vm, f"{_TEMPLATE}.volumes") or ():
        for path, kinds in (
            ("dataVolume.name", (DATA_VOLUME, CLAIM)),
            ("persistentVolumeClaim.claimName", (CLAIM, DATA_VOLUME)),
            ("configMap.name", (CONFIG_MAP,)),
            ("secret.secretName", (SECRET,)),
            ("sysprep.configMap.name", (CONFIG_MAP,)),
            ("sysprep.secret.name", (SECRET,)),
            ("cloudInitNoCloud.secretRef.name", (SECRET,)),
            ("cloudInitNoCloud.networkDataSecretRef.name", (SECRET,)),
            ("cloudInitConfigDrive.secretRef.name", (SECRET,)),
            ("cloudInitConfigDrive.networkDataSecretRef.name", (SECRET,)),
        ):
            name = dig(volume, path)
            is_optional = bool(dig(volume, f"{path.partition('.')[0]}.optional"))
            if name and name not in made and not is_optional:
                yield Need(kinds, namespace, name, f"volume {volume['name']}")


def lacking_sentence(subject: str, missing: t.Sequence[Need]) -> str:
    """Return what to tell about objects that are not there."""
    listed = ", ".join(f"{need.subject} ({need.purpose})" for need in missing)
    return f"{subject} cannot be made: there is no {listed}."
