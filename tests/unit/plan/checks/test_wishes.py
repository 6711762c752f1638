# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options become demands, presets lie beneath them; and nodes find their machines."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vmo.core.plugins.module_utils._argspec.cluster_check import CLUSTER_CHECK
from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.demands import Demands
from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
from ansible_collections.vmo.core.plugins.module_utils._model.node import Node
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.nodes import match, swapped
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.wishes import demands_of
from tests.unit.plan.checks.builders import a_machine, a_node


def wanted(**options: t.Any) -> Demands:
    """Return the demands of a task."""
    checked = ArgumentSpecValidator(**CLUSTER_CHECK.module_arguments()).validate(options)
    assert not checked.error_messages
    return demands_of(checked.validated_parameters)


def test_options_lie_over_the_preset() -> None:
    found = wanted(preset="palette_vmo", worker={"memory": "64Gi", "boot_disk": "200G", "architecture": "any"})
    plane, worker = found.roles
    assert (plane.count, plane.cores, plane.memory) == (3, 4, 8 * 1024)
    assert (worker.memory, worker.boot_disk, worker.cores, worker.bridge) == (64 * 1024, 200 * 1000**3, 8, "br0")
    assert worker.architecture is None


def test_only_the_roles_that_are_named_are_demanded() -> None:
    assert [role.name for role in wanted(worker={"count": 2}).roles] == ["worker"]
    assert [role.name for role in wanted(preset="palette_pcg").roles] == ["control_plane"]


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({}, "preset"),
        ({"worker": {"memory": "much"}}, "worker.memory"),
        ({"worker": {}, "only": ["n.brigde"]}, "n.brigde"),
        ({"worker": {}, "ignore": ["q"]}, "q"),
        ({"worker": {}, "severity_overrides": {"n.bridge": "panic"}}, "panic"),
        ({"worker": {}, "severity_overrides": {"bridge": "warn"}}, "bridge"),
        ({"worker": {}, "pod_cidr": "10.0.0.0/99"}, "pod_cidr"),
        ({"worker": {}, "thresholds": {"minimum_version": "new"}}, "minimum_version"),
    ],
)
def test_what_cannot_be_is_told(options: dict[str, t.Any], part: str) -> None:
    with pytest.raises(InvalidOption, match=part):
        wanted(**options)


RAW = [a_machine(number, "worker") for number in (1, 2)]
MACHINES = [Machine.of(raw) for raw in RAW]


def node(**parts: t.Any) -> Node:
    """Return a node that tells nothing but these parts."""
    return Node.of({"metadata": {"name": "strange"}, **parts})


@pytest.mark.parametrize(
    ("found", "key"),
    [
        (Node.of(a_node(RAW[0])), "providerID"),
        (node(spec={"providerID": "maas:///sys001"}), "providerID"),
        (node(status={"addresses": [{"type": "Hostname", "address": "W-01.maas"}]}), "name"),
        (node(status={"nodeInfo": {"systemUUID": RAW[0]["hardware_uuid"].upper()}}), "systemUUID"),
        (node(status={"nodeInfo": {"systemUUID": swapped(RAW[0]["hardware_uuid"])}}), "systemUUID"),
        (node(status={"addresses": [{"type": "InternalIP", "address": RAW[0]["ip_addresses"][0]}]}), "address"),
    ],
)
def test_a_node_finds_its_machine(found: Node, key: str) -> None:
    (pair,) = match([found], MACHINES)
    assert pair.machine is MACHINES[0]
    assert pair.key == key


def test_what_would_do_twice_is_ambiguous() -> None:
    twins = [MACHINES[0], Machine.of({**RAW[1], "hardware_uuid": RAW[0]["hardware_uuid"]})]
    (pair,) = match([node(status={"nodeInfo": {"systemUUID": RAW[0]["hardware_uuid"]}})], twins)
    assert pair.machine is None
    assert pair.ambiguous == ("w-01", "w-02")
