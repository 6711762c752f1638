# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of Kubernetes and of its nodes. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    NODE,
    WARN,
    Check,
    fail,
    good,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.moment import MINUTE, moment
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import SCHEDULABLE, version_of
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground

    Findings = t.Iterator[Finding]

HEARTBEAT = "kubevirt.io/heartbeat"
DEVICES = ("devices.kubevirt.io/tun", "devices.kubevirt.io/vhost-net")
# how many minor versions a kubelet may be behind its API server
SKEW = 3


def _version(ground: Ground) -> Findings:
    found, least = ground.kubernetes_version, ground.demands.thresholds.minimum_kubernetes
    if found is None:
        yield unknown(f"Its version {ground.survey.version!r} cannot be read.")
    elif found < least:
        yield fail(f"Kubernetes is {found}, {least} is wanted at least.", version=str(found), minimum=str(least))


def _kubelet(ground: Ground) -> Findings:
    server = ground.kubernetes_version
    for node in ground.nodes:
        found = version_of(node.kubelet)
        if found is None or server is None or found.major != server.major:
            continue
        if found.minor > server.minor:
            yield warn(f"has kubelet {found}, which is newer than the API server ({server}).", subject=node.name)
        elif server.minor - found.minor > SKEW:
            yield warn(f"has kubelet {found}, too old for the API server ({server}).", subject=node.name)


def _ready(ground: Ground) -> Findings:
    for node in ground.nodes:
        if node.ready is None:
            yield unknown("does not tell whether it is ready.", subject=node.name)
        elif not node.ready:
            yield fail("is not Ready.", subject=node.name)


def _cordoned(ground: Ground) -> Findings:
    for node in ground.nodes:
        if node.cordoned:
            yield warn("is cordoned: no new VM starts there.", subject=node.name)


def _pressure(ground: Ground) -> Findings:
    for node in ground.nodes:
        if node.pressures:
            yield warn(f"has {several(node.pressures)}.", subject=node.name, conditions=list(node.pressures))


def _count(ground: Ground) -> Findings:
    wanted, hosts = ground.demands.nodes_wanted, [node.name for node in ground.hosts]
    noun = "node takes" if len(hosts) == 1 else "nodes take"
    if len(hosts) < wanted:
        named = f" ({several(hosts)})" if hosts else ""
        yield fail(f"{len(hosts) or 'No'} {noun} VMs{named}, {wanted} are wanted.", nodes=hosts, wanted=wanted)
    else:
        yield good(f"{len(hosts)} {noun} VMs, {wanted} wanted.", nodes=hosts, wanted=wanted)


def _schedulable(ground: Ground) -> Findings:
    for node in ground.workers:
        label = node.labels.get(SCHEDULABLE)
        if label == "true" or node.ready is False:
            continue
        if label is None:
            yield warn(f"has no label {SCHEDULABLE}: virt-handler has never been there.", subject=node.name)
        else:
            yield warn(f"has the label {SCHEDULABLE}={label}: KubeVirt puts no VM there.", subject=node.name)


def _handler(ground: Ground) -> Findings:
    late = ground.demands.thresholds.heartbeat_minutes * MINUTE
    for node in ground.hosts:
        beat = moment(node.annotations.get(HEARTBEAT))
        if beat is not None and ground.now - beat > late:
            minutes = int((ground.now - beat) / MINUTE)
            yield warn(
                f"has not heard of virt-handler for {minutes} minutes.",
                subject=node.name,
                heartbeat=node.annotations[HEARTBEAT],
            )


def _kvm(ground: Ground) -> Findings:
    if ground.emulates:
        yield skip("KubeVirt emulates, so that nodes need no KVM.")
        return
    for node in ground.workers:
        if SCHEDULABLE not in node.labels:
            continue
        if not node.has_allocatable:
            yield unknown("does not tell what it has.", subject=node.name)
        elif not node.kvm:
            yield fail("has no allocatable devices.kubevirt.io/kvm.", subject=node.name, kvm=node.kvm)


def _devices(ground: Ground) -> Findings:
    for node in ground.hosts:
        lacking = [name for name in DEVICES if str(node.allocatable.get(name, "0")) == "0"]
        # A node that has no device of KubeVirt at all fails at its KVM.
        if lacking and node.kvm:
            yield warn(f"has no allocatable {several(lacking)}.", subject=node.name, devices=lacking)


CHECKS = (
    Check(
        "k8s.version",
        CLUSTER,
        "Kubernetes is new enough",
        FAIL,
        ("version",),
        "Upgrade the cluster.",
        _version,
    ),
    Check(
        "node.kubelet",
        NODE,
        "The kubelets fit the API server",
        WARN,
        ("nodes.status.nodeInfo", "version"),
        "Upgrade the nodes, the control plane first.",
        _kubelet,
    ),
    Check(
        "node.ready",
        NODE,
        "Nodes are Ready",
        FAIL,
        ("nodes.status.conditions",),
        "Look at the kubelet, the network plug-in and the conditions of the node.",
        _ready,
    ),
    Check(
        "node.cordoned",
        NODE,
        "Nodes take new pods",
        WARN,
        ("nodes.spec.unschedulable",),
        "Uncordon the node when its maintenance is over.",
        _cordoned,
    ),
    Check(
        "node.pressure",
        NODE,
        "Nodes are short of nothing",
        WARN,
        ("nodes.status.conditions",),
        "Free what is short there, or give the node more of it.",
        _pressure,
    ),
    Check(
        "node.count",
        CLUSTER,
        "Enough nodes take VMs; to move them, it takes two",
        FAIL,
        ("nodes.metadata.labels", "kubevirts"),
        "Mend or add workers; see the other verdicts on nodes.",
        _count,
    ),
    Check(
        "node.schedulable",
        NODE,
        "KubeVirt lets VMs run on the workers",
        WARN,
        ("nodes.metadata.labels", "kubevirts.spec.workloads"),
        "Look at virt-handler on that node; where VMs are not wanted there, taint it or set workloads.nodePlacement.",
        _schedulable,
    ),
    Check(
        "node.handler",
        NODE,
        "virt-handler is alive on the workers",
        WARN,
        ("nodes.metadata.annotations", "kubevirts"),
        "Look at the pod of virt-handler on that node.",
        _handler,
    ),
    Check(
        "node.kvm",
        NODE,
        "Nodes have KVM devices, unless VMs are emulated",
        FAIL,
        ("nodes.status.allocatable", "kubevirts.spec.configuration"),
        "Turn on VT-x or SVM in the firmware, look for the module kvm and at virt-handler.",
        _kvm,
    ),
    Check(
        "node.devices",
        NODE,
        "Nodes have the devices for networks of VMs",
        WARN,
        ("nodes.status.allocatable", "kubevirts"),
        "Load the modules tun and vhost_net on the node.",
        _devices,
    ),
)
