# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API server says of a webhook that it could not call. Private to vmo.core."""

from __future__ import annotations

import re

_SERVICE = re.compile(r"https://(?P<name>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc[:/]")


def service_of(message: str) -> tuple[str, str] | None:
    """Return namespace and name of the service that a server could not reach, ``None`` where it names none."""
    found = _SERVICE.search(message)
    return None if found is None else (found["namespace"], found["name"])
