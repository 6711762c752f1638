# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules by their real entry point against a cluster, and see what they asked of it."""

from __future__ import annotations

import importlib
import io
import json
import typing as t
from contextlib import redirect_stdout
from dataclasses import dataclass, field

import pytest

from tests.unit.modules.backend import Backend, Tree
from tests.unit.modules.entry import given_arguments


@dataclass
class Answer:
    """What a module printed, and what the cluster was asked meanwhile."""

    module: str
    result: dict[str, t.Any]
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    rehearsals: list[str] = field(default_factory=list)
    check: bool = False
    waits: bool = True

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))

    @property
    def verbs(self) -> list[str]:
        return [action["verb"] for action in self.result.get("actions", ())]


@dataclass
class Bench:
    """One namespace of a cluster, and the modules that work in it."""

    backend: Backend
    answers: list[Answer] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        return self.backend.namespace

    def run(self, module: str, *, check: bool = False, diff: bool = False, **params: t.Any) -> Answer:
        """Run a module; a failure fails the test, use ``fail`` where one is expected."""
        answer = self.attempt(module, check=check, diff=diff, **params)
        assert not answer.result.get("failed"), answer.result
        return answer

    def fail(self, module: str, *, check: bool = False, **params: t.Any) -> Answer:
        """Run a module that is expected to fail."""
        answer = self.attempt(module, check=check, **params)
        assert answer.result.get("failed"), answer.result
        return answer

    def attempt(self, module: str, *, check: bool = False, diff: bool = False, **params: t.Any) -> Answer:
        """Run a module that may fail."""
        arguments = {"kubeconfig": str(self.backend.kubeconfig), "namespace": self.namespace, **params}
        arguments = {name: value for name, value in arguments.items() if value is not None}
        arguments |= {"_ansible_check_mode": check, "_ansible_diff": diff}
        plugin = importlib.import_module(f"ansible_collections.vmo.core.plugins.modules.{module}")
        printed = io.StringIO()
        self.backend.forget()
        with given_arguments(arguments), redirect_stdout(printed), pytest.raises(SystemExit):
            plugin.main()
        answer = Answer(module, json.loads(printed.getvalue()), check=check, waits=params.get("wait", True))
        for asked in self.backend.asked():
            kind = answer.reads if asked.is_read else answer.rehearsals if asked.is_rehearsal else answer.writes
            kind.append(str(asked))
        self.answers.append(answer)
        return answer

    def vm(self, name: str) -> t.Any:
        """Return the VM as the cluster has it."""
        return self.backend.read("virtualmachines", name)

    def put(self, item: Tree) -> None:
        """Create or replace an object, in the namespace of the test."""
        self.backend.put(item)
