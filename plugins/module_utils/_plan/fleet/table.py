# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet as a table of comma-separated values, with the columns of Palette's dashboard. Private to vmo.core."""

from __future__ import annotations

import csv
import io
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._errors import InvalidOption
from ansible_collections.vmo.core.plugins.module_utils._model.tree import plant

Tree = dict[str, t.Any]
_OPTION = "csv"
# column: where it stands among the options of a VM
_PLAIN = {
    "vmName": "name",
    "namespace": "namespace",
    "cpuCores": "cpu.cores",
    "memory": "memory",
    "runStrategy": "run_strategy",
    "address": "address",
    "group": "group",
    "state": "state",
}
_OTHERS = ("templateName", "templateNamespace", "diskName", "diskSize", "storageClass", "guestOS", "labels", "mac")
COLUMNS = (*_PLAIN, *_OTHERS)
_QUANTITIES = ("memory", "diskSize")
# what KubeVirt's own templates call the system of the guest
GUEST_OS = "vm.kubevirt.io/os"
DEFAULT_DISK = "root"
DEFAULT_NETWORK = "default"


def rows_of(text: str, defaults: t.Mapping[str, t.Any]) -> list[Tree]:
    """Return the options that each line of the table says; an empty cell says nothing. Raises ``InvalidOption``."""
    table = _lines(text)
    if not table:
        return []
    (_number, header), *body = table
    columns = _columns(header)
    disk, network = _first(defaults, "disks", DEFAULT_DISK), _first(defaults, "networks", DEFAULT_NETWORK)
    rows = []
    for number, line in body:
        if len(line) > len(columns):
            raise _refusal(f"line {number} has {len(line)} cells, but there are {len(columns)} columns")
        cells = {column: cell for column, cell in zip(columns, line) if cell}
        rows.append(_row(cells, number, disk, network))
    return rows


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the lines that say anything, with their numbers."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), skipinitialspace=True)
    found = []
    try:
        for line in reader:
            cells = [cell.strip() for cell in line]
            if any(cells):
                found.append((reader.line_num, cells))
    except csv.Error as error:
        raise _refusal(f"line {reader.line_num} cannot be read: {error}") from None
    return found


def _columns(header: t.Sequence[str]) -> list[str]:
    known = {column.lower(): column for column in COLUMNS}
    unknown = [name for name in header if name.lower() not in known]
    if unknown:
        raise _refusal(f"there is no column {', '.join(map(repr, unknown))}; the columns are {', '.join(COLUMNS)}")
    columns = [known[name.lower()] for name in header]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise _refusal(f"the column {', '.join(twice)} is there twice")
    if "vmName" not in columns:
        raise _refusal("the first line has no column vmName")
    return columns


def _row(cells: t.Mapping[str, str], number: int, disk: str, network: str) -> Tree:
    if "vmName" not in cells:
        raise _refusal(f"line {number} has no vmName")
    for column in _QUANTITIES:
        if cells.get(column, "").isdigit():
            raise _refusal(f"line {number}: {column} {cells[column]} has no unit; write {cells[column]}Gi, for example")
    row: Tree = {}
    for column, path in _PLAIN.items():
        if column in cells:
            plant(row, path, cells[column])
    if "templateName" in cells:
        row["template"] = "/".join(filter(None, (cells.get("templateNamespace"), cells["templateName"])))
    elif "templateNamespace" in cells:
        raise _refusal(f"line {number} has a templateNamespace, but no templateName")
    sizes = {"size": cells.get("diskSize"), "storage_class": cells.get("storageClass")}
    if any(sizes.values()):
        said = {word: value for word, value in sizes.items() if value}
        row["disks"] = [{"name": cells.get("diskName", disk), **said}]
    if "guestOS" in cells:
        row["template_annotations"] = {GUEST_OS: cells["guestOS"]}
    if "labels" in cells:
        row["labels"] = _labels(cells["labels"], number)
    if "mac" in cells:
        row["networks"] = [{"name": network, "mac": cells["mac"]}]
    return row


def _labels(text: str, number: int) -> dict[str, str]:
    pairs = [pair.strip().partition("=") for pair in text.replace(",", ";").split(";") if pair.strip()]
    if any(not sign for _name, sign, _value in pairs):
        raise _refusal(f"line {number}: labels {text!r} are not of the form name=value;name=value")
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def _first(defaults: t.Mapping[str, t.Any], option: str, otherwise: str) -> str:
    items = defaults.get(option)
    first = items[0] if isinstance(items, list) and items else None
    return str(first.get("name") or otherwise) if isinstance(first, dict) else otherwise


def _refusal(sentence: str) -> InvalidOption:
    return InvalidOption(f"{_OPTION}: {sentence}.", option=_OPTION)
