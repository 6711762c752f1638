# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``picked``: what an item says goes before the defaults, and these before the catalogue."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmo.core.plugins.filter.picked import FilterModule, picked

ROOT: dict[str, t.Any] = {"name": "root", "clone": {"name": "image"}, "size": "20Gi"}
CATALOGUE: list[dict[str, t.Any]] = [
    {"name": "debian", "memory": "2Gi", "cpu": {"cores": 2}, "disks": [ROOT]},
    {"name": "fedora", "memory": "2Gi"},
]


def test_a_name_is_that_of_the_catalogue() -> None:
    assert picked(["debian", "fedora"], CATALOGUE) == CATALOGUE
    assert picked([]) == []
    assert FilterModule().filters() == {"picked": picked}


def test_the_last_one_of_a_name_counts_in_the_catalogue() -> None:
    assert picked(["fedora"], [*CATALOGUE, {"name": "fedora", "memory": "8Gi"}]) == [
        {"name": "fedora", "memory": "8Gi"}
    ]


def test_an_item_goes_before_the_defaults_and_these_before_the_catalogue() -> None:
    own = {"from": "debian", "name": "web", "cpu": {"sockets": 2}, "disks": [{"name": "data"}]}
    defaults = {"memory": "4Gi", "cpu": {"cores": 1, "sockets": 1}, "disks": [{"name": "root", "size": "30Gi"}]}
    (found,) = picked([own], CATALOGUE, defaults)
    assert found == {
        "name": "web",
        "memory": "4Gi",
        "cpu": {"cores": 1, "sockets": 2},
        "disks": [{**ROOT, "size": "30Gi"}, {"name": "data"}],
    }
    assert ROOT["size"] == "20Gi"


def test_what_does_not_come_from_the_catalogue_is_as_it_is() -> None:
    own = {"name": "debian", "memory": "1Gi", "tags": ["a"]}
    assert picked([own], CATALOGUE, {"tags": ["b"]}) == [own]


@pytest.mark.parametrize(
    ("wanted", "catalogue", "defaults", "text"),
    [
        ("debian", CATALOGUE, {}, "a list is needed, not 'debian'"),
        ([7], CATALOGUE, {}, "7 is neither a name nor a mapping with a name"),
        ([{"memory": "1Gi"}], CATALOGUE, {}, "is neither a name nor a mapping with a name"),
        (["windows"], CATALOGUE, {}, "windows is not in the catalogue, which has debian, fedora"),
        ([{"from": "windows"}], CATALOGUE, {}, "windows is not in the catalogue"),
        (["debian", {"name": "debian"}], CATALOGUE, {}, "debian is named twice"),
        (["debian"], CATALOGUE, ["memory"], "must be a mapping"),
        (["debian"], [{"memory": "1Gi"}], {}, "the catalogue must be mappings with a name"),
    ],
)
def test_what_cannot_be_meant_is_refused(wanted: t.Any, catalogue: t.Any, defaults: t.Any, text: str) -> None:
    with pytest.raises(AnsibleFilterError, match=text):
        picked(wanted, catalogue, defaults)
