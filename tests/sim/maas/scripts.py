# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts of the region, sets of their results, and the tags that are computed from what they found."""

from __future__ import annotations

import base64
import re
import time
import typing as t
from email.utils import formatdate
from xml.etree.ElementTree import ElementTree

from tests.sim.maas import hardware
from tests.sim.maas.machine_documents import API, status_of
from tests.sim.maas.model import (
    COMMISSIONING,
    FAILED,
    HARDWARE_TYPES,
    PASSED,
    PENDING,
    SCRIPT_STATUSES,
    TESTING,
    Machine,
    Object,
    Result,
    ScriptSet,
)
from tests.sim.maas.wire import ROUTES, Call, invalid, missing, refuse

if t.TYPE_CHECKING:
    from tests.sim.maas.world import World


class Script(t.NamedTuple):
    id: int
    name: str
    type: int
    hardware_type: int = 0
    tags: tuple[str, ...] = ("node",)
    timeout: str = "0:05:00"
    destructive: bool = False
    parameters: t.Mapping[str, t.Any] = {}


_STORAGE: Object = {"storage": {"type": "storage", "argument_format": "{path}"}}
_COMMISSIONING_NAMES = (
    "20-maas-01-install-lldpd", "20-maas-02-dhcp-unconfigured-ifaces", "30-maas-01-bmc-config",
    "20-maas-03-machine-resources", "40-maas-01-machine-config-hints", "50-maas-01-commissioning", "maas-support-info",
    "maas-lshw", "maas-list-modaliases", "maas-get-fruid-api-data", "maas-kernel-cmdline", "maas-serial-ports",
    "maas-capture-lldpd",
)  # fmt: skip
_TESTS: tuple[tuple[str, int, tuple[str, ...], Object], ...] = (
    ("smartctl-validate", 3, ("commissioning", "storage"), _STORAGE), ("smartctl-short", 3, ("storage",), _STORAGE),
    ("smartctl-long", 3, ("storage",), _STORAGE), ("smartctl-conveyance", 3, ("storage",), _STORAGE),
    ("memtester", 2, ("memory",), {}), ("stress-ng-cpu-long", 1, ("cpu",), {}),
    ("stress-ng-cpu-short", 1, ("cpu",), {}), ("stress-ng-memory-long", 2, ("memory",), {}),
    ("stress-ng-memory-short", 2, ("memory",), {}), ("ntp", 4, ("ntp", "network"), {}),
    ("badblocks", 3, ("storage",), _STORAGE), ("badblocks-destructive", 3, ("destructive", "storage"), _STORAGE),
    ("7z", 1, ("cpu",), {}), ("fio", 3, ("storage", "destructive"), _STORAGE),
    ("internet-connectivity", 4, ("internet", "network-validation", "network"), {"url": {"type": "url"}}),
    ("gateway-connectivity", 4, ("network-validation", "network"), {"interface": {"type": "interface"}}),
    ("rack-controller-connectivity", 4, ("network-validation", "network"), {"interface": {"type": "interface"}}),
)  # fmt: skip

SCRIPTS = [Script(number, name, COMMISSIONING) for number, name in enumerate(_COMMISSIONING_NAMES, 1)]
SCRIPTS += [
    Script(number, name, TESTING, kind, tags, "0:05:00", "destructive" in tags, parameters)
    for number, (name, kind, tags, parameters) in enumerate(_TESTS, 14)
]
SCRIPTS.append(Script(31, "wipe-disks", 3, 0, ("wipe", "disk", "node"), "0:00:00", destructive=False))
BY_NAME = {script.name: script for script in SCRIPTS}
_TYPE_NAMES = {0: "Commissioning script", 2: "Testing script", 3: "Release script"}
_SET_NAMES = {0: "Commissioning", 1: "Installation", 2: "Testing"}


def select(field: str, chosen: list[str], kind: int) -> list[Script]:
    """Scripts by name or tag; nothing chosen means the defaults, ``none`` no tests at all."""
    if kind == TESTING and chosen == ["none"]:
        return []
    if not chosen:
        return [s for s in SCRIPTS if s.type == kind and (kind == COMMISSIONING or "commissioning" in s.tags)]
    known = [s for s in SCRIPTS if s.type == kind]
    for name in chosen:
        if not any(name == s.name or name in s.tags for s in known):
            raise invalid({field: f"Select a valid choice. {name} is not one of the available choices."})
    return [s for s in known if s.name in chosen or set(s.tags) & set(chosen)]


def new_set(world: World, machine: Machine, kind: int, scripts: list[Script], status: int = PENDING) -> ScriptSet:
    """Begin a set and make it the current one; storage tests count once a disk."""
    results: list[Result] = []
    for script in scripts:
        disks = max(1, len(machine.disks)) if script.hardware_type == 3 else 1
        results += [
            Result(world.new_id(), script.name, status, script.hardware_type, script.id) for _disk in range(disks)
        ]
    found = machine.scripts[kind] = ScriptSet(world.new_id(), kind, results)
    machine.history.append(found)
    return found


def finish(found: ScriptSet, status: int, only: str | None = None) -> None:
    """Set the status of all results (or those of one script), and their times."""
    for result in found.results:
        if only in (None, result.name):
            result.status, result.exit_status = status, {PASSED: 0, FAILED: 1}.get(status)
            result.started = result.started or time.time()
            result.ended = time.time()


def _stamp(seconds: float | None) -> str | None:
    return None if seconds is None else formatdate(seconds, localtime=False).replace("-0000", "+0000")


def _result(machine: Machine, found: Result, *, output: bool) -> Object:
    parameters: t.Mapping[str, t.Any] = {}
    if found.hardware_type == 3 and machine.disks:
        first = machine.disks[0]
        value = {key: getattr(first, key) for key in ("id", "name", "model", "serial", "id_path")}
        parameters = {"storage": {"type": "storage", "value": value, "argument_format": "{path}"}}
    document = {
        "id": found.id, "created": _stamp(found.started or 0), "updated": _stamp(found.ended or found.started or 0),
        "name": found.name, "status": found.status, "status_name": SCRIPT_STATUSES[found.status],
        "exit_status": found.exit_status, "started": _stamp(found.started), "ended": _stamp(found.ended),
        "runtime": "0:00:00" if found.ended else "", "starttime": found.started, "endtime": found.ended,
        "estimated_runtime": "0:00:00", "parameters": parameters, "script_id": found.script_id,
        "script_revision_id": None, "suppressed": found.suppressed,
    }  # fmt: skip
    if output:
        make = hardware.OUTPUTS.get(found.name)
        stdout = found.stdout or (make(machine) if make and found.status == 2 else b"")
        encoded = base64.b64encode(stdout).decode()
        document |= {"output": encoded, "stdout": encoded, "stderr": "", "result": ""}
    return document


def _set_document(machine: Machine, found: ScriptSet, *, output: bool, filters: list[str], kind: str) -> Object:
    chosen = [r for r in found.results if _chosen(r, filters) and kind in ("", HARDWARE_TYPES[r.hardware_type].lower())]
    starts = [r.started for r in found.results if r.started]
    ends = [r.ended for r in found.results if r.ended]
    status = status_of(found)
    return {
        "type_name": _SET_NAMES[found.type], "results": [_result(machine, r, output=output) for r in chosen],
        "type": found.type, "status_name": SCRIPT_STATUSES[status], "system_id": machine.system_id, "id": found.id,
        "status": status, "last_ping": None, "runtime": "0:00:00", "ended": _stamp(max(ends)) if ends else None,
        "started": _stamp(min(starts)) if starts else None,
        "resource_uri": f"{API}nodes/{machine.system_id}/results/{found.id}/",
    }  # fmt: skip


def _chosen(found: Result, filters: list[str]) -> bool:
    script = BY_NAME.get(found.name)
    known = {found.name, str(found.id), *(script.tags if script else ())}
    return not filters or bool(known & set(filters))


@ROUTES.on("GET nodes/{system_id}/results/")
def list_results(call: Call, system_id: str) -> list[Object]:
    machine = call.machine(system_id)
    wanted = call.query.get("type")
    numbers = {name.lower(): number for number, name in _SET_NAMES.items()}
    if wanted and wanted not in numbers:
        raise invalid({"type": f"'{wanted}' is not a valid type."})
    return [
        _set_document(machine, found, **_selection(call))
        for found in machine.history
        if not wanted or found.type == numbers[wanted]
    ]


@ROUTES.on("GET nodes/{system_id}/results/{which}/")
def read_results(call: Call, system_id: str, which: str) -> Object:
    machine = call.machine(system_id)
    current = {f"current-{name.lower()}": machine.scripts.get(number) for number, name in _SET_NAMES.items()}
    found = current.get(which) or next((s for s in machine.history if str(s.id) == which), None)
    if found is None:
        raise missing("ScriptSet")
    return _set_document(machine, found, **_selection(call))


def _selection(call: Call) -> t.Any:
    query = call.query
    return {
        "output": query.true("include_output"),
        "filters": query.split("filters"),
        "kind": query.get("hardware_type"),
    }


@ROUTES.on("GET scripts/")
def list_scripts(call: Call) -> list[Object]:
    kinds = {"commissioning": 0, "testing": 2, "release": 3}
    wanted = call.query.get("type")
    return [_script(found) for found in SCRIPTS if not wanted or kinds.get(wanted) == found.type]


def _script(found: Script) -> Object:
    return {
        "name": found.name, "title": found.name, "description": found.name, "tags": list(found.tags),
        "hardware_type": found.hardware_type, "parallel": 0, "results": {}, "parameters": found.parameters,
        "packages": {}, "timeout": found.timeout, "destructive": found.destructive, "default": True,
        "for_hardware": [], "may_reboot": False, "recommission": False, "apply_configured_networking": False,
        "parallel_name": "Disabled", "history": [{"id": found.id, "comment": "Created by maas", "created": _stamp(0)}],
        "id": found.id, "type_name": _TYPE_NAMES[found.type], "type": found.type,
        "hardware_type_name": HARDWARE_TYPES[found.hardware_type], "resource_uri": f"{API}scripts/{found.name}",
    }  # fmt: skip


@ROUTES.on("GET commissioning-scripts/")
def list_commissioning_scripts(call: Call) -> list[str]:
    del call
    return sorted(_COMMISSIONING_NAMES)


@ROUTES.on("GET nodes/{system_id}/devices/")
def list_devices(call: Call, system_id: str) -> list[Object]:
    machine = call.machine(system_id)
    wanted = call.query.get("hardware_type")
    if wanted and wanted not in ("node", "cpu", "memory", "storage", "network", "gpu"):
        raise refuse(400, f"Invalid hardware type: {wanted}")
    return [found for found in machine.pci_devices if not wanted or found["hardware_type_name"].lower() == wanted]


def retag(world: World, machine: Machine, only: str | None = None) -> None:
    """Give and take the automatic tags (or one of them), as after a commissioning."""
    for tag in world.tags.values():
        if tag.definition and only in (None, tag.name):
            kept = [name for name in machine.tags if name != tag.name]
            machine.tags = [*kept, tag.name] if matches(tag.definition, machine) else kept


_COMPARISON = re.compile(r"(.+?)/@(\w+)\s*=\s*['\"]([^'\"]*)['\"]\Z")


def matches(definition: str, machine: Machine) -> bool:
    """Evaluate the XPath of a tag over lshw, as far as the standard library knows XPath.

    It lacks comparisons outside predicates, the usual form of such a definition: ``//a/b/@id="vmx"``.

    Raises:
        ValueError: the expression is none that can be evaluated.
    """
    if not machine.commissioned:
        return False
    tree = ElementTree(hardware.lshw_tree(machine))
    for alternative in re.split(r"\s+(?:or|\|)\s+", definition.strip()):
        compared = _COMPARISON.match(alternative)
        path = f"{compared[1]}[@{compared[2]}='{compared[3]}']" if compared else alternative
        try:
            if tree.findall(f".{path}" if path.startswith("//") else path):
                return True
        except (SyntaxError, KeyError, TypeError, StopIteration) as why:
            raise ValueError(str(why)) from why
    return False
