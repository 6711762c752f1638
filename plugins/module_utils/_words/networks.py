# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks: one option for what the API spreads over networks and interfaces. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.tree import (
    DELETE,
    DIRECTIVE,
    dig,
    named,
    plant,
    take_list,
)
from ansible_collections.vmo.core.plugins.module_utils._words.fields import (
    PRESENCE,
    Items,
    Tree,
    Word,
    describe,
    render,
)

BINDINGS = ("masquerade", "bridge", "sriov")
# bindings that can leave a running VM
_UNPLUGGABLE = frozenset({"bridge", "sriov"})
_NETWORK_WORDS = (
    Word("pod.cidr", "pod.vmNetworkCIDR"),
    Word("multus", "multus.networkName"),
    Word("default", "multus.default"),
)
_INTERFACE_WORDS = (
    *(Word(f"binding.{binding}", binding, PRESENCE) for binding in BINDINGS),
    Word("plugin", "binding.name"),
    Word("model", "model"),
    Word("mac", "macAddress"),
    Word("boot_order", "bootOrder"),
    Word("link_state", "state"),
    Word("pci_address", "pciAddress"),
    Word("ports", "ports", Items({"port": "port", "protocol": "protocol", "name": "name"}, keys=2)),
)


class NetworkWish(t.NamedTuple):
    """What one item of ``networks`` asks for, in the API's lists."""

    network: Tree | None
    interface: Tree


def check(network: t.Mapping[str, t.Any]) -> None:
    """Refuse what no cluster could accept."""
    name = network["name"]
    if network.get("pod") is not None and network.get("multus") is not None:
        raise InvalidOption(f"networks: {name} names pod and multus; a network has one of them.", option="networks")
    if network.get("binding") is not None and network.get("plugin") is not None:
        raise InvalidOption(f"networks: {name} names binding and plugin; an interface has one.", option="networks")
    if network.get("binding") == "masquerade" and network.get("multus") is not None:
        raise InvalidOption(f"networks: {name} is a multus network; masquerade works on pod only.", option="networks")


def render_network(network: t.Mapping[str, t.Any], vm: str, found: Tree, *, running: bool) -> NetworkWish:
    """Return the wish for one item of ``networks`` of the VM called ``vm``, whose object is ``found``."""
    name = network["name"]
    there = named(dig(found, "spec.template.spec.domain.devices.interfaces"), name)
    if network.get("state") == "absent":
        if running and there is not None and not _UNPLUGGABLE.isdisjoint(there):
            # KubeVirt unplugs it from the guest and then removes both entries
            return NetworkWish(None, {"name": name, "state": "absent"})
        gone = {"name": name, DIRECTIVE: DELETE}
        return NetworkWish(gone, dict(gone))
    if there is None and network.get("pod") is None and network.get("multus") is None:
        raise InvalidOption(f"networks: {name} is new on {vm}, so it needs pod or multus.", option="networks")
    wish: Tree = {"name": name}
    if network.get("pod") is not None:
        wish["pod"] = {}
    render(_NETWORK_WORDS, network, wish)
    interface: Tree = {"name": name}
    binding = network.get("binding")
    render(_INTERFACE_WORDS, {**network, "binding": {binding: True} if binding else {}}, interface)
    return NetworkWish(wish, interface)


def describe_networks(rest: Tree) -> list[Tree]:
    """Move the interfaces of the object ``rest`` to the words of ``networks``; what these cannot say stays."""
    interfaces = take_list(rest, "spec.template.spec.domain.devices.interfaces")
    networks = {network["name"]: network for network in take_list(rest, "spec.template.spec.networks")}
    words, unsaid = [], []
    for interface in interfaces:
        said: Tree = {"name": interface["name"]}
        network = networks.get(said["name"], {})
        if network.get("pod") == {}:
            said["pod"] = network.pop("pod")
        describe(_NETWORK_WORDS, network, said)
        if interface.get("state") == "absent":
            said["state"] = interface.pop("state")
        describe(_INTERFACE_WORDS, interface, said)
        if "binding" in said:
            said["binding"] = next(iter(said["binding"]))
        if len(network) == 1:
            del networks[said["name"]]
        if len(interface) > 1:
            unsaid.append(interface)
        words.append(said)
    if unsaid:
        plant(rest, "spec.template.spec.domain.devices.interfaces", unsaid)
    if networks:
        plant(rest, "spec.template.spec.networks", list(networks.values()))
    return words
