# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Boot resources (images) of MAAS. Private to vmo.core."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.vmo.core.plugins.module_utils._model.lenient import Tree, flag, mapping, text

_CUSTOM = "custom/"


@dataclass(frozen=True)
class Image:
    """A row of ``boot-resources/``; ``sets`` holds (version, complete), newest first, ``None`` if not asked for."""

    id: int | None
    name: str
    kind: str
    architecture: str
    sets: tuple[tuple[str, bool | None], ...] | None

    @classmethod
    def of(cls, raw: Tree) -> Image:
        """Read a boot resource, with its sets where they were read."""
        found = raw.get("sets")
        sets = None
        if isinstance(found, dict):
            sets = tuple(
                (str(version), flag(mapping(found[version]), "complete"))
                for version in sorted(found, key=_age, reverse=True)
            )
        number = raw.get("id")
        return cls(
            number if isinstance(number, int) else None,
            text(raw, "name") or "?",
            (text(raw, "type") or "").lower(),
            text(raw, "architecture") or "",
            sets,
        )

    @property
    def arch(self) -> str:
        """Return the architecture without the kernel flavour."""
        return self.architecture.split("/")[0]

    def is_called(self, name: str) -> bool:
        """Tell whether a name means this image: custom images come with and without ``custom/``, by version."""
        return _bare(self.name) == _bare(name) or self.name == f"ubuntu/{name}"


def _bare(name: str) -> str:
    return name.removeprefix(_CUSTOM)


def _age(version: object) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(version))]
