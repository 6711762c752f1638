# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What MAAS keeps of a machine as plain fields: names, pool, zone, swap, power, tags. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._words.text import HIDDEN_CHANGED

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.wanted_machine import WantedMachine, WantedPower
    from ansible_collections.vmo.core.plugins.module_utils._plan.machine.found import Found

    Tree = dict[str, t.Any]

# these cannot change under a system that is installed
NOT_WHEN_DEPLOYED = ("hostname", "domain", "swap_size")
DEFAULT_SWAP = "default"
# among what a task has done already: secrets are renewed once
POWER_SET = "power"
_SIZE = re.compile(r"(\d+)\s*([KMGT]?)B?", re.IGNORECASE)
_POWERS = "KMGT"


class Change(t.NamedTuple):
    """Fields to send, and the same in the words of the options, before and after."""

    form: Tree
    before: Tree
    after: Tree


def settings(wanted: WantedMachine, found: Found, done: t.Container[str] = ()) -> Change:
    """Return what differs of the plain fields but the pool, which comes last; ``done`` is what was done already."""
    machine = found.machine
    pairs = {
        "hostname": (machine.hostname, wanted.hostname and wanted.hostname.lower()),
        "domain": (machine.domain, wanted.domain),
        "description": (found.description, wanted.description),
        "zone": (machine.zone, wanted.zone),
    }
    change = Change({}, {}, {})
    for word, (was, now) in pairs.items():
        if now is not None and now != was:
            _put(change, word, was, now, now)
    if wanted.swap_size is not None:
        now_bytes = swap_bytes(wanted.swap_size)
        if now_bytes != machine.swap_size:
            shown = DEFAULT_SWAP if now_bytes is None else now_bytes
            was_shown = DEFAULT_SWAP if machine.swap_size is None else machine.swap_size
            _put(change, "swap_size", was_shown, shown, "" if now_bytes is None else now_bytes)
    if wanted.power is not None:
        _power(change, wanted.power, found, renews=wanted.power.renew and POWER_SET not in done)
    return change


def pool(wanted: WantedMachine, found: Found) -> Change:
    """Return whether the machine goes into another pool."""
    change = Change({}, {}, {})
    if wanted.pool is not None and wanted.pool != found.machine.pool:
        _put(change, "pool", found.machine.pool, wanted.pool, wanted.pool)
    return change


def tags(wanted: WantedMachine, found: Found) -> tuple[list[str], list[str], Tree, Tree]:
    """Return the tags to add and to remove, and these as what differs: MAAS may change others at any time."""
    had = found.machine.tags
    added = [tag for tag in wanted.tags if tag not in had]
    removed = [tag for tag in wanted.without_tags if tag in had]
    if not added and not removed:
        return [], [], {}, {}
    return added, removed, {"tags": sorted(removed)}, {"tags": sorted(added)}


def swap_bytes(text: str) -> int | None:
    """Return the bytes of a size such as ``8G`` (decimal, as MAAS reads it), ``None`` for the default.

    Raises ``ValueError`` for what is no size.
    """
    if text.lower() == DEFAULT_SWAP:
        return None
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    exponent = _POWERS.index(match[2].upper()) + 1 if match[2] else 0
    return int(match[1]) * int(1000**exponent)


def _put(change: Change, word: str, was: t.Any, now: t.Any, sent: t.Any) -> None:
    change.before[word], change.after[word], change.form[word] = was, now, sent


def _power(change: Change, wanted: WantedPower, found: Found, *, renews: bool) -> None:
    """Compare what can be compared; secrets go along with a change of it, or when they are to be renewed."""
    was_kind = found.machine.power_type or None
    is_other_kind = wanted.kind is not None and wanted.kind != was_kind
    known = {} if is_other_kind else found.power
    differing = {name: value for name, value in wanted.params.items() if str(value) != str(known.get(name, ""))}
    before: Tree = {}
    after: Tree = {}
    if is_other_kind:
        before["type"], after["type"] = was_kind, wanted.kind
    if differing:
        before["parameters"] = {name: found.power[name] for name in differing if name in found.power}
        after["parameters"] = differing
    if wanted.secrets and (before or after or renews):
        after["secrets"] = dict.fromkeys(sorted(wanted.secrets), HIDDEN_CHANGED)
    if not after:
        return
    params = {**wanted.params, **(wanted.secrets if "secrets" in after else {})}
    change.form.update({f"power_parameters_{name}": value for name, value in params.items()})
    change.form["power_type"] = wanted.kind or was_kind
    if wanted.skip_check:
        change.form["power_parameters_skip_check"] = True
    change.before["power"], change.after["power"] = before, after
