# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_machine``: any layout that a task may name is reached from any other, as foreseen; nothing else is lost."""

from __future__ import annotations

import typing as t

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.sim.maas import Simulator
from tests.unit.modules.machines import BOND, Tree, as_foreseen, network, task, unchanged

CARDS = ("enp1s0f1", "enp65s0f1")
ALL_CARDS = ("enp1s0f0", "enp65s0f0", *CARDS)
LINKS = [[], [{"mode": "auto", "subnet": "vm-20"}], [{"mode": "static", "subnet": "vm-20"}], [{"mode": "dhcp"}]]


@st.composite
def layouts(draw: st.DrawFn) -> list[Tree]:
    """A bond or not, a bridge on it or on a card, VLANs on any of these, links; some of it absent."""
    items: list[Tree] = []
    base = "enp1s0f1"
    if draw(st.booleans()):
        members = draw(st.sampled_from([["enp1s0f1"], list(CARDS)]))
        items.append({"name": "bond_data", "parents": members, "bond": {**BOND, "miimon": draw(st.integers(50, 60))}})
        base = "bond_data"
    if draw(st.booleans()):
        bridge = {"stp": draw(st.booleans())}
        items.append({"name": "br0", "type": "bridge", "parents": [base], "bridge": bridge})
        base = draw(st.sampled_from([base, "br0"]))
    for name in draw(st.sets(st.sampled_from(["vm20", "vm30"]))):
        vid = int(name[2:])
        vlan: Tree = {"name": name, "type": "vlan", "parents": [base], "vid": vid}
        if vid == 20 and draw(st.booleans()):
            vlan["links"] = draw(st.sampled_from(LINKS))
        items.append(vlan)
    named = {item["name"] for item in items}
    others = [name for name in ("bond_data", "br0", "vm20", "vm30") if name not in named]
    items += [{"name": name, "state": "absent"} for name in others if draw(st.booleans())]
    return draw(st.permutations(items))


def shown(region: Simulator) -> dict[str, Tree]:
    return {name: each for name, each in network(region, "worker-01").items() if name not in ("enp1s0f0", "enp65s0f0")}


@given(first=layouts(), second=layouts())
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_any_layout_is_reached_from_any_other(first: list[Tree], second: list[Tree]) -> None:
    with Simulator("3.7", machines=1, stage="commissioned") as region:
        for layout in (first, second):
            before = shown(region)
            if task(region, name="worker-01", check=True, interfaces=layout).get("failed"):
                refused = task(region, name="worker-01", interfaces=layout)
                assert refused["error"]["code"] == "invalid_option", refused["msg"]
                assert not region.writes
                assert shown(region) == before
                continue
            as_foreseen(region, name="worker-01", interfaces=layout)
            assert unchanged(region, name="worker-01", interfaces=layout) == (3 if layout else 1)
            _check(shown(region), layout, before)


def _check(found: dict[str, Tree], layout: list[Tree], before: dict[str, Tree]) -> None:
    named = {item["name"] for item in layout}
    for item in layout:
        if item.get("state") == "absent":
            assert item["name"] not in found
            continue
        is_now = found[item["name"]]
        assert is_now["parents"] == sorted(item["parents"])
        for part in ("bond", "bridge"):
            for word, value in item.get(part, {}).items():
                assert is_now["params"][f"{part}_{word}"] == value
        if "links" in item:
            assert [mode for mode, _subnet in is_now["links"] if mode != "link_up"] == [
                link["mode"] for link in item["links"]
            ]
    for name in before.keys() - named - set(ALL_CARDS):
        # what the task does not name is as it was, even if it had to be made anew
        assert found[name] == before[name], name


def test_members_of_a_bond_lose_links_and_nothing_else() -> None:
    with Simulator("3.7", machines=1, stage="commissioned") as region:
        before: t.Any = network(region, "worker-01")
        bond = {"name": "bond_data", "parents": list(CARDS), "bond": BOND}
        as_foreseen(region, name="worker-01", interfaces=[bond])
        after = network(region, "worker-01")
        for name in ("enp1s0f0", "enp65s0f0"):
            assert after[name] == before[name]


def test_card_gets_the_name_that_goes_with_its_address() -> None:
    with Simulator("3.7", machines=1, stage="commissioned") as region:
        mac = region.machine("worker-01").interfaces[1].mac_address
        layout = [
            {"name": "data0", "mac_address": mac.upper()},
            {"name": "br0", "type": "bridge", "parents": ["data0"]},
        ]
        result = as_foreseen(region, name="worker-01", interfaces=layout)
        assert result["machines"][0]["actions"][0] == {"verb": "update", "kind": "interface", "name": "enp1s0f1"}
        assert unchanged(region, name="worker-01", interfaces=layout) == 3


def test_network_card_is_moved_before_a_bond_takes_it_in() -> None:
    with Simulator("3.7", machines=1, stage="commissioned") as region:
        bond = {"name": "bond0", "parents": ["enp1s0f0", "enp1s0f1"], "bond": BOND, "vid": 0, "fabric": "data"}
        result = as_foreseen(region, name="worker-01", interfaces=[bond])
        assert [f"{a['verb']} {a['name']}" for a in result["machines"][0]["actions"]] == [
            "update enp1s0f0",
            "create_bond bond0",
        ]


def test_what_stands_on_something_made_anew_keeps_its_links() -> None:
    with Simulator("3.7", machines=1, stage="commissioned") as region:
        first = [
            {"name": "br0", "type": "bridge", "parents": ["enp1s0f1"]},
            {"name": "vm20", "type": "vlan", "parents": ["br0"], "vid": 20,
             "links": [{"mode": "static", "subnet": "vm-20", "address": "10.22.0.77"}]},
        ]  # fmt: skip
        task(region, name="worker-01", interfaces=first)
        second = [
            {"name": "bond_data", "parents": list(CARDS), "bond": BOND},
            {"name": "br0", "parents": ["bond_data"]},
        ]
        result = as_foreseen(region, name="worker-01", interfaces=second)
        assert not result.get("failed"), result
        machine = region.machine("worker-01")
        (link,) = t.cast("t.Any", machine.interface("vm20")).links
        assert (link.mode, link.ip_address) == ("static", "10.22.0.77")
        assert unchanged(region, name="worker-01", interfaces=second) == 3


def test_default_gateway_follows_its_interface() -> None:
    with Simulator("3.7", machines=1) as region:
        options: Tree = {"name": "worker-01", "default_gateway": {"interface": "bond_mgmt"}}
        # the only gateway that there is
        assert unchanged(region, **options) == 3
        links = [{"mode": "static", "subnet": "pxe", "address": "10.20.1.7"}]
        with_links = {**options, "interfaces": [{"name": "bond_mgmt", "links": links}]}
        result = as_foreseen(region, **with_links)
        assert [action["verb"] for action in result["machines"][0]["actions"]] == [
            "unlink_subnet",
            "link_subnet",
            "set_default_gateway",
        ]
        assert unchanged(region, **with_links) == 3
