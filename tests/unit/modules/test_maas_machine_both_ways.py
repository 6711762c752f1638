# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_machine`` inside the Ansible worker and as a process of its own: one result, and no secret in any output."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from tests.sim.maas import Simulator
from tests.unit.e2e.playbook import start, write
from tests.unit.modules.machines import LAYOUT

Tree = dict[str, t.Any]
MACHINE = "vmo.core.maas_machine"
SECRET = "hush-4719"
POWER: Tree = {"type": "redfish", "parameters": {"power_address": "192.0.2.9"}, "secrets": {"power_pass": SECRET}}
BODY: Tree = {"interfaces": LAYOUT, "tags": ["worker"], "power": POWER}
TASKS: list[Tree] = [
    {MACHINE: {"name": ["worker-01", "worker-02"], **BODY}, "check_mode": True, "diff": True},
    {MACHINE: {"name": ["worker-01", "worker-02"], **BODY}, "diff": True},
    {MACHINE: {"machines": [{"name": "worker-01", "power": {**POWER, "renew_secrets": True}}]}},
    {MACHINE: {"name": "worker-01", "pool": "vmmo", **BODY}},
]


def results_of(directory: Path, region: Simulator, *, fast: bool) -> tuple[list[Tree], str]:
    """Run the tasks on a region as it was made; return their results, and what the playbook printed."""
    region.reset()
    kept = directory / f"results-{fast}.json"
    tasks: list[Tree] = [
        {"name": f"Task {number}", "ignore_errors": True, "register": f"r{number}", **task}
        for number, task in enumerate(TASKS)
    ]
    everything = ", ".join(f"r{number}" for number in range(len(TASKS)))
    keep = {"content": "{{ [" + everything + "] | to_json }}", "dest": str(kept), "mode": "0600"}
    tasks.append({"name": "Keep the results", "ansible.builtin.copy": keep})
    defaults = {"group/vmo.core.maas": {"maas_url": region.url, "maas_api_key": region.key()}}
    playbook = write(directory / "play.yml", tasks, module_defaults=defaults)
    options = ("-vvv", "-e", f"vmo_fast_path={fast}")
    run = start(playbook, *options, environment={"ANSIBLE_INJECT_INVOCATION": "true"}).finish()
    assert kept.exists(), run.output
    return json.loads(kept.read_text()), run.output + kept.read_text()


def test_results_are_the_same_both_ways_and_show_no_secret(tmp_path: Path) -> None:
    with Simulator("3.7", machines=2, stage="commissioned") as region:
        here, here_text = results_of(tmp_path, region, fast=True)
        there, there_text = results_of(tmp_path, region, fast=False)
        secrets = [SECRET, "bmc-secret", *region.key().split(":")]
    for text in (here_text, there_text):
        assert not [secret for secret in secrets if secret in text]
    for number, (left, right) in enumerate(zip(here, there)):
        assert left == right, TASKS[number]
    told, done, renewed, wrong = here
    assert told["diff"] == done["diff"]
    assert [result["changed"] for result in (told, done, renewed)] == [True, True, True]
    assert wrong["error"]["code"] == "invalid_option"
    assert "run as a module, since" not in here_text
    assert there_text.count("run as a module, since vmo_fast_path is off") == len(TASKS)
