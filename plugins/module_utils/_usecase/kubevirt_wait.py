# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until KubeVirt and CDI have done what their objects say. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import (
    Forbidden,
    VmoError,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DAEMON_SET, DEPLOYMENT, POD
from ansible_collections.vmo.core.plugins.module_utils._model.kubevirt import (
    is_settled,
    phrase,
    subject_of,
    trouble_of,
)
from ansible_collections.vmo.core.plugins.module_utils._plan.kubevirt.pods import (
    COMPONENTS,
    LABEL,
    trouble_of_pods,
    unfinished,
)
from ansible_collections.vmo.core.plugins.module_utils._wait import Outlook, Target, wait_until

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.kind import Kind
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject, Progress
    from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline

# how long to wait before the pods are looked at, and how often then
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


def until_settled(waiting: Waiting, kind: Kind, found: JsonObject) -> JsonObject:
    """Return the object as soon as its operator has followed it."""
    metadata = found["metadata"]
    settled = wait_until(
        waiting.cluster,
        Target(kind, metadata.get("namespace", ""), metadata["name"]),
        found,
        _Settling(waiting, subject_of(found)),
        awaited="settled",
        deadline=waiting.deadline,
        progress=waiting.progress,
    )
    return t.cast("JsonObject", settled)


def until_rolled_out(waiting: Waiting, found: JsonObject) -> bool:
    """Wait for components that a change of KubeVirt starts anew; false where the user may not see how far they are.

    KubeVirt calls itself ready as long as the old ones serve, also when the new ones never will.
    """
    patience = _Patience(waiting, subject_of(found))
    namespace = found["metadata"]["namespace"]
    cluster, deadline = waiting.cluster, waiting.deadline
    while True:
        try:
            components = [
                item
                for kind in (DEPLOYMENT, DAEMON_SET)
                for item in cluster.list_all(kind, namespace, labels=LABEL).items
            ]
        except Forbidden:
            return False
        lagging = unfinished(components)
        if lagging is None:
            return True
        patience.bear(patience.trouble_of_pods(namespace), lagging)
        waiting.progress.report(f"{subject_of(found)}: {lagging}")
        if deadline.left <= 0:
            raise WaitTimeout(
                f"The components of {subject_of(found)} are not started anew after {deadline.seconds:g} seconds; last "
                f"seen: {lagging}.",
                awaited="started anew",
                last_seen=lagging,
            )
        deadline.clock.sleep(min(ROLLOUT_SECONDS, deadline.left))


class _Patience:
    """How long a trouble is borne, and what the pods of the components tell of one."""

    def __init__(self, waiting: Waiting, subject: str) -> None:
        self._waiting = waiting
        self._subject = subject
        self._since: float | None = None
        self._may_see_pods = True

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

    def trouble_of_pods(self, namespace: str | None) -> str | None:
        """Return why a pod of a component does not run, ``None`` if all do or nobody may know."""
        if not self._may_see_pods or namespace is None:
            return None
        try:
            return trouble_of_pods(self._waiting.cluster.list_all(POD, namespace, labels=COMPONENTS).items)
        except Forbidden:
            self._may_see_pods = False
        except VmoError:
            # what it would have told is not worth a failure
            return None
        return None


class _Settling:
    """Looks at the object, and at the pods of the components where it takes long."""

    def __init__(self, waiting: Waiting, subject: str) -> None:
        self._subject = subject
        self._clock = waiting.deadline.clock
        self._patience = _Patience(waiting, subject)
        self._next_pods = self._clock.now() + PODS_SECONDS
        self._of_pods: str | None = None

    def __call__(self, found: JsonObject | None) -> Outlook:
        if found is None:
            raise WaitFailed(f"{self._subject} was deleted by somebody else while the task waited.", code=GONE)
        if is_settled(found):
            return Outlook(True, phrase(found))
        now = self._clock.now()
        if now >= self._next_pods:
            self._of_pods = self._patience.trouble_of_pods(found["metadata"].get("namespace"))
            self._next_pods = now + PODS_SECONDS
        trouble = trouble_of(found) or self._of_pods
        self._patience.bear(trouble, phrase(found))
        seen = phrase(found) if trouble is None else f"{phrase(found)}: {trouble}"
        return Outlook(False, seen, max(0.5, self._next_pods - now))
