# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fault for each check of the catalogue: the smallest change to a healthy fleet that the check must find.

Some faults are seen by more than one check, since one fact decides both (a failed disk test is a failed test, too);
``ALSO`` names them.
"""

from __future__ import annotations

import copy
import typing as t

from tests.sim.maas.model import Interface, Machine
from tests.sim.maas.world import World

Planter = t.Callable[[World, Machine], None]
FAULTS: dict[str, Planter] = {}
# Faults of the region's network or settings rather than of one machine.
SURROUNDINGS: set[str] = set()
# Which machine is taken when the caller names none.
_ON_CONTROL_PLANE = {"p.multi_nic_ip"}

# What else the same facts may tell: other checks of the same machine, or the second machine of a pair.
ALSO: dict[str, tuple[str, ...]] = {
    "m.owner": ("m.status", "set.count"), "s.smart": ("m.tests",), "c.cpu": ("c.numa", "set.homogeneous"),
    "c.memory": ("c.numa", "set.homogeneous"), "c.arch": ("set.homogeneous",), "c.boot_mode": ("set.homogeneous",),
    "c.firmware": ("set.homogeneous",), "n.count": ("n.bond", "n.link"), "n.bridge": ("n.same_layout",),
    "n.vlans": ("n.same_layout",), "n.vlan_exclusive": ("n.same_layout",), "n.pxe_untagged": ("n.same_layout",),
    "n.homog_names": ("n.same_layout",), "n.links": ("n.gateway",), "n.mtu": ("n.same_layout",),
}  # fmt: skip
# The fault is one of two machines together.
PAIRS = ("m.bmc_shared", "m.dup_uuid", "n.mac_dup")

# Checks that no change of the fleet can trip, because they look at the demands or at something that is not simulated.
NOT_PLANTED = {
    "set.dry_run": "the same facts as set.count, asked of the server instead of computed",
    "set.cp_odd": "looks at the number that is asked for",
    "set.memory_n1": "looks at the planned memory of VMs",
    "c.nested": "information, no fault",
    "c.gpu_sriov": "information, or what n.sriov finds",
    "n.name_len": "looks at the wanted layout; MAAS refuses longer names itself",
    "p.pcg_capacity": "the same facts as c.cpu, c.memory, s.boot_disk and set.count",
    "p.pool_visible": "needs role-based access control, which is not simulated",
}


def fault(check: str, *, surroundings: bool = False) -> t.Callable[[Planter], Planter]:
    def keep(planter: Planter) -> Planter:
        FAULTS[check] = planter
        if surroundings:
            SURROUNDINGS.add(check)
        return planter

    return keep


def another(world: World, machine: Machine) -> Machine:
    """The first machine beside this one, if possible one without a fault."""
    others = [found for found in world.machines.values() if found is not machine]
    return min(others, key=lambda found: len(found.planted))


def named(machine: Machine, name: str) -> Interface:
    found = machine.interface(name)
    if found is None:
        raise KeyError(name)
    return found


def change(check: str, **values: t.Any) -> None:
    """Register faults that are a value of the machine."""

    def planter(_world: World, machine: Machine) -> None:
        for name, value in values.items():
            setattr(machine, name, copy.deepcopy(value))

    fault(check)(planter)


def plant(world: World, check: str, hostname: str | None = None) -> list[str]:
    """Plant a fault on the named machine, else on the last of the workers with the fewest faults.

    Returns:
        The hostname, or nothing where the surroundings are at fault.

    Raises:
        KeyError: no such check; NOT_PLANTED tells why some are missing.
        LookupError: no such machine.
    """
    planter = FAULTS[check]
    kind = "cp-" if check in _ON_CONTROL_PLANE else "worker-"
    fitting = [
        m for m in world.machines.values() if (m.hostname == hostname if hostname else m.hostname.startswith(kind))
    ]
    if not fitting:
        raise LookupError(f"no machine for a fault of {check}: {hostname or kind + '*'}")
    # The one with the fewest faults, the last of them.
    machine = min(reversed(fitting), key=lambda found: len(found.planted))
    planter(world, machine)
    if check in SURROUNDINGS:
        return []
    machine.planted.append(check)
    return [machine.hostname]
