# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a merge must know about KubeVirt's and CDI's own objects. Private to vmo.core.

The API declares their lists atomic; the keys below are natural ones. Sets are lists whose order means nothing.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.duration import parse_duration
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import Shape

_CONFIGURATION = "spec.configuration."
_TOLERATION = {"key": None, "operator": "Equal", "value": None, "effect": None}
_KEYS: dict[str, dict[str, t.Any]] = {
    _CONFIGURATION + "permittedHostDevices.pciHostDevices": {"pciVendorSelector": None},
    _CONFIGURATION + "permittedHostDevices.mediatedDevices": {"mdevNameSelector": None},
    _CONFIGURATION + "permittedHostDevices.usb": {"resourceName": None},
    _CONFIGURATION + "supportContainerResources": {"type": None},
    "spec.infra.nodePlacement.tolerations": _TOLERATION,
    "spec.workloads.nodePlacement.tolerations": _TOLERATION,
}
_QUANTITIES = frozenset(
    {
        _CONFIGURATION + "cpuRequest",
        _CONFIGURATION + "migrations.bandwidthPerMigration",
        _CONFIGURATION + "liveUpdateConfiguration.maxGuest",
        _CONFIGURATION + "developerConfiguration.diskVerification.memoryLimit",
    }
)
_QUANTITY_MAPS = ("spec.config.podResourceRequirements.requests.", "spec.config.podResourceRequirements.limits.")
_DURATIONS = frozenset({"spec.workloadUpdateStrategy.batchEvictionInterval"})
_SELECTOR = _CONFIGURATION + "permittedHostDevices.pciHostDevices.pciVendorSelector"


def _same(path: str, left: t.Any, right: t.Any) -> bool:
    if path in _DURATIONS:
        seconds = parse_duration(left)
        return seconds is not None and seconds == parse_duration(right)
    # hexadecimal digits
    return path == _SELECTOR and str(left).lower() == str(right).lower()


CONFIG_SHAPE = Shape(keys=_KEYS, unions={}, same=_same, quantities=_QUANTITIES, quantity_maps=_QUANTITY_MAPS)
