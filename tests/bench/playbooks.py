# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks and manifests that are timed."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from tests.bench.raw import IMAGE, a_vm

Task = dict[str, t.Any]
NAMESPACE = "bench"
BODY: Task = {
    "namespace": NAMESPACE,
    "run_strategy": "Halted",
    "memory": "1Gi",
    "disks": [{"name": "root", "container_disk": {"image": IMAGE}}],
}
NOTHING: Task = {"ansible.builtin.debug": {"msg": "nothing"}}


def names(count: int) -> list[str]:
    """Return the names of so many VMs."""
    return [f"vm-{number:04d}" for number in range(count)]


def ours(name: str = "{{ item }}") -> Task:
    """Return a task for one VM."""
    return {"vmo.core.vmo_vm": {"name": name, **BODY}}


def peers(name: str = "{{ item }}") -> Task:
    """Return the same VM as kubevirt.core says it."""
    spec = a_vm(name)["spec"]["template"]["spec"]
    told = {"name": name, "namespace": NAMESPACE, "state": "present", "run_strategy": "Halted", "spec": spec}
    return {"kubevirt.core.kubevirt_vm": told}


def fleet(count: int) -> Task:
    """Return one task for many VMs."""
    return {
        "vmo.core.vmo_vms": {
            "namespace": NAMESPACE,
            "vms": [{"name": name} for name in names(count)],
            "defaults": {key: value for key, value in BODY.items() if key != "namespace"},
        }
    }


def running() -> Task:
    """Return a task that waits for a VM to be ready."""
    body = {key: value for key, value in BODY.items() if key != "run_strategy"}
    return {"vmo.core.vmo_vm": {"name": "ready", **body, "state": "running", "wait_for": ["ready"]}}


def of_all(task: Task, count: int) -> Task:
    """Return a task as a loop over so many names."""
    return {**task, "loop": names(count), "loop_control": {"label": "{{ item }}"}}


def playbook(folder: Path, name: str, task: Task, **play: t.Any) -> list[str]:
    """Write a playbook of one task; return the command that runs it."""
    # Every task is a JSON document, which YAML is, too.
    document = [{"name": name, "hosts": "all", "gather_facts": False, **play, "tasks": [{"name": name, **task}]}]
    path = folder / f"{name}.yml"
    path.write_text(json.dumps(document), encoding="utf-8")
    return ["ansible-playbook", "--inventory", "localhost,", "--connection", "local", str(path)]


def manifest(folder: Path, count: int) -> Path:
    """Write the VMs for kubectl."""
    items = [{**a_vm(name), "metadata": {"name": name, "namespace": NAMESPACE}} for name in names(count)]
    path = folder / "vms.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}), encoding="utf-8")
    return path
