# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a VM: its DataVolumes and the Secret with its cloud-init. Private to vmo.core."""

from __future__ import annotations

import base64
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import NotOwned
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DATA_VOLUME, SECRET, VM
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Step
from ansible_collections.vmo.core.plugins.module_utils._words.guest_config import secret_name

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm

Tree = dict[str, t.Any]
MANAGED_BY = {"app.kubernetes.io/managed-by": "vmo.core"}


def data_volume_names(found: Tree) -> list[str]:
    """Return the names of the DataVolumes that a VM uses or makes."""
    names = [item["metadata"]["name"] for item in dig(found, "spec.dataVolumeTemplates") or ()]
    names += [dig(volume, "dataVolume.name") for volume in dig(found, "spec.template.spec.volumes") or ()]
    return sorted({name for name in names if name})


def release_steps(found: Tree, owned: t.Sequence[Tree]) -> list[Step]:
    """Return what lets the VM's disks outlive it.

    The templates go first: KubeVirt adopts every DataVolume that one of them names.
    """
    steps = []
    if owned and dig(found, "spec.dataVolumeTemplates"):
        patch = {
            "metadata": {"resourceVersion": found["metadata"]["resourceVersion"]},
            "spec": {"dataVolumeTemplates": None},
        }
        steps.append(Step("patch", VM, found["metadata"]["name"], patch))
    return steps + [_release(volume, found["metadata"]["uid"]) for volume in owned]


def disk_steps(found: Tree, names: set[str], owned: t.Sequence[Tree], *, delete: bool) -> list[Step]:
    """Return what becomes of DataVolumes that no longer belong to a disk of the VM."""
    volumes = [volume for volume in owned if volume["metadata"]["name"] in names]
    if delete:
        return [Step("delete", DATA_VOLUME, v["metadata"]["name"], {"uid": v["metadata"]["uid"]}) for v in volumes]
    return [_release(volume, found["metadata"]["uid"]) for volume in volumes]


def _release(volume: Tree, owner: str) -> Step:
    owners = [item for item in dig(volume, "metadata.ownerReferences") or () if item.get("uid") != owner]
    return Step("patch", DATA_VOLUME, volume["metadata"]["name"], {"metadata": {"ownerReferences": owners or None}})


def owned_by(found: Tree, volumes: t.Sequence[Tree]) -> list[Tree]:
    """Return the DataVolumes that would be deleted with the VM."""
    uid = found["metadata"]["uid"]
    return [v for v in volumes if any(o.get("uid") == uid for o in dig(v, "metadata.ownerReferences") or ())]


def secret_steps(
    wanted: WantedVm, vm: Tree | None, content: t.Mapping[str, str] | None, found: Tree | None
) -> list[Step]:
    """Return what keeps the VM's cloud-init in a Secret that goes when the VM goes."""
    if content is None or (not content and found is None):
        return []
    name = secret_name(wanted.name)
    data = {key: base64.b64encode(value.encode()).decode() for key, value in content.items()}
    owners = [] if vm is None else [_owner(vm)]
    if found is None:
        metadata: Tree = {"name": name, "namespace": wanted.namespace, "labels": dict(MANAGED_BY)}
        if owners:
            metadata["ownerReferences"] = owners
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": data}
        steps = [Step("create", SECRET, name, body)]
        return steps if owners else [*steps, Step("patch", SECRET, name, foreseen=True)]
    if MANAGED_BY.items() - (dig(found, "metadata.labels") or {}).items():
        raise NotOwned(
            f"Secret {wanted.namespace}/{name} exists, but vmo.core did not make it, so it is left alone: rename it, "
            f"or name a Secret of yours in cloud_init.secret.",
            kind="Secret",
            name=name,
        )
    patch: Tree = {}
    changed = {key: value for key, value in data.items() if dig(found, "data", {}).get(key) != value}
    if changed:
        patch["data"] = changed
    owned = {item.get("uid") for item in dig(found, "metadata.ownerReferences") or ()}
    if vm is not None and vm["metadata"]["uid"] not in owned:
        # an owner that is gone would take the Secret with it
        patch["metadata"] = {"ownerReferences": owners}
    if patch:
        patch.setdefault("metadata", {})["resourceVersion"] = found["metadata"]["resourceVersion"]
    steps = [Step("patch", SECRET, name, patch)] if patch else []
    return steps if vm is not None else [*steps, Step("patch", SECRET, name, foreseen=True)]


def _owner(vm: Tree) -> Tree:
    return {
        "apiVersion": VM.api_version,
        "kind": VM.name,
        "name": vm["metadata"]["name"],
        "uid": vm["metadata"]["uid"],
    }
