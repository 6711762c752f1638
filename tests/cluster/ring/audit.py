# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit log of the API server: what one user read, wrote and rehearsed."""

from __future__ import annotations

import json
import time
import typing as t
import urllib.parse
from http import HTTPStatus
from pathlib import Path

from tests.unit.modules.backend import Asked

Line = dict[str, t.Any]

VIRT_API = "system:serviceaccount:kubevirt:kubevirt-apiserver"
_READS = ("get", "list", "watch")
_SETTINGS = ("kubevirts", "cdis", "storageprofiles")
_PATIENCE = 30.0


class AuditLog:
    """A file that grows by one JSON line for each request that has been answered, and for each watch that begins."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def end(self) -> int:
        """Return how long the log is now; it may end in the middle of somebody else's line."""
        return self.path.stat().st_size

    def since(self, position: int, last: str) -> list[Line]:
        """Return the lines that begin after a position, up to the one whose URI has ``last`` in it; wait for that."""
        lines: list[Line] = []
        end = time.monotonic() + _PATIENCE
        with self.path.open("rb") as log:
            log.seek(max(position - 1, 0))
            log.readline()
            rest = b""
            while time.monotonic() < end:
                chunk = log.read()
                if not chunk:
                    time.sleep(0.01)
                    continue
                *complete, rest = (rest + chunk).split(b"\n")
                for text in complete:
                    line = json.loads(text)
                    if last in line["requestURI"]:
                        return lines
                    lines.append(line)
        raise AssertionError(f"the audit log lacks {last}")


def requests_of(user: str, lines: t.Sequence[Line], is_paused: t.Callable[[str], bool]) -> list[Asked]:
    """Return what a user asked, oldest first.

    ``is_paused`` tells of a VirtualMachineInstance whether it is paused now: nothing else shows what became of a pause.
    """
    mine = [line for line in lines if line["user"].get("username") == user and _counts(line)]
    mine.sort(key=lambda line: str(line["requestReceivedTimestamp"]))
    _drop_lost_races(mine)
    return [Asked(line["verb"], _target(line), is_rehearsal=_is_rehearsal(line, lines, is_paused)) for line in mine]


def _counts(line: Line) -> bool:
    reference = line.get("objectRef", {})
    # How tests ask what the user may do, and who has no part in it.
    if reference.get("apiGroup") == "authorization.k8s.io" or "resource" not in reference:
        return False
    # A watch has a line when it begins and one when it ends.
    return (str(line["stage"]) == "ResponseStarted") is (str(line["verb"]) == "watch")


def _drop_lost_races(mine: list[Line]) -> None:
    """Leave out what a task asked in vain because an operator wrote into its own object between a read and a write.

    When the operator of KubeVirt or CDI does that is chance; what the task does then has tests of its own.
    """
    settings = [line for line in mine if line["objectRef"]["resource"] in _SETTINGS]
    for lost, following in zip(settings, settings[1:]):
        if _is_conflict(lost) and following["verb"] == "get":
            mine.remove(lost)
            mine.remove(following)


def _is_conflict(line: Line) -> bool:
    code: int = line.get("responseStatus", {}).get("code", 0)
    return line["verb"] not in _READS and code == HTTPStatus.CONFLICT


def _target(line: Line) -> str:
    reference = line["objectRef"]
    parts = [reference["resource"]]
    # A create names its object, too; on the wire it does not.
    if line["verb"] not in ("create", "list", "watch"):
        parts += [reference.get("name"), reference.get("subresource")]
    return "/".join(part for part in parts if part)


def _is_rehearsal(line: Line, lines: t.Sequence[Line], is_paused: t.Callable[[str], bool]) -> bool:
    if line["verb"] in _READS:
        return False
    if "dryRun=All" in urllib.parse.urlsplit(line["requestURI"]).query.split("&"):
        return True
    if line["objectRef"].get("apiGroup") == "subresources.kubevirt.io":
        return not _has_effect(line, lines, is_paused)
    if line["verb"] == "delete":
        # The policy has the body of a delete recorded, as a dry run is not in its URI.
        return bool(line["requestObject"].get("dryRun")) if "requestObject" in line else False
    return False


def _has_effect(line: Line, lines: t.Sequence[Line], is_paused: t.Callable[[str], bool]) -> bool:
    """Tell whether virt-api did something: the body of the request, with the dry run in it, is recorded nowhere."""
    reference, refused = line["objectRef"], int(line["responseStatus"]["code"]) >= HTTPStatus.BAD_REQUEST
    if reference["subresource"] in ("pause", "unpause"):
        wanted: bool = reference["subresource"] == "pause"
        return not refused and is_paused(str(reference["name"])) is wanted
    return any(
        trail["user"].get("username") == VIRT_API
        and trail["verb"] not in _READS
        and "dryRun=All" not in trail["requestURI"]
        and _same_object(trail["objectRef"], reference)
        and line["requestReceivedTimestamp"] <= trail["requestReceivedTimestamp"] <= line["stageTimestamp"]
        for trail in lines
        if "objectRef" in trail
    )


def _same_object(one: Line, other: Line) -> bool:
    return all(one.get(field) == other.get(field) for field in ("namespace", "name"))
