# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the last lines of the ring say of tests that were run once more."""

from __future__ import annotations

import pytest

from tests.cluster.ring.proof import UNSTEADY, Proof


def rerun(name: str, message: str) -> pytest.TestReport:
    """Return the report of a test whose first run failed with this message."""
    with pytest.raises(AssertionError) as failure:
        raise AssertionError(message)
    report = pytest.TestReport(name, (name, 1, name), {}, "failed", failure.getrepr(), "call")
    report.outcome = "rerun"  # type: ignore[assignment]
    return report


def test_the_whole_reason_is_told() -> None:
    proof = Proof()
    proof.note(rerun("test_one", "what molecule said\nfirst line\nCRITICAL the last line"))
    *_counts, number, reason = proof.lines()
    assert number == f"tests that were run once more: 1, of {UNSTEADY} at most"
    assert reason.startswith("  test_one: AssertionError: what molecule said")
    assert reason.endswith("CRITICAL the last line")


def test_too_many_are_no_chance() -> None:
    proof = Proof()
    for number in range(UNSTEADY):
        proof.note(rerun(f"test_{number}", "late"))
    assert not proof.is_unsteady
    proof.note(rerun("test_0", "late again"))
    assert not proof.is_unsteady
    proof.note(rerun("one more", "late"))
    assert proof.is_unsteady
