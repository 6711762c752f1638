# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to one API server for several threads. Private to vmo.core."""

from __future__ import annotations

import typing as t
from http import HTTPStatus

from ansible_collections.vmo.core.plugins.module_utils._kube.cluster import KubeCluster
from ansible_collections.vmo.core.plugins.module_utils._kube.retry import Retrying

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._http.limit import Limit
    from ansible_collections.vmo.core.plugins.module_utils._kube.transport import Request, Response, Stream, Transport
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock

_OVERLOADED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class Throttled:
    """Lets no more requests at once through than the limit has places. Streams last, so they take none."""

    def __init__(self, inner: Transport, limit: Limit) -> None:
        self._inner = inner
        self._limit = limit
        self.has_answered = False

    def send(self, request: Request) -> Response:
        """Wait for a place, then send."""
        token = self._limit.enter()
        status = 0
        try:
            response = self._inner.send(request)
            status = response.status
            self.has_answered = True
        finally:
            overloaded = status in _OVERLOADED
            self._limit.leave(token, went_well=bool(status) and not overloaded, overloaded=overloaded)
        return response

    def stream(self, request: Request) -> Stream:
        """Send."""
        return self._inner.stream(request)


class KubeClusters:
    """The ``Clusters`` port; ``budget`` is the patience of each way, in seconds."""

    def __init__(self, transport: Throttled, clock: Clock, budget: float, *, dry_run: bool) -> None:
        self._transport = transport
        self._clock = clock
        self._budget = budget
        self._dry_run = dry_run

    def cluster(self) -> KubeCluster:
        """Return a way of its own."""
        known = self._transport.has_answered
        return KubeCluster(Retrying(self._transport, self._clock, self._budget, known=known), dry_run=self._dry_run)
