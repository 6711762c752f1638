# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers of genuine clusters, for test runs without one: in one file, with versions apart where they differ."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

from tests.contract.replay import Kept, Tree

FILE = pathlib.Path(__file__).parent / "answers.yml"
VERSIONS = ("1.4", "1.8")
_NOTE = """---
# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Made by `python -m tests.contract record`, not by hand: what genuine clusters answer to ./scenarios, by version of
# KubeVirt where the versions differ. Written by a program, as it likes.
# yamllint disable
"""
Answers = dict[str, list[Kept]]


def load(version: str) -> Answers:
    """Return the answers of that version by scenario."""
    if not FILE.exists():
        return {}
    found = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    of_version = {name: [entry.get(version, entry) for entry in entries] for name, entries in found.items()}
    return {name: [_kept(entry) for entry in entries if entry != "none"] for name, entries in of_version.items()}


def save(answers: t.Mapping[str, Answers]) -> None:
    """Write what ``load`` reads, from the answers of each version."""
    names = list(dict.fromkeys(name for found in answers.values() for name in found))
    merged = {name: _merged({version: found.get(name, []) for version, found in answers.items()}) for name in names}
    text = yaml.dump(merged, Dumper=yaml.CSafeDumper, sort_keys=False, default_flow_style=None, width=118)
    FILE.write_text(_NOTE + text, encoding="utf-8")


def _merged(by_version: t.Mapping[str, list[Kept]]) -> list[Tree]:
    """Answers that all versions give stand once; as long as the lists are alike, so are their places."""
    versions = list(by_version)
    length = max(len(found) for found in by_version.values())
    result: list[Tree] = []
    for index in range(length):
        entries = {v: _entry(by_version[v][index]) if index < len(by_version[v]) else "none" for v in versions}
        alike = all(entry == entries[versions[0]] for entry in entries.values())
        result.append(t.cast(Tree, entries[versions[0]] if alike else entries))
    return result


def _entry(kept: Kept) -> Tree:
    found: Tree = {"request": kept.request, "answer": kept.answer}
    found |= {"warnings": kept.warnings} if kept.warnings else {}
    return found if kept.body == _no_body(kept.answer) else {**found, "body": kept.body}


def _kept(entry: Tree) -> Kept:
    body = entry.get("body", _no_body(entry["answer"]))
    return Kept(entry["request"], entry["answer"], entry.get("warnings", []), body)


def _no_body(answer: str) -> t.Any:
    """What is kept of an answer whose body is not compared, or that has none."""
    return {} if answer.endswith("/json") else ""
