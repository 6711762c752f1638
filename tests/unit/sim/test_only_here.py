# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests/contract cannot ask of both: compactions, bookmarks, rights of one user, nodes that lack something."""

from __future__ import annotations

import json

import kubernetes

from tests.sim.kubevirt import Simulator, Timings
from tests.unit.sim.client import MACHINES, SECRET, SECRETS, VOLUMES, Client, condition, machine


def test_a_page_of_a_list_that_is_too_old(client: Client) -> None:
    for name in ("a", "b"):
        client.ask("POST", SECRETS, {**SECRET, "metadata": {"name": name}})
    token = client.get(f"{SECRETS}?limit=1")["metadata"]["continue"]
    assert len(client.get(f"{SECRETS}?limit=1&continue={token}")["items"]) == 1
    client.simulator.forget_history()
    assert client.ask("GET", f"{SECRETS}?limit=1&continue={token}").code == 410


def test_bookmarks_and_a_watch_from_before_a_compaction() -> None:
    with Simulator(timings=Timings(bookmark=0.1)) as simulator:
        client = Client(simulator)
        query = "watch=1&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=0"
        assert json.loads(client.ask("GET", f"{SECRETS}?{query}").text.splitlines()[0])["type"] == "BOOKMARK"
        client.ask("POST", SECRETS, SECRET)
        revision = client.get(SECRETS)["metadata"]["resourceVersion"]
        simulator.forget_history()
        old = client.ask("GET", f"{SECRETS}?watch=1&timeoutSeconds=5&resourceVersion={revision}")
        assert (old.code, old.json["type"], old.json["object"]["reason"]) == (200, "ERROR", "Expired")


def test_a_right_that_a_user_has_not(client: Client) -> None:
    client.simulator.deny("vmuser", "update", "virtualmachines/start")
    client.simulator.deny("vmuser", "list", "secrets", "default")
    assert client.ask("GET", SECRETS, user="vmuser").code == 403
    assert client.ask("GET", f"{SECRETS}/s", user="vmuser").code == 404
    calls = "/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachines/web"
    assert client.ask("PUT", f"{calls}/start", {}, user="vmuser").code == 403
    assert client.ask("PUT", f"{calls}/stop", {}, user="vmuser").code == 404


def test_nodes_without_kvm(client: Client) -> None:
    for node in ("kv-node1", "kv-node2", "kv-node3"):
        found = client.simulator.read("nodes", "", node)
        assert found
        del found["status"]["allocatable"]["devices.kubevirt.io/kvm"]
        client.simulator.put(found)
    found = client.create(machine(strategy="Always"), "ErrorUnschedulable")
    assert "3 Insufficient devices.kubevirt.io/kvm" in condition(found, "PodScheduled")["message"]


def test_an_import_makes_progress(client: Client) -> None:
    size = {"resources": {"requests": {"storage": "1Gi"}}}
    spec = {"source": {"http": {"url": "https://example.org/fedora.qcow2"}}, "storage": size}
    head = {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", "metadata": {"name": "d"}}
    client.ask("POST", VOLUMES, {**head, "spec": spec})
    seen: list[str] = []

    def is_done() -> bool:
        status = client.get(f"{VOLUMES}/d").get("status", {})
        seen.append(status.get("progress", ""))
        return bool(status.get("phase") == "Succeeded")

    client.until(is_done)
    assert len({progress for progress in seen if progress not in ("", "N/A", "0.00%", "100.0%")}) > 1


def test_a_revision_is_made_by_a_change_alone(client: Client) -> None:
    client.create(machine())
    label = {"metadata": {"labels": {"x": "y"}}}
    once, twice = (client.ask("PATCH", f"{MACHINES}/web", label).json["metadata"] for _time in range(2))
    assert once["resourceVersion"] == twice["resourceVersion"]


def test_the_python_client_reads_the_kubeconfig(simulator: Simulator) -> None:
    configuration = kubernetes.client.Configuration()
    kubernetes.config.load_kube_config(str(simulator.kubeconfig), client_configuration=configuration)
    with kubernetes.client.ApiClient(configuration) as api:
        core, custom = kubernetes.client.CoreV1Api(api), kubernetes.client.CustomObjectsApi(api)
        assert core.read_namespace("default").status
        custom.create_namespaced_custom_object("kubevirt.io", "v1", "default", "virtualmachines", machine())
    assert simulator.requests[-1].user_agent.startswith("OpenAPI-Generator/")
