# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of a check: what one question found, and what is said about it. Private to vmo.core."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

PASS, WARN, FAIL, SKIP, UNKNOWN = "pass", "warn", "fail", "skip", "unknown"
STATUSES = (FAIL, WARN, UNKNOWN, SKIP, PASS)

CLUSTER, MACHINE, IMAGE, NETWORK = "cluster", "machine", "image", "network"
NODE, STORAGE, NAMESPACE, INSTANCE = "node", "storage", "namespace", "vm"
INTERFACE = "machine:iface"


@dataclass(frozen=True)
class Finding:
    """What a check has to say: a sentence without its subject.

    ``lack`` says in a few words what is missing. ``subject`` names what it is about where the check itself does not
    know; ``part`` is an interface or a disk of a machine.
    """

    status: str
    message: str
    evidence: t.Mapping[str, t.Any] = field(default_factory=dict)
    lack: str = ""
    subject: str = ""
    part: str = ""


def fail(message: str, *, lack: str = "", subject: str = "", part: str = "", **evidence: t.Any) -> Finding:
    """Return a finding that stands in the way."""
    return Finding(FAIL, message, evidence, lack, subject, part)


def warn(message: str, *, lack: str = "", subject: str = "", part: str = "", **evidence: t.Any) -> Finding:
    """Return a finding that somebody should know of."""
    return Finding(WARN, message, evidence, lack, subject, part)


def unknown(message: str, *, subject: str = "", part: str = "", **evidence: t.Any) -> Finding:
    """Return that the server does not know, or would not tell."""
    return Finding(UNKNOWN, message, evidence, "", subject, part)


def skip(message: str, *, subject: str = "", **evidence: t.Any) -> Finding:
    """Return that the question does not arise."""
    return Finding(SKIP, message, evidence, "", subject)


def good(message: str, *, subject: str = "", part: str = "", **evidence: t.Any) -> Finding:
    """Return that it is as it should be, where there is more to say than that."""
    return Finding(PASS, message, evidence, "", subject, part)


Judge = t.Callable[..., t.Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """A row of the catalogue.

    ``severity`` is the worst status it gives by default, ``reads`` the fields or
    answers it looks at, ``remedy`` what to do. ``judge`` yields findings; none is a pass. It is called with (machine,
    ground) in the scopes of a machine, with (ground) in others. ``compare`` is called with (ground) once it is known
    who is in which team; it yields findings on single machines that differ from the others, and does not decide whether
    they fit. What it finds goes without saying where a check of ``covered_by`` found something on the same machine.
    A check with ``purposes`` is asked only where the cluster is meant for one of them.
    """

    id: str
    scope: str
    title: str
    severity: str
    reads: tuple[str, ...]
    remedy: str
    judge: Judge
    compare: Judge | None = None
    covered_by: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()

    @property
    def of_machine(self) -> bool:
        """Tell whether it is asked of each machine."""
        return self.scope in (MACHINE, INTERFACE)

    @property
    def area(self) -> str:
        """Return the part of the id before the dot."""
        return self.id.split(".")[0]


def nothing(*_subjects: t.Any) -> tuple[Finding, ...]:
    """Judge nothing: the check only compares."""
    return ()


@dataclass(frozen=True)
class Verdict:
    """What is said about one subject; the result of the module holds these."""

    id: str
    scope: str
    subject: str
    status: str
    message: str
    evidence: t.Mapping[str, t.Any] = field(default_factory=dict)
    remediation: str = ""
    lack: str = ""
    role: str = ""

    def as_result(self) -> dict[str, t.Any]:
        """Return JSON values."""
        return {
            "id": self.id,
            "scope": self.scope,
            "subject": self.subject,
            "role": self.role or None,
            "status": self.status,
            "message": self.message,
            "evidence": dict(self.evidence),
            "remediation": self.remediation,
        }
