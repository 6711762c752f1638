# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``vmo_vm`` makes of a guest that has ended by itself, and that its run strategy does not start again."""

from __future__ import annotations

import time
import typing as t

from tests.unit.modules.bench import Bench

VM = "vmo_vm"
# the guest crashes so many seconds after each of its starts, long enough for a busy cluster to call it ready before
CRASHING: dict[str, t.Any] = {
    "name": "web-01",
    "state": "running",
    "memory": "1Gi",
    "disks": [{"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}],
    "template_annotations": {"sim/crash-after": "4"},
}


def ended(bench: Bench) -> None:
    """Wait until the guest has crashed."""
    for _attempt in range(600):
        if bench.vm("web-01")["status"]["printableStatus"] == "Stopped":
            return
        time.sleep(0.05)
    raise AssertionError(bench.vm("web-01")["status"])


def test_a_manual_vm_is_started_again(bench: Bench) -> None:
    bench.run(VM, **CRASHING, run_strategy="Manual")
    ended(bench)
    stopped = bench.run(VM, name="web-01", state="stopped", wait_timeout=30)
    assert (stopped.changed, stopped.writes) == (False, [])
    assert bench.run(VM, name="web-01", state="running").verbs == ["start"]


def test_a_run_that_was_to_be_the_only_one_is_not_repeated(bench: Bench) -> None:
    bench.run(VM, **CRASHING, run_strategy="Once")
    ended(bench)
    refused = bench.fail(VM, name="web-01", state="running")
    assert (refused.result["error"]["code"], refused.writes) == ("refused", [])
    assert "another run_strategy" in refused.result["msg"]
    assert bench.run(VM, name="web-01", state="stopped").changed
    assert bench.run(VM, name="web-01", state="running", run_strategy="Once", wait=False).changed
