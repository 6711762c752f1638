# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KubeVirt's and CDI's own objects, and what a task wants of them. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._errors import NotFound, Refused
from ansible_collections.vmo.core.plugins.module_utils._model.release import is_same
from ansible_collections.vmo.core.plugins.module_utils._model.status import condition, holds
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind

Tree = dict[str, t.Any]
ENABLED, DISABLED, ABSENT = "enabled", "disabled", "absent"
WISHES = (ENABLED, DISABLED, ABSENT)
WARN, FAIL, IGNORE = "warn", "fail", "ignore"

GATES = "spec.configuration.developerConfiguration.featureGates"
DISABLED_GATES = "spec.configuration.developerConfiguration.disabledFeatureGates"
CDI_GATES = "spec.config.featureGates"
# who made an object and what is its life is not for the result
_OWN_METADATA = ("managedFields",)
_BEING_REMOVED = "DeletionInProgress"


@dataclass(frozen=True)
class WantedConfig:
    """One task. Times are seconds.

    ``options`` are the words of KubeVirt, ``cdi`` those of CDI and ``profiles`` those of StorageProfiles, each with its
    ``name``, as the task wrote them and as its preset adds to them; ``configuration`` is the part in the API's words.
    ``gates`` and ``cdi_gates`` map names to ``enabled``, ``disabled`` or ``absent``. ``exclusive`` names the mappings
    that are meant to be complete. ``version`` and ``cdi_version`` are to be waited for; who installs them is not said.
    """

    options: Mapping[str, t.Any] = field(default_factory=dict)
    gates: Mapping[str, str] = field(default_factory=dict)
    preset_gates: tuple[str, ...] = ()
    configuration: Mapping[str, t.Any] = field(default_factory=dict)
    cdi: Mapping[str, t.Any] | None = None
    cdi_gates: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[Mapping[str, t.Any], ...] = ()
    exclusive: frozenset[str] = frozenset()
    version: str | None = None
    cdi_version: str | None = None
    force: bool = False
    on_managed: str = WARN
    wait: bool = True
    wait_timeout: float = 600
    failure_grace: float = 30


def only(kind: Kind, found: t.Sequence[Tree]) -> Tree:
    """Return the one object of a kind of which a cluster has one; raises ``NotFound`` and ``Refused``."""
    if not found:
        raise NotFound(f"There is no {kind.name} object in this cluster: install {kind.name} first.", kind=kind.name)
    if len(found) > 1:
        names = sorted(subject_of(item).partition(" ")[2] for item in found)
        raise Refused(
            f"There are {len(found)} {kind.name} objects, {', '.join(names)}, and {kind.name} obeys one of them alone: "
            f"delete the other ones.",
            code="several_objects",
            kind=kind.name,
            names=names,
        )
    return found[0]


def subject_of(found: Tree) -> str:
    """Return how messages call an object."""
    metadata = found["metadata"]
    return f"{found['kind']} " + "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))


def version_of(found: Tree) -> str | None:
    """Return the version of KubeVirt or CDI that runs or, where none does yet, that its operator brings."""
    return observed_of(found) or target_of(found)


def observed_of(found: Tree) -> str | None:
    """Return the version of KubeVirt or CDI that has been reached as a whole, ``None`` if none has."""
    return _version(found, "observed")


def target_of(found: Tree) -> str | None:
    """Return the version that the operator of KubeVirt or CDI brings, ``None`` before it says so."""
    version = dig(found, "status.operatorVersion")
    return _version(found, "target") or (str(version) if version else None)


def has_reached(found: Tree, version: str | None) -> bool:
    """Tell whether KubeVirt or CDI is at a version as a whole; without one there is nothing to reach."""
    return version is None or is_same(observed_of(found), version)


def _version(found: Tree, stage: str) -> str | None:
    product = "KubeVirt" if found["kind"] == "KubeVirt" else ""
    version = dig(found, f"status.{stage}{product}Version")
    return str(version) if version else None


def listed_gates(kubevirt: Tree) -> list[str]:
    """Return the gates that the object lists as enabled, in its order."""
    return list(dig(kubevirt, GATES) or ())


def disabled_gates(kubevirt: Tree) -> list[str]:
    """Return the gates that the object lists as disabled, in its order."""
    return list(dig(kubevirt, DISABLED_GATES) or ())


def is_settled(found: Tree) -> bool:
    """Tell whether KubeVirt or CDI has done what its object says.

    During an upgrade KubeVirt stays Deployed and Available (facts/kubevirt.md 1.4), so it takes all of them.
    """
    status = found.get("status", {})
    version = "KubeVirtVersion" if found["kind"] == "KubeVirt" else "Version"
    return bool(
        status.get("phase") == "Deployed"
        and holds(found, "Available")
        and condition(found, "Progressing").get("status") == "False"
        and condition(found, "Degraded").get("status") == "False"
        and status.get(f"observed{version}") == status.get(f"target{version}")
        and is_seen(found)
    )


def is_seen(found: Tree) -> bool:
    """Tell whether the operator has seen the last change; CDI does not say so, and is not asked."""
    observed = dig(found, "status.observedGeneration")
    if observed is None:
        return bool(found["kind"] != "KubeVirt")
    return bool(observed == found["metadata"].get("generation"))


def phrase(found: Tree, version: str | None = None) -> str:
    """Return in a few words how KubeVirt or CDI is, and how far it is on the way to a version."""
    trouble = trouble_of(found)
    words = [str(dig(found, "status.phase") or "not looked at yet")]
    if trouble is not None:
        words.append(trouble)
    elif holds(found, "Progressing"):
        progressing = condition(found, "Progressing")
        words.append(str(progressing.get("message") or progressing.get("reason") or "in progress"))
    elif dig(found, "status.phase") and not is_seen(found):
        words.append("the last change is not seen yet")
    if not has_reached(found, version):
        words.append(f"{observed_of(found) or 'no version'} runs, {version} is awaited")
    return ", ".join(words)


def trouble_of(found: Tree) -> str | None:
    """Return what the operator says it cannot do, ``None`` if it does not say so."""
    synchronized = condition(found, "Synchronized")
    if synchronized.get("status") == "False":
        return str(synchronized.get("message") or synchronized.get("reason") or "not synchronized")
    degraded = condition(found, "Degraded")
    # what is being removed as it should be is called degraded, too
    is_removal = degraded.get("reason") == _BEING_REMOVED
    if holds(found, "Degraded") and not holds(found, "Progressing") and not is_removal:
        return str(degraded.get("message") or degraded.get("reason") or "degraded")
    return None


def shown(found: Tree) -> Tree:
    """Return an object for a result."""
    metadata = {field: value for field, value in found["metadata"].items() if field not in _OWN_METADATA}
    return {**found, "metadata": metadata}
