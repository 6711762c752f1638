# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real playbooks against a simulator."""

from __future__ import annotations

import os
import subprocess
import typing as t
from pathlib import Path

import yaml

from tests.sim.kubevirt import Simulator

Tree = dict[str, t.Any]
INVENTORY = "localhost ansible_connection=local ansible_python_interpreter='{{ ansible_playbook_python }}'\n"


class Played(t.NamedTuple):
    """What ``ansible-playbook`` came to."""

    code: int
    text: str


def play(directory: Path, simulator: Simulator, tasks: list[Tree], *options: str, home: Path | None = None) -> Played:
    """Run tasks as a user would, with the simulator as the cluster of the environment."""
    playbook, inventory = directory / "play.yml", directory / "inventory"
    playbook.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}], sort_keys=False))
    inventory.write_text(INVENTORY)
    environment = {**os.environ, "K8S_AUTH_KUBECONFIG": str(simulator.kubeconfig)}
    if home is not None:
        environment["HOME"] = str(home)
    run = subprocess.run(
        ["ansible-playbook", "-i", str(inventory), *options, str(playbook)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Played(run.returncode, run.stdout + run.stderr)
