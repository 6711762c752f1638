# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents without what differs from one run to the next."""

from __future__ import annotations

import pathlib
import re
import typing as t

import yaml

_VOLATILE = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uid>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"(?<=in record \()\d+(?=\))"), "<revision>"),
    (re.compile(r"(?<=too old resource version: )\d+ \(\d+\)"), "<revision>"),
    (re.compile(r"(virt-launcher-[a-z0-9-]+|kubevirt-workload-update)-[a-z0-9]{5}\b"), r"\1-<suffix>"),
    # A refused patch quotes the whole object.
    (re.compile(r'(?<=Invalid value: )"\{.*\}"(?=: strict)', re.DOTALL), "<object>"),
    (re.compile(r"\b52:54:00(:[0-9a-f]{2}){3}\b"), "<mac>"),
    (re.compile(r'(?<=User ")[a-z-]+(?=")'), "<user>"),
    (re.compile(r"\beyJ[\w.-]+"), "<token>"),
    (re.compile(r"\bkv-node\d\b"), "<node>"),
    (re.compile(r"\b(10|192)(\.\d{1,3}){3}\b"), "<address>"),
)
# What every Status of a refusal has, and what is told by its kind alone.
_FAILURE = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
_GAPS = yaml.safe_load((pathlib.Path(__file__).parent / "gaps.yml").read_text(encoding="utf-8"))
_DROPPED = {"managedFields", "continue", *_GAPS["fields"]}


def normal(found: t.Any, namespace: str) -> t.Any:
    """Replace what is volatile by its name; conditions become a mapping by type, as their order means nothing."""
    if isinstance(found, str):
        found = found.replace(namespace, "<namespace>")
        for pattern, word in _VOLATILE:
            found = pattern.sub(word, found)
        return found
    if isinstance(found, list):
        return [normal(item, namespace) for item in found]
    if not isinstance(found, dict):
        return found
    result = {key: normal(value, namespace) for key, value in found.items() if key not in _DROPPED}
    if result.get("resourceVersion"):
        result["resourceVersion"] = "<revision>"
    if isinstance(result.get("conditions"), list):
        result["conditions"] = {item.pop("type"): item for item in result["conditions"]}
    if result.items() >= _FAILURE.items():
        result = {key: value for key, value in result.items() if key not in _FAILURE} | {"kind": "Status"}
    return result


def news(items: t.Sequence[t.Any]) -> list[t.Any]:
    """What follows on its like is no news."""
    return [item for index, item in enumerate(items) if index == 0 or item != items[index - 1]]


def select(found: t.Any, where: t.Any) -> t.Any:
    """Return the value at a dotted path, of each item where there is a list; several paths give several values."""
    if isinstance(where, list):
        if isinstance(found, list):
            return news([select(item, where) for item in found])
        return {path: select(found, path) for path in where}
    for step in filter(None, where.split(".")):
        if isinstance(found, list):
            found = [item.get(step) if isinstance(item, dict) else None for item in found]
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return found
