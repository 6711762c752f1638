# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_machine`` by its entry point, against the simulated region."""

from __future__ import annotations

import importlib
import io
import json
import typing as t
from contextlib import redirect_stdout

import pytest

from tests.unit.modules.entry import given_arguments

if t.TYPE_CHECKING:
    from tests.sim.maas import Simulator

Tree = dict[str, t.Any]
PLUGIN = importlib.import_module("ansible_collections.vmo.core.plugins.modules.maas_machine")
USE_CASE = importlib.import_module("ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine")
RUN = importlib.import_module("ansible_collections.vmo.core.plugins.module_utils._usecase.maas_machine_run")
BOND = {"mode": "802.3ad", "xmit_hash_policy": "layer3+4"}
LAYOUT: list[Tree] = [
    {"name": "bond_mgmt", "parents": ["enp1s0f0", "enp65s0f0"], "bond": BOND,
     "links": [{"mode": "auto", "subnet": "pxe"}]},
    {"name": "bond_data", "parents": ["enp1s0f1", "enp65s0f1"], "bond": BOND, "mtu": 9000},
    {"name": "br0", "type": "bridge", "parents": ["bond_data"], "mtu": 9000, "bridge": {"stp": False}},
    {"name": "br0.20", "type": "vlan", "parents": ["br0"], "vid": 20},
    {"name": "br0.30", "type": "vlan", "parents": ["br0"], "vid": 30,
     "links": [{"mode": "static", "subnet": "10.23.0.0/22"}]},
]  # fmt: skip
READY: Tree = {
    "state": "ready",
    "description": "Row 3",
    "pool": "vmo",
    "zone": "rack-a",
    "tags": ["worker"],
    "swap_size": "0",
    "storage": {"layout": "lvm"},
    "interfaces": LAYOUT,
    "default_gateway": {"interface": "bond_mgmt"},
}


def task(region: Simulator, user: str = "admin", *, check: bool = False, **options: t.Any) -> Tree:
    """Run the module and return its result; the log of the region begins anew. The key shows nowhere."""
    region.clear_log()
    arguments = {"maas_url": region.url, "maas_api_key": region.key(user), "_ansible_check_mode": check, **options}
    printed = io.StringIO()
    with given_arguments(json.loads(json.dumps(arguments))), redirect_stdout(printed), pytest.raises(SystemExit):
        PLUGIN.main()
    text = printed.getvalue()
    assert not any(part in text for part in region.key(user).split(":"))
    result = t.cast("Tree", json.loads(text))
    if check:
        assert not [entry for entry in region.requests if entry.method != "GET"]
    return result


def verbs(result: Tree, name: str | None = None) -> list[str]:
    """Return what was done to a machine, the only one if none is named."""
    (machine,) = [each for each in result["machines"] if name in (None, each["name"])]
    return [f"{action['verb']} {action['name']}" for action in machine["actions"]]


def foreseen(result: Tree) -> Tree:
    """Return what check mode and the real run must agree on."""
    return {
        "changed": result["changed"],
        "diff": result["diff"],
        "actions": {each["name"]: each["actions"] for each in result["machines"]},
        "failed": {each["name"]: each.get("error") for each in result["machines"] if each["failed"]},
    }


def as_foreseen(region: Simulator, **options: t.Any) -> Tree:
    """Run the task in check mode and in earnest; both tell the same. Return the result of the latter."""
    told = task(region, check=True, **options)
    done = task(region, **options)
    left, right = foreseen(told), foreseen(done)
    assert left == right, [(left[word], right[word]) for word in left if left[word] != right[word]]
    assert done["changed"] == bool(region.writes)
    return done


def unchanged(region: Simulator, **options: t.Any) -> int:
    """Run the task once more, and in check mode; nothing is sent. Return the number of requests."""
    for check in (True, False):
        result = task(region, check=check, **options)
        assert not result.get("failed"), result
        assert not result["changed"], result["machines"]
        assert result["diff"] == []
        assert not [entry for entry in region.requests if entry.method != "GET"]
    return len(region.requests)


def network(region: Simulator, hostname: str) -> dict[str, Tree]:
    """Return the interfaces of a machine, without ids and what follows from others."""
    machine = region.machine(hostname)
    names = {each.id: each.name for each in machine.interfaces}
    return {
        each.name: {
            "type": each.type,
            "parents": sorted(names[parent] for parent in each.parents),
            "vlan": each.vlan,
            "params": each.params,
            "links": sorted((link.mode, link.subnet or 0) for link in each.links),
        }
        for each in machine.interfaces
    }
