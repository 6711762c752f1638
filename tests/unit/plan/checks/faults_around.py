# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in MAAS, its images, its networks, and in the set of machines as a whole."""

from __future__ import annotations

from ansible_collections.vmo.core.plugins.module_utils._model.presets import GB, GIB
from tests.unit.plan.checks.builders import NOW, SUBNETS, control_plane, demands, running, worker
from tests.unit.plan.checks.faults import (
    CP,
    ODD,
    Fault,
    Tree,
    all_of,
    card,
    machine,
    odd,
    put_answer,
    put_config,
    put_free,
    put_vlan,
    result,
    service,
)

GONE = frozenset({("set.count", "control_plane")})
OLD_RELEASE = frozenset({("api.version", "cluster")})
GATEWAY = demands(preset="palette_pcg", roles=(control_plane(count=5, spare=0), worker()), pods="100.64.0.0/18")
DATA_SUBNET = "data (198.51.100.0/24)"


def _cp_in_two_subnets(answers: Tree) -> None:
    card(answers, "bond_mgmt", "cp-01")["links"] = [{"id": 9001, "mode": "auto", "subnet": SUBNETS[0]}]


def _slow_installation(answers: Tree) -> None:
    odd(answers, "results", [result(1, "install.log", 2, starttime=NOW - 5000, endtime=NOW - 3800)])


def _incomplete_record(answers: Tree) -> None:
    answers["dnsresources"][0]["ip_addresses"].pop()


def _erasing(answers: Tree) -> None:
    answers["config"]["enable_disk_erasing_on_release"] = True
    machine(answers)["physicalblockdevice_set"][1].update(size=8000 * GB, available_size=8000 * GB)


def _without_dns(answers: Tree) -> None:
    answers["subnets"][1].update(allow_dns=False, dns_servers=[])


def _second_tag(answers: Tree) -> None:
    all_of(answers, "w-", tag_names=["worker", "hdd"])
    machine(answers, "cp-01")["tag_names"].append("hdd")


def _one_rack(answers: Tree) -> None:
    answers["rackcontrollers"].pop()
    answers["fabrics"][0]["vlans"][0]["secondary_rack"] = None


def _clash(answers: Tree) -> None:
    answers["version"] = {"version": "3.7.0"}
    answers["boot-resources"].append({"type": "Uploaded", "name": "vmo-host", "architecture": "arm64/generic"})


OF_THE_API = [
    Fault("api.reachable", "fail", "cluster", put_answer(version=None), gaps={"version": "No route to host."}),
    Fault("api.version", "fail", "cluster", put_answer(version={"version": "3.2.10"})),
    Fault("api.version", "warn", "cluster", put_answer(version={"version": "3.7.2-16543"})),
    Fault("api.auth", "fail", "cluster", gaps={"whoami": "The key is not valid."}),
    Fault("api.admin", "warn", "cluster", put_answer(whoami={"username": "vmo", "is_superuser": False})),
    Fault("api.clock_skew", "warn", "cluster", put_answer(clock_skew=-90.0)),
    Fault("api.clock_skew", "fail", "cluster", put_answer(clock_skew=299)),
    Fault("api.plaintext", "warn", "cluster", put_answer(url="http://192.0.2.9:5240/MAAS")),
    Fault(
        "api.lxd_removed", "fail", "cluster", put_answer(version={"version": "3.8.0~beta1"}), demands(lxd_hosts=True)
    ),
    Fault("rack.services", "fail", "rackaa", service("rackcontrollers", "dhcpd", "dead")),
    Fault("rack.services", "warn", "rackaa", service("rackcontrollers", "http", "degraded")),
    Fault("rack.services", "fail", "cluster", put_answer(rackcontrollers=[])),
    Fault("rack.versions", "warn", "cluster", lambda found: found["rackcontrollers"][1].update(version="3.6.0-1")),
    Fault("region.services", "fail", "rackaa", service("regioncontrollers", "bind9", "dead")),
    Fault(
        "maas.notifications",
        "warn",
        "cluster",
        lambda found: found["notifications"].append({"category": "warning", "message": "Disk is <b>full</b>."}),
    ),
    Fault(
        "maas.notifications",
        "fail",
        "cluster",
        lambda found: found["notifications"].append({"category": "error", "message": "DHCP is off."}),
    ),
    Fault("rack.redundancy", "warn", "cluster", _one_rack),
    Fault("maas.ntp_dns", "warn", "cluster", put_config(upstream_dns="")),
]

OF_IMAGES = [
    Fault("image.present", "fail", "u-2204", wanted=demands(image="u-2204")),
    Fault(
        "image.synced",
        "fail",
        "custom/vmo-host",
        lambda found: found["boot-resources"][0].update(sets={"1": {"complete": False}}),
    ),
    Fault(
        "image.synced",
        "warn",
        "custom/vmo-host",
        lambda found: found["boot-resources"][0].update(
            sets={"20261109": {"complete": False}, "20261101": {"complete": True}}
        ),
    ),
    Fault("image.synced", "warn", "custom/vmo-host", put_answer(importing=True)),
    Fault("image.arch_clash", "warn", "vmo-host", _clash, also=OLD_RELEASE),
    Fault("image.commissioning", "fail", "ubuntu/noble", put_config(commissioning_distro_series="noble")),
    Fault(
        "image.age",
        "warn",
        "ubuntu/jammy",
        lambda found: found["boot-resources"][1].update(sets={"20251101": {"complete": True}}),
        demands(image="jammy"),
    ),
]

OF_CAPACITY = [
    Fault("set.count", "fail", "worker", wanted=demands(roles=(CP, worker(count=8)))),
    Fault("set.count", "warn", "worker", wanted=demands(roles=(CP, worker(count=7)))),
    Fault("set.dry_run", "fail", "worker", lambda found: found["allocations"].update(worker={"error": "No machine."})),
    Fault(
        "set.last_tag",
        "warn",
        "worker",
        _second_tag,
        demands(roles=(CP, worker(tags=("worker", "hdd")))),
    ),
    Fault("set.overlap", "warn", "cluster", lambda found: machine(found, "w-07")["tag_names"].append("control-plane")),
    Fault("set.cp_odd", "fail", "control_plane", wanted=demands(roles=(control_plane(count=4), worker()))),
    Fault("set.cp_odd", "warn", "control_plane", wanted=demands(roles=(control_plane(count=1), worker()))),
    Fault("set.zones", "warn", "control_plane", lambda found: all_of(found, "cp-", zone={"name": "zone-1"})),
    Fault(
        "set.homogeneous",
        "fail",
        "worker",
        lambda found: machine(found)["hardware_info"].update(cpu_model="AMD EPYC 9354 32-Core Processor"),
    ),
    Fault(
        "set.homogeneous",
        "warn",
        "worker",
        lambda found: machine(found)["hardware_info"].update(cpu_model="Intel(R) Xeon(R) Gold 6230"),
    ),
    Fault(
        "set.pool",
        "warn",
        "control_plane",
        lambda found: all_of(found, "cp-", pool={"name": "default"}),
        demands(roles=(control_plane(pool=None), worker())),
    ),
    Fault("set.memory_n1", "warn", "cluster", wanted=demands(vm_memory=900 * GIB)),
]

OF_NETWORKS = [
    Fault("n.dhcp_range", "fail", "lab:0", lambda found: found["ipranges"].pop(0)),
    Fault("n.dhcp_range", "warn", "lab:0", lambda found: found["ipranges"][0].update(end_ip="192.0.2.105")),
    Fault("n.external_dhcp", "fail", "lab:0", put_vlan(external_dhcp="192.0.2.66")),
    Fault("n.racks", "fail", "lab:0", put_vlan(primary_rack=None)),
    Fault("n.racks", "warn", "lab:0", put_vlan(secondary_rack=None)),
    Fault("n.subnet_free", "fail", DATA_SUBNET, put_free(5)),
    Fault("n.subnet_free", "warn", DATA_SUBNET, put_free(9), demands(vips=())),
    Fault("n.subnet_free", "fail", "nowhere", wanted=demands(networks=("data", "nowhere"))),
    Fault("n.vip_reserved", "fail", "198.51.100.77", wanted=demands(vips=("198.51.100.77",))),
    Fault("n.vip_reserved", "fail", "192.0.2.150", wanted=demands(vips=("192.0.2.150",))),
    Fault("n.vip_reserved", "fail", "198.51.100.200", put_answer(addresses={2: [{"ip": "198.51.100.200"}]})),
    Fault("n.cidr_overlap", "fail", "pods 198.51.0.0/16", wanted=demands(pods="198.51.0.0/16")),
    Fault("n.cidr_overlap", "fail", "services 100.64.0.0/20", wanted=demands(services="100.64.0.0/20")),
    Fault(
        "n.cidr_overlap",
        "fail",
        "pods 100.64.0.0/18",
        put_answer(static_routes=[{"destination": {"cidr": "100.64.0.0/10"}}]),
        demands(services=None),
    ),
    Fault("n.dns", "fail", "example.org", wanted=demands(domain="example.org")),
    Fault("n.dns", "warn", "maas", lambda found: found["domains"][0].update(authoritative=False)),
    Fault("n.dns", "warn", "maas", put_answer(resolved={"cp-01.maas": []})),
    Fault("n.dns", "warn", DATA_SUBNET, _without_dns),
]

OF_PALETTE = [
    Fault("p.timeout", "warn", "cluster", _slow_installation, demands(startup_timeout=600)),
    Fault("p.multi_nic_ip", "warn", "control_plane", _cp_in_two_subnets, demands(preferred_subnets=())),
    Fault("p.erase", "warn", "cluster", _erasing),
    Fault("p.dns_ttl", "fail", "shop.maas", put_answer(dnsresources=[]), running(), after=True),
    Fault("p.dns_ttl", "fail", "shop.maas", _incomplete_record, running(), after=True),
    Fault("p.maint_tags", "warn", ODD, lambda found: machine(found)["tag_names"].append("maas-lxd-host-maintenance")),
]

OF_PALETTE += [
    Fault("p.pcg_capacity", "fail", "control_plane", wanted=GATEWAY),
    Fault(
        "p.pool_visible",
        "fail",
        "control_plane",
        wanted=demands(roles=(control_plane(pool="gone"), worker())),
        also=GONE,
    ),
]

ALL = [*OF_THE_API, *OF_IMAGES, *OF_CAPACITY, *OF_NETWORKS, *OF_PALETTE]
