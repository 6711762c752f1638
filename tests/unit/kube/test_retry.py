# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patience: what is repeated, how often, how long; and what never is."""

from __future__ import annotations

import itertools
import socket
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._kube.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._kube.retry import Retrying
from ansible_collections.vmo.core.plugins.module_utils._kube.session import connect
from ansible_collections.vmo.core.plugins.module_utils._kube.transport import (
    APPLY_PATCH,
    MERGE_PATCH,
    HttpTransport,
    Request,
    Response,
    Stream,
)
from ansible_collections.vmo.core.plugins.module_utils._kube.unreachable import unreachable
from tests.unit.kube.scripted import Answer, FakeClock, ScriptedServer, status

VMS = "/apis/kubevirt.io/v1/namespaces/shop/virtualmachines"
GET = Request("GET", VMS)
CREATE = Request("POST", VMS, {}, {"metadata": {"name": "web-01"}})
GENERATE = Request("POST", VMS, {}, {"metadata": {"generateName": "web-"}})
PATCH = Request("PATCH", VMS + "/a", {}, {"metadata": {"resourceVersion": "7"}}, MERGE_PATCH)
BLIND_PATCH = Request("PATCH", VMS + "/a", {}, {"spec": {}}, MERGE_PATCH)
APPLY = Request("PATCH", VMS + "/a", {}, {"spec": {}}, APPLY_PATCH)
DELETE = Request("DELETE", VMS + "/a", {}, {})
RESTART = Request("PUT", "/apis/subresources.kubevirt.io/v1/namespaces/shop/virtualmachines/a/restart", {}, {})

BUSY = Answer(429, b"", (("Retry-After", "3"),))
WEBHOOK = status(500, "InternalError", 'Internal error occurred: failed calling webhook "m.kubevirt.io": refused')
LEADER = status(500, "InternalError", "etcdserver: leader changed")
LOST = Answer(503, b"error trying to reach service: EOF")
UNREACHED = Answer(503, b"error trying to reach service: dial tcp 10.0.0.1:443: connect: connection refused")
QUOTA_RACE = status(
    409, "Conflict", 'Operation cannot be fulfilled on resourcequotas "rq": the object has been modified'
)


def patient(wire: HttpTransport, clock: FakeClock, budget: float = 600.0) -> Retrying:
    return Retrying(wire, clock, budget, jitter=lambda: 1.0)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


UNDONE = [BUSY, Answer(503), WEBHOOK, UNREACHED, QUOTA_RACE]
PERHAPS_DONE = [Answer(502), Answer(504), LEADER, LOST, Answer(cut="before"), Answer(cut="after")]
QUESTION = Request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {}, {"spec": {}})
REPEATABLE = [GET, CREATE, PATCH, APPLY, DELETE, QUESTION]
NOT_REPEATABLE = [GENERATE, BLIND_PATCH, RESTART]


@pytest.mark.parametrize(
    ("request_", "answer"),
    [*itertools.product(REPEATABLE, UNDONE + PERHAPS_DONE), *itertools.product(NOT_REPEATABLE, UNDONE)],
)
def test_it_is_sent_again(
    server: ScriptedServer, wire: HttpTransport, clock: FakeClock, request_: Request, answer: Answer
) -> None:
    server.answers(answer, Answer(200, b"ok"))
    assert patient(wire, clock).send(request_).body == b"ok"
    assert [asked.method for asked in server.asked] == [request_.method] * 2
    assert server.asked[0].body == server.asked[1].body


@pytest.mark.parametrize(("request_", "answer"), [*itertools.product(NOT_REPEATABLE, PERHAPS_DONE)])
def test_it_is_not_sent_again_where_twice_is_worse_than_once(
    server: ScriptedServer, wire: HttpTransport, clock: FakeClock, request_: Request, answer: Answer
) -> None:
    server.answers(answer, Answer())
    if answer.cut:
        with pytest.raises(_errors.ConnectionFailed):
            patient(wire, clock).send(request_)
    else:
        assert patient(wire, clock).send(request_).status == answer.status
    assert len(server.asked) == 1


@pytest.mark.parametrize("code", [200, 301, 400, 401, 403, 404, 409, 410, 415, 422, 500])
def test_other_answers_are_final(server: ScriptedServer, wire: HttpTransport, clock: FakeClock, code: int) -> None:
    server.answers(Answer(code))
    assert patient(wire, clock).send(GET).status == code
    assert clock.pauses == []


def test_a_stream_is_opened_again(server: ScriptedServer, wire: HttpTransport, clock: FakeClock) -> None:
    server.answers(BUSY, Answer(chunks=(b"a\n",)))
    assert list(patient(wire, clock).stream(GET).lines) == [b"a"]
    assert clock.pauses == [3.0]


def test_pauses_grow_up_to_ten_seconds(server: ScriptedServer, wire: HttpTransport, clock: FakeClock) -> None:
    server.answers(*[Answer(503)] * 8, Answer())
    patient(wire, clock).send(GET)
    assert clock.pauses == [0.25, 0.5, 1, 2, 4, 8, 10, 10]


def test_pauses_are_spread(server: ScriptedServer, wire: HttpTransport, clock: FakeClock) -> None:
    server.answers(Answer(503), Answer(503), Answer())
    Retrying(wire, clock, 600, jitter=lambda: 0.0).send(GET)
    assert clock.pauses == [0.125, 0.25]


def test_the_server_says_how_long(server: ScriptedServer, wire: HttpTransport, clock: FakeClock) -> None:
    server.answers(BUSY, Answer(503, b"", (("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"),)), Answer())
    patient(wire, clock).send(GET)
    assert clock.pauses == [3.0, 0.5]


def test_no_pause_is_longer_than_what_is_left(server: ScriptedServer, wire: HttpTransport, clock: FakeClock) -> None:
    server.answers(*[Answer(429, b"", (("Retry-After", "4000"),))] * 3)
    assert patient(wire, clock, budget=7).send(GET).status == 429
    assert clock.pauses == [7]
    assert len(server.asked) == 2


def test_the_budget_is_one_for_all_requests(server: ScriptedServer, wire: HttpTransport, clock: FakeClock) -> None:
    server.answers(BUSY, Answer(), BUSY, BUSY, Answer(429), Answer(), Answer(503))
    transport = patient(wire, clock, budget=7)
    assert [transport.send(GET).status for _request in range(2)] == [200, 429]
    assert sum(clock.pauses) == 7
    assert [transport.send(GET).status for _request in range(2)] == [200, 503]


def test_a_webhook_is_given_a_minute(server: ScriptedServer, wire: HttpTransport, clock: FakeClock) -> None:
    server.answers(*[WEBHOOK] * 20)
    assert patient(wire, clock).send(CREATE).status == 500
    assert sum(clock.pauses) == 60


def test_no_longer_than_there_is_hope_for_it(server: ScriptedServer, wire: HttpTransport, clock: FakeClock) -> None:
    server.answers(*[WEBHOOK] * 20)
    looks: list[float] = []

    def why(message: str, seconds: float) -> str | None:
        assert "failed calling webhook" in message
        looks.append(seconds)
        return "it has no pods" if seconds >= 3 else None

    answer = Retrying(wire, clock, 600, jitter=lambda: 1.0, why_silent=why).send(CREATE)
    assert (answer.status, answer.cause) == (500, "it has no pods")
    assert looks == [0, 0.25, 0.75, 1.75, 3.75]


def test_nobody_asks_why_another_trouble_is(server: ScriptedServer, wire: HttpTransport, clock: FakeClock) -> None:
    server.answers(BUSY, LEADER, Answer())
    answer = Retrying(wire, clock, 600, jitter=lambda: 1.0, why_silent=lambda *_asked: "no").send(CREATE)
    assert (answer.status, answer.cause) == (200, "")


class Scripted:
    """A transport whose attempts take time and fail as told."""

    def __init__(self, clock: FakeClock, *causes: BaseException | None, seconds: float = 0.0) -> None:
        self.clock = clock
        self.causes = list(causes)
        self.seconds = seconds
        self.sent = 0

    def send(self, request: Request) -> Response:
        del request
        self.sent += 1
        self.clock.advance(self.seconds)
        cause = self.causes.pop(0)
        if cause is not None:
            raise unreachable("https://x", cause)
        return Response(200, {}, b"")

    def stream(self, request: Request) -> Stream:
        del request
        raise NotImplementedError


REFUSED = ConnectionRefusedError()


def test_a_server_that_was_never_there_is_soon_given_up(clock: FakeClock) -> None:
    transport = Scripted(clock, *[REFUSED] * 99)
    with pytest.raises(_errors.ConnectionFailed):
        Retrying(transport, clock, 600, jitter=lambda: 1.0).send(GET)
    assert sum(clock.pauses) == 5


def test_a_server_that_was_there_is_waited_for(clock: FakeClock) -> None:
    transport = Scripted(clock, None, *[REFUSED] * 20, None)
    patience = Retrying(transport, clock, 600, jitter=lambda: 1.0)
    patience.send(RESTART)
    assert patience.send(RESTART).status == 200
    assert sum(clock.pauses) > 100


def test_the_time_of_failed_attempts_counts(clock: FakeClock) -> None:
    transport = Scripted(clock, None, *[socket.timeout()] * 99, seconds=65)
    patience = Retrying(transport, clock, 200, jitter=lambda: 1.0)
    patience.send(GET)
    with pytest.raises(_errors.ConnectionFailed, match="did not answer in time"):
        patience.send(GET)
    assert transport.sent == 1 + 4


def test_an_untrusted_server_is_not_asked_twice(clock: FakeClock, authority: t.Any) -> None:
    with ScriptedServer(authority.server_context()) as server:
        wire = HttpTransport(connect(Credentials(host=server.url)))
        with pytest.raises(_errors.ConnectionFailed):
            patient(wire, clock).send(GET)
    assert clock.pauses == []
