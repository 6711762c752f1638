# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the Ansible worker or as a process of its own, a task with templates has one result."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from tests.unit.e2e.both_ways import results_of, steady
from tests.unit.modules.simulated import simulated
from tests.unit.plan.template import examples

Tree = dict[str, t.Any]
TEMPLATE, INFO, VM = "vmo.core.vmo_template", "vmo.core.vmo_template_info", "vmo.core.vmo_vm"
PASSWORD = {"cloud_init": {"user_data": {"password": "pl4nted"}}}
TASKS: list[Tree] = [
    {TEMPLATE: {"name": "web", "display_name": "Web", "memory": "1Gi"}, "check_mode": True, "diff": True},
    {TEMPLATE: {"name": "web", "memory": "1Gi", **PASSWORD}, "diff": True},
    {TEMPLATE: {"name": "web", "memory": "1Gi", **PASSWORD}},
    {TEMPLATE: {"name": "fedora", "src": "exported.yml"}, "diff": True},
    {INFO: {"with_objects": True}},
    {VM: {"name": "web-01", "namespace": "shop", "template": "web"}, "diff": True},
    {VM: {"name": "web-02", "namespace": "shop", "template": examples.CONTAINER_DISK}, "diff": True},
    {TEMPLATE: {"name": "saved", "from_vm": {"name": "web-01", "namespace": "shop"}}},
    {VM: {"name": "web-03", "namespace": "shop", "template": "nobody"}},
    {TEMPLATE: {"name": "web", "src": "nowhere.yml"}},
    {TEMPLATE: {"name": "web", "src": "a.yml", "from_vm": {"name": "web-01", "namespace": "shop"}}},
    {TEMPLATE: {"name": "web", "state": "absent"}},
]
# what differs from run to run
VOLATILE = frozenset({"uid", "resourceVersion", "creationTimestamp", "created", "lastTransitionTime", "vm"})


def run(directory: Path, *, fast: bool) -> tuple[list[Tree], str]:
    """Run the tasks on a cluster of their own, with a file beside the playbook."""
    files = directory / "files"
    files.mkdir(exist_ok=True)
    (files / "exported.yml").write_text(json.dumps(examples.CONTAINER_DISK), encoding="utf-8")
    with simulated() as backend:
        environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
        return results_of(directory, TASKS, {}, fast=fast, environment=environment)


def test_results_are_the_same_both_ways_and_show_no_secret(tmp_path: Path) -> None:
    here, here_text = run(tmp_path, fast=True)
    there, there_text = run(tmp_path, fast=False)
    for number, (left, right) in enumerate(zip(here, there, strict=True)):
        for volatile in (left, right):
            volatile.get("invocation", {}).get("module_args", {}).pop("kubeconfig", None)
        assert steady(left, VOLATILE) == steady(right, VOLATILE), TASKS[number]
    changed = [True, True, False, True, False, True, True, True, False, False, False, True]
    assert [result["changed"] for result in here] == changed
    assert [bool(result.get("failed")) for result in here] == [False] * 8 + [True] * 3 + [False]
    # wrong arguments are told by the module
    assert here_text.count("run as a module, since") == 1
    for text in (here_text, there_text):
        # the playbook itself, which -vvv does not print, holds it
        assert "pl4nted" not in text
