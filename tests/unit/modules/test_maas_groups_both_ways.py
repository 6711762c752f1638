# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_tag`` and ``maas_pool`` inside the Ansible worker and as processes of their own: one result, and no secret."""

from __future__ import annotations

import typing as t
from pathlib import Path

from tests.sim.maas import Simulator
from tests.unit.e2e.both_ways import results_of

Tree = dict[str, t.Any]
TAG, POOL = "vmo.core.maas_tag", "vmo.core.maas_pool"
BOTH = ["worker-01", "worker-02"]
VMX = '//node[@class="processor"]/capabilities/capability/@id="vmx"'
TASKS: list[Tree] = [
    {TAG: {"name": "shop", "comment": "Shop", "machines": BOTH}, "check_mode": True, "diff": True},
    {TAG: {"name": "shop", "comment": "Shop", "machines": BOTH}, "diff": True},
    {TAG: {"name": "shop", "comment": "Shop", "machines": BOTH, "exclusive": True}},
    {TAG: {"name": "vmx", "definition": VMX, "settle_time": 1}},
    {TAG: {"name": "vmx", "machines": BOTH}},
    {TAG: {"name": "shop", "state": "absent"}, "diff": True},
    {POOL: {"name": "shop", "machines": BOTH}, "check_mode": True, "diff": True},
    {POOL: {"name": "shop", "machines": BOTH}, "diff": True},
    {POOL: {"name": "shop", "state": "absent"}},
    {POOL: {"name": "shop", "machines": ["worker-99"]}},
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
        secrets = region.key().split(":")
    for text in (here_text, there_text):
        assert not [secret for secret in secrets if secret in text]
    for number, (left, right) in enumerate(zip(here, there, strict=True)):
        assert left == right, TASKS[number]
    assert [result["changed"] for result in here[:4]] == [True, True, False, True]
    assert here[0]["diff"] == here[1]["diff"]
    assert here[3]["machines"] == BOTH
    assert here[6]["diff"] == here[7]["diff"]
    codes = [here[number]["error"]["code"] for number in (4, 8, 9)]
    assert codes == ["invalid_option", "in_use", "not_found"]
    assert "run as a module, since" not in here_text
    assert there_text.count("run as a module, since vmo_fast_path is off") == len(TASKS)
