# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a cluster has another snapshot controller than the one that it is to get. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._plan.cluster_checks.pods import images_of

Tree = dict[str, t.Any]
_CONTROLLER = "snapshot-controller"


def other_snapshot_controllers(found: t.Iterable[Tree], manifest: t.Iterable[Tree]) -> list[str]:
    """Return the snapshot controllers among Deployments and DaemonSets that a manifest does not bring, by place.

    Distributions give it a name or an image of their own, but not both.
    """
    brought = {_place_of(item) for item in manifest}
    return sorted(
        "/".join(_place_of(item)[1:])
        for item in found
        if _place_of(item) not in brought
        and (_CONTROLLER in item["metadata"]["name"] or any(image.endswith(_CONTROLLER) for image in images_of(item)))
    )


def _place_of(item: Tree) -> tuple[str, str, str]:
    metadata = item["metadata"]
    return (item["kind"], metadata.get("namespace") or "default", metadata["name"])
