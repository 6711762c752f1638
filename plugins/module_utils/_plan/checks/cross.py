# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.9: what Kubernetes says of its nodes, and MAAS of the same machines. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t
from collections import Counter

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    PASS,
    WARN,
    Check,
    Finding,
    fail,
    good,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.demands import CONTROL_PLANE
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import trees, whole
from ansible_collections.vmo.core.plugins.module_utils._model.machine import BROKEN, DEPLOYED
from ansible_collections.vmo.core.plugins.module_utils._model.moment import MINUTE, moment
from ansible_collections.vmo.core.plugins.module_utils._model.network import address, network
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import gib, named
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.identity import claims
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.nodes import by_name
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.palette import INSTALLATION_RESULT
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._model.node import Node
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.nodes import Match

Findings = t.Iterator[Finding]
Judge = t.Callable[["Ground", "tuple[Match, ...]"], Findings]
HOST_MODEL, MODEL = "host-model-cpu.node.kubevirt.io/", "cpu-model.node.kubevirt.io/"
CLUSTER_NAME = "cluster.x-k8s.io/cluster-name"
ZONE = "topology.kubernetes.io/zone"


def _with_nodes(judge: Judge) -> t.Callable[[Ground], Findings]:
    """Return a judge that is asked only where nodes were given."""

    def judged(ground: Ground) -> Findings:
        if ground.demands.nodes is None:
            yield skip("No Kubernetes nodes were given.")
            return
        yield from judge(ground, ground.matches)

    return judged


def _pairs(matches: t.Iterable[Match]) -> t.Iterator[tuple[Node, Machine]]:
    for found in matches:
        if found.machine is not None:
            yield found.node, found.machine


def _unmatched_node(_ground: Ground, matches: tuple[Match, ...]) -> Findings:
    for found in matches:
        if found.ambiguous and found.machine is None:
            yield warn(f"Several machines could be this node: {several(found.ambiguous)}.", subject=found.node.name)
        elif found.machine is None:
            yield warn("No machine of MAAS is this node.", subject=found.node.name)


def _unmatched_machine(ground: Ground, matches: tuple[Match, ...]) -> Findings:
    known = {machine.system_id for _node, machine in _pairs(matches)}
    for machine in ground.candidates:
        if machine.status != DEPLOYED or machine.system_id in known:
            continue
        ended = _deployed_at(machine, ground)
        waited = None if ended is None else ground.now - ended
        limit = ground.demands.thresholds.join_minutes
        if waited is not None and waited < limit * MINUTE:
            said = f"was deployed {waited // MINUTE:.0f} minutes ago and has not joined yet."
            yield warn(said, subject=machine.name)
        else:
            yield fail("is Deployed, and no node has come of it.", subject=machine.name)


def _deployed_at(machine: Machine, ground: Ground) -> float | None:
    ends = [
        whole(result, "endtime")
        for found in trees(ground.fleet.about("results", machine.system_id))
        if whole(found, "type") == INSTALLATION_RESULT
        for result in trees(found.get("results"))
    ]
    known = [float(end) for end in ends if end]
    return max(known) if known else None


def _provider_id(ground: Ground, matches: tuple[Match, ...]) -> Findings:
    for found in matches:
        node = found.node
        same_name = [machine for machine in ground.fleet.machines if by_name(node, machine)]
        if node.provider_id is None:
            if found.machine is not None:
                yield warn("has no providerID: Cluster API cannot find its machine.", subject=node.name)
        elif node.system_id and len(same_name) == 1 and same_name[0].system_id != node.system_id:
            said = f"Its providerID names {node.system_id}, the machine of that name is {same_name[0].system_id}."
            yield fail(said, subject=node.name, provider_id=node.provider_id)


def _status(_ground: Ground, matches: tuple[Match, ...]) -> Findings:
    for node, machine in _pairs(matches):
        if machine.status is None or node.ready is None:
            yield unknown("The status of node or machine is not told.", subject=node.name)
        elif machine.status == BROKEN and not node.cordoned:
            # that the node must be emptied is the question of x.maintenance
            continue
        elif node.ready and machine.status != DEPLOYED:
            said = f"The node is Ready, and MAAS has the machine as {machine.status_name}: it may be given away."
            yield fail(said, subject=node.name, status=machine.status_name)
        elif node.ready and machine.power_state == "off":
            yield warn("The node is Ready, and MAAS believes the machine to be off.", subject=node.name)
        elif not node.ready and machine.power_state == "on":
            yield warn("The node is not ready, though the machine is on.", subject=node.name)


def _zone(_ground: Ground, matches: tuple[Match, ...]) -> Findings:
    for node, machine in _pairs(matches):
        if machine.zone is None:
            yield unknown("MAAS does not tell the zone.", subject=node.name)
            continue
        for what, zone in (("label", node.labels.get(ZONE)), ("providerID", node.provider_zone)):
            if zone is not None and zone != machine.zone:
                said = f"Its {what} says zone {zone}, MAAS says {machine.zone}."
                yield warn(said, subject=node.name, zone=machine.zone)


def _capacity(ground: Ground, matches: tuple[Match, ...]) -> Findings:
    for node, machine in _pairs(matches):
        if node.cpus is not None and machine.cpu_count is not None and node.cpus < machine.cpu_count:
            said = f"The node has {node.cpus} CPUs, MAAS saw {machine.cpu_count}."
            yield warn(said, subject=node.name, cpus=node.cpus)
        if node.memory is None or machine.memory is None:
            yield unknown("The memory of node or machine is not told.", subject=node.name)
        elif node.memory < machine.memory * ground.demands.thresholds.node_memory:
            said = f"The node has {gib(node.memory)} of memory, MAAS saw {gib(machine.memory)}."
            yield warn(said, subject=node.name, memory_mib=int(node.memory))


def _workers(ground: Ground, matches: tuple[Match, ...]) -> list[Node]:
    """Return the nodes that are to run virtual machines: all but those of the control plane, where there are others."""
    names = {machine.system_id for team in ground.workers for machine in team.candidates}
    nodes = [node for node, machine in _pairs(matches) if machine.system_id in names and not node.is_control_plane]
    return nodes or [found.node for found in matches if not found.node.is_control_plane]


def _kvm(ground: Ground, matches: tuple[Match, ...]) -> Findings:
    for node in _workers(ground, matches):
        beat = moment(node.annotations.get("kubevirt.io/heartbeat"))
        late = ground.demands.thresholds.heartbeat_minutes * MINUTE
        if not node.has_allocatable:
            yield unknown("The node tells nothing that is allocatable.", subject=node.name)
        elif node.kvm is None and "kubevirt.io/schedulable" not in node.labels:
            yield unknown("KubeVirt does not look after this node (yet).", subject=node.name)
        elif not node.kvm:
            yield fail("has no allocatable devices.kubevirt.io/kvm.", subject=node.name)
        elif node.labels.get("kubevirt.io/schedulable") != "true":
            yield fail("is not kubevirt.io/schedulable.", subject=node.name)
        elif beat is not None and ground.now - beat > late:
            yield warn(
                f"virt-handler last told of itself {(ground.now - beat) // MINUTE:.0f} minutes ago.", subject=node.name
            )


def _cpu_model(ground: Ground, matches: tuple[Match, ...]) -> Findings:
    nodes = _workers(ground, matches)
    models = {node.name: _models(node) for node in nodes}
    known = {name: found for name, found in models.items() if found}
    if not known:
        yield unknown("KubeVirt tells no CPU models of the workers.")
        return
    common = frozenset.intersection(*known.values())
    hosts = {model for node in nodes for model in _labelled(node, HOST_MODEL)}
    if not common:
        yield warn("The workers have no CPU model in common: no live migration between all of them.")
    elif len(hosts) > 1:
        said = (
            f"The workers have {len(hosts)} host models: {several(sorted(hosts))}. VMs of host-model stay among equals."
        )
        yield warn(said, common=sorted(common)[:10])


def _labelled(node: Node, prefix: str) -> frozenset[str]:
    return frozenset(
        key[len(prefix) :] for key, value in node.labels.items() if key.startswith(prefix) and value == "true"
    )


def _models(node: Node) -> frozenset[str]:
    return _labelled(node, MODEL) | _labelled(node, HOST_MODEL)


def _os(_ground: Ground, matches: tuple[Match, ...]) -> Findings:
    kernels = Counter(found.node.kernel for found in matches if found.node.kernel and not found.node.is_control_plane)
    if not kernels:
        yield unknown("The nodes do not tell their kernels.")
        return
    if len(kernels) > 1:
        usual = min(kernels, key=lambda kernel: (-kernels[kernel], kernel))
        for found in matches:
            kernel = found.node.kernel
            if kernel and kernel != usual and not found.node.is_control_plane:
                yield warn(f"runs the kernel {kernel}, most others {usual}.", subject=found.node.name)
    for node, machine in _pairs(matches):
        if machine.osystem in ("ubuntu", "centos") and node.os_image and machine.osystem not in node.os_image.lower():
            said = f"The node runs {node.os_image}, MAAS deployed {machine.osystem}/{machine.distro_series}."
            yield warn(said, subject=node.name)


def _roles(ground: Ground, matches: tuple[Match, ...]) -> Findings:
    teams = {team.role.name: {machine.system_id for machine in team.candidates} for team in ground.teams}
    ours = teams.get(CONTROL_PLANE)
    if ours is None or len(teams) <= 1:
        yield skip("There is but one role.")
        return
    others = set().union(*(found for name, found in teams.items() if name != CONTROL_PLANE))
    for node, machine in _pairs(matches):
        if node.is_control_plane and machine.system_id not in ours and machine.system_id in others:
            yield warn("is a control-plane node on a machine meant for another role.", subject=node.name)
        elif not node.is_control_plane and machine.system_id in ours - others:
            yield warn("is no control-plane node, and its machine is meant to be one.", subject=node.name)


def _ips(ground: Ground, matches: tuple[Match, ...]) -> Findings:
    preferred = [network(cidr) for cidr in ground.demands.preferred_subnets]
    for node, machine in _pairs(matches):
        if not node.addresses:
            yield unknown("The node has no InternalIP.", subject=node.name)
            continue
        found = address(node.addresses[0])
        if found is not None and any(preferred) and not any(one is not None and found in one for one in preferred):
            yield warn(f"Its InternalIP {found} is in no preferred subnet.", subject=node.name)
        linked = {link.address for item in machine.layout.interfaces for link in item.links}
        if not set(node.addresses) & {*machine.addresses, *linked}:
            said = f"MAAS does not know its address {several(node.addresses)}."
            yield warn(said, subject=node.name, maas=list(machine.addresses))


def _lock(_ground: Ground, matches: tuple[Match, ...]) -> Findings:
    pairs = [(node, machine) for node, machine in _pairs(matches) if machine.status == DEPLOYED]
    open_ones = [machine for _node, machine in pairs if machine.locked is False]
    unsaid = [machine for _node, machine in pairs if machine.locked is None]
    for machine in open_ones:
        yield warn("carries a node and is not locked: one wrong release erases it.", subject=machine.name)
    if unsaid:
        yield unknown(f"MAAS does not tell whether it is locked: {several(named(unsaid))}.")


def _annotation(_ground: Ground, matches: tuple[Match, ...]) -> Findings:
    for node, machine in _pairs(matches):
        name = node.annotations.get(CLUSTER_NAME)
        for key, value in claims(machine).items():
            if name is not None and value != name:
                yield good(f"MAAS notes {key}={value}, the node belongs to {name}.", subject=node.name)


def _maintenance(_ground: Ground, matches: tuple[Match, ...]) -> Findings:
    for node, machine in _pairs(matches):
        if machine.status == BROKEN and not node.cordoned:
            yield warn("MAAS has the machine as Broken, and the node still takes work.", subject=node.name)
        elif node.cordoned and machine.status == DEPLOYED and not re.search(r"fail", machine.status_name):
            yield warn("is cordoned, and MAAS sees nothing wrong with the machine.", subject=node.name)


def _check(name: str, title: str, severity: str, reads: tuple[str, ...], remedy: str, judge: Judge) -> Check:
    return Check(f"x.{name}", CLUSTER, title, severity, reads, remedy, _with_nodes(judge))


CHECKS = (
    _check(
        "unmatched_node",
        "Every node is a machine of MAAS",
        WARN,
        ("nodes",),
        "It may run elsewhere, or the key may not see the machine.",
        _unmatched_node,
    ),
    _check(
        "unmatched_machine",
        "Every deployed machine has become a node",
        FAIL,
        ("status", "nodes", "results of the installation"),
        "Look at cloud-init and kubelet on the machine, then release it to try again.",
        _unmatched_machine,
    ),
    _check(
        "provider_id",
        "The providerID of a node names its machine",
        FAIL,
        ("nodes.spec.providerID",),
        "Let Cluster API set it, or join the node again.",
        _provider_id,
    ),
    _check(
        "status",
        "Node and machine agree on whether they run",
        FAIL,
        ("status", "power_state", "nodes.status.conditions"),
        "Never release such a machine before its node is drained; find out who changed it in MAAS.",
        _status,
    ),
    _check(
        "zone",
        "Node and machine agree on the zone",
        WARN,
        ("zone.name", "nodes.metadata.labels", "nodes.spec.providerID"),
        "Move the machine back, or join the node again.",
        _zone,
    ),
    _check(
        "capacity",
        "A node has the processors and the memory that MAAS saw",
        WARN,
        ("cpu_count", "memory", "nodes.status.capacity"),
        "Look for disabled cores and failed memory modules.",
        _capacity,
    ),
    _check(
        "kvm",
        "Workers offer KVM, and KubeVirt uses them",
        FAIL,
        ("nodes.status.allocatable", "nodes.metadata.labels", "nodes.metadata.annotations"),
        "Turn on VT-x or SVM in the firmware, look for the module kvm and at virt-handler.",
        _kvm,
    ),
    _check(
        "cpu_model",
        "Workers have a CPU model in common",
        WARN,
        ("nodes.metadata.labels",),
        "Set a common CPU model in KubeVirt, or give alike workers a label to stay among themselves.",
        _cpu_model,
    ),
    _check(
        "os",
        "Nodes run what MAAS deployed, and one kernel",
        WARN,
        ("osystem", "distro_series", "nodes.status.nodeInfo"),
        "Bring the nodes to one version.",
        _os,
    ),
    _check(
        "roles",
        "Control-plane nodes are on machines of that role",
        WARN,
        ("nodes.metadata.labels",),
        "Correct tags and pools, or move the node.",
        _roles,
    ),
    _check(
        "ips",
        "MAAS knows the address of a node, and it is the preferred one",
        WARN,
        ("ip_addresses", "nodes.status.addresses"),
        "Name preferred_subnets, and give the kubelet its node-ip.",
        _ips,
    ),
    _check("lock", "Machines that carry nodes are locked", WARN, ("locked", "nodes"), "Lock them.", _lock),
    _check(
        "annotation",
        "MAAS notes the cluster that a node belongs to",
        PASS,
        ("workload_annotations", "nodes.metadata.annotations"),
        "Correct the annotation.",
        _annotation,
    ),
    _check(
        "maintenance",
        "Node and machine agree on whether they are out of service",
        WARN,
        ("status", "nodes.spec.unschedulable"),
        "Drain the node of a broken machine; uncordon the node of a good one.",
        _maintenance,
    ),
)
