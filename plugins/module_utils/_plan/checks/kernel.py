# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Catalogue 7.5, second part: firmware, the kernel, and what it is told. Private to vmo.core."""

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
from ansible_collections.vmo.core.plugins.module_utils._model.machine import DEPLOYED
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.compute import virtualization
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import gib, odd_ones

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._model.machine import Machine
    from ansible_collections.vmo.core.plugins.module_utils._plan.checks.ground import Ground

Findings = t.Iterator[Finding]
# what MAAS calls a boot without UEFI
LEGACY = "pxe"
RAM_FOR_EPHEMERAL = 16 * 1024  # MiB


def kernel_options(machine: Machine, ground: Ground) -> str | None:
    """Return the options that MAAS gives the kernel, ``None`` where they are not known."""
    if ground.fleet.kernel_options is None:
        return None
    of_tags = [ground.fleet.kernel_options.get(tag, "") for tag in sorted(machine.tags)]
    joined = " ".join(options for options in of_tags if options)
    return joined or str(ground.fleet.config("kernel_opts") or "")


def _iommu(machine: Machine, ground: Ground) -> Findings:
    role = ground.role
    if not (role.passthrough or role.sriov or role.gpu):
        yield skip("No device is to be passed through.")
        return
    options = kernel_options(machine, ground)
    if options is None:
        yield unknown(ground.fleet.why_unknown("tags"))
        return
    model = machine.hardware.get("cpu_model", "").lower()
    flag = virtualization(machine, ground)
    if "intel_iommu=on" in options or "amd" in model or flag == "svm":
        return
    if "intel" in model or flag == "vmx":
        yield warn("The kernel is not told intel_iommu=on.", lack="intel_iommu=on", options=options)
    else:
        yield unknown("It is not known whether the processors are of Intel, which need intel_iommu=on.")


def _nested(machine: Machine, ground: Ground) -> Findings:
    if not ground.demands.nested:
        yield skip("No nested virtualization is wanted.")
        return
    options = kernel_options(machine, ground)
    if options is None:
        yield unknown(ground.fleet.why_unknown("tags"))
    elif not re.search(r"kvm-(intel|amd)\.nested=1", options):
        yield good("The kernel is not told of nested virtualization; newer kernels have it on by default.")


def _hugepages(machine: Machine, ground: Ground) -> Findings:
    wanted = ground.role.hugepages
    if wanted is None:
        yield skip("No huge pages are wanted.")
    elif not machine.tells("numanode_set"):
        yield unknown("MAAS does not tell the huge pages.")
    else:
        found = sum(size * number for node in machine.numa for size, number in node.hugepages.items()) // 1024**2
        if found < wanted:
            yield warn(f"has {gib(found)} of huge pages, {gib(wanted)} are wanted.", lack="huge pages", mib=found)


def _boot_mode(machine: Machine, _ground: Ground) -> Findings:
    if machine.boot_method is None:
        yield unknown("MAAS does not know how it boots.")
    elif machine.boot_method == LEGACY:
        yield warn("boots in legacy BIOS mode.")


def _boot_modes(ground: Ground) -> Findings:
    for machine, mode, usual in odd_ones(ground.members, lambda found: found.boot_method):
        if mode != LEGACY:
            yield warn(f"boots by {mode}, most others by {usual}.", subject=machine.name)


def _firmware(machine: Machine, _ground: Ground) -> Findings:
    if not machine.hardware.keys() >= {"system_product", "mainboard_firmware_version"}:
        yield unknown("MAAS does not know its firmware.")


def _firmwares(ground: Ground) -> Findings:
    products: dict[tuple[str, str], list[Machine]] = {}
    for machine in ground.members:
        product = machine.hardware.get("system_product")
        if product is not None and "mainboard_firmware_version" in machine.hardware:
            products.setdefault((machine.hardware.get("system_vendor", ""), product), []).append(machine)
    for (_vendor, product), machines in products.items():
        for machine, version, usual in odd_ones(machines, lambda found: found.hardware["mainboard_firmware_version"]):
            yield warn(
                f"has firmware {version}, most others of the same product ({product}) have {usual}.",
                subject=machine.name,
            )


def _swap(machine: Machine, ground: Ground) -> Findings:
    if not machine.tells("swap_size"):
        yield unknown("MAAS does not tell the swap size.")
    elif machine.swap_size:
        yield warn(f"is set to have {machine.swap_size} bytes of swap, which the kubelet does not want.")
    elif machine.swap_size is None and ground.before and not ground.demands.sets_swap:
        yield warn("would get the default swap file, which the kubelet does not want.")


def _ephemeral(machine: Machine, ground: Ground) -> Findings:
    if not ground.demands.in_memory:
        if machine.ephemeral_deploy:
            yield warn("runs from memory, or is set to: a reboot loses everything.")
        return
    if machine.memory is not None and machine.memory < RAM_FOR_EPHEMERAL:
        yield fail(
            f"has {gib(machine.memory)} of memory, a deployment to memory needs {gib(RAM_FOR_EPHEMERAL)}.",
            lack="memory for a deployment to memory",
        )
    elif machine.memory is None:
        yield unknown("MAAS does not know its memory.")
    else:
        yield warn("is to run from memory: a reboot loses everything.")


def _kernel(machine: Machine, _ground: Ground) -> Findings:
    if not machine.tells("min_hwe_kernel") and not machine.tells("hwe_kernel"):
        yield unknown("MAAS does not tell the kernel.")


def _kernels(ground: Ground) -> Findings:
    for team in ground.teams:
        for machine, kernel, usual in odd_ones(team.members, _kernel_of):
            yield warn(f"is set to the kernel {kernel}, most others to {usual}.", subject=machine.name)


def _kernel_of(machine: Machine) -> str | None:
    if machine.status == DEPLOYED:
        return machine.hwe_kernel
    return machine.min_hwe_kernel or "(default)" if machine.tells("min_hwe_kernel") else None


CHECKS = (
    Check(
        "c.iommu",
        MACHINE,
        "The kernel turns the IOMMU on, where devices are passed through",
        WARN,
        ("tags.kernel_opts", "config.kernel_opts", "hardware_info.cpu_model"),
        "Give the machines a tag with kernel_opts intel_iommu=on iommu=pt, then deploy.",
        _iommu,
    ),
    Check(
        "c.nested",
        MACHINE,
        "The kernel is told of nested virtualization, where it is wanted",
        "pass",
        ("tags.kernel_opts", "config.kernel_opts"),
        "Give the machines a tag with kernel_opts kvm-intel.nested=1 or kvm-amd.nested=1.",
        _nested,
    ),
    Check(
        "c.hugepages",
        MACHINE,
        "It has the huge pages of its role",
        WARN,
        ("numanode_set.hugepages_set",),
        "Give the machines a tag with kernel_opts hugepagesz=1G hugepages=N, then deploy.",
        _hugepages,
    ),
    Check(
        "c.boot_mode",
        MACHINE,
        "It boots by UEFI, as the others do",
        WARN,
        ("bios_boot_method",),
        "Set UEFI in the firmware, then commission it again.",
        _boot_mode,
        _boot_modes,
    ),
    Check(
        "c.firmware",
        MACHINE,
        "It has the firmware of the others of its product",
        WARN,
        ("hardware_info.mainboard_firmware_version", "hardware_info.system_product"),
        "Bring the firmware to one version.",
        _firmware,
        _firmwares,
    ),
    Check(
        "c.swap",
        MACHINE,
        "It gets no swap",
        WARN,
        ("swap_size",),
        "Set swap_size to 0.",
        _swap,
    ),
    Check(
        "c.ephemeral",
        MACHINE,
        "A deployment to memory is possible and meant",
        FAIL,
        ("ephemeral_deploy", "memory"),
        "Deploy to disk, or choose machines with 16 GiB at least.",
        _ephemeral,
    ),
    Check(
        "c.kernel",
        MACHINE,
        "It is set to the kernel of the others",
        WARN,
        ("min_hwe_kernel", "hwe_kernel"),
        "Set the same min_hwe_kernel on all.",
        _kernel,
        _kernels,
    ),
)
