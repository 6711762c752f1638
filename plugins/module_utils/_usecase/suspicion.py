# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a cause of failure has lasted long enough to give up. Private to vmo.core."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import Finding

# how long something may take before what is around it is looked at, and how often then
EVIDENCE_SECONDS = 3.0


class Suspicion:
    """The cause that was seen last, and since when. Times are seconds of one monotonic clock."""

    def __init__(self, grace: float, now: float) -> None:
        self._grace = grace
        self._code: str | None = None
        self._since = self._seen = 0.0
        self.next_look = now + EVIDENCE_SECONDS

    @property
    def is_awake(self) -> bool:
        """Tell whether a cause is known."""
        return self._code is not None

    def hardens(self, finding: Finding | None, now: float) -> bool:
        """Take in what was found just now; true when it has lasted for the task's grace."""
        self.next_look = now + EVIDENCE_SECONDS
        if finding is None:
            # a cause that comes and goes with each attempt of a controller is still one
            if now - self._seen > 2 * EVIDENCE_SECONDS:
                self._code = None
            return False
        self._seen = now
        if finding.code != self._code:
            self._code, self._since = finding.code, now
        # what nothing heals by itself has to be seen twice, no more
        grace = min(self._grace, EVIDENCE_SECONDS) if finding.lasting else self._grace
        return now - self._since >= grace

    def postpone(self, now: float) -> None:
        """Look again later."""
        self.next_look = now + EVIDENCE_SECONDS

    def pause(self, now: float) -> float:
        """Return the seconds until another look is worth while."""
        return max(0.5, min(EVIDENCE_SECONDS, self.next_look - now))
