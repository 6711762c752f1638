# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses pods get."""

from __future__ import annotations

import pytest

from tests.cluster.nodes.addresses import PodAddresses, handler_address, is_process_address, node_address, pod_network
from tests.unit.cluster.nodes.builders import a_pod


def test_each_kind_of_pod_has_its_part_of_the_network() -> None:
    addresses = PodAddresses()

    assert addresses.allocate(a_pod(image="virt-api"), process=True) == "10.99.0.10"
    assert addresses.allocate(a_pod(image="cdi-importer"), process=False) == "10.99.3.10"
    assert addresses.allocate(a_pod(node="kv-node3"), process=False) == "10.99.18.10"
    assert addresses.allocate(a_pod(image="virt-handler", node="kv-node2"), process=False) == handler_address(
        "kv-node2"
    )


def test_addresses_are_given_once_and_again_after_release() -> None:
    addresses, pod = PodAddresses(), a_pod()
    first = addresses.allocate(pod, process=False)

    assert addresses.allocate(a_pod(metadata={"uid": "other"}), process=False) != first
    addresses.release(first, a_pod(metadata={"uid": "other"}))
    assert not addresses.claim(first, a_pod(metadata={"uid": "third"}))
    addresses.release(first, pod)
    assert addresses.claim(first, a_pod(metadata={"uid": "third"}))


def test_a_node_can_have_more_pods_than_its_network() -> None:
    addresses = PodAddresses()
    found = {addresses.allocate(a_pod(metadata={"uid": str(number)}), process=False) for number in range(500)}

    assert len(found) == 500


def test_nodes_have_fixed_addresses() -> None:
    assert node_address("kv-node1") == "10.99.1.1"
    assert pod_network("kv-node3") == "10.99.18.0/24"
    assert is_process_address("10.99.0.12")
    with pytest.raises(ValueError, match="not in tuple"):
        node_address("elsewhere")
