# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labs as their users see them; the processes are stand-ins."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import subprocess
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import build, control, laboratory, lifecycle, namespaces, status, users
from tests.cluster.errors import LabError
from tests.cluster.laboratory import Lab
from tests.cluster.lifecycle import Wish
from tests.cluster.places import State
from tests.cluster.process import Process
from tests.cluster.progress import Progress, age


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


@pytest.fixture
def lab(tmp_path: Path, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("VMO_CACHE", str(tmp_path))
    state = State(tmp_path / "labs/one")
    state.prepare()
    users.make_tokens(state.pki)
    state.knobs.write_text("{}", encoding="utf-8")
    process = Process.of(sleeper.pid)
    made = Lab("one", "1.4", "https://127.0.0.1:1", process, process, state)
    made.write_identity()
    return made


def test_found_by_another_process(lab: Lab) -> None:
    assert laboratory.find("one") == lab == laboratory.at(lab.directory)
    lab.state.lock().touch()
    assert laboratory.everyone() == [lab]
    assert laboratory.find("two") is None
    with pytest.raises(LabError, match="no lab in"):
        laboratory.at(lab.directory / "elsewhere")


def test_whether_it_was_started_empty_is_known_to_others(lab: Lab) -> None:
    assert not laboratory.at(lab.directory).empty
    dataclasses.replace(lab, empty=True).write_identity()
    assert laboratory.at(lab.directory).empty


@pytest.mark.parametrize("wish", [Wish("1.8", "one"), Wish("1.4", "one", empty=True)])
def test_another_lab_of_its_name_is_refused(lab: Lab, monkeypatch: pytest.MonkeyPatch, wish: Wish) -> None:
    monkeypatch.setattr(build, "Workshop", lambda _say: types.SimpleNamespace(ensure=lambda _parts: {}))
    monkeypatch.setattr(namespaces, "choose", lambda: False)
    lab.state.ready.touch()
    with pytest.raises(LabError, match="The lab one runs with"):
        lifecycle.up(wish, Progress(io.StringIO()))
    assert lifecycle.up(Wish("1.4", "one"), Progress(io.StringIO())) == lab


def test_ready_only_while_it_runs(lab: Lab, sleeper: subprocess.Popen[bytes]) -> None:
    assert lab.running
    assert not lab.ready
    lab.state.ready.touch()
    assert lab.ready
    sleeper.kill()
    sleeper.wait()
    assert not lab.ready


def test_killed_lab_is_noticed(lab: Lab, sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    sleeper.wait()
    assert "killed" in status.report([lab]).splitlines()[1]


def test_down_ends_it_and_removes_its_directory(lab: Lab, sleeper: subprocess.Popen[bytes]) -> None:
    lifecycle.down(lab)
    assert sleeper.wait() != 0
    assert not lab.directory.exists()
    assert laboratory.everyone() == []


def test_down_of_a_killed_lab_does_not_end_whoever_has_its_number_now(
    lab: Lab, sleeper: subprocess.Popen[bytes]
) -> None:
    recycled = dataclasses.replace(lab.first, started=1)
    lifecycle.down(dataclasses.replace(lab, first=recycled, keeper=recycled))
    assert sleeper.poll() is None
    assert not lab.directory.exists()


def test_knobs_are_turned_and_turned_back(lab: Lab) -> None:
    lab.tune(agent=False)
    with lab.tuned(boot_delay=60, agent=True):
        assert json.loads(lab.state.knobs.read_text(encoding="utf-8")) == {"agent": True, "boot_delay": 60}
    assert json.loads(lab.state.knobs.read_text(encoding="utf-8")) == {"agent": False}


def test_node_is_down_as_long_as_it_is_wanted(lab: Lab) -> None:
    with lab.node_down("kv-node2"):
        assert (lab.state.nodes / "kv-node2.down").exists()
    assert not list(lab.state.nodes.iterdir())
    with pytest.raises(LabError, match="kv-node1, kv-node2, kv-node3"), lab.node_down("node9"):
        pass


def test_shell_can_read_the_environment(lab: Lab) -> None:
    script = f'{lab.shell()}\nprintf "%s\\n" "$KUBECONFIG" "$PATH"'
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"}
    )
    kubeconfig, path = done.stdout.splitlines()
    assert kubeconfig == str(lab.kubeconfig)
    assert path == f"{lab.programs}/kube:{lab.programs}/kubevirt-1.4:/usr/bin:/bin"


def test_lab_that_does_not_answer(lab: Lab) -> None:
    with pytest.raises(LabError, match="The lab one does not answer"):
        lab.restart_api_server()


def test_report_without_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert status.report([]) == f"no lab runs here\n\nnothing is built in {tmp_path}/vmo.core/cluster\n"


def test_table() -> None:
    assert status.table([("A", "LONG"), ("longer", "b")]) == "A       LONG\nlonger  b\n"


@pytest.mark.parametrize(
    ("seconds", "told"), [(3, "3 s"), (119, "119 s"), (130, "2 min"), (7300, "2 h"), (3 * 86400, "3 days")]
)
def test_age(seconds: float, told: str) -> None:
    assert age(seconds) == told


def test_control_passes_questions_and_refusals(lab: Lab) -> None:

    async def add(request: dict[str, int]) -> int:
        return request["a"] + request["b"]

    async def refuse(_request: object) -> None:
        raise LabError("that is not how it works")

    async def talk() -> None:
        server = await control.serve(lab.state, {"add": add, "refuse": refuse})
        async with server:
            assert await asyncio.to_thread(control.ask, lab.state, "add", a=2, b=3) == 5
            with pytest.raises(LabError, match="could not refuse: that is not how it works"):
                await asyncio.to_thread(control.ask, lab.state, "refuse")

    asyncio.run(talk())
