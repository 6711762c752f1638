# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patience with a server that is busy, starting or briefly gone. Private to vmo.core."""

from __future__ import annotations

import random
import re
import typing as t
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils._errors import ConnectionFailed
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import MERGE_PATCH
from ansible_collections.vmo.core.plugins.module_utils._kube.unreachable import NEVER_SENT

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._kube.transport import Request, Response, Stream, Transport
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock

FIRST_CONTACT_SECONDS = 5.0  # a server that was never there is more likely a typing error than an outage
WEBHOOK_SECONDS = 60.0
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 10.0
_NO_LIMIT = float("inf")
_HOPELESS = frozenset(("tls_untrusted", "tls", "other"))
_UNCALLED = re.compile(rb"failed calling webhook")
_ETCD = re.compile(rb"etcdserver: (?:leader changed|no leader|request timed out|too many requests)")
# The API server lost a back-end of its own (virt-api) after it had handed on the request.
_LOST_ANSWER = re.compile(rb"error trying to reach service: (?!.*(?:dial|refused|no route))", re.DOTALL)
# Two creates counted against one quota at once: the server gave up although neither was in the way of the other.
_QUOTA_RACE = re.compile(rb"Operation cannot be fulfilled on resourcequotas")

_Answer = t.TypeVar("_Answer")


class _Trouble(t.NamedTuple):
    """An attempt that failed for now. ``is_undone``: the request was certainly not carried out."""

    is_undone: bool
    limit: float = _NO_LIMIT  # seconds of patience with this kind of trouble
    after: float = 0.0  # the server asks for this pause


class Retrying:
    """Repeats what may be repeated, until failed attempts and pauses have cost ``budget`` seconds in all.

    A request that may have been carried out although its answer was lost is repeated only where that does no harm.
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
        return self._repeat(request, lambda: self._inner.send(request), lambda answer: answer)

    def stream(self, request: Request) -> Stream:
        """Open a stream; what happens to it later is not seen here."""
        return self._repeat(request, lambda: self._inner.stream(request), lambda answer: answer.head)

    def _repeat(self, request: Request, attempt: Callable[[], _Answer], head: Callable[[_Answer], Response]) -> _Answer:
        began = self._clock.now()
        tries = 0
        while True:
            started = self._clock.now()
            answer: _Answer | None = None
            failure: ConnectionFailed | None = None
            try:
                answer = attempt()
                self._has_answered = True
                trouble = _judge(head(answer))
            except ConnectionFailed as error:
                failure = error
                trouble = self._judge_silence(error)
            if trouble is not None:
                self._left -= self._clock.now() - started
            pause = self._pause(request, trouble, tries, self._clock.now() - began)
            if pause is None:
                if answer is None:
                    raise t.cast("ConnectionFailed", failure)
                return answer
            self._left -= pause
            self._clock.sleep(pause)
            tries += 1

    def _pause(self, request: Request, trouble: _Trouble | None, tries: int, elapsed: float) -> float | None:
        """Return the seconds until the next attempt, or ``None`` when there should be none."""
        if trouble is None or not (trouble.is_undone or is_repeatable(request)):
            return None
        left = min(self._left, trouble.limit - elapsed)
        if left <= 0:
            return None
        growing = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(tries, 10))
        return min(left, max(trouble.after, growing * (0.5 + self._jitter() / 2)))

    def _judge_silence(self, error: ConnectionFailed) -> _Trouble | None:
        cause = error.details.get("cause")
        if cause in _HOPELESS:
            return None
        return _Trouble(cause in NEVER_SENT, _NO_LIMIT if self._has_answered else FIRST_CONTACT_SECONDS)


def _judge(response: Response) -> _Trouble | None:
    status = response.status
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return _Trouble(is_undone=not _LOST_ANSWER.search(response.body), after=_retry_after(response))
    if status in (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT):
        return _Trouble(is_undone=False, after=_retry_after(response))
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and _UNCALLED.search(response.body):
        return _Trouble(is_undone=True, limit=WEBHOOK_SECONDS)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and _ETCD.search(response.body):
        return _Trouble(is_undone=False)
    if status == HTTPStatus.CONFLICT and _QUOTA_RACE.search(response.body):
        return _Trouble(is_undone=True)
    return None


def _retry_after(response: Response) -> float:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def is_repeatable(request: Request) -> bool:
    """Tell whether doing it twice is as good as once.

    The second time, a create answers 409 AlreadyExists, a patch with a resourceVersion 409 Conflict, a delete 404: the
    use case reads again. A KubeVirt action such as restart has no such safety.
    """
    if request.method in ("GET", "HEAD"):
        return True
    if "/subresources.kubevirt.io/" in request.path:
        return False
    metadata: t.Any = (request.body or {}).get("metadata") or {}
    if request.method == "PATCH":
        return request.content_type == MERGE_PATCH and bool(metadata.get("resourceVersion"))
    if request.method == "POST":
        return bool(metadata.get("name"))
    return request.method in ("PUT", "DELETE")
