# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server adds to a VM is no drift: the second run of a task is one read."""

from __future__ import annotations

import typing as t

import pytest

from tests.cluster.ring.machine import BODY, ROOT, VM
from tests.unit.modules.bench import Bench

BLANK = {"name": "data", "blank": {}, "size": "1Gi"}
# Nothing but a name and a size is what the server has most to add to.
SHAPES: dict[str, dict[str, t.Any]] = {
    "minimal": {},
    "running": {"state": "running"},
    "stopped on request": {"state": "stopped", "run_strategy": "Manual"},
    "no network": {"networks": []},
    "cpu and memory in other words": {"memory": "1024Mi", "cpu": {"cores": 2}, "requests": {"cpu": "0.5"}},
    "limits of hotplug": {"state": "running", "cpu": {"sockets": 2}, "max_memory": "4Gi"},
    "a blank disk": {"state": "running", "disks": [ROOT, BLANK]},
    "a disk of a class": {"disks": [ROOT, {**BLANK, "storage_class": "ceph-rbd", "volume_mode": "Block"}]},
    "a CD-ROM and a LUN": {
        "disks": [ROOT, {"name": "cd", "type": "cdrom", "container_disk": {"image": "cd:1"}}, {**BLANK, "type": "lun"}]
    },
    "a network with everything": {
        "networks": [{"name": "default", "pod": {}, "ports": [{"port": 80}], "mac": "02:00:00:AA:BB:CC"}]
    },
    "uefi, tpm and devices": {
        "firmware": {"bootloader": "uefi", "secure_boot": True},
        "tpm": {},
        "rng": True,
        "graphics": False,
        "watchdog": {"model": "i6300esb"},
    },
    "bios and a clock": {"firmware": {"bootloader": "bios"}, "clock": {"utc_offset": 3600}},
    "cloud-init": {"cloud_init": {"user_data": {"packages": ["nginx"]}, "network_data": {"version": 2}}},
    "an instance type": {
        "memory": None,
        "instancetype": {"name": "u1.small"},
        "preference": {"name": "fedora"},
        "state": "running",
    },
    "placement": {
        "node_selector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "dedicated", "operator": "Exists"}],
        "eviction_strategy": "LiveMigrate",
        "termination_grace_period": 0,
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_the_server_adds_is_no_drift(bench: Bench, shape: str) -> None:
    task = {**BODY, **SHAPES[shape]}
    foreseen = bench.run(VM, check=True, diff=True, **task)
    made = bench.run(VM, diff=True, **task)
    assert made.changed
    assert foreseen.result["diff"] == made.result["diff"]
    for check in (False, True):
        again = bench.run(VM, check=check, diff=True, **task)
        assert (again.changed, again.result["diff"]["after"]) == (False, {})
        assert (again.reads, again.writes, again.rehearsals) == (["get virtualmachines/web-01"], [], [])
