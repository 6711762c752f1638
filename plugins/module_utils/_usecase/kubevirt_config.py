# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring KubeVirt's and CDI's own objects and StorageProfiles to what a task wants. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    ApiMissing,
    Conflict,
    Forbidden,
    NotFound,
    Refused,
    VmoError,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import CDI, KUBEVIRT, STORAGE_PROFILE
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import (
    only,
    shown,
    subject_of,
    target_of,
    version_of,
)
from ansible_collections.vmo.core.plugins.module_utils._model.release import is_same
from ansible_collections.vmo.core.plugins.module_utils._model.status import is_going
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.decide import (
    Change,
    check_wishes,
    decide_cdi,
    decide_kubevirt,
    decide_profile,
    notes_on_owner,
    notes_on_version,
    refuse_loss,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.dependants import dependants, kinds_that_need
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.gates import report_gates
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.owner import owner_of, writers_of
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_wait import Waiting, until_followed
from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline, gives_way
from ansible_collections.vmo.core.plugins.module_utils._words.cdi import without_users

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import WantedConfig
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Cluster, JsonObject, Progress


@dataclass
class Subject:
    """One object that the task is about; ``word`` is where it stands in the diff, empty for KubeVirt itself.

    ``version`` is the one that is awaited; ``judged`` is the one for which it was decided what to send.
    """

    kind: Kind
    found: JsonObject
    decide: t.Callable[[JsonObject], Change]
    word: str = ""
    version: str | None = None
    judged: str | None = None
    before: JsonObject = field(default_factory=dict)
    after: JsonObject = field(default_factory=dict)
    restarts: list[str] = field(default_factory=list)


@dataclass
class Record:
    """What a task did so far."""

    subjects: list[Subject]
    actions: list[dict[str, str]] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def report(self) -> dict[str, t.Any]:
        """Return the part of the result that a failure has, too."""
        diff: dict[str, t.Any] = {"before_header": "KubeVirt", "after_header": "KubeVirt", "before": {}, "after": {}}
        for subject in self.subjects:
            for side, words in (("before", subject.before), ("after", subject.after)):
                if subject.kind is STORAGE_PROFILE and words:
                    diff[side].setdefault(subject.word, []).append({"name": subject.found["metadata"]["name"], **words})
                elif subject.word and words:
                    diff[side][subject.word] = words
                else:
                    diff[side].update(words)
        return {"changed": bool(self.actions), "actions": self.actions, "diff": diff}


def configure(cluster: Cluster, wanted: WantedConfig, clock: Clock, progress: Progress) -> dict[str, t.Any]:
    """Carry the task out and return its report: changed, diff, actions, the objects, gates, owner, warnings."""
    check_wishes(wanted)
    waiting = Waiting(cluster, Deadline(clock, wanted.wait_timeout), progress, wanted.failure_grace)
    record = Record(_find(cluster, wanted))
    try:
        if not wanted.wait or cluster.dry_run:
            _send(waiting, wanted, record.subjects, record)
            _compare(record)
        else:
            _follow(waiting, wanted, record)
    except VmoError as error:
        error.report = {**record.report(), "warnings": [*record.notes, *_said(cluster)]}
        raise
    return _report(cluster, wanted, record)


def _send(waiting: Waiting, wanted: WantedConfig, subjects: t.Sequence[Subject], record: Record) -> None:
    # all of it is judged before the first of it is sent
    changes = [_judge(waiting.cluster, wanted, subject, record) for subject in subjects]
    for subject, change in zip(subjects, changes):
        _converge(waiting, wanted, subject, change, record)


def _follow(waiting: Waiting, wanted: WantedConfig, record: Record) -> None:
    """Send what is wanted and wait for it; what a new version makes of the same wishes is sent when it runs.

    Settings come first all the same: components may need them to start, such as tolerations.
    """
    awaited = [subject for subject in record.subjects if subject.kind is not STORAGE_PROFILE]
    _send(waiting, wanted, record.subjects, record)
    _await(waiting, awaited, record)
    later = [subject for subject in awaited if not is_same(subject.judged, version_of(subject.found))]
    if later:
        _send(waiting, wanted, later, record)
        _await(waiting, later, record)


def _await(waiting: Waiting, subjects: t.Sequence[Subject], record: Record) -> None:
    for subject in subjects:
        anew = bool(subject.restarts)
        followed = until_followed(waiting, subject.kind, subject.found, subject.version, anew=anew)
        subject.found = followed.found
        if not followed.is_seen:
            record.notes[
                f"Whether the components of {subject.kind.name} have come up cannot be seen without the right to list "
                f"deployments and daemonsets in its namespace."
            ] = None


def _compare(record: Record) -> None:
    for subject in record.subjects:
        record.notes.update(dict.fromkeys(notes_on_version(subject.found, subject.version)))


def _find(cluster: Cluster, wanted: WantedConfig) -> list[Subject]:
    """Read each object that the task names."""
    kubevirt = only(KUBEVIRT, _all(cluster, KUBEVIRT))
    subjects = [Subject(KUBEVIRT, kubevirt, lambda found: decide_kubevirt(wanted, found), version=wanted.version)]
    if wanted.cdi is not None:
        cdi = only(CDI, _all(cluster, CDI))
        subjects.append(Subject(CDI, cdi, lambda found: decide_cdi(wanted, found), "cdi", wanted.cdi_version))
    for options in wanted.profiles:
        profile = cluster.get(STORAGE_PROFILE, None, options["name"])
        if profile is None:
            raise NotFound(
                f"storage_profiles: there is no StorageProfile {options['name']}: CDI makes one for each StorageClass.",
                kind=STORAGE_PROFILE.name,
            )
        decide = _decider(options)
        subjects.append(Subject(STORAGE_PROFILE, profile, decide, "storage_profiles"))
    for subject in subjects:
        if is_going(subject.found):
            raise Refused(f"{subject_of(subject.found)} is being deleted.", code="being_deleted")
    return subjects


def _decider(options: t.Mapping[str, t.Any]) -> t.Callable[[JsonObject], Change]:
    return lambda found: decide_profile(options, found)


def _all(cluster: Cluster, kind: Kind) -> list[JsonObject]:
    try:
        return cluster.list_all(kind).items
    except ApiMissing:
        raise NotFound(
            f"This cluster knows no {kind.name} objects: install {kind.name} first.", kind=kind.name
        ) from None


def _judge(cluster: Cluster, wanted: WantedConfig, subject: Subject, record: Record) -> Change:
    """Decide, and refuse what the task may not do."""
    change = subject.decide(subject.found)
    subject.judged = version_of(subject.found) or subject.version
    record.notes.update(dict.fromkeys(change.plan.notes))
    record.notes.update(dict.fromkeys(notes_on_owner(wanted, subject.found, change.patch)))
    if change.lost:
        _protect(cluster, wanted, change.lost, record)
    return change


def _protect(cluster: Cluster, wanted: WantedConfig, lost: t.Sequence[str], record: Record) -> None:
    """Refuse to take away a gate that something needs; with force, tell it."""
    objects: dict[Kind, list[JsonObject]] = {}
    for kind in kinds_that_need(lost):
        try:
            objects[kind] = cluster.list_all(kind).items
        except ApiMissing:
            objects[kind] = []
        except Forbidden as refusal:
            if not wanted.force:
                raise Forbidden(
                    f"{refusal.message}, so what needs {', '.join(lost)} cannot be told; force takes it all the same",
                    **refusal.details,
                ) from None
    for gate in lost:
        needed_by = dependants(gate, objects)
        if needed_by and not wanted.force:
            raise refuse_loss(gate, needed_by)
        if needed_by:
            named = ", ".join(needed_by)
            record.notes[f"The feature gate {gate} is taken away by force although it is needed by {named}."] = None


def _converge(waiting: Waiting, wanted: WantedConfig, subject: Subject, change: Change, record: Record) -> None:
    """Send what is decided; when somebody else was faster, read and decide again."""
    cluster, deadline = waiting.cluster, waiting.deadline
    metadata = subject.found["metadata"]
    conflicts, in_doubt = 0, False
    while change.patch:
        subject.before = {**change.plan.before, **subject.before}
        subject.after.update(change.plan.after)
        subject.restarts = list(change.restarts)
        (step,) = change.plan.steps
        try:
            subject.found = cluster.patch(step.kind, metadata.get("namespace"), step.name, step.body)
        except Conflict as conflict:
            conflicts += 1
            in_doubt = in_doubt or conflict.is_perhaps_done
            if not gives_way(deadline, conflicts):
                raise
            subject.found = _again(cluster, subject)
            change = _judge(cluster, wanted, subject, record)
            continue
        record.actions.append(step.report())
        return
    if in_doubt:
        # the first attempt, whose answer was lost, has done it
        record.actions.append({"verb": "patch", "kind": subject.kind.name, "name": metadata["name"]})


def _again(cluster: Cluster, subject: Subject) -> JsonObject:
    metadata = subject.found["metadata"]
    found = cluster.get(subject.kind, metadata.get("namespace"), metadata["name"])
    if found is None:
        raise NotFound(f"{subject_of(subject.found)} was deleted by somebody else.", kind=subject.kind.name)
    return found


def _said(cluster: Cluster) -> list[str]:
    # KubeVirt has gates of which it warns without a word (facts/kubevirt.md 1.6)
    return [text for text in cluster.drain_warnings() if text.strip()]


def _report(cluster: Cluster, wanted: WantedConfig, record: Record) -> dict[str, t.Any]:
    kubevirt = record.subjects[0].found
    cdi = next((subject.found for subject in record.subjects if subject.kind is CDI), None)
    profiles = [subject.found for subject in record.subjects if subject.kind is STORAGE_PROFILE]
    return {
        **record.report(),
        "version": version_of(kubevirt),
        "target_version": target_of(kubevirt),
        "kubevirt": shown(kubevirt),
        "cdi": {} if cdi is None else without_users(shown(cdi)),
        "cdi_version": None if cdi is None else version_of(cdi),
        "cdi_target_version": None if cdi is None else target_of(cdi),
        "cdi_managed_by": None if cdi is None else _owner(cdi),
        "storage_profiles": [shown(found) for found in profiles],
        "feature_gates": report_gates(wanted, kubevirt),
        "managed_by": _owner(kubevirt),
        "writers": writers_of(kubevirt),
        "restarted_components": record.subjects[0].restarts,
        "outdated_vms": dig(kubevirt, "status.outdatedVirtualMachineInstanceWorkloads", 0),
        "warnings": [*record.notes, *_said(cluster)],
    }


def _owner(found: JsonObject) -> dict[str, str] | None:
    owner = owner_of(found)
    return None if owner is None else owner._asdict()
