# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations that move a machine through its life, each with the states that allow it."""

from __future__ import annotations

import typing as t

from tests.sim.maas import lifecycle
from tests.sim.maas.model import COMMISSIONING, STATUS, TESTING, Machine
from tests.sim.maas.scripts import select
from tests.sim.maas.wire import JSON, ROUTES, Answer, Call, forbidden, invalid, refuse, state_violation

Operation = t.Callable[[Call, Machine], t.Optional[Answer]]

_RELEASABLE = (
    "allocated", "reserved", "broken", "deploying", "deployed", "failed_deployment", "failed_disk_erasing",
    "failed_releasing",
)  # fmt: skip
_IN_PROGRESS = (
    "commissioning", "testing", "deploying", "releasing", "disk_erasing", "entering_rescue_mode", "exiting_rescue_mode",
)  # fmt: skip
_RESCUABLE = (
    "new", "failed_commissioning", "ready", "reserved", "allocated", "failed_deployment", "deployed", "missing",
    "retired", "broken", "failed_disk_erasing", "failed_entering_rescue_mode", "failed_exiting_rescue_mode",
    "failed_testing",
)  # fmt: skip
_RESCUED = ("rescue_mode", "failed_entering_rescue_mode", "failed_exiting_rescue_mode")
_RESTORABLE = "Machine must be in a ready or failed testing state to restore "


def _operation(
    name: str, right: str, states: t.Container[str] = tuple(STATUS), refusal: str = ""
) -> t.Callable[[Operation], Operation]:
    """Register an operation of one machine, which it answers with unless it has an answer of its own.

    In other states it is refused with 409; the text may name the ``{label}`` of the state and the ``{machine}``.
    """

    def keep(operation: Operation) -> Operation:
        def handler(call: Call, system_id: str) -> Machine | Answer:
            machine = call.machine(system_id, right)
            if machine.state not in states:
                raise state_violation(refusal.format(label=machine.label, machine=system_id))
            return operation(call, machine) or machine

        ROUTES.on(f"POST machines/{{system_id}}/ {name}")(handler)
        return operation

    return keep


@ROUTES.on("POST machines/ release")
def release_many(call: Call) -> list[str]:
    found = [call.machine(system_id, "edit") for system_id in call.post.all("machines")]
    wrong = [f"{m.system_id} ('{m.label}')" for m in found if m.state not in (*_RELEASABLE, "ready")]
    if wrong:
        raise state_violation(f"Machine(s) cannot be released in their current state: {', '.join(wrong)}.")
    freed = [machine for machine in found if machine.state != "ready"]
    for machine in freed:
        lifecycle.release(call.world, machine, erase=False)
    return [machine.system_id for machine in freed]


@_operation("commission", "admin")
def commission(call: Call, machine: Machine) -> None:
    """A wrong state is a 400 here, since a form finds it."""
    _needs_power_type(machine)
    if machine.state not in ("new", "failed_commissioning", "ready", "broken"):
        text = "Commission is not available because of the current state of the node."
        raise invalid({"__all__": text})
    start_commissioning(call, machine)


def _needs_power_type(machine: Machine) -> None:
    if not machine.power_type:
        raise refuse(500, "Unconfigured power type. Please configure the power type and try again.")


def start_commissioning(call: Call, machine: Machine) -> None:
    form = call.data
    flags = {name for name in ("enable_ssh", "skip_bmc_config", "skip_networking", "skip_storage") if form.true(name)}
    scripts = select("commissioning_scripts", [], COMMISSIONING)
    select("commissioning_scripts", form.split("commissioning_scripts"), COMMISSIONING)
    tests = select("testing_scripts", form.split("testing_scripts"), TESTING)
    lifecycle.commission(call.world, machine, call.user.username, scripts, tests, flags)


@_operation("test", "admin")
def test(call: Call, machine: Machine) -> None:
    _needs_power_type(machine)
    if machine.state in _IN_PROGRESS:
        raise invalid({"__all__": "Test is not available because of the current state of the node."})
    tests = select("testing_scripts", call.data.split("testing_scripts"), TESTING)
    if machine.state == "deployed" and any(script.destructive for script in tests):
        raise invalid({"testing_scripts": "Destructive tests may only be run on undeployed machines."})
    lifecycle.test(call.world, machine, call.user.username, tests)


@_operation(
    "override_failed_testing", "admin", ("failed_testing",),
    "Unable to override node status. Node is not in 'Failed testing' status.",
)  # fmt: skip
def override_failed_testing(call: Call, machine: Machine) -> None:
    machine.status = STATUS["deployed" if machine.osystem else "ready"]
    call.world.note(machine, machine.label)


@_operation(
    "abort", "edit", ("commissioning", "testing", "deploying", "disk_erasing"),
    "Cannot abort in current state: node {machine} is in state {label}.",
)  # fmt: skip
def abort(call: Call, machine: Machine) -> None:
    lifecycle.abort(call.world, machine)


@_operation("deploy", "edit", ("ready", "allocated"), "Can't deploy a machine that is in the '{label}' state")
def deploy(call: Call, machine: Machine) -> None:
    world = call.world
    if not any(link.mode != "link_up" for found in machine.interfaces for link in found.links):
        raise invalid({"network": "Node has no address family in common with the server"})
    wanted = call.post.get("distro_series") or f"ubuntu/{world.config.get('default_distro_series', 'noble')}"
    names = sorted({image.name for image in world.images.values()})
    chosen = next((n for n in names if wanted in (n, n.partition("/")[2], f"custom/{n}")), None)
    if chosen is None:
        choices = ", ".join(f"'{name}'" for name in ["", *names])
        text = f"'{wanted}' is not a valid distro_series.  It should be one of: {choices}."
        raise invalid({"distro_series": text})
    machine.osystem, _slash, machine.distro_series = chosen.rpartition("/")
    machine.osystem = machine.osystem or "custom"
    machine.hwe_kernel = {"jammy": "ga-22.04", "noble": "ga-24.04"}.get(machine.distro_series)
    machine.ephemeral_deploy = call.post.true("ephemeral_deploy")
    lifecycle.deploy(world, machine, call.user.username)


@_operation(
    "release", "edit", (*_RELEASABLE, "ready", "releasing"),
    "Machine cannot be released in its current state ('{label}').",
)  # fmt: skip
def release(call: Call, machine: Machine) -> None:
    if machine.state in _RELEASABLE:
        erase = call.post.true("erase") or bool(call.world.config.get("enable_disk_erasing_on_release"))
        lifecycle.release(call.world, machine, erase=erase)


@_operation("lock", "edit")
def lock(_call: Call, machine: Machine) -> None:
    if machine.locked:
        raise state_violation("Machine is already locked")
    if machine.state not in ("deployed", "deploying"):
        raise state_violation("Can't lock, node is not deployed or deploying")
    machine.locked = True


@_operation("unlock", "edit")
def unlock(_call: Call, machine: Machine) -> None:
    if not machine.locked:
        raise state_violation("Machine is not locked")
    machine.locked = False


@_operation("mark_broken", "edit")
def mark_broken(call: Call, machine: Machine) -> None:
    if machine.owner != call.user.username:
        raise forbidden()
    call.world.stop(machine)
    machine.previous_status, machine.status = machine.status, STATUS["broken"]
    machine.error_description = call.post.get("comment")
    call.world.note(machine, "Marked broken", machine.error_description)


@_operation("mark_fixed", "admin", ("broken",), "Can't mark a non-broken node as 'Ready'.")
def mark_fixed(call: Call, machine: Machine) -> None:
    deployed = machine.previous_status == STATUS["deployed"]
    machine.status, machine.error_description = STATUS["deployed" if deployed else "ready"], ""
    machine.owner = machine.owner if deployed else None
    call.world.note(machine, "Marked fixed")


@_operation("rescue_mode", "admin", _RESCUABLE, "Cannot enter rescue mode from {label}.")
def rescue_mode(call: Call, machine: Machine) -> None:
    lifecycle.rescue(call.world, machine, call.user.username, leave=False)


@_operation("exit_rescue_mode", "admin", _RESCUED, "Cannot exit rescue mode from {label}.")
def exit_rescue_mode(call: Call, machine: Machine) -> None:
    lifecycle.rescue(call.world, machine, call.user.username, leave=True)


@_operation("power_on", "edit")
def power_on(call: Call, machine: Machine) -> None:
    if machine.owner is None:
        raise state_violation("Can't start node: it hasn't been allocated.")
    lifecycle.switch(call.world, machine, "on")


@_operation("power_off", "edit")
def power_off(call: Call, machine: Machine) -> Answer | None:
    """``null`` where nothing was done: the region cannot switch a machine of the type manual."""
    if machine.power_type == "manual":
        return Answer(200, "null", JSON)
    lifecycle.switch(call.world, machine, "off")
    return None


@_operation("set_workload_annotations", "edit")
def set_workload_annotations(call: Call, machine: Machine) -> None:
    if machine.owner is None:
        raise state_violation("Cannot set workload annotation: it hasn't been acquired.")
    for name in call.post.values:
        if call.post.get(name):
            machine.annotations[name] = call.post.get(name)
        else:
            machine.annotations.pop(name, None)


@_operation("clear_default_gateways", "admin")
def clear_default_gateways(_call: Call, machine: Machine) -> None:
    machine.default_gateway = None


@_operation(
    "restore_networking_configuration", "admin", ("ready", "failed_testing"), f"{_RESTORABLE}networking configuration"
)
def restore_networking(call: Call, machine: Machine) -> None:
    lifecycle.reset_network(call.world, machine)


@_operation(
    "restore_default_configuration", "admin", ("ready", "failed_testing"),
    f"{_RESTORABLE}default networking and storage configuration.",
)  # fmt: skip
def restore_default(call: Call, machine: Machine) -> None:
    lifecycle.discover(call.world, machine, ())
