# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""status.interfaces of a VMI."""

from __future__ import annotations

import hashlib
import typing as t

from tests.cluster.nodes.handler.domain import ABSENT, Domain, device_list
from tests.cluster.nodes.objects import Object, status, uid

MULTUS = "multus-status"


class Seen(t.NamedTuple):
    """``address`` is the launcher pod's, empty while it is not known; ``agent`` whether one is connected."""

    address: str
    agent: bool


def update(vmi: Object, domain: Domain, seen: Seen) -> None:
    """Write what domain and agent tell; an interface that Multus has plugged into the pod joins the domain."""
    before = {found.get("name"): found for found in status(vmi).get("interfaces") or []}
    on_pod_network = {network["name"] for network in vmi["spec"].get("networks") or [] if "pod" in network}
    found = []
    for place, interface in enumerate(device_list(vmi, "interfaces")):
        last = before.get(interface["name"], {})
        plugged = MULTUS in (last.get("infoSource") or "")
        if interface.get("state") == ABSENT or not (plugged or interface["name"] in domain.interfaces):
            continue
        domain.interfaces.add(interface["name"])
        entry = _entry(vmi, interface, last, plugged=plugged)
        if seen.agent:
            entry["interfaceName"] = f"eth{place}"
            entry["infoSource"] = entry["infoSource"].replace("domain", "domain, guest-agent")
        address = _address(vmi, interface, seen, primary=interface["name"] in on_pod_network)
        if address:
            entry["ipAddress"], entry["ipAddresses"] = address, [address]
        found.append(entry)
    if found or "interfaces" in vmi["status"]:
        vmi["status"]["interfaces"] = found


def _entry(vmi: Object, interface: Object, last: Object, *, plugged: bool) -> Object:
    entry = {
        "name": interface["name"],
        "mac": interface.get("macAddress") or mac(vmi, interface["name"]),
        "queueCount": 1,
        "linkState": "down" if interface.get("state") == "down" else "up",
        "infoSource": f"domain, {MULTUS}" if plugged else "domain",
    }
    kept = last.get("podInterfaceName")
    return {**entry, "podInterfaceName": kept} if kept else entry


def _address(vmi: Object, interface: Object, seen: Seen, *, primary: bool) -> str:
    if primary:
        return seen.address
    if not seen.agent:
        return ""
    first, second = _digest(vmi, interface["name"])[:2]
    return f"192.168.{first % 200 + 10}.{second % 250 + 2}"


def mac(vmi: Object, interface: str) -> str:
    """Return the address that a guest's interface keeps for the life of the VMI."""
    return "52:54:00:" + ":".join(f"{byte:02x}" for byte in _digest(vmi, interface)[:3])


def _digest(vmi: Object, interface: str) -> bytes:
    return hashlib.sha256(f"{uid(vmi)}/{interface}".encode()).digest()
