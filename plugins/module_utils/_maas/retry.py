# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patience with a MAAS that is busy, starting or briefly gone. Private to vmo.core."""

from __future__ import annotations

import random
import typing as t
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils._http.patience import Patience, Trouble, retry_after

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._maas.transport import Request, Response, Transport
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock

OWN_WORD_TRIES = 3
_PASSING = frozenset(
    (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    )
)


class Retrying:
    """Repeats reads, and writes only where MAAS says ``Retry-After`` (it did nothing) or nothing was sent."""

    def __init__(
        self, inner: Transport, clock: Clock, budget: float, jitter: Callable[[], float] = random.random
    ) -> None:
        self._inner = inner
        self._patience = Patience(clock, budget, jitter)

    def send(self, request: Request) -> Response:
        """Send until there is an answer that a repetition would not change."""
        answer, _in_doubt = self._patience.ask(
            lambda: self._inner.send(request), _judge, is_repeatable=request.method == "GET"
        )
        return answer


def _judge(response: Response) -> Trouble | None:
    after = retry_after(response.headers)
    if after is not None and response.status in (*_PASSING, HTTPStatus.CONFLICT):
        return Trouble(is_undone=True, after=after)
    if response.status not in _PASSING:
        return None
    # A proxy speaks HTML while MAAS restarts. What MAAS says itself, about a BMC for example, seldom changes soon.
    is_own_word = response.headers.get("content-type", "").startswith("text/plain") and bool(response.body.strip())
    return Trouble(is_undone=False, **({"tries": OWN_WORD_TRIES} if is_own_word else {}))
