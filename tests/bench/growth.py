# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the cost grows with VMs and with forks; it takes long, and is not part of the table."""

from __future__ import annotations

import json
import typing as t

from tests.bench.contest import Contest
from tests.bench.figures import Row
from tests.bench.playbooks import fleet, of_all, ours, peers, playbook

COUNTS = (1, 10, 100, 1000)
FORKS = (1, 5, 20)
HOSTS = 20
# A loop of the peer over more takes a quarter of an hour.
PEER_AT_MOST = 100


def rows(contest: Contest) -> t.Iterator[Row]:
    """Yield a row for each number of VMs and of forks; all VMs are there and as they shall be."""
    for count in COUNTS:
        yield _vms(contest, count)
    for forks in FORKS:
        yield _hosts(contest, forks)


def _vms(contest: Contest, count: int) -> Row:
    """Compare one task for all with a loop, which is the peer's where that takes no hours."""
    by_peer = count <= PEER_AT_MOST
    one = playbook(contest.folder, "growth-fleet", fleet(count))
    loop = playbook(contest.folder, "growth-loop", of_all(peers() if by_peer else ours(), count))
    contest.renew()
    contest.run(one)
    contest.run(loop)
    peaks: list[float] = []

    def timed() -> float:
        taken = contest.run(one)
        peaks.append(taken.peak)
        return taken.seconds

    times = contest.race(timed, lambda: contest.run(loop).seconds)
    peer = "kubevirt.core loop" if by_peer else "vmo_vm loop"
    return Row(f"{count} unchanged VMs, vmo_vms", peer, None, *times, note=f"peak {max(peaks):.0f} MiB")


def _hosts(contest: Contest, forks: int) -> Row:
    """Compare a task for each of some hosts, so many at a time."""
    inventory = contest.folder / "hosts.json"
    hosts = {f"host-{number:02d}": {"ansible_connection": "local"} for number in range(HOSTS)}
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    contest.renew()
    commands = []
    for name, task in (("ours", ours("{{ inventory_hostname }}")), ("peers", peers("{{ inventory_hostname }}"))):
        path = playbook(contest.folder, f"forks-{name}", task)[-1]
        commands.append(["ansible-playbook", "--inventory", str(inventory), "--forks", str(forks), path])
        contest.run(commands[-1])
    mine, their = commands
    times = contest.race(lambda: contest.run(mine).seconds, lambda: contest.run(their).seconds)
    return Row(f"{HOSTS} hosts with an unchanged VM each, forks {forks}", "kubevirt.core", None, *times)
