# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a machine: what each operation starts, how it goes on by itself, and how it fails."""

from __future__ import annotations

import base64
import json
import re
import time
import typing as t

import pytest

from tests.sim.maas import Simulator, Timings
from tests.sim.maas.model import STATUS, Failure
from tests.unit.sim_maas.client import Client


def start(client: Client, op: str, hostname: str = "worker-01", **fields: t.Any) -> t.Any:
    system_id = client.simulator.machine(hostname).system_id
    answer = client.post(f"machines/{system_id}/?op={op}", fields)
    assert answer.code == 200, answer.text
    return answer.json


def test_commissioning_goes_on_by_itself_with_time(maas: Simulator) -> None:
    client = Client(maas)
    system_id = start(client, "commission")["system_id"]
    end = time.monotonic() + 30
    while client.get(f"machines/{system_id}/").json["status_name"] != "Ready":
        assert time.monotonic() < end
        time.sleep(0.01)
    kinds = [event["type"] for event in reversed(client.get("events/?op=query").json["events"])]
    assert kinds == ["Commissioning", "Running test", "Ready"]


def test_commissioning_goes_on_by_polls() -> None:
    with Simulator(machines=1, stage="new", timings=Timings.by_polls(2)) as maas:
        client = Client(maas)
        system_id = start(client, "commission")["system_id"]
        seen = [client.get(f"machines/{system_id}/").json["status_name"] for _poll in range(5)]
    assert seen == ["Commissioning", "Testing", "Testing", "Ready", "Ready"]


def test_commissioning_finds_the_hardware(new_client: Client) -> None:
    before = new_client.machine("worker-01")
    assert (before["cpu_count"], before["memory"], before["storage"], before["boot_disk"]) == (0, 0, 0.0, None)
    assert [found["name"] for found in before["interface_set"]] == ["enp1s0f0"]
    assert before["hardware_info"]["system_vendor"] == "Unknown"
    under_way = start(new_client, "commission")
    assert (under_way["owner"], under_way["status_message"]) == ("admin", "Commissioning")
    new_client.simulator.settle()
    after = new_client.machine("worker-01")
    assert (after["cpu_count"], after["memory"], after["owner"], after["power_state"]) == (64, 524288, None, "off")
    assert len(after["interface_set"]) == 4
    assert [link["mode"] for link in after["interface_set"][0]["links"]] == ["auto"]
    assert after["boot_disk"]["partitions"][1]["filesystem"]["mount_point"] == "/"
    assert (after["commissioning_status_name"], after["testing_status_name"]) == ("Passed", "Passed")
    assert after["storage_test_status_name"] == "Passed"


@pytest.mark.parametrize(
    ("stage", "status", "message", "commissioning", "testing"),
    [
        ("timeout", "Failed commissioning", "timed out after 30 minutes", "Failed", "Pending"),
        ("commissioning", "Failed commissioning", "Failed commissioning - 1 script failed", "Failed", "Pending"),
        ("testing", "Failed testing", "Failed testing - 1 test failed", "Passed", "Failed"),
    ],
)
def test_commissioning_fails_once_and_then_works(
    new_client: Client, stage: str, status: str, message: str, commissioning: str, testing: str
) -> None:
    maas = new_client.simulator
    maas.machine("worker-01").failures.append(Failure(stage))
    start(new_client, "commission")
    maas.settle()
    failed = new_client.machine("worker-01")
    assert (failed["status_name"], failed["commissioning_status_name"]) == (status, commissioning)
    assert failed["testing_status_name"] == testing
    assert message in failed["status_message"]
    if stage == "testing":
        refused = new_client.post(f"machines/{failed['system_id']}/?op=commission")
        assert (refused.code, list(refused.json)) == (400, ["__all__"])
        start(new_client, "override_failed_testing")
    else:
        start(new_client, "commission")
        maas.settle()
    assert new_client.machine("worker-01")["status_name"] == "Ready"


def test_commissioning_throws_the_network_away_unless_told_otherwise(client: Client) -> None:
    start(client, "commission", skip_networking="1", testing_scripts="none")
    client.simulator.settle()
    assert "br0" in {found["name"] for found in client.machine("worker-01")["interface_set"]}
    start(client, "commission", testing_scripts="none")
    client.simulator.settle()
    assert "br0" not in {found["name"] for found in client.machine("worker-01")["interface_set"]}


@pytest.mark.parametrize(("fields", "ran"), [
    ({}, ["smartctl-validate"] * 3), ({"testing_scripts": "none"}, None), ({"testing_scripts": "ntp,memory"}, [
        "memtester", "stress-ng-memory-long", "stress-ng-memory-short", "ntp"]),
])  # fmt: skip
def test_tests_are_chosen_by_name_and_tag(client: Client, fields: dict[str, str], ran: list[str] | None) -> None:
    before = client.machine("worker-01")["current_testing_result_id"]
    found = start(client, "commission", **fields)
    if ran is None:
        assert found["current_testing_result_id"] == before
        return
    results = client.get(f"nodes/{found['system_id']}/results/current-testing/").json["results"]
    assert [result["name"] for result in results] == ran


def test_unknown_test_is_refused(client: Client) -> None:
    system_id = client.simulator.machine("worker-01").system_id
    answer = client.post(f"machines/{system_id}/?op=test", {"testing_scripts": "nosuch"})
    assert answer.json == {"testing_scripts": ["Select a valid choice. nosuch is not one of the available choices."]}


def test_testing_comes_back_to_the_state_before(client: Client) -> None:
    start(client, "deploy", distro_series="jammy")
    client.simulator.settle()
    assert start(client, "test")["status_name"] == "Testing"
    client.simulator.settle()
    assert client.machine("worker-01")["status_name"] == "Deployed"
    system_id = client.machine("worker-01")["system_id"]
    answer = client.post(f"machines/{system_id}/?op=test", {"testing_scripts": "badblocks-destructive"})
    assert answer.json == {"testing_scripts": ["Destructive tests may only be run on undeployed machines."]}


def test_abort_shows_the_old_state_and_then_goes_back(client: Client) -> None:
    start(client, "commission")
    assert start(client, "abort")["status_name"] == "Commissioning"
    client.simulator.settle()
    assert client.machine("worker-01")["status_name"] == "New"
    system_id = client.machine("worker-01")["system_id"]
    answer = client.post(f"machines/{system_id}/?op=abort")
    assert (answer.code, answer.text) == (409, f"Cannot abort in current state: node {system_id} is in state New.")


def test_deployment_and_release(client: Client) -> None:
    deploying = start(client, "deploy", distro_series="custom/u-2204-0-k-1335-0")
    assert (deploying["status_name"], deploying["osystem"]) == ("Deploying", "custom")
    client.simulator.settle()
    deployed = client.machine("worker-01")
    assert (deployed["status_name"], deployed["power_state"], deployed["netboot"]) == ("Deployed", "on", False)
    assert start(client, "lock")["locked"]
    assert not start(client, "unlock")["locked"]
    annotated = start(client, "set_workload_annotations", cluster="one")
    assert annotated["workload_annotations"] == {"cluster": "one"}
    assert start(client, "release", erase="true")["status_name"] == "Disk erasing"
    client.simulator.settle()
    released = client.machine("worker-01")
    assert (released["status_name"], released["owner"], released["workload_annotations"]) == ("Ready", None, {})
    assert start(client, "release")["status_name"] == "Ready"


@pytest.mark.parametrize(
    ("stage", "op", "status"),
    [("deploying", "deploy", "Failed deployment"), ("releasing", "release", "Releasing failed"),
     ("erasing", "release", "Failed disk erasing")],
)  # fmt: skip
def test_deployment_and_release_fail_as_planted(client: Client, stage: str, op: str, status: str) -> None:
    if op == "release":
        start(client, "deploy")
        client.simulator.settle()
    client.simulator.machine("worker-01").failures.append(Failure(stage))
    start(client, op, **({"erase": "true"} if op == "release" else {}))
    client.simulator.settle()
    assert client.machine("worker-01")["status_name"] == status
    start(client, "release")
    client.simulator.settle()
    assert client.machine("worker-01")["status_name"] == "Ready"


def test_broken_machine_is_marked_by_its_owner_only(client: Client) -> None:
    system_id = client.machine("worker-01")["system_id"]
    path = f"machines/{system_id}/?op="
    assert client.post(f"{path}mark_broken").code == 403
    client.post("machines/?op=allocate", {"system_id": system_id})
    broken = client.post(f"{path}mark_broken", {"comment": "fan"}).json
    assert (broken["status_name"], broken["error_description"]) == ("Broken", "fan")
    fixed = client.post(f"{path}mark_fixed").json
    assert (fixed["status_name"], fixed["error_description"], fixed["owner"]) == ("Ready", "", None)


def test_power_is_switched_a_little_later(client: Client) -> None:
    client.post("machines/?op=allocate", {"name": "worker-01"})
    assert start(client, "power_on")["power_state"] == "off"
    client.simulator.settle()
    path = f"machines/{client.machine('worker-01')['system_id']}/?op="
    assert client.get(f"{path}query_power_state").json == {"state": "on"}
    client.simulator.machine("worker-01").power_type = "manual"
    answer = client.post(f"{path}power_off")
    assert (answer.code, answer.text) == (200, "null")


def test_machine_without_a_power_type_breaks_commissioning(client: Client) -> None:
    machine = client.simulator.machine("worker-01")
    machine.power_type = ""
    answer = client.post(f"machines/{machine.system_id}/?op=commission")
    assert answer.code == 500
    assert answer.text.startswith("Unconfigured power type")


def test_every_state_has_operations_that_it_refuses(client: Client) -> None:
    """The table of facts about which operation is legal from which state."""
    machine = client.simulator.machine("worker-01")
    legal = {
        "commission": ("new", "failed_commissioning", "ready", "broken"),
        "override_failed_testing": ("failed_testing",),
        "mark_fixed": ("broken",), "abort": ("commissioning", "testing", "deploying", "disk_erasing"),
        "release": ("ready", "releasing", "allocated", "reserved", "broken", "deploying", "deployed",
                    "failed_deployment", "failed_disk_erasing", "failed_releasing"),
        "exit_rescue_mode": ("rescue_mode", "failed_entering_rescue_mode", "failed_exiting_rescue_mode"),
        "lock": ("deployed", "deploying"), "deploy": ("ready", "allocated"),
    }  # fmt: skip
    for op, states in legal.items():
        for name, number in STATUS.items():
            client.simulator.settle()
            machine.status, machine.owner, machine.locked = number, "admin", False
            answer = client.post(f"machines/{machine.system_id}/?op={op}")
            assert (answer.code == 200) == (name in states), (op, name, answer.text)
            assert answer.code in (200, 400 if op == "commission" else 409)


def test_results_carry_the_hardware(client: Client) -> None:
    system_id = client.machine("worker-01")["system_id"]
    path = f"nodes/{system_id}/results/current-commissioning/"
    plain = client.get(path, {"filters": "maas-lshw"}).json
    assert [found["name"] for found in plain["results"]] == ["maas-lshw"]
    assert "stdout" not in plain["results"][0]
    (lshw,) = client.get(path, {"filters": "maas-lshw", "include_output": "1"}).json["results"]
    assert "vmx" in re.findall('<capability id="([^"]+)"', base64.b64decode(lshw["stdout"]).decode())
    (found,) = client.get(path, {"filters": "50-maas-01-commissioning", "include_output": "1"}).json["results"]
    cpu = json.loads(base64.b64decode(found["output"]))["resources"]["cpu"]
    assert sum(len(core["threads"]) for socket in cpu["sockets"] for core in socket["cores"]) == 64
    (lldp,) = client.get(path, {"filters": "maas-capture-lldpd", "include_output": "1"}).json["results"]
    assert b"leaf-b" in base64.b64decode(lldp["stdout"])
    storage = client.get(f"nodes/{system_id}/results/", {"type": "testing", "hardware_type": "storage"}).json
    assert {result["name"] for result in storage[0]["results"]} == {"smartctl-validate"}


def test_suppressed_failure_does_not_count(client: Client) -> None:
    machine = client.simulator.machine("worker-01")
    result = machine.scripts[2].results[0]
    result.status = 3
    assert client.machine("worker-01")["testing_status_name"] == "Failed"
    result.suppressed = True
    client.simulator.edit(lambda world: world.forget())
    assert client.machine("worker-01")["testing_status_name"] == "Passed"


def test_events_are_paged_backwards(client: Client) -> None:
    for _time in range(3):
        start(client, "commission", testing_scripts="none")
        client.simulator.settle()
    first = client.get("events/?op=query", {"limit": "2"}).json
    assert first["count"] == 2
    assert first["events"][0]["id"] > first["events"][1]["id"]
    older = client.get(first["prev_uri"].removeprefix("/MAAS/api/2.0/")).json
    assert older["events"][0]["id"] < first["events"][1]["id"]
    newer = client.get(older["next_uri"].removeprefix("/MAAS/api/2.0/")).json
    assert newer["events"] == first["events"]
    too_many = client.get("events/?op=query", {"limit": "1001"})
    assert too_many.text == "Requested number of events 1001 is greater than limit: 1000"
    assert client.get("events/?op=query", {"hostname": "worker-02"}).json["count"] == 0
