# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure operations on Kubernetes documents: merge patch, selectors, quantities, conditions."""

from __future__ import annotations

import copy
import datetime as dt
import decimal
import re
import typing as t

from tests.sim.kubevirt.kinds import Object

_SUFFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_SUFFIXES |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_QUANTITY = re.compile(r"^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(m|[kMGTPE]i?|Ki)?$")


def now() -> str:
    return dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(document: t.Any, path: str, default: t.Any = None) -> t.Any:
    """The value at a dotted path; the default also stands for null and for a missing parent."""
    for step in path.split("."):
        document = document.get(step) if isinstance(document, dict) else None
    return default if document is None else document


def merge_patch(target: t.Any, patch: t.Any) -> t.Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def bytes_of(quantity: t.Any) -> decimal.Decimal:
    """Raises ValueError when the text is no quantity."""
    found = _QUANTITY.match(str(quantity))
    try:
        number = decimal.Decimal(found.group(1)) if found else None
    except decimal.InvalidOperation:
        number = None
    if found is None or number is None:
        raise ValueError(f"no quantity: {quantity!r}")
    suffix = found.group(2) or ""
    return number / 1000 if suffix == "m" else number * _SUFFIXES[suffix]


def canonical_quantity(quantity: t.Any) -> str:
    """As Go prints it: the largest suffix of the same family that leaves a whole number, else milli."""
    value = bytes_of(quantity)
    binary = str(quantity).endswith("i")
    if "e" in str(quantity).lower():
        return str(quantity)
    if value != value.to_integral_value():
        return f"{int(value * 1000)}m"
    family = [suffix for suffix in _SUFFIXES if suffix == "" or suffix.endswith("i") == binary]
    best = max((s for s in family if value and value % _SUFFIXES[s] == 0), key=lambda s: _SUFFIXES[s], default="")
    return f"{int(value / _SUFFIXES[best])}{best}"


def label_selector(text: str) -> t.Callable[[Object], bool]:
    """Compiles ``a=b,c!=d,e,!f,g in (x,y),h notin (z)``."""
    terms = [term.strip() for term in re.split(r",(?![^(]*\))", text) if term.strip()]

    def holds(term: str, labels: dict[str, str]) -> bool:
        of_set = re.match(r"^(\S+)\s+(in|notin)\s*\((.*)\)$", term)
        if of_set:
            inside = labels.get(of_set[1]) in [value.strip() for value in of_set[3].split(",")]
            return inside == (of_set[2] == "in")
        compared = re.match(r"^([^!=]+?)\s*(!=|==?)\s*(.*)$", term)
        if compared:
            return (labels.get(compared[1]) == compared[3]) == (compared[2] != "!=")
        return (term.lstrip("!") in labels) != term.startswith("!")

    return lambda item: all(holds(term, at(item, "metadata.labels", {})) for term in terms)


def field_selector(text: str) -> t.Callable[[Object], bool]:
    """Any dotted path with = or !=; the genuine server allows few paths, a client must not rely on more."""
    terms = [re.split(r"(!=|==?)", term, maxsplit=1) for term in text.split(",") if term]
    return lambda item: all((str(at(item, path, "")) == value) == (sign != "!=") for path, sign, value in terms)


def condition(document: Object, kind: str) -> Object | None:
    return next((found for found in at(document, "status.conditions", []) if found["type"] == kind), None)


def is_true(document: Object, kind: str) -> bool:
    found = condition(document, kind)
    return found is not None and found["status"] == "True"


def set_condition(
    document: Object,
    kind: str,
    status: str,
    reason: str = "",
    message: str = "",
    *,
    probed: bool = False,
    times: t.Mapping[str, str | None] | None = None,
) -> None:
    """Replaces in place. Times move only when the status changes, so that equal states are equal documents.

    ``probed``: KubeVirt writes a probe time for some conditions, null for the others. ``times``: in their place.
    """
    moment = now()
    fresh: Object = {"lastProbeTime": moment if probed else None} if times is None else {}
    fresh |= {"lastTransitionTime": moment, "status": status, "type": kind, **(times or {})}
    fresh |= {key: value for key, value in (("reason", reason), ("message", message)) if value}
    conditions = document.setdefault("status", {}).setdefault("conditions", [])
    index = next((i for i, old in enumerate(conditions) if old["type"] == kind), len(conditions))
    for old in conditions[index : index + 1]:
        if old["status"] == status:
            fresh |= {key: value for key, value in old.items() if key.endswith("Time") and key in fresh}
    conditions[index : index + 1] = [fresh]


def drop_condition(document: Object, kind: str) -> None:
    conditions = at(document, "status.conditions", [])
    conditions[:] = [found for found in conditions if found["type"] != kind]
