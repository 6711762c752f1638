# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task wants of a golden image, and what its DataVolume says. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._model.status import condition
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

if t.TYPE_CHECKING:
    from collections.abc import Mapping

Tree = dict[str, t.Any]
STATES = ("present", "absent")
NEVER, UNFINISHED, ALWAYS = "never", "unfinished", "always"
# CDI's labels on what a DataImportCron makes
CRON_LABEL = "cdi.kubevirt.io/dataImportCron"
# where KubeVirt looks for the defaults of a VM that boots from an image
DEFAULTS = {
    "default_instancetype": "instancetype.kubevirt.io/default-instancetype",
    "default_preference": "instancetype.kubevirt.io/default-preference",
}
# whoever knows such a token may clone as the one it was made for
_TOKENS = ("cdi.kubevirt.io/storage.clone.token", "cdi.kubevirt.io/storage.extended.clone.token")
_AWAITS_CONSUMER = ("WaitForFirstConsumer", "PendingPopulation")


@dataclass(frozen=True)
class WantedImage:
    """One image of one task. Times are seconds.

    ``options`` are the words of the image as the task wrote them (``None`` and left out are the same). ``recreate`` is
    ``never``, ``unfinished`` or ``always``.
    """

    namespace: str
    name: str
    state: str = "present"
    options: Mapping[str, t.Any] = field(default_factory=dict)
    recreate: str = UNFINISHED
    force: bool = False
    wait: bool = True
    wait_timeout: float = 1800
    failure_grace: float = 10

    @property
    def subject(self) -> str:
        """Return how messages call the image."""
        return f"image {self.namespace}/{self.name}"

    @property
    def renews(self) -> bool:
        """Tell whether the task asks for an image that CDI imports anew by a schedule."""
        return self.options.get("renew") is not None

    @property
    def uploads(self) -> bool:
        """Tell whether the task fills the image with a file."""
        return self.options.get("upload") is not None

    @property
    def data_source(self) -> str | None:
        """Return the name of the DataSource that shall point to the image, ``None`` if the task names none."""
        name = self.options.get("publish_as")
        return None if name is None else str(name)


def phase(volume: Tree | None) -> str:
    """Return the phase of a DataVolume, empty before CDI has seen it."""
    return str(dig(volume or {}, "status.phase") or "")


def progress(volume: Tree | None) -> str:
    """Return how far a DataVolume is, such as ``ImportInProgress 37.50%``."""
    percent = str(dig(volume or {}, "status.progress") or "")
    return f"{phase(volume) or 'Pending'} {percent}".strip() if "%" in percent else phase(volume) or "Pending"


def is_filled(volume: Tree | None) -> bool:
    """Tell whether all data of a DataVolume is there."""
    return phase(volume) == "Succeeded"


def awaits_consumer(volume: Tree | None) -> bool:
    """Tell whether a DataVolume is filled only when a pod wants to use it."""
    return phase(volume) in _AWAITS_CONSUMER


def takes_upload(volume: Tree | None) -> bool:
    """Tell whether a DataVolume waits for a file, or has all its data."""
    return phase(volume) == "UploadReady" or is_filled(volume)


def attempts(volume: Tree | None) -> int:
    """Return how often CDI had to begin anew to fill a DataVolume."""
    return int(dig(volume or {}, "status.restartCount") or 0)


def is_up_to_date(cron: Tree | None) -> bool:
    """Tell whether a DataImportCron has imported the newest image that it knows of."""
    return condition(cron, "UpToDate").get("status") == "True"


def current_volume(cron: Tree | None) -> str | None:
    """Return the DataVolume that a DataImportCron is filling, or has filled last."""
    imports = dig(cron or {}, "status.currentImports") or ()
    names = [item.get("DataVolumeName") for item in imports if isinstance(item, dict)]
    return next((str(name) for name in (*names, dig(cron or {}, "status.lastImportedPVC.name")) if name), None)


def shown(found: Tree) -> Tree:
    """Return an object for a result, without the tokens that CDI keeps in it."""
    metadata = dict(found.get("metadata", {}))
    if "annotations" in metadata:
        metadata["annotations"] = without_tokens(metadata["annotations"])
    return {**found, "metadata": metadata}


def without_tokens(annotations: t.Mapping[str, t.Any] | None) -> Tree:
    """Return annotations without the tokens that CDI keeps there."""
    return {key: value for key, value in (annotations or {}).items() if key not in _TOKENS}
