# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vmo_kubevirt`` takes KubeVirt, CDI and other kinds away: who has to be there for it, and what keeps them."""

from __future__ import annotations

import typing as t

import pytest

from tests.sim.kubevirt import Timings
from tests.unit.modules.kubevirt_site import DEFINITION, VERSIONS, Site, empty_site, item, objects, plain, written

Tree = dict[str, t.Any]
pytestmark = pytest.mark.simulator_only("it installs KubeVirt anew: tests/cluster/ring has one cluster for all tests")


def test_a_removal_that_goes_on_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    with empty_site(monkeypatch, Timings(provision=0.5)) as site:
        site.run()
        site.until_deployed()
        site.run(state="absent", failure_grace=0)
        assert site.itself() is None


OPERATORS = {
    "cdi": ("cdi", "cdi-operator", "there is no operator of CDI to remove it: apply its manifest first"),
    "kubevirt": ("kubevirt", "virt-operator", "there is no operator of KubeVirt to remove it"),
}


def test_who_is_to_remove_it_has_to_be_there(installed_site: tuple[Site, str, str]) -> None:
    site, product, version = installed_site
    namespace, operator, sentence = OPERATORS[product]
    site.simulator.remove("deployments", namespace, operator)
    answer = site.fail(product, version, state="absent", failure_grace=0)
    assert answer.result["error"]["code"] == "not_removed"
    assert sentence in answer.result["msg"]
    refused = site.fail(product, version)
    assert refused.result["error"]["code"] == "being_deleted"
    assert refused.writes == []
    assert plain(site, manifest=objects(product)).changed
    site.run(product, version, state="absent")
    assert site.itself(product) is None


@pytest.mark.parametrize(
    ("replicas", "image", "sentence"),
    [
        (0, "cdi-operator:v1.65.0", "Deployment cdi/cdi-operator, which is to remove it, is told to run no pods"),
        (1, "does-not-exist/cdi-operator:v1.65.0", "does-not-exist/cdi-operator:v1.65.0 does not run"),
    ],
)
def test_who_is_to_remove_it_has_to_run(site: Site, replicas: int, image: str, sentence: str) -> None:
    site.run("cdi", VERSIONS["cdi"])
    site.until_deployed("cdi")
    deployment = site.simulator.read("deployments", "cdi", "cdi-operator") or {}
    site.simulator.remove("deployments", "cdi", "cdi-operator")
    deployment["spec"]["replicas"] = replicas
    deployment["spec"]["template"]["spec"]["containers"][0]["image"] = image
    kept = {field: deployment["metadata"][field] for field in ("name", "namespace", "labels")}
    site.simulator.put({**deployment, "metadata": kept, "status": {}})
    answer = site.fail("cdi", VERSIONS["cdi"], state="absent", failure_grace=0, wait_timeout=10)
    assert answer.result["error"]["code"] == "not_removed"
    assert sentence in answer.result["msg"]


def test_a_removal_that_does_not_end_is_told(site: Site) -> None:
    site.run("cdi", VERSIONS["cdi"])
    site.until_deployed("cdi")
    site.simulator.remove("deployments", "cdi", "cdi-operator")
    answer = site.fail("cdi", VERSIONS["cdi"], state="absent", failure_grace=30, wait_timeout=1)
    assert answer.result["error"]["code"] == "wait_timeout"
    assert "CDI cdi is not gone after 1 seconds" in answer.result["msg"]


# What would be lost.


SOURCE = {"source": {"pvc": {"namespace": "shop", "name": "x"}}}
GUARDED = {
    "kubevirt": [
        item("snapshot.kubevirt.io/v1beta1", "VirtualMachineSnapshot"),
        # the operator's own ones have its label
        item("instancetype.kubevirt.io/v1beta1", "VirtualMachineClusterInstancetype", namespace=""),
    ],
    "cdi": [
        item("cdi.kubevirt.io/v1beta1", "DataVolume", SOURCE, {"phase": "Succeeded"}),
        item("cdi.kubevirt.io/v1beta1", "DataSource", SOURCE),
    ],
}


@pytest.mark.parametrize("check", [False, True])
def test_whatever_users_have_keeps_it(installed_site: tuple[Site, str, str], check: bool) -> None:
    site, product, version = installed_site
    for found in GUARDED[product]:
        site.simulator.put(found)
    answer = site.fail(product, version, state="absent", check=check)
    kinds = sorted(found["kind"] for found in GUARDED[product])
    assert answer.result["error"] == {"code": "in_use", "kinds": kinds}
    assert all(f"There is 1 {kind} object: " in answer.result["msg"] for kind in kinds)
    assert answer.writes == answer.rehearsals == []


def test_who_may_not_see_the_kinds_removes_nothing(installed_site: tuple[Site, str, str]) -> None:
    site, product, version = installed_site
    site.simulator.deny("admin", "list", "customresourcedefinitions")
    answer = site.fail(product, version, state="absent")
    assert answer.result["error"]["code"] == "forbidden"
    assert answer.result["error"]["rule"]["resources"] == ["customresourcedefinitions"]
    assert answer.writes == []


def test_kinds_of_a_plain_manifest_go_when_nothing_of_them_is_there(site: Site) -> None:
    assert written(plain(site)) == [("create", "CustomResourceDefinition", "things.example.com")]
    thing = [item("example.com/v1", "Thing")]
    assert plain(site, manifest=thing).changed
    assert not plain(site, state="absent").changed
    refused = plain(site, state="absent", delete_crds=True)
    assert refused.result["error"] == {"code": "in_use", "kinds": ["Thing"]}
    assert "It cannot be removed" in refused.result["msg"]
    assert refused.writes == []
    assert plain(site, manifest=thing, state="absent").changed
    foreseen, done = (plain(site, state="absent", delete_crds=True, check=check) for check in (True, False))
    assert written(foreseen) == written(done) == [("delete", "CustomResourceDefinition", "things.example.com")]
    assert site.simulator.read("customresourcedefinitions", "", "things.example.com") is None


def test_a_kind_that_nobody_can_ask_for_is_not_taken_for_unused(site: Site) -> None:
    version = {**DEFINITION["spec"]["versions"][0], "served": False}
    unserved = {**DEFINITION, "spec": {**DEFINITION["spec"], "versions": [version]}}
    assert plain(site, manifest=[unserved]).changed
    refused = plain(site, manifest=[unserved], state="absent", delete_crds=True)
    assert refused.result["error"] == {"code": "in_use", "kinds": ["Thing"]}
    assert "things.example.com serves no version" in refused.result["msg"]
    assert refused.writes == []
