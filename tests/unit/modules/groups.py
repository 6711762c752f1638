# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_tag`` and ``maas_pool`` by their entry points, against the simulated region."""

from __future__ import annotations

import importlib
import io
import json
import typing as t
from contextlib import redirect_stdout

import pytest

from tests.sim.maas import Fault, Simulator
from tests.sim.maas.model import STATUS
from tests.unit.modules.entry import given_arguments

Tree = dict[str, t.Any]
PLUGINS = "ansible_collections.vmo.core.plugins"
TAG = importlib.import_module(f"{PLUGINS}.modules.maas_tag")
POOL = importlib.import_module(f"{PLUGINS}.modules.maas_pool")
USE_CASE = importlib.import_module(f"{PLUGINS}.module_utils._usecase.maas_group")
ALL = ["worker-01", "worker-02", "worker-03"]


class Module:
    """One of the modules on a region. Each run begins the log of the region anew; the key shows nowhere."""

    def __init__(self, region: Simulator, plugin: t.Any) -> None:
        self.region = region
        self.plugin = plugin

    def run(self, user: str = "admin", *, check: bool = False, **options: t.Any) -> Tree:
        """Run the task and return its result; in check mode nothing but reads was sent."""
        self.region.clear_log()
        key = self.region.key(user)
        given = {"maas_url": self.region.url, "maas_api_key": key, "_ansible_check_mode": check, **options}
        printed = io.StringIO()
        with given_arguments(json.loads(json.dumps(given))), redirect_stdout(printed), pytest.raises(SystemExit):
            self.plugin.main()
        text = printed.getvalue()
        assert not any(part in text for part in key.split(":"))
        result = t.cast("Tree", json.loads(text))
        if check:
            assert not self.sent
        return result

    @property
    def sent(self) -> list[t.Any]:
        """Return the requests of the last run that were no reads."""
        return [entry for entry in self.region.requests if entry.method != "GET"]

    def as_foreseen(self, **options: t.Any) -> Tree:
        """Run the task in check mode and in earnest; both tell the same. Return the result of the latter."""
        told = self.run(check=True, **options)
        done = self.run(**options)
        assert not done.get("failed"), done["msg"]
        for word in ("changed", "diff", "actions"):
            assert told[word] == done[word]
        thing = "tag" if self.plugin is TAG else "pool"
        if told[thing] is not None:
            told[thing].pop("id", None)
        assert told[thing] == (done[thing] and {word: done[thing][word] for word in told[thing]})
        assert done["changed"] == bool(self.sent)
        return done

    def unchanged(self, **options: t.Any) -> int:
        """Run the task, in check mode, too; nothing is sent. Return the number of requests."""
        for check in (True, False):
            result = self.run(check=check, **options)
            assert not result.get("failed"), result["msg"]
            assert not result["changed"], result["actions"]
            assert (result["actions"], result["diff"]) == ([], [])
            assert not self.sent
        return len(self.region.requests)

    def refused(self, code: str, **options: t.Any) -> Tree:
        """Run a task that must change nothing, in check mode, too; return its result."""
        told = self.run(check=True, **options)
        result = self.run(**options)
        assert result["failed"]
        assert result["error"]["code"] == code, result["msg"]
        assert (told["msg"], told["error"]) == (result["msg"], result["error"])
        assert not result.get("changed")
        assert not self.sent
        assert result["msg"].endswith(".")
        return result

    def cut(self, kind: str, place: int = 0, **options: t.Any) -> Tree:
        """Run a task with the line cut at a write: before it has an effect (cut) or afterwards (cut-after)."""
        self.region.add_fault(CutAtAWrite(kind, seconds=place))
        result = self.run(**options)
        self.region.desk.faults.clear()
        return result


class CutAtAWrite(Fault):
    """Disturbs a write, after as many other writes as ``seconds`` says."""

    def matches(self, method: str, target: str) -> bool:
        if method == "GET" or not super().matches("*", target):
            return False
        self.seconds -= 1
        return self.seconds == -1


def verbs(result: Tree) -> list[str]:
    """Return what was done."""
    return [f"{action['verb']} {action['name']}" for action in result["actions"]]


def only_diff(result: Tree) -> tuple[Tree, Tree]:
    """Return what differs before and after."""
    (diff,) = result["diff"]
    return diff["before"], diff["after"]


def stand(region: Simulator, hostname: str, **more: t.Any) -> None:
    """Change a machine; its status is given by its word."""
    machine = region.machine(hostname)

    def change(_world: t.Any) -> None:
        for name, value in more.items():
            setattr(machine, name, STATUS[value] if name == "status" else value)

    region.edit(change)


def having(region: Simulator, tag: str) -> list[str]:
    """Return the machines that have a tag."""
    return region.edit(lambda world: sorted(m.hostname for m in world.machines.values() if tag in m.tags))


def in_pool(region: Simulator, pool: str) -> list[str]:
    """Return the machines of a pool."""

    def inside(world: t.Any) -> list[str]:
        number = world.pool_named(pool).id
        return sorted(machine.hostname for machine in world.machines.values() if machine.pool == number)

    return region.edit(inside)
