# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See why a webhook does not answer, as far as the user may look. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import VmoError
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DEPLOYMENT, POD, SERVICE
from ansible_collections.vmo.core.plugins.module_utils._model.webhook import service_of
from ansible_collections.vmo.core.plugins.module_utils._plan.webhook import (
    LOOK_SECONDS,
    Behind,
    reason_of_silence,
    selector_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster


class Inquiry:
    """Looks behind the services of webhooks. Who may not look there keeps the patience that one has without it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def __call__(self, message: str, seconds: float) -> str | None:
        """Return why a webhook will not answer that has been silent for ``seconds``, ``None`` where it may yet.

        ``message`` is that of the server that could not call it.
        """
        place = service_of(message)
        if place is None or seconds < LOOK_SECONDS:
            return None
        try:
            behind = self._behind(*place)
        except VmoError:
            return None
        return None if behind is None else reason_of_silence(behind, seconds)

    def _behind(self, namespace: str, name: str) -> Behind | None:
        service = self._cluster.get(SERVICE, namespace, name)
        # operators block their kinds by webhooks of services that are not there, while they change something
        selector = selector_of(service) if service is not None else {}
        if service is None or not selector:
            return None
        labels = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
        return Behind(
            service,
            self._cluster.list_all(POD, namespace, labels=labels).items,
            self._cluster.list_all(DEPLOYMENT, namespace).items,
        )
