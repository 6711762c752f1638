# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Deployment or a DaemonSet runs. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import text, trees
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree


def containers_of(raw: Tree) -> tuple[Tree, ...]:
    """Return the containers of its pods."""
    return trees(dig(dict(raw), "spec.template.spec.containers"))


def images_of(raw: Tree) -> list[str]:
    """Return the last part of the names of its images, without tag and digest: ``snapshot-controller``."""
    names = (text(container, "image") or "" for container in containers_of(raw))
    return [name.partition("@")[0].rpartition("/")[2].partition(":")[0] for name in names]


def environment_of(raw: Tree) -> dict[str, str]:
    """Return the environment of its containers, names in lower case and without underscores."""
    return {
        str(item.get("name", "")).replace("_", "").lower(): str(item.get("value", ""))
        for container in containers_of(raw)
        for item in trees(container.get("env"))
    }
