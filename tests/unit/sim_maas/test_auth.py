# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in, and what the others are told: some of these texts repeat a secret, as those of the region do."""

from __future__ import annotations

import time

import pytest

from tests.unit.sim_maas.client import Client, authorization

HTML, BARE = "text/html; charset=utf-8", "text/plain"


@pytest.mark.parametrize(
    ("changed", "code", "content_type", "text"),
    [
        ({"consumer_key": "x"}, 401, HTML, "Authorization Error: Invalid API key."),
        ({"token": "stolen"}, 401, HTML, "Authorization Error: 'Invalid access token: stolen'"),
        ({"signature": None}, 401, HTML, "Authorization Error: 'Missing signature.'"),
        ({"nonce": None}, 401, BARE, "Forbidden"),
        ({"timestamp": None}, 401, BARE, "Forbidden"),
        ({"token": None}, 401, BARE, "Forbidden"),
        ({"timestamp": "12.5"}, 500, "text/plain; charset=utf-8", "invalid literal for int() with base 10: '12.5'"),
    ],
)
def test_wrong_header_is_refused(
    client: Client, changed: dict[str, str | None], code: int, content_type: str, text: str
) -> None:
    answer = client.send("GET", "zones/", Authorization=authorization(client.simulator.key(), **changed))
    assert (answer.code, answer.headers["Content-Type"], answer.text) == (code, content_type, text)


def test_wrong_secret_is_answered_with_the_right_one(client: Client) -> None:
    key = client.simulator.key()
    answer = client.send("GET", "zones/", Authorization=authorization(key, signature="&wrong"))
    assert answer.code == 401
    assert key.split(":")[2] in answer.text
    assert answer.headers["WWW-Authenticate"] == 'OAuth realm="OAuth"'


def test_old_timestamp_is_refused_and_a_future_one_is_not(client: Client) -> None:
    key, now = client.simulator.key(), int(time.time())
    late = client.send("GET", "zones/", Authorization=authorization(key, timestamp=str(now - 301)))
    assert late.code == 401
    assert late.text.startswith(f"Authorization Error: 'Expired timestamp: given {now - 301} and now ")
    assert late.text.endswith("has a greater difference than threshold 300'")
    assert client.send("GET", "zones/", Authorization=authorization(key, timestamp=str(now + 4000))).code == 200


def test_nonce_serves_once(client: Client) -> None:
    header = authorization(client.simulator.key(), nonce="n1")
    assert client.send("GET", "zones/", Authorization=header).code == 200
    again = client.send("GET", "zones/", Authorization=header)
    assert (again.code, again.text) == (401, "Authorization Error: 'Nonce already used: n1'")


@pytest.mark.parametrize("changed", [{"version": None}, {}])
def test_what_may_be_left_out(client: Client, changed: dict[str, str | None]) -> None:
    assert client.send("GET", "zones/", Authorization=authorization(client.simulator.key(), **changed)).code == 200


def test_raw_ampersand_in_the_signature_is_taken(client: Client) -> None:
    header = authorization(client.simulator.key()).replace("%26", "&")
    assert client.send("GET", "zones/", Authorization=header).code == 200


@pytest.mark.parametrize("header", ["none", "Basic YTpi", "Bearer x"])
def test_nobody_is_told_nothing_but_about_machines(client: Client, header: str) -> None:
    assert client.get("zones/", user=None).text == "Forbidden"
    assert client.send("GET", "zones/", user=None, Authorization=header).text == "Forbidden"
    answer = client.send("GET", "machines/", user=None, Authorization=header)
    assert (answer.code, answer.text) == (400, "Unrecognised signature: method=GET op=None")
    assert client.send("GET", "version/", user=None, Authorization=header).code == 200


def test_ordinary_user_sees_less_and_changes_nothing(client: Client) -> None:
    maas = client.simulator
    maas.machine("worker-01").owner = "admin"
    mine, others = maas.machine("worker-02").system_id, maas.machine("worker-01").system_id
    assert len(client.get("machines/", user="user1").json) == len(client.get("machines/").json) - 1
    refused = client.get(f"machines/{others}/", user="user1")
    assert (refused.code, refused.text) == (403, "")
    for path in ("rackcontrollers/", "regioncontrollers/"):
        assert client.get(path, user="user1").json == []
        assert client.get(path).json != []
    for path in ("zones/", "resourcepools/", "subnets/", "boot-resources/", "notifications/", "events/?op=query"):
        assert client.get(path, user="user1").code == 200
    assert client.get("users/?op=whoami", user="user1").json["is_superuser"] is False
    answers = [
        client.get(f"machines/{mine}/?op=power_parameters", user="user1"),
        client.get("machines/?op=power_parameters", user="user1"),
        client.post(f"machines/{mine}/?op=commission", user="user1"),
        client.post("tags/", {"name": "x"}, user="user1"),
        client.put(f"machines/{mine}/", {"pool": "default"}, user="user1"),
    ]
    assert [(answer.code, answer.text) for answer in answers] == [(403, "")] * 5
    assert maas.writes == []
    assert client.post("machines/?op=allocate", {"dry_run": "true"}, user="user1").code == 200


def test_locked_machine_is_refused_without_a_word(client: Client) -> None:
    machine = client.simulator.machine("worker-01")
    machine.locked, machine.status, machine.owner = True, 6, "admin"
    for op in ("release", "commission", "power_off"):
        answer = client.post(f"machines/{machine.system_id}/?op={op}")
        assert (answer.code, answer.text) == (403, "")
    assert client.put(f"machines/{machine.system_id}/", {"pool": "default"}).code == 403
    assert client.post(f"machines/{machine.system_id}/?op=unlock").code == 200
    assert client.post(f"machines/{machine.system_id}/?op=unlock").text == "Machine is not locked"
