# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator beside every recorded answer of a genuine MAAS 3.7.3.

``recorded/answers.json`` holds, for each answer, the request, the status, the content type, the exact body of an error,
the shape of a document (which keys, which types; a key with ``?`` is not in all of them) and the values that a client
judges by. The requests are replayed in their order, since each changes what the next one meets.
"""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from tests.sim.maas import Fault, Simulator, Timings
from tests.unit.sim_maas import lab
from tests.unit.sim_maas.client import Answer, Client, authorization

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "answers.json").read_text(encoding="utf-8"))
ANSWERS: dict[str, t.Any] = {found["name"]: found for found in RECORDED["answers"]}
WIRE = [name for name in ANSWERS if not name.startswith("net: ")]

# Answers that the simulator does not claim to give, each with the reason.
NOT_CLAIMED = {
    "boot_sources": "no check and no role reads where images come from",
    "devices": "devices are no machines; nothing here manages them",
    "package_repositories": "nothing here reads package repositories",
}
USERS = {"error_403_put_other_user": "user1"}
# A body that is no form, as it was sent.
BODIES = {
    "error_400_bad_json": b"{not json",
    "write_machine_update_json": json.dumps({"description": "captured by JSON"}).encode(),
}
HEADERS = {
    "error_401_bad_consumer": {"consumer_key": "aaaaaaaaaaaaaaaaaa"},
    "error_401_bad_token": {"token": "bbbbbbbbbbbbbbbbbb"},
    "error_401_bad_secret": {"signature": "&wrong"},
}
NOBODY = {"version_noauth", "error_401_no_auth_zones", "error_400_no_auth_machines", "error_401_no_auth_machine"}


def send(client: Client, name: str) -> Answer:
    method, path = ANSWERS[name]["request"].split(" ")
    fields = [tuple(pair) for pair in ANSWERS[name]["params"]]
    if name in BODIES:
        return client.send(method, path, BODIES[name], Content_Type="application/json")
    if name in HEADERS:
        header = authorization(client.simulator.key(), **HEADERS[name])
        return client.send(method, path, Authorization=header)
    user = None if name in NOBODY else USERS.get(name, "admin")
    return client.get(path, fields, user=user) if method == "GET" else client.form(method, path, fields, user=user)


@pytest.fixture(scope="module")
def replayed() -> t.Iterator[dict[str, Answer]]:
    """Replay everything once; before each step of a machine's life, what is under way comes to its end."""
    with Simulator() as maas:
        maas.edit(lab.furnish)
        client, answers = Client(maas), {}
        for name in WIRE:
            if name.startswith("life_"):
                maas.settle()
            if name not in NOT_CLAIMED:
                answers[name] = send(client, name)
                answers[name] = answers[name]._replace(body=_hide(answers[name].body, maas))
        yield answers


def _hide(body: bytes, maas: Simulator) -> bytes:
    secret = maas.key().split(":")[2].encode()
    return body.replace(secret, b"{secret}")


def mismatches(shape: t.Any, value: t.Any, where: str = "") -> list[str]:
    """What of a value is not as its shape says."""
    if isinstance(shape, dict) and "either" in shape:
        found = [mismatches(one, value, where) for one in shape["either"]]
        return [] if [] in found else min(found, key=len)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where}: {type(value).__name__} instead of an object"]
        known = {key.rstrip("?") for key in shape}
        lacking = {key for key in shape if not key.endswith("?")} - set(value)
        wrong = [f"{where}.{key}: missing" for key in lacking] + [f"{where}.{k}: unknown" for k in set(value) - known]
        inner = {key.rstrip("?"): one for key, one in shape.items()}
        return wrong + [m for k in set(value) & known for m in mismatches(inner[k], value[k], f"{where}.{k}")]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where}: {type(value).__name__} instead of a list"]
        # An empty recorded list tells nothing about its items.
        return [m for item in value for m in mismatches(shape[0], item, f"{where}[]")] if shape else []
    return _mismatched_name(shape, value, where)


def _mismatched_name(shape: str, value: t.Any, where: str) -> list[str]:
    names = shape.split("|")
    kind = {bool: "bool", int: "int", float: "float", str: "str", dict: "object", type(None): "null"}.get(type(value))
    if kind in names:
        return []
    named = [name for name in names if name.startswith("@")]
    if named and isinstance(value, dict):
        return mismatches(RECORDED["shapes"][named[0][1:]], value, f"{where}<{named[0][1:]}>")
    return [f"{where}: {kind or type(value).__name__} instead of {shape}"]


def judged(value: t.Any, wanted: dict[str, t.Any]) -> dict[str, t.Any]:
    """The values of a document that were recorded, in the same form."""
    if isinstance(value, list):
        return {"hostnames": sorted(machine["hostname"] for machine in value)}
    found = {key: value[key] for key in wanted if key in value and key not in ("pool", "zone", "links")}
    if "pool" in wanted:
        found |= {"pool": value["pool"]["name"], "zone": value["zone"]["name"]}
        gateway = value["default_gateways"]["ipv4"]
        found["default_gateways"] = {"ipv4": gateway["gateway_ip"], "chosen": gateway["link_id"] is not None}
    if "interfaces" in wanted:
        plan = wanted["interfaces"][0] if wanted["interfaces"] else {}
        found["interfaces"] = [judged(one, plan) for one in value["interface_set"]]
    if "links" in wanted:
        subnets = ((link, (link.get("subnet") or {}).get("name")) for link in value["links"])
        found["links"] = [[link["mode"], link.get("ip_address"), subnet] for link, subnet in subnets]
        found["vid"] = value["vlan"] and value["vlan"]["vid"]
        found["params"] = value["params"] or {}
    return found


def compare(name: str, answer: Answer) -> None:
    recorded = ANSWERS[name]
    assert answer.code == recorded["status"], answer.text
    for header, value in recorded.get("headers", {}).items():
        assert answer.headers[header] == value
    if "content_type" in recorded:
        assert answer.headers.get("Content-Type", "") == recorded["content_type"]
    if "error" in recorded:
        found = answer.json if isinstance(recorded["error"], (dict, list)) else answer.text
        assert found == recorded["error"]
    if "shape" in recorded:
        assert mismatches(recorded["shape"], answer.json) == []
    if "values" in recorded:
        assert judged(answer.json, recorded["values"]) == recorded["values"]


@pytest.mark.parametrize("name", [name for name in WIRE if name not in NOT_CLAIMED])
def test_answer_is_as_recorded(replayed: dict[str, Answer], name: str) -> None:
    compare(name, replayed[name])


def test_every_recorded_answer_is_claimed_or_has_a_reason() -> None:
    assert set(NOT_CLAIMED) <= set(WIRE)
    assert set(NETWORK) == {name.removeprefix("net: ") for name in ANSWERS if name.startswith("net: ")}


@pytest.mark.parametrize(
    ("shape", "value", "wrong"),
    [
        ("int|null", "1", [": str instead of int|null"]),
        ({"a": "int", "b?": "str"}, {"a": 1, "c": 2}, [".c: unknown"]),
        ({"a": "int"}, {}, [".a: missing"]),
        (["@zone"], [{"name": "x"}], ["[]<zone>.description: missing"]),
        ({"either": [["int"], "null"]}, None, []),
    ],
)
def test_comparison_of_shapes_finds_differences(shape: t.Any, value: t.Any, wrong: list[str]) -> None:
    assert mismatches(shape, value)[: len(wrong) or 1] == wrong or set(wrong) <= set(mismatches(shape, value))


# Of these only the answers were recorded; what was sent is told by their names and answers. "{eth0}" stands for the id
# of an interface, "{machine}" for that of the machine.
_ON = "nodes/{machine}/interfaces/"
NETWORK: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "create": ("POST", "machines/", [
        ("hostname", "probe-mf1"), ("architecture", "amd64/generic"), ("power_type", "manual"), ("commission", "false"),
        *(("mac_addresses", f"52:54:00:f1:00:0{n}") for n in (1, 2, 3, 4))]),
    **{f"put vlan {47 + n}": ("PUT", _ON + f"{{eth{n}}}/", [("vlan", "5002")]) for n in range(4)},
    "bond no parents": ("POST", _ON + "?op=create_bond", [("name", "bond0")]),
    "bond bad mode": ("POST", _ON + "?op=create_bond", [
        ("name", "bond0"), ("parents", "{eth0}"), ("bond_mode", "lacp")]),
    "bond": ("POST", _ON + "?op=create_bond", [
        ("name", "bond_data"), ("parents", "{eth0}"), ("parents", "{eth1}"), ("bond_mode", "802.3ad"), ("mtu", "9000"),
        ("bond_xmit_hash_policy", "layer3+4")]),
    "bond2": ("POST", _ON + "?op=create_bond", [("name", "bond_mgmt"), ("parents", "{eth2}"), ("parents", "{eth3}")]),
    "bond reuse parent": ("POST", _ON + "?op=create_bond", [("name", "bond3"), ("parents", "{eth0}")]),
    "vlan named": ("POST", _ON + "?op=create_vlan", [("vlan", "5004"), ("parent", "{bond_mgmt}"), ("name", "mgmt10")]),
    "vlan on bond2": ("POST", _ON + "?op=create_vlan", [("vlan", "5003"), ("parent", "{bond_mgmt}")]),
    "vlan untagged": ("POST", _ON + "?op=create_vlan", [("vlan", "5002"), ("parent", "{bond_mgmt}")]),
    "bridge": ("POST", _ON + "?op=create_bridge", [("name", "br0"), ("parents", "{bond_data}"), ("bridge_fd", "0")]),
    "bridge2 same parent": ("POST", _ON + "?op=create_bridge", [("name", "br1"), ("parents", "{bond_data}")]),
    "vlan on bridge": ("POST", _ON + "?op=create_vlan", [("vlan", "5004"), ("parent", "{br0}")]),
    "vlan on bond below bridge": ("POST", _ON + "?op=create_vlan", [("vlan", "5004"), ("parent", "{bond_data}")]),
    "link auto": ("POST", _ON + "{br0}/?op=link_subnet", [("mode", "AUTO"), ("subnet", "1")]),
    "link again": ("POST", _ON + "{br0}/?op=link_subnet", [("mode", "AUTO"), ("subnet", "1")]),
    "link wrong subnet": ("POST", _ON + "{br0}/?op=link_subnet", [("mode", "AUTO"), ("subnet", "3")]),
    "link static": ("POST", _ON + "{bond_mgmt.10}/?op=link_subnet", [
        ("mode", "STATIC"), ("subnet", "2"), ("ip_address", "10.20.10.77")]),
    "link static dup": ("POST", _ON + "{bond_mgmt.10}/?op=link_subnet", [
        ("mode", "STATIC"), ("subnet", "2"), ("ip_address", "10.20.10.77")]),
    "link member": ("POST", _ON + "{eth0}/?op=link_subnet", [("mode", "AUTO"), ("subnet", "1")]),
    "bridge on bond2, other vlan": ("POST", _ON + "?op=create_bridge", [
        ("name", "brx"), ("parents", "{bond_mgmt}"), ("vlan", "5004")]),
    "read bond2": ("GET", _ON + "{bond_mgmt}/", []),
    "by name": ("GET", _ON + "br0/", []),
    "mtu bridge > bond": ("PUT", _ON + "{br0}/", [("mtu", "9100")]),
    "mtu bond smaller": ("PUT", _ON + "{bond_data}/", [("mtu", "1500")]),
    "def gw": ("POST", _ON + "{br0}/?op=set_default_gateway", []),
    "swap0": ("PUT", "machines/{machine}/", [("swap_size", "0")]),
    "machine": ("GET", "machines/{machine}/", []),
    "layout on New": ("POST", "machines/{machine}/?op=set_storage_layout", [("storage_layout", "flat")]),
    "pool": ("PUT", "machines/{machine}/", [("pool", "gpu"), ("zone", "rack-a")]),
    "deploy New": ("POST", "machines/{machine}/?op=deploy", []),
    "allocate dry New": ("POST", "machines/?op=allocate", [("system_id", "{machine}"), ("dry_run", "true")]),
    "del bond under bridge": ("DELETE", _ON + "{bond_data}/", []),
}  # fmt: skip


@pytest.fixture(scope="module")
def network() -> t.Iterator[dict[str, Answer]]:
    with Simulator() as maas:
        maas.edit(lab.furnish)
        client, answers = Client(maas), {}
        names: dict[str, str] = {}
        for name, (method, path, fields) in NETWORK.items():
            filled = [(key, _filled(value, names)) for key, value in fields]
            where = _filled(path, names)
            answers[name] = client.get(where) if method == "GET" else client.form(method, where, filled)
            if name == "create":
                names["{machine}"] = answers[name].json["system_id"]
            names |= {f"{{{found.name}}}": str(found.id) for found in maas.machine("probe-mf1").interfaces}
        yield answers


def _filled(text: str, names: dict[str, str]) -> str:
    for placeholder, value in names.items():
        text = text.replace(placeholder, value)
    return text


@pytest.mark.parametrize("name", NETWORK)
def test_network_answer_is_as_recorded(network: dict[str, Answer], name: str) -> None:
    recorded = ANSWERS[f"net: {name}"]
    if isinstance(recorded.get("error"), str):
        recorded["error"] = recorded["error"].replace("gwpggm", network["create"].json["system_id"])
    compare(f"net: {name}", network[name])


STEPS = {
    "life_commission_states": "life_commission", "life_commission_ready_states": "life_commission_ready",
    "life_deploy_states": "life_deploy", "life_release_states": "life_release", "life_test_states": "life_test",
    "life_abort_states": "life_abort", "life_rescue_states": "life_rescue_mode",
    "life_exit_rescue_states": "life_exit_rescue_mode",
}  # fmt: skip


def test_states_come_as_recorded() -> None:
    """After each operation: what was seen at once, and what it came to."""
    assert set(STEPS) == set(RECORDED["states"])
    differences = {}
    with Simulator(timings=Timings.by_polls(1000)) as maas:
        maas.edit(lab.furnish)
        client = Client(maas)
        for name in [name for name in WIRE if name.startswith(("write_", "life_"))]:
            maas.settle()
            answer = send(client, name)
            states = next((k for k, step in STEPS.items() if step == name), None)
            if states is None:
                continue
            path, (*first, last) = f"machines/{answer.json['system_id']}/", RECORDED["states"][states]
            found = [_state(client.get(path).json) for _once in first]
            maas.settle()
            found.append(_state(client.get(path).json))
            # Power follows a little later; how much depends on the machine.
            seen = [state[:2] + state[3:] for state in found]
            if seen != [state[:2] + state[3:] for state in [*first, last]] or found[-1] != last:
                differences[states] = (found, [*first, last])
    assert differences == {}


def _state(machine: dict[str, t.Any]) -> list[t.Any]:
    names = ("status", "status_name", "power_state", "owner", "commissioning_status_name", "testing_status_name")
    return [machine[name] for name in names]


@pytest.mark.parametrize(
    ("op", "method"), [("commission", "POST"), ("power_off", "POST"), ("query_power_state", "GET")]
)
def test_region_without_a_rack_answers_as_recorded(op: str, method: str) -> None:
    with Simulator() as maas:
        maas.edit(lab.furnish)
        maas.add_fault(Fault("no-rack"))
        answer = Client(maas).form(method, f"machines/r87gsa/?op={op}")
    assert (answer.code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.text == "Unable to connect to any rack controller s3bdp7; no connections available."
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_machine_without_an_address_cannot_be_deployed_as_recorded() -> None:
    with Simulator() as maas:
        maas.edit(lab.furnish)
        client = Client(maas)
        nic = client.get("machines/qeqkrr/").json["boot_interface"]
        client.post(f"nodes/qeqkrr/interfaces/{nic['id']}/?op=unlink_subnet", {"id": nic["links"][0]["id"]})
        answer = client.post("machines/qeqkrr/?op=deploy", {"distro_series": "noble"})
    assert answer.code == 400
    assert answer.json == {"network": ["Node has no address family in common with the server"]}
