# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the status of a VirtualMachine says. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import trees
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

Tree = dict[str, t.Any]


def condition(found: Tree | None, kind: str) -> Tree:
    """Return a condition of a VM, VMI or DataVolume, empty if there is none."""
    for item in trees(dig(found or {}, "status.conditions")):
        if item.get("type") == kind:
            return t.cast("Tree", item)
    return {}


def holds(found: Tree | None, kind: str) -> bool:
    """Tell whether a condition is true."""
    return condition(found, kind).get("status") == "True"


def run_strategy(found: Tree) -> str:
    """Return the run strategy; ``spec.running`` is its deprecated form."""
    spec = found.get("spec", {})
    if "running" in spec:
        return "Always" if spec["running"] else "Halted"
    return str(spec.get("runStrategy", "Halted"))


def is_running(found: Tree | None) -> bool:
    """Tell whether there is a guest, be it starting, running or going down.

    Run strategies that do not start a guest again keep the VMI of one that has ended (facts/kubevirt.md 2.1).
    """
    return bool(dig(found or {}, "status.created")) and not has_ended(found)


def has_ended(found: Tree | None) -> bool:
    """Tell whether the guest shut itself down or crashed, and its VMI is still there."""
    return bool(dig(found or {}, "status.created")) and printable(found) == "Stopped"


def is_going(found: Tree | None) -> bool:
    """Tell whether the object is being deleted."""
    return bool(dig(found or {}, "metadata.deletionTimestamp"))


def is_paused(found: Tree | None) -> bool:
    """Tell whether the guest is paused."""
    return is_running(found) and holds(found, "Paused")


def is_ready(found: Tree | None) -> bool:
    """Tell whether the guest runs, and no request to stop or restart it is under way."""
    return is_running(found) and holds(found, "Ready") and not dig(found or {}, "status.stateChangeRequests")


def has_agent(found: Tree | None) -> bool:
    """Tell whether the guest agent answers. KubeVirt 1.4 keeps the condition on a stopped VM."""
    return is_ready(found) and holds(found, "AgentConnected")


def is_observed(found: Tree) -> bool:
    """Tell whether the controller has judged the newest spec of a VM that runs; RestartRequired comes with it."""
    return not is_running(found) or dig(found, "status.desiredGeneration") == dig(found, "metadata.generation")


def restart_required(found: Tree | None) -> str | None:
    """Return the server's own sentence on why a change waits for a restart, ``None`` if none does."""
    if not (is_running(found) and holds(found, "RestartRequired")):
        return None
    return str(condition(found, "RestartRequired").get("message") or "a change waits for the next start")


def printable(found: Tree | None) -> str:
    """Return the status that ``kubectl get vm`` shows."""
    return str(dig(found or {}, "status.printableStatus", "Unknown"))


def addresses(vmi: Tree | None) -> dict[str, list[str]]:
    """Return the addresses of each interface of a VMI that can be reached from outside the guest."""
    found = {}
    for interface in dig(vmi or {}, "status.interfaces") or ():
        given = interface.get("ipAddresses") or [interface.get("ipAddress")]
        usable = [
            address for address in given if address and not address.lower().startswith(("fe80:", "169.254.", "127."))
        ]
        if usable:
            found[str(interface.get("name") or interface.get("interfaceName"))] = usable
    return found
