# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: each function fills one row of the table."""

from __future__ import annotations

import statistics
import threading
import typing as t

from tests.bench import playbooks
from tests.bench.contest import Contest
from tests.bench.figures import Goal, Row
from tests.bench.playbooks import NAMESPACE, fleet, manifest, names, of_all, ours, peers, playbook
from tests.bench.raw import DATA_VOLUMES, INSTANCES, VMS

LOOP = 20
PEER = "kubevirt.core"
APPLY = "kubectl apply --server-side"


class Sizes(t.NamedTuple):
    """How many VMs there are in the rows that are about many."""

    fleet: int = 100
    listed: int = 1000


def create_loop(contest: Contest, _sizes: Sizes) -> Row:
    mine = playbook(contest.folder, "create-ours", of_all(ours(), LOOP))
    their = playbook(contest.folder, "create-peers", of_all(peers(), LOOP))
    times = contest.race(lambda: contest.run(mine).seconds, lambda: contest.run(their).seconds, contest.renew)
    return Row(f"create {LOOP} VMs in a loop", PEER, Goal(1 / 10), *times)


def unchanged_loop(contest: Contest, _sizes: Sizes) -> Row:
    mine = playbook(contest.folder, "same-ours", of_all(ours(), LOOP))
    their = playbook(contest.folder, "same-peers", of_all(peers(), LOOP))
    contest.renew()
    contest.run(mine)
    contest.run(their)
    times = contest.race(lambda: contest.run(mine).seconds, lambda: contest.run(their).seconds)
    note = (
        f"writes: {contest.writes(lambda: contest.run(mine))} ours, {contest.writes(lambda: contest.run(their))} peer's"
    )
    return Row(f"unchanged {LOOP} VMs in a loop", PEER, Goal(1 / 12), *times, note=note)


def create_fleet(contest: Contest, sizes: Sizes) -> Row:
    return _create_fleet(contest, sizes, APPLY, Goal(1 / 2, net=True), lambda: _apply(contest, sizes))


def create_fleet_raw(contest: Contest, sizes: Sizes) -> Row:
    wanted = names(sizes.fleet)
    return _create_fleet(
        contest, sizes, "raw parallel POSTs", Goal(3, net=True), lambda: contest.raw.create(NAMESPACE, wanted)
    )


def _create_fleet(contest: Contest, sizes: Sizes, peer: str, goal: Goal, theirs: t.Callable[[], float]) -> Row:
    mine = playbook(contest.folder, "fleet", fleet(sizes.fleet))
    times = contest.race(lambda: contest.run(mine).seconds, theirs, contest.renew)
    return Row(f"create {sizes.fleet} VMs, vmo_vms", peer, goal, *times, idle=contest.idle)


def unchanged_fleet(contest: Contest, sizes: Sizes) -> Row:
    mine = playbook(contest.folder, "fleet", fleet(sizes.fleet))
    contest.renew()
    _apply(contest, sizes)
    contest.run(mine)
    times = contest.race(lambda: contest.run(mine).seconds, lambda: _apply(contest, sizes))
    note = f"writes: {contest.writes(lambda: contest.run(mine))} ours"
    work = f"unchanged {sizes.fleet} VMs, vmo_vms"
    return Row(work, APPLY, Goal(1 / 3, net=True), *times, idle=contest.idle, note=note)


def _apply(contest: Contest, sizes: Sizes) -> float:
    path = str(manifest(contest.folder, sizes.fleet))
    return contest.kubectl("apply", "--server-side", "--force-conflicts", "-f", path)


def one_unchanged(contest: Contest, _sizes: Sizes) -> Row:
    mine = playbook(contest.folder, "one", ours("one"))
    contest.renew()
    contest.run(mine)
    times = contest.race(lambda: contest.run(mine).seconds, contest.do_nothing)
    return Row("one unchanged VM, whole playbook", "one debug task", Goal(0.35, is_difference=True), *times)


def late_after_ready(contest: Contest, _sizes: Sizes) -> Row:
    mine = playbook(contest.folder, "ready", playbooks.running())
    ended, ready = [], []
    for _number in range(contest.runs):
        contest.renew()
        seen: list[float] = []
        watching = threading.Thread(
            target=lambda into: into.append(contest.raw.when_ready(NAMESPACE, "ready")), args=(seen,)
        )
        watching.start()
        lines = contest.run(mine).lines
        watching.join()
        ended.append(next(time for time, line in lines if line.startswith("changed:")) - seen[0])
        ready.append(0.0)
    return Row("task ends after the VM is Ready", "a watch beside it", Goal(0.2, is_difference=True), ended, ready)


def module_path(contest: Contest, _sizes: Sizes) -> Row:
    mine = playbook(contest.folder, "module-ours", ours("one"), vars={"vmo_fast_path": False})
    their = playbook(contest.folder, "module-peers", peers("one"))
    contest.renew()
    contest.run(mine)
    contest.run(their)
    times = contest.race(lambda: contest.run(mine).seconds, lambda: contest.run(their).seconds)
    idle = contest.idle
    mine_net, their_net = ([max(seconds - idle, 0.001) for seconds in side] for side in times)
    return Row("one unchanged VM as a module, net", PEER, Goal(1 / 2), mine_net, their_net)


def listed(contest: Contest, sizes: Sizes) -> Row:
    task = {"vmo.core.vmo_vm_info": {"namespace": NAMESPACE}}
    mine = playbook(contest.folder, "info", task)
    paths = [VMS.format(namespace=NAMESPACE)]
    paths += [_in_namespace(path) for path in (INSTANCES, DATA_VOLUMES)]
    contest.renew()
    contest.raw.create(NAMESPACE, names(sizes.listed))
    peaks: list[float] = []

    def timed() -> float:
        taken = contest.run(mine)
        peaks.append(taken.peak)
        return taken.seconds

    times = contest.race(timed, lambda: contest.raw.list_pages(*paths))
    note = f"peak memory of the playbook's largest process {statistics.median(peaks):.0f} MiB"
    return Row(
        f"vmo_vm_info of {sizes.listed} VMs", "raw paged lists", Goal(2, net=True), *times, idle=contest.idle, note=note
    )


def _in_namespace(path: str) -> str:
    head, _slash, plural = path.rpartition("/")
    return f"{head}/namespaces/{NAMESPACE}/{plural}"


ROWS: dict[str, t.Callable[[Contest, Sizes], Row]] = {
    "one": one_unchanged,
    "create-loop": create_loop,
    "same-loop": unchanged_loop,
    "module": module_path,
    "ready": late_after_ready,
    "create-fleet": create_fleet,
    "create-raw": create_fleet_raw,
    "same-fleet": unchanged_fleet,
    "info": listed,
}
NEEDS_IDLE = frozenset(("module", "create-fleet", "create-raw", "same-fleet", "info"))
