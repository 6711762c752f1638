# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt`` on a cluster that begins empty: fresh, again, half, in check mode, and away again."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.modules.bench import Answer
from tests.unit.modules.kubevirt_site import MODULE, VERSIONS, Site, objects, written

Tree = dict[str, t.Any]
pytestmark = pytest.mark.simulator_only("it installs KubeVirt anew: tests/cluster/ring has one cluster for all tests")


def test_without_a_manifest_it_only_decides(site: Site) -> None:
    answer = site.run(version=None, default_version="1.8.0")
    assert (answer.result["action"], answer.result["version"], answer.changed) == ("install", "v1.8.0", False)
    assert answer.writes == answer.rehearsals == []


@pytest.mark.parametrize(("product", "version"), VERSIONS.items())
def test_it_installs_what_it_foresaw(site: Site, product: str, version: str) -> None:
    foreseen = site.run(product, version, check=True)
    assert foreseen.writes == []
    done = site.run(product, version)
    assert done.changed
    assert sorted(written(foreseen)) == sorted(written(done))
    assert foreseen.result["diff"] == done.result["diff"]
    assert len(written(done)) == len(objects(product, version)) + 1
    site.until_deployed(product)


def test_what_is_there_costs_one_read_an_object_and_no_write(installed_site: tuple[Site, str, str]) -> None:
    site, product, version = installed_site
    for check in (False, True):
        again = site.run(product, version, check=check)
        assert (again.changed, again.writes, again.rehearsals) == (False, [], []), again.result
        assert again.result["diff"] == {"before": {}, "after": {}}
        of_objects = [read for read in again.reads if read.startswith("get ") and "/" in read]
        assert len(of_objects) <= len(objects(product, version))


def test_what_differs_is_mended_alone(installed_site: tuple[Site, str, str]) -> None:
    site, product, version = installed_site
    deployment = next(item for item in objects(product, version) if item["kind"] == "Deployment")["metadata"]
    found = site.simulator.read("deployments", deployment["namespace"], deployment["name"])
    assert found is not None
    del found["metadata"]["resourceVersion"]
    site.simulator.put({**found, "spec": {**found["spec"], "replicas": 0}})
    foreseen, done = site.run(product, version, check=True), site.run(product, version)
    assert written(foreseen) == written(done) == [("apply", "Deployment", deployment["name"])]
    assert foreseen.result["diff"] == done.result["diff"]
    assert foreseen.writes == []
    assert not site.run(product, version).changed


def test_a_killed_run_is_taken_up(site: Site) -> None:
    first, *_rest = objects("kubevirt", "v1.4.0")
    site.bench.run(MODULE, namespace=None, manifest=[first])
    foreseen, done = site.run(check=True), site.run()
    assert sorted(written(foreseen)) == sorted(written(done))
    assert first["metadata"]["name"] not in {name for _verb, kind, name in written(done) if kind == first["kind"]}
    site.until_deployed()


def test_an_upgrade_goes_one_minor_version(site: Site) -> None:
    site.run()
    site.until_deployed()
    refused = site.fail(version="v1.6.0")
    assert "1.4 → 1.5 → 1.6" in refused.result["msg"]
    assert refused.result["error"]["code"] == "no_way"
    assert refused.writes == []
    answer = site.run(version="v1.5.0")
    assert (answer.result["action"], answer.result["previous_version"]) == ("upgrade", "v1.4.0")
    assert ("apply", "Deployment", "virt-operator") in written(answer)


def test_a_manifest_of_another_version_is_refused(site: Site) -> None:
    answer = site.bench.fail(MODULE, **site.options("kubevirt", "v1.4.0", {"version": "1.5.0"}))
    assert "it brings v1.4.0 of KubeVirt, and v1.5.0 is wanted" in answer.result["msg"]
    assert answer.writes == []


def test_it_goes_as_it_was_foreseen(installed_site: tuple[Site, str, str]) -> None:
    site, product, version = installed_site
    foreseen = site.run(product, version, state="absent", check=True)
    assert foreseen.writes == []
    done = site.run(product, version, state="absent")
    assert written(foreseen) == written(done)
    assert site.itself(product) is None
    kept = {item["metadata"]["name"] for item in objects(product, version) if item["kind"] == "Namespace"}
    assert all(site.simulator.read("namespaces", "", name) for name in kept)
    assert not site.run(product, version, state="absent").changed
    all_of_it = site.run(product, version, state="absent", delete_crds=True, delete_namespaces=True)
    assert {kind for _verb, kind, _name in written(all_of_it)} == {"CustomResourceDefinition", "Namespace"}


GUARDED = [
    ({"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine", "metadata": {"name": "web-01", "namespace": "shop"},
      "spec": {"runStrategy": "Halted", "template": {"spec": {"domain": {"devices": {}}}}}}, "shop/web-01"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "place"), GUARDED)
@pytest.mark.parametrize("check", [False, True])
def test_what_users_have_keeps_it(site: Site, item: Tree, place: str, check: bool) -> None:
    site.run()
    site.until_deployed()
    site.simulator.put(item)
    answer = site.fail(state="absent", check=check)
    assert answer.result["error"] == {"code": "in_use", "kinds": [item["kind"]]}
    assert place in answer.result["msg"]
    assert answer.writes == answer.rehearsals == []


def test_what_may_not_be_seen_is_not_taken_for_missing(site: Site) -> None:
    site.run()
    site.until_deployed()
    site.simulator.deny("admin", "list", "virtualmachines")
    answer = site.fail(state="absent")
    assert answer.result["error"]["code"] == "forbidden"
    assert "VirtualMachine objects would be lost cannot be told" in answer.result["msg"]
    assert answer.writes == []


def test_what_an_interrupted_removal_left_is_taken(site: Site) -> None:
    site.run()
    left = {"kind": "ValidatingWebhookConfiguration", "metadata": {"name": "virt-api-validator"}, "webhooks": []}
    site.simulator.remove("kubevirts", "kubevirt", "kubevirt")
    site.until(lambda: site.itself() is None)
    site.bench.run(MODULE, namespace=None, manifest=[{"apiVersion": "admissionregistration.k8s.io/v1", **left}])
    foreseen, done = site.run(state="absent", check=True), site.run(state="absent")
    assert written(foreseen) == written(done)
    assert ("delete", left["kind"], "virt-api-validator") in written(done)
    assert ("delete", "Deployment", "virt-operator") in written(done)


def test_a_plain_manifest_comes_and_goes(site: Site) -> None:
    mine = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine"}, "data": {"a": "1", "b": "2"}}

    def run(item: Tree, **params: t.Any) -> Answer:
        return site.bench.run(MODULE, namespace=None, diff=True, manifest=[item], **params)

    assert written(run(mine)) == [("create", "ConfigMap", "mine")]
    assert not run(mine).changed
    less = {**mine, "data": {"a": "1"}}
    foreseen, done = run(less, check=True), run(less)
    assert written(foreseen) == written(done) == [("apply", "ConfigMap", "mine")]
    assert done.result["diff"]["after"] == {"ConfigMap default/mine": ["data.b"]}
    assert written(run(mine, state="absent")) == [("delete", "ConfigMap", "mine")]
    assert not run(mine, state="absent").changed


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"manifest": "a: [", "product": "CDI"}, "manifest: the text is no YAML"),
        ({"manifest": "a: 1"}, "manifest: document 1 is no object of Kubernetes"),
        ({}, "without a product there is nothing else to go by"),
        ({"product": "CDI"}, "version: none is named"),
        ({"product": "CDI", "version": "new"}, "version: 'new' is no version"),
        ({"product": "CDI", "version": "1.2.3", "wait_timeout": 0}, "wait_timeout: 0 is less than 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(site: Site, params: Tree, sentence: str) -> None:
    answer = site.bench.fail(MODULE, namespace=None, **params)
    assert answer.result["error"]["code"] == "invalid_option"
    assert sentence in answer.result["msg"]
    assert answer.writes == []
