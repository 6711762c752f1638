# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task says about checks: which are made, and how much they matter. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.check import FAIL, PASS, WARN

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.check import Check

Params = t.Mapping[str, t.Any]
Catalogue = t.Sequence["Check"]
SEVERITIES = (FAIL, WARN, PASS)


def chosen(catalogue: Catalogue, only: t.Collection[str], ignore: t.Collection[str]) -> tuple[Check, ...]:
    """Return the checks to make; both options take ids, and areas such as ``n``."""
    return tuple(
        check
        for check in catalogue
        if (not only or {check.id, check.area} & set(only)) and not {check.id, check.area} & set(ignore)
    )


def unknown_ids(catalogue: Catalogue, names: t.Iterable[str]) -> list[str]:
    """Return those names that are neither a check nor an area."""
    known = {name for check in catalogue for name in (check.id, check.area)}
    return sorted(set(names) - known)


def overrides_of(catalogue: Catalogue, params: Params) -> dict[str, str]:
    """Return the option ``severity_overrides``. Raises ``InvalidOption``."""
    found = {name: str(value) for name, value in (params["severity_overrides"] or {}).items()}
    ids = {check.id for check in catalogue}
    wrong = sorted(set(found) - ids)
    if wrong:
        raise InvalidOption(f"severity_overrides: there is no check {', '.join(wrong)}.", option="severity_overrides")
    for name, value in found.items():
        if value not in SEVERITIES:
            said = f"severity_overrides: {value} for {name} is none of {', '.join(SEVERITIES)}."
            raise InvalidOption(said, option="severity_overrides")
    return found


def ids_of(catalogue: Catalogue, params: Params, option: str) -> tuple[str, ...]:
    """Return the option ``only`` or ``ignore``. Raises ``InvalidOption``."""
    wrong = unknown_ids(catalogue, params[option] or ())
    if wrong:
        raise InvalidOption(f"{option}: there is no check and no area {', '.join(wrong)}.", option=option)
    return tuple(params[option] or ())
