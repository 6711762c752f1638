# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of KubeVirt's validating webhook for mistakes that the options of a task allow, with its own texts."""

from __future__ import annotations

import re
import typing as t

from tests.sim.kubevirt.documents import at, bytes_of
from tests.sim.kubevirt.kinds import Object
from tests.sim.kubevirt.refusals import Cause, invalid, required

_RUN_STRATEGIES = ("Halted", "Manual", "Always", "RerunOnFailure", "Once")
_BUSES = ("virtio", "scsi", "sata", "usb")
_MODELS = ("e1000", "e1000e", "igb", "ne2k_pci", "pcnet", "rtl8139", "virtio")
_MAC = re.compile(r"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$")
_LABEL = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_INNER = "spec.template.spec"
_DISKS, _NICS = f"{_INNER}.domain.devices.disks", f"{_INNER}.domain.devices.interfaces"
_NETWORKS = f"{_INNER}.networks"


def of_machine(spec: Object, *, legacy: bool) -> list[Cause]:
    """In the order of the genuine webhook, which joins the texts into one message. ``legacy`` is KubeVirt 1.4."""
    inner = spec["template"]["spec"]
    if spec.get("instancetype") and at(inner, "domain.memory.guest") is not None:
        field = f"{_INNER}.domain.memory" if legacy else f"{_INNER}.domain.memory.guest"
        subject = "VM field" if legacy else "VM field(s)"
        return [invalid(f"{subject} {field} conflicts with selected instance type", field)]
    rules = (_options, _compute, _networks, _nics, _boot_orders, _disks)
    causes = [cause for rule in rules for cause in rule(inner)]
    return causes + list(_run_strategy(spec)) + list(_live_update(inner))


def _options(inner: Object) -> t.Iterator[Cause]:
    hostname = inner.get("hostname")
    if hostname and not _LABEL.match(hostname):
        field = f"{_INNER}.hostname"
        yield invalid(f"{field} does not conform to the kubernetes DNS_LABEL rules : {_LABEL_RULE}", field)
    machine = at(inner, "domain.machine.type", "q35")
    if not re.match(r"(pc-)?q35", machine):
        field = f"{_INNER}.domain.machine.type"
        yield invalid(f"{field} is not supported: {machine} (allowed values: [q35* pc-q35*])", field)
    eviction = inner.get("evictionStrategy", "None")
    if eviction not in ("LiveMigrate", "LiveMigrateIfPossible", "None", "External"):
        field = f"{_INNER}.evictionStrategy"
        yield invalid(f"{field} is set with an unrecognized option: {eviction}", field)


def _compute(inner: Object) -> t.Iterator[Cause]:
    base = f"{_INNER}.domain.resources"
    requested, limit = (at(inner, f"domain.resources.{part}.memory") for part in ("requests", "limits"))
    if requested and limit and bytes_of(requested) > bytes_of(limit):
        field = f"{base}.requests.memory"
        yield invalid(f"{field} '{requested}' is greater than {base}.limits.memory '{limit}'", field)
    yield from _sockets(inner)


def _sockets(inner: Object) -> t.Iterator[Cause]:
    sockets, most = at(inner, "domain.cpu.sockets", 0), at(inner, "domain.cpu.maxSockets", 0)
    if most and sockets > most:
        text = "Number of sockets in CPU topology is greater than the maximum sockets allowed"
        yield invalid(text, f"{_INNER}.domain.cpu.sockets")


def _live_update(inner: Object) -> t.Iterator[Cause]:
    yield from _sockets(inner)
    guest, most = at(inner, "domain.memory.guest"), at(inner, "domain.memory.maxGuest")
    if guest and most and bytes_of(guest) > bytes_of(most):
        text = "Guest memory is greater than the configured maxGuest memory"
        yield invalid(text, f"{_INNER}.domain.memory.guest")


def _networks(inner: Object) -> t.Iterator[Cause]:
    networks, nics = at(inner, "networks", []), at(inner, "domain.devices.interfaces", [])
    pod_networks = [network["name"] for network in networks if "pod" in network]
    if len([name for name in pod_networks if name in [nic["name"] for nic in nics]]) > 1:
        field = f"{_INNER}.interfaces"
        yield Cause("FieldValueDuplicate", f"more than one interface is connected to a pod network in {field}", field)
    for index, network in enumerate(networks):
        field = f"{_NETWORKS}[{index}]"
        if network["name"] not in [nic["name"] for nic in nics]:
            yield required(f"{field}.name '{network['name']}' not found.", f"{field}.name")


def _nics(inner: Object) -> t.Iterator[Cause]:
    networks = {network["name"]: network for network in at(inner, "networks", [])}
    nics = at(inner, "domain.devices.interfaces", [])
    for index, nic in enumerate(nics):
        field = f"{_NICS}[{index}].name"
        if "masquerade" in nic and "pod" not in networks.get(nic["name"], {}):
            yield invalid("Masquerade interface only implemented with pod network", field)
        if nic["name"] not in networks:
            yield invalid(f"{field} '{nic['name']}' not found.", field)
        if nic.get("model") and nic["model"] not in _MODELS:
            text = f"interface {field} uses model {nic['model']} that is not supported."
            yield Cause("FieldValueNotSupported", text, f"{_NICS}[{index}].model")
        mac = nic.get("macAddress")
        if mac and not _MAC.match(mac):
            yield invalid(f"interface {field} has malformed MAC address ({mac}).", f"{_NICS}[{index}].macAddress")


def _boot_orders(inner: Object) -> t.Iterator[Cause]:
    taken: set[int] = set()
    names = [volume["name"] for volume in at(inner, "volumes", [])]
    for index, disk in enumerate(at(inner, "domain.devices.disks", [])):
        if disk["name"] not in names:
            text = f"{_DISKS}[{index}].Name '{disk['name']}' not found."
            yield invalid(text, f"{_DISKS}[{index}].name")
    for path in ("disks", "interfaces"):
        for index, item in enumerate(at(inner, f"domain.devices.{path}", [])):
            order = item.get("bootOrder")
            if order in taken:
                field = f"{_INNER}.domain.devices.{path}[{index}].bootOrder"
                yield invalid(f"Boot order for {field} already set for a different device.", field)
            taken |= {order} - {None}


def _disks(inner: Object) -> t.Iterator[Cause]:
    disks = at(inner, "domain.devices.disks", [])
    for index, disk in enumerate(disks):
        field = f"{_DISKS}[{index}]"
        devices = [device for device in ("disk", "lun", "cdrom") if device in disk]
        if len(devices) > 1:
            yield invalid(f"{field} can only have a single target type defined", field)
        for device in devices:
            bus = (disk[device] or {}).get("bus") or _BUSES[0]
            if bus not in _BUSES:
                unknown = f"{field} is set with an unrecognized bus {bus}, must be one of: [{' '.join(_BUSES)}]"
                yield invalid("IDE bus is not supported" if bus == "ide" else unknown, f"{field}.{device}.bus")


def _run_strategy(spec: Object) -> t.Iterator[Cause]:
    running, strategy = spec.get("running"), spec.get("runStrategy")
    if running is None and strategy is None:
        yield invalid("RunStrategy must be specified", "spec.running")
    if running is not None and strategy is not None:
        text = "Running and RunStrategy are mutually exclusive. Note that Running is deprecated, please use RunStrategy"
        yield invalid(f"{text} instead", "spec.running")
    if strategy is not None and strategy not in _RUN_STRATEGIES:
        yield invalid(f"Invalid RunStrategy ({strategy})", "spec.runStrategy")
