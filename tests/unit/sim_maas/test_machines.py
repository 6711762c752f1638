# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists, filters, allocation, changes and tags of machines."""

from __future__ import annotations

import typing as t

import pytest

from tests.sim.maas import Simulator, Timings
from tests.unit.sim_maas.client import Client


def names(client: Client, **filters: t.Any) -> set[str]:
    answer = client.get("machines/", filters)
    assert answer.code == 200, answer.text
    return {machine["hostname"] for machine in answer.json}


PLANES = {"cp-01", "cp-02", "cp-03"}
WORKERS = {f"worker-{n:02}" for n in range(1, 6)}


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, PLANES | WORKERS),
        ({"hostname": ["cp-01", "worker-01"]}, {"cp-01", "worker-01"}),
        ({"hostname": "cp-01.maas"}, set()),
        ({"not_hostname": list(PLANES)}, WORKERS),
        ({"tags": "worker"}, WORKERS),
        ({"tags": "worker,control-plane"}, set()),
        ({"not_tags": "worker"}, PLANES),
        ({"pool": "vmo"}, PLANES | WORKERS),
        ({"not_in_pool": "vmo"}, set()),
        ({"zone": "rack-a"}, {"cp-02", "worker-01", "worker-03", "worker-05"}),
        ({"mem": "262144"}, WORKERS),
        ({"cpu_count": "64", "zone": "rack-b"}, {"worker-02", "worker-04"}),
        ({"link_speed": "40000"}, set()),
        ({"status": ["ready", "new"]}, PLANES | WORKERS),
        ({"not_status": "ready"}, set()),
        ({"arch": "amd64"}, PLANES | WORKERS),
        ({"not_arch": "amd64"}, PLANES | WORKERS),
        ({"not_arch": "amd64/generic"}, set()),
        ({"subnets": "cidr:10.20.0.0/19"}, PLANES | WORKERS),
        ({"subnets": "space:management"}, set()),
        ({"vlans": "vid:20"}, PLANES | WORKERS),
        ({"fabrics": "nosuch"}, set()),
        ({"storage": "root:400,data:3000(ssd)"}, WORKERS),
        ({"interfaces": "vm:space=vm,name=br0.20"}, PLANES | WORKERS),
        ({"domain": "nosuch"}, set()),
        ({"pod": "x"}, set()),
    ],
)
def test_filters(client: Client, filters: dict[str, t.Any], wanted: set[str]) -> None:
    assert names(client, **filters) == wanted


@pytest.mark.parametrize(
    ("filters", "code", "field", "text"),
    [
        ({"locked": "true"}, 400, "locked", "No such constraint."),
        ({"osystem": "ubuntu"}, 400, "osystem", "No such constraint."),
        ({"status": "4"}, 400, "status", "Select a valid choice. 4 is not one of the available choices."),
        ({"pool": "x"}, 400, "pool", "No such pool(s): x."),
        ({"zone": "x"}, 400, "zone", "No such zone(s): x."),
        ({"tags": "x"}, 400, "tags", "No such tag(s): 'x'."),
        ({"owner": "x"}, 400, "owner", "No such owner: 'x'."),
        ({"mem": "much"}, 400, "mem", "Invalid memory: number of MiB required."),
    ],
)
def test_filters_that_are_refused(client: Client, filters: dict[str, str], code: int, field: str, text: str) -> None:
    answer = client.get("machines/", filters)
    assert (answer.code, answer.json) == (code, {field: [text]})


@pytest.mark.parametrize(
    "filters", [{"simple_status": "ready"}, {"not_simple_status": "ready"}, {"vlans": "vid:1,vid:2"}]
)
def test_filters_that_break_the_region(client: Client, filters: dict[str, str]) -> None:
    assert client.get("machines/", filters).code == 500


def test_space_that_is_not_there(client: Client) -> None:
    answer = client.get("machines/", {"interfaces": "vm:space=nosuch"})
    assert (answer.code, answer.text) == (404, "No Space matches the given query.")


def test_allocation_takes_the_cheapest_and_a_dry_run_takes_none(client: Client) -> None:
    dry = client.post("machines/?op=allocate", {"mem": "1000", "dry_run": "true"}).json
    assert dry["hostname"].startswith("cp-")
    assert client.get(f"machines/{dry['system_id']}/").json["status_name"] == "Ready"
    taken = client.post("machines/?op=allocate", {"tags": ["worker"]}).json
    assert (taken["status_name"], taken["owner"]) == ("Allocated", "admin")
    links = [link for found in taken["interface_set"] for link in found["links"] if link["mode"] == "auto"]
    assert [link["ip_address"].startswith("10.20.") for link in links] == [True]
    assert client.post("machines/?op=release", {"machines": taken["system_id"]}).json == [taken["system_id"]]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ([("mem", "999999999"), ("dry_run", "true")],
         "[('mem', ['999999999']), ('dry_run', ['true'])] (resolved to \"mem=999999999.0\")"),
        ([("tags", "worker"), ("tags", "control-plane")],
         "[('tags', ['worker', 'control-plane'])] (resolved to \"tags=worker,control-plane\")"),
    ],
)  # fmt: skip
def test_allocation_without_a_match(client: Client, fields: list[tuple[str, str]], text: str) -> None:
    answer = client.post("machines/?op=allocate", fields)
    assert (answer.code, answer.headers.get("Retry-After")) == (409, None)
    assert answer.text == f"No available machine matches constraints: {text}"


def test_allocation_when_nothing_is_free() -> None:
    with Simulator() as maas:
        assert Client(maas).post("machines/?op=allocate").text == "No machine available."


def test_change_of_a_machine(client: Client) -> None:
    path = f"machines/{client.machine('worker-01')['system_id']}/"
    fields = {"hostname": "big", "pool": "default", "zone": "rack-b", "swap_size": "2G", "description": "for tests"}
    found = client.put(path, fields | {"power_type": "redfish", "power_parameters_power_pass": "new"}).json
    assert (found["fqdn"], found["pool"]["name"], found["zone"]["name"]) == ("big.maas", "default", "rack-b")
    assert (found["swap_size"], found["description"], found["power_type"]) == (2 * 10**9, "for tests", "redfish")
    assert client.get(f"{path}?op=power_parameters").json["power_pass"] == "new"
    assert client.put(path, {"swap_size": ""}).json["swap_size"] is None
    wrong = client.put(path, {"hostname": "cp-01", "zone": "nosuch"})
    assert wrong.json == {
        "hostname": ["Node with this Hostname already exists."],
        "zone": ["Select a valid choice. That choice is not one of the available choices."],
    }
    assert client.form("DELETE", path).code == 204
    assert client.get(path).text == "No Machine matches the given query."


def test_tags_are_given_and_counted(client: Client) -> None:
    ids = [machine["system_id"] for machine in client.get("machines/").json[:2]]
    client.post("tags/", {"name": "gpu"})
    counted = client.post("tags/gpu/?op=update_nodes", [*(("add", i) for i in ids), ("add", "zzzzzz")])
    assert counted.json == {"added": 2, "removed": 0}
    assert {m["system_id"] for m in client.get("tags/gpu/?op=machines").json} == set(ids)
    guarded = client.post("tags/gpu/?op=update_nodes", {"remove": ids[0], "definition": "//x"})
    assert guarded.code == 409
    assert guarded.text == "Definition supplied '//x' doesn't match current definition ''"
    client.put("tags/gpu/", {"name": "gpus"})
    assert "gpus" in client.get(f"machines/{ids[0]}/").json["tag_names"]
    assert client.form("DELETE", "tags/gpus/").code == 204
    assert "gpus" not in client.get(f"machines/{ids[0]}/").json["tag_names"]


def test_automatic_tag_comes_later_and_undoes_what_was_given_by_hand() -> None:
    with Simulator(machines=2, timings=Timings(tagging=100)) as maas:
        client = Client(maas)
        maas.machine("worker-02").cpu_flags.remove("vmx")
        definition = '//node[@class="processor"]/capabilities/capability/@id="vmx"'
        assert client.post("tags/", {"name": "vt", "definition": definition}).json["definition"] == definition
        assert client.get("tags/vt/?op=machines").json == []
        odd = client.machine("worker-02")["system_id"]
        client.post("tags/vt/?op=update_nodes", {"add": odd})
        maas.settle()
        assert [m["hostname"] for m in client.get("tags/vt/?op=machines").json] == ["worker-01"]
        assert client.post("tags/vt/?op=rebuild").json == {"rebuilding": "vt"}


@pytest.mark.parametrize(
    ("definition", "matches"),
    [
        ('//node[@class="processor"]/capabilities/capability/@id="svm"', False),
        ('//capability/@id="svm" or //capability/@id="vmx"', True),
        ("//node[@class='network']/serial", True),
        ('//node[@id="cpu:7"]', False),
    ],
)
def test_definitions_of_tags(client: Client, definition: str, matches: bool) -> None:
    client.post("tags/", {"name": "auto", "definition": definition})
    client.simulator.settle()
    assert bool(client.get("tags/auto/?op=machines").json) == matches


def test_definition_that_is_no_xpath(client: Client) -> None:
    answer = client.post("tags/", {"name": "auto", "definition": "//node["})
    assert answer.code == 400
    assert answer.json["definition"][0].startswith("Invalid XPath expression: ")
