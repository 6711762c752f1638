# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which steps bring the interfaces of a machine to what a task names, and in what order."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model import machine as m
from ansible_collections.vmo.core.plugins.module_utils._model.interface import Interface
from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import Gateway, WantedInterface, WantedLink
from tests.unit.plan.machine.builders import VMS, a_bond, a_card, a_link, a_machine, a_vlan, above, planned, sent

MODE = {"bond_mode": "802.3ad"}
AUTO = WantedLink("auto", "net-1")
BOND = WantedInterface("bond0", "bond", parents=("eth0", "eth1"), params=MODE)
BRIDGE = WantedInterface("br0", "bridge", parents=("bond0",))
VLAN = WantedInterface("br0.20", "vlan", parents=("br0",), vid=20)


def steps(machine: m.Machine, *items: WantedInterface, **more: t.Any) -> list[str]:
    return sent(planned(machine, interfaces=items, **more))


def a_stack(*more: Interface) -> m.Machine:
    cards = (a_card("eth0", children=("bond0",)), a_card("eth1", children=("bond0",)))
    upper = (above("bridge", "br0", "bond0"), above("vlan", "br0.20", "br0", vlan=a_vlan(20, 20)))
    return a_machine(*cards, a_bond("bond0", ("eth0", "eth1"), a_link()), *upper, *more)


def test_layout_is_built_from_the_bottom_up_whatever_the_order_of_the_task() -> None:
    expected = ["create_bond bond0", "create_bridge br0", "create_vlan br0.20", "link_subnet br0.20"]
    linked = WantedInterface("br0.20", "vlan", parents=("br0",), vid=20, links=(WantedLink("auto", "net-2"),))
    assert steps(a_machine(), linked, BRIDGE, BOND) == expected
    assert steps(a_machine(), BOND, BRIDGE, linked) == expected


def test_what_is_there_is_left_alone() -> None:
    assert steps(a_stack(), BOND, BRIDGE, VLAN, gateway=None) == []
    cards = a_stack().layout.interfaces[:2]
    machine = a_machine(*cards, a_bond("bond0", ("eth0", "eth1"), a_link()))
    assert steps(machine, WantedInterface("bond0", params={"bond_miimon": 100}, links=(AUTO,))) == []


def test_parameters_are_compared_as_values() -> None:
    machine = a_machine(*a_stack().layout.interfaces[:2], a_bond())
    assert steps(machine, WantedInterface("bond0", params={"bond_miimon": "100"})) == []
    assert steps(machine, WantedInterface("bond0", params={"bond_miimon": 50})) == ["update bond0"]


def test_layout_is_taken_down_from_the_top() -> None:
    gone = [WantedInterface(name, absent=True) for name in ("bond0", "br0", "br0.20", "never.there")]
    assert steps(a_stack(), *gone) == ["delete br0.20", "delete br0", "delete bond0"]


def test_what_is_moved_is_made_anew_with_all_that_stands_on_it() -> None:
    moved = WantedInterface("br0", "bridge", parents=("eth2",))
    machine = a_stack(a_card("eth2"))
    static = a_link(7, "static", VMS, "198.51.100.9")
    vlan = above("vlan", "br0.20", "br0", static, vlan=a_vlan(20, 20))
    machine = a_machine(*[each for each in machine.layout.interfaces if each.name != "br0.20"], vlan)
    plan = planned(machine, interfaces=(moved,))
    assert sent(plan) == [
        "delete br0.20",
        "delete br0",
        "create_bridge br0",
        "create_vlan br0.20",
        "link_subnet br0.20",
    ]
    assert plan.steps[-1].form == {"mode": "STATIC", "subnet": 2, "ip_address": "198.51.100.9"}
    assert plan.steps[-2].form == {"name": "br0.20", "parent": ["br0"], "vlan": 20}


def test_member_that_is_not_named_leaves_the_bond() -> None:
    plan = planned(a_stack(), interfaces=(WantedInterface("bond0", parents=("eth0",)),))
    assert sent(plan) == ["update bond0"]
    assert plan.steps[0].form == {"parents": ["eth0"]}
    assert plan.before == {"interfaces": [{"name": "bond0", "parents": ["eth0", "eth1"]}]}
    assert plan.after == {"interfaces": [{"name": "bond0", "parents": ["eth0"]}]}


def test_wrong_links_go_before_right_ones_come() -> None:
    static = WantedInterface("eth0", links=(WantedLink("static", "net-1", "192.0.2.7"),))
    assert steps(a_machine(), static) == ["unlink_subnet eth0", "link_subnet eth0"]
    double = a_machine(a_card("eth0", a_link(1), a_link(2)), a_card("eth1"))
    assert steps(double, WantedInterface("eth0", links=(AUTO,))) == ["unlink_subnet eth0"]
    assert steps(a_machine(), WantedInterface("eth0", links=())) == ["unlink_subnet eth0"]


def test_any_address_serves_where_none_is_named() -> None:
    machine = a_machine(a_card("eth0", a_link(1, "static", address="192.0.2.9")), a_card("eth1"))
    assert steps(machine, WantedInterface("eth0", links=(WantedLink("static", "192.0.2.0/24"),))) == []


def test_card_of_another_vlan_is_moved_before_the_bond_takes_it() -> None:
    away = Interface("eth1", "physical", vlan=a_vlan(30, 30), mtu=1500)
    plan = planned(a_machine(a_card("eth0"), away), interfaces=(BOND,))
    assert sent(plan) == ["update eth1", "create_bond bond0"]
    assert plan.steps[0].form == {"vlan": 10}


def test_card_is_renamed_before_its_new_name_is_used() -> None:
    named = WantedInterface("lan0", mac="02:00:00:00:00:01")
    plan = planned(a_machine(), interfaces=(WantedInterface("br0", "bridge", parents=("lan0",)), named))
    assert sent(plan) == ["update eth1", "create_bridge br0"]
    assert plan.after["interfaces"][0]["name"] in ("lan0", "br0")


def test_gateway_is_set_last_and_only_if_it_is_another() -> None:
    assert steps(a_machine(gateway="192.0.2.1"), gateway=Gateway("eth0")) == []
    assert steps(a_machine(gateway="192.0.2.254"), gateway=Gateway("eth0")) == ["set_default_gateway eth0"]
    assert steps(a_machine(gateway="192.0.2.1", gateway_link=1), gateway=Gateway("eth0")) == []
    assert steps(a_machine(gateway="192.0.2.1", gateway_link=9), gateway=Gateway("eth0")) == [
        "set_default_gateway eth0"
    ]
    bond = WantedInterface("bond0", "bond", parents=("eth0", "eth1"), params=MODE, links=(AUTO,))
    moved = steps(a_machine(gateway="192.0.2.1"), bond, gateway=Gateway("bond0", "net-1"))
    assert moved == ["create_bond bond0", "link_subnet bond0", "set_default_gateway bond0"]


def test_cards_that_nobody_has_seen_are_taken_to_be_there() -> None:
    machine = a_machine(a_card("eth0", a_link()), status=m.NEW, cpu_count=None)
    plan = planned(machine, interfaces=(BOND, BRIDGE, VLAN), ready=True)
    assert sent(plan) == ["commission worker-01", "~create_bond bond0", "~create_bridge br0", "~create_vlan br0.20"]


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ((WantedInterface("bond0", absent=True),), "stands on bond0"),
        ((WantedInterface("eth0", absent=True),), "network card"),
        ((WantedInterface("eth0", "bridge", parents=("eth1",)),), "cannot become"),
        ((WantedInterface("eth9"),), "it has: eth0, eth1"),
        ((WantedInterface("br1", "bridge", parents=("bond0",)),), "at once"),
        ((WantedInterface("v", "vlan", parents=("eth0",), vid=20),), "while v stands on it"),
        ((WantedInterface("eth0", links=(AUTO,)),), "links of its own"),
        ((WantedInterface("b", "bond", parents=("eth0",)),), "bond_mode"),
        ((WantedInterface("v", "vlan", parents=("br0",)),), "say the vid"),
        ((WantedInterface("v", "vlan", parents=("br0", "bond0"), vid=20),), "exactly one parent"),
        ((WantedInterface("v", "vlan", vid=20),), "say the parents"),
        ((WantedInterface("v", "vlan", parents=("br9",), vid=20),), "no interface br9"),
        ((WantedInterface("v", "vlan", parents=("br0",), vid=99),), "no VLAN 99"),
        ((WantedInterface("v", "vlan", parents=("br0",), vid=20, links=(AUTO,)),), "on another one"),
        ((WantedInterface("br0", vid=30),), "what it stands on"),
        ((WantedInterface("br0", links=(WantedLink("auto", "nowhere"),)),), "no subnet nowhere"),
        ((WantedInterface("br0", links=(WantedLink("auto"),)),), "needs a subnet"),
        ((WantedInterface("eth0", mtu=1400), WantedInterface("eth0")), "named twice"),
        ((WantedInterface("a", "bridge", parents=("b",)), WantedInterface("b", "bridge", parents=("a",))), "circle"),
        ((WantedInterface("eth1", mac="02:00:00:00:00:00"),), "another interface"),
    ],
)
def test_layout_that_cannot_be_is_refused(items: tuple[WantedInterface, ...], said: str) -> None:
    with pytest.raises(InvalidOption, match=said) as failure:
        planned(a_stack(), interfaces=items)
    assert failure.value.details["option"] == "interfaces"
    assert failure.value.message.endswith(".")
