# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VM templates of a cluster as a test sees them: cluster-wide, so each test has names of its own."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import dataclass

from tests.unit.modules.backend import Tree
from tests.unit.modules.bench import Answer, Bench
from tests.unit.modules.config_bench import forget_warnings
from tests.unit.modules.simulated import Simulated

TEMPLATE = "vmo_template"
INFO = "vmo_template_info"
VM = "vmo_vm"


@dataclass
class Catalogue:
    """A bench beside the templates. ``reader`` and ``writer`` are another way to them, by name and as a whole."""

    bench: Bench
    reader: t.Callable[[str], Tree | None]
    writer: t.Callable[[Tree], t.Any]

    @property
    def namespace(self) -> str:
        return self.bench.namespace

    def called(self, name: str) -> str:
        """Return a name that no other test has."""
        return f"{name}-{self.namespace}"

    def run(self, name: str, *, check: bool = False, **params: t.Any) -> Answer:
        """Run ``vmo_template`` on a template of this test."""
        forget_warnings()
        return self.bench.run(TEMPLATE, check=check, diff=True, **self._given(name, params))

    def fail(self, name: str, **params: t.Any) -> Answer:
        forget_warnings()
        return self.bench.fail(TEMPLATE, **self._given(name, params))

    def vm(self, template: t.Any, *, check: bool = False, **params: t.Any) -> Answer:
        """Run ``vmo_vm`` with a template: the name of one of this test, or the template itself."""
        forget_warnings()
        wanted = self.called(template) if isinstance(template, str) and "\n" not in template else template
        return self.bench.run(VM, check=check, diff=True, **{"name": "web-01", "template": wanted, **params})

    def look(self, **params: t.Any) -> Answer:
        return self.bench.run(INFO, **{"namespace": None, **params})

    def put(self, template: Tree, name: str) -> None:
        """Make a template of an example, or replace it."""
        template = copy.deepcopy(template)
        template["metadata"]["name"] = self.called(name)
        self.writer(template)

    def read(self, name: str) -> t.Any:
        return self.reader(self.called(name))

    def _given(self, name: str, params: Tree) -> Tree:
        return {"namespace": None, "name": self.called(name), **params}


def simulated_catalogue(bench: Bench) -> Catalogue:
    """Return the templates of a simulated cluster."""
    backend = bench.backend
    assert isinstance(backend, Simulated)
    simulator = backend.simulator
    return Catalogue(bench, lambda name: simulator.read("vmtemplates", "", name), simulator.put)
