# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VMI gets that its VM does not spell out: the instance type's part, and the defaults of the VMI webhook."""

from __future__ import annotations

import typing as t
import uuid

from tests.sim.kubevirt.documents import at, bytes_of, canonical_quantity
from tests.sim.kubevirt.kinds import CLUSTER_INSTANCETYPE, CLUSTER_PREFERENCE, Object
from tests.sim.kubevirt.refusals import denied, required

if t.TYPE_CHECKING:
    from tests.sim.kubevirt.store import Store

_KINDS = {"instancetype": CLUSTER_INSTANCETYPE, "preference": CLUSTER_PREFERENCE}
# The webhook of VMs lets this pass; it is the creation of the VMI that fails.
_NO_MEMORY = (
    "no memory requested, at least one of 'spec.domain.memory.guest', 'spec.domain.memory.hugepages.{size}' or "
    "'spec.domain.resources.requests.memory' must be set"
)


def remember(store: Store, vm: Object, *, legacy: bool) -> None:
    """Note the revision that the VM starts with: up to 1.4 in its spec, later in its status."""
    for matcher, kind in _KINDS.items():
        wanted = at(vm, f"spec.{matcher}.name")
        if not wanted:
            continue
        uid = at(store.get(kind, "", wanted), "metadata.uid", "")
        name = f"{vm['metadata']['name']}-{wanted}-v1beta1-{uid}-1"
        if legacy:
            vm["spec"][matcher].setdefault("revisionName", name)
        else:
            reference = {"name": wanted, "kind": kind.kind.lower(), "controllerRevisionRef": {"name": name}}
            vm["status"][f"{matcher}Ref"] = reference


def complete(store: Store, vm: Object, spec: Object, *, legacy: bool) -> None:
    """Fills the spec of a VMI in place; raises the refusal of one without memory."""
    domain = spec["domain"]
    cpu, memory = domain.setdefault("cpu", {}), domain.setdefault("memory", {})
    found = store.get(CLUSTER_INSTANCETYPE, "", at(vm, "spec.instancetype.name", ""))
    if found:
        cpu.setdefault("sockets", at(found, "spec.cpu.guest", 1))
        memory.setdefault("guest", at(found, "spec.memory.guest", "1Gi"))
    for name, value in (("cores", 1), ("sockets", 1), ("threads", 1), ("model", "host-model")):
        cpu.setdefault(name, value)
    cpu.setdefault("maxSockets", cpu["sockets"] * 4)
    resources = domain.setdefault("resources", {})
    requests = resources.setdefault("requests", {}) if legacy else resources.get("requests", {})
    if not memory.get("guest") and not requests.get("memory") and not memory.get("hugepages"):
        text = _NO_MEMORY.format(size="size" if legacy else "pageSize")
        raise denied("virtualmachineinstances-create-validator.kubevirt.io", [required(text, "")])
    guest = memory.setdefault("guest", requests.get("memory", "1Gi"))
    binary = str(guest) if str(guest).endswith("i") else f"{int(bytes_of(guest) / 1024)}Ki"
    most = bytes_of(binary) * 4 / 1024
    memory.setdefault("maxGuest", canonical_quantity(f"{int(most)}Ki"))
    if legacy:
        requests.setdefault("memory", guest)
    domain.setdefault("features", {}).setdefault("acpi", {"enabled": True})
    domain.setdefault("firmware", {}).setdefault("uuid", str(uuid.uuid5(uuid.NAMESPACE_OID, vm["metadata"]["name"])))
    spec.setdefault("evictionStrategy", "None")
    for volume in spec.get("volumes", []):
        if "containerDisk" in volume:
            image = volume["containerDisk"]["image"]
            latest = image.endswith(":latest") or ":" not in image.rsplit("/", 1)[-1]
            volume["containerDisk"].setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
    names = {disk["name"] for disk in domain["devices"].setdefault("disks", [])}
    for volume in spec.get("volumes", []):
        if volume["name"] not in names:
            domain["devices"]["disks"].append({"disk": {"bus": "sata"}, "name": volume["name"]})
    if not domain["devices"].get("interfaces") and domain["devices"].get("autoattachPodInterface", True):
        domain["devices"]["interfaces"] = [{"bridge": {}, "name": "default"}]
        spec["networks"] = [{"name": "default", "pod": {}}]
