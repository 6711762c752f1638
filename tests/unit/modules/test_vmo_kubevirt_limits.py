# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt`` where it may not, cannot, or is not alone: rights, servers in trouble, other writers, kills."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.vmo.core.plugins.module_utils._kube.transport import HttpTransport, Request, Response
from tests.sim.kubevirt import Fault, Timings
from tests.unit.modules.kubevirt_site import VERSIONS, Site, empty_site, item, objects, plain, written

Tree = dict[str, t.Any]
CONFLICT = "Operation cannot be fulfilled on it: the object has been modified"
pytestmark = pytest.mark.simulator_only("it installs KubeVirt anew: tests/cluster/ring has one cluster for all tests")


def change(site: Site, product: str, patch: Tree) -> None:
    """Change the object that tells the operator what to install, as somebody else."""
    found = site.itself(product)
    assert found is not None
    del found["metadata"]["resourceVersion"]
    metadata = {**found["metadata"], **patch.get("metadata", {})}
    site.simulator.put({**found, "metadata": metadata, "spec": {**found["spec"], **patch.get("spec", {})}})


# A server in trouble.


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", method="PATCH", code=429, retry_after=0),
        Fault("status", method="PATCH", code=503, times=2),
        Fault("status", method="GET", path="deployments", code=503),
        Fault("webhook", method="PATCH", path="deployments"),
        Fault("cut", method="PATCH", path="customresourcedefinitions"),
        Fault("cut", method="GET", path="namespaces"),
        Fault("cut", method="POST", path="kubevirts"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.code}-{fault.method}-{fault.path}",
)
def test_what_passes_is_no_failure(site: Site, fault: Fault) -> None:
    site.simulator.add_fault(fault)
    assert len(written(site.run())) == len(objects("kubevirt")) + 1
    assert fault.times == 0
    assert not site.run().changed


@pytest.mark.parametrize(("method", "path"), [("PATCH", "namespaces"), ("PATCH", "deployments"), ("POST", "kubevirts")])
def test_a_lost_answer_of_an_installation_counts_once(site: Site, method: str, path: str) -> None:
    site.simulator.add_fault(Fault("cut-after", method=method, path=path))
    done = written(site.run())
    assert len(done) == len(set(done)) == len(objects("kubevirt")) + 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "kubevirts/kubevirt"), ("DELETE", "kubevirts/kubevirt"), ("DELETE", "deployments/virt-operator")],
)
def test_a_lost_answer_of_a_removal_counts_once(site: Site, method: str, path: str) -> None:
    site.run()
    site.until_deployed()
    foreseen = site.run(state="absent", check=True)
    fault = site.simulator.add_fault(Fault("cut-after", method=method, path=path))
    assert written(site.run(state="absent")) == written(foreseen)
    assert fault.times == 0
    assert site.itself() is None


def test_what_was_done_before_a_failure_is_told(site: Site) -> None:
    site.simulator.deny("admin", "patch", "deployments")
    answer = site.fail()
    assert answer.result["error"]["code"] == "forbidden"
    assert answer.result["error"]["rule"]["resources"] == ["deployments"]
    assert (answer.result["action"], answer.changed) == ("install", True)
    assert len(written(answer)) == len(objects("kubevirt")) - 1
    assert site.itself() is None


# Killed.


class Killed(BaseException):
    """What no code may catch."""


class Killer:
    """Kills a run after its next write has had its effect."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._is_armed = False
        send = HttpTransport.send

        def sent(transport: HttpTransport, request: Request) -> Response:
            answer = send(transport, request)
            if self._is_armed and request.method != "GET":
                raise Killed
            return answer

        monkeypatch.setattr(HttpTransport, "send", sent)

    def runs(self, site: Site, product: str, **params: t.Any) -> int:
        """Run again and again, each time killed after one write; return how many were."""
        self._is_armed = True
        for killed in range(99):
            try:
                site.run(product, VERSIONS[product], **params)
            except Killed:
                continue
            self._is_armed = False
            return killed
        raise AssertionError("it never came to an end")


@pytest.mark.parametrize("product", VERSIONS)
def test_killed_after_each_write_it_converges(site: Site, monkeypatch: pytest.MonkeyPatch, product: str) -> None:
    killer = Killer(monkeypatch)
    assert killer.runs(site, product) == len(objects(product)) + 1
    site.until_deployed(product)
    assert not site.run(product, VERSIONS[product]).changed
    foreseen = site.run(product, VERSIONS[product], state="absent", check=True)
    # one more: the object is told to block first
    assert killer.runs(site, product, state="absent") == len(written(foreseen)) + 1
    assert site.itself(product) is None
    assert not site.run(product, VERSIONS[product], state="absent").changed


# Others who write.


def test_secrets_are_added_to_what_is_there(installed_site: tuple[Site, str, str]) -> None:
    site, product, version = installed_site
    mine, theirs = {"name": "mine"}, {"name": "theirs"}
    before = {"imagePullSecrets": [theirs]}
    change(site, product, {"spec": before if product == "kubevirt" else {"config": before}})
    foreseen = site.run(product, version, image_pull_secrets=["mine"], check=True)
    done = site.run(product, version, image_pull_secrets=["mine"])
    assert written(foreseen) == written(done)
    assert foreseen.result["diff"] == done.result["diff"]
    kind = {"kubevirt": "KubeVirt", "cdi": "CDI"}[product]
    assert [(verb, kind) for verb, kind, _name in written(done)] == [("apply", "Deployment"), ("patch", kind)]
    spec = (site.itself(product) or {})["spec"]
    assert (spec if product == "kubevirt" else spec["config"])["imagePullSecrets"] == [theirs, mine]
    field = "spec.imagePullSecrets" if product == "kubevirt" else "spec.config.imagePullSecrets"
    assert [field] in done.result["diff"]["after"].values()
    again = site.run(product, version, image_pull_secrets=["mine"])
    assert (again.changed, again.writes) == (False, [])


@pytest.mark.parametrize("params", [{"image_pull_secrets": ["mine"]}, {"state": "absent"}], ids=["present", "absent"])
def test_who_was_faster_is_read_again(installed_site: tuple[Site, str, str], params: Tree) -> None:
    site, product, version = installed_site
    path = f"{product}s/{product}"
    site.simulator.add_fault(Fault("status", method="PATCH", path=path, code=409, message=CONFLICT, times=2))
    answer = site.run(product, version, **params)
    assert len([asked for asked in answer.writes if asked.endswith(f" {path}") and "delete" not in asked]) == 3
    assert len(written(answer)) == len(set(written(answer)))


@pytest.mark.parametrize("params", [{"image_pull_secrets": ["mine"]}, {"state": "absent"}], ids=["present", "absent"])
def test_who_is_always_faster_is_told(installed_site: tuple[Site, str, str], params: Tree) -> None:
    site, product, version = installed_site
    path = f"{product}s/{product}"
    site.simulator.add_fault(Fault("status", method="PATCH", path=path, code=409, message=CONFLICT, times=99))
    answer = site.fail(product, version, **params)
    assert answer.result["error"]["code"] == "conflict"
    assert site.itself(product) is not None


OWNERS: dict[str, Tree] = {
    "Helm": {"annotations": {"meta.helm.sh/release-name": "kv", "meta.helm.sh/release-namespace": "ops"}},
    "Palette VMO": {"annotations": {"meta.helm.sh/release-name": "virtual-machine-orchestrator"}},
    "the HyperConverged operator": {"labels": {"app.kubernetes.io/managed-by": "hco-operator"}},
}


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("check", [False, True])
def test_what_others_manage_is_theirs(installed_site: tuple[Site, str, str], owner: str, check: bool) -> None:
    site, product, version = installed_site
    change(site, product, {"metadata": OWNERS[owner]})
    deployment = next(item for item in objects(product) if item["kind"] == "Deployment")["metadata"]
    site.simulator.remove("deployments", deployment["namespace"], deployment["name"])
    there = site.run(product, version, check=check, image_pull_secrets=["mine"])
    assert (there.changed, there.writes, there.rehearsals) == (False, [], [])
    assert there.result["managed_by"]["by"] in ("helm", "palette", "hyperconverged")
    refused = site.fail(product, version, check=check, state="absent")
    assert refused.result["error"]["code"] == "no_way"
    assert f"is managed by {owner}" in refused.result["msg"]
    assert refused.writes == refused.rehearsals == []


def test_of_two_objects_none_is_chosen(site: Site) -> None:
    site.run()
    found = site.itself() or {}
    site.simulator.put({**found, "metadata": {"name": "another", "namespace": "kubevirt"}})
    answer = site.fail()
    assert answer.result["error"]["code"] == "several_objects"
    assert answer.writes == []


def test_a_second_operator_is_not_installed(site: Site) -> None:
    site.run()
    site.until_deployed()
    elsewhere = [
        {**item, "metadata": {**item["metadata"], "namespace": "elsewhere"}}
        if "namespace" in item["metadata"]
        else item
        for item in objects("kubevirt")
    ]
    answer = site.fail(manifest=elsewhere)
    assert "this would install a second operator in elsewhere" in answer.result["msg"]
    assert answer.writes == []


# What never comes, and what cannot be meant.


def test_a_kind_that_is_not_established_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with empty_site(monkeypatch, Timings(establish=60.0)) as site:
        answer = site.fail(wait_timeout=1)
        error = answer.result["error"]
        assert (error["code"], error["last_seen"]) == ("wait_timeout", "not established yet")
        assert "kubevirts.kubevirt.io is not established after 1 seconds" in answer.result["msg"]
        assert {kind for _verb, kind, _name in written(answer)} == {"Namespace", "CustomResourceDefinition"}


def test_a_kind_that_is_established_may_be_nobodys_to_read(site: Site) -> None:
    site.simulator.deny("admin", "get", "things")
    answer = plain(site)
    assert not answer.result.get("failed"), answer.result
    assert written(answer) == [("create", "CustomResourceDefinition", "things.example.com")]


def test_a_kind_that_the_cluster_does_not_know_is_foreseen_or_named(site: Site) -> None:
    thing = item("example.com/v1", "Thing")
    foreseen = plain(site, manifest=[thing], check=True)
    assert [action["foreseen"] for action in foreseen.result["actions"]] == [True]
    refused = plain(site, manifest=[thing])
    assert refused.result["error"]["code"] == "not_found"
    assert "Thing shop/x: this cluster knows no Thing of example.com/v1" in refused.result["msg"]


@pytest.mark.parametrize(
    "registries",
    [{"": "registry.example"}, {"quay.io": ""}, {"https://quay.io": "registry.example"}, {"quay.io": 5000},
     {"quay.io": "https://registry.example"}, {"quay.io/a b": "x"}, {"quay.io": None}, {"quay.io": ["x"]}],
)  # fmt: skip
def test_what_is_no_registry_is_refused(site: Site, registries: Tree) -> None:
    answer = site.fail(registries=registries)
    assert answer.result["error"]["code"] == "invalid_option"
    assert "is no place of images, such as quay.io/kubevirt" in answer.result["msg"]
    assert answer.reads == answer.writes == []
