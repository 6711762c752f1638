# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patience with a server that is busy, starting or briefly gone, whichever API it serves. Private to vmo.core."""

from __future__ import annotations

import random
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import ConnectionFailed
from ansible_collections.vmo.core.plugins.module_utils._http.unreachable import HOPELESS, NEVER_SENT

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock

FIRST_CONTACT_SECONDS = 5.0  # a server that was never there is more likely a typing error than an outage
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 10.0
_NO_LIMIT = float("inf")

Answer = t.TypeVar("Answer")


class Trouble(t.NamedTuple):
    """An attempt that failed for now. ``is_undone``: the request was certainly not carried out."""

    is_undone: bool
    seconds: float = _NO_LIMIT  # of patience with this kind of trouble
    tries: float = _NO_LIMIT
    after: float = 0.0  # seconds of pause that the server asks for


class Patience:
    """Repeats what may be repeated, until failed attempts and pauses have cost ``budget`` seconds in all.

    A request that may have been carried out although its answer was lost is repeated only where that does no harm.
    ``known``: the server has answered before.
    """

    def __init__(
        self, clock: Clock, budget: float, jitter: Callable[[], float] = random.random, *, known: bool = False
    ) -> None:
        self._clock = clock
        self._left = budget
        self._jitter = jitter
        self._has_answered = known

    def ask(
        self, attempt: Callable[[], Answer], judge: Callable[[Answer], Trouble | None], *, is_repeatable: bool
    ) -> tuple[Answer, bool]:
        """Return an answer that a repetition would not change, and whether an earlier attempt may have been done.

        ``judge`` says of an answer what trouble it tells of. Raises ``ConnectionFailed`` where no attempt was answered.
        """
        began = self._clock.now()
        tries, in_doubt = 0, False
        while True:
            started = self._clock.now()
            tries += 1
            answer: Answer | ConnectionFailed
            try:
                answer = attempt()
            except ConnectionFailed as error:
                answer, trouble = error, self._judge_silence(error)
            else:
                self._has_answered = True
                trouble = judge(answer)
            if trouble is not None:
                self._left -= self._clock.now() - started
            pause = self._pause(trouble, tries, self._clock.now() - began, is_repeatable=is_repeatable)
            if pause is None:
                if isinstance(answer, ConnectionFailed):
                    raise answer
                return answer, in_doubt
            in_doubt = in_doubt or (trouble is not None and not trouble.is_undone)
            self._left -= pause
            self._clock.sleep(pause)

    def _judge_silence(self, error: ConnectionFailed) -> Trouble | None:
        cause = error.details.get("cause")
        if cause in HOPELESS:
            return None
        return Trouble(cause in NEVER_SENT, _NO_LIMIT if self._has_answered else FIRST_CONTACT_SECONDS)

    def _pause(self, trouble: Trouble | None, tries: int, elapsed: float, *, is_repeatable: bool) -> float | None:
        """Return the seconds until the next attempt, or ``None`` when there should be none."""
        if trouble is None or tries >= trouble.tries or not (trouble.is_undone or is_repeatable):
            return None
        left = min(self._left, trouble.seconds - elapsed)
        if left <= 0:
            return None
        growing = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(tries - 1, 10))
        return min(left, max(trouble.after, growing * (0.5 + self._jitter() / 2)))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the pause in seconds that the server asks for; a date is not one."""
    text = headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None
