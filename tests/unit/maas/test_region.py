# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nouns and verbs become the paths, operations and forms that MAAS knows."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Callable
from email.utils import formatdate

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._maas.connect import connect
from ansible_collections.vmo.core.plugins.module_utils._maas.credentials import Credentials
from ansible_collections.vmo.core.plugins.module_utils._maas.nouns import NOUNS, Attempt, path
from ansible_collections.vmo.core.plugins.module_utils._maas.region import MaasRegion, pairs
from ansible_collections.vmo.core.plugins.module_utils._maas.transport import HttpTransport, Response
from tests.unit.kube.scripted import FakeClock
from tests.unit.maas.scripted import API_KEY, PLAIN, Answer, MaasServer

CALLS: list[tuple[Callable[[MaasRegion], object], str, t.Any, list[tuple[str, str]]]] = [
    (lambda m: m.list_all("machines"), "GET machines/", [], []),
    (lambda m: m.get("machines", "abc123"), "GET machines/abc123/", {}, []),
    (lambda m: m.get("resourcepools", "2"), "GET resourcepool/2/", {}, []),
    (lambda m: m.get("zones", "rack a/b"), "GET zones/rack%20a%2Fb/", {}, []),
    (lambda m: m.list_all("interfaces", of="abc123"), "GET nodes/abc123/interfaces/", [], []),
    (lambda m: m.get("blockdevices", "7", of="abc123"), "GET nodes/abc123/blockdevices/7/", {}, []),
    (lambda m: m.ask("version"), "GET version/", {"version": "3.7.3"}, []),
    (lambda m: m.ask("users", "whoami"), "GET users/?op=whoami", {"username": "admin"}, []),
    (lambda m: m.ask("boot-resources", "is_importing"), "GET boot-resources/?op=is_importing", False, []),
    (lambda m: m.ask("subnets", "statistics", name="1"), "GET subnets/1/?op=statistics", {}, []),
    (lambda m: m.create("tags", {"name": "gpu"}), "POST tags/", {}, [("name", "gpu")]),
    (lambda m: m.update("machines", "a", {"swap_size": 0}), "PUT machines/a/", {}, [("swap_size", "0")]),
    (lambda m: m.delete("tags", "gpu"), "DELETE tags/gpu/", None, []),
    (lambda m: m.invoke("machines", "lock", name="a"), "POST machines/a/?op=lock", {}, []),
    (lambda m: m.invoke("machines", "power_off", name="a"), "POST machines/a/?op=power_off", None, []),
    (
        lambda m: m.invoke("tags", "update_nodes", {"add": ["a", "b"]}, name="gpu"),
        "POST tags/gpu/?op=update_nodes",
        {"added": 2},
        [("add", "a"), ("add", "b")],
    ),
    (
        lambda m: m.invoke("interfaces", "create_bond", {"parents": [1, 2], "bond_mode": "802.3ad"}, of="a"),
        "POST nodes/a/interfaces/?op=create_bond",
        {},
        [("parents", "1"), ("parents", "2"), ("bond_mode", "802.3ad")],
    ),
]


@pytest.mark.parametrize(
    ("call", "route", "body", "form"), CALLS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_verb_is_one_request(
    server: MaasServer,
    maas: MaasRegion,
    call: Callable[[MaasRegion], object],
    route: str,
    body: t.Any,
    form: list[tuple[str, str]],
) -> None:
    server.answers(route, Answer(body=body) if body is not None else Answer(204, b"", "text/plain"))
    assert call(maas) == body
    (asked,) = server.asked
    assert (asked.route, asked.form, asked.query) == (route, form, [])


def test_filters_go_to_the_server(server: MaasServer, maas: MaasRegion) -> None:
    server.answers("GET machines/", [])
    maas.list_all("machines", {"status": ["ready", "new"], "pool": "gpu", "zone": None})
    assert server.asked[0].query == [("status", "ready"), ("status", "new"), ("pool", "gpu")]


def test_words_of_a_form() -> None:
    form = {"a": True, "b": False, "c": [1, None, "x"], "d": None, "e": "", "f": 1.5, "g": ("y",)}
    told = [("a", "true"), ("b", "false"), ("c", "1"), ("c", "x"), ("e", ""), ("f", "1.5"), ("g", "y")]
    assert pairs(form) == tuple(told)


@pytest.mark.parametrize("noun", sorted(NOUNS))
def test_every_path_ends_with_a_slash(noun: str) -> None:
    for place in (path(noun, of="abc123"), path(noun, "7", "abc123")):
        assert place.endswith("/")
        assert not place.startswith("/")
        assert "{" not in place


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (Attempt("list", "boot-resources"), "Cannot list boot resources"),
        (Attempt("read", "version"), "Cannot read the version"),
        (Attempt("whoami", "users"), "Cannot find the owner of the API key among users"),
        (Attempt("get_config", "maas"), "Cannot read a setting of MAAS"),
        (Attempt("query", "events"), "Cannot read events"),
        (Attempt("change", "resourcepools", "2"), "Cannot change resource pool 2"),
        (Attempt("commission", "machines", "abc123"), "Cannot commission machine abc123"),
        (Attempt("create_bond", "interfaces", of="abc123"), "Cannot create a bond on interfaces of machine abc123"),
        (Attempt("delete", "interfaces", "br0", "abc123"), "Cannot delete interface br0 of machine abc123"),
    ],
)
def test_an_attempt_is_told_in_words(attempt: Attempt, sentence: str) -> None:
    assert attempt.sentence == sentence


def test_a_null_answer_to_an_operation_is_none(server: MaasServer, maas: MaasRegion) -> None:
    server.answers("POST machines/abc123/?op=power_off", Answer(body=b"null"))
    assert maas.invoke("machines", "power_off", name="abc123") is None


def test_an_operation_that_answers_in_a_word_is_done(server: MaasServer, maas: MaasRegion) -> None:
    server.answers("POST boot-resources/?op=import", Answer(200, "Import of boot resources started", PLAIN))
    assert maas.invoke("boot-resources", "import") is None


@pytest.mark.parametrize("ahead", [-400.0, 0.0, 90.0])
def test_the_clock_of_maas_is_compared(server: MaasServer, credentials: Credentials, ahead: float) -> None:
    server.answers("GET version/", {})
    # The server tells the real time.
    region = MaasRegion(HttpTransport(credentials), credentials.base, now=lambda: time.time() - ahead)
    assert region.seconds_ahead is None
    region.ask("version")
    assert region.seconds_ahead == pytest.approx(ahead, abs=5.0)


def test_the_quickest_answer_tells_the_time_best() -> None:
    times = iter([1040.0, 1041.0, 2000.0])
    region = MaasRegion(t.cast("t.Any", None), "", now=lambda: next(times))
    region._compare_clocks(_dated(1000.0), 1000.0)
    assert region.seconds_ahead == -20.0
    region._compare_clocks(_dated(1041.0), 1040.0)
    assert region.seconds_ahead == 0.5
    region._compare_clocks(_dated(1041.0), 1050.0)
    assert region.seconds_ahead == 0.5


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Nov 2026"])
def test_an_odd_date_is_passed_over(date: str) -> None:
    region = MaasRegion(t.cast("t.Any", None), "", now=lambda: 1.0)
    region._compare_clocks(_dated(0.0)._replace(headers={"date": date} if date else {}), 1.0)
    assert region.seconds_ahead is None


def _dated(seconds: float) -> Response:
    return Response(200, {"date": formatdate(seconds, usegmt=True)}, b"{}")


def test_all_parts_together(server: MaasServer) -> None:
    server.answers("GET machines/", Answer(502, "<html>", "text/html"), [{"system_id": "abc123"}])
    who = Credentials(url=f"http://127.0.0.1:{server.port}", api_key=API_KEY)
    clock = FakeClock()
    region = connect(who, clock, patience=60, read_only=True)
    assert region.address == f"{server.url}/api/2.0/"
    assert region.list_all("machines") == [{"system_id": "abc123"}]
    assert len(clock.pauses) == 1
    with pytest.raises(_errors.WriteInCheckMode):
        region.invoke("machines", "lock", name="abc123")
    assert server.routes == ["GET machines/"] * 2


def test_without_check_mode_a_write_leaves(server: MaasServer) -> None:
    server.answers("POST machines/abc123/?op=lock", {"locked": True})
    region = connect(Credentials(url=server.url, api_key=API_KEY), FakeClock(), patience=60, read_only=False)
    assert region.invoke("machines", "lock", name="abc123") == {"locked": True}


def test_a_bad_option_is_told_before_the_first_request() -> None:
    with pytest.raises(_errors.ConfigurationFailed):
        connect(Credentials(url="http://192.0.2.10"), FakeClock(), patience=60, read_only=False)
