# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags and resource pools of a MAAS: as they are, and as a task wants them. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import whole

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree

DEFAULT_POOL = "default"


@dataclass(frozen=True)
class Tag:
    """A tag. ``definition`` is an XPath over lshw by which MAAS gives the tag itself, empty for one given by hand."""

    name: str
    comment: str = ""
    definition: str = ""
    kernel_opts: str = ""

    @classmethod
    def of(cls, raw: Tree) -> Tag:
        """Read an item of ``tags/``."""
        words = ("name", "comment", "definition", "kernel_opts")
        return cls(**{word: _said(raw, word) for word in words})


@dataclass(frozen=True)
class Pool:
    """A resource pool; ``id`` is ``None`` for one that is only foreseen."""

    name: str
    description: str = ""
    id: int | None = None

    @classmethod
    def of(cls, raw: Tree) -> Pool:
        """Read an item of ``resourcepools/``."""
        return cls(_said(raw, "name"), _said(raw, "description"), whole(raw, "id"))


@dataclass(frozen=True)
class WantedTag:
    """What a task says of a tag; ``None`` is left alone.

    ``machines`` and ``without`` are names as the task gives them. ``exclusive``: no other machine has the tag.
    """

    name: str
    absent: bool = False
    comment: str | None = None
    definition: str | None = None
    kernel_opts: str | None = None
    machines: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    exclusive: bool = False
    rebuild: bool = False


@dataclass(frozen=True)
class WantedPool:
    """What a task says of a pool; ``None`` is left alone. ``machines`` are names as the task gives them."""

    name: str
    absent: bool = False
    description: str | None = None
    machines: tuple[str, ...] = ()


def _said(raw: Tree, field: str) -> str:
    """Return a text as it is: a comment may say no more than "none"."""
    value = raw.get(field)
    return value if isinstance(value, str) else ""
