# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import every file that runs on managed hosts: syntax or a library of a newer Python shows at once.

Run by ``make imports`` under the oldest Python for modules. That environment has no ansible-core, whose own releases
for such an old Python are too old; ``ansible.module_utils`` is taken from the newest one, which still supports it
where modules run.
"""

from __future__ import annotations

import importlib
import os
import sys
import types
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def borrow_module_utils(directory: str) -> None:
    """Make ``ansible.module_utils`` importable from another environment, and nothing else of it."""
    package = types.ModuleType("ansible")
    package.__path__ = [directory]
    package.__file__ = f"{directory}/__init__.py"
    sys.modules["ansible"] = package


def main() -> int:
    """Import all; tell how many."""
    borrow_module_utils(sys.argv[1])
    sys.path[:0] = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(":")
    # What a module catches at its import (a library that is not there) must be there in this check.
    importlib.import_module("kubernetes.client")
    importlib.import_module("yaml")
    count = 0
    for part in ("module_utils", "modules"):
        for path in sorted((CHECKOUT / "plugins" / part).rglob("*.py")):
            name = ".".join(path.relative_to(CHECKOUT).with_suffix("").parts)
            importlib.import_module(f"ansible_collections.vmo.core.{name}")
            count += 1
    print(f"{count} files imported under Python {sys.version.split()[0]}")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
