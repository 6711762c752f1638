# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which MAAS says no becomes one sentence with a stable code, and no secret is in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._maas.region import MaasRegion
from tests.unit.maas.refusals import (
    ALLOCATE,
    BAD_REQUESTS,
    BREAK,
    CLOUD_INIT,
    COMMISSION,
    CREATE,
    DELETE_POOL,
    LINK,
    LIST,
    POWER,
    READ,
    RELEASE,
    STRANGERS,
    UPDATE,
    Row,
)
from tests.unit.maas.refusals_by_state import OTHERS
from tests.unit.maas.scripted import API_KEY, CONSUMER, PLAIN, SECRET, TOKEN, Answer, MaasServer

CALLS: dict[str, Callable[[MaasRegion], object]] = {
    LIST: lambda maas: maas.list_all("machines"),
    READ: lambda maas: maas.ask("machines", name="abc123"),
    UPDATE: lambda maas: maas.update("machines", "abc123", {"power_parameters_power_pass": POWER, "pool": "x"}),
    CREATE: lambda maas: maas.create("tags", {"name": "gpu"}),
    COMMISSION: lambda maas: maas.invoke("machines", "commission", name="abc123"),
    RELEASE: lambda maas: maas.invoke("machines", "release", {"comment": "x"}, name="abc123"),
    ALLOCATE: lambda maas: maas.invoke("machines", "allocate", {"mem": 999999999, "user_data": CLOUD_INIT}),
    BREAK: lambda maas: maas.invoke("machines", "mark_broken", {"comment": "x"}, name="abc123"),
    DELETE_POOL: lambda maas: maas.delete("resourcepools", "1"),
    LINK: lambda maas: maas.invoke("interfaces", "link_subnet", {"mode": "STATIC"}, name="7", of="abc123"),
}


def refused(server: MaasServer, maas: MaasRegion, route: str, answer: Answer) -> _errors.VmoError:
    """Return the error for an answer; nothing in it or in its traceback shows a secret."""
    server.answers(route, answer)
    with pytest.raises(_errors.VmoError) as failure:
        CALLS[route](maas)
    error = failure.value
    chain = [repr(link) for link in (error, error.__cause__, error.__context__)]
    told = "".join(chain) + str(error.as_failure())
    assert not any(secret in told for secret in (API_KEY, CONSUMER, TOKEN, SECRET, POWER, CLOUD_INIT)), told
    assert "\n" not in error.message
    assert error.message.startswith("Cannot ")
    return error


@pytest.mark.parametrize("row", [*BAD_REQUESTS, *STRANGERS, *OTHERS], ids=lambda row: row.name)
def test_every_refusal_is_one_clear_sentence(server: MaasServer, maas: MaasRegion, row: Row) -> None:
    error = refused(server, maas, row.route, row.answer)
    assert error.__class__ is row.kind, error
    assert error.details == row.details
    if row.name == "500 text":
        assert error.message.startswith(row.message)
    else:
        assert error.message == row.message
    assert "the-right-secret" not in repr(error) + str(error.as_failure())


def test_a_missing_thing_is_none_and_a_missing_interface_of_the_server_is_not(
    server: MaasServer, maas: MaasRegion
) -> None:
    server.answers("GET tags/gpu/", Answer(404, "No Tag matches the given query.", "text/plain"))
    assert maas.get("tags", "gpu") is None
    with pytest.raises(_errors.ApiMissing):
        maas.get("tags", "unscripted")


@pytest.mark.parametrize(
    ("route", "thing"), [(RELEASE, "release machine abc123"), (LINK, "link a subnet to interface 7 of machine abc123")]
)
def test_a_lock_is_told_where_maas_says_nothing(server: MaasServer, maas: MaasRegion, route: str, thing: str) -> None:
    server.answers(READ, {"system_id": "abc123", "locked": True, "owner": "palette"})
    error = refused(server, maas, route, Answer(403, b"", PLAIN))
    assert (error.code, error.details) == ("refused", {"reason": "locked", "locked": True})
    assert error.message == f"Cannot {thing}: the machine is locked (owner: palette); unlock it first"


@pytest.mark.parametrize(
    "machine",
    [
        Answer(body={"system_id": "abc123", "locked": False, "owner": None}),
        Answer(403, b"", PLAIN),
        Answer(404, "No Machine matches the given query.", "text/plain"),
        Answer(500, "oh", PLAIN),
    ],
)
def test_a_missing_right_stays_one_where_no_lock_is_seen(server: MaasServer, maas: MaasRegion, machine: Answer) -> None:
    server.answers(READ, machine)
    assert refused(server, maas, RELEASE, Answer(403, b"", PLAIN)).code == "forbidden"


def test_a_read_that_is_forbidden_asks_nothing_more(server: MaasServer, maas: MaasRegion) -> None:
    assert refused(server, maas, READ, Answer(403, b"", PLAIN)).code == "forbidden"
    assert server.routes == [READ]


def test_a_secret_at_the_cut_of_a_long_text_leaves_no_half(server: MaasServer, maas: MaasRegion) -> None:
    for length in range(280, 310):
        error = refused(server, maas, ALLOCATE, Answer(409, "x" * length + SECRET, PLAIN))
        assert "secretNob" not in error.message
