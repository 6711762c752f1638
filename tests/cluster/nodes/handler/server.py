# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""virt-handler's REST server, which virt-api forwards subresources of running VMIs to."""

from __future__ import annotations

import asyncio
import base64
import logging
import ssl
import time
import typing as t
from pathlib import Path

from aiohttp import web

from tests.cluster.nodes.addresses import NODES, handler_address
from tests.cluster.nodes.context import Context
from tests.cluster.nodes.handler import agent
from tests.cluster.nodes.handler.domain import BY_USER, Domain
from tests.cluster.nodes.handler.instances import Alarms, Instances
from tests.cluster.nodes.objects import Object, name, namespace, namespaced, uid

logger = logging.getLogger(__name__)

PORT = 8186
CERTIFICATE = namespaced("/api/v1/secrets", "kubevirt", "kubevirt-virt-handler-server-certs")
LOOK_FOR_CERTIFICATE = 10.0
_ROUTE = "/v1/namespaces/{namespace}/virtualmachineinstances/{name}/{operation}"
_NO_AGENT = (
    'server error. command Freeze failed: "LibvirtError(Code=86, Domain=10, '
    "Message='Guest agent is not responding: QEMU guest agent is not connected')\""
)
_EVENTS = {
    "pause": ("Paused", "VirtualMachineInstance paused"),
    "unpause": ("Unpaused", "VirtualMachineInstance unpaused"),
    "reset": ("Reset", "VirtualMachineInstance reset"),
    "softreboot": ("SoftRebooted", "VirtualMachineInstance soft rebooted"),
}


class Refused(Exception):
    """libvirt or the agent refuse; the message is the answer's text."""


class HandlerServer:
    """Listens on the addresses of all virt-handler pods."""

    def __init__(self, context: Context, instances: Instances, alarms: Alarms) -> None:
        self._context, self._instances, self._alarms = context, instances, alarms
        self._knobs = context.knobs

    async def run(self) -> None:
        """Serve until cancelled, with the certificate of the operator, renewed whenever that is."""
        app = web.Application()
        app.router.add_put(_ROUTE, self.operate)
        app.router.add_get(_ROUTE, self.tell)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await self._listen(runner)
        finally:
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        sites: list[web.TCPSite] = []
        served = None
        while True:
            pair = await self._certificate()
            if pair and pair != served:
                for site in sites:
                    await site.stop()
                tls = _context(pair, self._context.settings.state / "handler.pem")
                sites = [web.TCPSite(runner, handler_address(node), PORT, ssl_context=tls) for node in NODES]
                for site in sites:
                    await site.start()
                served = pair
                logger.info("virt-handler serves on port %d", PORT)
            await asyncio.sleep(LOOK_FOR_CERTIFICATE if pair else 1)

    async def _certificate(self) -> bytes | None:
        found = (await self._context.api.get(CERTIFICATE) or {}).get("data") or {}
        if not found.get("tls.crt"):
            return None
        return base64.b64decode(found["tls.key"]) + b"\n" + base64.b64decode(found["tls.crt"])

    def _find(self, request: web.Request) -> tuple[Object, Domain]:
        asked = (request.match_info["namespace"], request.match_info["name"])
        for vmi in self._instances.vmis.values():
            if (namespace(vmi), name(vmi)) == asked:
                domain = self._instances.domains.get(uid(vmi))
                if domain is None:
                    raise web.HTTPInternalServerError(text="Failed to detect cmd client")
                return vmi, domain
        raise web.HTTPNotFound(text="VMI not found")

    async def operate(self, request: web.Request) -> web.Response:
        """Answer PUT: 202 with an empty body."""
        vmi, domain = self._find(request)
        operation = request.match_info["operation"]
        if self._knobs.text("fail-op", vmi) == operation:
            return web.Response(status=500, text=f"simulated failure of {operation}")
        try:
            known = operate(operation, domain, agent_connected=agent.connected(vmi, domain, self._knobs))
        except Refused as refusal:
            return web.Response(status=400, text=str(refusal))
        if not known:
            return _not_simulated(operation)
        if operation in _EVENTS:
            await self._instances.recorder(vmi).normal(vmi, *_EVENTS[operation])
        self._alarms.ring(uid(vmi))
        return web.Response(status=202)

    async def tell(self, request: web.Request) -> web.Response:
        """Answer GET: what the guest agent tells, little without one."""
        vmi, domain = self._find(request)
        operation = request.match_info["operation"]
        connected = agent.connected(vmi, domain, self._knobs)
        answers: dict[str, t.Callable[[], Object]] = {
            "guestosinfo": lambda: agent.guest_info(vmi, domain) if connected else {},
            "userlist": lambda: _list(agent.users() if connected else []),
            "filesystemlist": lambda: _list(agent.filesystems(vmi, domain) if connected else []),
        }
        if operation not in answers:
            return _not_simulated(operation)
        return web.json_response(answers[operation]())


def operate(operation: str, domain: Domain, *, agent_connected: bool) -> bool:
    """Do to the domain what is asked; False for what is not simulated. Raises Refused."""
    if operation == "pause":
        domain.paused = BY_USER
    elif operation == "unpause":
        domain.paused = None
    elif operation in ("reset", "softreboot"):
        domain.reboot(time.monotonic())
    elif operation == "unfreeze":
        domain.frozen = False
    elif operation == "freeze":
        if not agent_connected:
            raise Refused(_NO_AGENT)
        domain.frozen = True
    else:
        return False
    return True


def _list(items: list[Object]) -> Object:
    return {"metadata": {}, "items": items}


def _not_simulated(operation: str) -> web.Response:
    return web.Response(status=501, text=f"{operation}: not simulated")


def _context(pair: bytes, file: Path) -> ssl.SSLContext:
    # The ssl module reads key and certificate from files only.
    file.touch(mode=0o600)
    file.write_bytes(pair)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
