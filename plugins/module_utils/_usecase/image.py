# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a golden image to what a task wants, and report it. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    AlreadyExists,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    VmoError,
    WaitTimeout,
)
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import shown
from ansible_collections.vmo.core.plugins.module_utils._model.kind import (
    CLAIM,
    DATA_IMPORT_CRON,
    DATA_SOURCE,
    DATA_VOLUME,
    ROLE,
    ROLE_BINDING,
)
from ansible_collections.vmo.core.plugins.module_utils._model.status import is_going
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import explained
from ansible_collections.vmo.core.plugins.module_utils._plan.image.companions import rights_name
from ansible_collections.vmo.core.plugins.module_utils._plan.image.decide import (
    Found,
    decide,
    decide_removal,
    subject_of,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.image.upload import SEND
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_upload import Parcel, packed, send
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_users import Users, look_around
from ansible_collections.vmo.core.plugins.module_utils._usecase.image_wait import Waiting, until_gone, until_imported
from ansible_collections.vmo.core.plugins.module_utils._usecase.record import Record
from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline, gives_way

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._plan.plan import Plan, Step
    from ansible_collections.vmo.core.plugins.module_utils._ports import (
        Clock,
        Cluster,
        ImageStore,
        ImageUpload,
        JsonObject,
        Progress,
    )


def ensure(store: ImageStore, wanted: WantedImage, clock: Clock, progress: Progress) -> dict[str, t.Any]:
    """Carry the task out and return its report: changed, diff, image, actions, used_by, warnings."""
    cluster = store.cluster
    waiting = Waiting(cluster, wanted, Deadline(clock, wanted.wait_timeout), progress)
    record = Record()
    try:
        found = _converge(waiting, store.upload, record)
        if wanted.wait and not cluster.dry_run:
            found = _finish(waiting, found, record)
    except VmoError as error:
        error.report = {**record.report(wanted.subject), "warnings": [*record.notes, *cluster.drain_warnings()]}
        raise
    return {
        **record.report(wanted.subject),
        "image": {} if found.image is None or wanted.state == "absent" else shown(found.image),
        "warnings": [*record.notes, *cluster.drain_warnings()],
    }


def _converge(waiting: Waiting, upload: ImageUpload, record: Record) -> Found:
    """Read, decide and act until a plan has nothing left to decide again; return what was seen last."""
    cluster, wanted, deadline, _progress = waiting
    parcel: Parcel | None = None
    conflicts = 0
    while True:
        found = _find(cluster, wanted)
        if is_going(found.image) and wanted.state != "absent" and not cluster.dry_run:
            until_gone(waiting, found.kind, found.image)
            continue
        if parcel is None:
            waiting, parcel = packed(waiting, upload, found.volume)
            wanted = waiting.wanted
        plan, found = _decide(cluster, wanted, found, record)
        record.note(plan)
        # what comes after a deletion is a new image, of which the difference tells already
        record.is_new = record.is_new or plan.action == "recreate"
        try:
            found = _carry_out(waiting, Sending(upload, parcel), plan, found, record)
        except (Conflict, AlreadyExists, NotFound) as error:
            conflicts += 1
            # what is not found while something is made is its namespace
            is_final = isinstance(error, NotFound) and plan.action == "create"
            if is_final or not gives_way(deadline, conflicts):
                raise
            continue
        if plan.again is None or cluster.dry_run:
            return found
        if deadline.left <= 0:
            raise WaitTimeout(
                f"The {wanted.subject} is not settled after {deadline.seconds:g} seconds: something undoes the task.",
                last_seen=plan.again,
            )
        if plan.again == "gone":
            until_gone(waiting, found.kind, found.image)
        else:
            until_imported(waiting, found.kind, found.image)


def _finish(waiting: Waiting, found: Found, record: Record) -> Found:
    if waiting.wanted.state == "absent":
        if found.image is not None and record.actions:
            until_gone(waiting, found.kind, found.image)
        return Found()
    image = until_imported(waiting, found.kind, found.image)
    return Found(cron=image) if found.kind is DATA_IMPORT_CRON else Found(volume=image)


def _find(cluster: Cluster, wanted: WantedImage) -> Found:
    """Read the image: one request for one that is there, and one more for all that the task names beside it."""
    namespace, name = wanted.namespace, wanted.name
    first, second = (DATA_IMPORT_CRON, DATA_VOLUME) if wanted.renews else (DATA_VOLUME, DATA_IMPORT_CRON)
    objects = {first: cluster.get(first, namespace, name)}
    if objects[first] is None:
        objects[second] = cluster.get(second, namespace, name)
    found = Found(volume=objects.get(DATA_VOLUME), cron=objects.get(DATA_IMPORT_CRON))
    if wanted.state == "absent":
        return found
    is_cron = wanted.renews or found.kind is DATA_IMPORT_CRON
    source = role = binding = None
    if wanted.data_source is not None and not is_cron:
        source = cluster.get(DATA_SOURCE, namespace, wanted.data_source)
    if wanted.options.get("clone_rights") is not None:
        role = cluster.get(ROLE, namespace, rights_name(name))
        binding = cluster.get(ROLE_BINDING, namespace, rights_name(name))
    return Found(found.volume, found.cron, source, role, binding)


def _decide(cluster: Cluster, wanted: WantedImage, found: Found, record: Record) -> tuple[Plan, Found]:
    if wanted.state != "absent":
        plan = decide(wanted, found)
        if plan.action == "recreate":
            _protect(wanted, found, look_around(cluster, wanted, found), record, "made anew")
        return plan, found
    if found.image is None:
        return decide_removal(wanted, found), found
    users = look_around(cluster, wanted, found)
    _protect(wanted, found, users, record, "deleted")
    name = rights_name(wanted.name)
    role, binding = (_get_if_allowed(cluster, kind, wanted.namespace, name) for kind in (ROLE, ROLE_BINDING))
    found = Found(found.volume, found.cron, None, role, binding, users.own)
    return decide_removal(wanted, found), found


def _get_if_allowed(cluster: Cluster, kind: Kind, namespace: str, name: str) -> JsonObject | None:
    try:
        return cluster.get(kind, namespace, name)
    except Forbidden:
        # who may not see rights has not given any
        return None


def _protect(wanted: WantedImage, found: Found, users: Users, record: Record, what: str) -> None:
    """Refuse to take away an image that something needs; with force, tell it."""
    if users.names and not wanted.force:
        raise Refused(
            f"{subject_of(found)} cannot be {what}, since {_listed(users.names)} still need it: remove them first, or "
            f"use force.",
            code="image_in_use",
            used_by=list(users.names),
        )
    if users.unseen and not wanted.force:
        raise Forbidden(
            f"{subject_of(found)} cannot be {what}: the user may not list {', '.join(users.unseen)} in the namespace "
            f"{wanted.namespace}, so whether one needs it cannot be told; with force it is {what} all the same.",
            kind=found.kind.name,
        )
    notes = [f"{subject_of(found)} is {what} although {_listed(users.names)} still need it."] if users.names else []
    for note in (*notes, *users.notes):
        if note not in record.notes:
            record.notes.append(note)


def _listed(names: t.Sequence[str], most: int = 10) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _carry_out(waiting: Waiting, sending: Sending, plan: Plan, found: Found, record: Record) -> Found:
    """Send the steps in their order; return the image as it is after them."""
    cluster, wanted = waiting.cluster, waiting.wanted
    for step in plan.steps:
        if step.foreseen or (step.verb == SEND and cluster.dry_run):
            if cluster.dry_run:
                record.did(step)
            continue
        if step.verb == SEND:
            found = sending.carry_out(waiting, step, found, record)
            continue
        try:
            answer = _send(cluster, wanted, step)
        except (Conflict, AlreadyExists, NotFound) as error:
            if step.kind is CLAIM and isinstance(error, NotFound):
                # it is made with the labels of the image
                continue
            if error.is_perhaps_done:
                record.did(step, perhaps=True)
            raise
        except (Invalid, Forbidden) as refusal:
            raise explained(refusal, f"The {wanted.subject}") from None
        # labels of the claim are sent again where the image itself was changed by somebody else meanwhile
        if step.kind is not CLAIM or step.report() not in record.actions:
            record.did(step)
        if step.kind is DATA_VOLUME and answer is not None:
            found = Found(volume=answer)
        elif step.kind is DATA_IMPORT_CRON and answer is not None:
            found = Found(cron=answer)
    return found


class Sending(t.NamedTuple):
    """What the step that fills an image needs."""

    upload: ImageUpload
    parcel: Parcel | None

    def carry_out(self, waiting: Waiting, step: Step, found: Found, record: Record) -> Found:
        """Send the file that the plan was made with, once, and return the image as it was seen then."""
        if self.parcel is None or step.report() in record.actions:
            return found
        volume = send(waiting, self.upload, self.parcel, found.volume)
        record.did(step)
        return Found(volume=volume or found.volume)


def _send(cluster: Cluster, wanted: WantedImage, step: Step) -> JsonObject | None:
    if step.verb == "create":
        body = {**step.body, "metadata": {"namespace": wanted.namespace, **step.body["metadata"]}}
        return cluster.create(step.kind, body)
    if step.verb == "patch":
        return cluster.patch(step.kind, wanted.namespace, step.name, step.body)
    cluster.delete(step.kind, wanted.namespace, step.name, uid=step.body.get("uid"))
    return None
