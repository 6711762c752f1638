# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readiness probes, sent from the node."""

from __future__ import annotations

import asyncio
import typing as t

import aiohttp

from tests.cluster.nodes.objects import Object

TIMEOUT = 3.0


class Target(t.NamedTuple):
    """``url`` for an HTTP probe, ``port`` alone for a TCP probe."""

    port: int
    url: str = ""


def target(container: Object, address: str) -> Target | None:
    """Return what the readiness probe of a container asks; None where it has none that is known here."""
    probe = container.get("readinessProbe") or {}
    request = probe.get("httpGet")
    if request:
        port = _port(container, request["port"])
        scheme, path = request.get("scheme", "HTTP").lower(), request.get("path", "/")
        return Target(port, f"{scheme}://{address}:{port}{path}")
    if probe.get("tcpSocket"):
        return Target(_port(container, probe["tcpSocket"]["port"]))
    return None


def _port(container: Object, port: int | str) -> int:
    names = {found.get("name"): int(found["containerPort"]) for found in container.get("ports") or []}
    return names[port] if port in names else int(port)


async def ready(session: aiohttp.ClientSession, container: Object, address: str) -> bool:
    """Ask once; a container without a probe is ready."""
    asked = target(container, address)
    if asked is None:
        return True
    try:
        if not asked.url:
            _reader, writer = await asyncio.wait_for(asyncio.open_connection(address, asked.port), TIMEOUT)
            writer.close()
            return True
        # The kubelet does not verify certificates of probes either.
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with session.get(asked.url, ssl=False, timeout=timeout) as response:
            return 200 <= response.status < 400
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
        return False
