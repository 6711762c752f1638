# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of networks of VMs and of load balancers. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.attachment import Attachment
from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    CLUSTER,
    FAIL,
    NETWORK,
    Check,
    fail,
    good,
    skip,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import text, texts, tree, trees, whole
from ansible_collections.vmo.core.plugins.module_utils._model.network import address, network
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import name_of, place_of, unread
from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.pods import environment_of, images_of
from ansible_collections.vmo.core.plugins.module_utils._plan.verdicts.lines import several

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Finding
    from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree
    from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.ground import Ground

    Findings = t.Iterator[Finding]

MULTUS, FILTER = "multus", "vlan-filtering"
NADS = "network-attachment-definitions"
_MARKED = "bridge.network.kubevirt.io/"
_OF_NODE = "host-local"
LOAD_BALANCER = "LoadBalancer"


def attachments_of(ground: Ground) -> tuple[Attachment, ...]:
    """Return the definitions that matter: those of the task, else all that can be seen."""
    found = tuple(map(Attachment.of, ground.survey.of(NADS)))
    wanted = ground.demands.attachments
    return tuple(one for one in found if one.name in wanted) if wanted else found


def _wants_networks(ground: Ground) -> bool:
    demands = ground.demands
    return bool(demands.attachments or demands.bridge or demands.vlans)


def _multus(ground: Ground) -> Findings:
    gap = ground.survey.gaps.get(NADS)
    wanted = _wants_networks(ground)
    if gap and gap.is_absent:
        said = "The cluster knows no NetworkAttachmentDefinitions, so that VMs have the pod network alone."
        yield fail(said) if wanted else skip(said)
        return
    sets = [
        one
        for one in ground.survey.of("daemonsets")
        if MULTUS in name_of(one) or any(MULTUS in image for image in images_of(one))
    ]
    if not sets:
        if wanted or ground.survey.of(NADS):
            yield fail("No DaemonSet of Multus runs: nothing attaches VMs to their networks.")
        else:
            yield skip("Neither the task nor the cluster has further networks.")
    for one in sets:
        status = tree(one, "status")
        ready, desired = whole(status, "numberReady") or 0, whole(status, "desiredNumberScheduled") or 0
        if ready < desired:
            yield warn(f"has {ready} of {desired} pods ready.", subject=place_of(one), ready=ready, desired=desired)


def _attachments(ground: Ground) -> Findings:
    known = {place_of(one) for one in ground.survey.of(NADS)}
    if not ground.demands.attachments:
        yield skip("The task names none.")
    for name in ground.demands.attachments:
        if name not in known:
            others = f"; there are {several(sorted(known))}" if known else ""
            yield fail(f"is no NetworkAttachmentDefinition{others}.", subject=name)


def _config(ground: Ground) -> Findings:
    found = attachments_of(ground)
    if not found:
        yield skip("There are none.")
    for one in found:
        if one.fault:
            yield fail(f"has a configuration that {one.fault}.", subject=one.name)
        elif one.addresses == _OF_NODE:
            said = "hands out addresses with host-local, on each node by itself: two VMs can get the same one."
            yield warn(said, subject=one.name)


def _bridge(ground: Ground) -> Findings:
    wanted = ground.demands.bridge
    on_bridges = [one for one in attachments_of(ground) if one.bridge]
    for one in on_bridges:
        if wanted and one.bridge != wanted:
            yield warn(f"is on the bridge {one.bridge}, not on {wanted}.", subject=one.name, bridge=one.bridge)
    names = [wanted] if wanted else sorted({one.bridge for one in on_bridges if one.bridge})
    bridges = _bridges_of_nodes(ground)
    if not names:
        yield skip("None is on a bridge.")
    elif not bridges:
        yield skip(f"The cluster does not tell which nodes have {several(names)}; maas_cluster_check does (n.bridge).")
    for name in names:
        without = [node for node, found in bridges.items() if name not in found]
        if without:
            yield fail(f"is missing on {several(without)}.", subject=name, nodes=without)


def _bridges_of_nodes(ground: Ground) -> dict[str, frozenset[str]]:
    """Return the bridges of each node that takes VMs, by what nmstate or the bridge marker says; else nothing."""
    hosts = {node.name: node for node in ground.hosts}
    states = {name_of(one): one for one in ground.survey.of("nodenetworkstates")}
    told = {
        name: frozenset(
            str(item.get("name"))
            for item in trees(dig(dict(states[name]), "status.currentState.interfaces"))
            if item.get("type") == "linux-bridge"
        )
        for name in hosts
        if name in states
    }
    marked = {
        name: frozenset(key[len(_MARKED) :] for key in node.allocatable if key.startswith(_MARKED))
        for name, node in hosts.items()
    }
    return told or (marked if any(marked.values()) else {})


def _vlans(ground: Ground) -> Findings:
    tagged = [one for one in attachments_of(ground) if one.bridge and one.vlan]
    offered = {one.vlan for one in tagged if ground.demands.bridge in (None, one.bridge)}
    if not (tagged or ground.demands.vlans):
        yield skip("Nothing has to do with a VLAN.")
    for vlan in ground.demands.vlans:
        if vlan not in offered:
            yield fail("has no NetworkAttachmentDefinition.", subject=f"VLAN {vlan}", vlan=vlan)
    for one in ground.survey.of("daemonsets"):
        if FILTER not in name_of(one) and not any(FILTER in image for image in images_of(one)):
            continue
        said = environment_of(one)
        allowed, bridge = ranges(said.get("allowedvlans", "")), said.get("bridgeif", "br0")
        for found in tagged:
            if (
                allowed
                and found.bridge == bridge
                and not any(low <= (found.vlan or 0) <= high for low, high in allowed)
            ):
                told = f"has the VLAN {found.vlan}, which the VLAN filter of {bridge} does not let through."
                yield fail(told, subject=found.name, vlan=found.vlan, allowed=said["allowedvlans"])


def ranges(said: str) -> list[tuple[int, int]]:
    """Return numbers and ranges such as ``10,20,25-100``; empty where that is not what is said."""
    found = []
    for part in said.replace(" ", "").split(","):
        low, dash, high = part.partition("-")
        if not low.isdigit() or (dash and not high.isdigit()):
            return []
        found.append((int(low), int(high or low)))
    return found


def _load_balancer(ground: Ground) -> Findings:
    services = [one for one in ground.survey.of("services") if tree(one, "spec").get("type") == LOAD_BALANCER]
    waiting = [one for one in services if not _addresses(one)]
    pools = ground.survey.of("ipaddresspools")
    free = sum(_size(pool) for pool in pools) - len({ip for one in services for ip in _addresses(one)})
    has_metallb = ground.survey.has("ipaddresspools")
    gap = ground.survey.gaps.get("ipaddresspools")
    why = "" if gap and not gap.is_absent else _why(free, has_metallb)
    for one in waiting:
        yield fail(f"waits for an address of a load balancer{why}.", subject=place_of(one))
    if waiting:
        return
    if not services and not ground.demands.load_balancer:
        yield skip("No service wants an address of a load balancer.")
    elif has_metallb and free <= 0:
        said = "The pools of MetalLB have no address left" if pools else "MetalLB has no pool of addresses"
        yield warn(f"{said}: the next service waits for ever.", pools=[name_of(pool) for pool in pools])
    elif not services and gap and not gap.is_absent:
        yield unread(gap, f"No service has got an address yet: {gap.reason}")
    elif not services and not has_metallb:
        yield warn(
            "No service has got an address yet, and there is no MetalLB; whether something gives them shows then."
        )
    else:
        yield good(f"All {len(services)} services of the type LoadBalancer have addresses.", free=free)


def _why(free: int, has_metallb: bool) -> str:
    if not has_metallb:
        return ", and there is no MetalLB to give one"
    return "" if free > 0 else ", and the pools of MetalLB have none left"


def _addresses(service: Tree) -> list[str]:
    found = trees(dig(dict(service), "status.loadBalancer.ingress"))
    return [address for item in found for address in (text(item, "ip") or text(item, "hostname"),) if address]


def _size(pool: Tree) -> int:
    return sum(_addresses_in(part) for part in texts(tree(pool, "spec").get("addresses")))


def _addresses_in(said: str) -> int:
    """Return how many addresses a CIDR or a range ``first-last`` has."""
    cidr = network(said.strip())
    if cidr is not None:
        return cidr.num_addresses
    first, _dash, last = said.partition("-")
    low, high = address(first.strip()), address(last.strip())
    return max(0, int(high) - int(low) + 1) if low is not None and high is not None else 0


CHECKS = (
    Check(
        "net.multus",
        CLUSTER,
        "Multus runs, where VMs have networks beside that of pods",
        FAIL,
        ("daemonsets.status", f"({NADS})"),
        "Install Multus, or look at its pods.",
        _multus,
    ),
    Check(
        "net.attachments",
        NETWORK,
        "The NetworkAttachmentDefinitions that are asked for are there",
        FAIL,
        (NADS,),
        "Make the NetworkAttachmentDefinition in that namespace.",
        _attachments,
    ),
    Check(
        "net.config",
        NETWORK,
        "The configurations of NetworkAttachmentDefinitions make sense",
        FAIL,
        (f"{NADS}.spec.config",),
        "Correct its JSON: a type, a bridge, a VLAN from 0 to 4094; leave addresses to DHCP or whereabouts.",
        _config,
    ),
    Check(
        "net.bridge",
        NETWORK,
        "NetworkAttachmentDefinitions are on the bridge of the nodes",
        FAIL,
        (f"{NADS}.spec.config", "nodes.status.allocatable", "(nodenetworkstates)"),
        "Name that bridge in the definition, or make it on each node.",
        _bridge,
    ),
    Check(
        "net.vlans",
        NETWORK,
        "VLANs have NetworkAttachmentDefinitions, and the VLAN filter of VMO lets them through",
        FAIL,
        (f"{NADS}.spec.config", "daemonsets.spec"),
        "Make the definition, or add the VLAN to vlanFiltering.env.allowedVlans of the pack.",
        _vlans,
    ),
    Check(
        "net.load_balancer",
        CLUSTER,
        "Services that want an address of a load balancer get one",
        FAIL,
        ("services", "(ipaddresspools)"),
        "Install MetalLB or the like, and give it a pool with free addresses.",
        _load_balancer,
    ),
)
