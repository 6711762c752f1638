# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that the API takes and KubeVirt's components do not. Private to vmo.core.

Of some the components keep the last good configuration, all of it, and say so in their logs alone; others they take
for not set (facts/kubevirt.md 1.6).
"""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig
from ansible_collections.vmo.core.plugins.module_utils._words.kubevirt import CONFIGURATION, DEVELOPER, option_of

Tree = dict[str, t.Any]
PERCENT = 100
_FREEZES = "KubeVirt would go on with its last good configuration as a whole, and tell it in its logs alone"
_UNSET = "KubeVirt would take it for not set"
_BLOCKS = "the component would send no more requests"
_LIMITER = "restClient.rateLimiter.tokenBucketRateLimiter"


class Rule(t.NamedTuple):
    """A field, what a value of it has to be, and what would come of another one."""

    field: str
    is_good: t.Callable[[t.Any], bool]
    wanted: str
    consequence: str


def _at_least(least: float) -> t.Callable[[t.Any], bool]:
    return lambda value: _is_number(value) and value >= least


def _is_number(value: t.Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _one_of(*values: str) -> t.Callable[[t.Any], bool]:
    return lambda value: value in values


def _each_of(*values: str) -> t.Callable[[t.Any], bool]:
    return lambda value: isinstance(value, list) and all(item in values for item in value)


def _never(_value: t.Any) -> bool:
    return False


_PULL = ("Always", "IfNotPresent", "Never")
_EVICTION = ("None", "LiveMigrate", "LiveMigrateIfPossible", "External")
FREEZING: tuple[Rule, ...] = (
    Rule(f"{DEVELOPER}.cpuAllocationRatio", _at_least(1), "1 or more", _FREEZES),
    Rule(f"{DEVELOPER}.memoryOvercommit", _at_least(1), "1 or more", _FREEZES),
    Rule(
        f"{DEVELOPER}.pvcTolerateLessSpaceUpToPercent",
        lambda value: _is_number(value) and 1 <= value <= PERCENT,
        "1 to 100",
        f"{_FREEZES}; 0 it would take for not set, which is 10",
    ),
    Rule(f"{CONFIGURATION}.imagePullPolicy", _one_of(*_PULL), " or ".join(_PULL), _FREEZES),
    Rule(
        f"{CONFIGURATION}.network.defaultNetworkInterface",
        _one_of("bridge", "masquerade"),
        "bridge or masquerade",
        _FREEZES,
    ),
)
IGNORED: tuple[Rule, ...] = (
    Rule(f"{DEVELOPER}.minimumReservePVCBytes", _at_least(1), "1 or more", _UNSET),
    *(
        Rule(f"{DEVELOPER}.logVerbosity.{component}", _at_least(1), "1 or more", _UNSET)
        for component in ("virtAPI", "virtController", "virtHandler", "virtLauncher", "virtOperator")
    ),
    Rule(f"{CONFIGURATION}.liveUpdateConfiguration.maxHotplugRatio", _at_least(1), "1 or more", _UNSET),
    Rule(
        f"{CONFIGURATION}.evictionStrategy",
        _one_of(*_EVICTION),
        " or ".join(_EVICTION),
        "KubeVirt would take it for None",
    ),
    Rule(
        "spec.workloadUpdateStrategy.workloadUpdateMethods",
        _each_of("LiveMigrate", "Evict"),
        "a list of LiveMigrate and Evict",
        "KubeVirt would pass over the others",
    ),
    *(
        Rule(f"{CONFIGURATION}.{component}Configuration.{_LIMITER}.{field}", is_good, wanted, _BLOCKS)
        for component in ("api", "webhook", "controller", "handler")
        for field, is_good, wanted in (
            ("qps", lambda value: _is_number(value) and value > 0, "more than 0"),
            ("burst", _at_least(1), "1 or more"),
        )
    ),
    Rule(f"{CONFIGURATION}.minCPUModel", _never, "left out", "KubeVirt does not look at it any more"),
    Rule(f"{CONFIGURATION}.network.permitSlirpInterface", _never, "left out", "KubeVirt does not look at it any more"),
)


def check_values(wish: Tree, *, in_words: bool) -> None:
    """Raise ``InvalidOption`` for the first value of a wish that the components would pass over.

    ``in_words`` tells whether the options say it, or ``configuration``.
    """
    for rule in (*FREEZING, *IGNORED):
        value = dig(wish, rule.field, MISSING)
        if value is not MISSING and value is not None and not rule.is_good(value):
            option = option_of(rule.field) if in_words else "configuration"
            name = option if in_words else f"{option}: {rule.field.removeprefix(f'{CONFIGURATION}.')}"
            raise InvalidOption(
                f"{name}: {value!r} must be {rule.wanted}: {rule.consequence}.", option=option.partition(".")[0]
            )


def notes_on_values(kubevirt: Tree) -> list[str]:
    """Return what KubeVirt cannot follow although its API has taken it."""
    return [
        f"KubeVirt goes on with an older configuration as a whole since {rule.field} is "
        f"{dig(kubevirt, rule.field)!r}; it must be {rule.wanted}."
        for rule in FREEZING
        if dig(kubevirt, rule.field, 0) not in (0, "", None) and not rule.is_good(dig(kubevirt, rule.field))
    ]
