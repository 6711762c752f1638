# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of a single machine."""

from __future__ import annotations

import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.presets import GB, GIB
from tests.unit.plan.checks.builders import (
    DATA,
    GUESTS,
    NOW,
    PXE,
    SUBNETS,
    demands,
    healthy_answers,
    interface,
    running,
    worker,
)
from tests.unit.plan.checks.faults import (
    CP,
    ODD,
    Fault,
    Tree,
    add_card,
    card,
    machine,
    odd,
    put,
    put_answer,
    put_card,
    put_param,
    result,
)

LAYOUT = [{"mode": "auto", "id": 9001, "subnet": SUBNETS[1]}, {"mode": "auto", "id": 9002, "subnet": SUBNETS[1]}]
UNLIKE = frozenset({("set.homogeneous", "worker")})
SILENT = {**DATA, "vid": 0, "id": 99}
SECOND_CARD = frozenset({("n.speed", f"{ODD}:enp2s0f1")})
LONG = interface(8002, "e" * 16, "physical", PXE)
RELAYED = {**PXE, "id": 98, "vid": 7, "dhcp_on": False, "relay_vlan": 5001}
DISKS = healthy_answers()["machines"][6]["physicalblockdevice_set"]
DIRTY = [DISKS[0], {**DISKS[1], "available_size": 0, "partitions": [{"id": 1, "size": 960 * GB, "filesystem": None}]}]
ROOTLESS = [{**DISKS[0], "partitions": []}, DISKS[1]]
SMALL = {**DISKS[0], "size": 40 * GB}


def _event(level: str, hours: int) -> Tree:
    day, hour = (23, 8 - hours) if hours <= 8 else (20, 8)
    created = f"Mon, {day} Nov. 2026 {hour:02d}:00:00"
    return {"node": "sys007", "level": level, "created": created, "description": "Node failed to be power cycled"}


def _without_interface(name: str) -> t.Callable[[Tree], None]:
    def alter(answers: Tree) -> None:
        found = machine(answers)
        found["interface_set"] = [item for item in found["interface_set"] if item["name"] != name]

    return alter


def _without_bridge(answers: Tree) -> None:
    # the VLAN moves to the bond: the bridge alone is missing
    found = machine(answers)
    bridge = card(answers, "br0")
    card(answers, "br0.30")["parents"] = ["bond_data"]
    card(answers, "bond_data")["links"] = bridge["links"]
    found["interface_set"].remove(bridge)


def _names(answers: Tree) -> None:
    # the same layout on cards of other names
    for item in machine(answers)["interface_set"]:
        item["name"] = item["name"].replace("enp", "ens")
        item["parents"] = [name.replace("enp", "ens") for name in item["parents"]]


def _second_gateway(answers: Tree) -> None:
    subnet = {**SUBNETS[0], "gateway_ip": "192.0.2.1"}
    card(answers, "bond_mgmt")["links"] = [{"id": 9001, "mode": "auto", "subnet": subnet}]


def _lshw(cores: int | None = None) -> str:
    told = f'<setting id="cores" value="{cores}" />' if cores else ""
    return f'<node id="cpu" class="processor">{told}<capability id="vmx" /></node>'


def _few_threads(answers: Tree) -> None:
    odd(answers, "lshw", _lshw())
    node = {"index": 0, "memory": 256 * GIB, "cores": list(range(12))}
    machine(answers).update(cpu_count=12, numanode_set=[node])


def _only_worker(answers: Tree) -> None:
    """Leave the option to all workers but the odd one, by a tag of their own."""
    answers["tags"][1]["kernel_opts"] = ""
    answers["tags"].append({"name": "iommu", "kernel_opts": "intel_iommu=on"})
    for item in answers["machines"]:
        if item["hostname"] != ODD:
            item["tag_names"].append("iommu")


def _hugepages(answers: Tree) -> None:
    pages = [{"page_size": 1024**3, "total": 32}]
    for item in answers["machines"]:
        for node in item["numanode_set"]:
            node["hugepages_set"] = [] if item["hostname"] == ODD else pages


def _more_cards(answers: Tree) -> None:
    for number, item in enumerate(answers["machines"]):
        if item["hostname"] != ODD:
            item["interface_set"].append(interface(9500 + number, "enp3s0f0", "physical", None))


def _both(answers: Tree, **values: t.Any) -> None:
    """Alter both members of the data bond alike on all machines but on the odd one the first only in speed."""
    for name in ("enp1s0f1", "enp2s0f1"):
        card(answers, name).update(values)


OF_STATE = [
    Fault("m.status", "fail", ODD, put(status=8, status_name="Broken", error_description="No light.")),
    Fault("m.status", "warn", ODD, put(status=1, status_name="Commissioning", owner="vmo")),
    Fault("m.status", "warn", ODD, put(status=10, status_name="Allocated", owner="vmo")),
    Fault("m.locked", "fail", ODD, put(locked=True)),
    Fault("m.locked", "warn", ODD, put(locked=False), running(nodes=None), after=True),
    Fault("m.owner", "fail", ODD, put(status=10, status_name="Allocated", owner="somebody")),
    Fault("m.error", "warn", ODD, put(error_description="Fan 3 is slow.")),
    Fault("m.events", "warn", ODD, put_answer(events=[_event("ERROR", 3)])),
    Fault("m.commissioned", "fail", ODD, put(status=0, status_name="New", cpu_count=0, memory=0, boot_disk=None)),
    Fault("m.commissioned", "fail", ODD, put(commissioning_status=3)),
    Fault(
        "m.commissioned",
        "warn",
        ODD,
        lambda found: odd(found, "results", [result(0, "maas-lshw", 2, endtime=NOW - 100 * 86400)]),
    ),
    Fault("m.tests", "fail", ODD, put(testing_status=3, cpu_test_status=3)),
    Fault("m.tests", "warn", ODD, put(testing_status=-1, cpu_test_status=-1)),
    Fault("m.tests", "warn", ODD, put(testing_status=9)),
    Fault("m.power", "fail", ODD, put(power_type="")),
    Fault("m.power", "fail", ODD, put(power_state="error")),
    Fault("m.power", "warn", ODD, put(power_type="manual", power_state="unknown")),
    Fault("m.power_live", "fail", ODD, lambda found: odd(found, "power-states", {"error": "No answer."})),
    Fault("m.hostname", "fail", "W_07", put(hostname="W_07")),
    Fault(
        "m.hwsync",
        "warn",
        ODD,
        put(enable_hw_sync=True, last_sync="Mon, 23 Nov. 2026 05:00:00", sync_interval=900),
        running(),
        after=True,
    ),
    Fault("m.annotations", "warn", ODD, put(workload_annotations={"cluster": "other"})),
]

OF_COMPUTE = [
    Fault("c.bare_metal", "fail", ODD, lambda found: machine(found)["tag_names"].append("virtual")),
    Fault("c.bare_metal", "warn", "cp-02", lambda found: machine(found, "cp-02").update(power_type="virsh")),
    Fault("c.virt", "fail", ODD, lambda found: odd(found, "lshw", '<node class="processor"><capability id="lm" />')),
    Fault("c.iommu", "warn", ODD, _only_worker),
    Fault("c.cpu", "fail", ODD, lambda found: odd(found, "lshw", _lshw(cores=4))),
    Fault("c.cpu", "warn", ODD, _few_threads, also=UNLIKE),
    Fault("c.memory", "fail", ODD, put(memory=16 * GIB)),
    Fault("c.memory", "warn", ODD, put(memory=128 * GIB), also=UNLIKE),
    Fault("c.arch", "fail", ODD, put(architecture="arm64/generic")),
    Fault("c.numa", "warn", ODD, put(numanode_set=[{"index": 0, "memory": 256 * GIB}, {"index": 1, "memory": 0}])),
    Fault("c.hugepages", "warn", ODD, _hugepages, demands(roles=(CP, worker(hugepages=64 * GIB)))),
    Fault("c.boot_mode", "warn", ODD, put(bios_boot_method="pxe")),
    Fault("c.boot_mode", "warn", ODD, put(bios_boot_method="powernv")),
    Fault(
        "c.firmware",
        "warn",
        ODD,
        lambda found: machine(found)["hardware_info"].update(mainboard_firmware_version="1.9"),
    ),
    Fault("c.swap", "warn", ODD, put(swap_size=8 * GB)),
    Fault("c.ephemeral", "warn", ODD, put(ephemeral_deploy=True), running(), after=True),
    Fault("c.kernel", "warn", ODD, put(min_hwe_kernel="hwe-22.04-edge")),
    Fault("c.gpu_sriov", "fail", ODD, lambda found: odd(found, "devices", [{"hardware_type": 4}])),
    Fault("c.dpu", "warn", ODD, put(is_dpu=True)),
]

OF_STORAGE = [
    Fault("s.boot_disk", "fail", ODD, put(boot_disk=SMALL)),
    Fault("s.boot_disk", "fail", ODD, put(boot_disk=None)),
    Fault("s.boot_ssd", "warn", ODD, put(boot_disk={**DISKS[0], "tags": ["rotary", "7200rpm"]})),
    Fault("s.boot_san", "warn", ODD, put(boot_disk={**DISKS[0], "tags": ["ssd", "multipath"]})),
    Fault("s.layout", "fail", ODD, put(physicalblockdevice_set=ROOTLESS)),
    Fault("s.smart", "fail", ODD, put(storage_test_status=3, testing_status=3)),
    Fault("s.data_disks", "fail", ODD, put(physicalblockdevice_set=DISKS[:1])),
    Fault("s.data_disks", "warn", ODD, put(physicalblockdevice_set=[*DISKS, {**DISKS[1], "name": "sdc"}])),
    Fault("s.data_clean", "warn", ODD, put(physicalblockdevice_set=DIRTY)),
    Fault("s.removable", "fail", ODD, put(boot_disk={**DISKS[0], "tags": ["ssd", "removable"]})),
]

OF_INTERFACES = [
    Fault("n.pxe", "fail", ODD, put(boot_interface=None)),
    Fault("n.pxe", "fail", f"{ODD}:enp1s0f0", lambda found: machine(found)["boot_interface"].update(vlan=None)),
    Fault("n.pxe", "fail", ODD, lambda found: machine(found)["boot_interface"].update(vlan=SILENT)),
    Fault("n.pxe_untagged", "warn", ODD, put(boot_interface=interface(1, "x", "physical", RELAYED))),
    Fault("n.count", "fail", ODD, wanted=demands(roles=(CP, worker(nics=5))), alter=_more_cards),
    Fault("n.link", "fail", f"{ODD}:enp2s0f1", put_card("enp2s0f1", link_connected=False, link_speed=0)),
    Fault("n.speed", "fail", f"{ODD}:enp1s0f1", lambda found: _both(found, link_speed=1000), also=SECOND_CARD),
    Fault("n.speed", "warn", f"{ODD}:enp1s0f1", lambda found: _both(found, link_speed=10000), also=SECOND_CARD),
    Fault("n.bond", "fail", f"{ODD}:bond_data", put_param("bond_data", bond_mode="balance-rr")),
    Fault("n.bond", "warn", f"{ODD}:bond_mgmt", put_param("bond_mgmt", bond_mode="balance-rr")),
    Fault("n.bond", "warn", f"{ODD}:bond_data", put_param("bond_data", bond_miimon=0)),
    Fault("n.bond", "warn", f"{ODD}:bond_mgmt", put_card("enp1s0f0", link_speed=10000, interface_speed=10000)),
    Fault("n.bridge", "fail", ODD, _without_bridge),
    Fault("n.bridge_type", "warn", f"{ODD}:br0", put_card("br0", params={"bridge_type": "ovs"})),
    Fault("n.bridge_type", "warn", f"{ODD}:br0", put_param("br0", bridge_stp=True)),
    Fault(
        "n.vlan_exclusive",
        "fail",
        f"{ODD}:bond_data.30",
        add_card(interface(8001, "bond_data.30", "vlan", GUESTS, ["bond_data"])),
    ),
    Fault("n.dup_links", "warn", f"{ODD}:br0", put_card("br0", links=LAYOUT)),
    Fault("n.name_len", "fail", f"{ODD}:{'e' * 16}", add_card(LONG), demands(ignore=("n.homog_names",))),
    Fault("n.vlans", "fail", ODD, _without_interface("br0.30")),
    Fault("n.mtu", "fail", f"{ODD}:br0.30", put_card("br0.30", effective_mtu=9000)),
    Fault("n.mtu", "warn", f"{ODD}:br0.30", put_card("br0.30", effective_mtu=1400)),
    Fault("n.links", "fail", ODD, put_card("br0", links=[{"id": 9001, "mode": "link_up"}])),
    Fault("n.links", "warn", ODD, put_card("bond_mgmt", links=[{"id": 9001, "mode": "dhcp", "subnet": SUBNETS[0]}])),
    Fault("n.gateway", "fail", ODD, put(default_gateways={"ipv4": {"gateway_ip": None, "link_id": None}})),
    Fault("n.gateway", "warn", ODD, _second_gateway),
    Fault("n.same_layout", "warn", ODD, add_card(interface(8003, "br9", "bridge", DATA, ["enp1s0f0"]))),
    Fault("n.homog_names", "warn", ODD, _names),
]

OTHER = "w-08"


def alike(check: str, status: str, alter: t.Callable[[Tree], t.Any], part: str = "") -> Fault:
    """Return a fault of two machines together."""
    return Fault(check, status, f"{ODD}{part}", alter, also=frozenset({(check, f"{OTHER}{part}")}))


def _same_power(answers: Tree) -> None:
    answers["power-addresses"]["sys008"] = answers["power-addresses"]["sys007"]


def _same_uuid(answers: Tree) -> None:
    machine(answers, OTHER)["hardware_uuid"] = machine(answers)["hardware_uuid"]


def _same_mac(answers: Tree) -> None:
    card(answers, "enp1s0f1", OTHER)["mac_address"] = card(answers, "enp1s0f1")["mac_address"]


def _one_card(answers: Tree) -> None:
    card(answers, "bond_data")["parents"] = ["enp1s0f0", "enp1s0f1"]
    card(answers, "bond_mgmt")["parents"] = ["enp2s0f0", "enp2s0f1"]


def _without_sriov(answers: Tree) -> None:
    for item in machine(answers)["interface_set"]:
        item["sriov_max_vf"] = 0


SECOND_BOND = frozenset({("n.bond_cards", f"{ODD}:bond_mgmt")})
IN_MEMORY = demands(in_memory=True, roles=(CP, worker(memory=None, memory_recommended=None, count=3)), vm_memory=None)
OTHERS = [found["hostname"] for found in healthy_answers()["machines"] if found["hostname"] != ODD]
OF_SEVERAL = [
    alike("m.bmc_shared", "fail", _same_power),
    alike("m.dup_uuid", "warn", _same_uuid),
    Fault("m.hostname", "fail", ODD, lambda found: machine(found, OTHER).update(hostname=ODD)),
    alike("n.mac_dup", "fail", _same_mac, ":enp1s0f1"),
    Fault("m.dup_uuid", "warn", ODD, put(hardware_uuid=None)),
    Fault("n.bond_cards", "warn", f"{ODD}:bond_data", _one_card, also=SECOND_BOND),
    Fault("n.sriov", "fail", ODD, _without_sriov),
    Fault(
        "c.ephemeral",
        "fail",
        ODD,
        put(memory=8 * GIB),
        IN_MEMORY,
        also=frozenset(("c.ephemeral", name) for name in OTHERS),
    ),
]

ALL = [*OF_SEVERAL, *OF_STATE, *OF_COMPUTE, *OF_STORAGE, *OF_INTERFACES]
