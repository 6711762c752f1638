# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what checks found to verdicts, and what these amount to. Private to vmo.core."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, replace

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    FAIL,
    IMAGE,
    INSTANCE,
    NAMESPACE,
    NETWORK,
    NODE,
    PASS,
    STATUSES,
    STORAGE,
    WARN,
    Finding,
    Verdict,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Check

NOTHING_WRONG = Finding(PASS, "")
# what a check is about where no finding says it; the cluster for others
SUBJECTS = {
    IMAGE: "images",
    NETWORK: "networks",
    NODE: "nodes",
    STORAGE: "storage classes",
    NAMESPACE: "namespaces",
    INSTANCE: "VMs",
}


def weighed(check: Check, finding: Finding, overrides: t.Mapping[str, str]) -> Finding:
    """Return a finding with the severity that the task wants: what failed or warned then does that."""
    override = overrides.get(check.id)
    return replace(finding, status=override) if override and finding.status in (FAIL, WARN) else finding


def verdict_of(check: Check, finding: Finding, *, role: str = "") -> Verdict:
    """Return the verdict that a finding becomes; a message is never empty."""
    subject = finding.subject or SUBJECTS.get(check.scope, "cluster")
    return Verdict(
        id=check.id,
        scope=check.scope,
        subject=f"{subject}:{finding.part}" if finding.part else subject,
        status=finding.status,
        message=finding.message or f"{check.title}.",
        evidence=finding.evidence,
        remediation=check.remedy if finding.status in (FAIL, WARN) else "",
        lack=finding.lack,
        role=role,
    )


@dataclass(frozen=True)
class Judged:
    """Verdicts in the order of their catalogue, and what they amount to."""

    verdicts: tuple[Verdict, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of verdicts of each status."""
        found = Counter(verdict.status for verdict in self.verdicts)
        return {status: found[status] for status in STATUSES}

    @property
    def status(self) -> str:
        """Return the worst status that counts: what cannot be said is no fault."""
        found = {verdict.status for verdict in self.verdicts}
        return next((status for status in (FAIL, WARN) if status in found), PASS)
