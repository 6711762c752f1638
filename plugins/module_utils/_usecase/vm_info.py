# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what virtual machines there are and how they are, with a number of requests that does not grow with theirs.

Private to vmo.core.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ApiMissing, Forbidden
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DATA_VOLUME, VM, VMI
from ansible_collections.vmo.core.plugins.module_utils._model.status import (
    addresses,
    condition,
    has_agent,
    holds,
    is_paused,
    is_ready,
    is_running,
    printable,
    restart_required,
    run_strategy,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import hide_documents, without_secrets
from ansible_collections.vmo.core.plugins.module_utils._plan.ownership import data_volume_names
from ansible_collections.vmo.core.plugins.module_utils._words.vm import describe_vm

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, JsonObject, Progress

    Key = tuple[str, str]

_GUEST_OS = {
    "id": "id",
    "name": "name",
    "version": "version",
    "pretty_name": "prettyName",
    "kernel_release": "kernelRelease",
    "machine": "machine",
}


def run(cluster: Cluster, params: dict[str, t.Any], _clock: Clock, _progress: Progress) -> dict[str, t.Any]:
    """Carry out a task of ``vmo_vm_info``."""
    vms = _virtual_machines(cluster, params)
    unavailable: list[str] = []
    instances: dict[Key, JsonObject] = {}
    volumes: dict[Key, JsonObject] = {}
    if vms:
        single = vms[0] if params["name"] and params["namespace"] else None
        instances = _others(cluster, VMI, params, single, unavailable)
        volumes = _others(cluster, DATA_VOLUME, params, single, unavailable)
    return {
        "changed": False,
        "vms": [_summary(vm, instances.get(_key(vm)), volumes, with_objects=params["with_objects"]) for vm in vms],
        "unavailable": unavailable,
        "warnings": cluster.drain_warnings(),
    }


def _virtual_machines(cluster: Cluster, params: dict[str, t.Any]) -> list[JsonObject]:
    namespace, name = params["namespace"], params["name"]
    labels = ",".join(params["label_selectors"] or ())
    fields = ",".join(params["field_selectors"] or ())
    if name and namespace and not labels and not fields:
        vm = cluster.get(VM, namespace, name)
        return [] if vm is None else [vm]
    if name:
        fields = ",".join(filter(None, (f"metadata.name={name}", fields)))
    return cluster.list_all(VM, namespace, labels=labels or None, fields=fields or None).items


def _others(
    cluster: Cluster, kind: Kind, params: dict[str, t.Any], single: JsonObject | None, unavailable: list[str]
) -> dict[Key, JsonObject]:
    """What one may not see, or is not installed, is missing from the answer, but does not fail it."""
    try:
        if single is None:
            found = cluster.list_all(kind, params["namespace"]).items
        else:
            namespace, name = _key(single)
            names = [name] if kind is VMI else data_volume_names(single)
            found = [item for item in (cluster.get(kind, namespace, one) for one in names) if item is not None]
    except (Forbidden, ApiMissing):
        unavailable.append(kind.plural)
        return {}
    return {_key(item): item for item in found}


def _key(found: JsonObject) -> Key:
    return found["metadata"]["namespace"], found["metadata"]["name"]


def _summary(
    vm: JsonObject, vmi: JsonObject | None, volumes: dict[Key, JsonObject], *, with_objects: bool
) -> dict[str, t.Any]:
    namespace, name = _key(vm)
    summary: dict[str, t.Any] = {
        "name": name,
        "namespace": namespace,
        "uid": vm["metadata"]["uid"],
        "created": vm["metadata"].get("creationTimestamp"),
        "status": printable(vm),
        "ready": is_ready(vm),
        "paused": is_paused(vm),
        "run_strategy": run_strategy(vm),
        "agent_connected": has_agent(vm),
        "restart_required": restart_required(vm) is not None,
        "live_migratable": is_running(vm) and holds(vm, "LiveMigratable"),
        "node": dig(vmi, "status.nodeName"),
        "phase": dig(vmi, "status.phase"),
        "addresses": addresses(vmi),
        "guest_os": {
            word: dig(vmi, f"status.guestOSInfo.{field}")
            for word, field in _GUEST_OS.items()
            if dig(vmi, f"status.guestOSInfo.{field}")
        },
        "disks": _disks(vm, vmi, volumes),
        "conditions": [
            {field: item.get(field) for field in ("type", "status", "reason", "message") if item.get(field)}
            for item in dig(vm, "status.conditions") or ()
        ],
        "options": hide_documents(describe_vm(vm)),
    }
    if with_objects:
        summary["vm"] = without_secrets(vm)
        summary["vmi"] = without_secrets(vmi or {})
    return summary


def _disks(vm: JsonObject, vmi: JsonObject | None, volumes: dict[Key, JsonObject]) -> list[dict[str, t.Any]]:
    namespace, _name = _key(vm)
    seen = {item.get("name"): item for item in dig(vmi, "status.volumeStatus") or ()}
    disks = []
    for volume in dig(vm, "spec.template.spec.volumes") or ():
        claim = dig(volume, "dataVolume.name") or dig(volume, "persistentVolumeClaim.claimName")
        data_volume = volumes.get((namespace, claim)) if "dataVolume" in volume else None
        status = seen.get(volume["name"], {})
        disks.append(
            {
                "name": volume["name"],
                "source": next(field for field in volume if field != "name"),
                "claim": claim,
                "phase": dig(data_volume, "status.phase"),
                "progress": dig(data_volume, "status.progress"),
                "message": condition(data_volume, "Running").get("message") or None,
                "capacity": dig(status, "persistentVolumeClaimInfo.capacity.storage"),
                "target": status.get("target") or None,
                "hotplugged": "hotplugVolume" in status,
            }
        )
    return disks
