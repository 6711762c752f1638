# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings, images, names, controllers; what each release shows; fleets of a thousand; faults; the command."""

from __future__ import annotations

import copy
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t
import urllib.request

import pytest

from tests.sim.maas import FAULTS, RELEASES, Simulator
from tests.sim.maas.planting import ALSO, NOT_PLANTED, PAIRS, SURROUNDINGS
from tests.sim.maas.world import World
from tests.unit.sim_maas.client import Client


def test_settings(client: Client) -> None:
    for name, value in (("kernel_opts", "intel_iommu=on iommu=pt"), ("enable_disk_erasing_on_release", False)):
        answer = client.get("maas/?op=get_config", {"name": name})
        assert (answer.json, answer.headers["Content-Type"]) == (value, "application/json")
    unknown = client.get("maas/?op=get_config", {"name": "nosuch"})
    assert unknown.code == 400
    assert unknown.json["nosuch"][0].startswith("nosuch is not a valid config setting (valid settings are: ")
    client.post("maas/?op=set_config", {"name": "enable_disk_erasing_on_release", "value": "true"})
    assert client.get("maas/?op=get_config", {"name": "enable_disk_erasing_on_release"}).json is True


def test_images(client: Client) -> None:
    uploaded = client.get("boot-resources/", {"type": "uploaded"}).json
    assert [(found["name"], found["title"]) for found in uploaded] == [("u-2204-0-k-1335-0",) * 2]
    (version,) = client.get("boot-resources/1/").json["sets"].values()
    assert (version["complete"], list(version["files"])) == (True, ["squashfs"])
    client.simulator.edit(lambda world: world.images[1].sets.update({"20991231": False}))
    sets = client.get("boot-resources/1/").json["sets"]
    assert (sets["20991231"]["complete"], sets["20991231"]["progress"]) == (False, 40.0)
    assert client.get("boot-resources/?op=is_importing").json is False
    client.post("boot-resources/?op=import")
    assert client.get("boot-resources/?op=is_importing").json is True


def test_uploaded_image_after_3_7_has_a_prefix() -> None:
    with Simulator("3.8.0") as maas:
        assert Client(maas).get("boot-resources/", {"type": "uploaded"}).json[0]["name"].startswith("custom/")


def test_controllers(client: Client) -> None:
    racks = client.get("rackcontrollers/").json
    services = {found["name"]: found["status"] for found in racks[0]["service_set"]}
    assert (services["rackd"], services["dhcpd6"], len(racks)) == ("running", "off", 2)
    (region,) = client.get("regioncontrollers/").json
    assert "service_set" not in region


def test_names(client: Client) -> None:
    client.post("domains/", {"name": "cluster.example"})
    made = client.post("dnsresources/", {"fqdn": "api.cluster.example", "ip_addresses": "10.0.0.1 10.0.0.2"}).json
    assert [address["ip"] for address in made["ip_addresses"]] == ["10.0.0.1", "10.0.0.2"]
    assert client.get("dnsresources/", {"fqdn": "api.cluster.example"}).json[0]["id"] == made["id"]
    assert client.get("dnsresources/", {"fqdn": "other.cluster.example"}).json == []
    assert {d["name"]: d["resource_record_count"] for d in client.get("domains/").json} == {
        "maas": 0, "cluster.example": 1,
    }  # fmt: skip


GONE = {
    "3.3": {"enable_hw_sync", "ephemeral_deploy", "error_description", "enable_kernel_crash_dump", "is_dpu"},
    "3.4": {"ephemeral_deploy", "error_description", "enable_kernel_crash_dump", "is_dpu"},
    "3.5": {"enable_kernel_crash_dump", "is_dpu"},
    "3.6": {"is_dpu"},
    "3.7": set(),
}


@pytest.mark.parametrize("version", RELEASES)
def test_each_release_shows_its_fields(version: str) -> None:
    with Simulator(version, machines=1) as maas, Simulator("3.7", machines=1) as newest:
        found, whole = (Client(region).machine("worker-01") for region in (maas, newest))
        assert Client(maas).get("version/").json["version"] == RELEASES[version]
        reserved = Client(maas).get("reservedips/").code
    assert set(whole) - set(found) == GONE[version]
    assert len(whole) == 81
    assert reserved == (200 if version >= "3.6" else 404)


def test_after_3_7_virtual_machine_hosts_are_gone() -> None:
    with Simulator("3.8.0", machines=1) as maas:
        client = Client(maas)
        assert not {"pod", "virtualmachine_id"} & set(client.machine("worker-01"))
        assert client.get("machines/", {"pod": "x"}).json == {"pod": ["No such constraint."]}


def test_fleet_is_the_same_for_the_same_seed() -> None:
    shown = []
    for seed in (1, 1, 2):
        with Simulator(machines=3, seed=seed) as maas:
            shown.append(Client(maas).get("machines/").json)
    assert shown[0] == shown[1]
    assert {m["hardware_uuid"] for m in shown[0]} & {m["hardware_uuid"] for m in shown[2]} == set()


def test_healthy_fleet_is_unique_where_it_must_be() -> None:
    with Simulator(machines=30) as maas:
        machines = Client(maas).get("machines/").json
        addresses = Client(maas).get("machines/?op=power_parameters").json
    assert len(machines) == 30
    readers: tuple[t.Callable[[t.Any], t.Any], ...] = (
        lambda m: m["system_id"], lambda m: m["hostname"], lambda m: m["hardware_uuid"],
        lambda m: addresses[m["system_id"]]["power_address"],
        lambda m: m["boot_interface"]["mac_address"], lambda m: m["ip_addresses"][0],
    )  # fmt: skip
    for read in readers:
        assert len({read(machine) for machine in machines}) == 30
    assert {m["zone"]["name"] for m in machines} == {"rack-a", "rack-b"}
    layouts = {tuple((i["name"], i["type"], *i["parents"]) for i in m["interface_set"]) for m in machines}
    assert len(layouts) == 1


def test_thousand_machines_answer_in_good_time() -> None:
    """Bounds are wide for a busy machine; the numbers on an idle one are a tenth of them."""
    start = time.monotonic()
    with Simulator(machines=1000) as maas:
        client = Client(maas)
        assert time.monotonic() - start < 20
        start = time.monotonic()
        assert len(client.get("machines/").json) == 1000
        first = time.monotonic() - start
        start = time.monotonic()
        assert len(client.get("machines/", {"status": "ready", "tags": "worker"}).json) == 997
        again = time.monotonic() - start
        start = time.monotonic()
        assert client.get("subnets/1/?op=statistics").json["num_available"] > 1000
        statistics = time.monotonic() - start
    assert first < 20
    assert again < 10
    assert statistics < 5


def snapshot(client: Client) -> dict[str, t.Any]:
    """Everything a check can read, by what it belongs to."""
    paths = ("subnets", "ipranges", "domains", "dnsresources", "fabrics", "static-routes", "tags")
    shown: dict[str, t.Any] = {}
    power = client.get("machines/?op=power_parameters").json
    filters = {"include_output": "1", "filters": "maas-lshw,maas-capture-lldpd"}
    for machine in client.get("machines/").json:
        key = machine["system_id"]
        found = client.get(f"nodes/{key}/results/current-commissioning/", filters).json
        tests = client.get(f"nodes/{key}/results/current-testing/").json
        live = client.get(f"machines/{key}/?op=query_power_state")
        shown[key] = [machine, found, tests, power[key], (live.code, live.text)]
    world = {path: client.get(f"{path}/").json for path in paths}
    names = ("kernel_opts", "enable_disk_erasing_on_release")
    world |= {name: client.get("maas/?op=get_config", {"name": name}).json for name in names}
    return {**shown, "world": world, "events": client.get("events/?op=query").json["events"]}


class Healthy(t.NamedTuple):
    client: Client
    seen: dict[str, t.Any]
    kept: dict[str, t.Any]


@pytest.fixture(scope="module")
def healthy() -> t.Iterator[Healthy]:
    """Yield a region, what a client sees of it, and what it takes to bring that state back."""
    with Simulator(machines=6) as maas:
        client = Client(maas)
        yield Healthy(client, snapshot(client), maas.edit(lambda world: copy.deepcopy(vars(world))))


@pytest.mark.parametrize("check", FAULTS)
def test_planted_fault_is_seen_where_it_was_planted(healthy: Healthy, check: str) -> None:
    maas = healthy.client.simulator
    maas.edit(lambda world: vars(world).update(copy.deepcopy(healthy.kept)))
    named = maas.plant(check)
    after = snapshot(healthy.client)
    changed = {key for key in after if healthy.seen[key] != after[key]}
    if check in SURROUNDINGS:
        assert named == []
        assert changed
    else:
        # Events and what a tagged VLAN needs stand beside the machine.
        (faulty,) = (maas.machine(name).system_id for name in named)
        assert changed - {"world", "events"} <= {faulty}
        assert changed & {faulty, "events"}


def test_catalogue_of_faults_is_consistent() -> None:
    assert not FAULTS.keys() & NOT_PLANTED.keys()
    assert set(ALSO) | set(PAIRS) | SURROUNDINGS <= FAULTS.keys()


def test_faults_spread_over_the_workers() -> None:
    with Simulator(machines=8) as maas:
        named = [maas.plant(check)[0] for check in ("m.locked", "m.error", "c.virt")]
        assert named == ["worker-05", "worker-04", "worker-03"]
        assert maas.plant("m.power", "worker-05") == ["worker-05"]
        with pytest.raises(LookupError, match="no machine"):
            maas.plant("m.power", "nosuch")


def test_reset_brings_the_first_region_back(client: Client) -> None:
    maas = client.simulator
    maas.plant("m.locked")
    client.post("zones/", {"name": "x"})
    maas.reset()
    assert maas.requests == []
    assert not any(machine["locked"] for machine in client.get("machines/").json)
    assert maas.edit(lambda world: isinstance(world, World) and "x" not in world.zones)


def test_playbooks_have_a_control_interface_of_their_own(client: Client) -> None:
    base = client.simulator.url.removesuffix("/MAAS")

    def control(method: str, path: str, body: t.Any = None) -> t.Any:
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(f"{base}/_sim/{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    assert control("POST", "plant", {"check": "m.locked"}) == ["worker-05"]
    control("POST", "faults", {"kind": "status", "code": 503, "path": "zones/"})
    assert client.get("zones/").code == 503
    client.post("zones/", {"name": "x"})
    assert [entry["method"] for entry in control("GET", "writes")] == ["POST"]
    assert len(control("GET", "requests")) == 2
    control("POST", "settings", {"refuse_writes": True, "clear_log": True})
    client.post("zones/", {"name": "y"})
    assert len(control("GET", "refused")) == 1
    control("POST", "reset")
    assert client.post("zones/", {"name": "y"}).code == 200


def test_command_serves_until_it_is_told_to_stop(tmp_path: pathlib.Path) -> None:
    arguments = ["maas", "--state-dir", str(tmp_path), "--machines", "7", "--fault", "m.locked:worker-02"]
    command = [sys.executable, "-m", "tests.sim", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _line in range(3)]
        try:
            names = [line.partition("=")[0] for line in lines]
            assert names == ["export MAAS_URL", "export MAAS_API_KEY", "export MAAS_USER_API_KEY"]
            url, key = (line.partition("=")[2] for line in lines[:2])
            served = Served(url, key)
            locked = [m["hostname"] for m in Client(t.cast("Simulator", served)).get("machines/").json if m["locked"]]
            assert locked == ["worker-02"]
            assert (tmp_path / "env").read_text(encoding="utf-8").splitlines() == lines
            assert int((tmp_path / "pid").read_text(encoding="utf-8")) == process.pid
        finally:
            os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0


class Served(t.NamedTuple):
    """What a client needs to know of a region in another process."""

    url: str
    admin: str

    def key(self, _user: str = "admin") -> str:
        return self.admin
