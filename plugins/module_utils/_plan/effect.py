# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a change takes effect at once or at the next start: a forecast; the server has the last word.

The rules are those of KubeVirt's live update (facts/kubevirt.md 2.7). Private to vmo.core.
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.quantity import parse_quantity
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig, named
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import leaves

Tree = dict[str, t.Any]
# not a part of the template: they mean nothing to the guest
_OUTSIDE = frozenset({"labels", "annotations", "run_strategy", "update_volumes_strategy"})
_ALWAYS_LIVE = frozenset({"node_selector", "affinity", "tolerations"})


def forecast(before: Tree, after: Tree) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words that a running VM should follow at once, and those that wait for its next start."""
    live: list[str] = []
    on_restart: list[str] = []
    for word in leaves(before, after):
        option = word.partition(".")[0]
        if option in _OUTSIDE:
            continue
        (live if option in _ALWAYS_LIVE or _is_live(word, before, after) else on_restart).append(word)
    return tuple(live), tuple(on_restart)


def _is_live(word: str, before: Tree, after: Tree) -> bool:
    option, _dot, name = word.partition(".")
    if word == "cpu.sockets":
        return bool((dig(after, word) or 1) > (dig(before, word) or 1))
    if word == "memory":
        return (parse_quantity(after.get(word)) or 0) > (parse_quantity(before.get(word)) or 0)
    if option == "networks":
        return _network_is_live(named(before.get(option), name), named(after.get(option), name))
    if option == "disks":
        was, now = named(before.get(option), name), named(after.get(option), name)
        return bool(was and now and {**was, "size": None} == {**now, "size": None})
    return False


def _network_is_live(was: Tree | None, now: Tree | None) -> bool:
    if was is None:
        return bool(now) and t.cast("Tree", now).get("binding") in ("bridge", "sriov")
    return bool(now) and {**was, "link_state": None} == {**t.cast("Tree", now), "link_state": None}
