# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each step of a live migration writes into the VMI, by version. Nothing here reads or sends."""

from __future__ import annotations

from tests.cluster.nodes.addresses import handler_address
from tests.cluster.nodes.handler import conditions
from tests.cluster.nodes.handler.behaviour import Behaviour
from tests.cluster.nodes.handler.domain import Domain
from tests.cluster.nodes.objects import Object, condition, labels_of, status, timestamp

TARGET_LABEL = "kubevirt.io/migrationTargetNodeName"
# Port of the target's proxy, and port that libvirt is to be told: 0 for the connection, 49152 for the memory.
PORTS = {"40361": 0, "41573": 49152}

_LIBVIRT = "Live migration failed error encountered during MigrateToURI3 libvirt api call: "
FAILED = _LIBVIRT + "virError(Code=9, Domain=10, Message='operation failed: simulated migration failure')"
ABORTED = _LIBVIRT + "virError(Code=78, Domain=10, Message='operation aborted: migration out job: canceled by client')"


def state(vmi: Object) -> Object:
    """Return status.migrationState, empty where there is none."""
    return status(vmi).get("migrationState") or {}


def in_progress(vmi: Object) -> bool:
    found = state(vmi)
    return bool(found) and not found.get("completed") and not found.get("failed")


def prepare(vmi: Object) -> None:
    """The target listens."""
    found = state(vmi)
    address = handler_address(found["targetNode"])
    found.update(targetNodeAddress=address, targetDirectMigrationNodePorts=dict(PORTS))
    if found.get("targetState") is not None:
        found["targetState"].update(nodeAddress=address, directMigrationNodePorts=dict(PORTS))


def begin(vmi: Object) -> None:
    """The source copies memory, the target sees the domain arrive."""
    state(vmi).update(startTimestamp=timestamp(), targetNodeDomainDetected=True, mode="PreCopy")
    if state(vmi).get("targetState") is not None:
        state(vmi)["targetState"]["domainDetected"] = True


def fail(vmi: Object, behaviour: Behaviour, reason: str, *, aborted: bool = False) -> None:
    """The source gives up."""
    now = timestamp()
    found = state(vmi)
    found.setdefault("startTimestamp", now)
    found.update(failed=True, completed=True, endTimestamp=now, failureReason=reason)
    if aborted:
        found["abortStatus"] = "Succeeded"
    _untarget(vmi, behaviour)


def receive(vmi: Object, domain: Domain, behaviour: Behaviour) -> bool | None:
    """The domain runs on the target. Where the source acknowledges, the target plugs now, and waits for it."""
    if not behaviour.source_acknowledges:
        return False
    state(vmi)["targetNodeDomainReadyTimestamp"] = timestamp()
    plug(vmi, domain)
    return None


def acknowledge(vmi: Object, behaviour: Behaviour) -> None:
    """The VMI belongs to the target."""
    now, found, target = timestamp(), state(vmi), state(vmi)["targetNode"]
    found.setdefault("targetNodeDomainReadyTimestamp", now)
    found["endTimestamp"] = now
    vmi["metadata"]["labels"]["kubevirt.io/nodeName"] = target
    vmi["metadata"]["labels"].pop("kubevirt.io/outdatedLauncherImage", None)
    vmi["status"].update(nodeName=target, migrationTransport="Unix")
    for obsolete in ("evacuationNodeName", "launcherContainerImageVersion"):
        vmi["status"].pop(obsolete, None)
    if behaviour.source_acknowledges:
        found["completed"] = True
        return
    if found.get("targetState") is not None:
        found["targetState"]["domainReadyTimestamp"] = found["targetNodeDomainReadyTimestamp"]
    (vmi["metadata"].get("annotations") or {}).pop("kubevirt.io/eviction-source", None)
    conditions.remove(vmi, "MigrationRequired")
    if found.get("targetMemoryOverhead"):
        vmi["status"].setdefault("memory", {})["memoryOverhead"] = found["targetMemoryOverhead"]


def finalize(vmi: Object, domain: Domain, behaviour: Behaviour) -> None:
    """The target's last update; the rest of the status is filled beside it."""
    if not behaviour.source_acknowledges:
        plug(vmi, domain)
    _untarget(vmi, behaviour)
    state(vmi)["completed"] = True


def plug(vmi: Object, domain: Domain) -> None:
    """CPUs, memory and volumes that waited for a migration come with it."""
    found, spec = vmi["status"], vmi["spec"]["domain"]
    if condition(vmi, "HotVCPUChange"):
        cpu = spec.get("cpu") or {}
        found["currentCPUTopology"] = {part: cpu.get(part, 1) for part in ("sockets", "cores", "threads")}
    if condition(vmi, "HotMemoryChange"):
        domain.memory = spec["memory"]["guest"]
        found.setdefault("memory", {}).update(guestRequested=domain.memory, guestCurrent=domain.memory)
    destinations = {
        moved["sourcePVCInfo"]["claimName"]: moved.get("destinationPVCInfo")
        for moved in found.pop("migratedVolumes", None) or []
        if moved.get("sourcePVCInfo")
    }
    for volume in found.get("volumeStatus") or []:
        claim = (volume.get("persistentVolumeClaimInfo") or {}).get("claimName")
        if claim in destinations:
            volume["persistentVolumeClaimInfo"] = destinations[claim]
    for kind in ("HotVCPUChange", "HotMemoryChange", "VolumesChange"):
        conditions.remove(vmi, kind)
    for label in ("vmi-pod-cpu-resource-limits", "vmi-pod-memory-requests", "memory-hotplug-overhead-ratio"):
        labels_of(vmi).pop(f"kubevirt.io/{label}", None)


def _untarget(vmi: Object, behaviour: Behaviour) -> None:
    if not behaviour.keeps_target_label:
        labels_of(vmi).pop(TARGET_LABEL, None)
