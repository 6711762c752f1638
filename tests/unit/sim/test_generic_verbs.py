# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the simulator that is any Kubernetes API server."""

from __future__ import annotations

import json
import threading
import typing as t

import kubernetes
import pytest

from tests.sim.kubevirt import Simulator, Timings
from tests.unit.sim.client import MACHINES, SECRETS, Client, machine

SECRET: t.Final = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "b"}}


def test_create_get_and_create_again(client: Client) -> None:
    created = client.ask("POST", SECRETS, SECRET)
    assert (created.code, created.json["data"], created.json["type"]) == (201, {"a": "Yg=="}, "Opaque")
    assert client.get(f"{SECRETS}/s") == created.json
    again = client.ask("POST", SECRETS, SECRET)
    assert (again.code, again.json["reason"], again.message) == (409, "AlreadyExists", 'secrets "s" already exists')


def test_missing_objects_namespaces_and_groups(client: Client) -> None:
    missing = client.ask("GET", f"{MACHINES}/nope")
    assert (missing.code, missing.message) == (404, 'virtualmachines.kubevirt.io "nope" not found')
    assert missing.json["details"] == {"name": "nope", "group": "kubevirt.io", "kind": "virtualmachines"}
    assert client.ask("POST", MACHINES.replace("default", "none"), machine()).message == 'namespaces "none" not found'
    assert client.ask("GET", "/apis/nope.io/v1/foos").text == "404 page not found\n"


def test_list_with_selectors_and_pages(client: Client) -> None:
    for index, tier in enumerate(("a", "a", "b")):
        metadata = {"name": f"s{index}", "labels": {"tier": tier}}
        client.ask("POST", SECRETS, {**SECRET, "metadata": metadata})

    def names(query: str) -> list[str]:
        return [item["metadata"]["name"] for item in client.get(f"{SECRETS}?{query}")["items"]]

    assert names("labelSelector=tier%3Da") == ["s0", "s1"]
    assert names("labelSelector=tier%20notin%20(a)") == ["s2"]
    assert names("fieldSelector=metadata.name%3Ds1") == ["s1"]
    first = client.get(f"{SECRETS}?limit=2")
    assert (len(first["items"]), first["metadata"]["remainingItemCount"]) == (2, 1)
    assert names(f"limit=2&continue={first['metadata']['continue']}") == ["s2"]
    assert client.ask("GET", f"{SECRETS}?fieldSelector=spec.x%3D1").message == "field label not supported: spec.x"
    client.simulator.forget_history()
    assert client.ask("GET", f"{SECRETS}?limit=2&continue={first['metadata']['continue']}").code == 410


def test_merge_patch_revision_and_generation(client: Client) -> None:
    created = client.settle(machine())
    label = {"metadata": {"labels": {"x": "y"}}}
    once, twice = (client.ask("PATCH", f"{MACHINES}/web", label).json for _time in range(2))
    assert once["metadata"]["generation"] == 1
    assert twice["metadata"]["resourceVersion"] == once["metadata"]["resourceVersion"]
    assert int(once["metadata"]["resourceVersion"]) > int(created["metadata"]["resourceVersion"])
    changed = client.ask("PATCH", f"{MACHINES}/web", {"spec": {"runStrategy": "Manual"}, "metadata": {"labels": None}})
    assert (changed.json["metadata"]["generation"], changed.json["metadata"].get("labels")) == (2, None)
    stale = client.ask("PATCH", f"{MACHINES}/web", {"metadata": {"resourceVersion": "1"}})
    assert (stale.code, stale.json["reason"]) == (409, "Conflict")
    assert "the object has been modified" in stale.message


@pytest.mark.parametrize("kind", ["application/strategic-merge-patch+json", "application/json-patch+json"])
def test_other_patches_are_415(client: Client, kind: str) -> None:
    client.create(machine())
    assert client.ask("PATCH", f"{MACHINES}/web", {}, Content_Type=kind).code == 415


def test_replace_and_status_endpoints(client: Client) -> None:
    created = client.settle(machine())
    replaced = client.ask("PUT", f"{MACHINES}/web", {**created, "status": {"ready": True}})
    assert replaced.code == 200
    assert "ready" not in replaced.json["status"]
    patched = client.ask("PATCH", f"{MACHINES}/web/status", {"spec": {"runStrategy": "Manual"}})
    assert patched.json["spec"]["runStrategy"] == "Halted"


def test_dry_run_judges_and_stores_nothing(client: Client) -> None:
    answer = client.ask("POST", f"{MACHINES}?dryRun=All", machine())
    assert answer.code == 201
    assert answer.json["spec"]["template"]["spec"]["architecture"] == "amd64"
    assert "resourceVersion" not in answer.json["metadata"]
    assert client.ask("GET", f"{MACHINES}/web").code == 404
    assert client.ask("POST", f"{MACHINES}?dryRun=Foo", machine()).code == 422
    client.create(machine())
    changed = client.ask("PATCH", f"{MACHINES}/web?dryRun=All", {"spec": {"runStrategy": "Manual"}}).json
    assert (changed["spec"]["runStrategy"], changed["metadata"]["generation"]) == ("Manual", 2)
    assert client.ask("DELETE", f"{MACHINES}/web?dryRun=All").code == 200
    assert client.get(f"{MACHINES}/web")["spec"]["runStrategy"] == "Halted"


def test_strict_decoding(client: Client) -> None:
    item = machine()
    item["spec"]["template"]["spec"]["domain"]["foo"] = 1
    strict = client.ask("POST", f"{MACHINES}?fieldValidation=Strict", item)
    listed = 'strict decoding error: unknown field "spec.template.spec.domain.foo"'
    assert strict.code == 400
    assert strict.message == f'VirtualMachine in version "v1" cannot be handled as a VirtualMachine: {listed}'
    lax = client.ask("POST", MACHINES, item)
    assert lax.headers["Warning"] == '299 - "unknown field \\"spec.template.spec.domain.foo\\""'
    assert "foo" not in lax.json["spec"]["template"]["spec"]["domain"]
    patch = {"spec": {"template": {"spec": {"domain": {"foo": 1}}}}}
    patched = client.ask("PATCH", f"{MACHINES}/web?fieldValidation=Strict", patch)
    assert patched.code == 422
    assert patched.message.startswith(' "" is invalid: patch: Invalid value: "{')
    assert "registry.example/fedora:41" in patched.message  # the genuine server quotes the whole object, too
    assert patched.message.endswith(listed)


def test_delete_preconditions_finalizers_and_owners(client: Client) -> None:
    owner = client.ask("POST", SECRETS, SECRET).json["metadata"]
    reference = {"apiVersion": "v1", "kind": "Secret", "name": "s", "uid": owner["uid"]}
    child = {**SECRET, "metadata": {"name": "child", "ownerReferences": [reference], "finalizers": ["x/y"]}}
    client.ask("POST", SECRETS, child)
    refused = client.ask("DELETE", f"{SECRETS}/s", {"preconditions": {"uid": "other"}})
    assert (refused.code, "the UID in the precondition (other)" in refused.message) == (409, True)
    gone = client.ask("DELETE", f"{SECRETS}/s")
    assert (gone.json["status"], gone.json["details"]["uid"]) == ("Success", owner["uid"])
    assert "deletionTimestamp" in client.get(f"{SECRETS}/child")["metadata"]
    client.ask("PATCH", f"{SECRETS}/child", {"metadata": {"finalizers": None}})
    assert client.ask("GET", f"{SECRETS}/child").code == 404


@pytest.mark.parametrize(("policy", "child_stays"), [("Orphan", True), ("Foreground", False), ("Background", False)])
def test_propagation_policies(client: Client, policy: str, child_stays: bool) -> None:
    owner = client.ask("POST", SECRETS, SECRET).json["metadata"]
    reference = {"apiVersion": "v1", "kind": "Secret", "name": "s", "uid": owner["uid"]}
    client.ask("POST", SECRETS, {**SECRET, "metadata": {"name": "child", "ownerReferences": [reference]}})
    client.ask("DELETE", f"{SECRETS}/s", {"propagationPolicy": policy})
    assert client.ask("GET", f"{SECRETS}/s").code == 404
    assert (client.ask("GET", f"{SECRETS}/child").code == 200) is child_stays


def test_watch_sees_its_object_only(client: Client) -> None:
    revision = client.get(SECRETS)["metadata"]["resourceVersion"]
    path = f"{SECRETS}?watch=1&fieldSelector=metadata.name%3Ds&timeoutSeconds=1&resourceVersion={revision}"
    seen: list[str] = []

    def watch() -> None:
        with client.open("GET", path) as lines:
            seen.extend(json.loads(line)["type"] for line in lines)

    watcher = threading.Thread(target=watch)
    watcher.start()
    client.ask("POST", SECRETS, SECRET)
    client.ask("POST", SECRETS, {**SECRET, "metadata": {"name": "other"}})
    client.ask("PATCH", f"{SECRETS}/s", {"stringData": {"a": "c"}})
    client.ask("DELETE", f"{SECRETS}/s")
    watcher.join()
    assert seen == ["ADDED", "MODIFIED", "DELETED"]


def test_watch_bookmarks_and_too_old_revisions() -> None:
    with Simulator(timings=Timings(bookmark=0.1)) as simulator:
        client = Client(simulator)
        query = "watch=1&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=0"
        lines = client.ask("GET", f"{SECRETS}?{query}").text.splitlines()
        assert json.loads(lines[0])["type"] == "BOOKMARK"
        client.ask("POST", SECRETS, SECRET)
        simulator.forget_history()
        old = client.ask("GET", f"{SECRETS}?watch=1&timeoutSeconds=1&resourceVersion=1")
        event = json.loads(old.text)
        assert (old.code, event["type"], event["object"]["code"]) == (200, "ERROR", 410)
        assert event["object"]["message"].startswith("too old resource version: 1 (")


def test_users_and_rights(client: Client) -> None:
    assert client.ask("GET", SECRETS, user="nobody").json["message"] == "Unauthorized"
    client.simulator.deny("vmuser", "update", "virtualmachines/start")
    client.simulator.deny("vmuser", "list", "secrets", "default")
    refused = client.ask("GET", SECRETS, user="vmuser")
    assert refused.code == 403
    assert refused.message == (
        'secrets is forbidden: User "vmuser" cannot list resource "secrets" in API group "" in the namespace "default"'
    )
    assert client.ask("GET", f"{SECRETS}/s", user="vmuser").code == 404
    start = "/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachines/web/start"
    assert (
        'cannot update resource "virtualmachines/start" in API group'
        in client.ask("PUT", start, {}, user="vmuser").message
    )


def test_the_python_client_reads_the_kubeconfig(simulator: Simulator) -> None:
    configuration = kubernetes.client.Configuration()
    kubernetes.config.load_kube_config(str(simulator.kubeconfig), client_configuration=configuration)
    with kubernetes.client.ApiClient(configuration) as api:
        core, custom = kubernetes.client.CoreV1Api(api), kubernetes.client.CustomObjectsApi(api)
        assert core.read_namespace("default").status
        custom.create_namespaced_custom_object("kubevirt.io", "v1", "default", "virtualmachines", machine())
        assert kubernetes.client.VersionApi(api).get_code().git_version == "v1.34.4"
    assert simulator.requests[-1].user_agent.startswith("OpenAPI-Generator/")
