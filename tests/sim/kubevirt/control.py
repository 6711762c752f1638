# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same control over HTTP under /_sim/, for playbooks and other programs; it needs no token."""

from __future__ import annotations

import typing as t

from aiohttp import web

from tests.sim.kubevirt.disturbance import Denial, Fault
from tests.sim.kubevirt.kinds import BY_NAME, Object

if t.TYPE_CHECKING:
    from tests.sim.kubevirt.simulator import Scene


def routes(scene: Scene) -> list[web.RouteDef]:
    """GET requests, writes, refused; POST objects, faults, denials, settings, reset."""
    desk = scene.desk

    async def requests(_request: web.Request) -> web.Response:
        return web.json_response([entry.as_json() for entry in desk.requests])

    async def writes(_request: web.Request) -> web.Response:
        return web.json_response([entry.as_json() for entry in desk.requests if entry.stored])

    async def refused(_request: web.Request) -> web.Response:
        return web.json_response([entry.as_json() for entry in desk.refused])

    async def objects(request: web.Request) -> web.Response:
        for item in _listed(await request.json()):
            scene.put(BY_NAME[item["apiVersion"], item["kind"]], item)
        return web.json_response({})

    async def faults(request: web.Request) -> web.Response:
        desk.faults += [Fault(**fault) for fault in _listed(await request.json())]
        return web.json_response({})

    async def denials(request: web.Request) -> web.Response:
        desk.denials += [Denial(**denial) for denial in _listed(await request.json())]
        return web.json_response({})

    async def settings(request: web.Request) -> web.Response:
        wanted = await request.json()
        desk.refuse_writes = bool(wanted.get("refuse_writes", desk.refuse_writes))
        if wanted.get("forget_history"):
            scene.cluster.store.forget_history()
        return web.json_response({"refuse_writes": desk.refuse_writes})

    async def reset(_request: web.Request) -> web.Response:
        scene.clear()
        return web.json_response({})

    return [
        web.get("/_sim/requests", requests),
        web.get("/_sim/writes", writes),
        web.get("/_sim/refused", refused),
        web.post("/_sim/objects", objects),
        web.post("/_sim/faults", faults),
        web.post("/_sim/denials", denials),
        web.post("/_sim/settings", settings),
        web.post("/_sim/reset", reset),
    ]


def _listed(found: t.Any) -> list[Object]:
    return found if isinstance(found, list) else [found]
