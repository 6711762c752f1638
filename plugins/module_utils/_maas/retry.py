# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patience with a MAAS that is busy, starting or briefly gone. Private to vmo.core."""

from __future__ import annotations

import random
import typing as t
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils._errors import ConnectionFailed
from ansible_collections.vmo.core.plugins.module_utils._maas.unreachable import NEVER_SENT

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._maas.transport import Request, Response, Transport
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock

FIRST_CONTACT_SECONDS = 5.0  # a server that was never there is more likely a typing error than an outage
OWN_WORD_TRIES = 3
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 10.0
_NO_LIMIT = float("inf")
_HOPELESS = frozenset(("tls_untrusted", "tls", "not_http", "other"))
_PASSING = frozenset(
    (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    )
)


class _Trouble(t.NamedTuple):
    """An attempt that failed for now. ``is_undone``: the request was certainly not carried out."""

    is_undone: bool
    seconds: float = _NO_LIMIT  # of patience with this kind of trouble
    tries: float = _NO_LIMIT
    after: float = 0.0  # the server asks for this pause


class Retrying:
    """Repeats what may be repeated, until failed attempts and pauses have cost ``budget`` seconds in all.

    A write is repeated only where MAAS says ``Retry-After`` (it did nothing) or nothing was sent.
    """

    def __init__(
        self, inner: Transport, clock: Clock, budget: float, jitter: Callable[[], float] = random.random
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._left = budget
        self._jitter = jitter
        self._has_answered = False

    def send(self, request: Request) -> Response:
        """Send until there is an answer that a repetition would not change."""
        began = self._clock.now()
        tries = 0
        while True:
            started = self._clock.now()
            tries += 1
            try:
                answer: Response | ConnectionFailed = self._inner.send(request)
                self._has_answered = True
            except ConnectionFailed as error:
                answer = error
            trouble = self._judge(answer)
            if trouble is not None:
                self._left -= self._clock.now() - started
            pause = self._pause(request, trouble, tries, self._clock.now() - began)
            if pause is None:
                if isinstance(answer, ConnectionFailed):
                    raise answer
                return answer
            self._left -= pause
            self._clock.sleep(pause)

    def _judge(self, answer: Response | ConnectionFailed) -> _Trouble | None:
        if not isinstance(answer, ConnectionFailed):
            return _judge_status(answer)
        cause = answer.details.get("cause")
        if cause in _HOPELESS:
            return None
        return _Trouble(cause in NEVER_SENT, _NO_LIMIT if self._has_answered else FIRST_CONTACT_SECONDS)

    def _pause(self, request: Request, trouble: _Trouble | None, tries: int, elapsed: float) -> float | None:
        """Return the seconds until the next attempt, or ``None`` when there should be none."""
        if trouble is None or tries >= trouble.tries or not (trouble.is_undone or request.method == "GET"):
            return None
        left = min(self._left, trouble.seconds - elapsed)
        if left <= 0:
            return None
        growing = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(tries - 1, 10))
        return min(left, max(trouble.after, growing * (0.5 + self._jitter() / 2)))


def _judge_status(response: Response) -> _Trouble | None:
    after = retry_after(response)
    if after is not None and response.status in (*_PASSING, HTTPStatus.CONFLICT):
        return _Trouble(is_undone=True, after=after)
    if response.status not in _PASSING:
        return None
    # A proxy speaks HTML while MAAS restarts. What MAAS says itself, about a BMC for example, seldom changes soon.
    is_own_word = response.headers.get("content-type", "").startswith("text/plain") and bool(response.body.strip())
    return _Trouble(is_undone=False, tries=OWN_WORD_TRIES if is_own_word else _NO_LIMIT)


def retry_after(response: Response) -> float | None:
    """Return the pause in seconds that the server asks for."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None
