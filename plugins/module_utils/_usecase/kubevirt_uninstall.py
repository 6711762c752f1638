# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take KubeVirt, CDI, or what a plain manifest brought, from a cluster. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ApiMissing,
    Conflict,
    Forbidden,
    NotFound,
    Refused,
    WaitFailed,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DEFINITION, Kind
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import phrase, subject_of, trouble_of
from ansible_collections.vmo.core.plugins.module_utils._model.status import is_going
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.blockers import blockers
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.guard import (
    BLOCKING_STRATEGY,
    ESTATES,
    belongs,
    guarded,
    kind_defined,
    lost_with,
    name_defined,
)
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_components import Components
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_wait import PODS_SECONDS
from ansible_collections.vmo.core.plugins.module_utils._wait import Outlook, Target, gives_way, wait_until

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._ports import JsonObject
    from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_objects import Objects, Record
    from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_wait import Waiting

LOOK_SECONDS = 2.0
NOT_REMOVED = "not_removed"


class Removal(t.NamedTuple):
    """What is to go. ``found`` is the object that told the operator to install, ``kind`` its kind."""

    product: str | None
    found: JsonObject | None
    kind: Kind | None
    manifest: list[JsonObject]
    delete_crds: bool
    delete_namespaces: bool


def remove(waiting: Waiting, objects: Objects, removal: Removal, record: Record) -> None:
    """Refuse while users would lose something; then take away what runs, its operator, and what else is told."""
    cluster = waiting.cluster
    guard(waiting, removal)
    if removal.found is not None and removal.kind is not None:
        _remove_product(waiting, removal.kind, removal.found, record)
    if removal.product is not None and (removal.found is None or not cluster.dry_run):
        # in check mode its operator still has the time to do this
        for kind, names in ESTATES[removal.product].leftovers:
            for name in names:
                objects.delete(kind, None, name)
    kept = {
        *(() if removal.delete_crds else ("CustomResourceDefinition",)),
        *(() if removal.delete_namespaces else ("Namespace",)),
    }
    told = objects.remove([item for item in reversed(removal.manifest) if item["kind"] not in kept])
    if not cluster.dry_run:
        for place in told:
            if place[0].name in ("CustomResourceDefinition", "Namespace"):
                objects.until_gone(place)


def guard(waiting: Waiting, removal: Removal) -> None:
    """Refuse what would take users' objects with it. What may not be seen is not taken for missing."""
    doomed = {
        item["metadata"]["name"]
        for item in removal.manifest
        if removal.delete_crds and item["kind"] == "CustomResourceDefinition"
    }
    if removal.product is None and not doomed:
        return
    cluster, product = waiting.cluster, removal.product
    definitions = cluster.list_all(DEFINITION).items
    asked = [] if product is None else guarded(ESTATES[product], definitions)
    asked += [
        definition
        for definition in definitions
        if definition["metadata"]["name"] in doomed and name_defined(definition) != product and definition not in asked
    ]
    found: dict[str, list[JsonObject]] = {}
    for definition in asked:
        name, kind = name_defined(definition), kind_defined(definition)
        if kind is None:
            raise Refused(
                f"Whether {name} objects would be lost cannot be told, as CustomResourceDefinition "
                f"{definition['metadata']['name']} serves no version: let it serve one, or delete it first.",
                code="in_use",
                kinds=[name],
            )
        try:
            found.setdefault(name, []).extend(lost_with(name, cluster.list_all(kind).items))
        except (ApiMissing, NotFound):
            continue  # its definition went since
        except Forbidden as refusal:
            raise Forbidden(
                f"{refusal.message}, so whether {name} objects would be lost cannot be told", **refusal.details
            ) from None
    # that a kind is old is no news to who wants to be rid of it
    cluster.drain_warnings()
    lost = blockers(found)
    if lost:
        what = product or "It"
        raise Refused(
            f"{what} cannot be removed, as this would be lost: {' '.join(lost)} Delete it first.",
            code="in_use",
            kinds=sorted(kind for kind, items in found.items() if items),
        )


def _remove_product(waiting: Waiting, kind: Kind, found: JsonObject, record: Record) -> None:
    """Let the operator remove it, and wait for that."""
    cluster = waiting.cluster
    if not is_going(found):
        gone = _block(waiting, kind, found)
        if gone is None:
            return
        found = gone
        metadata = found["metadata"]
        try:
            cluster.delete(kind, metadata.get("namespace"), metadata["name"], uid=metadata.get("uid"))
        except NotFound as error:
            if not error.is_perhaps_done:
                return
        record.note("delete", {**found, "kind": kind.name})
    if cluster.dry_run:
        return
    metadata = found["metadata"]
    target = Target(kind, metadata.get("namespace") or "", metadata["name"])
    wait_until(
        cluster,
        target,
        cluster.get(*target),
        _Going(waiting, found),
        awaited="gone",
        deadline=waiting.deadline,
        progress=waiting.progress,
    )
    _until_kinds_are_gone(waiting, kind)


def _block(waiting: Waiting, kind: Kind, found: JsonObject) -> JsonObject | None:
    """Let KubeVirt or CDI itself refuse to go if somebody makes something meanwhile; ``None`` if it is gone."""
    conflicts = 0
    while dig(found, "spec.uninstallStrategy") != BLOCKING_STRATEGY:
        metadata = found["metadata"]
        patch = {
            "metadata": {"resourceVersion": metadata["resourceVersion"]},
            "spec": {"uninstallStrategy": BLOCKING_STRATEGY},
        }
        try:
            return waiting.cluster.patch(kind, metadata.get("namespace"), metadata["name"], patch)
        except NotFound:
            return None
        except Conflict:
            conflicts += 1
            if not gives_way(waiting.deadline, conflicts):
                raise
            again = waiting.cluster.get(kind, metadata.get("namespace"), metadata["name"])
            if again is None:
                return None
            found = again
    return found


class _Going:
    """Looks at an object that is being deleted, and where it takes long at the operator that is to do this."""

    def __init__(self, waiting: Waiting, found: JsonObject) -> None:
        self._waiting = waiting
        self._clock = waiting.deadline.clock
        self._subject = subject_of(found)
        self._components = Components(waiting.cluster, found)
        self._next_look = self._clock.now() + PODS_SECONDS
        self._of_operator: str | None = None
        self._since: float | None = None

    def __call__(self, found: JsonObject | None) -> Outlook:
        if found is None:
            return Outlook(True, "gone")
        now = self._clock.now()
        if now >= self._next_look:
            self._of_operator = self._components.trouble_of_removal(found)
            self._next_look = now + PODS_SECONDS
        trouble = trouble_of(found) or self._of_operator
        if trouble is None:
            self._since = None
            return Outlook(False, f"being deleted: {phrase(found)}", LOOK_SECONDS)
        self._since = now if self._since is None else self._since
        if now - self._since >= self._waiting.grace:
            raise WaitFailed(
                f"{self._subject} is not removed: {trouble}.", code=NOT_REMOVED, reason=trouble, last_seen=trouble
            )
        return Outlook(False, f"being deleted: {trouble}", LOOK_SECONDS)


def _until_kinds_are_gone(waiting: Waiting, kind: Kind) -> None:
    """Wait for what Kubernetes itself collects after the object."""
    estate, deadline = ESTATES[kind.name], waiting.deadline
    while True:
        there = waiting.cluster.list_all(DEFINITION, labels=estate.label).items
        left = [item["metadata"]["name"] for item in there if belongs(estate, item) and name_defined(item) != kind.name]
        if not left:
            return
        waiting.progress.report(f"{kind.name}: {len(left)} of its kinds are there still")
        if deadline.left <= 0:
            raise WaitFailed(
                f"The kinds of {kind.name} are not gone after {deadline.seconds:g} seconds: {', '.join(sorted(left))}.",
                code=NOT_REMOVED,
                reason=", ".join(sorted(left)),
                last_seen=", ".join(sorted(left)),
            )
        deadline.clock.sleep(min(LOOK_SECONDS, deadline.left))
