# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of ``vmo_image`` as a value. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage
from ansible_collections.vmo.core.plugins.module_utils._plan.image.upload import normalised
from ansible_collections.vmo.core.plugins.module_utils._usecase.image import ensure

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, ImageStore, Progress

# CDI names pods and labels after it (RFC 1123)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
NAME_LIMIT = 63


def run(store: ImageStore, params: dict[str, t.Any], clock: Clock, progress: Progress) -> dict[str, t.Any]:
    """Carry out the task that the options of ``vmo_image`` describe."""
    return ensure(store, wanted_image(params), clock, progress)


def wanted_image(params: t.Mapping[str, t.Any]) -> WantedImage:
    """Return what the options ask for; raises ``InvalidOption``."""
    for option in ("name", "publish_as"):
        name = params[option]
        if name is not None and (not _NAME.fullmatch(name) or len(name) > NAME_LIMIT):
            raise InvalidOption(
                f"{option}: {name!r} is not a name for an image: lower-case letters, digits, '-' and '.', at most "
                f"{NAME_LIMIT} characters, a letter or digit at both ends.",
                option=option,
            )
    for option, least in (("wait_timeout", 1), ("failure_grace", 0)):
        if params[option] < least:
            raise InvalidOption(f"{option}: {params[option]} is less than {least} seconds.", option=option)
    return WantedImage(
        namespace=params["namespace"],
        name=params["name"],
        state=params["state"],
        options=normalised(params),
        recreate=params["recreate"],
        force=params["force"],
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        failure_grace=params["failure_grace"],
    )
