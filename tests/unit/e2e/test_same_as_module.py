# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inside the Ansible worker or as a process of its own, a task has one result."""

from __future__ import annotations

import json
import typing as t
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.unit.e2e.both_ways import results_of, steady
from tests.unit.modules.backend import Backend

Tree = dict[str, t.Any]
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
BODY: Tree = {"name": "web-01", "memory": "1Gi", "disks": [ROOT]}
TASKS: list[tuple[str, Tree, Tree]] = [
    ("vmo_vm", {**BODY, "state": "running"}, {"check_mode": True, "diff": True}),
    ("vmo_vm", {**BODY, "state": "running", "cloud_init": {"user_data": {"password": "hunter2"}}}, {"diff": True}),
    ("vmo_vm", {**BODY, "state": "running"}, {}),
    ("vmo_vm", {"name": "web-01", "cpu": {"cores": 2}}, {}),
    ("vmo_vm", {"name": "web-01", "disks": [{"name": "data"}]}, {}),
    ("vmo_vm", {"name": "web-01", "definition": {"spec": {"nonsense": 1}}}, {}),
    ("vmo_vm", {"name": "web-01", "state": "melted"}, {}),
    ("vmo_vm", {"name": "web-01", "ssl_ca_cert": "/nowhere/ca.crt"}, {}),
    ("vmo_vm_info", {"name": "web-01"}, {}),
    ("vmo_cluster_check", {"only": ["ns", "right.run"], "for": ["run"], "fail_on": "never"}, {}),
    ("vmo_cluster_check", {"only": ["node.count"], "nodes": 99, "fail_on": "never"}, {"check_mode": True}),
    ("vmo_vm", {"name": "web-01", "state": "absent"}, {}),
    ("vmo_vm_info", {}, {"environment": {"NOTHING": "special"}}),
]
# what differs from run to run
VOLATILE = frozenset(
    {
        "uid",
        "uuid",
        "serial",
        "resourceVersion",
        "creationTimestamp",
        "created",
        "time",
        "node",
        "addresses",
        "conditions",
        "vm",
        "vms",
    }
)


def run(directory: Path, backend: Backend, *, fast: bool) -> tuple[list[Tree], str]:
    """Run the tasks in the namespace of a cluster."""
    tasks = [
        {f"vmo.core.{module}": {"namespace": backend.namespace, **options}, **more} for module, options, more in TASKS
    ]
    environment = {"K8S_AUTH_KUBECONFIG": str(backend.kubeconfig)}
    results, seen = results_of(directory, tasks, {}, fast=fast, environment=environment)
    # The namespaces of the genuine cluster differ.
    return t.cast("list[Tree]", json.loads(json.dumps(results).replace(backend.namespace, "shop"))), seen


@pytest.fixture(name="both")
def run_both(
    tmp_path: Path, backends: t.Callable[[], AbstractContextManager[Backend]]
) -> tuple[list[Tree], list[Tree], str, str]:
    answers = []
    for fast in (True, False):
        with backends() as backend:
            answers.append(run(tmp_path, backend, fast=fast))
    (here, here_text), (there, there_text) = answers
    return here, there, here_text, there_text


def test_results_are_the_same_both_ways(both: tuple[list[Tree], list[Tree], str, str]) -> None:
    here, there, here_text, there_text = both
    for number, (left, right) in enumerate(zip(here, there)):
        assert steady(left, VOLATILE) == steady(right, VOLATILE), TASKS[number]
        assert left.keys() == right.keys(), TASKS[number]
    assert [result["changed"] for result in here] == [True, True, False, True] + [False] * 7 + [True, False]
    assert [bool(result.get("failed")) for result in here] == [False] * 4 + [True] * 4 + [False] * 5
    assert here_text.count("run as a module, since") == 2
    # wrong arguments are told first
    assert there_text.count("run as a module, since vmo_fast_path is off") == len(TASKS) - 1
    assert "hunter2" not in here_text + there_text
