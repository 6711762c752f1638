# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VM and the objects around it say about themselves, in reading order. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.status import (
    condition,
    holds,
    is_ready,
    is_running,
    printable,
    run_strategy,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import Evidence

Tree = dict[str, t.Any]
# run strategies that do not start a guest again that has come to this end
_OVER = {
    ("Manual", "Failed"),
    ("Manual", "Succeeded"),
    ("Once", "Failed"),
    ("Once", "Succeeded"),
    ("RerunOnFailure", "Succeeded"),
}
_AWAITS_CONSUMER = ("WaitForFirstConsumer", "PendingPopulation")
# controllers that race for an object say so in events; the next try heals it
_RACE = re.compile(r"the object has been modified|already exists$")
_CREDENTIALS = re.compile(r"(://)[^/\s@\"']+@")
_SIGNED = re.compile(r"([?&][^=\s&\"']*(?:sig|token|key|passw|secret|credential)[^=\s&\"']*=)[^&\s\"']+", re.IGNORECASE)


class Symptom(t.NamedTuple):
    """One remark. ``where`` names the kind of source, ``subject`` the object, ``text`` is the server's own."""

    where: str
    subject: str
    reason: str
    text: str


def clean(text: t.Any) -> str:
    """Return a server's text on one line, without the credentials that a URL may carry."""
    line = " ".join(str(text or "").split())
    return _SIGNED.sub(r"\1***", _CREDENTIALS.sub(r"\1***@", line))


def symptoms(vm: Tree, evidence: Evidence) -> Iterator[Symptom]:
    """Yield what is wrong, or not yet right: first the VM, then what it consists of, then events."""
    yield from _of_conditions(vm, evidence)
    unfilled = [volume for volume in evidence.data_volumes if _phase(volume) != "Succeeded"]
    for volume in unfilled:
        yield from _of_data_volume(volume)
    for pod in evidence.importers if unfilled else ():
        yield from _of_importer(pod, unfilled)
    for claim in evidence.claims:
        yield Symptom("claim", _name(claim), _phase(claim), "")
    for pod in evidence.pods:
        yield from _of_launcher(pod)
    yield from _of_events(evidence, unfilled)
    yield from _of_guest(vm, evidence.vmi)
    yield Symptom("status", _name(vm), printable(vm), "")


def _name(found: Tree) -> str:
    metadata = found.get("metadata", {})
    return f"{found.get('kind', 'object')} {metadata.get('namespace')}/{metadata.get('name')}"


def _phase(found: Tree) -> str:
    return str(dig(found, "status.phase") or "")


def _remark(where: str, about: Tree, item: Tree) -> Symptom:
    return Symptom(where, _name(about), str(item.get("reason") or ""), clean(item.get("message")))


def _of_conditions(vm: Tree, evidence: Evidence) -> Iterator[Symptom]:
    # a stopped VM keeps what it copied from the VMI that it had
    instances = [found for found in (vm if is_running(vm) else None, evidence.vmi) if found]
    if holds(vm, "Failure"):
        yield _remark("failure", vm, condition(vm, "Failure"))
    for found in instances:
        if holds(found, "Paused"):
            yield _remark("paused", found, condition(found, "Paused"))
        sync = condition(found, "Synchronized")
        if sync.get("status") == "False":
            yield from _of_sync(vm, found, sync, evidence)
    # KubeVirt 1.4 on Kubernetes 1.34 does not copy what the scheduler says (facts/kubevirt.md 9.6)
    for found in (*instances, *evidence.pods):
        scheduled = condition(found, "PodScheduled")
        if scheduled.get("status") == "False":
            yield _remark("schedule", vm, scheduled)


def _of_sync(vm: Tree, found: Tree, sync: Tree, evidence: Evidence) -> Iterator[Symptom]:
    """KubeVirt speaks of a missing claim even where the DataVolume that makes it is missing, or about to make it."""
    missing = re.match(r"PVC [^/]+/(?P<name>\S+) does not exist", str(sync.get("message")))
    if missing is None:
        yield _remark("sync", found, sync)
        return
    if any(dig(volume, "metadata.name") == missing["name"] for volume in evidence.data_volumes):
        return
    wanted = [dig(volume, "dataVolume.name") for volume in dig(vm, "spec.template.spec.volumes") or ()]
    is_data_volume = missing["name"] in wanted and "data_volumes" not in evidence.unavailable
    yield _remark("missing_data_volume" if is_data_volume else "missing_claim", vm, sync)


def _of_data_volume(volume: Tree) -> Iterator[Symptom]:
    phase = _phase(volume)
    if phase in _AWAITS_CONSUMER:
        return
    cloned = any(dig(volume, f"spec.source.{source}") for source in ("pvc", "snapshot")) or "Clone" in phase
    where = "clone" if cloned else "data_volume"
    for kind in ("Running", "Bound", "Ready"):
        item = condition(volume, kind)
        if item.get("status") == "False":
            yield _remark(f"{where}_{kind.lower()}", volume, item)
    text = condition(volume, "Running").get("message") if phase == "Failed" else dig(volume, "status.progress")
    yield Symptom(f"{where}_phase", _name(volume), phase, clean(text))


def _of_importer(pod: Tree, volumes: t.Sequence[Tree]) -> Iterator[Symptom]:
    """Yield what a pod says that fills a disk; which one is known only where no other disk is being filled."""
    about = volumes[0] if len(volumes) == 1 else pod
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        yield _remark("schedule", about, scheduled)
    advances = any(dig(volume, "status.progress", "N/A") not in ("N/A", "0.00%", "0.0%") for volume in volumes)
    for status in _containers(pod):
        waiting = dig(status, "state.waiting")
        if waiting:
            yield _remark("importer", about, waiting)
        ended = dig(status, "state.terminated") or dig(status, "lastState.terminated")
        # one that runs again after a failure may well succeed this time
        if dig(ended, "exitCode") and (not advances or dig(status, "state.running") is None):
            yield _remark("importer_ended", about, ended)


def _of_launcher(pod: Tree) -> Iterator[Symptom]:
    for status in _containers(pod):
        waiting, ended = dig(status, "state.waiting"), dig(status, "state.terminated")
        if waiting:
            yield _remark("launcher", pod, waiting)
        if dig(ended, "exitCode"):
            yield _remark("launcher_ended", pod, ended)
    if dig(pod, "status.reason"):
        yield _remark("launcher_phase", pod, pod["status"])


def _containers(pod: Tree) -> list[Tree]:
    return [*(dig(pod, "status.initContainerStatuses") or ()), *(dig(pod, "status.containerStatuses") or ())]


def _of_events(evidence: Evidence, unfilled: t.Sequence[Tree]) -> Iterator[Symptom]:
    """Yield events of what is not done; those of a finished object tell the past."""
    pending = {
        dig(found, "metadata.uid")
        for found in (*evidence.pods, *evidence.importers, *evidence.claims)
        if _phase(found) in ("Pending", "")
    }
    unbound = {dig(volume, "metadata.name") for volume in unfilled if not holds(volume, "Bound")}
    for event in newest_first(evidence.events):
        about = event.get("involvedObject", {})
        is_volume = about.get("kind") in ("PersistentVolumeClaim", "DataVolume") and about.get("name") in unbound
        text = clean(event.get("message"))
        if (about.get("uid") in pending or is_volume) and not _RACE.search(text):
            subject = f"{about.get('kind')} {about.get('namespace')}/{about.get('name')}"
            where = "pod_event" if about.get("kind") == "Pod" else "volume_event"
            yield Symptom(where, subject, str(event.get("reason") or ""), text)


def newest_first(events: t.Iterable[Tree]) -> list[Tree]:
    """Return events by the time at which they were last seen."""
    return sorted(events, key=last_seen, reverse=True)


def last_seen(event: Tree) -> str:
    """Return the time (RFC 3339) of the last occurrence of an event of either events API."""
    times = (
        dig(event, "series.lastObservedTime"),
        event.get("lastTimestamp"),
        event.get("eventTime"),
        dig(event, "metadata.creationTimestamp"),
    )
    return next((str(time) for time in times if time), "")


def _of_guest(vm: Tree, vmi: Tree | None) -> Iterator[Symptom]:
    """Yield what became of earlier starts, where this one stands, and what a guest lacks that runs."""
    failed = dig(vm, "status.startFailure.consecutiveFailCount", 0)
    if failed:
        retry = str(dig(vm, "status.startFailure.retryAfterTimestamp", ""))
        yield Symptom("start_failure", _name(vm), str(failed), retry)
    if vmi is None or dig(vmi, "metadata.deletionTimestamp"):
        return
    phase = _phase(vmi)
    # a VM that is asked to start again, or starts again by itself, is not at its end
    over = (run_strategy(vm), phase) in _OVER and not dig(vm, "status.stateChangeRequests")
    if over or phase not in ("Failed", "Succeeded"):
        yield Symptom("guest_phase", _name(vmi), phase, clean(dig(vmi, "status.reason")))
    if is_ready(vm):
        if not holds(vm, "AgentConnected"):
            yield Symptom("agent", _name(vm), "", "")
        for interface in dig(vmi, "status.interfaces") or ():
            if not interface.get("ipAddress"):
                yield Symptom("address", _name(vm), "", str(interface.get("name")))
