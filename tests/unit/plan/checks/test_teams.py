# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines go to roles, each to one, and as many places are taken as can be."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._plan.checks.teams import assign


def test_a_machine_that_fits_both_goes_where_it_is_needed() -> None:
    # Taken greedily, the first role would get "both", and the second nothing.
    wishes = {"control_plane": ["both", "small"], "worker": ["both"]}
    assert assign(wishes, {"control_plane": 1, "worker": 1}) == {"control_plane": ["small"], "worker": ["both"]}


def test_machines_move_along_a_chain_of_roles() -> None:
    wishes = {"a": ["x", "y"], "b": ["y", "z"], "c": ["x"]}
    assert assign(wishes, {"a": 1, "b": 1, "c": 1}) == {"a": ["y"], "b": ["z"], "c": ["x"]}


def test_a_role_without_a_number_takes_what_is_left() -> None:
    wishes = {"worker": ["a", "b", "c"], "control_plane": ["a", "b", "c"]}
    assert assign(wishes, {"worker": None, "control_plane": 2}) == {"worker": ["c"], "control_plane": ["a", "b"]}


MACHINES = "abcdef"
WISHES = st.dictionaries(
    st.sampled_from(["r1", "r2", "r3"]), st.lists(st.sampled_from(MACHINES), unique=True), min_size=1
)


@settings(deadline=None)
@given(WISHES, st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_no_assignment_takes_more_places(wishes: dict[str, list[str]], numbers: list[int]) -> None:
    counts = dict(zip(wishes, numbers))
    found = assign(wishes, dict(counts))
    taken = list(itertools.chain.from_iterable(found.values()))
    assert len(taken) == len(set(taken))
    assert all(set(machines) <= set(wishes[role]) and len(machines) <= counts[role] for role, machines in found.items())
    assert len(taken) == most(wishes, counts)


def most(wishes: dict[str, list[str]], counts: dict[str, int]) -> int:
    """Return the number of places that can be taken, by trying every way."""
    choices = [["", *(role for role in wishes if machine in wishes[role])] for machine in MACHINES]
    ways = itertools.product(*choices)
    return max(sum(min(way.count(role), counts[role]) for role in wishes) for way in ways)
