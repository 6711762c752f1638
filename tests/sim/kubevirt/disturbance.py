# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test may do to a request before the server sees it, and the record of every request."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from tests.sim.kubevirt import refusals
from tests.sim.kubevirt.refusals import Refusal

WEBHOOK_NOT_READY = (
    'Internal error occurred: failed calling webhook "virtualmachines-mutator.kubevirt.io": failed to call webhook: '
    'Post "https://virt-api.kubevirt.svc:443/virtualmachines-mutate?timeout=10s": dial tcp 10.96.12.34:443: connect: '
    "connection refused"
)


@dataclasses.dataclass
class Fault:
    """A disturbance for the next ``times`` requests that match.

    ``kind``: ``status`` answers ``code`` (with ``retry_after``), ``webhook`` answers 500 as when virt-api is starting,
    ``cut`` closes the connection before the request has an effect, ``cut-after`` once it has, ``slow`` waits
    ``seconds`` first, ``garbage`` answers 200 with text that is not JSON, ``expired`` ends a watch with 410 Gone.
    """

    kind: str
    method: str = "*"
    path: str = ".*"
    times: int = 1
    code: int = 503
    retry_after: int | None = None
    seconds: float = 0.0
    message: str = ""

    def matches(self, method: str, target: str) -> bool:
        return self.times > 0 and self.method in ("*", method) and re.search(self.path, target) is not None

    def refusal(self) -> Refusal | None:
        """The answer, for the kinds that give one instead of the server's."""
        if self.kind == "webhook":
            causes = {"causes": [{"message": WEBHOOK_NOT_READY.removeprefix("Internal error occurred: ")}]}
            return Refusal(500, "InternalError", self.message or WEBHOOK_NOT_READY, causes)
        if self.kind != "status":
            return None
        reason, text = {
            429: ("TooManyRequests", "Too many requests, please try again later."),
            500: ("InternalError", "Internal error occurred: simulated"),
            503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
            504: ("Timeout", "the server was unable to return a response in the time allotted, simulated"),
        }.get(self.code, ("", "simulated"))
        return Refusal(self.code, reason, self.message or text, retry_after=self.retry_after)


@dataclasses.dataclass(frozen=True)
class Denial:
    """A right that ``user`` has not; ``*`` stands for any. A resource may be ``virtualmachines/start``."""

    user: str
    verb: str = "*"
    resource: str = "*"
    namespace: str = "*"

    def judge(self, user: str, verb: str, resource: str, group: str, namespace: str, name: str) -> None:
        """Raises the refusal of a request that it covers."""
        asked = (user, verb, resource, namespace)
        rule = (self.user, self.verb, self.resource, self.namespace)
        if any(value not in ("*", found) for value, found in zip(rule, asked)):
            return
        where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
        text = f'User "{user}" cannot {verb} resource "{resource}" in API group "{group}" {where}'
        raise refusals.forbidden(text, resource.partition("/")[0], group, name)


@dataclasses.dataclass
class Request:
    """One line of the log. ``verb`` is Kubernetes' word; ``stored`` says that it changed the store."""

    method: str
    path: str
    query: dict[str, str]
    user: str = ""
    user_agent: str = ""
    verb: str = ""
    dry_run: bool = False
    status: int = 0
    stored: bool = False
    body: t.Any = None

    @property
    def mutating(self) -> bool:
        return self.method not in ("GET", "HEAD")

    def as_json(self) -> dict[str, t.Any]:
        """Without the body: it may hold what a test planted as a secret."""
        every = dataclasses.asdict(self)
        del every["body"]
        return every
