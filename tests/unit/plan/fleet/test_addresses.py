# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that are counted on: inside the network, none passed over in silence."""

from __future__ import annotations

import ipaddress
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.addresses import assign, with_address

Tree = dict[str, t.Any]


def given_to(settings: Tree, own: t.Sequence[str | None]) -> list[str]:
    return [str(address) for address in assign(settings, own)]


@pytest.mark.parametrize(
    ("settings", "own", "found"),
    [
        ({"first": "192.0.2.10/24"}, [None] * 3, ["192.0.2.10/24", "192.0.2.11/24", "192.0.2.12/24"]),
        ({"first": "192.0.2.254/23"}, [None] * 3, ["192.0.2.254/23", "192.0.2.255/23", "192.0.3.0/23"]),
        ({"first": "2001:db8::ffff/64"}, [None] * 2, ["2001:db8::ffff/64", "2001:db8::1:0/64"]),
        ({"first": "192.0.2.4/31"}, [None] * 2, ["192.0.2.4/31", "192.0.2.5/31"]),
        (
            {"first": "192.0.2.1/24"},
            [None, "192.0.2.77", None],
            ["192.0.2.1/24", "192.0.2.77/24", "192.0.2.2/24"],
        ),
        (
            {"first": "192.0.2.1/24", "exclude": ["192.0.2.1", "192.0.2.3"]},
            [None, None],
            ["192.0.2.2/24", "192.0.2.4/24"],
        ),
        ({"first": "192.0.2.1/24"}, ["198.51.100.4/25", None], ["198.51.100.4/25", "192.0.2.1/24"]),
        ({}, ["192.0.2.9/24", None], ["192.0.2.9/24", "None"]),
        ({"first": "192.0.2.1/24"}, [], []),
    ],
)
def test_each_vm_gets_the_next(settings: Tree, own: list[str | None], found: list[str]) -> None:
    assert given_to(settings, own) == found


@pytest.mark.parametrize(
    ("settings", "own", "option", "words"),
    [
        ({"first": "192.0.2.253/24"}, [None] * 3, "addresses", "192.0.2.255 of 192.0.2.0/24 is the broadcast address"),
        ({"first": "192.0.2.253/24"}, [None] * 5, "addresses", "and 3 more would be needed"),
        ({"first": "192.0.2.0/24"}, [None], "addresses", "stands for the network itself"),
        (
            {"first": "192.0.2.4/31"},
            [None] * 3,
            "addresses",
            "192.0.2.4/31 ends before all VMs have an address; 1 more",
        ),
        ({"first": "2001:db8::fffe/112"}, [None] * 3, "addresses", "2001:db8::/112 ends"),
        ({"first": "255.255.255.255/32"}, [None] * 2, "addresses", "255.255.255.255/32 ends"),
        ({"first": "192.0.2.10"}, [None], "addresses", "no prefix length"),
        ({"first": "192.0.2.300/24"}, [None], "addresses", "'192.0.2.300/24' is no IP address"),
        ({"first": "192.0.2.1/24", "exclude": ["x"]}, [None], "addresses", "'x' is no IP address"),
        ({"first": "192.0.2.1/24", "gateway": "192.0.2.2"}, [None] * 2, "addresses", "192.0.2.2, which is the gateway"),
        ({}, ["192.0.2.9"], "address", "192.0.2.9 has no prefix length"),
        ({}, ["web"], "address", "'web' is no IP address"),
        ({"first": "192.0.2.1/24"}, ["198.51.100.4"], "address", "is not in 192.0.2.0/24"),
    ],
)
def test_what_cannot_be_is_named(settings: Tree, own: list[str | None], option: str, words: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        assign(settings, own)
    assert words in caught.value.message
    assert caught.value.details == {"option": option}


def test_the_gateway_may_be_excluded() -> None:
    settings = {"first": "192.0.2.1/24", "gateway": "192.0.2.1", "exclude": ["192.0.2.1"]}
    assert given_to(settings, [None]) == ["192.0.2.2/24"]


@given(
    start=st.integers(min_value=1, max_value=254),
    count=st.integers(min_value=0, max_value=300),
    exclude=st.sets(st.integers(min_value=0, max_value=255)),
)
def test_all_are_different_in_order_and_inside_or_the_task_is_refused(
    start: int, count: int, exclude: set[int]
) -> None:
    settings = {"first": f"192.0.2.{start}/24", "exclude": [f"192.0.2.{number}" for number in exclude]}
    room = [number for number in range(start, 255) if number not in exclude]
    if count > len(room):
        with pytest.raises(InvalidOption):
            assign(settings, [None] * count)
        return
    found = [int(address.ip) & 255 for address in assign(settings, [None] * count) if address]
    assert found == room[:count]


def test_a_route_of_ipv6_is_named_as_netplan_reads_it() -> None:
    address = ipaddress.ip_interface("2001:db8::5/64")
    options = with_address({}, address, {"gateway": "2001:db8::1", "interface": "eth0"})
    assert options == {
        "cloud_init": {
            "network_data": {
                "version": 2,
                "ethernets": {
                    "eth0": {
                        "addresses": ["2001:db8::5/64"],
                        "routes": [{"to": "::/0", "via": "2001:db8::1"}],
                    }
                },
            }
        }
    }
