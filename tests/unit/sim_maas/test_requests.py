# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How requests are taken apart: operations, forms, JSON that is ignored, bodies that are refused, faults, the log."""

from __future__ import annotations

import json
import time
import typing as t
import urllib.error
from email.utils import parsedate_to_datetime

import pytest

from tests.sim.maas import Fault, Simulator
from tests.sim.maas.wire import ROUTES
from tests.unit.sim_maas.client import Client

EMPTY = b"--x--\r\n"
MULTIPART = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("path", "shown"), [("machines", "machines"), ("nosuch/", "nosuch/"), ("zones/a/b/", "zones/a/b/")]
)
def test_unknown_path_names_itself(client: Client, path: str, shown: str) -> None:
    answer = client.get(path)
    assert (answer.code, answer.text) == (404, f"Unknown API endpoint: /MAAS/api/2.0/{shown}.")


def test_operation_is_found_in_query_body_and_path(client: Client) -> None:
    for path, fields in (("machines/?op=allocate", {"dry_run": "1"}), ("machines/op-allocate", {"dry_run": "1"}),
                         ("machines/", {"op": "allocate", "dry_run": "1"})):  # fmt: skip
        assert client.post(path, fields).json["status_name"] == "Ready"
    assert client.simulator.writes == []


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [("GET", "machines/?op=nosuch", "method=GET op=nosuch"), ("POST", "tags/worker/", "method=POST op=None")],
)
def test_unknown_operation(client: Client, method: str, path: str, text: str) -> None:
    answer = client.form(method, path)
    if "tags" in path:
        # A tag has operations with POST, so the method as such is known.
        assert answer.code == 400
    assert answer.text == f"Unrecognised signature: {text}"


def test_method_without_a_handler(client: Client) -> None:
    answer = client.put("resourcepools/", {"name": "x"})
    assert (answer.code, answer.text, answer.headers["Allow"]) == (405, "", "POST, GET")


@pytest.mark.parametrize(("version", "code"), [("3.7", 400), ("3.6", 400), ("3.5", 200)])
def test_empty_multipart_body(version: str, code: int) -> None:
    with Simulator(version, machines=1) as maas:
        system_id = maas.machine("worker-01").system_id
        path = f"machines/{system_id}/?op=commission"
        answer = Client(maas).send("POST", path, EMPTY, Content_Type=MULTIPART)
        assert answer.code == code
        assert code == 200 or answer.text == ""


def test_multipart_body_with_fields_is_a_form(client: Client) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nby-parts\r\n--x--\r\n'
    assert client.send("POST", "resourcepools/", body, Content_Type=MULTIPART).json["name"] == "by-parts"


def test_json_serves_some_calls_is_ignored_by_others_and_breaks_allocate(client: Client) -> None:
    machine = client.simulator.machine("worker-01")
    path = f"machines/{machine.system_id}/"
    sent = {"Content_Type": "application/json"}
    assert client.send("PUT", path, b'{"pool": "default"}', **sent).json["pool"]["name"] == "default"
    machine.status, machine.owner = 10, "admin"
    machine.power_state = "on"
    released = client.send("POST", f"{path}?op=release", b'{"erase": "true"}', **sent)
    assert released.json["status_name"] == "Releasing"
    broken = client.send("POST", "machines/?op=allocate", b'{"mem": "1"}', **sent)
    assert (broken.code, broken.text) == (500, "'dict' object has no attribute 'lists'")
    malformed = client.send("PUT", path, b"{not", **sent)
    assert (malformed.code, malformed.text, malformed.headers["Content-Type"]) == (400, "Bad Request", "text/plain")


def test_erase_as_a_form_is_not_ignored(client: Client) -> None:
    machine = client.simulator.machine("worker-01")
    machine.status, machine.owner, machine.power_state = 10, "admin", "on"
    answer = client.post(f"machines/{machine.system_id}/?op=release", {"erase": "true"})
    assert answer.json["status_name"] == "Disk erasing"


def test_every_request_is_logged_and_secrets_are_masked_for_playbooks(client: Client) -> None:
    maas = client.simulator
    system_id = maas.machine("worker-01").system_id
    client.get("zones/")
    client.put(f"machines/{system_id}/", {"power_parameters_power_pass": "hidden", "pool": "default"})
    client.post("tags/", {"name": "a b"})
    client.post("machines/?op=allocate", {"dry_run": "true"})
    assert [(r.method, r.op, r.user, r.status) for r in maas.requests] == [
        ("GET", None, "admin", 200), ("PUT", None, "admin", 200), ("POST", None, "admin", 400),
        ("POST", "allocate", "admin", 200),
    ]  # fmt: skip
    assert [entry.path for entry in maas.writes] == [f"/MAAS/api/2.0/machines/{system_id}/"]
    assert maas.requests[1].form["pool"] == ["default"]
    assert "hidden" not in json.dumps([entry.as_json() for entry in maas.requests])


def test_writes_are_refused_when_told_so(client: Client) -> None:
    maas = client.simulator
    maas.desk.refuse_writes = True
    assert client.post("zones/", {"name": "x"}).code == 500
    assert client.post("machines/?op=allocate", {"dry_run": "true"}).code == 200
    assert [entry.path for entry in maas.desk.refused] == ["/MAAS/api/2.0/zones/"]
    assert maas.writes == []


@pytest.mark.parametrize(
    ("kind", "code", "retry_after"),
    [("conflict", 409, "5"), ("no-rack", 503, "10"), ("power", 503, None), ("gateway-timeout", 504, None),
     ("https-only", 301, None), ("garbage", 200, None), ("gone", 410, None)],
)  # fmt: skip
def test_faults_come_as_often_as_asked(client: Client, kind: str, code: int, retry_after: str | None) -> None:
    client.simulator.add_fault(Fault(kind, path="zones/"))
    assert client.get("spaces/").code == 200
    answer = client.get("zones/")
    assert (answer.code, answer.headers.get("Retry-After")) == (code, retry_after)
    assert client.get("zones/").json[0]["name"] == "default"


def test_state_conflict_has_no_retry_after(client: Client) -> None:
    machine = client.simulator.machine("worker-01")
    answer = client.post(f"machines/{machine.system_id}/?op=mark_fixed")
    assert (answer.code, answer.headers.get("Retry-After")) == (409, None)


@pytest.mark.parametrize(("kind", "stored"), [("cut", 0), ("cut-after", 1)])
def test_connection_is_cut_before_or_after_the_effect(client: Client, kind: str, stored: int) -> None:
    client.simulator.add_fault(Fault(kind, "POST"))
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        client.post("zones/", {"name": "half"})
    assert len([zone for zone in client.get("zones/").json if zone["name"] == "half"]) == stored


def test_slow_answer(client: Client) -> None:
    client.simulator.add_fault(Fault("slow", seconds=0.2))
    start = time.monotonic()
    assert client.get("zones/").code == 200
    assert time.monotonic() - start >= 0.2


def test_clock_of_the_region_may_differ(client: Client) -> None:
    client.simulator.desk.clock_offset = -600
    date = parsedate_to_datetime(client.get("version/").headers["Date"]).timestamp()
    assert -610 < date - time.time() < -590


def test_bug_of_the_simulator_fails_the_test_that_met_it() -> None:
    maas = Simulator(machines=1)
    maas.start()
    maas.edit(lambda world: world.zones.clear())
    assert Client(maas).get("machines/").code == 500
    with pytest.raises(RuntimeError, match="the simulator itself failed: GET"):
        maas.stop()


def test_region_that_restarts_is_the_same_one() -> None:
    with Simulator(machines=1) as maas:
        client, url = Client(maas), maas.url
        client.post("zones/", {"name": "kept"})
        maas.stop()
        with pytest.raises(urllib.error.URLError, match="refused"):
            client.get("zones/")
        maas.start()
        assert maas.url == url
        assert "kept" in {zone["name"] for zone in client.get("zones/").json}


PARAMETERS = {
    "disk_id": "nvme0n1", "name": "br0", "which": "current-testing", "key": "1", "vid": "0",
}  # fmt: skip
NAMED = {"tags/": "worker", "zones/": "rack-a"}


@pytest.mark.parametrize("fields", [None, {"name": "x", "vlan": "x", "subnet": "x", "mode": "static", "id": "x"}])
@pytest.mark.parametrize("signature", ROUTES.signatures)
def test_every_operation_answers_whatever_it_is_given(
    shared: Client, signature: str, fields: dict[str, str] | None
) -> None:
    """A bug would be a 500 that names a Python exception, and fail the whole module when the simulator stops."""
    method, path, op = (*signature.split(" "), "")[:3]
    machine = shared.simulator.machine("worker-01").system_id
    name = next((known for prefix, known in NAMED.items() if path.startswith(prefix)), PARAMETERS["name"])
    filled = path.format(system_id=machine, **{**PARAMETERS, "name": name})
    if method == "DELETE":
        return
    target = f"{filled}?op={op}" if op else filled
    answer = shared.get(target, fields) if method == "GET" else shared.form(method, target, fields)
    assert answer.code < 500 or answer.code == 501, answer.text


@pytest.fixture(scope="module")
def shared() -> t.Iterator[Client]:
    with Simulator(machines=2) as maas:
        yield Client(maas)


def test_tls_with_an_authority_of_its_own() -> None:
    with Simulator(tls=True) as maas:
        assert maas.url.startswith("https://127.0.0.1:")
        assert maas.ca_file.read_text(encoding="utf-8").startswith("-----BEGIN CERTIFICATE-----")
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            Client(maas).get("version/")
