# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet in which nothing is wrong, in the form in which MAAS 3.7.3 tells it, cut to what is read."""

from __future__ import annotations

import calendar
import copy
import typing as t

from ansible_collections.vmo.core.plugins.module_utils._model.demands import Demands, RoleDemands
from ansible_collections.vmo.core.plugins.module_utils._model.fleet import Fleet
from ansible_collections.vmo.core.plugins.module_utils._model.presets import GB, GIB
from ansible_collections.vmo.core.plugins.module_utils._plan.checks.judge import Report, judge

Tree = dict[str, t.Any]
NOW = float(calendar.timegm((2026, 11, 23, 8, 0, 0)))
CONTROL_PLANES, WORKERS = 5, 7
RACKS = ("rackaa", "rackbb")

PXE = {"id": 5001, "vid": 0, "name": "untagged", "fabric": "lab", "fabric_id": 1, "mtu": 1500, "space": "undefined"}
PXE |= {"dhcp_on": True, "external_dhcp": None, "relay_vlan": None, "primary_rack": RACKS[0]}
PXE |= {"secondary_rack": RACKS[1]}
DATA = {**PXE, "id": 5002, "vid": 20, "name": "data", "dhcp_on": False, "primary_rack": None, "secondary_rack": None}
GUESTS = {**DATA, "id": 5003, "vid": 30, "name": "guests"}
SUBNETS = [
    {"id": 1, "name": "pxe", "cidr": "192.0.2.0/24", "gateway_ip": None, "vlan": PXE},
    {"id": 2, "name": "data", "cidr": "198.51.100.0/24", "gateway_ip": "198.51.100.1", "vlan": DATA},
]
for _subnet in SUBNETS:
    _subnet |= {"dns_servers": ["192.0.2.1"], "managed": True, "allow_dns": True}

LSHW = """<list><node id="server" class="system"><node id="cpu:0" class="processor"><configuration>
<setting id="cores" value="16" /><setting id="threads" value="32" /></configuration><capabilities>
<capability id="x86-64" /><capability id="vmx" >CPU virtualization (Vanderpool)</capability></capabilities></node>
<node id="memory" class="memory"><capabilities><capability id="svm" /></capabilities></node></node></list>"""


def interface(
    number: int, name: str, kind: str, vlan: Tree | None, parents: t.Sequence[str] = (), **more: t.Any
) -> Tree:
    """Return an interface; ``number`` makes MAC address and id its own."""
    physical = kind == "physical"
    params: Tree = {}
    if kind == "bond":
        params = {"bond_mode": "802.3ad", "bond_miimon": 100, "bond_xmit_hash_policy": "layer3+4"}
    if kind == "bridge":
        params = {"bridge_type": "standard", "bridge_stp": False, "bridge_fd": 0}
    return {
        "id": number, "name": name, "type": kind, "enabled": True, "tags": [], "discovered": None,
        "mac_address": f"52:54:00:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
        "parents": list(parents), "children": [], "vlan": vlan, "links": [], "params": params, "effective_mtu": 1500,
        "link_connected": physical, "link_speed": 25000 if physical else 0, "interface_speed": 25000 if physical else 0,
        "numa_node": 0 if physical else None, "sriov_max_vf": 64 if physical else 0, "vendor": None, "product": None,
        **more,
    }  # fmt: skip


def disk(number: int, name: str, size: int, root: bool = False) -> Tree:
    """Return an SSD of ``size`` bytes, with a root filesystem or empty."""
    system = {"fstype": "ext4", "mount_point": "/"}
    return {
        "id": number, "name": name, "type": "physical", "size": size, "available_size": 0 if root else size,
        "model": "SSD 9000", "id_path": f"/dev/disk/by-id/nvme-{name}", "path": f"/dev/{name}", "tags": ["ssd"],
        "filesystem": None, "partitions": [{"id": number, "size": size, "filesystem": system}] if root else [],
    }  # fmt: skip


def a_machine(number: int, role: str) -> Tree:
    """Return a machine in Ready with two bonds over two cards, ``br0`` and a VLAN on it."""
    at = number * 16
    cards = ["enp1s0f0", "enp2s0f0", "enp1s0f1", "enp2s0f1"]
    interfaces = [
        interface(at + place, name, "physical", PXE if place < 2 else DATA) for place, name in enumerate(cards)
    ]
    auto = [{"id": at, "mode": "auto", "subnet": SUBNETS[1]}]
    interfaces += [
        interface(at + 4, "bond_mgmt", "bond", PXE, cards[:2], links=[{"id": at + 1, "mode": "link_up"}]),
        interface(at + 5, "bond_data", "bond", DATA, cards[2:]),
        interface(at + 6, "br0", "bridge", DATA, ["bond_data"], links=auto),
        interface(at + 7, "br0.30", "vlan", GUESTS, ["br0"], links=[{"id": at + 2, "mode": "link_up"}]),
    ]
    disks = [disk(at, "sda", 480 * GB, root=True), disk(at + 1, "sdb", 960 * GB)]
    name = f"{'cp' if role == 'control_plane' else 'w'}-{number:02d}"
    return {
        "system_id": f"sys{number:03d}", "hostname": name, "fqdn": f"{name}.maas", "domain": {"name": "maas"},
        "hardware_uuid": f"4c4c4544-0000-4000-8000-{number:012d}", "owner": None, "owner_data": {},
        "workload_annotations": {}, "locked": False, "status": 4, "status_name": "Ready", "status_message": None,
        "error_description": "", "power_type": "redfish", "power_state": "off", "cpu_count": 64, "memory": 256 * GIB,
        "swap_size": None, "storage": 1440000.0, "architecture": "amd64/generic", "min_hwe_kernel": "ga-22.04",
        "hwe_kernel": None, "osystem": "", "distro_series": "", "ephemeral_deploy": False, "bios_boot_method": "uefi",
        "tag_names": [role.replace("_", "-")], "pool": {"name": "vmo"}, "zone": {"name": f"zone-{number % 2}"},
        "ip_addresses": [f"198.51.100.{number}"], "boot_interface": interfaces[0], "interface_set": interfaces,
        "default_gateways": {"ipv4": {"gateway_ip": "198.51.100.1", "link_id": None}},
        "boot_disk": disks[0], "blockdevice_set": disks, "physicalblockdevice_set": disks,
        "virtualblockdevice_set": [], "hardware_info": {
            "system_vendor": "Example", "system_product": "Server 1000", "cpu_model": "Intel(R) Xeon(R) Gold 6430",
            "mainboard_firmware_version": "2.1", "system_serial": "Unknown",
        },
        "numanode_set": [
            {"index": 0, "memory": 128 * GIB, "cores": list(range(32)), "hugepages_set": []},
            {"index": 1, "memory": 128 * GIB, "cores": list(range(32, 64)), "hugepages_set": []},
        ],
        "commissioning_status": 2, "testing_status": 2, "cpu_test_status": 2, "memory_test_status": 2,
        "storage_test_status": 2, "network_test_status": -1, "interface_test_status": -1, "other_test_status": -1,
        "enable_hw_sync": False, "last_sync": None, "sync_interval": None, "is_dpu": False, "pod": None,
        "virtualmachine_id": None,
    }  # fmt: skip


def _results() -> list[Tree]:
    """Return a commissioning of ten days ago."""
    ended = NOW - 10 * 86400
    return [{"type": 0, "status": 2, "results": [{"name": "maas-lshw", "status": 2, "endtime": ended}]}]


def healthy_answers() -> Tree:
    """Return the answers of a MAAS with five control-plane machines and seven workers."""
    roles = ["control_plane"] * CONTROL_PLANES + ["worker"] * WORKERS
    machines = [a_machine(number, role) for number, role in enumerate(roles, 1)]
    ids = [machine["system_id"] for machine in machines]
    services = {"rackd", "tftp", "http", "dhcpd"}
    racks = [
        {
            "system_id": rack,
            "hostname": rack,
            "version": "3.7.3-1-g.1",
            "service_set": [_running(one) for one in services],
        }
        for rack in RACKS
    ]
    image = {"type": "Uploaded", "name": "vmo-host", "architecture": "amd64/generic"}
    done = {"sets": {"20261101": {"version": "20261101", "complete": True}}}
    gpu = {"hardware_type": 5, "hardware_type_name": "GPU"}
    answers = {
        "url": "https://maas.example.com:5443/MAAS", "clock-skew": 1.2, "version": {"version": "3.7.3"},
        "whoami": {"username": "vmo", "is_superuser": True}, "machines": machines,
        "zones": [{"name": "zone-0"}, {"name": "zone-1"}], "resourcepools": [{"name": "default"}, {"name": "vmo"}],
        "tags": [{"name": "control-plane", "kernel_opts": ""}, {"name": "worker", "kernel_opts": "intel_iommu=on"}],
        "domains": [{"name": "maas", "authoritative": True}], "dnsresources": [], "subnets": SUBNETS,
        "fabrics": [{"name": "lab", "vlans": [PXE, DATA, GUESTS]}], "spaces": [], "static-routes": [],
        "ipranges": [
            {"type": "dynamic", "start_ip": "192.0.2.100", "end_ip": "192.0.2.199", "subnet": SUBNETS[0]},
            {"type": "reserved", "start_ip": "198.51.100.200", "end_ip": "198.51.100.220", "subnet": SUBNETS[1]},
        ],
        "rackcontrollers": racks,
        "regioncontrollers": [{**racks[0], "service_set": [_running("regiond"), _running("bind9")]}],
        "notifications": [{"ident": "deprecation_MD5", "category": "warning", "message": "PostgreSQL is old."}],
        "boot-resources": [
            {"id": 1, **image, **done},
            {"id": 2, "type": "Synced", "name": "ubuntu/jammy", "architecture": "amd64/ga-22.04", **done},
        ],
        "importing": False,
        "config": {
            "ntp_servers": "ntp.example.com", "upstream_dns": "192.0.2.53", "commissioning_distro_series": "jammy",
            "kernel_opts": "", "enable_disk_erasing_on_release": False, "disk_erase_with_quick_erase": False,
        },
        "statistics": {1: {"num_available": 150}, 2: {"num_available": 200}}, "addresses": {1: [], 2: []}, "events": [],
        "results": {system_id: _results() for system_id in ids}, "lshw": dict.fromkeys(ids, LSHW),
        "devices": {system_id: [gpu] for system_id in ids},
        "power-addresses": {system_id: f"203.0.113.{number}" for number, system_id in enumerate(ids, 1)},
        "power-states": {system_id: {"state": "off"} for system_id in ids},
        "allocations": {role: {"system_id": ids[0]} for role in set(roles)},
        "resolved": {"cp-01.maas": ["198.51.100.1"]},
    }  # fmt: skip
    return copy.deepcopy(answers)


def _running(service: str) -> Tree:
    return {"name": service, "status": "running", "status_info": ""}


def control_plane(**more: t.Any) -> RoleDemands:
    """Return demands of a control plane that the healthy fleet meets."""
    wanted = {"count": 3, "tags": ("control-plane",), "cores": 4, "memory": 8 * GIB, "boot_disk": 60 * GB, "nics": 2}
    return RoleDemands("control_plane", **{"pool": "vmo", "speed": 10000, **wanted, **more})


def worker(**more: t.Any) -> RoleDemands:
    """Return demands of workers, everything that can be wanted included, that the healthy fleet meets."""
    wanted = {
        "count": 4, "tags": ("worker",), "pool": "vmo", "cores": 8, "memory": 24 * GIB, "boot_disk": 60 * GB,
        "memory_recommended": 256 * GIB, "data_disks": 1, "data_disk_size": 900 * GB, "nics": 2, "speed": 10000,
        "bridge": "br0", "bond_modes": ("active-backup", "802.3ad"), "vlans": (30,), "sriov": True, "gpu": True,
    }  # fmt: skip
    return RoleDemands("worker", **{**wanted, **more})


def demands(**more: t.Any) -> Demands:
    """Return demands that the healthy fleet meets."""
    wanted = {
        "roles": (control_plane(), worker()), "image": "custom/vmo-host", "domain": "maas", "pods": "100.64.0.0/18",
        "services": "100.64.64.0/18", "vips": ("198.51.100.200", "198.51.100.210-198.51.100.220"),
        "vm_memory": 700 * GIB, "preferred_subnets": ("198.51.100.0/24",), "cluster_name": "shop",
    }  # fmt: skip
    return Demands(**{**wanted, **more})


def a_node(machine: Tree, **labels: str) -> Tree:
    """Return the Kubernetes node that a machine has become."""
    addresses = {"InternalIP": machine["ip_addresses"][0], "Hostname": machine["hostname"]}
    is_worker = machine["hostname"].startswith("w-")
    role = {} if is_worker else {"node-role.kubernetes.io/control-plane": ""}
    kubevirt = {"kubevirt.io/schedulable": "true", "cpu-model.node.kubevirt.io/SapphireRapids": "true"}
    host = {"host-model-cpu.node.kubevirt.io/SapphireRapids": "true"}
    zone = {"topology.kubernetes.io/zone": machine["zone"]["name"]}
    return {
        "metadata": {
            "name": machine["hostname"],
            "labels": {**zone, **role, **(kubevirt if is_worker else {}), **(host if is_worker else {}), **labels},
            "annotations": {"kubevirt.io/heartbeat": "2026-11-23T07:59:30Z", "cluster.x-k8s.io/cluster-name": "shop"},
        },
        "spec": {"providerID": f"maas:///{machine['zone']['name']}/{machine['system_id']}"},
        "status": {
            "addresses": [{"type": kind, "address": address} for kind, address in addresses.items()],
            "capacity": {"cpu": "64", "memory": "263000000Ki"},
            "allocatable": {"cpu": "63", "devices.kubevirt.io/kvm": "1k" if not is_worker else "110"},
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {
                "systemUUID": machine["hardware_uuid"].upper(), "osImage": "Ubuntu 22.04.5 LTS",
                "kernelVersion": "5.15.0-130-generic",
            },
        },
    }  # fmt: skip


def deployed(answers: Tree) -> Tree:
    """Turn the fleet into one that runs: deployed, owned, locked, powered."""
    for machine in answers["machines"]:
        machine |= {"status": 6, "status_name": "Deployed", "owner": "vmo", "locked": True, "power_state": "on"}
        machine |= {"swap_size": 0, "hwe_kernel": "ga-22.04", "osystem": "custom", "distro_series": "vmo-host"}
        machine["workload_annotations"] = {"cluster": "shop"}
    addresses = [machine["ip_addresses"][0] for machine in answers["machines"] if machine["hostname"].startswith("cp")]
    answers["dnsresources"] = [{"fqdn": "shop.maas", "ip_addresses": [{"ip": address} for address in addresses]}]
    return answers


def running(**more: t.Any) -> Demands:
    """Return demands on a cluster that runs."""
    nodes = tuple(a_node(machine) for machine in deployed(healthy_answers())["machines"])
    return demands(**{"mode": "post_deploy", "nodes": nodes, "api_endpoint": "shop.maas", **more})


def report(answers: Tree, wanted: Demands | None = None, gaps: t.Mapping[str, str] | None = None) -> Report:
    """Judge the answers."""
    return judge(Fleet.of(answers, gaps), wanted or demands(), NOW)


def told(found: Report, *statuses: str) -> set[tuple[str, str]]:
    """Return (id, subject) of the verdicts that are of one of the statuses."""
    return {(verdict.id, verdict.subject) for verdict in found.verdicts if verdict.status in statuses}
