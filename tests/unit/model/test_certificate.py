# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of certificates is read from as much of X.509 as that takes."""

from __future__ import annotations

import datetime as dt

import pytest
import trustme
from cryptography import x509

from ansible_collections.vmo.core.plugins.module_utils._model.certificate import validities
from tests.unit.plan.cluster_checks.certificates import pem

BROKEN = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"


def test_a_genuine_certificate_is_read_as_a_library_reads_it() -> None:
    bundle = b"".join(trustme.CA().cert_pem.bytes() for _number in range(2)).decode()
    found = validities(f"some text before\n{bundle}")
    known = x509.load_pem_x509_certificates(bundle.encode())
    assert [(each.begins, each.ends) for each in found] == [
        (one.not_valid_before_utc.timestamp(), one.not_valid_after_utc.timestamp()) for one in known
    ]


@pytest.mark.parametrize("year", [1999, 2026, 2049, 2050, 2099])
@pytest.mark.parametrize("version", [True, False])
@pytest.mark.parametrize("padding", [10, 200, 70000])
def test_years_lengths_and_versions_of_all_forms_are_read(year: int, version: bool, padding: int) -> None:
    begins = dt.datetime(year, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc).timestamp()
    (found,) = validities(pem(begins, begins + 86400, version=version, padding=padding))
    assert found == (begins, begins + 86400)


@pytest.mark.parametrize("text", ["", "no certificate", BROKEN.format(""), BROKEN.format("AAAA"), BROKEN.format("?")])
def test_what_is_none_is_left_out(text: str) -> None:
    assert validities(text) == []


def test_a_certificate_that_is_cut_anywhere_is_left_out() -> None:
    whole = "".join(pem(0, 86400).splitlines()[1:-1])
    for length in range(0, len(whole) - 8, 4):
        validities(BROKEN.format(whole[:length]))
    assert validities(BROKEN.format(whole[: len(whole) // 2 // 4 * 4])) == []
