# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what tells why a VM does not come up; with few requests, and as much as one may see. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ConnectionFailed, Unavailable, VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.kind import CLAIM, DATA_VOLUME, EVENT, POD, VM, VMI
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import Evidence

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject

# requests for each kind that is read object by object; 20 in all
VOLUMES_READ = 5
CLAIMS_READ = 5
EVENTS_READ = 7
_NAMES = {
    VMI: "virtual_machine_instance",
    POD: "pods",
    DATA_VOLUME: "data_volumes",
    CLAIM: "persistent_volume_claims",
    EVENT: "events",
}


def gather(cluster: Cluster, namespace: str, name: str, vm: JsonObject) -> Evidence:
    """Return what could be read around a VM; what could not stands in ``unavailable``, nothing is raised."""
    reading = _Reading(cluster, namespace)
    vmi = reading.get(VMI, name)
    volumes = _data_volumes(reading, vm)
    pods = _pods(reading, vm, vmi, volumes)
    launchers = [pod for pod in pods if _label(pod, "kubevirt.io") == "virt-launcher"]
    importers = [pod for pod in pods if _label(pod, "kubevirt.io") != "virt-launcher"]
    claims = _claims(reading, vm, volumes)
    unfinished = [*(item for item in volumes if _phase(item) != "Succeeded"), *_unbound(claims)]
    about = [name, *map(_name, launchers[:1]), *map(_name, unfinished), *map(_name, importers)]
    events = _events(reading, list(dict.fromkeys(about)), vm, vmi)
    return Evidence(
        vmi=vmi,
        pods=tuple(launchers),
        importers=tuple(importers),
        data_volumes=tuple(volumes),
        claims=tuple(claims),
        events=tuple(events),
        unavailable=reading.unavailable,
    )


def gather_volume(cluster: Cluster, volume: JsonObject) -> Evidence:
    """Return what could be read around a DataVolume that no VM needs yet; the claim and the pod that fill it."""
    namespace, name = str(dig(volume, "metadata.namespace")), _name(volume)
    reading = _Reading(cluster, namespace)
    claim = reading.get(CLAIM, name)
    uid = dig(claim, "metadata.uid")
    # CDI fills a claim of its own, and gives it to this one when it is done
    prime = f"prime-{uid}"
    names = [f"importer-{prime}", f"{uid}-source-pod"] if uid else [f"importer-{name}"]
    pods = [pod for pod in (reading.get(POD, one) for one in names) if pod is not None]
    events = _events(reading, [name, *map(_name, pods), *([prime] if uid else [])], {}, None)
    return Evidence(
        importers=tuple(pods), data_volumes=(volume,), events=tuple(events), unavailable=reading.unavailable
    )


class _Reading:
    """Reads of one namespace that never fail; a kind that is refused once is not asked for again."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._refused: dict[Kind, None] = {}
        self._silent = False

    @property
    def unavailable(self) -> tuple[str, ...]:
        return tuple(_NAMES[kind] for kind in self._refused)

    def get(self, kind: Kind, name: str) -> JsonObject | None:
        return self._try(kind, lambda: self._cluster.get(kind, self._namespace, name), None)

    def list(self, kind: Kind, *, labels: str | None = None, fields: str | None = None) -> list[JsonObject]:
        def ask() -> list[JsonObject]:
            return self._cluster.list_all(kind, self._namespace, labels=labels, fields=fields).items

        return self._try(kind, ask, [])

    def _try(self, kind: Kind, ask: t.Callable[[], _Answer], nothing: _Answer) -> _Answer:
        if self._silent:
            self._refused[kind] = None
        if kind in self._refused:
            return nothing
        try:
            return ask()
        except (ConnectionFailed, Unavailable):
            # the next question would wait as long for an answer
            self._silent = True
        except VmoError:
            pass
        self._refused[kind] = None
        return nothing


_Answer = t.TypeVar("_Answer")


def _data_volumes(reading: _Reading, vm: JsonObject) -> list[JsonObject]:
    named = [item for item in (dig(volume, "dataVolume.name") for volume in _volumes(vm)) if item]
    found: list[JsonObject] = []
    if dig(vm, "spec.dataVolumeTemplates"):
        found = reading.list(DATA_VOLUME, labels=f"kubevirt.io/created-by={dig(vm, 'metadata.uid')}")
    missing = [item for item in dict.fromkeys(named) if item not in map(_name, found)]
    others = (reading.get(DATA_VOLUME, item) for item in missing[:VOLUMES_READ])
    return [*found, *(item for item in others if item is not None)]


def _pods(
    reading: _Reading, vm: JsonObject, vmi: JsonObject | None, volumes: t.Sequence[JsonObject]
) -> list[JsonObject]:
    """Return launcher pods and those that fill disks, newest first.

    By the owner's uid: the label with the VM's name is cut at 63 characters, or is the guest's host name.
    """
    owners = [dig(vmi, "metadata.uid") or dig(vm, "status.startFailure.lastFailedVMIUID")]
    if any(_phase(volume) != "Succeeded" for volume in volumes):
        owners.append(dig(vm, "metadata.uid"))
    uids = [uid for uid in owners if uid]
    if not uids:
        return []
    pods = reading.list(POD, labels=f"kubevirt.io/created-by in ({','.join(uids)})")
    return sorted(pods, key=lambda pod: str(dig(pod, "metadata.creationTimestamp", "")), reverse=True)


def _claims(reading: _Reading, vm: JsonObject, volumes: t.Sequence[JsonObject]) -> list[JsonObject]:
    """Return the claims that the VM names itself; those of DataVolumes are told of by these."""
    named = [dig(volume, "persistentVolumeClaim.claimName") for volume in _volumes(vm)]
    own = [item for item in dict.fromkeys(named) if item and item not in map(_name, volumes)]
    found = (reading.get(CLAIM, item) for item in own[:CLAIMS_READ])
    return [item for item in found if item is not None]


def _unbound(claims: t.Sequence[JsonObject]) -> Iterator[JsonObject]:
    return (claim for claim in claims if _phase(claim) != "Bound")


def _events(reading: _Reading, names: t.Sequence[str], vm: JsonObject, vmi: JsonObject | None) -> list[JsonObject]:
    """Return the events of objects of these names, but none of an earlier VM or VMI of the same name."""
    uids = {VM.name: dig(vm, "metadata.uid"), VMI.name: dig(vmi, "metadata.uid")}
    found: list[JsonObject] = []
    for name in names[:EVENTS_READ]:
        for event in reading.list(EVENT, fields=f"involvedObject.name={name}"):
            about = event.get("involvedObject", {})
            if (uids.get(about.get("kind")) or about.get("uid")) == about.get("uid"):
                found.append(event)
    return found


def _volumes(vm: JsonObject) -> list[JsonObject]:
    return dig(vm, "spec.template.spec.volumes") or []


def _name(found: JsonObject) -> str:
    return str(dig(found, "metadata.name"))


def _phase(found: JsonObject) -> str:
    return str(dig(found, "status.phase") or "")


def _label(pod: JsonObject, label: str) -> str | None:
    labels = dig(pod, "metadata.labels") or {}
    return t.cast("str | None", labels.get(label))
