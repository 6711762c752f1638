# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which gates KubeVirt's own object shall list, and what that means. Private to vmo.core."""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.feature_gates import (
    BETA_IS_ON,
    DISCONTINUED,
    GA,
    LAST_MINOR,
    NAMES,
    Verdict,
    has_disabled,
    judge,
    minor_of,
    purpose_of,
    state_of,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import (
    ABSENT,
    DISABLED,
    ENABLED,
    disabled_gates,
    listed_gates,
    version_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import WantedConfig

Tree = dict[str, t.Any]


class Lists(t.NamedTuple):
    """The gates that are listed as enabled and as disabled; ``None`` for the second where the API has no such list."""

    enabled: list[str]
    disabled: list[str] | None


def version_for(wanted: WantedConfig, found: Tree) -> str | None:
    """Return the version that settings are for: the one that runs or, before one does, the one that is awaited."""
    return version_of(found) or wanted.version


def wishes_of(wanted: WantedConfig, version: str | None) -> dict[str, str]:
    """Return what the task asks of each gate; of its preset only what has to be listed in this version."""
    wishes = {}
    for name in wanted.preset_gates:
        if version is None or state_of(name, version) not in (GA, DISCONTINUED, None):
            wishes[name] = ENABLED
    wishes.update(wanted.gates)
    return wishes


def next_lists(wanted: WantedConfig, found: Tree) -> Lists:
    """Return the lists as they shall be: in their order, new names behind, those of others left where they are."""
    version = version_for(wanted, found)
    wishes = wishes_of(wanted, version)
    keep_others = "feature_gates" not in wanted.exclusive
    of_preset = set(wanted.preset_gates) - wanted.gates.keys()

    def follow(names: list[str], wish: str) -> list[str]:
        kept = [name for name in names if wishes.get(name, wish if keep_others or name in of_preset else "") == wish]
        return kept + [name for name, asked in wishes.items() if asked == wish and name not in kept]

    enabled = follow(listed_gates(found), ENABLED)
    return Lists(enabled, follow(disabled_gates(found), DISABLED) if has_disabled(version) else None)


def verdict(found: Tree, name: str, lists: Lists | None = None) -> Verdict:
    """Return whether a gate has an effect; with ``lists``, as it would be with these."""
    lists = lists or Lists(listed_gates(found), disabled_gates(found))
    return judge(name, version_of(found), lists.enabled, lists.disabled or ())


def lost_gates(found: Tree, lists: Lists) -> list[str]:
    """Return the gates that have an effect now and would have none."""
    names = sorted({*listed_gates(found), *lists.enabled, *(lists.disabled or ()), "DeclarativeHotplugVolumes"})
    return [name for name in names if verdict(found, name).effective and not verdict(found, name, lists).effective]


def report_gates(wanted: WantedConfig, found: Tree) -> dict[str, Tree]:
    """Return what is to be known of each gate that the object lists or the task names."""
    version = version_of(found)
    listed, disabled = listed_gates(found), disabled_gates(found)
    names = dict.fromkeys([*listed, *disabled, *wanted.gates, *wanted.preset_gates])
    report = {}
    for name in sorted(names):
        judged = verdict(found, name)
        report[name] = {
            "listed": ENABLED if name in listed else DISABLED if name in disabled else ABSENT,
            "known": state_of(name, version) is not None,
            "state": state_of(name, version),
            "effective": judged.effective,
            "reason": judged.reason,
            "purpose": purpose_of(name),
        }
    return report


def notes_on_gates(wanted: WantedConfig, found: Tree) -> list[str]:
    """Return what the user should know of the gates that the task names; the server says nothing of these."""
    version = version_for(wanted, found)
    minor = minor_of(version)
    if minor is None:
        return []
    notes = []
    for name, wish in wanted.gates.items():
        state = state_of(name, version)
        if state is None and wish != ABSENT and not (minor > LAST_MINOR and name not in NAMES):
            notes.append(f"feature_gates: KubeVirt 1.{minor} does not know {name} and ignores it.{_guess(name)}")
        elif state == GA and wish == DISABLED:
            notes.append(f"feature_gates: {name} cannot be turned off: it is always on in KubeVirt 1.{minor}.")
        elif wish == DISABLED and minor < BETA_IS_ON and has_disabled(version):
            notes.append(f"feature_gates: KubeVirt 1.{minor} lists {name} as disabled, which counts from 1.9 on alone.")
        elif wish == ENABLED and name == "DeclarativeHotplugVolumes" and "HotplugVolumes" in listed_gates(found):
            notes.append(f"feature_gates: {name} has no effect as long as HotplugVolumes is listed.")
    return notes


def _guess(name: str) -> str:
    near = difflib.get_close_matches(name, NAMES, 1)
    return f" Is {near[0]} meant?" if near and near[0] != name else ""
