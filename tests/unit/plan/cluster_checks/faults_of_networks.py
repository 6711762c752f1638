# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of networks."""

from __future__ import annotations

import typing as t

from tests.unit.plan.cluster_checks.builders import Objects, Tree, an_attachment, demands
from tests.unit.plan.cluster_checks.faults import ABSENT, NADS, Fault, drop, empty, put


def config(text: str) -> t.Callable[[Objects], None]:
    """Give the network on VLAN 20 another configuration."""
    return put(NADS, "vlan20", "spec.config", text)


def plugin(**values: t.Any) -> t.Callable[[Objects], None]:
    """Give the network on VLAN 20 another plug-in."""
    return config(an_attachment("", "", **values)["spec"]["config"])


VLAN20 = frozenset({("net.vlans", "VLAN 20")})
WAITING: Tree = {"loadBalancer": {}}
ALL = [
    Fault("net.multus", "fail", "cluster", drop("daemonsets", "kube-multus-ds"), says="nothing attaches"),
    Fault("net.multus", "fail", "cluster", gaps={NADS: ABSENT}, says="knows no"),
    Fault(
        "net.multus", "warn", "kube-system/kube-multus-ds", put("daemonsets", "kube-multus-ds", "status.numberReady", 1)
    ),
    Fault(
        "net.attachments",
        "fail",
        "shop/vlan40",
        wanted=demands(attachments=("shop/vlan20", "default/vlan30", "shop/vlan40")),
    ),
    Fault("net.config", "fail", "shop/vlan20", config("{"), also=VLAN20, says="that is no JSON"),
    Fault("net.config", "fail", "shop/vlan20", config('{"name": "x"}'), also=VLAN20, says="no type"),
    Fault("net.config", "fail", "shop/vlan20", plugin(type="bridge", bridge="br0", vlan="20"), also=VLAN20),
    Fault("net.config", "fail", "shop/vlan20", plugin(type="bridge", bridge="br0", vlan=4095), also=VLAN20),
    Fault(
        "net.config",
        "warn",
        "shop/vlan20",
        plugin(type="bridge", bridge="br0", vlan=20, ipam={"type": "host-local"}),
        says="two VMs",
    ),
    Fault("net.bridge", "warn", "shop/vlan20", plugin(type="bridge", bridge="br7", vlan=20), also=VLAN20, says="br7"),
    Fault("net.bridge", "warn", "shop/vlan20", plugin(type="bridge", vlan=20), also=VLAN20, says="cni0"),
    Fault(
        "net.bridge",
        "fail",
        "br0",
        put("nodenetworkstates", "w-2", "status.currentState", {"interfaces": [{"name": "br0", "type": "bond"}]}),
        says="missing on w-2",
    ),
    Fault(
        "net.bridge",
        "fail",
        "br0",
        put("nodes", "w-1", "status.allocatable.bridge,network,kubevirt,io/br0", "1k"),
        gaps={"nodenetworkstates": ABSENT},
        says="missing on w-2, w-3",
    ),
    Fault("net.vlans", "fail", "VLAN 31", wanted=demands(vlans=(20, 31))),
    Fault(
        "net.vlans",
        "fail",
        "default/vlan30",
        put(
            "daemonsets",
            "vlan-filtering",
            "spec.template.spec.containers",
            [{"image": "x", "env": [{"name": "allowedVlans", "value": "1,20"}]}],
        ),
        says="VLAN 30",
    ),
    Fault("net.load_balancer", "fail", "shop/web", put("services", "web", "status", WAITING)),
    Fault(
        "net.load_balancer",
        "fail",
        "shop/web",
        put("services", "web", "status", WAITING),
        gaps={"ipaddresspools": ABSENT},
        says="no MetalLB",
    ),
    Fault(
        "net.load_balancer",
        "warn",
        "cluster",
        put("ipaddresspools", "lan", "spec.addresses", ["192.0.2.10/32"]),
        says="no address left",
    ),
    Fault("net.load_balancer", "warn", "cluster", empty("ipaddresspools"), says="no pool"),
    Fault("net.load_balancer", "warn", "cluster", empty("services"), gaps={"ipaddresspools": ABSENT}),
]
