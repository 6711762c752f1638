# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network namespaces of pods, on the lab's bridge."""

from __future__ import annotations

import asyncio

from tests.cluster.nodes.addresses import BRIDGE, GATEWAY, PREFIX_LENGTH
from tests.cluster.nodes.objects import Object, uid


class CommandFailed(Exception):
    """``ip`` refused; the message is its own."""


async def ip(*arguments: str, check: bool = True) -> None:
    """Run the command of that name. Raises CommandFailed unless told not to check."""
    process = await asyncio.create_subprocess_exec(
        "ip", *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _output, complaint = await process.communicate()
    if check and process.returncode:
        raise CommandFailed(f"ip {' '.join(arguments)}: {complaint.decode(errors='replace').strip()}")


class Sandbox:
    """The network namespace of one pod, with loopback and eth0."""

    def __init__(self, pod: Object) -> None:
        part = uid(pod)[:8] + uid(pod)[-4:]
        self.name = f"kv-{part}"
        # Names of interfaces have 15 characters at most.
        self._link = f"kv{part[-9:]}"

    async def create(self, address: str) -> None:
        """Make it anew, with that address. Raises CommandFailed."""
        await self.delete()
        await ip("netns", "add", self.name)
        await ip("link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        await ip("link", "set", self._link, "master", BRIDGE, "up")
        await ip("-n", self.name, "addr", "add", f"{address}/{PREFIX_LENGTH}", "dev", "eth0")
        await ip("-n", self.name, "link", "set", "eth0", "up")
        await ip("-n", self.name, "link", "set", "lo", "up")
        await ip("-n", self.name, "route", "add", "default", "via", GATEWAY)

    async def delete(self) -> None:
        """Remove it where it is; its end of the veth pair takes the other one with it."""
        await ip("netns", "del", self.name, check=False)
