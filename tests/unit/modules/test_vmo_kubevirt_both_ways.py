# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt`` inside the Ansible worker and as a process of its own: one result."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.sim.kubevirt import Simulator
from tests.sim.kubevirt.manifests import PRODUCTS, manifest
from tests.unit.e2e.both_ways import results_of
from tests.unit.modules.kubevirt_site import VERSIONS

Tree = dict[str, t.Any]
MODULE = "vmo.core.vmo_kubevirt"
KUBEVIRT: Tree = {"product": "KubeVirt", "manifest": manifest(PRODUCTS["kubevirt"], VERSIONS["kubevirt"])}
MIRROR = {"registry.example": "mirror.example:5000/registry"}
# with what they come to: whether something is changed, and the code of the failure
TASKS: list[tuple[Tree, bool, str | None]] = [
    ({MODULE: {"product": "KubeVirt", "default_version": "1.8.0"}}, False, None),
    ({MODULE: KUBEVIRT, "check_mode": True, "diff": True}, True, None),
    ({MODULE: KUBEVIRT, "diff": True}, True, None),
    # until then its version is not that of the manifest
    ({"vmo.core.vmo_kubevirt_config": {"version": "1.4.0"}}, False, None),
    ({MODULE: KUBEVIRT}, False, None),
    ({MODULE: {**KUBEVIRT, "registries": MIRROR, "image_pull_secrets": ["mirror"]}, "diff": True}, True, None),
    ({MODULE: {**KUBEVIRT, "version": "1.8.0"}}, False, "no_way"),
    ({MODULE: {**KUBEVIRT, "registries": {"https://quay.io": "x"}}}, False, "invalid_option"),
    ({MODULE: {"product": "Kubernetes"}}, False, None),
]
VOLATILE = ("invocation", "deprecations")

pytestmark = pytest.mark.simulator_only("it installs KubeVirt anew: tests/cluster/ring has one cluster for all tests")


def run(directory: Path, *, fast: bool) -> tuple[list[Tree], str]:
    """Run the tasks on a cluster of their own."""
    with Simulator(version="1.8", stage="empty") as simulator:
        environment = {"K8S_AUTH_KUBECONFIG": str(simulator.kubeconfig)}
        return results_of(directory, [task for task, *_rest in TASKS], {}, fast=fast, environment=environment)


def test_results_are_the_same_both_ways(tmp_path: Path) -> None:
    here, here_text = run(tmp_path, fast=True)
    there, there_text = run(tmp_path, fast=False)
    for number, (left, right) in enumerate(zip(here, there, strict=True)):
        for volatile in VOLATILE:
            left.pop(volatile, None)
            right.pop(volatile, None)
        # the wait for it tells times and uids of one cluster
        if MODULE in TASKS[number][0]:
            assert left == right, TASKS[number]
    assert [result["changed"] for result in here] == [changed for _task, changed, _code in TASKS]
    assert [result.get("error", {}).get("code") for result in here] == [code for *_rest, code in TASKS]
    # wrong arguments are told by the module
    assert here_text.count("run as a module, since") == 1
    assert there_text.count("run as a module, since vmo_fast_path is off") == len(TASKS) - 1
