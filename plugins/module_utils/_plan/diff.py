# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences in the words of the options, without secrets. Private to vmo.core."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._words.text import HIDDEN, HIDDEN_CHANGED, holds_secret

Tree = dict[str, t.Any]
_HIDDEN_WORDS = ("user_data", "network_data")
# where a document of cloud-init can stand in the API's own words
_HIDDEN_FIELDS = ("userData", "userDataBase64", "networkData", "networkDataBase64")
_HIDDEN_ANNOTATIONS = ("kubectl.kubernetes.io/last-applied-configuration",)


def differences(before: Tree, after: Tree) -> tuple[Tree, Tree]:
    """Return what differs of two descriptions; lists of named items are reduced to the items that differ."""
    left, right = _differing(before, after)
    for word in _HIDDEN_WORDS:
        was, now = dig(left, f"cloud_init.{word}"), dig(right, f"cloud_init.{word}")
        if was is not None:
            left["cloud_init"] = {**left["cloud_init"], word: HIDDEN}
        if now is not None:
            right["cloud_init"] = {**right["cloud_init"], word: HIDDEN if was is None else HIDDEN_CHANGED}
    return t.cast("tuple[Tree, Tree]", (without_secrets(left), without_secrets(right)))


def _differing(before: Tree, after: Tree) -> tuple[Tree, Tree]:
    left: Tree = {}
    right: Tree = {}
    for word in sorted(before.keys() | after.keys()):
        was: t.Any = before.get(word)
        now: t.Any = after.get(word)
        if was == now and type(was) is type(now):
            continue
        if _is_named(was) and _is_named(now):
            was, now = _differing_items(was or [], now or [])
        elif isinstance(was, dict) and isinstance(now, dict):
            was, now = _differing(was, now)
        # what is empty now only lost what is the same on both sides
        if word in before and (was not in ([], {}) or before[word] == was):
            left[word] = was
        if word in after and (now not in ([], {}) or after[word] == now):
            right[word] = now
    return left, right


def _is_named(value: t.Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in value)
    )


def _differing_items(was: list[Tree], now: list[Tree]) -> tuple[list[Tree], list[Tree]]:
    old = {item["name"]: item for item in was}
    new = {item["name"]: item for item in now}
    left, right = [], []
    for name in {**old, **new}:
        if name not in new:
            left.append(old[name])
        elif name not in old:
            right.append(new[name])
        elif old[name] != new[name]:
            was_more, now_more = _differing(old[name], new[name])
            left.append({"name": name, **was_more})
            right.append({"name": name, **now_more})
    return left, right


def hide_documents(words: Tree) -> Tree:
    """Return a description without the documents of cloud-init."""
    cloud_init = words.get("cloud_init")
    if cloud_init:
        hidden = {word: HIDDEN if word in _HIDDEN_WORDS else value for word, value in cloud_init.items()}
        words = {**words, "cloud_init": hidden}
    return t.cast("Tree", without_secrets(words))


def without_secrets(tree: t.Any) -> t.Any:
    """Return a copy of an object, or a part of one, in which no document of cloud-init can be read.

    Neither can the value of a parameter of a template whose name says that it is a password.
    """
    if isinstance(tree, dict):
        hidden = (*_HIDDEN_FIELDS, "value") if holds_secret(str(tree.get("name", ""))) else _HIDDEN_FIELDS
        return {
            field: HIDDEN if field in hidden and value else without_secrets(value)
            for field, value in tree.items()
            if field not in _HIDDEN_ANNOTATIONS
        }
    if isinstance(tree, list):
        return [without_secrets(item) for item in tree]
    return copy.copy(tree)


def leaves(before: Tree, after: Tree, prefix: str = "") -> list[str]:
    """Return the dotted words that differ, one level below the top, such as ``cpu.sockets`` or ``disks.data``."""
    words = []
    for word in sorted(before.keys() | after.keys()):
        was, now = before.get(word), after.get(word)
        if was == now:
            continue
        if not prefix and _is_named(was) and _is_named(now):
            old, new = _differing_items(was or [], now or [])
            words += [f"{word}.{name}" for name in sorted({item["name"] for item in (*old, *new)})]
        elif not prefix and isinstance(was or {}, dict) and isinstance(now or {}, dict):
            words += leaves(was or {}, now or {}, f"{word}.")
        else:
            words.append(prefix + word)
    return words
