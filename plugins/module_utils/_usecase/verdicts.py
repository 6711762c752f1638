# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a check ends: what of its verdicts is told, and whether the task fails. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.check import FAIL, PASS, SKIP, WARN

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Verdict

CHECKS_FAILED = "checks_failed"
_FAILS_ON = {"fail": (FAIL,), "warn": (FAIL, WARN), "never": ()}


def told(verdicts: t.Iterable[Verdict], *, with_passed: bool) -> list[dict[str, t.Any]]:
    """Return the verdicts that are told, as JSON values."""
    hidden = () if with_passed else (PASS, SKIP)
    return [verdict.as_result() for verdict in verdicts if verdict.status not in hidden]


def ended(report: dict[str, t.Any], fail_on: str) -> dict[str, t.Any]:
    """Return the report; raises ``VmoError`` that carries it where its ``status`` is as bad as ``fail_on`` says."""
    if report["status"] in _FAILS_ON[fail_on]:
        failure = VmoError("\n".join(report["summary"]), code=CHECKS_FAILED)
        failure.report = report
        raise failure
    return report
