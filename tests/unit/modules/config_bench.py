# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a cluster as a test sees them: its module, and another way to KubeVirt's and CDI's own objects."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible.module_utils.common import warnings

from tests.unit.modules.backend import Tree
from tests.unit.modules.bench import Answer, Bench

MODULE = "vmo_kubevirt_config"


@dataclass
class ConfigBench:
    """A bench whose tasks are about the cluster; they do not wait unless a test says so.

    ``reader`` and ``writer`` take the plural and the name of an object; a writer is somebody else, who patches it.
    ``applier`` takes a name and a spec of KubeVirt that somebody of that name applies; ``deny`` takes a right, a verb
    on a resource, from the user.
    """

    bench: Bench
    reader: t.Callable[[str, str], Tree | None]
    writer: t.Callable[[str, str, Tree], None]
    applier: t.Callable[[str, Tree], None]
    deny: t.Callable[[str, str], None]

    @property
    def version(self) -> str:
        return self.bench.backend.version

    def run(self, *, check: bool = False, **params: t.Any) -> Answer:
        forget_warnings()
        return self.bench.run(MODULE, check=check, diff=True, **_given(params))

    def fail(self, *, check: bool = False, **params: t.Any) -> Answer:
        forget_warnings()
        return self.bench.fail(MODULE, check=check, **_given(params))

    @property
    def kubevirt(self) -> t.Any:
        return self.reader("kubevirts", "kubevirt")

    @property
    def gates(self) -> list[str]:
        return list(self.kubevirt["spec"]["configuration"]["developerConfiguration"]["featureGates"])

    @property
    def cdi(self) -> t.Any:
        return self.reader("cdis", "cdi")

    def profile(self, name: str) -> t.Any:
        return self.reader("storageprofiles", name)

    def change(self, patch: Tree) -> None:
        """Change KubeVirt's object as somebody else."""
        self.writer("kubevirts", "kubevirt", patch)


def _given(params: Tree) -> Tree:
    return {"namespace": None, "wait": False, **params}


def forget_warnings() -> None:
    """Let the next module of this process warn for itself alone, as it does in a process of its own."""
    warnings._global_warnings.clear()


def warnings_of(answer: Answer) -> list[str]:
    """Return the warnings of a result as texts, whatever ansible-core makes of them."""
    return [str(warning) for warning in answer.result.get("warnings", ())]
