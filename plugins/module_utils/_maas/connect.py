# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the parts of this adapter together. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._http.kept import Kept
from ansible_collections.vmo.core.plugins.module_utils._maas.region import MaasRegion
from ansible_collections.vmo.core.plugins.module_utils._maas.retry import Retrying
from ansible_collections.vmo.core.plugins.module_utils._maas.transport import HttpTransport, ReadOnly

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock


_KEPT: Kept[HttpTransport] = Kept()


def connect(credentials: Credentials, clock: Clock, *, patience: float, read_only: bool) -> MaasRegion:
    """Return the region that the credentials name; no request is sent. Raises ``ConfigurationFailed``.

    ``patience`` are the seconds for which requests that were refused for the moment are sent again, in all.
    """
    credentials.check()
    wire = _KEPT.get(credentials, lambda: HttpTransport(credentials))
    transport = Retrying(ReadOnly(wire) if read_only else wire, clock, budget=patience)
    return MaasRegion(transport, credentials.base, credentials.secrets, dry_run=read_only)
