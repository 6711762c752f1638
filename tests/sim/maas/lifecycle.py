# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a machine (facts about MAAS, section 4): what each operation starts, and how it goes on by itself."""

from __future__ import annotations

import typing as t

from tests.sim.maas import storage
from tests.sim.maas.model import (
    ABORTED,
    COMMISSIONING,
    FAILED,
    INSTALLATION,
    PASSED,
    PENDING,
    RUNNING,
    STATUS,
    STATUSES,
    TESTING,
    TIMED_OUT,
    Link,
    Machine,
    Result,
    ScriptSet,
)
from tests.sim.maas.scripts import Script, finish, new_set, retag

if t.TYPE_CHECKING:
    from tests.sim.maas.world import Flow, World


def switch(world: World, machine: Machine, state: str) -> None:
    """Power takes its time: the answer to the request still shows the old state."""

    def flow() -> Flow:
        yield world.timings.power
        machine.power_state = "error" if machine.fails("power") else state

    world.start(machine, flow())


def commission(
    world: World, machine: Machine, user: str, scripts: list[Script], tests: list[Script], options: t.Container[str]
) -> None:
    """Start commissioning; ``options`` may hold enable_ssh, skip_networking and skip_storage."""
    machine.status, machine.owner, machine.error_description = STATUS["commissioning"], user, ""
    commissioning = new_set(world, machine, COMMISSIONING, scripts)
    testing = new_set(world, machine, TESTING, tests) if tests else None
    world.note(machine, "Commissioning")
    switch(world, machine, "on")

    def flow() -> Flow:
        yield world.timings.commissioning / 2
        finish(commissioning, RUNNING)
        yield world.timings.commissioning / 2
        if machine.fails("timeout"):
            finish(commissioning, TIMED_OUT)
            world.note(machine, "Failed commissioning", "Node operation 'Commissioning' timed out after 30 minutes.")
            _settle(world, machine, "failed_commissioning", owner=user)
        elif machine.fails("commissioning"):
            finish(commissioning, PASSED)
            finish(commissioning, FAILED, "50-maas-01-commissioning")
            world.note(machine, "Script", "50-maas-01-commissioning failed")
            world.note(machine, "Failed commissioning", "1 script failed", "ERROR")
            _settle(world, machine, "failed_commissioning", owner=user)
        else:
            finish(commissioning, PASSED)
            discover(world, machine, options)
            yield from _tested(world, machine, testing, "ready", keep_on="enable_ssh" in options)

    world.start(machine, flow())


def test(world: World, machine: Machine, user: str, tests: list[Script]) -> None:
    """Test in place; unlike after commissioning the machine stays on."""
    before = machine.status
    machine.previous_status = before
    machine.owner = machine.owner or user
    machine.status = STATUS["testing"]
    found = new_set(world, machine, TESTING, tests)
    world.note(machine, "Testing")
    if before != STATUS["deployed"]:
        switch(world, machine, "on")
    # Tests that pass clear a failed test; every other state comes back as it was.
    after = "ready" if before == STATUS["failed_testing"] else STATUSES[before][1]
    world.start(machine, _tested(world, machine, found, after, keep_on=True))


def _tested(world: World, machine: Machine, found: ScriptSet | None, after: str, *, keep_on: bool) -> Flow:
    if found is not None:
        machine.status = STATUS["testing"]
        yield world.timings.testing / 2
        finish(found, RUNNING)
        if found.results:
            world.note(machine, "Running test", f"{found.results[0].name} on {_tested_disk(machine)}")
        yield world.timings.testing / 2
        if machine.fails("testing") and found.results:
            finish(found, PASSED)
            finish(found, FAILED, found.results[0].name)
            world.note(machine, "Failed testing", "1 test failed", "ERROR")
            _settle(world, machine, "failed_testing", owner=None)
            return
        finish(found, PASSED)
    world.note(machine, STATUSES[STATUS[after]][0])
    owner = machine.owner if after in ("deployed", "allocated", "reserved", "broken") else None
    _settle(world, machine, after, owner=owner, keep_on=keep_on)


def _tested_disk(machine: Machine) -> str:
    return machine.disks[0].name if machine.disks else "the machine"


def discover(world: World, machine: Machine, options: t.Container[str]) -> None:
    """Take over what commissioning saw. Unless skipped, it throws the network and storage configuration away."""
    machine.commissioned = True
    machine.interfaces += machine.unseen
    machine.unseen = []
    retag(world, machine)
    if "skip_networking" not in options:
        reset_network(world, machine)
    if "skip_storage" not in options:
        storage.apply(world, machine, "flat")


def reset_network(world: World, machine: Machine) -> None:
    """Physical interfaces only; the first one with a subnet gets an automatic address, the others are just up."""
    machine.interfaces = [found for found in machine.interfaces if found.type == "physical"]
    machine.default_gateway = None
    linked = False
    for found in machine.interfaces:
        subnets = world.subnets_of(found.vlan) if found.vlan is not None else []
        auto = not linked and bool(subnets) and found.id == machine.boot_interface
        linked = linked or auto
        found.params = {}
        if auto:
            found.links = [Link(world.new_id(), "auto", subnets[0].id)]
        else:
            found.links = [Link(world.new_id(), "link_up")] if found.vlan is not None else []


def abort(world: World, machine: Machine) -> None:
    """Go back once the machine is off; the answer still shows the state that is being left."""
    name = machine.state
    after = {
        "commissioning": "new", "testing": STATUSES[machine.previous_status][1],
        "deploying": "allocated", "disk_erasing": "failed_disk_erasing",
    }[name]  # fmt: skip
    world.stop(machine)
    world.note(machine, f"Aborted {'deployment' if name == 'deploying' else name.replace('_', ' ')}")
    owner = machine.owner if after in ("allocated", "deployed", "failed_disk_erasing") else None
    machine.owner = owner

    def flow() -> Flow:
        yield world.timings.aborting
        for result in (result for scripts in machine.scripts.values() for result in scripts.results):
            if result.status in (PENDING, RUNNING):
                result.status = ABORTED
        if name == "commissioning":
            # Both sets are gone with it: the machine counts as one that was never examined.
            machine.scripts.clear()
        _settle(world, machine, after, owner=owner)

    world.start(machine, flow())


def acquire(world: World, machine: Machine, user: str) -> None:
    machine.status, machine.owner = STATUS["allocated"], user
    world.note(machine, "Node changed status", "From 'Ready' to 'Allocated'", "AUDIT")
    _assign_addresses(world, machine)


def deploy(world: World, machine: Machine, user: str) -> None:
    """Install; osystem and distro_series are set already."""
    machine.status, machine.owner = STATUS["deploying"], user
    result = Result(world.new_id(), "/tmp/install.log", 0)  # noqa: S108 - the name that MAAS gives this result
    found = machine.scripts[INSTALLATION] = ScriptSet(world.new_id(), INSTALLATION, [result])
    machine.history.append(found)
    _assign_addresses(world, machine)
    world.note(machine, "Deploying")
    switch(world, machine, "on")

    def flow() -> Flow:
        yield world.timings.deploying
        if machine.fails("deploying"):
            finish(found, FAILED)
            world.note(machine, "Node installation failure", "Node installation failure: curtin", "ERROR")
            machine.status = STATUS["failed_deployment"]
            return
        finish(found, PASSED)
        machine.status, machine.power_state, machine.netboot = STATUS["deployed"], "on", machine.ephemeral_deploy
        world.note(machine, "Deployed")

    world.start(machine, flow())


def release(world: World, machine: Machine, *, erase: bool) -> None:
    """At once when it is off, else through Releasing; with ``erase`` through Disk erasing first."""
    machine.annotations.clear()
    if machine.power_state == "off" and not erase:
        world.note(machine, "Released")
        _settle(world, machine, "ready", owner=None)
        return
    world.note(machine, "Releasing")
    _forget_installation(machine)
    machine.status = STATUS["disk_erasing" if erase else "releasing"]

    def flow() -> Flow:
        if erase:
            yield world.timings.erasing
            if machine.fails("erasing"):
                world.note(machine, "Failed to erase disks", level="ERROR")
                machine.status = STATUS["failed_disk_erasing"]
                return
            machine.status = STATUS["releasing"]
        yield world.timings.releasing
        if machine.fails("releasing"):
            world.note(machine, "Releasing failed", level="ERROR")
            machine.status = STATUS["failed_releasing"]
            return
        world.note(machine, "Released")
        _settle(world, machine, "ready", owner=None)

    world.start(machine, flow())


def rescue(world: World, machine: Machine, user: str, *, leave: bool) -> None:
    """Enter rescue mode, or leave it for the state before."""
    if not leave:
        machine.previous_status = machine.status
        machine.owner = machine.owner or user
    machine.status = STATUS["exiting_rescue_mode" if leave else "entering_rescue_mode"]
    if not leave:
        world.note(machine, "Entering rescue mode")
    switch(world, machine, "off" if leave else "on")

    def flow() -> Flow:
        yield world.timings.rescue
        if machine.fails("rescue"):
            machine.status = STATUS["failed_exiting_rescue_mode" if leave else "failed_entering_rescue_mode"]
        elif leave:
            after = STATUSES[machine.previous_status][1]
            _settle(world, machine, after, owner=machine.owner if after in ("deployed", "allocated") else None)
        else:
            machine.status = STATUS["rescue_mode"]

    world.start(machine, flow())


def _settle(world: World, machine: Machine, status: str, *, owner: str | None, keep_on: bool = False) -> None:
    """Come to rest. What is neither deployed nor owned is switched off and forgets its installation."""
    machine.status, machine.owner = STATUS[status], owner
    if status not in ("deployed", "rescue_mode") and not keep_on:
        machine.power_state = "off" if machine.power_type != "manual" else "unknown"
    if status in ("ready", "new"):
        _forget_installation(machine)
        for found in machine.interfaces:
            for link in found.links:
                if link.mode == "auto":
                    link.ip_address = None
    world.forget(machine)


def _forget_installation(machine: Machine) -> None:
    machine.osystem = machine.distro_series = ""
    machine.hwe_kernel, machine.netboot, machine.ephemeral_deploy = None, True, False


def _assign_addresses(world: World, machine: Machine) -> None:
    for found in machine.interfaces:
        for link in found.links:
            if link.mode == "auto" and link.subnet is not None and not link.ip_address:
                link.ip_address = world.free_address(world.subnets[link.subnet])
