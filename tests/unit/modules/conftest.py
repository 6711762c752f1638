# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules by their real entry point against a cluster, and see what they asked of it."""

from __future__ import annotations

import importlib
import io
import json
import typing as t
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field

import pytest

from tests.sim.kubevirt import Simulator
from tests.unit.modules.entry import given_arguments

NAMESPACE = "shop"


@dataclass
class Answer:
    """What a module printed, and what the cluster was asked meanwhile."""

    result: dict[str, t.Any]
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    rehearsals: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))

    @property
    def verbs(self) -> list[str]:
        return [action["verb"] for action in self.result.get("actions", ())]


@dataclass
class Bench:
    """One cluster, and the modules that work on it."""

    simulator: Simulator

    def run(self, module: str, *, check: bool = False, diff: bool = False, **params: t.Any) -> Answer:
        """Run a module; a failure fails the test, use ``fail`` where one is expected."""
        answer = self._run(module, check, diff, params)
        assert not answer.result.get("failed"), answer.result
        return answer

    def fail(self, module: str, *, check: bool = False, **params: t.Any) -> Answer:
        """Run a module that is expected to fail."""
        answer = self._run(module, check, False, params)
        assert answer.result.get("failed"), answer.result
        return answer

    def _run(self, module: str, check: bool, diff: bool, params: dict[str, t.Any]) -> Answer:
        self.simulator.clear_log()
        arguments = {"kubeconfig": str(self.simulator.kubeconfig), "namespace": NAMESPACE, **params}
        arguments = {name: value for name, value in arguments.items() if value is not None}
        arguments |= {"_ansible_check_mode": check, "_ansible_diff": diff}
        plugin = importlib.import_module(f"ansible_collections.vmo.core.plugins.modules.{module}")
        printed = io.StringIO()
        with given_arguments(arguments), redirect_stdout(printed), pytest.raises(SystemExit):
            plugin.main()
        answer = Answer(json.loads(printed.getvalue()))
        for request in self.simulator.requests:
            line = f"{request.method} {request.path.rpartition('/namespaces/')[2]}"
            if request.method == "GET":
                answer.reads.append(f"WATCH {line[4:]}" if request.verb == "watch" else line)
            else:
                (answer.rehearsals if request.dry_run else answer.writes).append(line)
        return answer

    def vm(self, name: str) -> t.Any:
        """Return the VM as the cluster has it."""
        return self.simulator.read("virtualmachines", NAMESPACE, name)


@pytest.fixture(params=["1.4", "1.8"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with Simulator(version=request.param) as simulator:
        simulator.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        yield Bench(simulator)
