# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patience with a server that is busy, starting or briefly gone. Private to vmo.core."""

from __future__ import annotations

import random
import re
import typing as t
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils._http.patience import Patience, Trouble, retry_after
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import APPLY_PATCH, MERGE_PATCH, is_question

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._kube.transport import Request, Response, Stream, Transport
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock

WEBHOOK_SECONDS = 60.0
_UNCALLED = re.compile(rb"failed calling webhook")
_ETCD = re.compile(rb"etcdserver: (?:leader changed|no leader|request timed out|too many requests)")
# The API server lost a back-end of its own (virt-api) after it had handed on the request.
_LOST_ANSWER = re.compile(rb"error trying to reach service: (?!.*(?:dial|refused|no route))", re.DOTALL)
# Two creates counted against one quota at once: the server gave up although neither was in the way of the other.
_QUOTA_RACE = re.compile(rb"Operation cannot be fulfilled on resourcequotas")


class Retrying:
    """Repeats reads, writes that the server did not carry out, and writes that do no harm twice."""

    def __init__(
        self,
        inner: Transport,
        clock: Clock,
        budget: float,
        jitter: Callable[[], float] = random.random,
        *,
        known: bool = False,
    ) -> None:
        self._inner = inner
        self._patience = Patience(clock, budget, jitter, known=known)

    def send(self, request: Request) -> Response:
        """Send until there is an answer that a repetition would not change."""
        answer, in_doubt = self._patience.ask(
            lambda: self._inner.send(request), _judge, is_repeatable=is_repeatable(request)
        )
        return answer._replace(in_doubt=in_doubt)

    def stream(self, request: Request) -> Stream:
        """Open a stream; what happens to it later is not seen here."""
        answer, _in_doubt = self._patience.ask(
            lambda: self._inner.stream(request),
            lambda stream: _judge(stream.head),
            is_repeatable=is_repeatable(request),
        )
        return answer


def _judge(response: Response) -> Trouble | None:
    status, after = response.status, retry_after(response.headers) or 0.0
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return Trouble(is_undone=not _LOST_ANSWER.search(response.body), after=after)
    if status in (HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT):
        return Trouble(is_undone=False, after=after)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and _UNCALLED.search(response.body):
        return Trouble(is_undone=True, seconds=WEBHOOK_SECONDS)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and _ETCD.search(response.body):
        return Trouble(is_undone=False)
    if status == HTTPStatus.CONFLICT and _QUOTA_RACE.search(response.body):
        return Trouble(is_undone=True)
    return None


def is_repeatable(request: Request) -> bool:
    """Tell whether doing it twice is as good as once.

    The second time, a create answers 409 AlreadyExists, a patch with a resourceVersion 409 Conflict, a delete 404: the
    use case reads again. A KubeVirt action such as restart has no such safety.
    """
    if request.method in ("GET", "HEAD") or is_question(request):
        return True
    if "/subresources.kubevirt.io/" in request.path:
        return False
    metadata: t.Any = (request.body or {}).get("metadata") or {}
    if request.content_type == APPLY_PATCH:
        return True  # what is applied twice is as it was after the first time
    if request.method == "PATCH":
        return request.content_type == MERGE_PATCH and bool(metadata.get("resourceVersion"))
    if request.method == "POST":
        return bool(metadata.get("name"))
    return request.method in ("PUT", "DELETE")
