# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a VMI's status that virt-handler derives from the domain and the guest."""

from __future__ import annotations

import hashlib
import typing as t

from tests.sim.kubevirt.documents import at, drop_condition, now, set_condition
from tests.sim.kubevirt.kinds import PVC, Object

if t.TYPE_CHECKING:
    from tests.sim.kubevirt.store import Store

_GUEST = {
    "id": "fedora", "kernelRelease": "6.11.4-301.fc41.x86_64", "kernelVersion": "#1 SMP PREEMPT_DYNAMIC",
    "machine": "x86_64", "name": "Fedora Linux", "prettyName": "Fedora Linux 41 (Cloud Edition)",
    "version": "41 (Cloud Edition)", "versionId": "41",
}  # fmt: skip
PENDING_UPDATES = ("HotVCPUChange", "HotMemoryChange")
# KubeVirt leaves the times of some conditions empty: nobody may rely on them.
NO_TIMES: t.Final[dict[str, None]] = {"lastProbeTime": None, "lastTransitionTime": None}
_PREFIX = {"virtio": "vd", "scsi": "sd", "sata": "sd", "usb": "sd"}


def _digest(vmi: Object, salt: str) -> str:
    return hashlib.sha256((vmi["metadata"]["uid"] + salt).encode()).hexdigest()


def pod_address(vmi: Object, node: str) -> str:
    return f"10.99.{16 + int(node[-1]) if node[-1].isdigit() else 16}.{int(_digest(vmi, 'pod')[:2], 16) % 240 + 10}"


def list_volumes(vmi: Object) -> None:
    volumes = [{"name": volume["name"], "target": ""} for volume in vmi["spec"].get("volumes", [])]
    vmi["status"]["volumeStatus"] = sorted(volumes, key=lambda found: found["name"])


def fill(vmi: Object, store: Store, *, legacy: bool) -> None:
    """A domain that has just come up."""
    spec, status = vmi["spec"], vmi["status"]
    cpu, guest = spec["domain"].get("cpu", {}), at(spec, "domain.memory.guest", "1Gi")
    status["currentCPUTopology"] = {name: cpu.get(name, 1) for name in ("cores", "sockets", "threads")}
    status["memory"] = dict.fromkeys(("guestAtBoot", "guestCurrent", "guestRequested"), guest)
    status |= {"guestOSInfo": {}, "machine": {"type": "pc-q35-rhel9.6.0"}, "qosClass": "Burstable", "runtimeUser": 107}
    status["interfaces"] = _interfaces(vmi, agent=False, legacy=legacy)
    disks = {disk["name"]: disk for disk in at(spec, "domain.devices.disks", [])}
    for index, volume in enumerate(status.get("volumeStatus", [])):
        device = disks.get(volume["name"], {})
        bus = at(device, "disk.bus") or at(device, "cdrom.bus") or at(device, "lun.bus") or "sata"
        volume["target"] = f"{_PREFIX.get(bus, 'sd')}{chr(ord('a') + index)}"
    reason, text = _obstacle(vmi, store, legacy=legacy)
    set_condition(vmi, "LiveMigratable", "False" if reason else "True", reason, text, times=NO_TIMES)
    blocked = reason == "InterfaceNotLiveMigratable"
    details = ("NotMigratable", f"{reason}: {text}") if blocked else ("", "")
    set_condition(vmi, "StorageLiveMigratable", "False" if blocked else "True", *details, times=NO_TIMES)


def connect_agent(vmi: Object, *, legacy: bool) -> None:
    vmi["status"]["guestOSInfo"] = dict(_GUEST)
    vmi["status"]["interfaces"] = _interfaces(vmi, agent=True, legacy=legacy)
    set_condition(vmi, "AgentConnected", "True", times={"lastProbeTime": now(), "lastTransitionTime": None})


def take_over_compute(vmi: Object) -> None:
    """After a migration: the guest has the CPUs and the memory that were asked for."""
    vmi["status"].setdefault("currentCPUTopology", {})["sockets"] = at(vmi, "spec.domain.cpu.sockets", 1)
    memory = vmi["status"].setdefault("memory", {})
    memory["guestCurrent"] = memory.get("guestRequested")
    for kind in PENDING_UPDATES:
        drop_condition(vmi, kind)


def _interfaces(vmi: Object, *, agent: bool, legacy: bool) -> list[Object]:
    nics = at(vmi, "spec.domain.devices.interfaces", [])
    found = [_interface(vmi, nic, index, agent=agent) for index, nic in enumerate(nics)]
    for interface in () if legacy else found:
        interface["linkState"] = "up"
        if "multus" not in interface["infoSource"]:
            interface["podInterfaceName"] = "eth0"
    return found


def _interface(vmi: Object, nic: Object, index: int, *, agent: bool) -> Object:
    network: Object = next((n for n in vmi["spec"].get("networks", []) if n["name"] == nic["name"]), {})
    digest = _digest(vmi, nic["name"])
    mac = nic.get("macAddress") or "52:54:00:" + ":".join(digest[i : i + 2] for i in (0, 2, 4))
    found: Object = {"name": nic["name"], "mac": mac, "queueCount": 1, "infoSource": "domain"}
    address = pod_address(vmi, vmi["status"].get("nodeName", "0")) if "pod" in network else ""
    if agent:
        found |= {"interfaceName": f"eth{index}", "infoSource": "domain, guest-agent"}
        address = address or f"192.168.{int(digest[:2], 16) % 200 + 10}.{int(digest[2:4], 16) % 250 + 2}"
    if "multus" in network:
        found["infoSource"] += ", multus-status"
    return {**found, "ipAddress": address, "ipAddresses": [address]} if address else found


def _obstacle(vmi: Object, store: Store, *, legacy: bool) -> tuple[str, str]:
    namespace = vmi["metadata"]["namespace"]
    for volume in vmi["spec"].get("volumes", []):
        claim = at(volume, "dataVolume.name") or at(volume, "persistentVolumeClaim.claimName")
        found = store.get(PVC, namespace, claim) if claim else None
        if found and "ReadWriteMany" not in at(found, "spec.accessModes", []):
            text = (
                f"cannot migrate VMI: PVC {claim} is not shared, live migration requires that all PVCs must be shared"
            )
            return "DisksNotLiveMigratable", f"{text} (using ReadWriteMany access mode)"
    pods = {network["name"] for network in vmi["spec"].get("networks", []) if "pod" in network}
    nics = at(vmi, "spec.domain.devices.interfaces", [])
    if any(nic["name"] in pods and "masquerade" not in nic for nic in nics):
        bridge = ", bridge with kubevirt.io/allow-pod-bridge-network-live-migration VM annotation" if legacy else ""
        text = f"cannot migrate VMI which does not use masquerade{bridge} or a migratable plugin"
        text += " to connect to the pod network"
        return "InterfaceNotLiveMigratable", text
    return "", ""
