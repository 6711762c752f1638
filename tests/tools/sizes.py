# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long files and functions of ``plugins/`` are: the limits are tested, the medians are only told."""

from __future__ import annotations

import ast
import statistics
import typing as t
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PLUGINS = CHECKOUT / "plugins"

# What a module, a file of module_utils and a function should measure in the middle.
WANTED_MEDIANS = {"module": 60, "file of module_utils": 250, "function": 40}

DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
FRAGMENT = "ModuleDocFragment"


def length(node: ast.stmt) -> int:
    """Return the number of lines of a statement."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def documentation_of(tree: ast.Module) -> t.Iterator[ast.Assign]:
    """Yield the documentation of a module, or every section of a documentation fragment."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == FRAGMENT:
            yield from (section for section in node.body if isinstance(section, ast.Assign))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in DOCUMENTATION:
            yield node


def lines_beside_documentation(text: str) -> int:
    """Return the number of lines without those that are documentation for users."""
    return len(text.splitlines()) - sum(length(node) for node in documentation_of(ast.parse(text)))


def functions(text: str) -> t.Iterator[tuple[str, int]]:
    """Yield name and length of every function and method."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, length(node)


def report() -> list[str]:
    """Return one line for each median."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(PLUGINS.rglob("*.py"))}
    lengths = {
        "module": [lines_beside_documentation(text) for path, text in texts.items() if path.parent.name == "modules"],
        "file of module_utils": [
            len(text.splitlines()) for path, text in texts.items() if "module_utils" in path.parts
        ],
        "function": [number for text in texts.values() for _name, number in functions(text)],
    }
    return [
        f"median {what}: {statistics.median(found):g} lines of {len(found)} (wanted: {WANTED_MEDIANS[what]} at most)"
        for what, found in lengths.items()
        if found
    ]
