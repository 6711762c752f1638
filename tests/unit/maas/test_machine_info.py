# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``maas_machine_info`` by its entry point."""

from __future__ import annotations

import importlib
import io
import json
import typing as t
from contextlib import redirect_stdout

import pytest
import yaml

from tests.unit.maas.documents import BMC_PASSWORD, a_machine, an_interface, fill
from tests.unit.maas.scripted import API_KEY, CONSUMER, HTML, PLAIN, SECRET, TOKEN, Answer, MaasServer
from tests.unit.modules.entry import given_arguments

PLUGIN = importlib.import_module("ansible_collections.vmo.core.plugins.modules.maas_machine_info")
LIST = "GET machines/"


def run(server: MaasServer, **params: t.Any) -> dict[str, t.Any]:
    """Run the module; the key shows nowhere in what it prints."""
    given = {"maas_url": server.url, "maas_api_key": API_KEY, **params}
    arguments = {name: value for name, value in given.items() if value is not None}
    printed = io.StringIO()
    with given_arguments(arguments), redirect_stdout(printed), pytest.raises(SystemExit):
        PLUGIN.main()
    text = printed.getvalue()
    assert not any(secret in text for secret in (CONSUMER, TOKEN, SECRET))
    return t.cast("dict[str, t.Any]", json.loads(text))


def found(server: MaasServer, **params: t.Any) -> list[str]:
    return [machine["hostname"] for machine in run(server, **params)["machines"]]


def test_everything_about_a_machine(server: MaasServer) -> None:
    fill(server, [a_machine()])
    result = run(server)
    assert result["changed"] is False
    (machine,) = result["machines"]
    expected = {
        "system_id": "abc123",
        "hostname": "worker-01",
        "fqdn": "worker-01.example.com",
        "status": "ready",
        "status_name": "Ready",
        "owner": None,
        "pool": "kubernetes",
        "zone": "rack-a",
        "tags": ["nvme", "worker"],
        "cpu_threads": 64,
        "memory": 262144,
        "commissioning": "passed",
        "testing": "passed",
        "boot_disk": "sda",
        "boot_interface": "eno1",
    }
    assert {name: machine[name] for name in expected} == expected
    assert "machine" not in machine
    assert server.routes == [LIST]


def test_what_is_told_is_documented(server: MaasServer) -> None:
    bond = an_interface("bond0", type="bond", parents=["eno1"], params={"bond_mode": "802.3ad"})
    bridge = an_interface("br0", type="bridge", parents=["bond0"], params={"bridge_type": "standard", "bridge_fd": 15})
    fill(server, [a_machine(interface_set=[*a_machine()["interface_set"], bond, bridge])])
    (machine,) = run(server, with_objects=True)["machines"]
    documented = yaml.safe_load(PLUGIN.RETURN)["machines"]["contains"]
    assert machine.keys() == documented.keys()
    assert machine["disks"][0].keys() == documented["disks"]["contains"].keys()
    told: set[str] = {name for interface in machine["interfaces"] for name in interface}
    assert told == documented["interfaces"]["contains"].keys()
    links = documented["interfaces"]["contains"]["links"]["contains"]
    assert machine["interfaces"][0]["links"][0].keys() == links.keys()
    by_name = {interface["name"]: interface for interface in machine["interfaces"]}
    assert by_name["bond0"]["bond"]["mode"] == "802.3ad"
    assert by_name["br0"]["bridge"] == {"type": "standard", "stp": None, "fd": 15}


def test_a_machine_of_which_nothing_is_known_is_told(server: MaasServer) -> None:
    fill(server, [{"system_id": "abc123"}])
    (machine,) = run(server)["machines"]
    assert machine["system_id"] == "abc123"
    assert (machine["status"], machine["memory"], machine["disks"], machine["interfaces"]) == (None, None, [], [])


def test_a_state_of_the_future_has_no_word(server: MaasServer) -> None:
    fill(server, [a_machine(status=99, status_name="Levitating")])
    (machine,) = run(server)["machines"]
    assert (machine["status"], machine["status_name"]) == (None, "Levitating")


def test_options_become_filters(server: MaasServer) -> None:
    fill(server, [])
    options = {
        "system_ids": ["abc123", "def456"],
        "hostnames": ["Worker-01.example.com", "worker-02"],
        "mac_addresses": ["52-54-00-AA-BB-CC"],
        "pools": ["kubernetes"],
        "zones": ["rack-a", "rack-b"],
        "tags": ["worker", "nvme"],
        "without_tags": ["virtual"],
        "status": ["ready", "failed_testing"],
    }
    assert found(server, **options) == []
    assert server.asked[0].query == [
        ("id", "abc123"),
        ("id", "def456"),
        ("mac_address", "52:54:00:aa:bb:cc"),
        ("pool", "kubernetes"),
        ("zone", "rack-a"),
        ("zone", "rack-b"),
        ("tags", "worker"),
        ("tags", "nvme"),
        ("not_tags", "virtual"),
        ("status", "ready"),
        ("status", "failed_testing"),
        ("hostname", "worker-01"),
        ("hostname", "worker-02"),
    ]


def test_a_name_with_a_domain_means_that_domain(server: MaasServer) -> None:
    elsewhere = a_machine("def456", "worker-01", fqdn="worker-01.lab.example")
    fill(server, [a_machine(), elsewhere])
    (machine,) = run(server, hostnames=["WORKER-01.lab.example"])["machines"]
    assert machine["system_id"] == "def456"
    assert len(run(server, hostnames=["worker-01"])["machines"]) == 2


@pytest.mark.parametrize("option", ["system_ids", "hostnames", "mac_addresses", "pools", "zones", "status"])
def test_an_empty_list_chooses_nothing_and_not_everything(server: MaasServer, option: str) -> None:
    fill(server, [a_machine()])
    assert found(server, **{option: []}) == []
    assert server.asked == []


@pytest.mark.parametrize("option", ["tags", "without_tags"])
def test_no_tags_are_no_condition(server: MaasServer, option: str) -> None:
    fill(server, [a_machine()])
    assert found(server, **{option: []}) == ["worker-01"]


def test_no_power_parameter_is_shown_should_maas_ever_send_one(server: MaasServer) -> None:
    fill(server, [a_machine(power_parameters={"power_pass": BMC_PASSWORD})])
    result = run(server, with_objects=True)
    assert BMC_PASSWORD not in str(result)
    assert result["machines"][0]["machine"]["power_type"] == "redfish"


def test_check_mode_reads_as_well(server: MaasServer) -> None:
    fill(server, [a_machine()])
    assert found(server, _ansible_check_mode=True) == ["worker-01"]


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (
            Answer(401, f"Authorization Error: 'Invalid signature. Expected signature base string: &{SECRET}'", HTML),
            "unauthorized",
            "typing error",
        ),
        (Answer(401, f"Authorization Error: 'Invalid access token: {TOKEN}'", HTML), "unauthorized", "Make a new one"),
        (Answer(400, {"pool": ["No such pool(s): kubernets."]}), "invalid", "pool: No such pool(s): kubernets"),
        (Answer(403, b"", PLAIN), "forbidden", "administrator's key"),
        (Answer(500, f"x {API_KEY}", PLAIN), "unavailable", "500"),
        (Answer(200, "<html>", HTML), "unexpected_answer", "/MAAS"),
    ],
)
def test_a_failure_has_a_code_and_a_sentence(server: MaasServer, answer: Answer, code: str, said: str) -> None:
    server.answers(LIST, answer)
    result = run(server)
    assert result["failed"] is True
    assert result["error"]["code"] == code
    assert said in result["msg"]


def test_an_unusable_address_is_told() -> None:
    with MaasServer() as server:
        assert run(server, maas_url="maas.example.com")["error"] == {
            "code": "configuration_failed",
            "option": "maas_url",
        }
        assert run(server, maas_api_key="x")["error"] == {"code": "configuration_failed", "option": "maas_api_key"}


@pytest.mark.parametrize("variable", ["MAAS_URL", "MAAS_ENDPOINT"])
def test_the_environment_names_the_server(server: MaasServer, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    fill(server, [a_machine()])
    monkeypatch.setenv(variable, server.url)
    monkeypatch.setenv("MAAS_API_KEY", API_KEY)
    result = run(server, maas_url=None, maas_api_key=None)
    assert [machine["hostname"] for machine in result["machines"]] == ["worker-01"]
