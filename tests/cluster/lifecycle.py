# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts and ends labs."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import time
import typing as t

from tests.cluster import (
    build,
    control_plane,
    forwarder,
    laboratory,
    namespaces,
    parts,
    pki,
    snapshot,
    supervisor,
    users,
)
from tests.cluster.api import Api
from tests.cluster.errors import LabError
from tests.cluster.install import Cluster
from tests.cluster.laboratory import Lab
from tests.cluster.places import CHECKOUT, State, forget, labs, only_one
from tests.cluster.process import Process, children
from tests.cluster.progress import Progress, age
from tests.cluster.snapshot import Snapshot

LOG_LINES = 10


@dataclasses.dataclass(frozen=True)
class Wish:
    """What somebody wants to be up."""

    version: str
    name: str
    fresh: bool = False
    empty: bool = False
    """Whether KubeVirt and CDI are somebody else's to install."""


@dataclasses.dataclass(frozen=True)
class Started:
    """What the process that started a lab has of it; closing the pipe ends the lab."""

    process: subprocess.Popen[bytes]
    lifeline: int


def up(wish: Wish, say: Progress) -> Lab:
    """Return a lab that is ready, started where it did not run, and that stays. Raises LabError."""
    with _brought_up(wish, say) as (lab, started):
        if started is not None:
            os.write(started.lifeline, supervisor.DETACH)
        return lab


@contextlib.contextmanager
def running_lab(
    version: str, name: str | None = None, say: Progress | None = None, *, empty: bool = False
) -> t.Iterator[Lab]:
    """Yield a lab of one's own, which ends with the block or, however this process ends, together with it.

    ``name`` keeps it apart from the other labs of this checkout; the default has the number of this process in it.
    An ``empty`` one has neither KubeVirt nor CDI yet.
    """
    wish = Wish(version, name or f"{version}-of-{os.getpid()}", empty=empty)
    with contextlib.ExitStack() as stack:
        lab, started = stack.enter_context(_brought_up(wish, say or Progress()))
        if started is None:
            raise LabError(f"A lab with the name {wish.name} runs already.")
        try:
            yield lab
        finally:
            down(lab)
            started.process.wait()


@contextlib.contextmanager
def _brought_up(wish: Wish, say: Progress) -> t.Iterator[tuple[Lab, Started | None]]:
    """Yield a ready lab, and what holds it if it was started here."""
    user_namespace = namespaces.choose()
    programs = build.Workshop(say).ensure(parts.parts_of(wish.version))
    _clear_away_killed(wish.name)
    state = State(labs() / wish.name)
    with contextlib.ExitStack() as stack:
        with only_one(state.lock()):
            if (running := _still_running(wish, state, say)) is not None:
                yield running, None
                return
            kept = snapshot.of(wish.version, programs.values())
            use = kept if kept.usable and not (wish.fresh or wish.empty) else None
            _announce(wish, kept, use, say)
            state.prepare()
            build.link(programs, state.programs)
            # Closed here as soon as the lab has it: when the lab is gone, connections shall be refused.
            with forwarder.listen() as listening:
                _furnish(state, wish.version, listening, use)
                lab, started = _start(state, wish, listening, user_namespace=user_namespace)
            stack.callback(os.close, started.lifeline)
            try:
                _make_ready(lab, say, kept, installed=use is not None)
            except BaseException as error:
                said = _said(lab) if isinstance(error, LabError) else ""
                down(lab)
                started.process.wait()
                if said:
                    raise LabError(f"{error} {said}") from error
                raise
        yield lab, started


def _still_running(wish: Wish, state: State, say: Progress) -> Lab | None:
    """Return the lab that has this name; clear away one whose processes were killed."""
    lab = laboratory.read(state)
    if lab is None:
        shutil.rmtree(state.directory, ignore_errors=True)
        return None
    if not lab.ready:
        how = "never got ready" if lab.running else "was killed"
        say(f"the lab {lab.name} {how}; starting it anew")
        down(lab)
        return None
    if (lab.version, lab.empty) != (wish.version, wish.empty):
        how = " and was started empty" if lab.empty else ""
        raise LabError(
            f"The lab {lab.name} runs with KubeVirt {lab.version}{how}. End it first: tests/cluster/lab down"
        )
    if wish.fresh:
        say(f"ending the lab {lab.name} for a fresh one")
        down(lab)
        return None
    say(f"the lab {lab.name} was started {age(lab.since)} ago")
    return lab


def _clear_away_killed(but: str) -> None:
    """Remove what labs have left that ended together with a killed process; nobody else would."""
    for lab in laboratory.everyone():
        if lab.name != but and not lab.running:
            # Somebody who holds the lock is about to start it anew.
            with contextlib.suppress(BlockingIOError), only_one(lab.state.lock(), patient=False):
                down(lab)
            forget(lab.state.lock())


def _announce(wish: Wish, kept: Snapshot, use: Snapshot | None, say: Progress) -> None:
    if wish.empty:
        say(f"starting a cluster for KubeVirt {wish.version}, without it")
    elif use:
        say(f"starting KubeVirt {wish.version} from the snapshot, which is {age(use.age or 0)} old")
    else:
        why = "as was asked for" if wish.fresh else kept.why_not()
        say(f"installing KubeVirt {wish.version} on an empty cluster ({why})")


def _furnish(state: State, version: str, listening: socket.socket, use: Snapshot | None) -> None:
    """Write everything that the programs of the lab read."""
    if use:
        use.restore(state)
    else:
        pki.make_authorities(state.pki)
    users.make_certificates(state.pki)
    users.make_tokens(state.pki)
    users.write_kubeconfig(state.kubeconfig, _url(listening), state.pki / "ca.crt", users.tokens(state.pki))
    state.knobs.write_text("{}", encoding="utf-8")
    control_plane.write_settings(state, version)


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()
    return f"https://{host}:{port}"


def _start(state: State, wish: Wish, listening: socket.socket, *, user_namespace: bool) -> tuple[Lab, Started]:
    """Start the supervisor in new namespaces."""
    inner, outer = os.pipe()
    program = supervisor.command(state, wish.version, listening.fileno(), inner)
    with (state.logs / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            namespaces.command(program, user_namespace=user_namespace),
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(listening.fileno(), inner),
            start_new_session=True,
        )
    os.close(inner)
    try:
        keeper, first = Process.of(process.pid), _first_child(process)
    except ProcessLookupError as error:
        os.close(outer)
        process.wait()
        raise LabError(f"The lab did not start. {_last_lines(state)}") from error
    lab = Lab(state.directory.name, wish.version, _url(listening), keeper, first, state, wish.empty)
    lab.write_identity()
    return lab, Started(process, outer)


def _first_child(process: subprocess.Popen[bytes]) -> Process:
    """Return what ``unshare`` has started in the namespaces. Raises ProcessLookupError where it has ended instead."""
    while not (found := children(process.pid)):
        if process.poll() is not None:
            raise ProcessLookupError(f"Process {process.pid} has ended.")
        time.sleep(0.02)
    return Process.of(found[0])


def _make_ready(lab: Lab, say: Progress, kept: Snapshot, *, installed: bool) -> None:
    """Wait for the cluster, install what is not there yet, and keep that for the next time."""
    api = Api(lab.server, lab.ca, lab.token("admin"))
    cluster = Cluster(lab.state, api, lab.version, say, lambda: lab.running)
    cluster.wait_for_api()
    if lab.empty:
        cluster.furnish()
    else:
        if not installed:
            cluster.install()
        cluster.wait_until_ready()
        if not installed:
            kept.take(lab.state, lab.copy_etcd)
            say("snapshot taken; the next start is from there")
    lab.state.ready.touch()


def _said(lab: Lab) -> str:
    """Return the last words of a lab that failed, and where all of them are kept."""
    kept = lab.directory.with_name(f"{lab.name}.failed")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(lab.state.logs, kept)
    return f"{_last_lines(lab.state)}\nThe logs are in {kept}"


def _last_lines(state: State) -> str:
    lines = (state.logs / "lab.log").read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    return "\n".join(["Its last words:", *lines]) if lines else "It said nothing."


def down(lab: Lab) -> None:
    """End a lab and remove its directory. Raises LabError where it would not end."""
    # The kernel ends the other processes with this one before its parent hears of it.
    for process in (lab.first, lab.keeper):
        if not process.end(signal.SIGKILL):
            raise LabError(f"Process {process.pid} of the lab {lab.name} does not end.")
    shutil.rmtree(lab.state.directory, ignore_errors=True)
    forget(lab.state.lock())
