# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way, from options over HTTP to verdicts, against a simulated MAAS with a fleet of thirty machines."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vmo.core.plugins.module_utils._argspec.cluster_check import CLUSTER_CHECK
from ansible_collections.vmo.core.plugins.module_utils._argspec.maas import MAAS_CONNECTION
from ansible_collections.vmo.core.plugins.module_utils._errors import VmoError
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.catalogue import CATALOGUE
from ansible_collections.vmo.core.plugins.module_utils._runner_maas import open_maas
from ansible_collections.vmo.core.plugins.module_utils._usecase.maas_check import run
from ansible_collections.vmo.core.plugins.module_utils._wait import Silent, SystemClock
from tests.sim.maas import Simulator
from tests.sim.maas.planting import FAULTS, SURROUNDINGS

Result = dict[str, t.Any]
EVERYTHING = ["hardware", "results", "devices", "power_state", "power_address", "allocation"]
WANTED: Result = {
    "preset": "palette_vmo",
    "control_plane": {"count": 3, "spare": 0, "tags": ["control-plane"]},
    "worker": {
        "count": 6, "tags": ["worker"], "data_disks": 2, "vlans": [20, 30], "sriov": True, "hugepages": "16Gi",
    },
    "image": "u-2204-0-k-1335-0", "domain": "maas", "pod_cidr": "192.168.0.0/16", "vips": ["10.20.0.10-10.20.0.19"],
    "read": EVERYTHING, "fail_on": "never", "provisioner_disables_swap": False,
}  # fmt: skip
# What the simulated MAAS is by itself: it is asked without TLS.
ALWAYS = {("api.plaintext", "cluster")}
# Of 27 workers none is left over.
NO_SPARE = ("set.count", "worker")
OF_SINGLE_THINGS = [check.id for check in CATALOGUE if check.of_machine or check.scope == "network"]
# m.hwsync arises after the deployment only (the test below); these need something that is no fault of the fleet:
NOT_OF_THE_FLEET = {
    "c.nested": "only tells",
    "c.gpu_sriov": "the simulated machines have no GPU at all",
    "n.name_len": "MAAS refuses longer names itself; judged is what would be created",
}
IN_NETWORKS = {
    "n.external_dhcp": {"management:0"},
    "n.racks": {"management:0"},
    "n.dhcp_range": {"management:0", "management:99"},
    "n.vip_reserved": {"10.20.0.10-10.20.0.19"},
    "n.cidr_overlap": {"pods 192.168.0.0/16"},
    "n.dns": {"maas"},
}
# Its fault takes addresses away, that of n.dhcp_range gives the same ones back: it has a fleet of its own.
APART = {"n.subnet_free", "m.hwsync"}
# Two machines share something: both are told.
SECOND_OF_A_PAIR = {("m.bmc_shared", "cp-01"), ("m.dup_uuid", "cp-01"), ("n.mac_dup", "cp-01")}


def check(simulator: Simulator, user: str = "admin", **options: t.Any) -> Result:
    """Run the use case as the module does, in check mode: whatever is sent must not be a write."""
    spec = (MAAS_CONNECTION + CLUSTER_CHECK).module_arguments()
    given = {"maas_url": simulator.url, "maas_api_key": simulator.key(user), **options}
    checked = ArgumentSpecValidator(**spec).validate(given)
    assert not checked.error_messages
    params = checked.validated_parameters
    return run(open_maas(params, check_mode=True), params, SystemClock(), Silent())


def troubles(result: Result) -> set[tuple[str, str]]:
    """Return (id, machine or other subject) of what failed or warned."""
    return {
        (verdict["id"], verdict["subject"].split(":")[0] if verdict["role"] else verdict["subject"])
        for verdict in result["verdicts"]
        if verdict["status"] in ("fail", "warn")
    }


@pytest.fixture
def fleet() -> t.Iterator[Simulator]:
    """Yield a MAAS with 3 control-plane machines and 27 workers in which nothing is wrong."""
    with Simulator(machines=30) as simulator:
        yield simulator


def test_a_healthy_fleet_is_ready(fleet: Simulator) -> None:
    result = check(fleet, **WANTED)
    assert troubles(result) == ALWAYS
    assert result["summary"][0].startswith("READY, with warnings: control_plane 3 of 3, worker 6 of 6 (+21 that fit)")
    assert not fleet.writes


def test_exactly_the_planted_faults_are_found(fleet: Simulator) -> None:
    single = [name for name in OF_SINGLE_THINGS if name not in {*NOT_OF_THE_FLEET, *IN_NETWORKS, *APART}]
    hosts = {name: fleet.plant(name) for name in single if name != "n.bond_cards"}
    fleet.edit(_one_card)
    for name in IN_NETWORKS:
        fleet.plant(name)
    assert set(hosts) - SURROUNDINGS == {name for name, found in hosts.items() if found}

    result = check(fleet, **WANTED)
    machines = {machine.hostname for machine in fleet.edit(lambda world: list(world.machines.values()))}
    workers = {name for name in machines if name.startswith("worker")}
    expected = {(name, host) for name, found in hosts.items() for host in found} | SECOND_OF_A_PAIR | ALWAYS
    expected |= {(name, subject) for name, subjects in IN_NETWORKS.items() for subject in subjects}
    expected |= {("n.bond_cards", name) for name in ("worker-01",)} | {("n.homog_names", "worker-01")}
    # These two are everywhere; who gets no address at all is not blamed for the missing gateway as well.
    expected |= {("c.iommu", name) for name in workers}
    expected |= {("n.gateway", name) for name in machines - set(hosts["n.links"])}
    # A power control in error does not answer either, and no machine is left over for a role.
    expected |= {("m.power_live", hosts["m.power"][0]), ("set.count", "worker"), ("set.count", "control_plane")}
    assert troubles(result) == expected
    assert all(verdict["remediation"] for verdict in result["verdicts"] if verdict["status"] in ("fail", "warn"))
    assert set(single) | set(IN_NETWORKS) | set(NOT_OF_THE_FLEET) | APART == set(OF_SINGLE_THINGS)
    assert set(NOT_OF_THE_FLEET) == set(OF_SINGLE_THINGS) - set(FAULTS)


def test_a_subnet_without_addresses_is_found() -> None:
    wanted = {**WANTED, "worker": {**WANTED["worker"], "count": 27}}
    with Simulator(machines=30) as simulator:
        simulator.plant("n.subnet_free")
        assert troubles(check(simulator, **wanted)) - ALWAYS == {("n.subnet_free", "pxe (10.20.0.0/19)"), NO_SPARE}


def _one_card(world: t.Any) -> None:
    """Let both members of the data bond of a worker be ports of one card."""
    machine = next(found for found in world.machines.values() if found.hostname == "worker-01")
    next(card for card in machine.interfaces if card.name == "enp65s0f1").name = "enp1s0f2"


def test_an_overdue_synchronization_is_found_after_the_deployment() -> None:
    with Simulator(machines=7) as simulator:

        def deploy(world: t.Any) -> None:
            for machine in world.machines.values():
                machine.status, machine.owner, machine.locked, machine.power_state = 6, "admin", True, "on"

        simulator.edit(deploy)
        wanted = {**WANTED, "mode": "post_deploy", "worker": {**WANTED["worker"], "count": 4}}
        assert troubles(check(simulator, **wanted)) == ALWAYS
        hosts = simulator.plant("m.hwsync")
        assert troubles(check(simulator, **wanted)) == ALWAYS | {("m.hwsync", hosts[0])}


def test_a_failure_tells_enough_to_act_on(fleet: Simulator) -> None:
    for check_id in ("c.memory", "n.bridge"):
        fleet.plant(check_id, "worker-07")
    with pytest.raises(VmoError) as failure:
        check(fleet, **{**WANTED, "fail_on": "fail", "worker": {**WANTED["worker"], "count": 27}})
    lines = failure.value.message.splitlines()
    assert failure.value.as_failure()["error"] == {"code": "checks_failed"}
    assert lines[0].startswith("NOT READY: control_plane 3 of 3, worker 26 of 27; 3 failed")
    assert lines[1].startswith("FAIL set.count worker: 26 of 27 machines fit")
    assert "FAIL n.bridge worker-07 has no bridge br0. -> Create the bridge on the data bond (create_bridge)." in lines
    assert "Nearly fit: worker-07 misses 8 GiB of memory and br0 (worker)." in lines
    assert failure.value.report["near_misses"][0]["machine"] == "worker-07"


def test_what_an_ordinary_user_may_not_see_is_unknown(fleet: Simulator) -> None:
    result = check(fleet, user="user1", **{**WANTED, "read": ["hardware"]})
    unknown = {verdict["id"] for verdict in result["verdicts"] if verdict["status"] == "unknown"}
    assert {"rack.services", "region.services"} <= unknown
    assert troubles(result) >= {("api.admin", "cluster")}
    assert not any(verdict["status"] == "fail" for verdict in result["verdicts"])


def test_the_number_of_requests_does_not_grow_with_the_fleet() -> None:
    counts = []
    for machines in (10, 40):
        with Simulator(machines=machines) as simulator:
            check(simulator, **{**WANTED, "read": []})
            counts.append(len(simulator.requests))
    assert counts[0] == counts[1]
