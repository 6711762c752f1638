# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role ``vm_deploy``: a namespace with all that VMs need, foreseen, made, found unchanged, mended, explained."""

from __future__ import annotations

import base64
import json
import socket
import typing as t
from collections.abc import Iterator

import pytest

from tests.unit.e2e.roles import Roles, at_work

Tree = dict[str, t.Any]
pytestmark = pytest.mark.usefixtures("any_kubernetes_core")
ROOT = {"name": "root", "container_disk": {"image": "registry.example/fedora:42"}}
SHOP: Tree = {
    "vm_deploy_namespace": "market",
    "vm_deploy_namespace_labels": {"team": "web"},
    "vm_deploy_networks": [{"name": "vlan20", "vlan": 20}, {"name": "own", "config": {"type": "host-device"}}],
    "vm_deploy_secrets": [{"name": "web-data", "data": {"userdata": "#cloud-config\npassword: hush-4711\n"}}],
    "vm_deploy_services": [{"name": "web", "selector": {"app": "web"}, "ports": [{"port": 80}]}],
    "vm_deploy_count": 2,
    "vm_deploy_pattern": "web-%02d",
    "vm_deploy_vms": [{"name": "web-02", "memory": "2Gi"}],
    "vm_deploy_defaults": {
        "memory": "1Gi",
        "disks": [ROOT],
        "networks": [{"name": "vlan20", "multus": "vlan20"}],
        "template_labels": {"app": "web"},
        "cloud_init": {"secret": "web-data"},
    },
    "vm_deploy_wait_timeout": 60,
}
ONE: Tree = {
    "vm_deploy_namespace": "shop",
    "vm_deploy_vms": [{"name": "web-01"}],
    "vm_deploy_defaults": {"memory": "1Gi", "disks": [ROOT]},
    "vm_deploy_wait_timeout": 60,
}


@pytest.fixture
def any_kubernetes_core(monkeypatch: pytest.MonkeyPatch) -> None:
    # The development environment has one kubernetes.core for all versions of ansible-core.
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH", "ignore")


@pytest.fixture(params=["1.4", "1.8"])
def roles(request: pytest.FixtureRequest) -> Iterator[Roles]:
    with at_work(request.param) as found:
        yield found


new = pytest.mark.parametrize("roles", ["1.8"], indirect=True)


def test_all_that_vms_need_is_made_and_found_unchanged(roles: Roles) -> None:
    foreseen, done = roles.life("vm_deploy", **SHOP)
    assert "would be deployed, when there is what they need" in foreseen
    assert "2 VMs: 2 created." in done
    cluster = roles.cluster

    def read(plural: str, name: str) -> Tree:
        found = cluster.read(plural, "market", name)
        assert found is not None, (plural, name)
        return found

    namespace = cluster.read("namespaces", "", "market")
    assert namespace is not None
    assert namespace["metadata"]["labels"]["team"] == "web"
    config = {"cniVersion": "0.3.1", "name": "vlan20", "type": "bridge", "bridge": "br0", "vlan": 20, "ipam": {}}
    networks = "network-attachment-definitions"
    assert json.loads(read(networks, "vlan20")["spec"]["config"]) == config
    assert json.loads(read(networks, "own")["spec"]["config"]) == {"type": "host-device"}
    assert "hush-4711" in base64.b64decode(read("secrets", "web-data")["data"]["userdata"]).decode()
    assert read("services", "web")["spec"]["selector"] == {"app": "web"}
    memory = [
        read("virtualmachines", f"web-0{number}")["spec"]["template"]["spec"]["domain"]["memory"] for number in (1, 2)
    ]
    assert memory == [{"guest": "1Gi"}, {"guest": "2Gi"}]

    # what somebody else has changed, and nothing else, is mended
    service = read("services", "web")
    del service["metadata"]["resourceVersion"]
    service["spec"]["selector"] = {"app": "other"}
    cluster.put(service)
    assert roles.run("vm_deploy", **SHOP).recap["changed"] > 0
    assert [request.path.rpartition("/")[2] for request in cluster.writes] == ["web"]
    assert read("services", "web")["spec"]["selector"] == {"app": "web"}


@new
def test_check_mode_asks_the_cluster_where_the_namespace_is_there(roles: Roles) -> None:
    foreseen, done = roles.life("vm_deploy", **ONE)
    assert "1 VM: 1 would be created." in foreseen
    assert "web-01: created" in done


@new
def test_a_vm_that_fails_holds_up_no_other_and_is_explained(roles: Roles) -> None:
    broken = {
        "name": "broken",
        "disks": [{"name": "root", "container_disk": {"image": "registry.example/does-not-exist:1"}}],
    }
    failed = roles.begin("vm_deploy", **{**ONE, "vm_deploy_vms": [broken, {"name": "web-01"}]})
    assert failed.status != 0
    assert "2 VMs: 1 failed, 1 created." in failed.output
    assert "broken: failed: " in failed.output
    assert "does-not-exist" in failed.output
    found = roles.cluster.read("virtualmachines", "shop", "web-01")
    assert found is not None
    assert found["status"]["ready"]


@new
@pytest.mark.parametrize("fast", ["true", "false"])
def test_secrets_show_nowhere(roles: Roles, fast: str) -> None:
    outcome = roles.run("vm_deploy", "-vvv", "--diff", **SHOP, vmo_fast_path=fast)
    assert "hush-4711" not in outcome.output
    assert base64.b64encode(b"#cloud-config\npassword: hush-4711\n").decode() not in outcome.output
    token = {"host": roles.cluster.url, "api_key": roles.cluster.token, "ca_cert": str(roles.cluster.ca_file)}
    outcome = roles.run("vm_deploy", "-vvv", **SHOP, vm_deploy_connection=token)
    assert roles.cluster.token not in outcome.output


@new
def test_a_port_is_waited_for(roles: Roles) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        # the guest is simulated, so this machine answers for it
        asked = {**ONE, "vm_deploy_vms": [{"name": "web-01", "address": "127.0.0.1/8"}], "vm_deploy_wait_port": port}
        asked["vm_deploy_addresses"] = {"interface": "enp1s0"}
        roles.run("vm_deploy", **asked)
    silent = roles.begin("vm_deploy", **{**asked, "vm_deploy_wait_timeout": 3})
    assert silent.status != 0
    assert f"web-01 runs, and does not answer at port {port} of 127.0.0.1." in " ".join(silent.output.split())


WRONG: dict[str, tuple[Tree, str]] = {
    "no VM": ({"vm_deploy_vms": []}, "Name the VMs in vm_deploy_vms, or let vm_deploy_count"),
    "a word that is none": ({"vm_deploy_defaults": {"memoy": "1Gi"}}, "memoy"),
    "a state that is none": ({"vm_deploy_state": "absent"}, "vm_deploy_state"),
    "a VM twice": ({"vm_deploy_vms": [{"name": "web-01"}, {"name": "web-01"}]}, "web-01"),
}


@new
@pytest.mark.parametrize("what", WRONG)
def test_bad_input_is_refused_before_anything_is_changed(roles: Roles, what: str) -> None:
    variables, said = WRONG[what]
    assert said in roles.refused("vm_deploy", **{**ONE, **variables})
