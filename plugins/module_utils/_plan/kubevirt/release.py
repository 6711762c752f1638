# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version of KubeVirt or CDI a cluster gets, and whether there is a way to it. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.release import (
    Release,
    is_before,
    is_same,
    parse_release,
    require_release,
    tag_of,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.owner import Owner

NONE, INSTALL, UPGRADE, UNINSTALL = "none", "install", "upgrade", "uninstall"
PRESENT, ABSENT = "present", "absent"


class Product(t.NamedTuple):
    """What is installed; ``one_by_one``: no minor version may be left out."""

    name: str
    one_by_one: bool


PRODUCTS = {
    "KubeVirt": Product("KubeVirt", one_by_one=True),
    # its operator takes any newer version, and is tested from the release before alone
    "CDI": Product("CDI", one_by_one=False),
}


class Installed(t.NamedTuple):
    """What a cluster has: the version that runs, the one that its operator brings, and who says what it shall be."""

    version: str | None = None
    target: str | None = None
    owner: Owner | None = None

    @property
    def coming(self) -> str | None:
        """Return the newer version that an upgrade under way brings, ``None`` if none is."""
        return self.target if is_before(self.version, self.target) else None


class Decision(t.NamedTuple):
    """What is to be done. ``version`` is the one whose manifest counts; refusal and note are sentences or empty."""

    action: str
    version: str
    previous: str | None = None
    is_foreign: bool = False
    refusal: str = ""
    note: str = ""


def decide_release(
    product: Product, installed: Installed | None, *, state: str, version: t.Any, pinned: t.Any
) -> Decision:
    """Return what brings a cluster to the version that is wanted, or to none; raises ``InvalidOption``."""
    wanted = require_release(version, "version") if version else None
    default = wanted or require_release(pinned, "pinned")
    if state not in (PRESENT, ABSENT):
        raise InvalidOption(f"state: {state!r} is neither {PRESENT} nor {ABSENT}.", option="state")
    if installed is None:
        return Decision(INSTALL if state == PRESENT else NONE, default)
    running = None if installed.version is None else tag_of(installed.version)
    there = running or (installed.target and tag_of(installed.target)) or default
    if installed.owner is not None:
        return _of_somebody_else(product, installed.owner, there, None if state == ABSENT else wanted or there)
    if state == ABSENT:
        return Decision(UNINSTALL, there, running)
    if running is None:
        # its operator has never run: an installation that did not get to its end
        return Decision(INSTALL, wanted or there)
    if wanted is None:
        coming = installed.coming
        return Decision(NONE, running, running) if coming is None else Decision(UPGRADE, tag_of(coming), running)
    return _to(product, wanted, running, installed.coming)


def _of_somebody_else(product: Product, owner: Owner, there: str, wanted: str | None) -> Decision:
    managed = f"{product.name} is managed by {owner.sentence}"
    if wanted is None:
        return Decision(NONE, there, there, True, refusal=f"{managed}: it has to be removed there.")
    note = "" if is_same(there, wanted) else f"{managed}: it stays {there}, and does not become {wanted} here."
    return Decision(NONE, there, there, True, note=note)


def _to(product: Product, wanted: str, running: str, coming: str | None) -> Decision:
    """Return the way from one version to another."""
    refusal = note = ""
    before, after = parse_release(running), parse_release(wanted)
    if coming is not None and is_before(wanted, coming):
        refusal = f"{product.name} is on its way from {running} to {tag_of(coming)}, and does not go back to {wanted}."
    elif is_same(running, wanted):
        return Decision(NONE, running, running)
    elif before is None or after is None:
        refusal = f"{product.name} is {running}, from which no way to {wanted} is known."
    elif after.rank < before.rank:
        refusal = f"{product.name} does not go down from {running} to {wanted}: neither is that supported nor tried."
    elif after.major != before.major:
        refusal = f"{product.name} is {running}, from which no way to {wanted} is known."
    elif after.minor - before.minor > 1:
        path = " → ".join(f"{before.major}.{minor}" for minor in range(before.minor, after.minor + 1))
        if product.one_by_one:
            refusal = _step_by_step(product, before, path)
        else:
            note = (
                f"{product.name} goes from {running} to {wanted} at once; its project tests the way from one release "
                f"to the next alone, {path}."
            )
    return (
        Decision(NONE, running, running, refusal=refusal) if refusal else Decision(UPGRADE, wanted, running, note=note)
    )


def _step_by_step(product: Product, before: Release, path: str) -> str:
    return (
        f"{product.name} goes up one minor version at a time, {path}: have the newest "
        f"{before.major}.{before.minor + 1} installed first."
    )
