# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that begins without KubeVirt: manifests bring the operators, and these do the rest."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from tests.contract.server import Answer
from tests.sim.kubevirt import Simulator
from tests.unit.sim.client import MACHINES, Client, Object, condition, machine

APPLY = "application/apply-patch+yaml"
CORE, APPS, RBAC = "/api/v1", "/apis/apps/v1", "/apis/rbac.authorization.k8s.io/v1"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
OPERATOR = f"{APPS}/namespaces/kubevirt/deployments/virt-operator"
KUBEVIRTS = "/apis/kubevirt.io/v1/namespaces/kubevirt/kubevirts"
KUBEVIRT, CDI = f"{KUBEVIRTS}/kubevirt", "/apis/cdi.kubevirt.io/v1beta1/cdis/cdi"
ASKS_FOR_KUBEVIRT = {"apiVersion": "kubevirt.io/v1", "kind": "KubeVirt", "metadata": {"name": "kubevirt"}, "spec": {}}
ASKS_FOR_CDI = {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "CDI", "metadata": {"name": "cdi"}, "spec": {}}


@pytest.fixture
def client() -> t.Iterator[Client]:
    """Yield the client of a cluster that has nothing yet."""
    with Simulator(stage="empty") as simulator:
        yield Client(simulator)


def paths(client: Client) -> dict[str, str]:
    """Return the collection of each kind that discovery tells, by apiVersion and kind; ``{}`` is the namespace."""
    found = {}
    groups = client.get("/apis")["groups"]
    versions = [version["groupVersion"] for group in groups for version in group["versions"]]
    for version, root in [("v1", CORE), *((version, f"/apis/{version}") for version in versions)]:
        for resource in client.get(root)["resources"]:
            where = "/namespaces/{}" if resource["namespaced"] else ""
            found[f"{version} {resource['kind']}"] = f"{root}{where}/{resource['name']}"
    return found


def apply(client: Client, item: Object, query: str = "") -> Answer:
    collection = paths(client)[f"{item['apiVersion']} {item['kind']}"].format(item["metadata"].get("namespace"))
    path = f"{collection}/{item['metadata']['name']}?fieldManager=me&force=true{query}"
    return client.ask("PATCH", path, item, Content_Type=APPLY)


def bring(client: Client, product: str, version: str, **changes: str) -> list[Answer]:
    """Apply the manifest, with words in it changed."""
    text = client.ask("GET", f"/_sim/manifests/{product}/{version}").text
    for old, new in changes.items():
        text = text.replace(old, new)
    answers = [apply(client, item) for item in yaml.safe_load_all(text)]
    assert {answer.code for answer in answers} <= {200, 201}
    return answers


def install(client: Client) -> Object:
    bring(client, "kubevirt", "v1.4.0")
    client.until(lambda: client.ask("POST", KUBEVIRTS, ASKS_FOR_KUBEVIRT).code == 201)
    return until_deployed(client, "v1.4.0")


def until_deployed(client: Client, version: str) -> Object:
    def deployed() -> Object | None:
        found = client.get(KUBEVIRT)
        done = condition(found, "Available").get("reason") == "AllComponentsReady"
        return found if done and found["status"]["observedKubeVirtVersion"] == version else None

    return t.cast(Object, client.until(deployed))


def names(client: Client, path: str) -> list[str]:
    return [item["metadata"]["name"] for item in client.get(path)["items"]]


def test_it_begins_with_what_every_cluster_has(client: Client) -> None:
    assert names(client, f"{CORE}/namespaces") == ["default", "kube-system"]
    assert names(client, CRDS) == []
    assert not [path for path in paths(client).values() if "kubevirt" in path]
    for path in (MACHINES, KUBEVIRTS, CDI):
        assert (client.ask("GET", path).code, client.ask("GET", path).text) == (404, "404 page not found\n")
    assert client.ask("GET", "/apis/subresources.kubevirt.io/v1").code == 404
    assert "devices.kubevirt.io/kvm" not in client.get(f"{CORE}/nodes/kv-node1")["status"]["allocatable"]


def test_each_group_has_an_apiservice(client: Client) -> None:
    def services() -> list[str]:
        return names(client, "/apis/apiregistration.k8s.io/v1/apiservices")

    assert "v1.apps" in services()
    bring(client, "cdi", "v1.65.0")
    client.until(lambda: "v1beta1.cdi.kubevirt.io" in services())
    client.ask("DELETE", f"{CRDS}/cdis.cdi.kubevirt.io")
    client.until(lambda: "v1beta1.cdi.kubevirt.io" not in services())


def test_an_operator_installs_what_it_is_asked_for(client: Client) -> None:
    found = install(client)
    assert found["metadata"]["finalizers"] == ["foregroundDeleteKubeVirt"]
    assert (found["status"]["phase"], found["status"]["targetKubeVirtVersion"]) == ("Deployed", "v1.4.0")
    assert found["status"]["observedGeneration"] == found["metadata"]["generation"]
    handler = client.get(f"{APPS}/namespaces/kubevirt/daemonsets/virt-handler")
    assert (
        handler["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.example/kubevirt/virt-handler:v1.4.0"
    )
    assert (handler["status"]["numberReady"], handler["status"]["desiredNumberScheduled"]) == (3, 3)
    client.create(machine(strategy="Always"), "Running")


def test_what_is_applied_again_is_no_change(client: Client) -> None:
    bring(client, "kubevirt", "v1.4.0")
    client.until(lambda: client.get(OPERATOR)["status"].get("readyReplicas") == 2)
    client.simulator.clear_log()
    again = bring(client, "kubevirt", "v1.4.0")
    assert [answer.code for answer in again] == [200] * len(again)
    assert client.simulator.writes == []


def test_a_rehearsal_creates_nothing(client: Client) -> None:
    client.simulator.refuse_writes = True
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a:b"}}
    assert apply(client, {**head, "rules": []}, "&dryRun=All").code == 201
    assert names(client, f"{RBAC}/clusterroles") == []
    assert client.simulator.refused == []


def test_fields_have_their_managers(client: Client) -> None:
    bring(client, "kubevirt", "v1.4.0")
    (entry,) = client.get(f"{RBAC}/clusterroles/kubevirt-operator")["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"], entry["fieldsV1"]) == ("me", "Apply", {"f:rules": {}})
    fields = client.get(OPERATOR)["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]
    assert (fields["f:replicas"], fields["f:selector"]) == ({}, {})
    container = fields["f:template"]["f:spec"]["f:containers"]['k:{"name":"virt-operator"}']
    assert container["f:env"]['k:{"name":"KUBEVIRT_VERSION"}'] == {".": {}, "f:name": {}, "f:value": {}}


def test_a_newer_operator_brings_the_newer_version(client: Client) -> None:
    install(client)
    bring(client, "kubevirt", "v1.5.0")
    found = client.until(lambda: _seen(client, "UpdateInProgress"))
    marks = [condition(found, kind)["status"] for kind in ("Available", "Progressing", "Degraded")]
    assert (found["status"]["phase"], marks) == ("Deployed", ["True", "True", "True"])
    assert found["status"]["observedKubeVirtVersion"] == "v1.4.0"
    until_deployed(client, "v1.5.0")
    pods = client.get(f"{CORE}/namespaces/kubevirt/pods")["items"]
    assert {pod["spec"]["containers"][0]["image"].rpartition(":")[2] for pod in pods} == {"v1.5.0"}


def _seen(client: Client, reason: str) -> Object | None:
    found = client.get(KUBEVIRT)
    return found if condition(found, "Progressing").get("reason") == reason else None


def test_an_image_that_cannot_be_pulled(client: Client) -> None:
    install(client)
    bring(client, "kubevirt", "v1.5.0", **{"registry.example": "does-not-exist.example"})

    def waiting() -> list[Object]:
        pods = client.get(f"{CORE}/namespaces/kubevirt/pods")["items"]
        states = [pod["status"].get("containerStatuses", [{}])[0].get("state", {}) for pod in pods]
        return [state["waiting"] for state in states if state.get("waiting", {}).get("reason") == "ImagePullBackOff"]

    (first, _second) = client.until(lambda: waiting() if len(waiting()) == 2 else None)
    assert first["message"] == 'Back-off pulling image "does-not-exist.example/kubevirt/virt-operator:v1.5.0"'
    # the old ones go on
    status = client.get(OPERATOR)["status"]
    assert (status["readyReplicas"], status["updatedReplicas"], status["unavailableReplicas"]) == (2, 2, 2)
    assert client.get(KUBEVIRT)["status"]["targetKubeVirtVersion"] == "v1.4.0"


def test_what_asks_for_nothing_is_refused(client: Client) -> None:
    bring(client, "kubevirt", "v1.4.0")
    wanted = {key: value for key, value in ASKS_FOR_KUBEVIRT.items() if key != "spec"}
    client.until(lambda: client.ask("POST", KUBEVIRTS, wanted).code != 404)
    answer = client.ask("POST", KUBEVIRTS, wanted)
    assert (answer.code, answer.message) == (422, 'KubeVirt.kubevirt.io "kubevirt" is invalid: spec: Required value')


def test_nothing_happens_without_an_operator(client: Client) -> None:
    bring(client, "kubevirt", "v1.4.0", **{"registry.example": "does-not-exist.example"})
    client.until(lambda: client.ask("POST", KUBEVIRTS, ASKS_FOR_KUBEVIRT).code == 201)
    client.until(lambda: client.get(OPERATOR)["status"].get("unavailableReplicas") == 2)
    assert client.get(KUBEVIRT).get("status") is None


def test_components_of_another_version_than_the_operator(client: Client) -> None:
    install(client)
    client.ask("PATCH", KUBEVIRT, {"spec": {"imageTag": "v1.4.1"}})
    found = until_deployed(client, "v1.4.1")
    assert found["status"]["operatorVersion"] == "v1.4.0"


def test_its_object_takes_everything_with_it_but_the_operator(client: Client) -> None:
    install(client)
    client.create(machine(strategy="Always"), "Running")
    assert client.ask("DELETE", KUBEVIRT).json["metadata"]["deletionTimestamp"]
    client.until(lambda: client.ask("GET", KUBEVIRT).code == 404)
    assert names(client, CRDS) == ["kubevirts.kubevirt.io"]
    assert client.ask("GET", MACHINES).code == 404
    assert names(client, f"{APPS}/deployments") == ["virt-operator"]
    services = names(client, "/apis/apiregistration.k8s.io/v1/apiservices")
    assert [name for name in services if "kubevirt" in name] == ["v1.kubevirt.io"]
    assert names(client, f"{RBAC}/clusterroles") == ["kubevirt-operator"]
    assert names(client, f"{CORE}/namespaces") == ["default", "kube-system", "kubevirt"]


def test_a_crd_takes_its_objects_with_it(client: Client) -> None:
    install(client)
    assert client.ask("DELETE", f"{CRDS}/kubevirts.kubevirt.io").json["metadata"]["deletionTimestamp"]
    client.until(lambda: client.ask("GET", f"{CRDS}/kubevirts.kubevirt.io").code == 404)
    assert client.ask("GET", KUBEVIRT).text == "404 page not found\n"


def test_cdi_is_installed_upgraded_and_removed(client: Client) -> None:
    bring(client, "cdi", "v1.64.0")
    client.until(lambda: client.ask("POST", CDI.removesuffix("/cdi"), ASKS_FOR_CDI).code == 201)

    def at(version: str) -> bool:
        status = client.get(CDI).get("status", {})
        return (status.get("phase"), status.get("observedVersion")) == ("Deployed", version)

    client.until(lambda: at("v1.64.0"))
    profiles = "/apis/cdi.kubevirt.io/v1beta1/storageprofiles"
    assert names(client, profiles) == ["ceph-rbd", "ceph-rbd-wffc", "local-path"]
    bring(client, "cdi", "v1.65.0")
    client.until(lambda: client.get(CDI)["status"]["phase"] == "Upgrading")
    client.until(lambda: at("v1.65.0"))
    client.ask("DELETE", CDI)
    client.until(lambda: client.ask("GET", CDI).code == 404)
    assert names(client, CRDS) == ["cdis.cdi.kubevirt.io"]
    assert client.ask("GET", profiles).code == 404


def test_cdi_drops_old_versions_of_its_own_crd(client: Client) -> None:
    bring(client, "cdi", "v1.65.0")
    client.until(lambda: client.ask("POST", CDI.removesuffix("/cdi"), ASKS_FOR_CDI).code == 201)

    def versions(crd: Object) -> list[str]:
        return [version["name"] for version in crd["spec"]["versions"]]

    for _time in range(2):
        client.until(lambda: versions(client.get(f"{CRDS}/cdis.cdi.kubevirt.io")) == ["v1beta1"])
        _namespace, crd, *_rest = bring(client, "cdi", "v1.65.0")
        assert versions(crd.json) == ["v1alpha1", "v1beta1"]
