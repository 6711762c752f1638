# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the tests of other modules over, as they are."""

from __future__ import annotations

import types
import typing as t


def scenarios_of(*modules: types.ModuleType) -> dict[str, t.Any]:
    """Return the tests of modules, with the fixtures and marks that these have for themselves."""
    found: dict[str, t.Any] = {}
    for module in modules:
        names = {name: item for name, item in vars(module).items() if not name.startswith("__")}
        twice = [name for name in names if name.startswith("test_") and name in found]
        assert not twice, f"{module.__name__} has tests of the same name as another: {twice}"
        found.update(names)
    return found
