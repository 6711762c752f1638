# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.5, first part: processors, memory and what kind of machine it is. Private to vmo.core."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.check import (
    FAIL,
    MACHINE,
    WARN,
    Check,
    Finding,
    fail,
    good,
    skip,
    unknown,
    warn,
)
from ansible_collections.vmo.core.plugins.module_utils._model.lenient import text, trees, whole
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import gib

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
VIRTUAL_POWER = frozenset({"lxd", "virsh", "vmware", "proxmox", "nova"})
VIRTUAL_VENDOR = re.compile(
    r"qemu|vmware|microsoft corporation|innotek|xen|red hat|amazon ec2|google|openstack foundation|nutanix",
    re.IGNORECASE,
)
VIRTUAL_PRODUCT = re.compile(r"standard pc|\bkvm\b|virtualbox|hvm domu|vmware|virtual machine", re.IGNORECASE)
# these vendors also make hardware: only their product tells
VENDORS_OF_BOTH = re.compile(r"microsoft corporation|red hat|google|nutanix", re.IGNORECASE)
VIRTUAL_DISK = re.compile(r"qemu harddisk|virtual disk|vbox harddisk", re.IGNORECASE)
UNEVEN = 1.5
GPU_TYPE = 5
THREADS_OF_A_CORE = 2


def signs_of_virtual(machine: Machine) -> list[str]:
    """Return what says that the machine is itself a virtual machine."""
    vendor, product = machine.hardware.get("system_vendor", ""), machine.hardware.get("system_product", "")
    by_vendor = VIRTUAL_VENDOR.search(vendor) and not VENDORS_OF_BOTH.search(vendor)
    signs = [
        ("tag virtual", "virtual" in machine.tags),
        (f"power type {machine.power_type}", machine.power_type in VIRTUAL_POWER),
        ("part of a VM host", machine.is_composed),
        (f"vendor {vendor}", bool(by_vendor)),
        (f"product {product}", bool(VIRTUAL_PRODUCT.search(product))),
        ("mainboard LXD", machine.hardware.get("mainboard_product") == "LXD"),
        ("virtual disks", any(VIRTUAL_DISK.search(disk.model or "") for disk in machine.disks)),
    ]
    return [sign for sign, found in signs if found]


def _bare_metal(machine: Machine, ground: Ground) -> Findings:
    signs = signs_of_virtual(machine)
    if not signs:
        if not machine.tells("tag_names") and not machine.tells("power_type"):
            yield unknown("MAAS tells nothing to judge this by.")
        return
    said = f"is a virtual machine ({', '.join(signs)})."
    if ground.role.allow_virtual:
        yield good(f"{said} That is allowed here.")
    elif ground.role.allow_virtual is False or ground.role.runs_vms:
        yield fail(said, lack="real hardware", signs=signs)
    else:
        yield warn(said, signs=signs)


def virtualization(machine: Machine, ground: Ground) -> str | None:
    """Return the flag of hardware virtualization, empty if it is known to be absent, ``None`` if nothing is known."""
    tags = {tag.lower() for tag in machine.tags}
    processors = ground.fleet.processors.get(machine.system_id)
    known = tags | (processors.capabilities if processors else set())
    for name in ("vmx", "svm"):
        if name in known:
            return name
    return "" if processors is not None and processors.known else None


def _virt(machine: Machine, ground: Ground) -> Findings:
    if not ground.role.runs_vms:
        yield skip("No virtual machines are to run here.")
        return
    found = virtualization(machine, ground)
    if found is None:
        yield unknown(ground.fleet.why_unknown("lshw", machine.system_id))
    elif not found:
        yield fail("Its processors show neither vmx nor svm.", lack="hardware virtualization (VT-x, AMD-V)")
    elif found == "svm":
        yield good("AMD-V is there; whether the firmware locks it does not show before KubeVirt runs.")


def _cpu(machine: Machine, ground: Ground) -> Findings:
    wanted = ground.role.cores
    if wanted is None:
        yield skip("No number of cores is wanted.")
        return
    processors = ground.fleet.processors.get(machine.system_id)
    threads = machine.cpu_count
    cores = processors.cores if processors else None
    of_nodes = [node.cpus for node in machine.numa if node.cpus]
    if cores is None and threads and of_nodes and sum(of_nodes) < threads:
        cores = sum(of_nodes)
    if cores is not None:
        if cores < wanted:
            yield fail(f"has {cores} cores, {wanted} are wanted.", lack=f"{wanted - cores} cores", cores=cores)
    elif threads is None:
        yield unknown("MAAS does not know its processors.")
    elif threads < wanted:
        yield fail(
            f"has {threads} threads, {wanted} cores are wanted.", lack=f"{wanted - threads} cores", threads=threads
        )
    elif threads < wanted * THREADS_OF_A_CORE:
        yield warn(
            f"has {threads} threads; with two threads a core that is less than the {wanted} cores wanted.",
            threads=threads,
        )


def _memory(machine: Machine, ground: Ground) -> Findings:
    wanted, better = ground.role.memory, ground.role.memory_recommended
    tolerance = ground.demands.thresholds.memory_tolerance
    if wanted is None and better is None:
        yield skip("No amount of memory is wanted.")
    elif machine.memory is None:
        yield unknown("MAAS does not know its memory.")
    elif wanted is not None and machine.memory < wanted * tolerance:
        yield fail(
            f"has {gib(machine.memory)} of memory, {gib(wanted)} are wanted.",
            lack=f"{gib(wanted - machine.memory)} of memory",
            memory_mib=machine.memory,
        )
    elif better is not None and machine.memory < better * tolerance:
        yield warn(
            f"has {gib(machine.memory)} of memory; {gib(better)} are recommended for virtual machines.",
            memory_mib=machine.memory,
        )


def _arch(machine: Machine, ground: Ground) -> Findings:
    wanted = ground.role.architecture
    if wanted is None:
        yield skip("Any architecture will do.")
    elif machine.arch is None:
        yield unknown("MAAS does not know its architecture.")
    elif machine.arch != wanted.split("/")[0]:
        yield fail(f"is {machine.arch}, {wanted} is wanted.", lack=f"architecture {wanted}", architecture=machine.arch)


def _numa(machine: Machine, _ground: Ground) -> Findings:
    if not machine.tells("numanode_set"):
        yield unknown("MAAS does not tell the NUMA nodes.")
        return
    amounts = [node.memory for node in machine.numa if node.memory is not None]
    if len(amounts) <= 1:
        return
    told = ", ".join(gib(amount) for amount in amounts)
    if 0 in amounts:
        yield warn(f"Not every NUMA node has memory: {told}.", memory_mib=amounts)
    elif max(amounts) > min(amounts) * UNEVEN:
        yield warn(f"Its memory is uneven over the NUMA nodes: {told}.", memory_mib=amounts)


def _gpu(machine: Machine, ground: Ground) -> Findings:
    if not ground.role.gpu:
        yield skip("No GPU is wanted.")
        return
    found = ground.fleet.about("devices", machine.system_id)
    if not isinstance(found, list):
        yield unknown(ground.fleet.why_unknown("devices", machine.system_id))
    elif not any(_is_gpu(device) for device in trees(found)):
        yield fail("has no GPU.", lack="a GPU")


def _is_gpu(device: t.Mapping[str, t.Any]) -> bool:
    return whole(device, "hardware_type") == GPU_TYPE or (text(device, "hardware_type_name") or "").upper() == "GPU"


def _dpu(machine: Machine, _ground: Ground) -> Findings:
    if machine.is_dpu is None:
        yield unknown("This version of MAAS does not tell DPUs from machines.")
    elif machine.is_dpu:
        yield warn("is a DPU, not a server.")


CHECKS = (
    Check(
        "c.bare_metal",
        MACHINE,
        "It is real hardware",
        FAIL,
        ("tag_names", "power_type", "pod", "virtualmachine_id", "hardware_info", "blockdevice_set.model"),
        "Use hardware for workers; allow_virtual is for labs.",
        _bare_metal,
    ),
    Check(
        "c.virt",
        MACHINE,
        "Its processors offer hardware virtualization",
        FAIL,
        ("maas-lshw", "tag_names"),
        "Turn on VT-x or SVM in the firmware, then commission it again.",
        _virt,
    ),
    Check(
        "c.cpu",
        MACHINE,
        "It has the cores of its role",
        FAIL,
        ("cpu_count", "numanode_set.cores", "maas-lshw", "50-maas-01-commissioning"),
        "Choose a bigger machine, or ask for less.",
        _cpu,
    ),
    Check(
        "c.memory",
        MACHINE,
        "It has the memory of its role",
        FAIL,
        ("memory",),
        "Add memory (after a failed module: replace it and commission again), or ask for less.",
        _memory,
    ),
    Check(
        "c.arch",
        MACHINE,
        "It has the architecture of its role",
        FAIL,
        ("architecture",),
        "Choose a machine of the right architecture.",
        _arch,
    ),
    Check(
        "c.numa",
        MACHINE,
        "Its memory is even over the NUMA nodes",
        WARN,
        ("numanode_set.memory",),
        "Spread the memory modules over the sockets.",
        _numa,
    ),
    Check(
        "c.gpu_sriov", MACHINE, "It has a GPU, where one is wanted", FAIL, ("devices",), "Choose other machines.", _gpu
    ),
    Check("c.dpu", MACHINE, "It is no DPU", WARN, ("is_dpu",), "Tag DPUs, and leave the tag out.", _dpu),
)
