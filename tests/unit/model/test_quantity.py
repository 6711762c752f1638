# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantities are compared as the numbers that they stand for."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity, require_quantity


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1024Mi", "1Gi"),
        ("0.5", "500m"),
        ("2", 2),
        ("1e3", "1k"),
        ("1.5Gi", "1536Mi"),
        ("100M", "100000k"),
        (".5", "500m"),
    ],
)
def test_spellings_of_one_number_are_equal(left: str, right: str) -> None:
    assert parse_quantity(left) is not None
    assert parse_quantity(left) == parse_quantity(right)


@pytest.mark.parametrize("text", ["", "8 Gi", "8GiB", "eight", "8gi", "--1", "1e", True, None, "1.2.3"])
def test_what_is_no_quantity_is_none(text: object) -> None:
    assert parse_quantity(text) is None


@given(st.integers(0, 10**6), st.sampled_from(["", "k", "M", "G", "Ki", "Mi", "Gi", "m"]))
def test_suffixes_multiply(number: int, suffix: str) -> None:
    unit = parse_quantity(f"1{suffix}")
    assert unit is not None
    assert parse_quantity(f"{number}{suffix}") == Fraction(number) * unit


@pytest.mark.parametrize("text", ["0", "-1Gi", "a lot"])
def test_a_size_that_cannot_be_names_its_option(text: str) -> None:
    with pytest.raises(InvalidOption, match="disks: size of root"):
        require_quantity(text, "disks: size of root")
