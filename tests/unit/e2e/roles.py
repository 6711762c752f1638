# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role at work on a simulated cluster, as a user runs it."""

from __future__ import annotations

import contextlib
import json
import typing as t
from collections.abc import Iterator

from tests.sim.kubevirt import Simulator
from tests.unit.e2e.playbook import Outcome
from tests.unit.e2e.stage import Stage, staged
from tests.unit.modules.simulated import simulated

# What the inventory of the demo, which all of these runs have, says of VMs.
UNSAID: dict[str, t.Any] = {
    "vm_deploy_addresses": {},
    "vm_deploy_count": 0,
    "vm_deploy_defaults": {},
    "vm_deploy_networks": [],
    "vm_deploy_pattern": "",
}


class Roles:
    """Roles at work on a simulated cluster."""

    def __init__(self, stage: Stage, cluster: Simulator) -> None:
        self.stage = stage
        self.cluster = cluster

    def begin(self, role: str, *options: str, **variables: t.Any) -> Outcome:
        self.cluster.clear_log()
        path = self.stage.directory / "variables.json"
        path.write_text(json.dumps({**UNSAID, **variables}), encoding="utf-8")
        task = {"name": "Run the role", "ansible.builtin.import_role": {"name": f"vmo.core.{role}"}}
        return self.stage.start([task], "-e", f"@{path}", *options).finish()

    def run(self, role: str, *options: str, **variables: t.Any) -> Outcome:
        """Run a role, which must succeed and cause no warning."""
        outcome = self.begin(role, *options, **variables)
        assert outcome.status == 0, outcome.output
        assert outcome.complaints == [], outcome.output
        return outcome

    def refused(self, role: str, *options: str, **variables: t.Any) -> str:
        """Run a role, which must fail before it changes anything, and return what it says."""
        outcome = self.begin(role, *options, **variables)
        assert outcome.status != 0, outcome.output
        assert self.cluster.writes == [], outcome.output
        return outcome.output

    def life(self, role: str, **variables: t.Any) -> tuple[str, str]:
        """Foresee, do, do again; return what was told by the first two."""
        foreseen = self.run(role, "--check", "--diff", **variables)
        assert foreseen.recap["changed"] > 0
        assert self.cluster.writes == []
        done = self.run(role, **variables)
        assert done.recap["changed"] > 0
        again = self.run(role, **variables)
        assert again.recap["changed"] == 0, again.output
        assert self.cluster.writes == []
        return foreseen.output, done.output


@contextlib.contextmanager
def at_work(version: str) -> Iterator[Roles]:
    """Yield roles on a cluster of their own."""
    with simulated(version) as backend, staged(backend) as stage:
        yield Roles(stage, backend.simulator)
