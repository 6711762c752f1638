# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's network: 10.99.0.0/16 on one bridge, and who has which part of it."""

from __future__ import annotations

import itertools
import typing as t

from tests.cluster.nodes.objects import Object, images, uid

BRIDGE = "kvbr0"
PREFIX_LENGTH = 16
GATEWAY = "10.99.0.1"
NODES = ("kv-node1", "kv-node2", "kv-node3")
CONTROL_PLANE = NODES[0]
WORKERS = "10.99.3.0/24"
"""Of CDI's worker pods; the guests' simulator answers there."""

WORKER_IMAGES = {"cdi-importer", "cdi-cloner", "cdi-uploadserver"}
_PROCESSES, _WORKERS, _FIRST_NODE = 0, 3, 16
_OVERFLOW = range(32, 250)
_HOSTS = range(10, 250)


def node_address(node: str) -> str:
    """Return the address of a node. Raises ValueError for one that the lab does not have."""
    return f"10.99.1.{NODES.index(node) + 1}"


def handler_address(node: str) -> str:
    """Return the address of virt-handler's pod on a node; the guests' simulator serves it."""
    return f"10.99.2.{NODES.index(node) + 1}"


def pod_network(node: str) -> str:
    """Return spec.podCIDR of a node."""
    return f"10.99.{_FIRST_NODE + NODES.index(node)}.0/24"


class PodAddresses:
    """Which pod has which address."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def claim(self, address: str, pod: Object) -> bool:
        """Take the address that a pod had before; False where another one has it."""
        return self._owners.setdefault(address, uid(pod)) == uid(pod)

    def allocate(self, pod: Object, *, process: bool) -> str:
        """Return a free address: pods that run as processes, CDI's workers and each node have a part of their own."""
        node = pod["spec"]["nodeName"]
        if "virt-handler" in images(pod):
            return handler_address(node)
        if process:
            third = _PROCESSES
        elif images(pod) & WORKER_IMAGES:
            third = _WORKERS
        else:
            third = _FIRST_NODE + NODES.index(node)
        address = next(found for found in _candidates(third) if found not in self._owners)
        self._owners[address] = uid(pod)
        return address

    def release(self, address: str, pod: Object) -> None:
        """Give an address back; no effect where it is another pod's."""
        if self._owners.get(address) == uid(pod):
            del self._owners[address]


def is_process_address(address: str) -> bool:
    return address.startswith(f"10.99.{_PROCESSES}.")


def _candidates(third: int) -> t.Iterator[str]:
    for part, host in itertools.product((third, *_OVERFLOW), _HOSTS):
        yield f"10.99.{part}.{host}"
