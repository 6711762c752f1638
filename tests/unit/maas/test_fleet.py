# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet is read with a number of requests that does not grow with it; what cannot be read is a gap."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils import _errors
from ansible_collections.vmo.core.plugins.module_utils._maas.region import MaasRegion
from ansible_collections.vmo.core.plugins.module_utils._model.fleet import ANSWERS, CONFIG, Fleet
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_fleet import (
    AT_ONCE,
    CHEAP,
    LISTS,
    OF_MACHINES,
    Reading,
    read_fleet,
)
from ansible_collections.vmo.core.plugins.module_utils._wait import Silent
from tests.unit.maas.documents import BMC_PASSWORD, LSHW, a_machine, an_interface, fill
from tests.unit.maas.scripted import HTML, PLAIN, Answer, MaasServer

FORBIDDEN = Answer(403, b"", PLAIN)


def a_fleet(count: int) -> list[dict[str, t.Any]]:
    return [a_machine(f"m{number:04}", f"worker-{number:04}") for number in range(count)]


def read(maas: MaasRegion, **options: t.Any) -> Fleet:
    return read_fleet(maas, dataclasses.replace(Reading(), **options), Silent())


def test_every_answer_has_the_name_that_the_checks_know(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(2))
    fleet = read(maas, names=CHEAP | {*OF_MACHINES, "power-addresses"})
    assert fleet.gaps == {}
    assert fleet.answers.keys() <= ANSWERS.keys()
    # What MAAS does not tell, or what only others can ask for.
    assert ANSWERS.keys() - fleet.answers.keys() == {"vlans", "allocations", "resolved"}
    assert fleet.version == (3, 7, 3)
    assert fleet.username == "ansible"
    assert fleet.answers["url"] == f"{server.url}/api/2.0/"
    assert fleet.answers["clock-skew"] == pytest.approx(0.0, abs=5.0)


def test_many_machines_cost_as_many_requests_as_few(server: MaasServer, maas: MaasRegion) -> None:
    counts = []
    for size in (1, 10, 100):
        fill(server, a_fleet(size))
        before = len(server.asked)
        assert len(read(maas).machines) == size
        counts.append(len(server.asked) - before)
    # the lists, version, user, import; settings, events; two questions about one subnet
    assert counts == [len(LISTS) + 3 + len(CONFIG) + 1 + 2] * 3


def test_nothing_but_reads_is_sent(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(3))
    read(maas, names=CHEAP | {*OF_MACHINES, "power-addresses"})
    assert {route.partition(" ")[0] for route in server.routes} == {"GET"}


def test_filters_choose_the_machines_in_maas(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(1))
    read(maas, filters={"pool": ["kubernetes"], "status": ["ready", "new"]})
    queries = {asked.route: asked.query for asked in server.asked}
    assert queries["GET machines/"] == [("pool", "kubernetes"), ("status", "ready"), ("status", "new")]
    assert queries["GET zones/"] == []


def test_only_what_is_asked_for_is_read(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(1))
    fleet = read(maas, names=frozenset({"machines", "zones"}))
    assert sorted(server.routes) == ["GET machines/", "GET zones/"]
    assert "subnets" not in {*fleet.answers, *fleet.gaps}
    assert fleet.subnets is None


def test_no_more_than_a_few_requests_at_once(server: MaasServer, maas: MaasRegion) -> None:
    machines = a_fleet(30)
    fill(server, machines)
    for machine in machines:
        server.answers(f"GET nodes/{machine['system_id']}/devices/", Answer(body=[], delay=0.02))
    read(maas, names=frozenset({"machines", "devices"}))
    assert server.most_at_once == AT_ONCE
    assert len({asked.connection for asked in server.asked}) <= AT_ONCE


def test_settings_are_asked_for_one_after_the_other(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(1))
    server.answers("GET maas/?op=get_config", Answer(body="noble", delay=0.02))
    fleet = read(maas, names=frozenset({"machines", "config"}))
    assert [dict(asked.query)["name"] for asked in server.asked if "config" in asked.route] == list(CONFIG)
    assert server.most_at_once <= 2
    assert fleet.config("ntp_servers") == "noble"


def test_a_setting_that_this_version_lacks_is_left_out(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(1))
    unknown = Answer(400, {"ntp_servers": ["ntp_servers is not a valid config setting."]})
    server.answers("GET maas/?op=get_config", unknown, Answer(body="x"))
    fleet = read(maas)
    assert fleet.answers["config"].keys() == set(CONFIG[1:])
    assert "config" not in fleet.gaps


# What costs a request for each machine.


def test_results_of_commissioning_are_read_only_when_asked_for(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(3))
    assert not read(maas).processors
    assert not [route for route in server.routes if "results" in route]


def test_outputs_are_read_with_one_request_a_machine(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(3))
    fleet = read(maas, names=frozenset({"machines", "lshw", "resources"}))
    results = [asked for asked in server.asked if "results" in asked.route]
    assert len(results) == 3
    assert results[0].query == [("filters", "maas-lshw,50-maas-01-commissioning"), ("include_output", "1")]
    assert fleet.answers["lshw"]["m0001"] == LSHW
    assert fleet.processors["m0001"].capabilities == {"vmx"}
    assert fleet.processors["m0001"].cores == 2


def test_only_machines_that_were_commissioned_are_asked_about(server: MaasServer, maas: MaasRegion) -> None:
    fresh = a_machine("fresh1", "fresh", commissioning_status=-1)
    never = a_machine("never1", "never", current_commissioning_result_id=None)
    fill(server, [*a_fleet(1), fresh, never])
    fleet = read(maas, names=frozenset({"machines", "lshw"}))
    assert fleet.answers["lshw"].keys() == {"m0000"}
    assert len([route for route in server.routes if "results" in route]) == 1


def test_the_caller_chooses_of_which_machines(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(5))
    chosen = {"m0001", "m0003"}
    names = frozenset({"machines", "devices", "results"})
    fleet = read(maas, names=names, of_machine=lambda machine: machine["system_id"] in chosen)
    assert fleet.answers["devices"].keys() == fleet.answers["results"].keys() == chosen


def test_one_machine_without_results_is_a_gap_of_that_machine(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(2))
    server.answers("GET nodes/m0001/results/current-commissioning/", FORBIDDEN)
    fleet = read(maas, names=frozenset({"machines", "lshw", "resources"}))
    assert fleet.answers["lshw"].keys() == {"m0000"}
    assert fleet.gaps.keys() == {"lshw:m0001", "resources:m0001"}
    assert "may not" in fleet.why_unknown("lshw", "m0001")


@pytest.mark.parametrize("stdout", ["", None, "%%%", 7])
def test_a_script_without_output_is_no_answer(server: MaasServer, maas: MaasRegion, stdout: t.Any) -> None:
    fill(server, a_fleet(1))
    results = [{"name": "maas-lshw", "stdout": stdout}, {"name": "50-maas-01-commissioning", "stdout": stdout}, "odd"]
    server.answers("GET nodes/m0000/results/current-commissioning/", {"results": results})
    fleet = read(maas, names=frozenset({"machines", "lshw", "resources"}))
    assert (fleet.answers["lshw"], fleet.answers["resources"]) == ({}, {})


def test_a_bmc_that_does_not_answer_is_an_answer(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(2))
    server.answers("GET machines/m0001/?op=query_power_state", Answer(503, "Could not contact node's BMC: x", PLAIN))
    states = read(maas, names=frozenset({"machines", "power-states"})).answers["power-states"]
    assert states["m0000"] == {"state": "off"}
    assert "Could not contact node's BMC: x" in states["m0001"]["error"]


def test_of_power_parameters_only_the_address_is_kept(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(2))
    fleet = read(maas, names=CHEAP | {"power-addresses"})
    assert fleet.answers["power-addresses"] == {"m0000": "192.0.2.200", "m0001": "192.0.2.200"}
    assert BMC_PASSWORD not in str(fleet)


# Networks and images.


def test_subnets_of_the_machines_and_those_that_are_named_are_counted(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(5))
    names = frozenset({"machines", "subnets", "statistics"})
    assert read(maas, names=names).answers["statistics"] == {1: {"num_available": 1}}
    fleet = read(maas, names=names, networks=("net-3", "198.51.100.0/24"))
    assert fleet.answers["statistics"].keys() == {1, 2, 3}
    assert fleet.about("statistics", 3) == {"num_available": 3}


def test_a_subnet_on_a_vlan_of_a_machine_counts_without_a_link(server: MaasServer, maas: MaasRegion) -> None:
    other = an_interface("eno2", vlan={"id": 5002, "vid": 20})
    fill(server, [a_machine(interface_set=[other])])
    fleet = read(maas, names=frozenset({"machines", "subnets", "addresses"}))
    assert fleet.answers["addresses"].keys() == {2}


def test_files_of_images_are_looked_at_for_those_that_are_named(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(1))
    fleet = read(maas, images=("u-2204-0-k-1335-0",))
    with_files = {image.name: image.sets for image in fleet.images or () if image.sets}
    # the one that is named, and the release that machines are commissioned with
    assert with_files.keys() == {"custom/u-2204-0-k-1335-0", "ubuntu/noble"}
    assert "GET boot-resources/3/" not in server.routes


def test_no_image_is_looked_at_when_none_is_named(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(1))
    read(maas)
    images = [route for route in server.routes if "boot-resources" in route]
    assert sorted(images) == ["GET boot-resources/", "GET boot-resources/?op=is_importing"]


# Gaps.


def test_an_ordinary_user_is_told_what_cannot_be_known(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(1), is_admin=False)
    fleet = read(maas, names=CHEAP | {"power-addresses"})
    assert fleet.is_admin is False
    assert fleet.racks is None
    assert fleet.regions is None
    assert fleet.gaps.keys() == {"rackcontrollers", "regioncontrollers", "power-addresses"}
    assert "not an administrator's" in fleet.why_unknown("rackcontrollers")
    assert "administrator's key" in fleet.why_unknown("power-addresses")


def test_an_administrator_without_racks_has_none(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(1))
    server.answers("GET rackcontrollers/", [])
    assert read(maas).racks == ()


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (FORBIDDEN, "may not"),
        (Answer(404, "Unknown API endpoint: /MAAS/api/2.0/spaces/.", PLAIN), "does not serve"),
        (Answer(500, "<html>", HTML), "500"),
    ],
)
def test_what_cannot_be_read_is_a_gap_and_the_rest_is_there(
    server: MaasServer, maas: MaasRegion, answer: Answer, word: str
) -> None:
    fill(server, a_fleet(1))
    server.answers("GET subnets/", answer)
    fleet = read(maas)
    assert fleet.subnets is None
    assert word in fleet.why_unknown("subnets")
    assert fleet.gaps.keys() == {"subnets"}
    assert fleet.pools == ("kubernetes",)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(FORBIDDEN, _errors.Forbidden), (Answer(400, {"pool": ["No such pool(s): x."]}), _errors.Invalid)],
)
def test_without_machines_there_is_no_fleet(
    server: MaasServer, maas: MaasRegion, answer: Answer, kind: type[_errors.VmoError]
) -> None:
    fill(server, [])
    server.answers("GET machines/", answer)
    with pytest.raises(kind):
        read(maas)


def test_a_wrong_key_ends_it_at_once(server: MaasServer, maas: MaasRegion) -> None:
    fill(server, a_fleet(1))
    for noun in LISTS:
        server.answers(f"GET {noun}/", Answer(401, "Authorization Error: Invalid API key.", HTML, delay=0.05))
    with pytest.raises(_errors.Unauthorized):
        read(maas, names=CHEAP)
    assert len(server.asked) <= 2 * AT_ONCE
