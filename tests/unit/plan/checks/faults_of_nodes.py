# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that show when Kubernetes nodes and MAAS machines are compared."""

from __future__ import annotations

import typing as t

from tests.unit.plan.checks.builders import NOW, running
from tests.unit.plan.checks.faults import ODD, Fault, Tree, nodes_with, odd, put, result


def label(name: str, value: str | None) -> t.Callable[[dict[str, Tree]], None]:
    """Return an alteration of a label of the odd node."""
    return lambda nodes: nodes[ODD]["metadata"]["labels"].update({name: value})


def node_status(**values: t.Any) -> t.Callable[[dict[str, Tree]], None]:
    """Return an alteration of the status of the odd node."""
    return lambda nodes: nodes[ODD]["status"].update(values)


def node_spec(**values: t.Any) -> t.Callable[[dict[str, Tree]], None]:
    """Return an alteration of the spec of the odd node."""
    return lambda nodes: nodes[ODD]["spec"].update(values)


def of_node(check: str, status: str, alter: t.Callable[[dict[str, Tree]], t.Any], subject: str = ODD) -> Fault:
    """Return a fault in Kubernetes."""
    return Fault(f"x.{check}", status, subject, wanted=nodes_with(alter), after=True)


def of_machine(check: str, status: str, alter: t.Callable[[Tree], t.Any], **more: t.Any) -> Fault:
    """Return a fault in MAAS, under a node."""
    return Fault(f"x.{check}", status, ODD, alter, running(), after=True, **more)


def _foreign(nodes: dict[str, Tree]) -> None:
    nodes["edge-1"] = {"metadata": {"name": "edge-1"}, "spec": {"providerID": "aws:///eu-1a/i-0abc"}, "status": {}}


def _joining(answers: Tree) -> None:
    odd(answers, "results", [result(1, "install.log", 2, starttime=NOW - 900, endtime=NOW - 300)])


def _slow_to_join(nodes: dict[str, Tree]) -> None:
    del nodes[ODD]


def _other_models(nodes: dict[str, Tree]) -> None:
    labels = nodes[ODD]["metadata"]["labels"]
    for name in [name for name in labels if "cpu.node" in name or "cpu-model" in name]:
        labels[name.replace("SapphireRapids", "EPYC")] = labels.pop(name)


def _other_host(nodes: dict[str, Tree]) -> None:
    labels = nodes[ODD]["metadata"]["labels"]
    labels["host-model-cpu.node.kubevirt.io/Icelake"] = labels.pop("host-model-cpu.node.kubevirt.io/SapphireRapids")


def _swap_roles(nodes: dict[str, Tree]) -> None:
    nodes[ODD]["metadata"]["labels"]["node-role.kubernetes.io/control-plane"] = ""


def _silent(nodes: dict[str, Tree]) -> None:
    nodes[ODD]["metadata"]["annotations"]["kubevirt.io/heartbeat"] = "2026-11-23T07:00:00Z"


def _kernel(nodes: dict[str, Tree]) -> None:
    nodes[ODD]["status"]["nodeInfo"]["kernelVersion"] = "6.8.0-45-generic"


NOT_READY = [{"type": "Ready", "status": "Unknown"}]
UNLISTED = [{"type": "InternalIP", "address": "198.51.100.99"}, {"type": "Hostname", "address": ODD}]

ALL = [
    of_node("unmatched_node", "warn", _foreign, "edge-1"),
    of_node("unmatched_machine", "fail", _slow_to_join),
    Fault("x.unmatched_machine", "warn", ODD, _joining, nodes_with(_slow_to_join), after=True),
    of_node("provider_id", "warn", node_spec(providerID=None)),
    Fault("x.provider_id", "fail", ODD, wanted=nodes_with(node_spec(providerID="maas:///zone-1/gone42")), after=True),
    of_machine("status", "warn", put(power_state="off")),
    of_node("status", "warn", node_status(conditions=NOT_READY)),
    of_machine("status", "fail", put(status=4, status_name="Ready", owner=None, locked=False)),
    of_node("zone", "warn", label("topology.kubernetes.io/zone", "zone-9")),
    of_node("zone", "warn", node_spec(providerID="maas:///zone-9/sys007")),
    of_node("capacity", "warn", node_status(capacity={"cpu": "60", "memory": "263000000Ki"})),
    of_node("capacity", "warn", node_status(capacity={"cpu": "64", "memory": "196000000Ki"})),
    of_node("kvm", "fail", node_status(allocatable={"cpu": "63", "devices.kubevirt.io/kvm": "0"})),
    of_node("kvm", "fail", label("kubevirt.io/schedulable", "false")),
    of_node("kvm", "warn", _silent),
    of_node("cpu_model", "warn", _other_models, "cluster"),
    of_node("cpu_model", "warn", _other_host, "cluster"),
    of_node("os", "warn", _kernel),
    of_machine("os", "warn", put(osystem="centos")),
    of_node("roles", "warn", _swap_roles),
    of_node("ips", "warn", node_status(addresses=UNLISTED)),
    of_machine("lock", "warn", put(locked=False)),
    of_machine("maintenance", "warn", put(status=8, status_name="Broken", owner="vmo")),
    of_node("maintenance", "warn", node_spec(unschedulable=True)),
]  # fmt: skip
