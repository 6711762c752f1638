# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a running VMI, as virt-handler derives it from domain, pod and agent."""

from __future__ import annotations

import typing as t

from tests.cluster.nodes.handler import agent, conditions, interfaces, migratability, volumes
from tests.cluster.nodes.handler.behaviour import Behaviour
from tests.cluster.nodes.handler.domain import Domain
from tests.cluster.nodes.knobs import Knobs
from tests.cluster.nodes.objects import Object, condition, is_true, status

# What QEMU makes of the aliases.
_MACHINES = {"": "pc-q35-rhel9.6.0", "q35": "pc-q35-rhel9.6.0", "pc": "pc-i440fx-rhel7.6.0"}


class View(t.NamedTuple):
    """``address`` is that of the active launcher pod; empty where there is none."""

    domain: Domain
    address: str
    knobs: Knobs
    behaviour: Behaviour


def fill(vmi: Object, view: View) -> float | None:
    """Write the status; return after how many seconds to look again, None where nothing is on its way."""
    domain = view.domain
    connected = agent.connected(vmi, domain, view.knobs)
    interfaces.update(vmi, domain, interfaces.Seen(view.address, connected))
    again = volumes.update(vmi, domain, hang=view.knobs.text("hotplug", vmi) == "hang")
    _memory_and_machine(vmi, domain)
    _migration(vmi, view.behaviour)
    _agent(vmi, view, connected=connected)
    if domain.paused is None:
        conditions.remove(vmi, "Paused")
    elif not condition(vmi, "Paused"):
        conditions.put(vmi, "Paused", True, domain.paused.reason, domain.paused.message)
    conditions.remove(vmi, "Synchronized")
    return again


def _memory_and_machine(vmi: Object, domain: Domain) -> None:
    found, spec = vmi["status"], vmi["spec"]["domain"]
    guest = (spec.get("memory") or {}).get("guest")
    if guest:
        memory = found.setdefault("memory", {})
        memory["guestCurrent"] = domain.memory or memory.get("guestRequested") or memory.get("guestAtBoot") or guest
    machine = (spec.get("machine") or {}).get("type", "")
    found["machine"] = {"type": _MACHINES.get(machine, machine)}
    found["selinuxContext"] = "none"
    if domain.frozen:
        found["fsFreezeStatus"] = "frozen"
    else:
        found.pop("fsFreezeStatus", None)


def _migration(vmi: Object, behaviour: Behaviour) -> None:
    verdict = migratability.judge(vmi, behaviour)
    first = condition(vmi, "LiveMigratable") is None
    reason = verdict.refusals[0] if verdict.refusals else migratability.Reason("", "")
    conditions.put(vmi, "LiveMigratable", not verdict.refusals, *reason)
    others = verdict.storage_refusals
    text = ", ".join(f"{found.reason}: {found.message}" for found in others)
    conditions.put(vmi, "StorageLiveMigratable", not others, "NotMigratable" if others else "", text)
    if first or not behaviour.method_once:
        vmi["status"]["migrationMethod"] = "BlockMigration" if verdict.block else "LiveMigration"


def _agent(vmi: Object, view: View, *, connected: bool) -> None:
    if not connected:
        conditions.remove(vmi, "AgentConnected")
        return
    if not condition(vmi, "AgentConnected"):
        conditions.put(vmi, "AgentConnected", True)
        vmi["status"]["conditions"][-1]["lastTransitionTime"] = None
    if not (status(vmi).get("guestOSInfo") or {}).get("name"):
        vmi["status"]["guestOSInfo"] = agent.guest_os(vmi, view.knobs)
    if vmi["spec"].get("accessCredentials"):
        conditions.put(vmi, "AccessCredentialsSynchronized", True)


def refusal_to_evict(before: Object, after: Object) -> str:
    """Return the warning about a VMI that must be evicted by migration and has become unable to; else nothing."""
    wanted = after["spec"].get("evictionStrategy") in ("LiveMigrate", "External")
    found = condition(after, "LiveMigratable")
    if not wanted or found is None or is_true(after, "LiveMigratable") or condition(before, "LiveMigratable") == found:
        return ""
    return f"EvictionStrategy is set but vmi is not migratable; {found.get('message', '')}"
