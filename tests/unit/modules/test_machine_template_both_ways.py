# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook with KubeVirt's own templates: both ways of running a task, again without a change, and no secret told."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

from tests.unit.e2e.both_ways import results_of
from tests.unit.modules.bench import Bench
from tests.unit.modules.machine_catalogue import FEDORA, simulated_machine_catalogue
from tests.unit.modules.simulated import simulated

Tree = dict[str, t.Any]
TEMPLATE, INFO, VM = "vmo.core.vmo_template", "vmo.core.vmo_template_info", "vmo.core.vmo_vm"
HERE: Tree = {"namespace": "shop"}
# PASSWORD is given here and generated for the others
VALUES: Tree = {"TEAM": "blue", "CORES": 2, "PASSWORD": "pl4nted-given"}
# Ansible itself quotes the lines of a task that failed
SECRET: Tree = {"PASSWORD": "{{ 'pl4' ~ 'nted' }}"}
NAMED = {VM: {**HERE, "name": "web-01", "template": "fedora", "template_parameters": VALUES}, "diff": True}
IN_A_FILE: Tree = {
    VM: {
        **HERE,
        "name": "web-02",
        "template": "{{ lookup('ansible.builtin.file', 'fedora.json') }}",
        "template_parameters": {"TEAM": "red"},
        "template_update": True,
    },
}
TASKS: list[Tree] = [
    {TEMPLATE: {**HERE, "name": "fedora", "src": "fedora.json"}},
    {TEMPLATE: {**HERE, "name": "fedora", "src": "fedora.json"}, "check_mode": True},
    {**NAMED, "check_mode": True},
    NAMED,
    NAMED,
    IN_A_FILE,
    IN_A_FILE,
    {INFO: {**HERE, "name": "fedora", "process": True, "parameters": {**VALUES, "NAME": "db", "SUFFIX": "x"}}},
    {VM: {**HERE, "name": "web-03", "template": "fedora", "template_parameters": SECRET}},
    {VM: {**HERE, "name": "web-03", "template_parameters": SECRET}},
]
CHANGED = [True, False, True, True, False, True, False, False, False, False]
FAILED = [False] * 8 + [True] * 2


def run(directory: Path, *, fast: bool) -> tuple[list[Tree], str]:
    files = directory / "files"
    files.mkdir(exist_ok=True)
    (files / "fedora.json").write_text(json.dumps(FEDORA), encoding="utf-8")
    with simulated("1.8") as backend:
        simulated_machine_catalogue(Bench(backend))
        environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
        return results_of(directory, TASKS, {}, fast=fast, environment=environment)


def test_a_playbook_runs_both_ways_and_tells_no_secret(tmp_path: Path) -> None:
    for fast in (True, False):
        results, text = run(tmp_path, fast=fast)
        assert [bool(result.get("failed")) for result in results] == FAILED
        assert [result["changed"] for result in results] == CHANGED
        assert results[8]["error"] == {"code": "invalid_option", "option": "template_parameters", "missing": ["TEAM"]}
        assert "template" in results[9]["msg"]
        vm = results[7]["templates"][0]["processed"]["vm"]
        assert (vm["metadata"]["name"], vm["spec"]["template"]["spec"]["hostname"]) == ("db", "host-x")
        # the expression itself is no secret
        assert not re.search(r"pl4nted[^\[]", text)
