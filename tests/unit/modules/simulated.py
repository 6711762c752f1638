# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a back-end of scenarios."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.sim.kubevirt import Fault, Simulator, Timings
from tests.unit.modules.backend import Asked, Tree

_USER = "admin"


class Simulated:
    """A simulator of one test alone."""

    namespace = "shop"

    def __init__(self, simulator: Simulator, version: str) -> None:
        self.simulator = simulator
        self.version = version
        self.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}})

    @property
    def kubeconfig(self) -> Path:
        return self.simulator.kubeconfig

    def put(self, item: Tree) -> None:
        metadata = (
            item["metadata"] if item["kind"] == "Namespace" else {"namespace": self.namespace, **item["metadata"]}
        )
        self.simulator.put({**item, "metadata": metadata})

    def read(self, plural: str, name: str) -> Tree | None:
        return self.simulator.read(plural, self.namespace, name)

    def forget(self) -> None:
        self.simulator.clear_log()

    def asked(self) -> list[Asked]:
        return [
            Asked(request.verb, _target(request.path), is_rehearsal=request.mutating and request.dry_run)
            for request in self.simulator.requests
        ]

    def deny(self, verb: str, resource: str) -> None:
        self.simulator.deny(_USER, verb, resource)

    def show_everything(self) -> None:
        """The user is the administrator."""

    def another_token(self) -> str:
        return self.simulator.user_tokens["vmuser"]

    def disturb(self, fault: Fault) -> None:
        self.simulator.add_fault(fault)


@contextlib.contextmanager
def simulated(version: str = "1.4", timings: Timings | None = None) -> Iterator[Simulated]:
    """Start a simulator for one test."""
    with Simulator(version=version, timings=timings) as simulator:
        yield Simulated(simulator, version)


def _target(path: str) -> str:
    _before, found, behind = path.partition("/namespaces/")
    return behind.partition("/")[2] if found else path.rpartition("/")[2]
