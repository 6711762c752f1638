# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a test uses it: a region on loopback, with its log and its controls beside it."""

from __future__ import annotations

import pathlib
import secrets
import shutil
import tempfile
import typing as t

from aiohttp import web

from tests.sim.maas import fleet, machine_faults, network_faults, planting
from tests.sim.maas.api import Api, Desk
from tests.sim.maas.disturbance import Fault, Request
from tests.sim.maas.model import Machine, User
from tests.sim.maas.server import LoopbackServer
from tests.sim.maas.world import Timings, World

_T = t.TypeVar("_T")

# Imported for the faults that they register.
PLANTERS = (machine_faults, network_faults)


class Simulator:
    """A context manager. A small region starts in a few hundredths of a second, so a fresh one per test is affordable.

    ``machines`` healthy ones are made from ``seed``; ``stage`` is how far they are (``fleet.add_machines``).
    Changes made through ``edit`` and ``plant`` are no requests: the log holds only what came over the wire.
    """

    def __init__(
        self,
        version: str = "3.7",
        timings: Timings | None = None,
        *,
        machines: int = 0,
        stage: str = "ready",
        seed: int = 1,
        tls: bool = False,
        state_dir: pathlib.Path | None = None,
        port: int = 0,
    ) -> None:
        self._own_dir = state_dir is None
        self.state_dir = state_dir or pathlib.Path(tempfile.mkdtemp(prefix="vmo-sim-maas-"))
        self.state_dir.mkdir(parents=True, exist_ok=True)
        self.users = [
            User(name, name == "admin", (secrets.token_hex(9), secrets.token_hex(9), secrets.token_hex(16)))
            for name in ("admin", "user1")
        ]
        self.desk = Desk()
        self._version, self._timings = version, timings or Timings()
        self._fleet = (machines, seed, stage)
        self.ca_file = self.state_dir / "ca.crt"
        self._server = LoopbackServer("maas-simulator", port=port, ca_file=self.ca_file if tls else None)
        self._api = Api(self._new_world(), self.users, self.desk, self._server.blame)

    def __enter__(self) -> Simulator:  # noqa: PYI034 - typing.Self is younger than Python 3.10
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._own_dir:
            shutil.rmtree(self.state_dir, ignore_errors=True)
        self.stop()

    def start(self) -> None:
        """Serve. After a stop it serves the same region at the same address again, as after a restart of MAAS."""
        application = web.Application(client_max_size=8 * 2**20)
        application.add_routes(self._control())
        application.router.add_route("*", "/{path:.*}", self._api.handle)
        self._server.start(application)

    def stop(self) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        """What a user gives as MAAS_URL."""
        return f"{self._server.url}/MAAS"

    def key(self, user: str = "admin") -> str:
        """The API key of a user (admin or user1): consumer key, token key and token secret."""
        return ":".join(next(found.key for found in self.users if found.username == user))

    @property
    def requests(self) -> list[Request]:
        """Every request since the last clear_log, oldest first."""
        return list(self.desk.requests)

    @property
    def writes(self) -> list[Request]:
        """The requests that changed something: no refused one, and no dry run."""
        return [entry for entry in self.desk.requests if entry.stored]

    def clear_log(self) -> None:
        self.desk.requests.clear()
        self.desk.refused.clear()

    def add_fault(self, fault: Fault) -> Fault:
        """``fault.times`` counts down; a test may read what is left of it."""
        self.desk.faults.append(fault)
        return fault

    def edit(self, change: t.Callable[[World], _T]) -> _T:
        """Change or read the region directly, without a request."""

        def on_loop() -> _T:
            world = self._api.world
            world.advance()
            found = change(world)
            world.forget()
            return found

        return self._server.call(on_loop)

    def settle(self) -> None:
        """Let what is under way (commissioning, power, tags) come to its end at once."""
        self.edit(World.settle)

    def machine(self, hostname: str) -> Machine:
        """The machine itself, which a test may change at any time."""

        def find(world: World) -> Machine:
            found = next(machine for machine in world.machines.values() if machine.hostname == hostname)
            world.handed_out.add(found.system_id)
            return found

        return self.edit(find)

    def plant(self, check: str, hostname: str | None = None) -> list[str]:
        """Plant the fault that a check of the catalogue looks for; returns the names of what is now at fault."""
        return self.edit(lambda world: planting.plant(world, check, hostname))

    def reset(self) -> None:
        """Back to the region as it was made."""
        self.clear_log()
        self.desk.faults.clear()
        self.desk.refuse_writes = False

        def anew() -> None:
            self._api.world = self._new_world()

        self._server.call(anew)

    def _new_world(self, other_stage: str | None = None) -> World:
        world = World(self._version, self._timings)
        count, seed, stage = self._fleet
        fleet.furnish(world)
        fleet.add_machines(world, count, seed, other_stage or stage)
        return world

    def _control(self) -> list[web.RouteDef]:
        """What playbooks and the demo use instead of these methods."""
        desk = self.desk

        async def requests(_request: web.Request) -> web.Response:
            return web.json_response([entry.as_json() for entry in desk.requests])

        async def writes(_request: web.Request) -> web.Response:
            return web.json_response([entry.as_json() for entry in desk.requests if entry.stored])

        async def refused(_request: web.Request) -> web.Response:
            return web.json_response([entry.as_json() for entry in desk.refused])

        async def faults(request: web.Request) -> web.Response:
            desk.faults.append(Fault(**await request.json()))
            return web.json_response({})

        async def plant(request: web.Request) -> web.Response:
            wanted = await request.json()
            found = planting.plant(self._api.world, wanted["check"], wanted.get("machine"))
            self._api.world.forget()
            return web.json_response(found)

        async def settings(request: web.Request) -> web.Response:
            wanted = await request.json()
            desk.refuse_writes = bool(wanted.get("refuse_writes", desk.refuse_writes))
            if wanted.get("clear_log"):
                self.clear_log()
            return web.json_response({"refuse_writes": desk.refuse_writes})

        async def reset(request: web.Request) -> web.Response:
            wanted = await request.json()
            self.clear_log()
            desk.faults.clear()
            desk.refuse_writes = False
            self._api.world = self._new_world(wanted.get("stage"))
            return web.json_response({})

        return [
            web.get("/_sim/requests", requests),
            web.get("/_sim/writes", writes),
            web.get("/_sim/refused", refused),
            web.post("/_sim/faults", faults),
            web.post("/_sim/plant", plant),
            web.post("/_sim/settings", settings),
            web.post("/_sim/reset", reset),
        ]
