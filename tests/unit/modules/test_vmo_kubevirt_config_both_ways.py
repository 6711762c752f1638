# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt_config`` inside the Ansible worker and as a process of its own: one result, and no secret."""

from __future__ import annotations

import typing as t
from pathlib import Path

from tests.unit.e2e.both_ways import results_of, steady
from tests.unit.modules.simulated import simulated

Tree = dict[str, t.Any]
MODULE = "vmo.core.vmo_kubevirt_config"
PROXY = "http://jane:hunter2@proxy.example.com:3128"
TASKS: list[Tree] = [
    {MODULE: {"preset": "palette_vmo"}, "check_mode": True, "diff": True},
    {MODULE: {"preset": "palette_vmo", "feature_gates": {"snapshots": "enabled"}}, "diff": True},
    {MODULE: {"preset": "palette_vmo"}},
    {MODULE: {"cdi": {"import_proxy": {"https": PROXY}, "feature_gates": {"NoGate": "absent"}}}, "diff": True},
    {MODULE: {"cpu_allocation_ratio": 0}},
    {MODULE: {"configuration": {"nonsense": 1}}},
    {MODULE: {"eviction_strategy": "melt"}},
    {MODULE: {"storage_profiles": [{"name": "nowhere"}]}},
]
# what differs from run to run
VOLATILE = frozenset({"uid", "resourceVersion", "creationTimestamp", "lastTransitionTime", "time"})


def run(directory: Path, *, fast: bool) -> tuple[list[Tree], str]:
    """Run the tasks on a cluster of their own."""
    with simulated() as backend:
        environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
        return results_of(directory, TASKS, {}, fast=fast, environment=environment)


def test_results_are_the_same_both_ways_and_show_no_secret(tmp_path: Path) -> None:
    here, here_text = run(tmp_path, fast=True)
    there, there_text = run(tmp_path, fast=False)
    for number, (left, right) in enumerate(zip(here, there, strict=True)):
        for volatile in (left, right):
            # a path, and what is run anew
            volatile.get("invocation", {}).get("module_args", {}).pop("kubeconfig", None)
        assert steady(left, VOLATILE) == steady(right, VOLATILE), TASKS[number]
    assert [result["changed"] for result in here] == [True, True, False, True, False, False, False, False]
    assert [bool(result.get("failed")) for result in here] == [False] * 4 + [True] * 4
    # wrong arguments are told by the module
    assert here_text.count("run as a module, since") == 1
    assert there_text.count("run as a module, since vmo_fast_path is off") == len(TASKS) - 1
    for text in (here_text, there_text):
        # the playbook itself, which -vvv does not print, holds it
        assert "hunter2" not in text
