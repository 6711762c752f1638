# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until KubeVirt and CDI have done what their objects say. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import WaitFailed, WaitTimeout
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import (
    has_reached,
    is_settled,
    phrase,
    subject_of,
    trouble_of,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.operators import is_of_former_operator
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.pods import unfinished
from ansible_collections.vmo.core.plugins.module_utils._usecase.kubevirt_components import Components
from ansible_collections.vmo.core.plugins.module_utils._wait import Outlook, Target, wait_until

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject, Progress
    from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline

# how long to wait before the components are looked at, and how often then
PODS_SECONDS = 5.0
ROLLOUT_SECONDS = 2.0
NOT_SETTLED = "not_settled"
GONE = "deleted"


class Waiting(t.NamedTuple):
    """Who waits, and for how long; ``grace`` is how long a trouble may last."""

    cluster: Cluster
    deadline: Deadline
    progress: Progress
    grace: float


def until_followed(waiting: Waiting, kind: Kind, found: JsonObject, version: str | None, *, anew: bool) -> Followed:
    """Return the object as soon as its operator has followed it, at a version if one is awaited.

    ``anew``: components start anew, and have to have come up, too, as they have for a version. KubeVirt calls itself
    ready as long as the old ones serve, also when the new ones never will, and at its new version before they run.
    """
    components = Components(waiting.cluster, found)
    while True:
        found = _until_settled(waiting, kind, found, components, version)
        if version is None and not anew:
            return Followed(found)
        rollout = _until_rolled_out(waiting, found, components)
        if rollout.components is None:
            return Followed(found, is_seen=False)
        is_replaced = version is not None and is_of_former_operator(found, rollout.components)
        if not rollout.took_time and not is_replaced:
            return Followed(found)
        if is_replaced:
            _pause(waiting, subject_of(found))
        # meanwhile the operator may have begun something new
        metadata = found["metadata"]
        again = waiting.cluster.get(kind, metadata.get("namespace"), metadata["name"])
        if again is None:
            raise _gone(subject_of(found))
        found = again


class Followed(t.NamedTuple):
    """An object that its operator has followed; ``is_seen`` is false where its components could not be looked at."""

    found: JsonObject
    is_seen: bool = True


class _Rollout(t.NamedTuple):
    """Components that have come up, ``None`` where the user may not see them; ``took_time``: they were not up yet."""

    components: list[JsonObject] | None
    took_time: bool = False


def _pause(waiting: Waiting, subject: str) -> None:
    seen = "its new operator has not begun yet"
    waiting.progress.report(f"{subject}: {seen}")
    if waiting.deadline.left <= 0:
        raise WaitTimeout(
            f"{subject} is as its former operator left it after {waiting.deadline.seconds:g} seconds: {seen}.",
            awaited="settled",
            last_seen=seen,
        )
    waiting.deadline.clock.sleep(min(ROLLOUT_SECONDS, waiting.deadline.left))


def _until_settled(
    waiting: Waiting, kind: Kind, found: JsonObject, components: Components, version: str | None
) -> JsonObject:
    metadata = found["metadata"]
    settled = wait_until(
        waiting.cluster,
        Target(kind, metadata.get("namespace", ""), metadata["name"]),
        found,
        _Settling(waiting, subject_of(found), components, version),
        awaited="settled" if version is None else f"at {version}",
        deadline=waiting.deadline,
        progress=waiting.progress,
    )
    return t.cast("JsonObject", settled)


def _until_rolled_out(waiting: Waiting, found: JsonObject, components: Components) -> _Rollout:
    """Wait for components that start anew."""
    subject, deadline = subject_of(found), waiting.deadline
    patience = _Patience(waiting, subject)
    took_time = False
    while True:
        parts = components.all()
        lagging = None if parts is None else unfinished(parts)
        if lagging is None:
            return _Rollout(parts, took_time)
        took_time = True
        patience.bear(components.trouble(found, None), lagging)
        waiting.progress.report(f"{subject}: {lagging}")
        if deadline.left <= 0:
            raise WaitTimeout(
                f"The components of {subject} are not started anew after {deadline.seconds:g} seconds; last "
                f"seen: {lagging}.",
                awaited="started anew",
                last_seen=lagging,
            )
        deadline.clock.sleep(min(ROLLOUT_SECONDS, deadline.left))


def _gone(subject: str) -> WaitFailed:
    return WaitFailed(f"{subject} was deleted by somebody else while the task waited.", code=GONE)


class _Patience:
    """How long a trouble is borne."""

    def __init__(self, waiting: Waiting, subject: str) -> None:
        self._waiting = waiting
        self._subject = subject
        self._since: float | None = None

    def bear(self, trouble: str | None, seen: str) -> None:
        """Raise ``WaitFailed`` for a trouble that has lasted too long."""
        now = self._waiting.deadline.clock.now()
        if trouble is None:
            self._since = None
            return
        if self._since is None:
            self._since = now
        if now - self._since >= self._waiting.grace:
            raise WaitFailed(
                f"{self._subject} cannot be followed: {trouble}.", code=NOT_SETTLED, reason=trouble, last_seen=seen
            )


class _Settling:
    """Looks at the object, and at its components where it takes long."""

    def __init__(self, waiting: Waiting, subject: str, components: Components, version: str | None) -> None:
        self._subject = subject
        self._clock = waiting.deadline.clock
        self._patience = _Patience(waiting, subject)
        self._components = components
        self._version = version
        # a new version takes long in any case
        self._next_look = self._clock.now() + (PODS_SECONDS if version is None else 0.0)
        self._of_components: str | None = None

    def __call__(self, found: JsonObject | None) -> Outlook:
        if found is None:
            raise _gone(self._subject)
        if is_settled(found) and has_reached(found, self._version):
            return Outlook(True, phrase(found))
        now = self._clock.now()
        if now >= self._next_look:
            self._of_components = self._components.trouble(found, self._version)
            self._next_look = now + PODS_SECONDS
        seen = phrase(found, self._version)
        trouble = trouble_of(found) or self._of_components
        self._patience.bear(trouble, seen)
        return Outlook(False, seen if trouble is None else f"{seen}: {trouble}", max(0.5, self._next_look - now))
