# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task about a golden image waits for. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    Forbidden,
    Refused,
    VmoError,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import (
    attempts,
    awaits_consumer,
    current_volume,
    progress,
    takes_upload,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import CLAIM, DATA_IMPORT_CRON, DATA_VOLUME
from ansible_collections.vmo.core.plugins.module_utils._model.status import condition
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import diagnose, report
from ansible_collections.vmo.core.plugins.module_utils._plan.image.decide import is_done
from ansible_collections.vmo.core.plugins.module_utils._usecase.evidence import gather_volume
from ansible_collections.vmo.core.plugins.module_utils._usecase.suspicion import Suspicion
from ansible_collections.vmo.core.plugins.module_utils._wait import Outlook, Target, wait_until
from ansible_collections.vmo.core.plugins.module_utils._words.images import describe_image

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.golden_image import WantedImage
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import Evidence, Finding
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject, Progress
    from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline

CLAIM_SECONDS = 0.5


class Waiting(t.NamedTuple):
    """The image that is waited for, and by whom."""

    cluster: Cluster
    wanted: WantedImage
    deadline: Deadline
    progress: Progress

    def target(self, kind: Kind) -> Target:
        """Return the object that the image is."""
        return Target(kind, self.wanted.namespace, self.wanted.name)


def until_imported(waiting: Waiting, kind: Kind, found: JsonObject | None) -> JsonObject | None:
    """Wait until all data is there; ends as soon as the cause of a failure has lasted for the task's grace."""
    look = _Filling(waiting, kind, attempts=attempts(found) if waiting.wanted.uploads else None)
    return _until(waiting, kind, found, look, awaited="imported")


def until_upload_ready(waiting: Waiting, found: JsonObject | None) -> JsonObject | None:
    """Wait until the image can be filled with a file, or is filled."""
    look = _Filling(waiting, DATA_VOLUME, is_ready=takes_upload)
    return _until(waiting, DATA_VOLUME, found, look, awaited="ready for its file")


def _until(waiting: Waiting, kind: Kind, found: JsonObject | None, look: _Filling, awaited: str) -> JsonObject | None:
    try:
        return wait_until(
            waiting.cluster,
            waiting.target(kind),
            found,
            look,
            awaited=awaited,
            deadline=waiting.deadline,
            progress=waiting.progress,
        )
    except WaitTimeout as timeout:
        raise look.explain(timeout) from None


def until_gone(waiting: Waiting, kind: Kind, found: JsonObject | None) -> None:
    """Wait until the image is gone, and its volume with it, so that the next one of its name does not meet them."""
    wait_until(
        waiting.cluster,
        waiting.target(kind),
        found,
        lambda seen: Outlook(seen is None, "it is being deleted"),
        awaited="gone",
        deadline=waiting.deadline,
        progress=waiting.progress,
    )
    if kind is DATA_VOLUME:
        _until_claim_is_gone(waiting, dig(found or {}, "metadata.uid"))


def _until_claim_is_gone(waiting: Waiting, owner: str | None) -> None:
    cluster, wanted, deadline, telling = waiting
    while True:
        try:
            claim = cluster.get(CLAIM, wanted.namespace, wanted.name)
        except Forbidden:
            return
        owners = [item.get("uid") for item in dig(claim or {}, "metadata.ownerReferences") or ()]
        if owner not in owners:
            return
        text = f"PersistentVolumeClaim {wanted.namespace}/{wanted.name}"
        if deadline.left <= 0:
            raise WaitTimeout(
                f"The {wanted.subject} is gone, but its {text} is still there after {deadline.seconds:g} seconds: "
                f"something uses it.",
                last_seen=str(dig(claim or {}, "status.phase")),
            )
        telling.report(f"{text}: it is being deleted")
        deadline.clock.sleep(min(CLAIM_SECONDS, deadline.left))


class _Filling:
    """An import or a copy under way: of the image itself, or of the newest volume of one that renews."""

    def __init__(
        self,
        waiting: Waiting,
        kind: Kind,
        *,
        is_ready: t.Callable[[JsonObject | None], bool] | None = None,
        attempts: int | None = None,
    ) -> None:
        self._waiting = waiting
        self._kind = kind
        self._is_ready = is_ready
        # of CDI, before a file was sent that it has to convert now
        self._attempts = attempts
        self._suspicion = Suspicion(waiting.wanted.failure_grace, waiting.deadline.clock.now())
        self._volume: JsonObject | None = None
        self._evidence: Evidence | None = None
        self._finding: Finding | None = None

    def __call__(self, found: JsonObject | None) -> Outlook:
        if found is None:
            raise WaitFailed("The image was deleted by somebody else while the task waited.", code="deleted")
        is_cron = self._kind is DATA_IMPORT_CRON
        now = self._waiting.deadline.clock.now()
        if not is_cron:
            self._volume = found
        if self._has_come(found, is_cron=is_cron):
            return Outlook(True, self._phrase(found))
        if self._attempts is not None and attempts(found) > self._attempts:
            raise self._not_taken(found)
        failing = condition(self._volume, "Running").get("reason") == "Error"
        if now >= self._suspicion.next_look or (failing and not self._suspicion.is_awake):
            self._investigate(found, now)
        return Outlook(False, self._phrase(found), self._suspicion.pause(now))

    def _has_come(self, found: JsonObject, *, is_cron: bool) -> bool:
        if self._is_ready is not None:
            if awaits_consumer(found) and not describe_image(found).get("immediate_binding"):
                raise Refused(
                    f"The {self._waiting.wanted.subject} was made to wait for its first consumer ({progress(found)}), "
                    f"so no file can be sent to it: set immediate_binding, or delete it.",
                    code="upload_waits_for_consumer",
                )
            return self._is_ready(found)
        return is_done(self._waiting.wanted, found, is_cron=is_cron)

    def _not_taken(self, found: JsonObject) -> VmoError:
        """Return the failure of a file that arrived, and that CDI could not make a volume of."""
        said = condition(found, "Running").get("message") or "it does not say why"
        self._evidence = gather_volume(self._waiting.cluster, found)
        finding = diagnose(found, self._evidence)
        if finding is not None:
            return self._failure(finding)
        return Refused(
            f"CDI took the file for the {self._waiting.wanted.subject}, but could not make a volume of it: {said}. It "
            f"waits for another one.",
            code="upload_failed",
            diagnosis=report(found, self._evidence, None),
        )

    def _investigate(self, found: JsonObject, now: float) -> None:
        if self._kind is DATA_IMPORT_CRON:
            self._volume = self._newest(found)
        finding = None
        if self._volume is not None:
            self._evidence = gather_volume(self._waiting.cluster, self._volume)
            finding = diagnose(self._volume, self._evidence)
        self._finding = finding
        if self._suspicion.hardens(finding, now) and finding is not None:
            raise self._failure(finding)

    def _newest(self, cron: JsonObject) -> JsonObject | None:
        name = current_volume(cron)
        return None if name is None else self._waiting.cluster.get(DATA_VOLUME, self._waiting.wanted.namespace, name)

    def _failure(self, finding: Finding) -> WaitFailed:
        diagnosis = None
        if self._volume is not None and self._evidence is not None:
            diagnosis = report(self._volume, self._evidence, finding)
        return WaitFailed(f"{finding.message} {finding.hint}", code=finding.code, diagnosis=diagnosis)

    def explain(self, timeout: WaitTimeout) -> VmoError:
        """Return the error of a deadline together with what can be found out now."""
        if self._volume is None:
            if self._kind is DATA_IMPORT_CRON:
                timeout.message += " CDI does not know yet which image is the newest: look at its pods that ask."
            return timeout
        self._evidence = gather_volume(self._waiting.cluster, self._volume)
        finding = diagnose(self._volume, self._evidence, late=True)
        if finding is not None:
            return self._failure(finding)
        timeout.details["diagnosis"] = report(self._volume, self._evidence, None)
        return timeout

    def _phrase(self, found: JsonObject) -> str:
        if self._finding is not None:
            return f"{progress(self._volume)}: {self._finding.message}"
        if self._attempts is not None and takes_upload(found):
            return f"{progress(found)}: CDI has the file, and makes the volume of it"
        if self._kind is not DATA_IMPORT_CRON:
            return progress(found)
        if self._volume is not None:
            return f"{dig(self._volume, 'metadata.name')} {progress(self._volume)}"
        return str(condition(found, "UpToDate").get("message") or "CDI asks which image is the newest")
