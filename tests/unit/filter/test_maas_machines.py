# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_machines``: what is said of one machine goes before what is said of its group."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.filter.maas_machines import FilterModule, maas_machines

SETTINGS: dict[str, t.Any] = {
    "zone": "a",
    "tags": ["worker"],
    "storage": {"layout": "lvm", "vg_name": "vg"},
    "interfaces": [{"name": "br0", "type": "bridge", "mtu": 9000}, {"name": "bond0", "mtu": 9000}],
}


def test_a_name_alone_gets_the_settings() -> None:
    assert maas_machines(["w1", {"name": "w2"}], SETTINGS) == [{**SETTINGS, "name": name} for name in ("w1", "w2")]
    assert maas_machines(["w1"]) == [{"name": "w1"}]
    assert FilterModule().filters() == {"maas_machines": maas_machines}


def test_its_own_words_go_before() -> None:
    links = [{"mode": "dhcp"}]
    own = {
        "name": "w1",
        "zone": "b",
        "tags": [],
        "storage": {"vg_name": "data"},
        "interfaces": [{"name": "br0", "links": links}, {"name": "eth9"}],
    }
    (machine,) = maas_machines([own], SETTINGS)
    assert machine == {
        "name": "w1",
        "zone": "b",
        "tags": [],
        "storage": {"layout": "lvm", "vg_name": "data"},
        "interfaces": [
            {"name": "br0", "type": "bridge", "mtu": 9000, "links": links},
            {"name": "bond0", "mtu": 9000},
            {"name": "eth9"},
        ],
    }
    assert "links" not in SETTINGS["interfaces"][0]


@pytest.mark.parametrize(
    ("machines", "settings", "text"),
    [
        ("w1", {}, "a list of machines is needed, not 'w1'"),
        ([7], {}, "7 is neither a name nor a mapping with a name"),
        ([{"zone": "a"}], {}, "is neither a name nor a mapping with a name"),
        (["w1"], ["zone"], "must be a mapping"),
    ],
)
def test_what_is_no_machine_is_refused(machines: t.Any, settings: t.Any, text: str) -> None:
    with pytest.raises(AnsibleFilterError, match=text):
        maas_machines(machines, settings)
