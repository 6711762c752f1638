# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions: what is one, which comes first, and that each of their spellings is the same."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.release import (
    is_before,
    is_same,
    parse_release,
    require_release,
    tag_of,
)

ORDER = ["1.4.0-alpha.1", "1.4.0-rc.2", "1.4.0-rc.10", "1.4.0", "1.4.1-rc.0", "1.4.1", "1.10.0", "2.0.0"]
numbers = st.integers(0, 30)
versions = st.builds("{}.{}.{}".format, numbers, numbers, numbers) | st.sampled_from(ORDER)


@pytest.mark.parametrize("version", ["", "1.4", "v1", "latest", "1.4.x", "v1.4.0 ", "vv1.4.0", "1.4.0-", None])
def test_what_is_no_version(version: str | None) -> None:
    assert parse_release(version) is None
    with pytest.raises(InvalidOption, match="no version such as"):
        require_release(version, "version")
    assert not is_before(version, "1.4.0")
    assert not is_before("1.4.0", version)


def test_versions_have_an_order() -> None:
    assert [is_before(left, right) for left, right in zip(ORDER, ORDER[1:])] == [True] * 7
    assert [is_before(later, earlier) for earlier, later in zip(ORDER, ORDER[1:])] == [False] * 7


def test_the_option_is_named_without_its_inside() -> None:
    with pytest.raises(InvalidOption) as refusal:
        require_release(7, "cdi: version")
    assert refusal.value.details == {"option": "cdi"}
    assert refusal.value.message.startswith("cdi: version: 7 is no version")


@given(one=versions, other=versions)
def test_of_two_versions_one_is_first_or_they_are_the_same(one: str, other: str) -> None:
    assert [is_before(one, other), is_before(other, one), is_same(one, f"v{other}")].count(True) == 1
    assert require_release(one, "version") == tag_of(one) == f"v{one}" == tag_of(tag_of(one))


@given(first=versions, second=versions, third=versions)
def test_what_is_before_is_before_all_that_follow(first: str, second: str, third: str) -> None:
    low, middle, high = sorted([first, second, third], key=_rank)
    assert not is_before(middle, low)
    assert is_before(low, high) is (is_before(low, middle) or is_before(middle, high))


def _rank(version: str) -> t.Any:
    found = parse_release(version)
    assert found is not None
    return found.rank
