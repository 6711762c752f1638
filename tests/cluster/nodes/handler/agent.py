# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guest agent: whether there is one, and what it tells."""

from __future__ import annotations

import json
import time

from tests.cluster.nodes.handler.domain import Domain
from tests.cluster.nodes.knobs import Knobs
from tests.cluster.nodes.objects import Object, name, status

FEDORA = {
    "name": "Fedora Linux",
    "kernelRelease": "6.11.4-301.fc41.x86_64",
    "version": "41 (Cloud Edition)",
    "prettyName": "Fedora Linux 41 (Cloud Edition)",
    "versionId": "41",
    "kernelVersion": "#1 SMP PREEMPT_DYNAMIC",
    "machine": "x86_64",
    "id": "fedora",
}
WITHOUT_AGENT = ("cirros", "alpine")
GIB = 1 << 30


def installed(vmi: Object, knobs: Knobs) -> bool:
    """Whether the guest has an agent that will connect."""
    if knobs.turned("agent", vmi):
        return knobs.flag("agent", vmi)
    volumes = json.dumps(vmi["spec"].get("volumes") or [])
    return knobs.flag("agent") and not any(image in volumes for image in WITHOUT_AGENT)


def connected(vmi: Object, domain: Domain, knobs: Knobs) -> bool:
    return domain.agent and installed(vmi, knobs)


def guest_os(vmi: Object, knobs: Knobs) -> Object:
    """Return status.guestOSInfo."""
    text = knobs.text("guest-os", vmi)
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = {}
    return found if isinstance(found, dict) and found else dict(FEDORA)


def users() -> list[Object]:
    return [{"userName": "fedora", "loginTime": time.time() - 60}]


def filesystems(vmi: Object, domain: Domain) -> list[Object]:
    """Return the file system on the first volume."""
    volumes = vmi["spec"].get("volumes") or []
    return [
        {
            "diskName": f"{domain.targets.get(volume['name'], 'vda')}1",
            "mountPoint": "/",
            "fileSystemType": "ext4",
            "usedBytes": GIB,
            "totalBytes": 10 * GIB,
        }
        for volume in volumes[:1]
    ]


def guest_info(vmi: Object, domain: Domain) -> Object:
    """Return the answer of guestosinfo while an agent is connected."""
    return {
        "guestAgentVersion": "8.2.0",
        "hostname": vmi["spec"].get("hostname") or name(vmi),
        "os": status(vmi).get("guestOSInfo") or {},
        "timezone": "UTC, 0",
        "userList": users(),
        "fsInfo": {"disks": filesystems(vmi, domain)},
        "fsFreezeStatus": "frozen" if domain.frozen else "",
    }
