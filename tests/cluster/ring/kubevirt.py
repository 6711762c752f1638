# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one KubeVirt object of the genuine cluster, and how far its operator is with it."""

from __future__ import annotations

import typing as t

from tests.cluster.ring.api import Api, path_of

Tree = dict[str, t.Any]


def kubevirt_of(admin: Api) -> Tree:
    """Return the object."""
    return admin.must("GET", path_of("kubevirts", "kubevirt", "kubevirt"))


def is_taken_up(found: Tree) -> bool:
    """Tell whether the operator has seen the last change."""
    return bool(found["status"]["observedGeneration"] == found["metadata"]["generation"])


def until_taken_up(admin: Api) -> None:
    """Wait until the operator has seen the last change."""
    admin.until(lambda: is_taken_up(kubevirt_of(admin)), 180.0)


def has_settled(found: Tree) -> bool:
    """Tell whether it has also done what was to be done."""
    conditions = {item["type"]: item["status"] for item in found["status"]["conditions"]}
    return is_taken_up(found) and (conditions["Available"], conditions["Progressing"]) == ("True", "False")
