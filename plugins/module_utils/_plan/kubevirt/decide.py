# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to KubeVirt's and CDI's own objects and to StorageProfiles. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.kind import CDI, KUBEVIRT, STORAGE_PROFILE
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import (
    CDI_GATES,
    DISABLED_GATES,
    ENABLED,
    FAIL,
    GATES,
    IGNORE,
    disabled_gates,
    has_reached,
    listed_gates,
    observed_of,
    subject_of,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import MISSING, dig, plant
from ansible_collections.vmo.core.plugins.module_utils._plan.diff import differences
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.effect import restarted_by
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.gates import (
    lost_gates,
    next_lists,
    notes_on_gates,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.owner import appliers_of, owner_of
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.shape import CONFIG_SHAPE
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.values import check_values, notes_on_values
from ansible_collections.vmo.core.plugins.module_utils._plan.merge import disagreements, merge, merge_patch
from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan, Step
from ansible_collections.vmo.core.plugins.module_utils._words.cdi import (
    check_cdi,
    check_profiles,
    describe_cdi,
    describe_profile,
    render_cdi,
    render_profile,
    without_users,
)
from ansible_collections.vmo.core.plugins.module_utils._words.kubevirt import (
    CONFIGURATION,
    describe_kubevirt,
    option_of,
    render_kubevirt,
)

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import WantedConfig

Tree = dict[str, t.Any]
_NAMED = 10


class Change(t.NamedTuple):
    """A plan for one object; ``lost`` are the gates that it takes away, ``restarts`` what it starts anew."""

    plan: Plan
    lost: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()

    @property
    def patch(self) -> Tree:
        """Return what is to be sent, empty if nothing is."""
        return self.plan.steps[0].body if self.plan.steps else {}


def check_wishes(wanted: WantedConfig) -> None:
    """Refuse what no cluster could follow, before anything is read or sent."""
    for name, configuration, gates in (
        ("configuration", wanted.configuration, "developerConfiguration.featureGates"),
        ("configuration", wanted.configuration, "developerConfiguration.disabledFeatureGates"),
        ("cdi", (wanted.cdi or {}).get("configuration") or {}, "featureGates"),
    ):
        if dig(configuration, gates, MISSING) is not MISSING:
            raise InvalidOption(f"{name}: {gates} cannot stand here; use feature_gates.", option=name)
    if wanted.configuration.get("developerConfiguration", MISSING) is None:
        # KubeVirt's webhook does not even look at gates that go this way
        raise InvalidOption(
            "configuration: developerConfiguration cannot go as a whole, since the feature gates stand there.",
            option="configuration",
        )
    for name, is_named in (
        ("feature_gates", wanted.gates or wanted.preset_gates),
        ("cdi_feature_gates", wanted.cdi_gates),
        ("host_devices", wanted.options.get("host_devices")),
    ):
        if name in wanted.exclusive and not is_named:
            raise InvalidOption(
                f"exclusive: it names {name}, but the task does not say which {name} there shall be.",
                option="exclusive",
            )
    wish, more = _kubevirt_wishes(wanted, {})
    check_values(wish, in_words=True)
    check_values(more, in_words=False)
    check_cdi(wanted.cdi or {})
    check_profiles(wanted.profiles)


def decide_kubevirt(wanted: WantedConfig, found: Tree) -> Change:
    """Return what brings KubeVirt's object to what the task asks."""
    wishes = _kubevirt_wishes(wanted, found)
    lists = next_lists(wanted, found)
    gates: Tree = {}
    if lists.enabled != listed_gates(found):
        plant(gates, GATES, lists.enabled)
    if lists.disabled is not None and lists.disabled != disabled_gates(found):
        plant(gates, DISABLED_GATES, lists.disabled)
    after = _merged(found, [*wishes, gates])
    notes = [*notes_on_gates(wanted, after), *notes_on_values(after)]
    if wanted.options.get("use_emulation"):
        notes.append(
            "use_emulation: guests on nodes without /dev/kvm run by software emulation, many times slower, and no node "
            "is kept from taking them: this is for trials, not for production."
        )
    patch = merge_patch(found, after)
    if not patch:
        return Change(Plan("none", notes=tuple(notes)))
    changed = {*listed_gates(found)} ^ {*lists.enabled}
    # where none has run yet, none starts anew
    restarts = () if observed_of(found) is None else tuple(restarted_by(found, after, changed))
    if restarts:
        notes.append(
            f"This change starts {_listed(restarts)} anew; migrations that are under way fail and are repeated."
        )
    plan = _plan(KUBEVIRT, found, patch, describe_kubevirt(found), describe_kubevirt(after), notes)
    return Change(plan, tuple(lost_gates(found, lists)), restarts)


def decide_cdi(wanted: WantedConfig, found: Tree) -> Change:
    """Return what brings CDI's object to what the task asks."""
    options = wanted.cdi or {}
    wish = render_cdi(options, found)
    more = _in_agreement(wish, "spec.config", options.get("configuration") or {}, "cdi")
    gates = list(dig(found, CDI_GATES) or ())
    exclusive = "cdi_feature_gates" in wanted.exclusive
    kept = [name for name in gates if wanted.cdi_gates.get(name, "" if exclusive else ENABLED) == ENABLED]
    kept += [name for name, asked in wanted.cdi_gates.items() if asked == ENABLED and name not in kept]
    if kept != gates:
        plant(wish, CDI_GATES, kept)
    after = _merged(found, [wish, more])
    patch = merge_patch(found, after)
    if not patch:
        return Change(Plan("none"))
    return Change(_plan(CDI, found, patch, describe_cdi(found), describe_cdi(after), []))


def decide_profile(options: t.Mapping[str, t.Any], found: Tree) -> Change:
    """Return what brings a StorageProfile to what the task asks."""
    after = merge(found, render_profile(options), CONFIG_SHAPE)
    patch = merge_patch(found, after)
    if not patch:
        return Change(Plan("none"))
    return Change(_plan(STORAGE_PROFILE, found, patch, describe_profile(found), describe_profile(after), []))


def notes_on_owner(wanted: WantedConfig, found: Tree, patch: Tree) -> list[str]:
    """Return what to tell of others who say what the object shall be; raises ``Refused`` where the task wants that."""
    if wanted.on_managed == IGNORE or not patch:
        return []
    owner = owner_of(found)
    subject = subject_of(found)
    if owner is not None and wanted.on_managed == FAIL:
        raise Refused(
            f"{subject} is managed by {owner.sentence}, and on_managed is fail: {owner.advice}.",
            code="managed_elsewhere",
            managed_by=owner.by,
        )
    if owner is not None:
        return [f"{subject} is managed by {owner.sentence}: {owner.advice}."]
    return [
        f"{name} applies some of these fields of {subject}, too, and brings them back when it does so again."
        for name in appliers_of(found, patch)
    ]


def notes_on_version(found: Tree, version: str | None) -> list[str]:
    """Return that another version runs than the one that nobody waits for."""
    if has_reached(found, version):
        return []
    running = observed_of(found) or "no version"
    return [f"{subject_of(found)} is not at {version}: {running} runs, and the task does not wait for another one."]


def refuse_loss(gate: str, needed_by: t.Sequence[str]) -> Refused:
    """Return why a gate stays."""
    more = "" if len(needed_by) <= _NAMED else f" and {len(needed_by) - _NAMED} more"
    return Refused(
        f"The feature gate {gate} stays, since {', '.join(needed_by[:_NAMED])}{more} need"
        f"{'s' if len(needed_by) == 1 else ''} it: remove them first, or use force.",
        code="feature_gate_in_use",
        feature_gate=gate,
        dependants=list(needed_by),
    )


def _kubevirt_wishes(wanted: WantedConfig, found: Tree) -> tuple[Tree, Tree]:
    """Return what the options ask, and what is asked in the API's words."""
    wish = render_kubevirt(wanted.options, found, wanted.exclusive)
    return wish, _in_agreement(wish, CONFIGURATION, wanted.configuration, "configuration")


def _in_agreement(wish: Tree, path: str, configuration: t.Mapping[str, t.Any], option: str) -> Tree:
    """Return a configuration in its place; raises ``InvalidOption`` where it disagrees with a wish."""
    more: Tree = {}
    if configuration:
        plant(more, path, dict(configuration))
    clash = disagreements(wish, more, CONFIG_SHAPE)
    if clash:
        words = [option_of(field) if path == CONFIGURATION else field for field in clash]
        raise InvalidOption(f"{option}: it disagrees with the option {', '.join(words)}.", option=option)
    return more


def _merged(found: Tree, wishes: t.Sequence[Tree]) -> Tree:
    after: Tree = found
    for wish in wishes:
        after = merge(after, wish, CONFIG_SHAPE)
    return after


def _plan(kind: Kind, found: Tree, patch: Tree, before: Tree, after: Tree, notes: list[str]) -> Plan:
    metadata = found["metadata"]
    body = {**patch, "metadata": {"resourceVersion": metadata["resourceVersion"]}}
    was, now = differences(before, after)
    steps = (Step("patch", kind, metadata["name"], body),)
    return Plan("update", without_users(was), without_users(now), steps, notes=tuple(notes))


def _listed(words: t.Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
