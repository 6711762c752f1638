# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_machine`` inside the Ansible worker and as a process of its own: one result, and no secret in any output."""

from __future__ import annotations

import typing as t
from pathlib import Path

from tests.sim.maas import Simulator
from tests.unit.e2e.both_ways import results_of
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


def run(directory: Path, region: Simulator, *, fast: bool) -> tuple[list[Tree], str]:
    """Run the tasks on a region as it was made."""
    region.reset()
    connection = {"group/vmo.core.maas": {"maas_url": region.url, "maas_api_key": region.key()}}
    return results_of(directory, TASKS, connection, fast=fast)


def test_results_are_the_same_both_ways_and_show_no_secret(tmp_path: Path) -> None:
    with Simulator("3.7", machines=2, stage="commissioned") as region:
        here, here_text = run(tmp_path, region, fast=True)
        there, there_text = run(tmp_path, region, fast=False)
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
