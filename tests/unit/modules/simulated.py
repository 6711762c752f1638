# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a back-end of scenarios."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.sim.kubevirt import Fault, Simulator, Timings
from tests.sim.kubevirt.documents import merge_patch, now
from tests.unit.modules.backend import Asked, Tree
from tests.unit.modules.bench import Bench
from tests.unit.modules.config_bench import ConfigBench

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
            if _counts(request.path)
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


def _counts(path: str) -> bool:
    """What names no object, and asks what the user may do: the audit log of the genuine cluster leaves it out, too."""
    is_discovery = path == "/version" or path.count("/") < (4 if path.startswith("/apis") else 3)
    return not is_discovery and "/authorization.k8s.io/" not in path


def simulated_config(bench: Bench) -> ConfigBench:
    """Return the settings of a simulated cluster."""
    assert isinstance(bench.backend, Simulated)
    simulator = bench.backend.simulator

    def read(plural: str, name: str) -> Tree | None:
        return simulator.read(plural, "kubevirt" if plural == "kubevirts" else "", name)

    def write(plural: str, name: str, patch: Tree) -> None:
        found = read(plural, name)
        assert found is not None
        # Controllers of the simulator may write meanwhile.
        del found["metadata"]["resourceVersion"]
        simulator.put(merge_patch(found, patch))

    def apply(manager: str, spec: Tree) -> None:
        entry = {"manager": manager, "operation": "Apply", "time": now(), "fieldsV1": {"f:spec": _owned(spec)}}
        write("kubevirts", "kubevirt", {"metadata": {"managedFields": [entry]}, "spec": spec})

    return ConfigBench(bench, read, write, apply, bench.backend.deny)


def _owned(tree: Tree) -> Tree:
    return {f"f:{field}": _owned(value) if isinstance(value, dict) else {} for field, value in tree.items()}


def _target(path: str) -> str:
    _before, found, behind = path.partition("/namespaces/")
    if found:
        return behind.partition("/")[2]
    # below the version of the API, which a group stands before
    return path.split("/", 4 if path.startswith("/apis/") else 3)[-1]
