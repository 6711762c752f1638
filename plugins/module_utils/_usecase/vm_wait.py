# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task about a virtual machine waits for. Private to vmo.core."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import Refused, VmoError, WaitFailed, WaitTimeout
from ansible_collections.vmo.core.plugins.module_utils._model.kind import DATA_VOLUME, VM, VMI
from ansible_collections.vmo.core.plugins.module_utils._model.status import (
    addresses,
    has_agent,
    holds,
    is_observed,
    is_paused,
    is_ready,
    is_running,
    printable,
    restart_required,
    run_strategy,
)
from ansible_collections.vmo.core.plugins.module_utils._model.tree import dig
from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import diagnose, report
from ansible_collections.vmo.core.plugins.module_utils._plan.ownership import data_volume_names, owned_by
from ansible_collections.vmo.core.plugins.module_utils._usecase.evidence import gather
from ansible_collections.vmo.core.plugins.module_utils._usecase.suspicion import Suspicion
from ansible_collections.vmo.core.plugins.module_utils._wait import Deadline, Outlook, Target, wait_until

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm
    from ansible_collections.vmo.core.plugins.module_utils._plan.diagnosis.cause import Evidence, Finding
    from ansible_collections.vmo.core.plugins.module_utils._ports import Cluster, JsonObject, Progress

# statuses in which a VM that starts may stay for good
_TROUBLED = frozenset(
    {
        "ErrorUnschedulable",
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrorPvcNotFound",
        "DataVolumeError",
        "CrashLoopBackOff",
    }
)
RELEASE_SECONDS = 0.5
DISKS_SECONDS = 0.5
# how long after a change KubeVirt may still find out that it needs a restart
LAG_SECONDS = 3.0
DEFAULT_GRACE = 30


def always(_now: float) -> bool:
    """Let a VM that waits alone be looked into whenever it is time."""
    return True


class Waiting(t.NamedTuple):
    """The VM that is waited for, and by whom.

    ``may_look`` tells whether what is around a VM that merely takes its time may be read now.
    """

    cluster: Cluster
    wanted: WantedVm
    deadline: Deadline
    progress: Progress
    may_look: Callable[[float], bool] = always

    def until(
        self, found: JsonObject | None, look: Callable[[JsonObject | None], Outlook], awaited: str
    ) -> JsonObject | None:
        """Wait for the VM."""
        target = Target(VM, self.wanted.namespace, self.wanted.name)
        return wait_until(
            self.cluster, target, found, look, awaited=awaited, deadline=self.deadline, progress=self.progress
        )


def settle(waiting: Waiting, found: JsonObject | None, what: str, on_restart: t.Sequence[str] = ()) -> None:
    """Let the cluster come to the point at which a plan can be made again."""
    if what == "ready":
        _until_ready(waiting, found, ("ready",))
    elif what == "observed":
        _until_judged(waiting, found, on_restart)
    elif waiting.wanted.state == "absent":
        # KubeVirt may adopt a released disk once more before it has seen that the VM's templates are gone
        waiting.deadline.clock.sleep(RELEASE_SECONDS)


def finish(
    waiting: Waiting, found: JsonObject | None, verbs: t.Collection[str], on_restart: t.Sequence[str]
) -> JsonObject | None:
    """Wait for what the task asks and return the VM as last seen.

    ``verbs`` are those of the actions so far; ``on_restart`` is what the next start is expected to bring.
    """
    wanted = waiting.wanted
    if wanted.state == "absent":
        until_gone(waiting, found)
        return None
    if wanted.state == "stopped":
        return waiting.until(found, _Stopping(waiting), "stopped")
    if verbs and is_running(found):
        found = _until_judged(waiting, found, () if "restart" in verbs else on_restart)
    if wanted.state == "paused":
        return waiting.until(found, _look_paused, "paused")
    goals: t.Sequence[str] = () if wanted.state == "present" and "restart" not in verbs else ("ready",)
    if wanted.wait_for is not None:
        goals = wanted.wait_for
    if wanted.state == "present" and found is not None and not is_running(found):
        goals = goals if run_strategy(found) in ("Always", "RerunOnFailure", "Once") else ()
    return _until_ready(waiting, found, goals) if goals else found


def _until_judged(waiting: Waiting, found: JsonObject | None, on_restart: t.Sequence[str]) -> JsonObject | None:
    """Wait until KubeVirt has said what it makes of a change; a need for a restart may come a moment later."""
    found = waiting.until(found, _look_observed, "observed by KubeVirt")
    if not on_restart:
        return found
    moment = waiting._replace(deadline=Deadline(waiting.deadline.clock, min(LAG_SECONDS, waiting.deadline.left)))
    try:
        return moment.until(found, _look_restart_required, "known to need a restart")
    except WaitTimeout:
        return waiting.cluster.get(VM, waiting.wanted.namespace, waiting.wanted.name)


def until_gone(waiting: Waiting, found: JsonObject | None) -> None:
    """Wait for a VM that is being deleted."""
    waiting.until(found, _look_gone, "gone")


def owned_disks(cluster: Cluster, vm: JsonObject | None) -> list[JsonObject]:
    """Return the DataVolumes that go when the VM goes.

    Each is asked for by name: the label ``kubevirt.io/created-by`` of an adopted one names a VM that is gone.
    """
    if vm is None:
        return []
    namespace = vm["metadata"]["namespace"]
    found = (cluster.get(DATA_VOLUME, namespace, name) for name in data_volume_names(vm))
    return owned_by(vm, [volume for volume in found if volume is not None])


def until_disks_are_gone(waiting: Waiting, removed: JsonObject) -> None:
    """Wait for the DataVolumes of a VM that is gone, so that the next one of its name does not meet them."""
    cluster, wanted, deadline, progress, _may_look = waiting
    while True:
        names = ", ".join(item["metadata"]["name"] for item in owned_disks(cluster, removed))
        if not names:
            return
        if deadline.left <= 0:
            raise WaitTimeout(
                f"{wanted.subject} is gone, but its disks are still there after {deadline.seconds:g} seconds: {names}.",
                last_seen=names,
            )
        progress.report(f"{wanted.subject}: deleting disks {names}")
        deadline.clock.sleep(min(DISKS_SECONDS, deadline.left))


def _until_ready(waiting: Waiting, found: JsonObject | None, goals: t.Sequence[str]) -> JsonObject | None:
    look = _Starting(waiting)
    try:
        found = waiting.until(found, look, "ready")
    except WaitTimeout as timeout:
        raise look.explain(timeout) from None
    if "agent" in goals:
        found = waiting.until(found, _look_agent, "connected to a guest agent")
    if "address" in goals:
        namespace, name = waiting.wanted.namespace, waiting.wanted.name
        wait_until(
            waiting.cluster,
            Target(VMI, namespace, name),
            waiting.cluster.get(VMI, namespace, name),
            _look_address,
            awaited="at an address",
            deadline=waiting.deadline,
            progress=waiting.progress,
        )
    return found


def _require(found: JsonObject | None) -> JsonObject:
    if found is None:
        raise WaitFailed("The VirtualMachine was deleted by somebody else while the task waited.", code="deleted")
    return found


def _look_gone(found: JsonObject | None) -> Outlook:
    return Outlook(found is None, printable(found))


def _look_observed(found: JsonObject | None) -> Outlook:
    return Outlook(is_observed(_require(found)), "the new specification is not observed yet")


def _look_restart_required(found: JsonObject | None) -> Outlook:
    return Outlook(restart_required(_require(found)) is not None, "no restart is asked for")


def _look_paused(found: JsonObject | None) -> Outlook:
    return Outlook(is_paused(_require(found)), printable(found))


def _look_agent(found: JsonObject | None) -> Outlook:
    if not is_running(_require(found)):
        raise WaitFailed("The VirtualMachine stopped while the task waited for its guest agent.", code="stopped")
    return Outlook(
        has_agent(found), f"{printable(found)}, but no guest agent has connected (is qemu-guest-agent installed?)"
    )


def _look_address(vmi: JsonObject | None) -> Outlook:
    if vmi is None:
        raise WaitFailed("The VirtualMachine stopped while the task waited for its address.", code="stopped")
    return Outlook(bool(addresses(vmi)), "running, but no interface has an address")


class _Stopping:
    """The way down; a guest that does not listen is powered off if the task says so."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._began = waiting.deadline.clock.now()
        self._forced = False

    def __call__(self, found: JsonObject | None) -> Outlook:
        found = _require(found)
        if not is_running(found):
            return Outlook(True, printable(found))
        wanted = self._waiting.wanted
        if wanted.force and not self._forced:
            grace = wanted.grace_period
            if grace is None:
                grace = dig(found, "spec.template.spec.terminationGracePeriodSeconds", DEFAULT_GRACE)
            left = self._began + grace - self._waiting.deadline.clock.now()
            if left > 0:
                return Outlook(False, f"{printable(found)}, power off in {left:.0f} s", left)
            self._power_off()
        return Outlook(False, printable(found))

    def _power_off(self) -> None:
        wanted = self._waiting.wanted
        self._forced = True
        try:
            self._waiting.cluster.invoke(VM, wanted.namespace, wanted.name, "stop", {"gracePeriod": 0})
        except Refused:
            # it went down on its own in this moment
            return


class _Starting:
    """The way up; ends as soon as the cause of a failure has lasted for the task's grace."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._clock = waiting.deadline.clock
        self._suspicion = Suspicion(waiting.wanted.failure_grace, self._clock.now())
        self._evidence: Evidence | None = None
        self._finding: Finding | None = None
        self._vm: JsonObject | None = None

    def __call__(self, found: JsonObject | None) -> Outlook:
        self._vm = found = _require(found)
        if is_ready(found):
            return Outlook(True, printable(found))
        now = self._clock.now()
        troubled = printable(found) in _TROUBLED or holds(found, "Failure")
        is_due, is_awake = now >= self._suspicion.next_look, self._suspicion.is_awake
        if (troubled and (is_due or not is_awake)) or (is_due and (is_awake or self._waiting.may_look(now))):
            self._investigate(found, now)
        elif is_due:
            self._suspicion.postpone(now)
        return Outlook(False, self._phrase(found), self._suspicion.pause(now))

    def _investigate(self, found: JsonObject, now: float) -> None:
        wanted = self._waiting.wanted
        self._evidence = gather(self._waiting.cluster, wanted.namespace, wanted.name, found)
        self._finding = diagnose(found, self._evidence)
        if self._suspicion.hardens(self._finding, now) and self._finding is not None:
            raise self._failure(self._finding, found, self._evidence)

    def _failure(self, finding: Finding, found: JsonObject, evidence: Evidence) -> WaitFailed:
        subject = self._waiting.wanted.subject
        cause = finding.message if subject in finding.message else f"{subject} does not start: {finding.message}"
        return WaitFailed(f"{cause} {finding.hint}", code=finding.code, diagnosis=report(found, evidence, finding))

    def explain(self, timeout: WaitTimeout) -> VmoError:
        """Return the error of a deadline together with what can be found out now."""
        if self._vm is None:
            return timeout
        wanted = self._waiting.wanted
        evidence = gather(self._waiting.cluster, wanted.namespace, wanted.name, self._vm)
        finding = diagnose(self._vm, evidence, late=True)
        if finding is not None:
            return self._failure(finding, self._vm, evidence)
        timeout.details["diagnosis"] = report(self._vm, evidence, None)
        return timeout

    def _phrase(self, found: JsonObject) -> str:
        if self._finding is not None:
            return f"{printable(found)}: {self._finding.message}"
        imports = [] if self._evidence is None else self._evidence.data_volumes
        return ", ".join(
            [printable(found), *(_import(item) for item in imports if dig(item, "status.phase") != "Succeeded")]
        )


def _import(data_volume: JsonObject) -> str:
    words = (dig(data_volume, path) for path in ("metadata.name", "status.phase", "status.progress"))
    return " ".join(str(word) for word in words if word)
