# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test may do to a request before the region sees it, and the record of every request."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from tests.sim.maas.wire import HTML, JSON, TEXT, Answer

_SECRET = re.compile("pass|secret|token|key|k_g|certificate", re.IGNORECASE)

# What stands in front of the handlers of a region, by the name of the fault.
ANSWERS = {
    # The database gave up after some tries; only this 409 carries Retry-After.
    "conflict": Answer(409, "<html><body><h1>Conflict</h1></body></html>", HTML, {"Retry-After": "5"}),
    "no-rack": Answer(
        503, "Unable to connect to any rack controller s3bdp7; no connections available.", TEXT, {"Retry-After": "10"}
    ),
    "power": Answer(503, "Power problem: could not contact node's BMC"),
    "exhausted": Answer(503, "No more IPs available in subnet: 10.20.0.0/24."),
    "gateway-timeout": Answer(504, "<html><body><h1>504 Gateway Time-out</h1></body></html>", HTML),
    "https-only": Answer(301, "", HTML, {"Location": "https://maas.example/MAAS/api/2.0/"}),
    "gone": Answer(410, "This API has been removed."),
    "garbage": Answer(200, "<html>this is not what you asked for</html>", JSON),
    "login-page": Answer(200, "<!doctype html><html><title>MAAS</title></html>", "text/html"),
}


@dataclasses.dataclass
class Fault:
    """A disturbance for the next ``times`` requests that match; ``path`` is searched in path and query.

    ``kind``: a name of ANSWERS; ``status`` for an empty answer with ``code``; ``cut`` closes the connection before the
    request has an effect, ``cut-after`` once it has, ``slow`` waits ``seconds`` first. ``retry_after`` replaces the
    header of the answer.
    """

    kind: str
    method: str = "*"
    path: str = ".*"
    times: int = 1
    code: int = 503
    text: str | None = None
    retry_after: str | None = None
    seconds: float = 0.0

    def matches(self, method: str, target: str) -> bool:
        return self.times != 0 and self.method in ("*", method) and re.search(self.path, target) is not None

    def answer(self) -> Answer | None:
        """The answer, for the kinds that give one instead of the region's."""
        found = Answer(self.code, "") if self.kind == "status" else ANSWERS.get(self.kind)
        if found is None:
            return None
        headers = found.headers if self.retry_after is None else {**found.headers, "Retry-After": self.retry_after}
        return found._replace(body=found.body if self.text is None else self.text, headers=headers)


@dataclasses.dataclass
class Request:
    """One line of the log. ``stored`` says that it changed something; a refused call and a dry run are none."""

    method: str
    path: str
    op: str | None = None
    query: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    form: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    user: str = ""
    user_agent: str = ""
    status: int = 0
    stored: bool = False

    def as_json(self) -> dict[str, t.Any]:
        """For playbooks: values that look like secrets are masked."""
        form = {name: ["***"] if _SECRET.search(name) else values for name, values in self.form.items()}
        return {**dataclasses.asdict(self), "form": form}
