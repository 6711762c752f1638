# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated cluster that begins empty, and ``vmo_kubevirt`` at work on it."""

from __future__ import annotations

import contextlib
import time
import typing as t
from collections.abc import Callable, Iterator

import pytest
import yaml

from tests.sim.kubevirt import Simulator, Timings
from tests.sim.kubevirt.manifests import PRODUCTS, manifest
from tests.unit.modules.bench import Answer, Bench
from tests.unit.modules.simulated import Simulated

Tree = dict[str, t.Any]
MODULE = "vmo_kubevirt"
USECASE = "ansible_collections.vmo.core.plugins.module_utils._usecase"
VERSIONS = {"kubevirt": "v1.4.0", "cdi": "v1.65.0"}
SECONDS = 20.0


class Site(t.NamedTuple):
    """A cluster and the module."""

    simulator: Simulator
    bench: Bench

    def options(self, product: str, version: str | None, params: Tree) -> Tree:
        text = None if version is None else manifest(PRODUCTS[product], version)
        name = {"kubevirt": "KubeVirt", "cdi": "CDI"}[product]
        return {"namespace": None, "product": name, "manifest": text, "wait_timeout": 15, **params}

    def run(self, product: str = "kubevirt", version: str | None = "v1.4.0", **params: t.Any) -> Answer:
        check = params.pop("check", False)
        return self.bench.run(MODULE, check=check, diff=True, **self.options(product, version, params))

    def fail(self, product: str = "kubevirt", version: str | None = "v1.4.0", **params: t.Any) -> Answer:
        check = params.pop("check", False)
        return self.bench.fail(MODULE, check=check, **self.options(product, version, params))

    def itself(self, product: str = "kubevirt") -> Tree | None:
        plural, namespace = ("kubevirts", "kubevirt") if product == "kubevirt" else ("cdis", "")
        return self.simulator.read(plural, namespace, product)

    def until_deployed(self, product: str = "kubevirt") -> None:
        self.until(lambda: ((self.itself(product) or {}).get("status") or {}).get("phase") == "Deployed")

    def until(self, done: Callable[[], bool]) -> None:
        ends = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < ends
            time.sleep(0.02)


@contextlib.contextmanager
def empty_site(monkeypatch: pytest.MonkeyPatch, timings: Timings | None = None) -> Iterator[Site]:
    """Start a cluster for one test; whoever waits on it looks often."""
    monkeypatch.setattr(f"{USECASE}.kubevirt_objects.POLL_SECONDS", 0.05)
    monkeypatch.setattr(f"{USECASE}.kubevirt_uninstall.LOOK_SECONDS", 0.05)
    monkeypatch.setattr(f"{USECASE}.kubevirt_uninstall.PODS_SECONDS", 0.05)
    with Simulator(version="1.8", timings=timings, stage="empty") as simulator:
        yield Site(simulator, Bench(Simulated(simulator, "1.8")))


def written(answer: Answer) -> list[tuple[str, str, str]]:
    """Return the verb, kind and name of each write."""
    return [(action["verb"], action["kind"], action["name"]) for action in answer.result["actions"]]


def objects(product: str, version: str | None = None) -> list[Tree]:
    """Return the objects of a manifest."""
    return [item for item in yaml.safe_load_all(manifest(PRODUCTS[product], version or VERSIONS[product])) if item]


def item(api_version: str, kind: str, spec: Tree | None = None, status: Tree | None = None, **metadata: t.Any) -> Tree:
    """Return an object of users; ``metadata`` replaces what it has of that."""
    head = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "namespace": "shop", **metadata}}
    return {**head, "spec": spec or {}, "status": status or {}}


DEFINITION: Tree = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "things.example.com"},
    "spec": {
        "group": "example.com",
        "names": {"kind": "Thing", "plural": "things", "singular": "thing", "listKind": "ThingList"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}


def plain(site: Site, **params: t.Any) -> Answer:
    """Run the module with a manifest that has no product."""
    return site.bench.attempt(MODULE, **{"namespace": None, "manifest": [DEFINITION], "wait_timeout": 10, **params})
