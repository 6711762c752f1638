# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_vms``: many VMs in one task, with few requests."""

from __future__ import annotations

import typing as t

from tests.unit.modules.bench import Answer, Bench

Tree = dict[str, t.Any]
FLEET = "vmo_vms"
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
BODY: Tree = {"memory": "1Gi", "disks": [ROOT]}
TWENTY: Tree = {"count": 20, "pattern": "web-%02d", "defaults": BODY, "state": "running"}


def vms(answer: Answer, word: str = "name") -> list[t.Any]:
    return [vm[word] for vm in answer.result["vms"]]


def test_twenty_vms_are_a_list_twenty_creates_and_one_watch(bench: Bench) -> None:
    made = bench.run(FLEET, **TWENTY)
    assert made.changed
    assert vms(made) == [f"web-{number:02d}" for number in range(1, 21)]
    assert vms(made, "status") == ["Running"] * 20
    assert made.result["summary"] == {
        "total": 20,
        "changed": 20,
        "unchanged": 0,
        "failed": 0,
        "skipped": 0,
        "ready": 20,
    }
    assert made.writes == ["create virtualmachines"] * 20
    assert made.reads == ["list virtualmachines", "watch virtualmachines"]


def test_an_unchanged_fleet_is_one_list(bench: Bench) -> None:
    bench.run(FLEET, **TWENTY)
    again = bench.run(FLEET, **TWENTY)
    assert (again.changed, again.writes, again.rehearsals, again.reads) == (False, [], [], ["list virtualmachines"])
    assert again.result["summary"]["unchanged"] == again.result["summary"]["ready"] == 20
    assert again.result["diff"] == []
