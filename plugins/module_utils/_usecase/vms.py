# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring many virtual machines to what a task wants, all together, and report each. Private to vmo.core."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor, wait

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption, VmoError
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.members import members_of
from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.stages import stages_of
from ansible_collections.vmo.core.plugins.module_utils._usecase.fleet_cluster import Feeds, FleetCluster
from ansible_collections.vmo.core.plugins.module_utils._usecase.fleet_report import FleetRun, report, result_of
from ansible_collections.vmo.core.plugins.module_utils._usecase.vm import ensure
from ansible_collections.vmo.core.plugins.module_utils._usecase.vm_task import wanted_vm
from ansible_collections.vmo.core.plugins.module_utils._usecase.vm_template import Surroundings

if t.TYPE_CHECKING:
    from concurrent.futures import Future

    from ansible_collections.vmo.core.plugins.module_utils._model.vm import WantedVm
    from ansible_collections.vmo.core.plugins.module_utils._plan.fleet.members import Member
    from ansible_collections.vmo.core.plugins.module_utils._ports import Clock, Clusters, Progress

    Checked = t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]

# VMs that are on their way at once; a wait costs a thread, but no request
AT_ONCE = 200
LOOK_SECONDS = 1.0
# after how long VMs that merely take their time are looked into, and how many of them a second
PATIENCE_SECONDS = 10.0
LOOKS_A_SECOND = 2.0


def run(
    clusters: Clusters, params: dict[str, t.Any], clock: Clock, progress: Progress, *, checked: Checked
) -> dict[str, t.Any]:
    """Carry out a task of ``vmo_vms``; ``checked`` judges the options of one VM. A failure has the report in it."""
    if not 1 <= params["parallel"] <= AT_ONCE:
        raise InvalidOption(f"parallel: {params['parallel']} is not between 1 and {AT_ONCE}.", option="parallel")
    members = members_of(params)
    runs = [FleetRun(member, _wanted(member, checked)) for member in members]
    cluster = clusters.cluster()
    if runs:
        feeds = Feeds(cluster, _names(runs), clock, with_instances=_waits_for_addresses(runs))
        feeds.read()
        try:
            stages = stages_of(members)
            _Fleet(clusters, runs, clock, progress, feeds).carry_out(stages, dry_run=cluster.dry_run)
            # what is told of addresses comes from the same watches
            results = [result_of(each, feeds, with_objects=params["with_objects"]) for each in runs]
        finally:
            feeds.close()
    else:
        results = []
    return report(runs, results, cluster.drain_warnings())


def _wanted(member: Member, checked: Checked) -> WantedVm:
    try:
        return wanted_vm(checked(member.options))
    except InvalidOption as error:
        raise InvalidOption(f"{member.name}: {error.message}", **error.details) from None


def _names(runs: t.Sequence[FleetRun]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for each in runs:
        names.setdefault(each.wanted.namespace, []).append(each.wanted.name)
    return names


def _waits_for_addresses(runs: t.Sequence[FleetRun]) -> bool:
    return any("address" in (each.wanted.wait_for or ()) for each in runs)


class _Fleet:
    """The VMs of a task while they are worked on."""

    def __init__(
        self, clusters: Clusters, runs: t.Sequence[FleetRun], clock: Clock, progress: Progress, feeds: Feeds
    ) -> None:
        self._clusters = clusters
        self._runs = runs
        self._clock = clock
        self._progress = progress
        self._feeds = feeds

    def carry_out(self, stages: t.Sequence[t.Sequence[int]], *, dry_run: bool) -> None:
        """Work on the VMs stage by stage; after a failure no other stage begins, but in a dry run."""
        for number, stage in enumerate(stages):
            runs = [self._runs[place] for place in stage]
            if number and any(each.failure for each in self._runs) and not dry_run:
                for each in runs:
                    each.is_skipped = True
                continue
            if number and not dry_run:
                # what is too old is decided anew later; whoever cannot be reached fails with each VM
                with contextlib.suppress(VmoError):
                    self._feeds.read()
            self._together(runs)

    def _together(self, runs: t.Sequence[FleetRun]) -> None:
        around = Surroundings(self._clusters.cluster())
        looks = Looks(self._clock.now() + PATIENCE_SECONDS)
        pool = ThreadPoolExecutor(max_workers=min(AT_ONCE, len(runs)), thread_name_prefix="vmo-vm")
        waiting: set[Future[None]] = set()
        try:
            waiting = {pool.submit(self._one, each, around, looks) for each in runs}
            while waiting:
                done, waiting = wait(waiting, timeout=LOOK_SECONDS)
                for future in done:
                    # a bug keeps its traceback
                    future.result()
                self._tell()
        finally:
            if any(not future.done() for future in waiting):
                # the task is interrupted, or runs out of time: nobody begins or waits any more
                self._feeds.close()
            pool.shutdown(wait=True, cancel_futures=True)

    def _one(self, each: FleetRun, around: Surroundings, looks: Looks) -> None:
        cluster = FleetCluster(self._clusters.cluster(), self._feeds)
        try:
            each.end(ensure(cluster, each.wanted, self._clock, each, around, looks))
        except VmoError as error:
            each.end(error.as_failure(), error)

    def _tell(self) -> None:
        waiting = [each for each in self._runs if not each.is_done and each.seen]
        done = sum(each.is_done and each.failure is None for each in self._runs)
        failed = sum(each.failure is not None for each in self._runs)
        if waiting:
            counts = f"{done} of {len(self._runs)} VMs are done" + (f", {failed} failed" if failed else "")
            self._progress.report(f"{counts}; {waiting[0].seen}")


class Looks:
    """A number of looks a second, shared by all threads. Times are seconds of one monotonic clock."""

    def __init__(self, first: float) -> None:
        self._lock = threading.Lock()
        self._next = first

    def __call__(self, now: float) -> bool:
        """Tell whether somebody may look now; if so, it counts."""
        with self._lock:
            if now < self._next:
                return False
            self._next = max(self._next, now - 1.0) + 1.0 / LOOKS_A_SECOND
            return True
