# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent again, how often, and what never is."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._http.patience import FIRST_CONTACT_SECONDS
from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._maas.retry import Retrying
from ansible_collections.vmo.core.plugins.module_utils._maas.transport import HttpTransport, Request
from tests.unit.kube.scripted import FakeClock
from tests.unit.maas.scripted import API_KEY, HTML, PLAIN, Answer, MaasServer

if t.TYPE_CHECKING:
    from ansible_collections.vmo.core.plugins.module_utils._maas.transport import Response

GET = Request("GET", "machines/")
WRITES = [
    Request("POST", "machines/", query=(("op", "commission"),)),
    Request("PUT", "machines/", form=(("a", "b"),)),
    Request("DELETE", "machines/"),
]
DATABASE_IS_BUSY = Answer(409, "<html>Conflict error. Try your request again</html>", HTML, (("Retry-After", "5"),))
NO_RACK = Answer(503, "Unable to connect to any rack controller", PLAIN, (("Retry-After", "10"),))
GONE_FOR_NOW = Answer(502, "<html>Bad Gateway</html>", HTML)
NO_POWER = Answer(503, "Could not contact node's BMC: timed out.", PLAIN)


class Patient:
    """A door with retries, whose pauses take no time."""

    def __init__(self, server: MaasServer, budget: float = 60.0) -> None:
        self.clock = FakeClock()
        wire = HttpTransport(Credentials(url=server.url, api_key=API_KEY, timeout=1))
        self._transport = Retrying(wire, self.clock, budget=budget, jitter=lambda: 1.0)

    def send(self, request: Request = GET) -> Response:
        return self._transport.send(request)


def route(request: Request) -> str:
    return f"{request.method} {request.path}" + "".join(f"?op={value}" for _op, value in request.query)


@pytest.mark.parametrize("request_", [GET, *WRITES], ids=route)
@pytest.mark.parametrize(("answer", "pause"), [(DATABASE_IS_BUSY, 5.0), (NO_RACK, 10.0)], ids=["409", "503"])
def test_what_maas_asks_to_repeat_is_repeated_after_the_pause_that_it_asks_for(
    server: MaasServer, request_: Request, answer: Answer, pause: float
) -> None:
    server.answers(route(request_), answer, answer, {})
    patient = Patient(server)
    assert patient.send(request_).status == 200
    assert patient.clock.pauses == [pause, pause]
    assert len({asked.oauth["oauth_nonce"] for asked in server.asked}) == 3


@pytest.mark.parametrize("code", [429, 502, 503, 504])
def test_a_read_is_repeated_while_maas_is_away(server: MaasServer, code: int) -> None:
    server.answers("GET machines/", *[GONE_FOR_NOW._replace(status=code)] * 5, Answer(body=[]))
    patient = Patient(server)
    assert patient.send().status == 200
    assert patient.clock.pauses == [0.25, 0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize("request_", WRITES, ids=route)
@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_write_of_which_nobody_knows_whether_it_was_done_is_not_repeated(
    server: MaasServer, request_: Request, code: int
) -> None:
    server.answers(route(request_), GONE_FOR_NOW._replace(status=code), {})
    assert Patient(server).send(request_).status == code
    assert len(server.asked) == 1


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 410, 500])
def test_what_a_repetition_would_not_change_is_not_repeated(server: MaasServer, code: int) -> None:
    server.answers("GET machines/", Answer(code, "No.", PLAIN), {})
    assert Patient(server).send().status == code
    assert len(server.asked) == 1


def test_what_maas_itself_says_of_a_bmc_is_believed_the_third_time(server: MaasServer) -> None:
    server.answers("GET machines/", NO_POWER)
    assert Patient(server).send().status == 503
    assert len(server.asked) == 3


def test_patience_ends_with_the_time_of_the_task(server: MaasServer) -> None:
    server.answers("GET machines/", NO_RACK)
    patient = Patient(server, budget=35.0)
    assert patient.send().status == 503
    assert patient.clock.pauses == [10.0, 10.0, 10.0, 5.0]


def test_patience_is_one_for_all_requests(server: MaasServer) -> None:
    server.answers("GET machines/", NO_RACK)
    patient = Patient(server, budget=15.0)
    patient.send()
    before = len(server.asked)
    patient.send()
    assert len(server.asked) == before + 1


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_read_is_repeated_on_a_new_line(server: MaasServer, cut: str) -> None:
    server.answers("GET machines/", Answer(body=[], cut=cut), [])
    assert Patient(server).send().status == 200


@pytest.mark.parametrize("request_", WRITES, ids=route)
def test_a_write_whose_line_was_cut_is_not_repeated(server: MaasServer, request_: Request) -> None:
    server.answers(route(request_), Answer(body={}, cut="before"), {})
    with pytest.raises(_errors.ConnectionFailed):
        Patient(server).send(request_)
    assert len(server.asked) == 1


def test_a_server_that_was_never_there_is_given_up_soon() -> None:
    with MaasServer() as server:
        patient = Patient(server)
    # The server has left its port.
    with pytest.raises(_errors.ConnectionFailed) as failure:
        patient.send(WRITES[0])
    assert failure.value.details["cause"] == "refused"
    assert 0 < sum(patient.clock.pauses) <= FIRST_CONTACT_SECONDS


def test_a_write_waits_for_a_server_that_starts_anew(monkeypatch: pytest.MonkeyPatch, server: MaasServer) -> None:
    server.answers("GET machines/", [])
    server.answers(route(WRITES[0]), {})
    patient = Patient(server)
    patient.send()
    calls = iter([ConnectionRefusedError(111, "refused")] * 8)
    connections = patient._transport._inner._connections  # type: ignore[attr-defined]
    take = connections.take

    def refusing() -> t.Any:
        for failure in calls:
            raise failure
        return take()

    monkeypatch.setattr(connections, "take", refusing)
    # Nothing was sent yet, so nothing was done: also a write may be sent again, and for longer than at first contact.
    assert patient.send(WRITES[0]).status == 200
    assert sum(patient.clock.pauses) > FIRST_CONTACT_SECONDS
