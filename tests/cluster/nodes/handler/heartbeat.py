# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node labels and heartbeats, by which virt-controller and the scheduler know that a node can run VMs."""

from __future__ import annotations

import asyncio
import time
import typing as t

from tests.cluster.nodes.context import Context
from tests.cluster.nodes.handler import behaviour
from tests.cluster.nodes.handler.behaviour import Behaviour
from tests.cluster.nodes.handler.identity import Identity
from tests.cluster.nodes.objects import Object, timestamp

INTERVAL = 60.0
LOOK = 0.5

_HOST_MODEL = "Cascadelake-Server"
_VENDOR = "Intel"
_TSC_FREQUENCY = "2500000000"
_CPU_MODELS = (
    "Nehalem", "Westmere", "SandyBridge", "IvyBridge", "Haswell", "Broadwell", "Skylake-Client", "Skylake-Server",
    "Cascadelake-Server", "Icelake-Server", "Penryn", "Opteron_G2", "qemu64", "kvm64",
)  # fmt: skip
_CPU_FEATURES = (
    "aes", "apic", "avx", "avx2", "ssse3", "sse4.1", "sse4.2", "vmx", "pcid", "x2apic", "xsave", "invtsc",
    "tsc-deadline", "spec-ctrl", "ssbd",
)  # fmt: skip
_HYPERV = (
    "base", "frequencies", "ipi", "reenlightenment", "reset", "runtime", "synic", "synictimer", "time", "tlbflush",
    "vpindex",
)  # fmt: skip
_MACHINES = ("q35", "pc-q35-rhel9.2.0", "pc-q35-rhel9.4.0", "pc-q35-rhel9.6.0", "pc-i440fx-rhel7.6.0", "pc")


def labels(found: Behaviour) -> dict[str, str]:
    """Return the labels of the node labeller, the same for every node."""
    groups = {
        "cpu-model.node.kubevirt.io": _CPU_MODELS,
        "cpu-model-migration.node.kubevirt.io": _CPU_MODELS,
        "cpu-feature.node.kubevirt.io": _CPU_FEATURES,
        "hyperv.node.kubevirt.io": _HYPERV,
        "host-model-cpu.node.kubevirt.io": (_HOST_MODEL,),
        "cpu-vendor.node.kubevirt.io": (_VENDOR,),
        "machine-type.node.kubevirt.io": _MACHINES if found.machine_labels else (),
    }
    true = {f"{group}/{value}": "true" for group, values in groups.items() for value in values}
    timer = "cpu-timer.node.kubevirt.io"
    return {**true, f"{timer}/tsc-frequency": _TSC_FREQUENCY, f"{timer}/tsc-scalable": "true"}


def beat(*, schedulable: bool, now: str) -> Object:
    """Return the patch of one heartbeat."""
    states = {
        "kubevirt.io/schedulable": str(schedulable).lower(),
        "kubevirt.io/ksm-enabled": "false",
        "kubevirt.io/cpumanager": "false",
        "cpumanager": "false",
    }
    return {"metadata": {"labels": states, "annotations": {"kubevirt.io/heartbeat": now}}}


class Heartbeat:
    """All nodes; ``present`` tells whether virt-handler's pod runs on a node."""

    def __init__(self, context: Context, identity: Identity, present: t.Callable[[str], bool]) -> None:
        self._outages, self._identity, self._present = context.outages, identity, present
        self._labels = labels(behaviour.of(context.version))

    async def run(self, node: str) -> None:
        """Run for one node until cancelled."""
        beaten = None
        while True:
            if not self._outages.cut_off(node):
                beaten = await self._beat_if_due(node, beaten)
            await asyncio.sleep(LOOK)

    async def _beat_if_due(self, node: str, beaten: float | None) -> float | None:
        """Return when the last heartbeat was, None before the first one and after a good-bye."""
        now = time.monotonic()
        if not self._present(node):
            if beaten is None or await self._patch(node, beat(schedulable=False, now=timestamp())):
                return None
        elif beaten is None or now - beaten > INTERVAL:
            patch = beat(schedulable=True, now=timestamp())
            if beaten is None:
                patch["metadata"]["labels"].update(self._labels)
            if await self._patch(node, patch):
                return now
        return beaten

    async def _patch(self, node: str, patch: Object) -> bool:
        # Its role may not be bound yet, or not any more.
        return await self._identity.on(node).merge(f"/api/v1/nodes/{node}", patch, accept=(403, 404)) is not None
