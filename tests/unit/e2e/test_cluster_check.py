# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""maas_cluster_check in a playbook: its examples work, and its result is the same both ways."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import yaml

from ansible_collections.vmo.core.plugins.modules import maas_cluster_check
from tests.sim.maas import Simulator
from tests.unit.e2e.playbook import start, write

Tree = dict[str, t.Any]
CHECK = "vmo.core.maas_cluster_check"
EXAMPLES: list[Tree] = yaml.safe_load(maas_cluster_check.EXAMPLES)
FAILING: Tree = {"worker": {"count": 9, "tags": ["worker"]}, "only": ["set", "m", "c", "n"]}


def test_the_examples_work_and_nothing_is_written(tmp_path: Path) -> None:
    with Simulator(machines=12) as simulator:
        environment = {"MAAS_URL": simulator.url, "MAAS_API_KEY": simulator.key()}
        run = start(write(tmp_path / "play.yml", EXAMPLES), environment=environment).finish()
        writes = list(simulator.writes)
    assert run.status == 0, run.output
    assert run.recap["ok"] == len(EXAMPLES)
    assert run.recap["changed"] == 0
    assert "WARNING" not in run.output
    assert not writes


def test_the_result_is_the_same_both_ways_and_in_check_mode(tmp_path: Path) -> None:
    with Simulator(machines=12) as simulator:
        simulator.plant("c.memory", "worker-03")
        results = [
            result(tmp_path, simulator, *options) for options in ((), ("--check",), ("-e", "vmo_fast_path=false"))
        ]
        key = simulator.key()
    here, checked, there = results
    assert here == checked == there
    assert here["failed"]
    assert here["msg"].splitlines()[0].startswith("NOT READY: worker 8 of 9; 2 failed")
    assert here["near_misses"][0]["message"] == "worker-03 misses 8 GiB of memory"
    assert not any(secret in json.dumps(here) for secret in key.split(":"))


def result(directory: Path, simulator: Simulator, *options: str) -> Tree:
    """Run a task that fails, and return its result."""
    task: Tree = {CHECK: {**FAILING, "worker": {**FAILING["worker"], "memory": "24Gi"}}, "register": "found"}
    keep = {"content": "{{ found | to_json }}", "dest": str(directory / "found.json"), "mode": "0600"}
    tasks = [
        {"name": "Check", "ignore_errors": True, **task},
        {"name": "Keep it", "ansible.builtin.copy": keep, "check_mode": False},
    ]
    environment = {"MAAS_URL": simulator.url, "MAAS_API_KEY": simulator.key()}
    run = start(write(directory / "play.yml", tasks), *options, environment=environment).finish()
    assert run.status == 0, run.output
    found: Tree = json.loads((directory / "found.json").read_text(encoding="utf-8"))
    found.pop("invocation", None)
    return found
