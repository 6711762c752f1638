# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must happen, decided before anything happens. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind

Tree = dict[str, t.Any]


@dataclass(frozen=True)
class Step:
    """One write. ``verb`` is create, patch, delete, or the name of a KubeVirt subresource.

    ``body`` may hold secrets, so it never shows. A step that is ``foreseen`` can only be judged after those before it:
    it is reported by a dry run, and otherwise decided again then.
    """

    verb: str
    kind: Kind
    name: str
    body: Tree = field(default_factory=dict, repr=False)
    foreseen: bool = False

    def report(self) -> dict[str, str]:
        """Return the step as the user sees it in ``actions``."""
        return {"verb": self.verb, "kind": self.kind.name, "name": self.name}


@dataclass(frozen=True)
class Plan:
    """Action, changed and diff of a task in one value, so that they cannot disagree.

    ``before`` and ``after`` are in the words of the options, hold what differs only, and hide secrets. ``live`` and
    ``on_restart`` name the words that are expected to take effect at once and at the next start. ``notes`` are
    sentences for the user. ``again`` tells what to await before deciding again: ``read``, ``observed`` or ``ready``.
    ``drift`` is what following a changed template would change, ``None`` if there is no template or it did not change.
    """

    action: str
    before: Tree = field(default_factory=dict)
    after: Tree = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    live: tuple[str, ...] = ()
    on_restart: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    again: str | None = None
    drift: Tree | None = None

    @property
    def changed(self) -> bool:
        """Tell whether anything has to be sent."""
        return bool(self.steps)
