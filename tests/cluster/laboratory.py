# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab that runs, as a test sees it: where its API server is, what it has logged, and how to break it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shlex
import time
import typing as t
from pathlib import Path

from tests.cluster import control, pki, users
from tests.cluster.errors import LabError
from tests.cluster.nodes.addresses import NODES
from tests.cluster.places import State, labs
from tests.cluster.process import Process


@dataclasses.dataclass(frozen=True)
class Lab:
    """Found by its directory, so any process may have one; see :func:`find` and :func:`tests.cluster.running_lab`."""

    name: str
    version: str
    """The minor version of KubeVirt."""
    server: str
    """The URL of the API server, on the loopback of the machine."""
    keeper: Process
    """``unshare``, which lives as long as the namespaces do."""
    first: Process
    """The first process in the namespaces; the kernel ends all others together with it."""
    state: State
    empty: bool = False
    """Whether it was started without KubeVirt and CDI."""

    @property
    def directory(self) -> Path:
        """Tells another process where the lab is; see :func:`at`."""
        return self.state.directory

    @property
    def kubeconfig(self) -> Path:
        """Contexts for ``admin``, the current one, for ``program``, which may do all, and ``visitor``, nothing."""
        return self.state.kubeconfig

    @property
    def ca(self) -> Path:
        """The authority of the API server's certificate."""
        return self.state.pki / "ca.crt"

    @property
    def audit_log(self) -> Path:
        """One line of JSON for each answered request, and one for the beginning of each watch."""
        return self.state.audit_log

    @property
    def programs(self) -> Path:
        """Has ``kube/kubectl`` and ``kubevirt-VERSION/virtctl``."""
        return self.state.programs

    @property
    def running(self) -> bool:
        """Whether its first process does."""
        return self.first.alive()

    @property
    def ready(self) -> bool:
        """Whether it runs and its cluster once did what it should."""
        return self.running and self.state.ready.exists()

    @property
    def since(self) -> float:
        """Seconds since the start."""
        return time.time() - self.state.identity.stat().st_mtime

    def token(self, user: str) -> str:
        """Return the bearer token of a user of the kubeconfig."""
        return users.token_file(self.state.pki, user).read_text(encoding="utf-8")

    def add_user(self, name: str, groups: t.Iterable[str] = ()) -> Path:
        """Return a kubeconfig for another user, who has no rights but those of the groups. Nothing is sent."""
        file = self.state.pki / f"user-{name}"
        pki.Authority(self.state.pki, "ca").client(file, name, groups)
        path = self.state.directory / f"kubeconfig-{name}"
        users.write_kubeconfig(path, self.server, self.ca, {name: users.certificate(file)})
        return path

    def stop(self, component: str, *, hard: bool = False) -> None:
        """Stop a part of the control plane or a simulator until it is started again; ``hard`` gives it no chance."""
        control.ask(self.state, "stop", component=component, hard=hard)

    def start(self, component: str) -> None:
        """Start what was stopped; returns when the API server is ready again."""
        control.ask(self.state, "start", component=component)

    def restart_api_server(self, *, down: float = 0.0, hard: bool = False) -> None:
        """Restart the API server, with a pause of so many seconds; returns when it is ready again."""
        self.stop("kube-apiserver", hard=hard)
        time.sleep(down)
        self.start("kube-apiserver")

    def kill(self, program: str) -> int:
        """Kill every process of a program, such as ``virt-api``; return how many. What it was part of restarts it."""
        return int(control.ask(self.state, "kill", program=program))

    @contextlib.contextmanager
    def node_down(self, name: str) -> t.Iterator[None]:
        """Cut a node off. It is NotReady after 20 s, and its pods are evicted 30 s later. Raises LabError.

        Prefer ``kv-node2``: CDI runs on the first, and KubeVirt's own pods where the scheduler has put them.
        """
        if name not in NODES:
            raise LabError(f"The nodes are {', '.join(NODES)}.")
        mark = self.state.nodes / f"{name}.down"
        mark.touch()
        try:
            yield
        finally:
            mark.unlink(missing_ok=True)

    @contextlib.contextmanager
    def tuned(self, **knobs: str | float | bool) -> t.Iterator[None]:
        """Turn knobs of the simulators, such as ``boot_delay=60``, and turn them back."""
        before = self._knobs()
        self.tune(**knobs)
        try:
            yield
        finally:
            self._write_knobs(before)

    def tune(self, **knobs: str | float | bool) -> None:
        """Turn knobs of the simulators, for good."""
        self._write_knobs({**self._knobs(), **knobs})

    def memory(self) -> dict[str, int]:
        """Return the bytes that each program of the lab has in memory; what they share is counted once."""
        return t.cast(dict[str, int], control.ask(self.state, "memory"))

    def copy_etcd(self, to: Path) -> None:
        """Copy the data of etcd to a directory that does not exist yet."""
        control.ask(self.state, "copy etcd", to=str(to))

    def environment(self) -> dict[str, str]:
        """Return variables for programs that are to use it; PATH has ``kubectl`` and ``virtctl``."""
        path = f"{self.programs}/kube:{self.programs}/kubevirt-{self.version}"
        return {
            "KUBECONFIG": str(self.kubeconfig),
            "K8S_AUTH_KUBECONFIG": str(self.kubeconfig),
            "KUBECACHEDIR": str(self.state.kubectl_cache),
            "PATH": f"{path}:{os.environ['PATH']}",
        }

    def shell(self) -> str:
        """Return the same as assignments for a shell."""
        variables = self.environment() | {"PATH": ""}
        lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items() if value]
        own = self.environment()["PATH"].removesuffix(f":{os.environ['PATH']}")
        return "\n".join([*lines, f"export PATH={shlex.quote(own)}:$PATH", ""])

    def write_identity(self) -> None:
        """Let others find it."""
        document = {
            "version": self.version,
            "empty": self.empty,
            "server": self.server,
            "keeper": dataclasses.asdict(self.keeper),
            "first": dataclasses.asdict(self.first),
        }
        half_written = self.state.identity.with_suffix(".partial")
        half_written.write_text(json.dumps(document), encoding="utf-8")
        half_written.replace(self.state.identity)

    def _knobs(self) -> dict[str, str | float | bool]:
        return t.cast(dict[str, "str | float | bool"], json.loads(self.state.knobs.read_text(encoding="utf-8")))

    def _write_knobs(self, knobs: t.Mapping[str, str | float | bool]) -> None:
        half_written = self.state.knobs.with_suffix(".partial")
        half_written.write_text(json.dumps(knobs), encoding="utf-8")
        half_written.replace(self.state.knobs)


def read(state: State) -> Lab | None:
    """Return the lab of a directory, whether it still runs or not; None where none was started there."""
    try:
        document = json.loads(state.identity.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    keeper, first = Process.read(document["keeper"]), Process.read(document["first"])
    empty = bool(document.get("empty"))
    return Lab(state.directory.name, document["version"], document["server"], keeper, first, state, empty)


def at(directory: Path) -> Lab:
    """Return the lab that another process has started in a directory. Raises LabError where there is none."""
    lab = read(State(directory))
    if lab is None:
        raise LabError(f"There is no lab in {directory}.")
    return lab


def find(name: str) -> Lab | None:
    """Return the lab of this checkout that has a name."""
    return read(State(labs() / name))


def everyone() -> list[Lab]:
    """Return all labs of this checkout, also those whose processes were killed."""
    found = [read(State(identity.parent)) for identity in sorted(labs().glob(f"*/{State(labs()).identity.name}"))]
    return [lab for lab in found if lab is not None]
