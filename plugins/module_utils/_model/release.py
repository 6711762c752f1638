# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of KubeVirt and CDI, as their releases are called. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption

_RELEASE = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_Part = tuple[int, int, str]


class Release(t.NamedTuple):
    """A version by its parts; ``stage`` is what a version before a release has behind it, such as ``rc.1``."""

    major: int
    minor: int
    patch: int
    stage: str = ""

    @property
    def line(self) -> str:
        """Return the minor version it belongs to, such as ``1.8``."""
        return f"{self.major}.{self.minor}"

    @property
    def rank(self) -> tuple[int, int, int, bool, tuple[_Part, ...]]:
        """Return what orders versions, in the order of semantic versioning."""
        stage = tuple(map(_part, self.stage.split("."))) if self.stage else ()
        return (self.major, self.minor, self.patch, not self.stage, stage)


def _part(text: str) -> _Part:
    return (0, int(text), "") if text.isdecimal() else (1, 0, text)


def parse_release(text: str | None) -> Release | None:
    """Return the version that ``v1.8.0`` or ``1.8.0`` is, ``None`` for what is none."""
    match = _RELEASE.fullmatch(text or "")
    return Release(int(match[1]), int(match[2]), int(match[3]), match[4] or "") if match else None


def require_release(text: t.Any, option: str) -> str:
    """Return a version as releases are called, ``v1.8.0``; raises ``InvalidOption``."""
    if not isinstance(text, str) or parse_release(text) is None:
        raise InvalidOption(f"{option}: {text!r} is no version such as 1.8.0.", option=option.partition(":")[0])
    return tag_of(text)


def tag_of(version: str) -> str:
    """Return a version as releases are called, with a ``v`` in front where it begins with a number."""
    return f"v{version}" if version[:1].isdecimal() else version


def is_same(left: str | None, right: str | None) -> bool:
    """Tell whether two versions are the same one, however they are written."""
    return left is not None and right is not None and tag_of(left) == tag_of(right)


def is_before(left: str | None, right: str | None) -> bool:
    """Tell whether one version comes before another; false where one of them cannot be read."""
    before, after = parse_release(left), parse_release(right)
    return before is not None and after is not None and before.rank < after.rank
