# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of a lab. They are the same in every lab, since each has a network namespace of its own."""

from __future__ import annotations

import subprocess

from tests.cluster.nodes.addresses import BRIDGE, GATEWAY, NODES, PREFIX_LENGTH, handler_address, node_address

API_ADDRESS = GATEWAY
API_PORT = 26443
API_URL = f"https://{API_ADDRESS}:{API_PORT}"
SERVICES = "10.0.0.0/24"
KUBERNETES_SERVICE = "10.0.0.1"


def commands() -> list[list[str]]:
    """Return what makes the network: a bridge without an uplink, with the addresses of nodes and virt-handlers."""
    addresses = [f"{API_ADDRESS}/{PREFIX_LENGTH}"]
    addresses += [f"{address_of(node)}/32" for node in NODES for address_of in (node_address, handler_address)]
    return [
        ["ip", "link", "set", "lo", "up"],
        # Names of network namespaces live in /run/netns, which belongs to the machine.
        ["mount", "-t", "tmpfs", "none", "/run"],
        ["ip", "link", "add", BRIDGE, "type", "bridge"],
        *(["ip", "address", "add", address, "dev", BRIDGE] for address in addresses),
        ["ip", "link", "set", BRIDGE, "up"],
    ]


def make() -> None:
    """Make it, in the namespaces of this process. Raises CalledProcessError."""
    for command in commands():
        subprocess.run(command, check=True)
