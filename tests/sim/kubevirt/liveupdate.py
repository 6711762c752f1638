# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a change to a running VM: taken over by the VMI at once, or RestartRequired."""

from __future__ import annotations

import copy

from tests.sim.kubevirt.documents import at, bytes_of, set_condition
from tests.sim.kubevirt.kinds import Object

_GENERIC = "a non-live-updatable field was changed in the template spec"
_VOLUMES = "the volumes replacement is effective only after restart"
_MEMORY = "memory hotplug not supported,"
_CLAIMS = {"dataVolume", "persistentVolumeClaim"}
_PLACEMENT = ("nodeSelector", "affinity", "tolerations")


def needs_restart(started: Object, vm: Object, vmi: Object, *, legacy: bool) -> str | None:
    """The message of RestartRequired, or None while everything is live or unchanged.

    A new network card goes live in all versions; ``legacy`` ones say all the same that it needs a restart.
    """
    then, wanted = copy.deepcopy(started["template"]["spec"]), copy.deepcopy(vm["spec"]["template"]["spec"])
    running = vmi["spec"]
    reason = _volumes_reason(wanted, running) or _compute_reason(wanted, running, vmi)
    for spec in (then, wanted):
        for name in _PLACEMENT:
            spec.pop(name, None)
        at(spec, "domain.cpu", {}).pop("sockets", None)
        at(spec, "domain.memory", {}).pop("guest", None)
    if not legacy:
        _leave_out(wanted, _new_cards(then, wanted))
    return reason or (_GENERIC if then != wanted else None)


def _volumes_reason(wanted: Object, running: Object) -> str | None:
    attached = {volume["name"]: _source(volume) for volume in running.get("volumes", [])}
    for volume in wanted.get("volumes", []):
        before = attached.get(volume["name"], _source(volume))
        if before != _source(volume) and _CLAIMS & before.keys() and _CLAIMS & volume.keys():
            return _VOLUMES
    return None


def _new_cards(then: Object, wanted: Object) -> set[str]:
    known = {card["name"] for card in at(then, "domain.devices.interfaces", [])}
    cards = at(wanted, "domain.devices.interfaces", [])
    return {card["name"] for card in cards if card["name"] not in known and {"bridge", "sriov"} & card.keys()}


def _leave_out(spec: Object, cards: set[str]) -> None:
    for items in (at(spec, "domain.devices.interfaces", []), spec.get("networks", [])):
        items[:] = [item for item in items if item["name"] not in cards]


def _compute_reason(wanted: Object, running: Object, vmi: Object) -> str | None:
    sockets, current = at(wanted, "domain.cpu.sockets"), at(running, "domain.cpu.sockets", 1)
    if sockets and sockets < current:
        return "Reduction of CPU socket count requires a restart"
    if sockets and sockets > at(running, "domain.cpu.maxSockets", sockets):
        return "CPU sockets updated in template spec to a value higher than what's available"
    guest = at(wanted, "domain.memory.guest")
    if not guest or bytes_of(guest) == bytes_of(at(running, "domain.memory.guest", guest)):
        return None
    if bytes_of(guest) < bytes_of("1Gi"):
        return f"{_MEMORY} Memory hotplug is only available for VMs with at least 1Gi of guest memory"
    if bytes_of(guest) > bytes_of(at(running, "domain.memory.maxGuest", guest)):
        return f"{_MEMORY} Guest memory is greater than the configured maxGuest memory"
    if bytes_of(guest) < bytes_of(at(vmi, "status.memory.guestAtBoot", guest)):
        return "memory updated in template spec to a value lower than what the VM started with"
    return None


def apply(vm: Object, vmi: Object) -> None:
    """Take the live part over into the VMI; CPU and memory wait for a migration."""
    wanted, running = vm["spec"]["template"]["spec"], vmi["spec"]
    for name in _PLACEMENT:
        if wanted.get(name) != running.get(name):
            running.pop(name, None)
            running |= {name: copy.deepcopy(wanted[name])} if name in wanted else {}
    cards = _new_cards(running, wanted)
    for place in ("domain.devices.interfaces", "networks"):
        at(running, place, []).extend(copy.deepcopy([item for item in at(wanted, place, []) if item["name"] in cards]))
    sockets, guest = at(wanted, "domain.cpu.sockets"), at(wanted, "domain.memory.guest")
    if sockets and sockets != at(running, "domain.cpu.sockets"):
        running["domain"]["cpu"]["sockets"] = sockets
        set_condition(vmi, "HotVCPUChange", "True")
    if guest and bytes_of(guest) != bytes_of(at(running, "domain.memory.guest", guest)):
        running["domain"]["memory"]["guest"] = guest
        vmi["status"].setdefault("memory", {})["guestRequested"] = guest
        set_condition(vmi, "HotMemoryChange", "True")


def _source(volume: Object) -> Object:
    """The source as the user wrote it: the VMI's defaulted pull policy is no difference."""
    kinds = {key: value for key, value in volume.items() if key != "name"}
    return {kind: {k: v for k, v in value.items() if k != "imagePullPolicy"} for kind, value in kinds.items()}
