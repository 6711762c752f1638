# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first process in the namespaces of a lab: starts its programs, keeps them running, and takes orders.

When it ends, the kernel ends everything else in the namespaces and removes them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

from tests.cluster import control, control_plane, forwarder, network, processes
from tests.cluster.api import Api, Unreachable
from tests.cluster.control_plane import Component
from tests.cluster.errors import LabError
from tests.cluster.places import CHECKOUT, State
from tests.cluster.users import token_file

RESTART_DELAY = 1.0
# An API server with open connections takes a minute to end; what is shown by that is shown in these seconds, too.
GRACE = 5.0
# So many ends of one program within a minute, and the lab gives up.
TOO_OFTEN = 5

# What `up` writes into its end of the pipe when the lab may go on without it.
DETACH = b"d"


def log(sentence: str) -> None:
    """Write a line into the log of the lab."""
    now = dt.datetime.now(dt.timezone.utc)
    sys.stdout.write(f"{now:%H:%M:%S.%f} {sentence}\n")
    sys.stdout.flush()


@dataclasses.dataclass(frozen=True)
class Running:
    """A program that was started."""

    process: subprocess.Popen[bytes]
    ended: asyncio.Event


class Supervisor:
    """All programs of a lab. Its methods run on the event loop."""

    def __init__(self, state: State, kubevirt: str) -> None:
        self.state = state
        self.kubevirt = kubevirt
        self.running: dict[str, Running] = {}
        self.stopped: set[str] = set()
        self.ends: dict[str, list[float]] = {}
        self.over = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()
        makers = (control_plane.api_server, control_plane.controller_manager, control_plane.scheduler)
        components = [control_plane.etcd(state), *(make(state, kubevirt) for make in makers)]
        components += [control_plane.simulator(state, name) for name in control_plane.SIMULATORS]
        self.components = {component.name: component for component in components}

    async def run(self, listening: socket.socket, lifeline: int) -> None:
        """Start everything and stay until told to end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.over.set)
        loop.add_signal_handler(signal.SIGCHLD, self.reap)
        loop.add_reader(lifeline, self._lifeline, loop, lifeline)
        network.make()
        await control.serve(self.state, self._handlers())
        await forwarder.serve(listening, network.API_ADDRESS, network.API_PORT)
        self._spawn(self._watch_directory())
        self.start("etcd")
        self.start("kube-apiserver")
        self._spawn(self._start_the_rest())
        await self.over.wait()
        log("end")

    async def _start_the_rest(self) -> None:
        await self.api_ready()
        for name in self.components:
            if name not in self.running:
                self.start(name)

    async def api_ready(self) -> None:
        """Wait until the API server says that it is ready."""
        token = token_file(self.state.pki, "admin").read_text(encoding="utf-8")
        api = Api(network.API_URL, self.state.pki / "ca.crt", token)
        while True:
            try:
                if (await asyncio.to_thread(api.request, "GET", "/readyz")).code == 200:
                    return
            except Unreachable:
                pass
            await asyncio.sleep(0.1)

    def start(self, name: str) -> None:
        """Start a program in a session of its own."""
        component = self.components[name]
        self.stopped.discard(name)
        with (self.state.logs / f"{name}.log").open("ab") as output:
            process = subprocess.Popen(
                component.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        self.running[name] = Running(process, asyncio.Event())
        log(f"{name} started")

    def reap(self) -> None:
        """Take note of every child that has ended; orphans of the namespace are children of its first process."""
        own = {found.process.pid: name for name, found in self.running.items()}
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            if name := own.get(ended.si_pid):
                found = self.running.pop(name)
                self._ended(name, found.process.wait())
                found.ended.set()
            else:
                os.waitpid(ended.si_pid, 0)

    def _ended(self, name: str, code: int) -> None:
        log(f"{name} ended ({code})")
        if name in self.stopped or self.over.is_set():
            return
        now = asyncio.get_running_loop().time()
        self.ends[name] = [*(end for end in self.ends.get(name, []) if now - end < 60), now]
        if len(self.ends[name]) >= TOO_OFTEN:
            log(f"{name} ended {TOO_OFTEN} times within a minute; giving up")
            self.over.set()
            return
        self._spawn(self._restart(name))

    async def _restart(self, name: str) -> None:
        await asyncio.sleep(RESTART_DELAY)
        if name not in self.stopped and name not in self.running:
            self.start(name)

    def _handlers(self) -> dict[str, control.Handler]:
        return {
            "stop": self._stop,
            "start": self._start,
            "kill": self._kill,
            "memory": self._memory,
            "copy etcd": self._copy_etcd,
        }

    def _component(self, request: dict[str, t.Any]) -> Component:
        try:
            return self.components[request["component"]]
        except KeyError as error:
            raise LabError(f"the components are {', '.join(self.components)}") from error

    async def _stop(self, request: dict[str, t.Any]) -> None:
        name = self._component(request).name
        self.stopped.add(name)
        found = self.running.get(name)
        if found is None:
            return
        if not request["hard"]:
            found.process.terminate()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(found.ended.wait(), GRACE)
        found.process.kill()
        await found.ended.wait()

    async def _start(self, request: dict[str, t.Any]) -> None:
        name = self._component(request).name
        if name not in self.running:
            self.start(name)
        if name in ("etcd", "kube-apiserver"):
            await self.api_ready()

    async def _kill(self, request: dict[str, t.Any]) -> int:
        pids = processes.named(request["program"])
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return len(pids)

    async def _memory(self, _request: dict[str, t.Any]) -> dict[str, int]:
        return await asyncio.to_thread(processes.memory)

    async def _copy_etcd(self, request: dict[str, t.Any]) -> None:
        """Copy the data of etcd while it is held: what it finds there is what a crash would have left, no more."""
        process = self.running["etcd"].process
        process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.to_thread(shutil.copytree, self.state.etcd, Path(request["to"]))
        finally:
            process.send_signal(signal.SIGCONT)

    def _lifeline(self, loop: asyncio.AbstractEventLoop, lifeline: int) -> None:
        """End with whoever holds the other end of the pipe, unless it lets go."""
        if os.read(lifeline, 1) != DETACH:
            log("whoever started the lab is gone")
            self.over.set()
        loop.remove_reader(lifeline)
        os.close(lifeline)

    async def _watch_directory(self) -> None:
        """End when the directory is removed: nobody could find the lab any more."""
        while not self.over.is_set():
            await asyncio.sleep(2)
            if not self.state.kubeconfig.exists():
                self.over.set()

    def _spawn(self, work: t.Coroutine[t.Any, t.Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log(f"{error!r}")
            self.over.set()


def command(state: State, kubevirt: str, listening: int, lifeline: int) -> list[str]:
    """Return the command line of the supervisor, for the checkout as working directory."""
    program = [sys.executable, "-m", "tests.cluster.supervisor", str(state.directory), kubevirt]
    return [*program, "--listening", str(listening), "--lifeline", str(lifeline)]


def main() -> None:
    """Run until told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("kubevirt")
    parser.add_argument("--listening", type=int, required=True, help="descriptor of a socket outside")
    parser.add_argument("--lifeline", type=int, required=True, help="descriptor of a pipe")
    options = parser.parse_args()
    os.chdir(CHECKOUT)
    # The programs of the lab get neither of the two: the lab would outlive its end.
    os.set_inheritable(options.listening, False)
    os.set_inheritable(options.lifeline, False)
    listening = socket.socket(fileno=options.listening)
    supervisor = Supervisor(State(options.directory), options.kubevirt)
    asyncio.run(supervisor.run(listening, options.lifeline))


if __name__ == "__main__":
    main()
